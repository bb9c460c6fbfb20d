"""Subjects with a known edge over real pictures: hair, fur, motion blur, defocus, sharp. For `mattes`; arrays only.

Skins and grounds are frames of the sample clip and, where they lie beside the checkout, the pictures of the shared
media; none shows in both parts of one composite. Every composite is a pure function of its kind and number.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from tests.benchmarks.nano_gains import sample_pictures
from tests.synthetic import blob_outline, coverage_of

Real = NDArray[np.float32]
Draw = Callable[[int, tuple[int, int], Real], tuple[Real, Real]]

SHARED = Path(__file__).resolve().parents[3] / "shared" / "media"
CELLS = 256  # of the network's answer over the picture, on each side
NOISE = 2.0  # of the camera, in steps of 8 bits
MOST_STROKES = 420


@dataclass(frozen=True)
class Composite:
    """A picture and what it is made of.

    Attributes:
        rgb: (H, W, 3) uint8.
        alpha: (H, W) the truth.
        own: (H, W, 3) of 0 to 255: the subject's own colour everywhere.
        clean: (H, W, 3) of 0 to 255: the picture without noise.
        inside: (H, W) the mask that a network would give: coarse, no hair, its outline a little off.
    """

    kind: str
    rgb: NDArray[np.uint8]
    alpha: Real
    own: Real
    clean: Real
    inside: NDArray[np.bool_]

    def noisy(self, seed: int) -> NDArray[np.uint8]:
        """The picture once more, with other noise."""
        return with_noise(self.clean, seed)


def composites(size: tuple[int, int], each: int) -> Iterator[Composite]:
    """`each` of every kind, pictures of `size` (width, height)."""
    for kind in KINDS:
        for number in range(each):
            yield composite(kind, number, size)


def composite(kind: str, number: int, size: tuple[int, int]) -> Composite:
    """One composite; lengths in it grow with the picture's height."""
    return _composed(kind, 100 * list(KINDS).index(kind) + number, size, KINDS[kind])


def _composed(kind: str, seed: int, size: tuple[int, int], draw: Draw) -> Composite:
    rng = np.random.default_rng(seed)
    pictures = _pictures()
    skin, ground = (pictures[int(n)] for n in rng.choice(len(pictures), 2, replace=False))
    own, behind = _fitted(skin[:, ::-1], size), _fitted(ground, size)
    alpha, own = draw(seed, size, own)
    clean = own * alpha[..., None] + behind * (1 - alpha[..., None])
    return Composite(kind, with_noise(clean, seed), alpha, own, clean, network_mask(alpha, seed))


def with_noise(clean: Real, seed: int) -> NDArray[np.uint8]:
    rng = np.random.default_rng(seed + 7)
    return np.clip(np.rint(clean + rng.normal(0, NOISE, clean.shape)), 0, 255).astype(np.uint8)


def network_mask(alpha: Real, seed: int, wander: float = 0.6) -> NDArray[np.bool_]:
    """The outline as a network has it: seen at `CELLS` cells, wandering by `wander` of a cell (standard deviation)."""
    rng = np.random.default_rng(seed + 11)
    height, width = alpha.shape
    coarse = cv2.resize(alpha, (CELLS, CELLS), interpolation=cv2.INTER_AREA)
    coarse = cv2.GaussianBlur(coarse, (0, 0), 1.2)
    shift = [cv2.resize(rng.standard_normal((24, 24)).astype(np.float32), (CELLS, CELLS)) * wander for _ in "xy"]
    y, x = np.mgrid[:CELLS, :CELLS].astype(np.float32)
    moved = cv2.remap(coarse, x + shift[0], y + shift[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.resize(moved, (width, height), interpolation=cv2.INTER_LINEAR) > 0.5)


@cache
def _pictures() -> tuple[NDArray[np.uint8], ...]:
    shared = [SHARED / name for name in ("chelsea.png", "coffee.png")]
    stills = [cv2.imread(str(path))[..., ::-1] for path in shared if path.is_file()]
    return (*sample_pictures(step=16), *stills)


def _fitted(picture: NDArray[np.uint8], size: tuple[int, int]) -> Real:
    """The middle of the picture, covering `size`."""
    height, width = picture.shape[:2]
    scale = max(size[0] / width, size[1] / height)
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    large = cv2.resize(np.ascontiguousarray(picture), None, fx=scale, fy=scale, interpolation=way)
    top, left = (large.shape[0] - size[1]) // 2, (large.shape[1] - size[0]) // 2
    return large[top : top + size[1], left : left + size[0]].astype(np.float32)


def _body(seed: int, size: tuple[int, int], scale: float = 0.24) -> tuple[NDArray[np.float32], tuple[float, float]]:
    """Outline round (0, 0) and its place."""
    rng = np.random.default_rng(seed + 3)
    centre = tuple(rng.uniform(0.42, 0.58, 2) * size)
    return blob_outline(seed, scale * size[1], wobble=0.2), (float(centre[0]), float(centre[1]))


def _hair(
    seed: int,
    size: tuple[int, int],
    own: Real,
    *,
    length: tuple[float, float] = (0.02, 0.055),
    lean: float = 0.9,
) -> tuple[Real, Real]:
    """Long thin strokes of one dark or light tone that leave the outline and bend."""
    rng = np.random.default_rng(seed + 5)
    tone = np.asarray(rng.choice([[32, 24, 20], [70, 46, 30], [196, 164, 112], [120, 70, 40]]), np.float32)
    alpha = _with_strokes(seed, size, length=length, thickness=(0.0012, 0.0030), lean=lean)
    near = cv2.GaussianBlur(coverage_of(*_body(seed, size), size), (0, 0), 0.02 * size[1])
    share = np.clip(2.2 - 2.2 * near, 0, 1)[..., None]  # the body keeps its skin, the strokes have the tone
    return alpha, np.asarray(own * (1 - share) + tone * share * (0.85 + 0.15 * own / 128), np.float32).clip(0, 255)


def loose_hair(number: int, size: tuple[int, int]) -> Composite:
    """Hair that stands out farther than any band: what the hair brush is for."""
    return _composed("loose hair", 900 + number, size, partial(_hair, length=(0.05, 0.14), lean=0.5))


def _fur(seed: int, size: tuple[int, int], own: Real) -> tuple[Real, Real]:
    """Many short strokes in the skin's own colours."""
    return _with_strokes(seed, size, length=(0.008, 0.022), thickness=(0.0018, 0.0040), lean=0.5), own


def _motion(seed: int, size: tuple[int, int], own: Real) -> tuple[Real, Real]:
    """The whole subject smeared along a line while the shutter is open."""
    rng = np.random.default_rng(seed + 5)
    length, angle = max(5, round(rng.uniform(0.015, 0.04) * size[1])), rng.uniform(0, np.pi)
    kernel = np.zeros((2 * length + 1,) * 2, np.float32)
    reach = length / 2 * np.array([np.cos(angle), np.sin(angle)])
    start, stop = ((length + sign * reach) * 16 for sign in (-1, 1))
    cv2.line(kernel, start.astype(int).tolist(), stop.astype(int).tolist(), 1.0, 1, cv2.LINE_AA, 4)
    return _smeared(coverage_of(*_body(seed, size), size), own, kernel)


def _defocus(seed: int, size: tuple[int, int], own: Real) -> tuple[Real, Real]:
    """The whole subject out of focus: a disc for every point."""
    rng = np.random.default_rng(seed + 5)
    radius = rng.uniform(0.005, 0.014) * size[1]
    side = 2 * int(np.ceil(radius)) + 1
    y, x = np.mgrid[:side, :side] - side // 2
    kernel = np.clip(radius + 0.5 - np.hypot(x, y), 0, 1).astype(np.float32)
    return _smeared(coverage_of(*_body(seed, size), size), own, kernel)


def _sharp(seed: int, size: tuple[int, int], own: Real) -> tuple[Real, Real]:
    """An edge as sharp as pixels allow."""
    return coverage_of(*_body(seed, size), size), own


KINDS: dict[str, Draw] = {
    "hair": _hair,
    "fur": _fur,
    "motion": _motion,
    "defocus": _defocus,
    "sharp": _sharp,
}


def _smeared(cover: Real, own: Real, kernel: Real) -> tuple[Real, Real]:
    """Alpha and colour as light is gathered: colour weighs as much as it covers."""
    kernel = kernel / kernel.sum()
    alpha = np.asarray(cv2.filter2D(cover, -1, kernel), np.float32)
    gathered = cv2.filter2D(own * cover[..., None], -1, kernel)
    far = cv2.GaussianBlur(own, (0, 0), 8)
    return alpha, np.where(alpha[..., None] > 1e-3, gathered / np.maximum(alpha, 1e-3)[..., None], far)


def _with_strokes(
    seed: int,
    size: tuple[int, int],
    *,
    length: tuple[float, float],
    thickness: tuple[float, float],
    lean: float,
) -> Real:
    """A body with strokes all round, drawn at twice the size; lengths in parts of the picture's height."""
    rng = np.random.default_rng(seed + 5)
    outline, centre = _body(seed, size)
    large = (2 * size[0], 2 * size[1])
    canvas = np.round(coverage_of(2 * outline, (2 * centre[0], 2 * centre[1]), large) * 255).astype(np.uint8)
    strokes = np.zeros_like(canvas)
    for _ in range(MOST_STROKES):
        root = outline[int(rng.integers(len(outline)))] * 0.97 + rng.normal(0, 0.012 * size[1], 2)
        away = root / np.linalg.norm(root)
        turn = rng.normal(0, lean) * 0.5
        bend = rng.normal(0, lean)
        points, width = [], rng.uniform(*thickness) * size[1] * 2
        reach = rng.uniform(*length) * size[1]
        for step in np.linspace(0, 1, 7):
            angle = np.arctan2(away[1], away[0]) + turn + bend * step
            root = root + reach / 6 * np.array([np.cos(angle), np.sin(angle)]) * (step > 0)
            points.append((root + centre) * 2 * 16)
        for n, (a, b) in enumerate(pairwise(points)):
            thin = max(1, round(width * (1 - n / 7)))
            cv2.line(strokes, a.astype(int).tolist(), b.astype(int).tolist(), 255, thin, cv2.LINE_AA, 4)
    both = np.maximum(canvas, strokes).astype(np.float32) / 255
    return np.asarray(cv2.resize(both, size, interpolation=cv2.INTER_AREA), np.float32)

"""The subject's own colour under soft edges, and a screen's light taken out of it: what straight exports carry.

Built in is blur fusion (Forte 2021) in two passes; the extra `matting` brings multi-level estimation (Germer, Uelwer,
Conrad and Harmeling 2020), which the best matte mixes with it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from threading import Lock

import cv2
import numpy as np
from numpy.typing import NDArray

from sam2_studio.core.edges import EdgeSettings
from sam2_studio.core.geometry import Size
from sam2_studio.core.masks import Mask, Matte
from sam2_studio.engine.band import STANDARD_HEIGHT
from sam2_studio.engine.closed_form import is_installed
from sam2_studio.engine.refine import Alpha, window_beyond
from sam2_studio.engine.tiles import Pixels, enlarged, part, shrunk, tiles_with, unit, weighted_mean, widened
from sam2_studio.engine.windows import Window

Real = NDArray[np.float32]

SUBSAMPLE = 4  # of the first pass, and
WIDE, NEAR = 14, 8  # radii of the two, in pixels of a picture 1080 high
FARTHER = 4  # times the wide radius, where that holds
ENOUGH = 0.05  # or less of pure colour
PURE_FAR, PURE_NEAR = 4, 6  # powers of the alpha by which colours weigh: half-covered pixels tell little
LEVELS_MARGIN = 48  # pixels round a tile that multi-level estimation sees
_IN_LEVELS = Lock()  # numba's own threads let only one thread in, where it has no better ones
LEVELS_STEPS = 6  # of each large level: the two that are its default leave twice the error


def foreground(rgb: Pixels, matte: Matte, parts: Sequence[tuple[Matte, EdgeSettings]]) -> Pixels:
    """What an export writes and a preview shows of the picture: the subjects' own colours, straight.

    Args:
        rgb: (H, W, 3) the picture.
        matte: Of all subjects together.
        parts: The mattes that it is joined from, with their settings.
    """
    method = "best" if any(edge.method == "best" and edge.matte for _, edge in parts) else "fast"
    colors = own_colors(rgb, matte, method=method)
    for each, edge in parts:
        if edge.despill:
            colors = despilled(colors, each, edge.despill)
    return colors


def own_colors(rgb: Pixels, matte: Matte, *, method: str = "fast") -> Pixels:
    """The subject's own colour, of the picture's type: the ground's is taken out of half-covered pixels.

    Pixels of alpha 0 and 1 stay as they are. "best" without the extra is "fast".
    """
    soft = (matte.alpha > 0) & (matte.alpha < 1)
    if not soft.any():
        return rgb
    reach = _Reach.of(Size(rgb.shape[1], rgb.shape[0]))
    area = window_beyond(Mask.from_array(soft), FARTHER * reach.wide)
    top = float(np.iinfo(rgb.dtype).max)
    picture, alpha, soft = part(rgb, area), part(matte.alpha, area), part(soft, area)
    own_of = _by_blur(picture, alpha, reach)
    if method == "best" and is_installed():
        own_of = _mean_of(own_of, _by_levels(picture, alpha))
    result = rgb.copy()
    target = part(result, area)
    for tile in tiles_with(soft):
        own = own_of(tile)
        where = part(soft, tile)
        part(target, tile)[where] = np.clip(np.rint(own[where] * top), 0, top).astype(rgb.dtype)
    return result


def despilled(rgb: Pixels, matte: Matte, screen: str) -> Pixels:
    """The picture with no more green (or blue) in the subject than its other two colours allow.

    Args:
        rgb: (H, W, 3).
        matte: Where the subject is.
        screen: "green" or "blue".
    """
    covered = matte.alpha > 0
    if not covered.any():
        return rgb
    area = window_beyond(Mask.from_array(covered), 0)
    result = rgb.copy()
    target, where = part(result, area), part(covered, area)
    spilt = 1 if screen == "green" else 2
    red, other = target[..., 0].astype(np.uint32), target[..., 3 - spilt].astype(np.uint32)
    most = (red + other + 1) // 2
    here = where & (target[..., spilt] > most)
    target[..., spilt][here] = most[here].astype(rgb.dtype)
    return result


@dataclass(frozen=True)
class _Reach:
    """Radii in pixels of the picture, by its size: how far colours are looked for, and how much is enough for that."""

    factor: int
    wide: int
    near: int

    @classmethod
    def of(cls, size: Size) -> "_Reach":
        part_of_standard = min(size.width, size.height) / STANDARD_HEIGHT
        near = max(2, round(NEAR * part_of_standard))
        return cls(max(1, round(SUBSAMPLE * part_of_standard)), max(2 * near, round(WIDE * part_of_standard)), near)


def _by_blur(picture: Pixels, alpha: Alpha, reach: _Reach) -> Callable[[Window], Real]:
    """The subject's colour in a tile, (h, w, 3) of 0 to 1, by blur fusion."""
    return partial(_near_color, picture, alpha, _wide_colors(picture, alpha, reach), reach)


def _mean_of(one: Callable[[Window], Real], other: Callable[[Window], Real]) -> Callable[[Window], Real]:
    """What two ways find, half of each: levels are nearer under a true alpha, blur under one that errs."""
    return lambda tile: np.asarray((one(tile) + other(tile)) / 2, np.float32)


def _by_levels(picture: Pixels, alpha: Alpha) -> Callable[[Window], Real]:
    """As `_by_blur`, by pymatting."""
    from pymatting import estimate_foreground_ml

    height, width = alpha.shape

    def own_of(tile: Window) -> Real:
        wide = widened(tile, LEVELS_MARGIN, (width, height))
        seen, cover = unit(part(picture, wide)), np.ascontiguousarray(part(alpha, wide))
        with _IN_LEVELS:
            own = estimate_foreground_ml(seen, cover, n_big_iterations=LEVELS_STEPS)
        return part(np.asarray(own, np.float32), _within(tile, wide))

    return own_of


def _wide_colors(picture: Pixels, alpha: Alpha, reach: _Reach) -> Real:
    """(h, w, 6) at 1 / factor: the mean colours of subject and ground round each pixel, the purest first."""
    colors, covers = shrunk(unit(picture), reach.factor), shrunk(alpha, reach.factor)
    return np.concatenate([_far(colors, covers**PURE_FAR, reach), _far(colors, (1 - covers) ** PURE_FAR, reach)], -1)


def _far(colors: Real, weights: Real, reach: _Reach) -> Real:
    """Means by weight in the wide radius; from `FARTHER` times as far where that holds too little."""
    sides = [2 * max(1, reach.wide * times // reach.factor) + 1 for times in (1, FARTHER)]
    near, far = (weighted_mean(colors, weights, side) for side in sides)
    held = cv2.blur(weights, (sides[0],) * 2, borderType=cv2.BORDER_REFLECT)[..., None]
    return np.asarray(far + np.minimum(1, held / ENOUGH) * (near - far), np.float32)


def _near_color(picture: Pixels, alpha: Alpha, colors: Real, reach: _Reach, tile: Window) -> Real:
    height, width = alpha.shape
    wide = widened(tile, reach.near, (width, height))
    seen, cover = unit(part(picture, wide)), part(alpha, wide)[..., None]
    far = enlarged(colors, (width, height), wide)
    own, ground = _fused(seen, cover, far[..., :3], far[..., 3:]), far[..., 3:]
    side = 2 * reach.near + 1
    own = weighted_mean(own, cover[..., 0] ** PURE_NEAR, side)
    ground = weighted_mean(ground, (1 - cover[..., 0]) ** PURE_NEAR, side)
    return part(_fused(seen, cover, own, ground), _within(tile, wide))


def _fused(seen: Real, cover: Real, own: Real, ground: Real) -> Real:
    """The subject's colour, moved towards what explains what is seen over the ground.

    By the square of the cover, not the cover as published: where it is thin, what isn't explained is the matte's error
    more than the colour's.
    """
    rest = seen - cover * own - (1 - cover) * ground
    return np.asarray(np.clip(own + cover * cover * rest, 0, 1), np.float32)


def _within(tile: Window, wide: Window) -> Window:
    """The tile as a part of a wider window."""
    return Window(tile.left - wide.left, tile.top - wide.top, tile.right - wide.left, tile.bottom - wide.top)

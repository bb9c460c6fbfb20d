"""Draws scenes with known truth: textured things that move, deform and hide over textured grounds. Arrays only.

Every scene is a pure function of its seed. Things are lit and cast a soft shadow, grounds have noise, so that colour
alone doesn't give the subject away. Knows nothing of the package under test.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Truth = NDArray[np.bool_]
Path2D = Callable[[float], tuple[float, float]]

WIDTH, HEIGHT = 480, 270


@dataclass(frozen=True)
class Scene:
    """A clip and the truth of its one subject.

    Attributes:
        frames: (H, W, 3) RGB each.
        truth: (H, W) the subject's visible pixels in each frame.
    """

    frames: tuple[Picture, ...]
    truth: tuple[Truth, ...]


def iou(a: Truth, b: Truth) -> float:
    """Intersection over union; 1 for two empty masks."""
    union = np.count_nonzero(a | b)
    return np.count_nonzero(a & b) / union if union else 1.0


def noise_texture(
    seed: int, size: tuple[int, int], colors: tuple[tuple[int, int, int], ...], *, coarsest: int = 4, finest: int = 64
) -> NDArray[np.float32]:
    """(H, W, 3) float texture of `size` (width, height): octaves of noise that run through the colours."""
    rng = np.random.default_rng(seed)
    width, height = size
    field = np.zeros((height, width), np.float32)
    cells = coarsest
    while cells <= finest:
        grid = rng.standard_normal((max(2, cells * height // width), cells)).astype(np.float32)
        field += cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC) / cells**0.7
        cells *= 2
    low, high = float(field.min()), float(field.max())
    at = (field - low) / max(high - low, 1e-6) * (len(colors) - 1)
    index = np.minimum(at.astype(int), len(colors) - 2)
    palette, part = np.asarray(colors, np.float32), (at - index)[..., None]
    return np.asarray(palette[index] * (1 - part) + palette[index + 1] * part, np.float32)


def blob_outline(seed: int, radius: float, wobble: float = 0.25, phase: float = 0.0) -> NDArray[np.float32]:
    """(72, 2) points of a smooth closed outline round (0, 0); `phase` deforms it slowly."""
    rng = np.random.default_rng(seed)
    angles = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    reach = np.ones_like(angles)
    for harmonic in range(2, 6):
        weight, turn = rng.uniform(0, wobble / (harmonic - 1)), rng.uniform(0, 2 * np.pi)
        reach += weight * np.cos(harmonic * angles + turn + phase)
    return np.asarray(radius * np.stack([reach * np.cos(angles), reach * np.sin(angles) * 0.85], 1), np.float32)


def coverage_of(
    outline: NDArray[np.float32], centre: tuple[float, float], size: tuple[int, int]
) -> NDArray[np.float32]:
    """(H, W) antialiased coverage of an outline moved to `centre`."""
    width, height = size
    points = np.round((outline + np.asarray(centre, np.float32)) * 16).astype(np.int32)
    canvas = np.zeros((height, width), np.uint8)
    cv2.fillPoly(canvas, [points], 255, lineType=cv2.LINE_AA, shift=4)
    return canvas.astype(np.float32) / 255


def paste(
    ground: NDArray[np.float32], texture: NDArray[np.float32], cover: NDArray[np.float32], centre: tuple[float, float]
) -> NDArray[np.float32]:
    """The ground with the thing on it: its texture moves along, it is lit from above and casts a shadow."""
    height, width = cover.shape
    shadow = cv2.GaussianBlur(np.roll(cover, (6, 4), (0, 1)), (0, 0), 6)
    place = round(centre[1]) - height // 2, round(centre[0]) - width // 2
    shifted = np.roll(texture, place, (0, 1))
    light = cv2.GaussianBlur(cover, (0, 0), 8) * 0.35 + 0.65
    light = light[..., None] * np.linspace(1.15, 0.85, height, dtype=np.float32)[:, None, None]
    below = ground * (1 - 0.35 * shadow[..., None])
    return np.asarray(below * (1 - cover[..., None]) + shifted * light * cover[..., None], np.float32)


def finished(picture: NDArray[np.float32], seed: int) -> Picture:
    """The picture with a camera's softness and noise, as bytes."""
    rng = np.random.default_rng(seed)
    soft = cv2.GaussianBlur(picture, (0, 0), 0.7)
    return np.clip(soft + rng.normal(0, 2.5, soft.shape), 0, 255).astype(np.uint8)


GROUNDS = (
    ((58, 74, 40), (96, 122, 62), (150, 160, 96)),
    ((120, 110, 96), (160, 150, 138), (196, 188, 176)),
    ((60, 84, 120), (110, 140, 170), (180, 200, 214)),
    ((70, 54, 44), (112, 88, 66), (140, 120, 100)),
)
SKINS = (
    ((200, 60, 40), (236, 120, 60), (250, 200, 120)),
    ((40, 40, 48), (90, 90, 104), (220, 220, 228)),
    ((230, 200, 60), (200, 140, 30), (120, 70, 20)),
    ((60, 30, 90), (140, 80, 170), (220, 180, 240)),
)


def moving_scene(
    seed: int,
    frames: int = 30,
    *,
    size: tuple[int, int] = (WIDTH, HEIGHT),
    radius: float = 44,
    path: Path2D | None = None,
    pan: float = 0.6,
    occluder: Path2D | None = None,
) -> Scene:
    """A subject that moves along `path` (time 0..1 -> centre in 0..1) and deforms, under a slowly panning camera.

    Args:
        seed: Chooses colours, textures and shape.
        frames: How many.
        size: Width and height.
        radius: Of the subject, in pixels.
        path: By default an arc from left to right.
        pan: Pixels that the ground moves in a frame.
        occluder: Path of the centre of a wide upright board that passes in front, or None.
    """
    width, height = size
    ground = noise_texture(seed, (width * 2, height), GROUNDS[seed % len(GROUNDS)], finest=128)
    skin = noise_texture(seed + 1000, size, SKINS[seed % len(SKINS)], coarsest=8, finest=32)
    board = noise_texture(seed + 2000, size, GROUNDS[(seed + 1) % len(GROUNDS)], coarsest=2, finest=8)
    route = path or (lambda t: (0.25 + 0.5 * t, 0.6 - 0.25 * np.sin(np.pi * t)))
    pictures, truths = [], []
    for n in range(frames):
        time = n / max(frames - 1, 1)
        centre = route(time)[0] * width, route(time)[1] * height
        cover = coverage_of(blob_outline(seed, radius, phase=0.8 * np.sin(2 * np.pi * time)), centre, size)
        offset = round(pan * n)
        picture = paste(ground[:, offset : offset + width], skin, cover, centre)
        seen = cover > 0.5
        if occluder is not None:
            at = occluder(time)[0] * width, occluder(time)[1] * height
            half = np.asarray([[-0.19, -1], [0.19, -1], [0.19, 1], [-0.19, 1]], np.float32) * (width, height)
            front = coverage_of(half.astype(np.float32), at, size)
            picture = paste(picture, board, front, at)
            seen &= front < 0.5
        pictures.append(finished(picture, seed * 1009 + n))
        truths.append(seen)
    return Scene(tuple(pictures), tuple(truths))


def hidden_scene(seed: int, frames: int = 40, *, radius: float = 40) -> Scene:
    """A subject that goes behind a board, is wholly hidden for at least ten frames and comes out on the other side."""

    def path(t: float) -> tuple[float, float]:
        return 0.16 + 0.68 * t, 0.5 + 0.06 * np.sin(2 * np.pi * t)

    return moving_scene(seed, frames, radius=radius, path=path, pan=0.0, occluder=lambda t: (0.5, 0.5))

"""Small composites whose alpha and colours are known, for the tests of mattes and foreground colours."""

import cv2
import numpy as np
from numpy.typing import NDArray
from sam2_studio.core.edges import EdgeSettings
from tests.synthetic import GROUNDS, SKINS, noise_texture

SIDE = 200
MATTE = EdgeSettings(matte=True)

Scene = tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.bool_]]


def colors(scale: int = 1) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(H, W, 3) of 0 to 255: the subject's own, and the ground."""
    size = (SIDE * scale, SIDE * scale)
    return noise_texture(5, size, SKINS[0], finest=16), noise_texture(6, size, GROUNDS[2], finest=16)


def composite(scale: int = 1) -> Scene:
    """Picture, true alpha with a soft edge of 3 % of its side, and a mask."""
    side = SIDE * scale
    y, x = (np.mgrid[:side, :side] + 0.5) / scale
    middle = SIDE / 2
    away = np.hypot(x - middle, y - middle) + 3 * np.sin(9 * np.arctan2(y - middle, x - middle))
    alpha = np.clip((0.29 * SIDE - away) / (0.03 * SIDE), 0, 1).astype(np.float32)
    return _over(alpha, scale), alpha, alpha > 0.5


def hairy() -> Scene:
    """Picture, true alpha with thin strokes all round, and a mask without them."""
    large = np.zeros((4 * SIDE, 4 * SIDE), np.uint8)
    cv2.circle(large, (2 * SIDE, 2 * SIDE), int(0.9 * SIDE), 255, cv2.FILLED)
    body = large.copy()
    rng = np.random.default_rng(1)
    for angle in rng.uniform(0, 2 * np.pi, 160):
        way = np.array([np.cos(angle), np.sin(angle)])
        start, stop = (2 * SIDE + reach * SIDE * way for reach in (0.88, 0.9 + rng.uniform(0.04, 0.08)))
        cv2.line(large, start.astype(int).tolist(), stop.astype(int).tolist(), 255, 3, cv2.LINE_AA)
    alpha, inside = (cv2.resize(each, (SIDE, SIDE), interpolation=cv2.INTER_AREA) for each in (large, body))
    truth = alpha.astype(np.float32) / 255
    return _over(truth, 1), truth, inside > 127


def _over(alpha: NDArray[np.float32], scale: int) -> NDArray[np.uint8]:
    own, ground = colors(scale)
    return np.clip(own * alpha[..., None] + ground * (1 - alpha[..., None]), 0, 255).round().astype(np.uint8)

"""Reads the SAM 2 fixtures (data/sam2/README.md) and compares tensors with them at the tolerances that stand there."""

import json
import re
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

SAM2 = Path(__file__).parent / "data" / "sam2"
IMAGE, VIDEO, MEMORY = 1e-4, 5e-3, 2e-2  # of the largest value
LEAST_IOU, LEAST_AREA, AREA_SLACK = 0.999, 500, 1e-3

Array = NDArray[Any]


class Fixture:
    """One scenario: its description and the arrays that the published code gave."""

    def __init__(self, path: str) -> None:
        self.info: dict[str, Any] = json.loads((SAM2 / f"{path}.json").read_text(encoding="utf-8"))
        with np.load(SAM2 / f"{path}.npz") as arrays:
            self.arrays: dict[str, Array] = dict(arrays)

    @cached_property
    def names(self) -> set[str]:
        """Of the tensors, without what follows #."""
        return {key.partition("#")[0] for key in self.arrays}

    def check(self, name: str, tensor: Tensor, tolerance: float) -> None:
        """Assert that the tensor is the one recorded under `name`."""
        got = tensor.float().cpu().numpy()
        parts = {key.partition("#")[2]: key for key in self.arrays if key.partition("#")[0] == name}
        assert parts, f"the fixture has no {name}"
        for what, key in parts.items():
            _CHECKS[re.sub(r"\d+", "", what)](f"{key}: ", got, self.arrays[key], what, tolerance)


def _check_shape(told: str, got: Array, wanted: Array, what: str, tolerance: float) -> None:
    assert got.shape == tuple(wanted), told


def _check_stats(told: str, got: Array, wanted: Array, what: str, tolerance: float) -> None:
    stats = np.array([got.mean(dtype=np.float64), got.std(dtype=np.float64), got.min(), got.max()])
    worst = np.abs(stats - wanted).max() / np.abs(wanted[2:]).max()
    assert worst <= tolerance, f"{told}{stats} instead of {wanted}"


def _check_sub(told: str, got: Array, wanted: Array, what: str, tolerance: float) -> None:
    numbers = [int(n) for n in re.findall(r"\d+", what)]
    channels, step = numbers if len(numbers) == 2 else (1, numbers[0])
    part = got[..., step // 2 :: step, step // 2 :: step]
    _check_whole(told, part[:, ::channels] if part.ndim == 4 else part, wanted, what, tolerance)


def _check_whole(told: str, got: Array, wanted: Array, what: str, tolerance: float) -> None:
    assert got.shape == wanted.shape, f"{told}{got.shape} instead of {wanted.shape}"
    if wanted.size:
        worst = np.abs(got - wanted).max() / max(np.abs(wanted).max(), 1e-6)
        assert worst <= tolerance, f"{told}off by {worst:.2e} of the largest value"


def _check_bits(told: str, got: Array, wanted: Array, what: str, tolerance: float) -> None:
    inside, should = got > 0, np.unpackbits(wanted, axis=-1)[..., : got.shape[-1]].astype(bool)
    for mine, theirs in zip(inside.reshape(-1, *got.shape[-2:]), should.reshape(-1, *got.shape[-2:]), strict=True):
        if theirs.sum() > LEAST_AREA:
            iou = (mine & theirs).sum() / (mine | theirs).sum()
            assert iou >= LEAST_IOU, f"{told}IoU {iou:.5f}"
        else:
            assert (mine ^ theirs).sum() <= 1, f"{told}a small mask differs"


def _check_area(told: str, got: Array, wanted: Array, what: str, tolerance: float) -> None:
    areas = (got > 0).sum((-2, -1))
    assert (np.abs(areas - wanted) <= AREA_SLACK * wanted).all(), f"{told}{areas} instead of {wanted}"


_CHECKS = {
    "": _check_whole,
    "shape": _check_shape,
    "stats": _check_stats,
    "sub": _check_sub,
    "subx": _check_sub,
    "bits": _check_bits,
    "area": _check_area,
}


def read_frame(name: str) -> Image.Image:
    """A picture of data/sam2/frames as RGB."""
    with Image.open(SAM2 / "frames" / name) as image:
        return image.convert("RGB")

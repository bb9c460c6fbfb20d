"""From a deep source to a 16-bit export without a stop at 8 bits: every step of a ramp arrives."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from sam2_studio.media.open import open_media
from tests.exporting import Case
from tests.media_factory import linear, plane_frame, write_exr, write_picture, write_video

STEPS = 1024
RAMP = np.tile(np.arange(STEPS, dtype=np.uint16), (16, 1))
FULL = np.rint(RAMP / (STEPS - 1) * 65535).astype(np.uint16)


def as_dpx(folder: Path) -> Path:
    return write_picture(folder / "a.dpx", "gbrp10le", [RAMP, RAMP, RAMP], "dpx")


def as_png(folder: Path) -> Path:
    return write_picture(folder / "a.png", "rgb48be", [np.dstack([FULL] * 3).astype(">u2")], "png")


def as_tiff(folder: Path) -> Path:
    return write_picture(folder / "a.tif", "rgb48le", [np.dstack([FULL] * 3)], "tiff")


def as_exr(folder: Path) -> Path:
    light = linear(FULL)
    return write_exr(folder / "a.exr", {"R": light, "G": light, "B": light})


def as_video(folder: Path) -> Path:
    frames = [plane_frame("gbrp10le", [RAMP, RAMP, RAMP])] * 2
    return write_video(folder / "a.mkv", frames, codec="ffv1", pix_fmt="gbrp10le")


@pytest.mark.parametrize("make", [as_dpx, as_png, as_tiff, as_exr, as_video], ids=lambda make: make.__name__)
def test_every_step_arrives_in_a_deep_png(make: object, tmp_path: Path) -> None:
    assert callable(make)
    with open_media(make(tmp_path)) as source:
        report = Case(source).run("png", tmp_path / "out")
    assert report.verified
    read = cv2.imread(str(report.files[0]), cv2.IMREAD_UNCHANGED)
    assert read.dtype == np.uint16
    assert len(np.unique(read[8, :, 1])) == STEPS
    assert np.abs(read[8, :, 1].astype(int) - FULL[8]).max() <= 1

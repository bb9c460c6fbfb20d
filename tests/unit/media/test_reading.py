"""Footage read as the user says: whole frames out of interlaced ones, colour with its alpha taken out."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from sam2_studio.core.clip import Clip, Reading
from sam2_studio.media.isolated import IsolatedSource
from sam2_studio.media.open import open_media
from tests.media_factory import write_video

WHOLE = Reading(deinterlace=True)
STRAIGHT = Reading(premultiplied=True)


def bar(moment: int) -> np.ndarray:
    """A light bar that stands 10 pixels farther right at each moment."""
    picture = np.full((96, 160, 3), 40, np.uint8)
    picture[:, 10 * moment : 10 * moment + 30] = 220
    return picture


def woven(number: int, first: str) -> np.ndarray:
    """Two moments in one frame: its lines by turns."""
    frame, later = bar(2 * number), bar(2 * number + 1)
    if first == "top":
        frame[1::2] = later[1::2]
    else:
        frame[::2] = later[::2]
    return frame


@pytest.fixture(params=["top", "bottom"])
def interlaced(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    first: str = request.param
    params = {"x264-params": "tff=1" if first == "top" else "bff=1", "g": "3", "crf": "4"}
    return write_video(tmp_path / "a.mkv", (woven(number, first) for number in range(6)), options=params)


def test_a_deinterlaced_frame_is_one_moment(interlaced: Path) -> None:
    with open_media(interlaced) as combed, open_media(interlaced, reading=WHOLE) as whole:
        assert combed.info == whole.info
        for number in range(6):
            wanted = bar(2 * number).astype(int)
            assert np.abs(combed.read(number).rgb - wanted).mean() > 5
            assert np.abs(whole.read(number).rgb - wanted).mean() < 2
            assert combed.timestamp(number) == whole.timestamp(number)


def test_a_deinterlaced_frame_is_the_same_from_wherever_one_comes(interlaced: Path) -> None:
    with open_media(interlaced, reading=WHOLE) as linear:
        expected = [linear.read(number).rgb.tobytes() for number in range(6)]
    with IsolatedSource(interlaced, reading=WHOLE) as source:
        for number in (5, 0, 3, 2, 4, 1, 5):
            assert source.read(number).rgb.tobytes() == expected[number]


@pytest.mark.parametrize(("codec", "pix_fmt"), [("ffv1", "yuv422p10le"), ("ffv1", "bgra"), ("ffv1", "gray")])
def test_every_depth_and_alpha_can_be_deinterlaced(codec: str, pix_fmt: str, tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mkv", [bar(0), bar(1)], codec=codec, pix_fmt=pix_fmt)
    with open_media(path) as plain, open_media(path, reading=WHOLE) as whole:
        one, other = plain.read(1), whole.read(1)
    assert (one.rgb.dtype, one.size, one.alpha is None) == (other.rgb.dtype, other.size, other.alpha is None)
    assert np.abs(one.rgb8().astype(int) - other.rgb8()).mean() < 1


@pytest.fixture
def rgba() -> tuple[np.ndarray, np.ndarray]:
    """Colour and alpha of which the first is at most the second."""
    rng = np.random.default_rng(4)
    return rng.integers(0, 256, (96, 160, 3)).astype(np.uint8), rng.integers(64, 256, (96, 160)).astype(np.uint8)


def stored(colour: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Multiplied, as a program that doesn't say so writes it."""
    share = alpha.astype(np.float64)[..., None] / 255
    return np.dstack([np.rint(colour * share).astype(np.uint8), alpha])


@pytest.mark.parametrize("kind", ["video", "still", "sequence"])
def test_premultiplied_colour_comes_out_straight(
    kind: str, rgba: tuple[np.ndarray, np.ndarray], tmp_path: Path
) -> None:
    colour, alpha = rgba
    pixels = stored(colour, alpha)
    if kind == "video":
        path = write_video(tmp_path / "a.mkv", [pixels] * 2, codec="ffv1", pix_fmt="bgra")
    else:
        path = tmp_path / "a.0001.png"
        cv2.imwrite(str(path), pixels[..., [2, 1, 0, 3]])
        path = path if kind == "still" else tmp_path
    with open_media(path, reading=STRAIGHT) as source, open_media(path) as plain:
        frame = source.read(0)
        assert np.array_equal(plain.read(0).rgb, pixels[..., :3])
    assert frame.alpha is not None
    assert np.array_equal(frame.alpha, alpha)
    assert np.abs(frame.rgb.astype(int) - colour).max() <= 2  # a quarter of the steps is left where alpha is 64


def test_how_it_is_read_is_part_of_the_clip(interlaced: Path) -> None:
    with open_media(interlaced) as source:
        clip = Clip.whole(source.info)
    assert Clip.from_json(clip.to_json()) == clip
    old = {name: value for name, value in clip.to_json().items() if name != "reading"}
    assert Clip.from_json(old) == clip
    with pytest.raises(TypeError):
        Clip.from_json(clip.to_json() | {"reading": {"deinterlace": "yes"}})

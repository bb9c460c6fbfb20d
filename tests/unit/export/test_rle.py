"""COCO's run lengths, against a naive decoder and values of the published tool."""

import numpy as np
import pytest
from sam2_studio.core.geometry import Size
from sam2_studio.export.rle import decode_rle, encode_rle


def naive(text: str, width: int, height: int) -> np.ndarray:
    """As COCO's mask interface does it, sign by sign and pixel by pixel."""
    counts: list[int] = []
    place = 0
    while place < len(text):
        value, step, more = 0, 0, True
        while more:
            group = ord(text[place]) - 48
            value |= (group & 0x1F) << (5 * step)
            more = bool(group & 0x20)
            place, step = place + 1, step + 1
            if not more and group & 0x10:
                value |= -1 << (5 * step)
        if len(counts) > 2:
            value += counts[-2]
        counts.append(value)
    mask = np.zeros((height, width), bool)
    pixel, inside = 0, False
    for count in counts:
        for _ in range(count):
            mask[pixel % height, pixel // height] = inside
            pixel += 1
        inside = not inside
    assert pixel == width * height
    return mask


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("width", "height"), [(1, 1), (7, 5), (64, 3), (3, 200)])
def test_round_trip(seed: int, width: int, height: int) -> None:
    mask = np.random.default_rng(seed).random((height, width)) > seed / 5
    text = encode_rle(mask)
    assert np.array_equal(naive(text, width, height), mask)
    assert np.array_equal(decode_rle(text, Size(width, height)), mask)


def test_long_runs() -> None:
    mask = np.zeros((500, 900), bool)
    mask[100:400, 200:201] = True
    mask[20:480, 700:800] = True
    assert np.array_equal(naive(encode_rle(mask), 900, 500), mask)


def test_known_texts() -> None:
    assert encode_rle(np.zeros((3, 4), bool)) == "<"
    assert encode_rle(np.ones((3, 4), bool)) == "0<"
    assert encode_rle(np.array([[0, 1], [1, 0]], bool)) == "121"


@pytest.mark.parametrize("text", ["", "1", "0<0", "O"])
def test_runs_that_do_not_fill_the_picture_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="don't fill"):
        decode_rle(text, Size(4, 2))

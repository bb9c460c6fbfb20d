"""What the eye and the network see of deep and HDR pictures; what exports get stays as it is."""

from fractions import Fraction

import numpy as np
import pytest
from sam2_studio.core.eye import HDR, in_bytes
from sam2_studio.core.frames import Frame, Timestamp

RAMP = np.repeat(np.arange(0, 65536, 64, dtype=np.uint16)[None, :, None], 3, axis=2)


def test_sixteen_bits_are_rounded() -> None:
    assert np.array_equal(in_bytes(RAMP), np.rint(RAMP / 65535 * 255).astype(np.uint8))


@pytest.mark.parametrize(("transfer", "white"), [("smpte2084", 0.5807), ("arib-std-b67", 0.75)])
def test_hdr_rises_smoothly_and_shows_white_as_three_quarters(transfer: str, white: float) -> None:
    seen = in_bytes(RAMP, transfer)[0, :, 1].astype(int)
    assert np.all(np.diff(seen) >= 0)
    assert np.diff(seen).max() <= 3
    assert seen[0] == 0
    coded = np.full((1, 1, 3), round(white * 65535), np.uint16)
    assert in_bytes(coded, transfer)[0, 0].tolist() == pytest.approx([192] * 3, abs=6)


@pytest.mark.parametrize("transfer", HDR)
def test_hdr_is_for_the_eye_only(transfer: str) -> None:
    frame = Frame(0, RAMP.copy(), Timestamp(0, Fraction(1)), transfer=transfer)
    before = frame.rgb.tobytes()
    assert not np.array_equal(frame.rgb8(), in_bytes(RAMP))
    assert frame.seen is frame.rgb8()
    assert frame.rgb.tobytes() == before


def test_grey_stays_grey_through_the_primaries() -> None:
    for transfer in HDR:
        seen = in_bytes(RAMP, transfer).astype(int)
        assert np.ptp(seen, axis=2).max() <= 1


def test_the_copy_for_the_eye_is_made_once_and_counted() -> None:
    frame = Frame(0, RAMP.copy(), Timestamp(0, Fraction(1)))
    before = frame.nbytes
    assert frame.rgb8() is frame.rgb8()
    assert frame.nbytes == before == RAMP.nbytes + RAMP.nbytes // 2
    assert frame.seen is frame.rgb

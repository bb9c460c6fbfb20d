"""Where a shot ends and another begins."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray
from sam2_studio.core.clip import ClipInfo, ClipKind
from sam2_studio.engine.cuts import LONGEST_FLASH, Looked, find_cuts
from tests.fakes import ArraySource
from tests.synthetic import GROUNDS, moving_scene, noise_texture

Picture = NDArray[np.uint8]
SIZE = (160, 96)


def shot(seed: int, frames: int = 12, pan: float = 0.0) -> list[Picture]:
    return list(moving_scene(seed, frames, size=SIZE, radius=20, pan=pan).frames)


def looked(frames: Sequence[Picture]) -> list[Looked]:
    height, width = frames[0].shape[:2]
    info = ClipInfo(path="", kind=ClipKind.VIDEO, frames=len(frames), width=width, height=height)
    return list(find_cuts(ArraySource(frames, info)))


def cuts(frames: Sequence[Picture]) -> tuple[int, ...]:
    return looked(frames)[-1].cuts


def test_each_shot_begins_with_a_cut_but_the_first() -> None:
    assert cuts([*shot(1, 12), *shot(2, 9), *shot(3, 20)]) == (12, 21)


def test_it_says_how_far_it_is_and_what_it_found_so_far() -> None:
    steps = looked([*shot(1, 12), *shot(2, 12)])
    assert [step.frames for step in steps] == list(range(1, 25))
    assert (steps[11].cuts, steps[-1].cuts) == ((), (12,))


@pytest.mark.parametrize("place", [1, 3, 20, 23])
def test_cuts_near_the_ends_are_found(place: int) -> None:
    frames = [*shot(1, place), *shot(2, 24 - place)]
    found = cuts(frames)
    assert found == ((place,) if place >= 1 and 24 - place > 0 else ())


def test_one_shot_has_none() -> None:
    assert cuts(shot(4, 30)) == ()
    assert cuts(shot(4, 1)) == ()


@pytest.mark.parametrize("pan", [4.0, 12.0])
def test_a_pan_is_no_cut(pan: float) -> None:
    assert cuts(shot(5, 13, pan=pan)) == ()


def test_a_whip_of_the_camera_is_no_cut() -> None:
    wide = noise_texture(3, (640, 96), GROUNDS[0], coarsest=16, finest=128).astype(np.uint8)
    places = np.cumsum([0] * 8 + [15, 30, 35, 30, 15] + [0] * 8)
    assert cuts([np.ascontiguousarray(wide[:, x : x + 160]) for x in places]) == ()


@pytest.mark.parametrize("length", [1, LONGEST_FLASH])
def test_a_flash_is_no_cut(length: int) -> None:
    frames = shot(6, 24)
    for place in range(10, 10 + length):
        frames[place] = np.clip(frames[place].astype(np.int16) + 170, 0, 255).astype(np.uint8)
    assert cuts(frames) == ()


def test_a_fade_is_no_cut() -> None:
    frames = shot(7, 30)
    assert cuts([(f * (1 - n / 30)).astype(np.uint8) for n, f in enumerate(frames)]) == ()


def test_a_cut_from_black_is_one() -> None:
    black = [np.zeros((96, 160, 3), np.uint8)] * 10
    assert cuts([*black, *shot(8, 12)]) == (10,)


def test_a_cut_while_the_camera_pans_is_found() -> None:
    assert cuts([*shot(1, 12, pan=6.0), *shot(2, 12, pan=6.0)]) == (12,)

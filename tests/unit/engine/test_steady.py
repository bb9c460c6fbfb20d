"""Mattes of clips: a subject at rest doesn't flicker, a moving one doesn't trail, and some frames are left alone."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from sam2_studio.core.clip import ClipInfo, ClipKind
from sam2_studio.core.edges import EdgeSettings
from sam2_studio.core.masks import Mask, Matte
from sam2_studio.core.shots import Shots
from sam2_studio.engine import steady
from sam2_studio.engine.matting import make_matte
from sam2_studio.engine.steady import REACH, ClipMattes
from sam2_studio.errors import MatteError
from tests.fakes import ArraySource
from tests.unit.engine.soft_edges import SIDE, composite

FRAMES = 7
MIDDLE = 3
ALL, FLAGGED = (EdgeSettings(matte=True, steady=where) for where in ("all", "flagged"))


class Footage:
    """A clip in memory with a mask a frame, and mattes of it."""

    def __init__(
        self,
        frames: list[NDArray[np.uint8]],
        masks: list[Mask | None],
        *,
        kept: Iterable[int] = (),
        flagged: Iterable[int] = (),
        cuts: Iterable[int] = (),
    ) -> None:
        height, width = frames[0].shape[:2]
        info = ClipInfo(path="clip", kind=ClipKind.VIDEO, frames=len(frames), width=width, height=height)
        self.source = ArraySource(frames, info)
        self.masks = masks
        self.clip = ClipMattes(
            self.source,
            lambda object_id, n: masks[n],
            kept=lambda object_id, n: n in set(kept),
            flagged=lambda object_id, n: n in set(flagged),
            hair=lambda object_id, n: None,
            shots=Shots(cuts),
        )

    def matte(self, number: int, edge: EdgeSettings = ALL) -> NDArray[np.float32]:
        mask = self.masks[number]
        assert mask is not None
        return self.clip.matte(self.source.read(number), mask, edge, (1,)).alpha

    def alone(self, number: int) -> NDArray[np.float32]:
        mask = self.masks[number]
        assert mask is not None
        return make_matte(self.source.read(number).rgb, mask, ALL).alpha


def noisy(picture: NDArray[np.uint8], seed: int) -> NDArray[np.uint8]:
    noise = np.random.default_rng(seed).normal(0, 3, picture.shape)
    return np.clip(picture + noise, 0, 255).round().astype(np.uint8)


def at_rest(**more: Iterable[int]) -> Footage:
    """Frames that differ by noise, masks whose outline wanders."""
    picture, alpha, _ = composite()
    masks: list[Mask | None] = []
    for n in range(FRAMES):
        wander = np.random.default_rng(n).normal(0, 0.4, (12, 12)).astype(np.float32)
        masks.append(Mask.from_array(alpha + cv2.resize(wander, (SIDE, SIDE)) * ((alpha > 0) & (alpha < 1)) > 0.5))
    return Footage([noisy(picture, n) for n in range(FRAMES)], masks, **more)


def test_a_subject_at_rest_flickers_less_than_half() -> None:
    footage = at_rest()
    alone, calm = (np.abs(make(MIDDLE) - make(MIDDLE + 1)).sum() for make in (footage.alone, footage.matte))
    assert calm < 0.5 * alone


def test_a_moving_subject_does_not_trail() -> None:
    picture, alpha, _ = composite()
    ground = cv2.GaussianBlur(picture, (0, 0), 12)
    frames, truths = [], []
    for n in range(FRAMES):
        by = np.float32([[1, 0, 5 * (n - MIDDLE)], [0, 1, 0]])
        cover = cv2.warpAffine(alpha, by, (SIDE, SIDE))
        own = cv2.warpAffine(picture, by, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE)
        frames.append((own * cover[..., None] + ground * (1 - cover[..., None])).round().astype(np.uint8))
        truths.append(cover)
    footage = Footage(frames, [Mask.from_array(cover > 0.5) for cover in truths])
    error, before = (np.abs(make(MIDDLE) - truths[MIDDLE]).sum() for make in (footage.matte, footage.alone))
    assert error < 1.1 * before


@pytest.mark.parametrize("more", [{"kept": [MIDDLE]}, {"cuts": [MIDDLE, MIDDLE + 1]}])
def test_what_the_user_settled_and_what_stands_alone_stays(more: dict[str, list[int]]) -> None:
    footage = at_rest(**more)
    assert np.array_equal(footage.matte(MIDDLE), footage.alone(MIDDLE))


def seen_frames(footage: Footage, number: int, monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """The frames that have a part in a matte."""
    seen: set[int] = set()

    def watched(frame, mask, here, others):  # type: ignore[no-untyped-def]
        seen.update(other.number for other, _ in others)
        return here

    monkeypatch.setattr(steady, "steadied", watched)
    footage.matte(number)
    return seen


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, {MIDDLE - 2, MIDDLE - 1, MIDDLE + 1, MIDDLE + 2}),
        ({"cuts": [MIDDLE]}, {MIDDLE + 1, MIDDLE + 2}),
        ({"cuts": [MIDDLE + 2]}, {MIDDLE - 2, MIDDLE - 1, MIDDLE + 1}),
        ({"kept": [MIDDLE + 1]}, {MIDDLE - 2, MIDDLE - 1, MIDDLE + 1}),
    ],
)
def test_nothing_comes_over_a_cut_or_past_a_settled_frame(
    more: dict[str, list[int]], expected: set[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert REACH == 2
    assert seen_frames(at_rest(**more), MIDDLE, monkeypatch) == expected


def test_a_frame_without_the_object_ends_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    footage = at_rest()
    footage.masks[MIDDLE + 1] = None
    footage.masks[MIDDLE - 2] = Mask(footage.masks[0].size)  # type: ignore[union-attr]
    assert seen_frames(footage, MIDDLE, monkeypatch) == {MIDDLE - 1}


def test_by_choice_only_where_the_edge_chatters() -> None:
    footage = at_rest(flagged=[MIDDLE])
    assert np.array_equal(footage.matte(MIDDLE, FLAGGED), footage.matte(MIDDLE))
    assert np.array_equal(footage.matte(MIDDLE + 1, FLAGGED), footage.alone(MIDDLE + 1))


def test_a_neighbour_whose_matte_fails_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    footage = at_rest()
    bad = footage.source.read(MIDDLE + 1).rgb

    def made(rgb: NDArray[np.uint8], mask: Mask, edge: EdgeSettings, hair: Mask | None) -> Matte:
        if rgb is bad:
            raise MatteError("No.", "Never mind.")
        return make_matte(rgb, mask, edge)

    monkeypatch.setattr(steady, "make_matte", made)
    assert seen_frames(footage, MIDDLE, monkeypatch) == {MIDDLE - 2, MIDDLE - 1}


def counted(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The calls of `make_matte` from now on."""
    calls: list[object] = []

    def make(*given: object) -> Matte:
        calls.append(given)
        return make_matte(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(steady, "make_matte", make)
    return calls


def test_a_matte_is_made_once_a_frame_and_few_are_held(monkeypatch: pytest.MonkeyPatch) -> None:
    footage, calls = at_rest(), counted(monkeypatch)
    for number in range(FRAMES):
        footage.matte(number)
        assert len(footage.clip._made) <= 3 * REACH + 1
    assert len(calls) == FRAMES
    footage.matte(MIDDLE, EdgeSettings(matte=True))
    assert len(footage.clip._made) <= 3 * REACH + 1, "what nobody asks for a second time isn't held"


def test_several_threads_get_what_one_gets(monkeypatch: pytest.MonkeyPatch) -> None:
    alone, together = at_rest(), at_rest()
    expected = [alone.matte(number) for number in range(FRAMES)]
    calls = counted(monkeypatch)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(together.matte, range(FRAMES)))
    assert all(np.array_equal(a, b) for a, b in zip(expected, found, strict=True))
    assert len(calls) < 2 * FRAMES, "what one has made the others take"

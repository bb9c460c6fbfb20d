"""Frames to pixels and back, at every zoom."""

import numpy as np
import pytest
from sam2_studio.ui.timeline.scale import WIDEST_FRAME, Scale, round_step


@pytest.mark.parametrize("zoom", [1, 1.7, 8, 400])
def test_every_frame_in_view_is_found_again_at_its_middle(zoom: float) -> None:
    scale = Scale(frames=247, width=1000, zoom=zoom, first=30).inside()
    start, stop = scale.visible()
    assert [scale.frame_at(scale.centre_of(frame)) for frame in range(start, stop)] == list(range(start, stop))


def test_the_whole_clip_fits_exactly() -> None:
    scale = Scale(frames=247, width=1000)
    assert scale.x_of(0) == 0
    assert scale.x_of(247) == pytest.approx(1000)
    assert scale.visible() == (0, 247)


def test_positions_beyond_the_clip_give_its_ends() -> None:
    scale = Scale(frames=10, width=100)
    assert (scale.frame_at(-50), scale.frame_at(5000)) == (0, 9)


def test_zoom_keeps_what_is_under_the_pointer() -> None:
    scale = Scale(frames=1000, width=800)
    before = scale.frame_at(300)
    zoomed = scale.zoomed(6, 300)
    assert zoomed.frame_at(300) == before
    assert zoomed.zoom == 6


def test_zoom_stops_at_the_whole_clip_and_at_the_widest_frame() -> None:
    scale = Scale(frames=1000, width=800).zoomed(1e9, 400)
    assert scale.per_frame == pytest.approx(WIDEST_FRAME)
    back = scale.zoomed(1e-9, 10)
    assert (back.zoom, back.first) == (1, 0)


def test_a_short_clip_can_be_wider_than_the_widest_frame() -> None:
    assert Scale(frames=2, width=800).inside().per_frame == 400


def test_scrolling_shows_nothing_beyond_the_ends() -> None:
    scale = Scale(frames=100, width=800, zoom=4)
    assert scale.scrolled_to(-20).first == 0
    assert scale.scrolled_to(500).visible() == (75, 100)


def test_showing_moves_only_when_it_must() -> None:
    scale = Scale(frames=1000, width=800, zoom=10, first=500)
    assert scale.showing(550) is scale
    for frame in (0, 499, 600, 999):
        start, stop = scale.showing(frame).visible()
        assert start <= frame < stop


def test_columns_start_at_rising_frames_of_the_view() -> None:
    scale = Scale(frames=100_000, width=900, zoom=3, first=20_000)
    starts = scale.column_starts()
    assert len(starts) == 900
    assert np.all(np.diff(starts) > 0)
    assert starts[0] == 20_000


@pytest.mark.parametrize(("least", "step"), [(0.1, 1), (1, 1), (1.5, 2), (3, 5), (6, 10), (11, 20), (260, 500)])
def test_round_steps(least: float, step: int) -> None:
    assert round_step(least) == step


def test_ticks_carry_round_source_numbers_that_do_not_touch() -> None:
    ticks = list(Scale(frames=247, width=1000).ticks(1001, label_width=60))
    labelled = [tick for tick in ticks if tick.number is not None]
    assert labelled[0].number == 1001
    assert [tick.number for tick in labelled[1:]] == list(range(1020, 1248, 20))
    gaps = np.diff([tick.x for tick in labelled])
    assert gaps.min() >= 60


def test_ticks_of_a_still() -> None:
    assert [tick.number for tick in Scale(frames=1, width=500).ticks(0, 60)] == [0]


def test_ticks_in_a_zoomed_view_are_those_of_the_view() -> None:
    scale = Scale(frames=10_000, width=1000, zoom=50, first=5000)
    ticks = list(scale.ticks(0, 60))
    assert all(-1 <= tick.x <= 1006 for tick in ticks)
    assert len([tick for tick in ticks if tick.number is not None]) >= 4

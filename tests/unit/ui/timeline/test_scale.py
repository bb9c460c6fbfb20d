"""Frames to pixels and back, at every zoom."""

import numpy as np
import pytest
from sam2_studio.ui.timeline.scale import WIDEST_FRAME, Scale, round_step, time_step


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


def test_ticks_are_labelled_at_round_source_numbers_that_do_not_touch() -> None:
    ticks = list(Scale(frames=247, width=1000).ticks(1001, 60, round_step))
    labelled = [tick for tick in ticks if tick.labelled]
    assert [1001 + tick.frame for tick in labelled] == [1001, *range(1020, 1248, 20)]
    assert np.diff([tick.x for tick in labelled]).min() >= 60


def test_ticks_of_a_still() -> None:
    assert [tick.frame for tick in Scale(frames=1, width=500).ticks(0, 60, round_step)] == [0]


def test_ticks_in_a_zoomed_view_are_those_of_the_view() -> None:
    scale = Scale(frames=10_000, width=1000, zoom=50, first=5000)
    ticks = list(scale.ticks(0, 60, round_step))
    assert all(-1 <= tick.x <= 1006 for tick in ticks)
    assert len([tick for tick in ticks if tick.labelled]) >= 4


@pytest.mark.parametrize(
    ("least", "base", "step"),
    [(0.2, 25, 1), (3, 25, 5), (6, 25, 25), (7, 24, 8), (26, 25, 50), (80, 25, 125), (40_000, 25, 45_000),
     (90_001, 25, 2 * 90_000)],
)  # fmt: skip
def test_timecode_steps_are_parts_of_a_second_or_round_seconds(least: float, base: int, step: int) -> None:
    assert time_step(least, base) == step


def test_ticks_in_timecode_stand_at_full_seconds_of_its_own_count() -> None:
    ticks = Scale(frames=250, width=1000).ticks(10, 80, lambda least: time_step(least, 25))
    assert [tick.frame for tick in ticks if tick.labelled] == [0, *range(40, 250, 25)]


def test_a_span_fills_the_view() -> None:
    scale = Scale(frames=1000, width=800).spanning(200, 450)
    assert scale.visible() == (200, 450)

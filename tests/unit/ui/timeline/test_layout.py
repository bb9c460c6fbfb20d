"""Rows and hit testing."""

from itertools import pairwise

from sam2_studio.ui.timeline.layout import FOOTER, HEADER, LEAST_LANE, MOST_LANE, Layout, Zone


def test_lanes_fill_the_room_within_bounds() -> None:
    assert Layout(width=800, height=260, object_ids=(1, 2)).lane_height == MOST_LANE
    assert Layout(width=800, height=160, object_ids=tuple(range(1, 12))).lane_height == LEAST_LANE


def test_health_lies_under_the_selected_lane() -> None:
    rows = Layout(width=800, height=260, object_ids=(1, 2, 3), selected=2).rows()
    assert [(row.object_id, row.is_health) for row in rows] == [(1, False), (2, False), (2, True), (3, False)]
    assert all(below.top == above.bottom for above, below in pairwise(rows))


def test_every_row_can_be_scrolled_into_sight() -> None:
    layout = Layout(width=800, height=160, object_ids=tuple(range(1, 12)), selected=3)
    assert layout.most_scroll > 0
    scrolled = Layout(width=800, height=160, object_ids=layout.object_ids, selected=3, scroll=layout.most_scroll)
    assert scrolled.rows()[-1].bottom == 160 - FOOTER


def test_a_timeline_without_room_shows_no_lane() -> None:
    assert Layout(width=10, height=10, object_ids=(1,)).visible_rows() == []


def test_zones() -> None:
    layout = Layout(width=800, height=260, object_ids=(7, 9), selected=7)
    lane, health, other = layout.rows()
    assert layout.zone_at(HEADER + 5, 3) == (Zone.RULER, 0)
    assert layout.zone_at(HEADER + 5, 40) == (Zone.THUMBNAILS, 0)
    assert layout.zone_at(HEADER + 5, lane.middle) == (Zone.LANE, 7)
    assert layout.zone_at(HEADER + 5, health.middle) == (Zone.HEALTH, 7)
    assert layout.zone_at(20, other.middle) == (Zone.NAME, 9)
    assert layout.zone_at(HEADER + 5, 250) == (Zone.NOTHING, 0)

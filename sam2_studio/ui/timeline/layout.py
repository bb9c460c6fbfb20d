"""Where the rows of the timeline lie, and what is under a position. Pure; knows no Qt."""

from dataclasses import dataclass
from enum import Enum, auto

HEADER = 132  # names of lanes
MARGIN = 16  # right of the last frame
RULER = 24
THUMBNAILS = 46
GAP = 6
LEAST_LANE, MOST_LANE = 18, 28
HEALTH = 24
FOOTER = 12  # the horizontal scroll bar's place, kept free also where there is none


class Zone(Enum):
    """A part of the timeline."""

    RULER = auto()
    THUMBNAILS = auto()
    LANE = auto()
    HEALTH = auto()
    NAME = auto()
    NOTHING = auto()


@dataclass(frozen=True)
class Row:
    """A lane, or the health under it.

    Attributes:
        object_id: Whose.
        top: Pixels from the widget's upper edge, scrolling included.
        height: Pixels.
        is_health: Whether it is the health row.
    """

    object_id: int
    top: float
    height: float
    is_health: bool = False

    @property
    def bottom(self) -> float:
        return self.top + self.height

    @property
    def middle(self) -> float:
        return self.top + self.height / 2


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Rows for a widget of `width` x `height` pixels.

    Attributes:
        object_ids: In the order of the list.
        selected: Whose health is shown; 0 for none.
        scroll: Pixels that the lanes are scrolled up.
    """

    width: float
    height: float
    object_ids: tuple[int, ...] = ()
    selected: int = 0
    scroll: float = 0.0

    @property
    def lanes_top(self) -> float:
        return RULER + THUMBNAILS + GAP

    @property
    def lanes_height(self) -> float:
        """Room for lanes."""
        return max(0.0, self.height - self.lanes_top - FOOTER)

    @property
    def content_width(self) -> float:
        """Room for frames."""
        return max(1.0, self.width - HEADER - MARGIN)

    @property
    def lane_height(self) -> float:
        """As high as there is room for, within bounds."""
        if not self.object_ids:
            return MOST_LANE
        room = self.lanes_height - (HEALTH if self.selected else 0)
        return min(max(room // len(self.object_ids), LEAST_LANE), MOST_LANE)

    @property
    def most_scroll(self) -> float:
        """How far the lanes can be scrolled; 0 where all fit."""
        rows = len(self.object_ids) * self.lane_height + (HEALTH if self.selected in self.object_ids else 0)
        return max(0.0, rows - self.lanes_height)

    def rows(self) -> list[Row]:
        """All rows from top to bottom, also those scrolled out of sight."""
        top = self.lanes_top - min(self.scroll, self.most_scroll)
        rows = []
        for object_id in self.object_ids:
            rows.append(Row(object_id, top, self.lane_height))
            top += self.lane_height
            if object_id == self.selected:
                rows.append(Row(object_id, top, HEALTH, is_health=True))
                top += HEALTH
        return rows

    def visible_rows(self) -> list[Row]:
        bottom = self.lanes_top + self.lanes_height
        return [row for row in self.rows() if row.bottom > self.lanes_top and row.top < bottom]

    def zone_at(self, x: float, y: float) -> tuple[Zone, int]:
        """What lies there, and the object whose row it is, or 0."""
        if y < RULER:
            return (Zone.RULER, 0) if x >= HEADER else (Zone.NOTHING, 0)
        if y < RULER + THUMBNAILS:
            return (Zone.THUMBNAILS, 0) if x >= HEADER else (Zone.NOTHING, 0)
        for row in self.visible_rows():
            if row.top <= y < row.bottom:
                inside = Zone.HEALTH if row.is_health else Zone.LANE
                return (Zone.NAME if x < HEADER else inside, row.object_id)
        return Zone.NOTHING, 0

"""Paints all of the timeline that stays while the playhead moves: what `display.py` keeps as one picture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter

from sam2_studio.core.changes import Marker
from sam2_studio.core.clip import Clip
from sam2_studio.core.frames import FrameRange
from sam2_studio.core.objects import CutObject
from sam2_studio.ui import theme
from sam2_studio.ui.timeline.frame_painter import FramePainter
from sam2_studio.ui.timeline.lane_painter import LanePainter
from sam2_studio.ui.timeline.lanes import LaneStates, LaneView
from sam2_studio.ui.timeline.layout import HEADER, Layout
from sam2_studio.ui.timeline.notes_painter import NotesPainter
from sam2_studio.ui.timeline.scale import Scale, round_step, time_step
from sam2_studio.ui.timeline.thumbnails import Slot


@dataclass(frozen=True, kw_only=True, eq=False)
class StillContent:
    """What is to be painted; objects, states and views by object id; `aspect`: width to height of a pixel."""

    clip: Clip | None
    objects: Mapping[int, CutObject]
    selected: int
    range: FrameRange | None
    markers: Sequence[Marker]
    cuts: NDArray[np.intp]
    in_timecode: bool
    aspect: float
    pictures: Sequence[tuple[Slot, QImage | None]]
    states: Mapping[int, LaneStates]
    views: Mapping[int, LaneView | None]


def paint_still(painter: QPainter, content: StillContent, layout: Layout, scale: Scale, font: QFont) -> None:
    """Paint it into a picture of the widget's size; `font` is the widget's."""
    frames = FramePainter(painter, theme.tokens(), layout, scale)
    painter.setFont(theme.small_font(font))
    painter.save()
    painter.setClipRect(QRectF(HEADER - 8, 0, layout.content_width + 16, layout.height))
    painter.translate(HEADER, 0)
    _paint_frames(painter, frames, content, layout, scale)
    painter.restore()
    painter.setFont(font)
    painter.setClipRect(QRectF(0, layout.lanes_top, HEADER, layout.lanes_height))
    for row in layout.visible_rows():
        frames.paint_name(row, content.objects[row.object_id], selected=row.object_id == content.selected)


def _paint_frames(painter: QPainter, frames: FramePainter, content: StillContent, layout: Layout, scale: Scale) -> None:
    """What lies right of the names; x = 0 is the left border of the first frame in view."""
    notes = NotesPainter(painter, theme.tokens(), layout, scale)
    if content.clip is not None:
        _paint_ruler(frames, content.clip, in_timecode=content.in_timecode)
    frames.paint_thumbnails(content.pictures, content.aspect)
    painter.save()
    lanes = QRectF(-8, layout.lanes_top, layout.content_width + 16, layout.lanes_height)
    painter.setClipRect(lanes, Qt.ClipOperation.IntersectClip)
    _paint_lanes(painter, frames, content, layout, scale)
    painter.restore()
    notes.paint_cuts(content.cuts)
    if content.range is not None:
        frames.paint_range(content.range)
    notes.paint_markers(content.markers)


def _paint_ruler(frames: FramePainter, clip: Clip, *, in_timecode: bool) -> None:
    if in_timecode:
        frames.paint_ruler(clip.timecode_start, clip.timecode, lambda least: time_step(least, clip.timecode_base))
    else:
        frames.paint_ruler(clip.info.first_number, lambda frame: str(clip.source_number(frame)), round_step)


def _paint_lanes(painter: QPainter, frames: FramePainter, content: StillContent, layout: Layout, scale: Scale) -> None:
    lanes = LanePainter(painter, theme.tokens(), scale)
    for row in layout.visible_rows():
        states, view = content.states.get(row.object_id), content.views.get(row.object_id)
        if row.is_health:
            if states is not None:
                lanes.paint_health(row, states)
                lanes.paint_chatter(row, states)
            continue
        frames.paint_lane_ground(row)
        if view is not None:
            shown = content.objects[row.object_id]
            lanes.paint(
                row,
                view,
                QColor(theme.legible(shown.color, theme.tokens())),
                painter.device().devicePixelRatio(),
                faint=not shown.visible,
            )

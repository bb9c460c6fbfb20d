"""Paints what lies over all lanes: ruler, thumbnails, in and out, playhead, and the names at the left."""

from collections.abc import Callable, Iterable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPen, QPolygonF

from sam2_studio.core.frames import FrameRange
from sam2_studio.core.objects import CutObject
from sam2_studio.ui.language import tr
from sam2_studio.ui.theme import Tokens, legible
from sam2_studio.ui.timeline.layout import HEADER, RULER, THUMBNAILS, Layout, Row
from sam2_studio.ui.timeline.scale import Scale
from sam2_studio.ui.timeline.thumbnails import Slot

LABEL_WIDTH = 64.0  # least distance of two numbers of the ruler


class FramePainter:
    """Paints into a painter whose x is that of the scale; `paint_name` alone uses the widget's own x."""

    def __init__(self, painter: QPainter, tokens: Tokens, layout: Layout, scale: Scale) -> None:
        self._painter = painter
        self._tokens = tokens
        self._layout = layout
        self._scale = scale

    def paint_ruler(self, first: int, text_of: Callable[[int], str], step_of: Callable[[float], int]) -> None:
        """Lines and labels.

        Args:
            first: What the first frame counts as; labels stand where the count is round.
            text_of: The label of a frame.
            step_of: The round count that isn't below a number of frames.
        """
        painter = self._painter
        metrics = QFontMetricsF(painter.font())
        longest = metrics.horizontalAdvance(text_of(self._scale.frames - 1))
        for tick in self._scale.ticks(first, max(LABEL_WIDTH, longest + 20), step_of):
            painter.setPen(QColor(self._tokens.line))
            top = RULER - (14 if tick.labelled else 5)
            painter.drawLine(QPointF(tick.x, top), QPointF(tick.x, RULER - 2))
            if tick.labelled:
                painter.setPen(QColor(self._tokens.quiet))
                painter.drawText(QPointF(tick.x + 4, RULER - 7), text_of(tick.frame))

    def paint_thumbnails(self, pictures: Iterable[tuple[Slot, QImage | None]], aspect: float) -> None:
        """The row of small pictures, whose pixels are `aspect` times as wide as high."""
        painter = self._painter
        painter.fillRect(QRectF(0, RULER, self._scale.width, THUMBNAILS), QColor(self._tokens.surface_0))
        painter.save()
        painter.setClipRect(QRectF(0, RULER, self._scale.width, THUMBNAILS), Qt.ClipOperation.IntersectClip)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for slot, picture in pictures:
            if picture is not None:
                self._thumbnail(QRectF(slot.left, RULER, slot.right - slot.left - 1, THUMBNAILS), picture, aspect)
        painter.restore()

    def paint_lane_ground(self, row: Row) -> None:
        """The thin line on which a lane's bars lie, so that a gap is seen as one."""
        y = round(row.middle) + 0.5
        self._painter.setPen(QColor(self._tokens.line))
        self._painter.drawLine(QPointF(0, y), QPointF(self._scale.width, y))

    def paint_range(self, within: FrameRange) -> None:
        """Dim what lies outside in and out, and draw their handles."""
        left, right = self._scale.x_of(within.start), self._scale.x_of(within.stop)
        shade = QColor(self._tokens.surface_1)
        shade.setAlphaF(0.72)
        height = self._layout.lanes_top + self._layout.lanes_height - RULER
        self._painter.fillRect(QRectF(0, RULER, max(0.0, left), height), shade)
        self._painter.fillRect(QRectF(right, RULER, max(0.0, self._scale.width - right), height), shade)
        self._handle(left, 1)
        self._handle(right, -1)

    def paint_current(self, frame: int) -> None:
        """The playhead, in the middle of its frame; close up, the frame's cell as well, unless there is no other."""
        painter, x = self._painter, self._scale.centre_of(frame)
        accent = QColor(self._tokens.accent)
        bottom = self._layout.lanes_top + self._layout.lanes_height
        if self._scale.per_frame >= 6 and self._scale.frames > 1:
            cell = QColor(accent)
            cell.setAlphaF(0.16)
            painter.fillRect(QRectF(self._scale.x_of(frame), RULER, self._scale.per_frame, bottom - RULER), cell)
        painter.fillRect(QRectF(x - 0.75, 4, 1.5, bottom - 4), accent)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(accent)
        points = ((-6.0, 2.0), (6.0, 2.0), (6.0, 8.0), (0.0, 14.0), (-6.0, 8.0))
        painter.drawPolygon(QPolygonF([QPointF(x + dx, y) for dx, y in points]))
        painter.restore()

    def paint_working(self, frame: int) -> None:
        """Where the tracker is: a quiet line over the lanes."""
        accent = QColor(self._tokens.accent)
        accent.setAlphaF(0.55)
        top, x = self._layout.lanes_top, self._scale.centre_of(frame)
        self._painter.setPen(QPen(accent, 1.5, Qt.PenStyle.DotLine))
        self._painter.drawLine(QPointF(x, top), QPointF(x, top + self._layout.lanes_height))

    def paint_searched(self, frames: int) -> None:
        """How far the clip was searched for cuts: a thin line under the ruler, from the clip's first frame."""
        right = min(self._scale.width, self._scale.x_of(frames))
        left = max(0.0, self._scale.x_of(0))
        color = QColor(self._tokens.quiet)
        color.setAlphaF(0.8)
        self._painter.fillRect(QRectF(left, RULER - 2, max(0.0, right - left), 2), color)

    def paint_name(self, row: Row, shown: CutObject, *, selected: bool) -> None:
        """The chip and name of a lane, in the header at the left."""
        painter, tokens = self._painter, self._tokens
        metrics = QFontMetricsF(painter.font())
        if row.is_health:
            painter.setPen(QColor(tokens.quiet))
            painter.drawText(QRectF(36, row.top, HEADER - 44, row.height), Qt.AlignmentFlag.AlignVCenter, tr("health"))
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.surface_2))
            painter.drawRoundedRect(QRectF(8, row.top + 1, HEADER - 16, row.height - 2), 4, 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(legible(shown.color, tokens)))
        painter.drawRoundedRect(QRectF(16, row.middle - 5, 10, 10), 3, 3)
        painter.setPen(QColor(tokens.text if shown.visible else tokens.quiet))
        name = metrics.elidedText(shown.name, Qt.TextElideMode.ElideRight, HEADER - 52)
        painter.drawText(QRectF(36, row.top, HEADER - 48, row.height), Qt.AlignmentFlag.AlignVCenter, name)
        painter.restore()

    def _thumbnail(self, place: QRectF, picture: QImage, aspect: float) -> None:
        """Fill the place; a picture much narrower than that is shown whole, in the middle."""
        natural = place.height() * picture.width() * aspect / picture.height()
        if place.width() > 1.5 * natural:
            whole = QRectF(place.center().x() - natural / 2, place.top(), natural, place.height())
            self._painter.drawImage(whole, picture)
            return
        part = min(1.0, place.width() / natural) * picture.width()
        high = min(1.0, natural / place.width()) * picture.height()
        source = QRectF((picture.width() - part) / 2, (picture.height() - high) / 2, part, high)
        self._painter.drawImage(place, picture, source)

    def _handle(self, x: float, inwards: int) -> None:
        """A bracket that opens to the inside of the range."""
        painter = self._painter
        color = QColor(self._tokens.text)
        thick = 3.0
        left = x if inwards > 0 else x - thick
        painter.fillRect(QRectF(left, RULER - 4, thick, THUMBNAILS + 8), color)
        for y in (RULER - 4, RULER + THUMBNAILS + 2):
            painter.fillRect(QRectF(x if inwards > 0 else x - 8, y, 8, 2), color)

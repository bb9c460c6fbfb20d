"""Draws one state of the canvas: picture, masks, outlines, prompts. Knows no events."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen, QPixmap, QTransform

from sam2_studio.core.geometry import Box, Point
from sam2_studio.core.prompts import PointPrompt, PromptSet
from sam2_studio.ui import theme
from sam2_studio.ui.canvas.transform import ViewTransform

DISC = 12.0  # diameter of a point, logical pixels
HANDLE = 6.0
BOX = -1  # in place of a point's index
Ghost = tuple[int, PromptSet]  # another frame's number, as the user counts, and its prompts
GRID_FROM = 8.0  # device pixels of a pixel's shorter side from which the grid is drawn


def picture_rect(view: ViewTransform) -> QRectF:
    """Where the picture lies in the widget."""
    return QRectF(view.left, view.top, view.image.width * view.scale_x, view.image.height * view.scale_y)


def box_rect(view: ViewTransform, box: Box) -> QRectF:
    """Where a box of the picture lies in the widget."""
    return QRectF(QPointF(*view.to_widget(Point(box.x0, box.y0))), QPointF(*view.to_widget(Point(box.x1, box.y1))))


def draw_image(painter: QPainter, view: ViewTransform, image: QImage, exposed: QRectF, *, smooth: bool) -> None:
    """Draw just the part of the image that lies in `exposed`."""
    target = picture_rect(view).intersected(exposed)
    if target.isEmpty():
        return
    a, b = view.to_image(target.left(), target.top()), view.to_image(target.right(), target.bottom())
    # whole pixels of the picture, so that a part drawn anew meets its surroundings
    x0, y0 = max(0, int(a.x) - 1), max(0, int(a.y) - 1)
    x1, y1 = min(view.image.width, int(b.x) + 2), min(view.image.height, int(b.y) + 2)
    source = QRectF(x0, y0, x1 - x0, y1 - y0)
    whole = box_rect(view, Box(x0, y0, x1, y1))
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
    painter.save()
    painter.setClipRect(target)
    painter.drawImage(whole, image, source)
    painter.restore()


def scaled_picture(view: ViewTransform, image: QImage) -> QPixmap:
    """The picture as the whole widget shows it, drawn smooth; clear around it."""
    pixmap = QPixmap(round(view.width * view.ratio), round(view.height * view.ratio))
    pixmap.setDevicePixelRatio(view.ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    try:
        draw_image(painter, view, image, QRectF(0, 0, view.width, view.height), smooth=True)
    finally:
        painter.end()
    return pixmap


def draw_layer(painter: QPainter, view: ViewTransform, image: QImage, exposed: QRectF) -> None:
    """Draw a part of an image that covers the widget in the screen's own pixels."""
    painter.drawImage(exposed, image, device_rect(exposed, view))


def device_rect(rect: QRectF, view: ViewTransform) -> QRectF:
    """A part of the widget in the screen's own pixels."""
    return QRectF(rect.topLeft() * view.ratio, rect.size() * view.ratio)


def draw_prompts(painter: QPainter, view: ViewTransform, prompts: PromptSet, *, hovered: int | None) -> None:
    """Discs with a sign and the box with its handles."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if prompts.box is not None:
        draw_box(painter, view, prompts.box, large=hovered == BOX)
    for index, point in enumerate(prompts.points):
        _draw_point(painter, view, point, large=index == hovered)


def draw_ghosts(painter: QPainter, view: ViewTransform, ghosts: Sequence[Ghost]) -> None:
    """Faint prompts of other frames, each with its frame's number."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(theme.small_font(painter.font()))
    painter.save()
    painter.setOpacity(0.55)
    for number, prompts in ghosts:
        places = [view.to_widget(point.at) for point in prompts.points]
        for point in prompts.points:
            _draw_point(painter, view, point, large=False)
        if prompts.box is not None:
            draw_box(painter, view, prompts.box)
            places.append(view.to_widget(Point(prompts.box.x0, prompts.box.y0)))
        for x, y in places:
            _draw_number(painter, x + DISC / 2 + 4, y - DISC / 2, number)
    painter.restore()


def _draw_number(painter: QPainter, x: float, y: float, number: int) -> None:
    for ink, shift in ((QColor(0, 0, 0, 200), 1.0), (QColor("white"), 0.0)):
        painter.setPen(ink)
        painter.drawText(QPointF(x + shift, y + shift), str(number))


def draw_box(painter: QPainter, view: ViewTransform, box: Box, *, large: bool = False) -> None:
    rect = box_rect(view, box)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    more = 1.5 if large else 0.0
    for ink, width in ((QColor(0, 0, 0, 150), 3.0 + more), (QColor("white"), 1.5 + more)):
        painter.setPen(QPen(ink, width))
        painter.drawRect(rect)
    painter.setPen(QPen(QColor(0, 0, 0, 150), 1))
    painter.setBrush(QColor("white"))
    for x in (rect.left(), rect.right()):
        for y in (rect.top(), rect.bottom()):
            painter.drawRect(QRectF(x - HANDLE / 2, y - HANDLE / 2, HANDLE, HANDLE))


def draw_pixel_grid(painter: QPainter, view: ViewTransform, exposed: QRectF) -> None:
    """Lines between pixels, where they are large enough to be told apart."""
    area = picture_rect(view).intersected(exposed)
    if view.least_zoom < GRID_FROM or area.isEmpty():
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(QPen(QColor(128, 128, 128, 70), 0))
    a, b = view.to_image(area.left(), area.top()), view.to_image(area.right(), area.bottom())
    for column in range(int(a.x), int(b.x) + 2):
        x = view.left + column * view.scale_x
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
    for row in range(int(a.y), int(b.y) + 2):
        y = view.top + row * view.scale_y
        painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))


def draw_preview(painter: QPainter, view: ViewTransform, paths: Sequence[QPainterPath], color: str) -> None:
    """What a click would give: a fill and a dashed outline."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    fill = QColor(color)
    fill.setAlphaF(0.25)
    for path in paths:
        shown = QTransform(view.scale_x, 0, 0, view.scale_y, view.left, view.top).map(path)
        painter.setBrush(fill)
        painter.setPen(QPen(QColor("white"), 1.5, Qt.PenStyle.DashLine))
        painter.drawPath(shown)


def _draw_point(painter: QPainter, view: ViewTransform, point: PointPrompt, *, large: bool) -> None:
    x, y = view.to_widget(point.at)
    radius = DISC / 2 + (1.5 if large else 0)
    colors = theme.tokens()
    painter.setBrush(QColor(colors.good if point.positive else colors.bad))
    for ink, width in ((QColor(0, 0, 0, 130), 3.0), (QColor("white"), 1.5)):
        painter.setPen(QPen(ink, width))
        painter.drawEllipse(QPointF(x, y), radius, radius)
    painter.setPen(QPen(QColor("white"), 1.8, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.drawLine(QPointF(x - 3, y), QPointF(x + 3, y))
    if point.positive:
        painter.drawLine(QPointF(x, y - 3), QPointF(x, y + 3))


def draw_busy(painter: QPainter, view: ViewTransform, prompts: PromptSet) -> None:
    """A still, quiet ring round the newest point whose answer is awaited."""
    if not prompts.points:
        return
    x, y = view.to_widget(prompts.points[-1].at)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(theme.tokens().accent), 2, Qt.PenStyle.DotLine))
    painter.drawEllipse(QPointF(x, y), DISC, DISC)

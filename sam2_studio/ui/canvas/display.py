"""What the canvas shows: state, view and painting. What a user does with it is in `canvas.py`.

A plain widget with a QPainter: it works offscreen and over remote desktops, and one blit a layer is fast enough for 4K.
"""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from sam2_studio.core.frames import Frame
from sam2_studio.core.geometry import Box, Point
from sam2_studio.core.masks import Mask
from sam2_studio.core.prompts import NO_PROMPTS, PromptSet
from sam2_studio.engine.strokes import Area, Pixels
from sam2_studio.ui import theme
from sam2_studio.ui.canvas import outlines, overlay, painting
from sam2_studio.ui.canvas.differences import Difference
from sam2_studio.ui.canvas.ground import Ground
from sam2_studio.ui.canvas.layers import Layers
from sam2_studio.ui.canvas.live_mask import LiveMask
from sam2_studio.ui.canvas.onion import Skin
from sam2_studio.ui.canvas.overlay import ShownMask, ViewKind
from sam2_studio.ui.canvas.split import SplitLine
from sam2_studio.ui.canvas.transform import ViewTransform
from sam2_studio.ui.language import tr

WHEEL_STEP = 1.2  # zoom by one notch of 120
VIEWS = (ViewKind.OVERLAY, ViewKind.OUTLINE, ViewKind.MATTE, ViewKind.CUTOUT, ViewKind.DIFFERENCE)
_SETTLE = 120  # ms without a new frame before the picture is drawn smooth
_DIMMED = QColor(0, 0, 0, 140)  # over the picture, so that differences stand out


class CanvasDisplay(QWidget):
    """The picture and what lies on it.

    Signals:
        view_changed: ViewKind.
        zoom_changed: Zoom, 1 for 100 %.
        content_changed: Another frame, or other masks on it.
        shape_changed: Width to height of a pixel of the picture, as it is drawn now.
    """

    view_changed = Signal(object)
    zoom_changed = Signal(float)
    content_changed = Signal()
    shape_changed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layers = Layers()
        self._prompts, self._editable = NO_PROMPTS, False
        self._preview: QPainterPath | None = None
        self._dragged_box: Box | None = None
        self._hovered: int | None = None
        self._ghosts: tuple[painting.Ghost, ...] = ()
        self._ghosts_wanted = False
        self._original = False
        self._busy = False
        self._view = ViewTransform()
        self._pixel_aspect, self._square = 1.0, False
        self._split = SplitLine(self)
        self._split.moved.connect(self.update)
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE)
        self._settle.timeout.connect(self.update)
        self.setMinimumSize(QSize(320, 200))
        self.setAccessibleName(tr("Picture"))

    # What it shows

    @property
    def frame(self) -> Frame | None:
        return self._layers.frame

    @property
    def masks(self) -> tuple[ShownMask, ...]:
        """What is shown on the frame, later ones on top."""
        return self._layers.masks

    @property
    def view(self) -> ViewTransform:
        """Where the picture lies."""
        return self._view

    @property
    def kind(self) -> ViewKind:
        """The view chosen; `\\` may show the original over it."""
        return self._layers.kind

    @property
    def overlay_opacity(self) -> float:
        """How strongly the overlay colours the selected object, 0 to 1."""
        return self._layers.opacity

    def set_frame(self, frame: Frame | None) -> None:
        """Show a frame, drawn fast at first and smooth when it stays."""
        self._layers.set_frame(frame)
        if frame is not None:
            self._set_view(self._view.with_image(frame.size))
            self._settle.start()
        self._content_changed()

    def set_pixel_aspect(self, aspect: float) -> None:
        """Take how wide the picture's pixels are to their height."""
        self._pixel_aspect = aspect
        self._shape_pixels()

    def set_masks(self, masks: Sequence[ShownMask]) -> None:
        """Show these masks, later ones on top."""
        self._layers.set_masks(masks)
        self._content_changed()

    def set_colors(self, colors: Pixels | None) -> None:
        """Show cutouts in the subjects' own colours, (H, W, 3) of the frame's size; None for the picture's."""
        self._layers.set_colors(colors)
        self.update()

    def set_differences(self, differences: Sequence[Difference]) -> None:
        """Take what changed since the frame before, for the view of differences."""
        self._layers.set_differences(differences)
        self.update()

    def set_skins(self, skins: Sequence[Skin]) -> None:
        """Show thin outlines of neighbouring frames, or none."""
        self._layers.skins = tuple(skins)
        self.update()

    def set_ground(self, ground: Ground) -> None:
        """Show cutouts on this."""
        self._layers.set_ground(ground)
        self.update()

    def set_live(self, live: LiveMask | None, object_id: int = 0, color: str = "#FFFFFF") -> None:
        """Show a mask that is being painted in place of the object's own; None ends that."""
        if live is None and self._layers.live is None:
            return
        self._layers.set_live(live, object_id, color)
        if live is None or self.kind is not ViewKind.OVERLAY:
            self.update()

    def refresh_live(self, area: Area) -> None:
        """An area of the live mask was drawn in."""
        self._layers.refresh_live(area)

    def alpha_at(self, point: Point) -> float:
        """How much the visible objects cover of the pixel that holds the point, 0 to 1."""
        return self._layers.alpha_at(*point.pixel)

    def set_prompts(self, prompts: PromptSet, *, editable: bool) -> None:
        """Show these prompts."""
        self._prompts, self._editable = prompts, editable
        self.update()

    def set_ghosts(self, ghosts: Sequence[painting.Ghost]) -> None:
        """Take the prompts of other frames; they show where that is wanted."""
        self._ghosts = tuple(ghosts)
        self.update()

    def show_ghosts(self, wanted: bool) -> None:
        """Show the prompts of other frames, faint, or hide them again."""
        self._ghosts_wanted = wanted
        self.update()

    def point_out(self, place: int) -> None:
        """Let a prompt stand out: the index of a point, or `painting.BOX`; anything else ends that."""
        self._hovered = place if place >= painting.BOX else None
        self.update()

    def set_preview(self, mask: Mask | None) -> None:
        """Show what a click would give, or nothing."""
        self._preview = None if mask is None else overlay.outline_path(mask)
        self.update()

    def set_busy(self, busy: bool) -> None:
        """Show that an answer is awaited."""
        self._busy = busy
        self.update()

    def set_view(self, kind: ViewKind) -> None:
        self._layers.set_kind(kind)
        self.view_changed.emit(kind)
        self.update()

    def next_view(self) -> None:
        self.set_view(VIEWS[(VIEWS.index(self.kind) + 1) % len(VIEWS)])

    def set_overlay_opacity(self, opacity: float) -> None:
        """Colour the selected object so strongly in the overlay, 0 to 1."""
        self._layers.set_opacity(opacity)
        self.update()

    def show_original(self, original: bool) -> None:
        """Show the bare picture, or again the view chosen."""
        self._original = original
        self.update()

    def show_split(self, wanted: bool) -> None:
        """Show the original at the left of a line that can be dragged, the view chosen at its right."""
        self._split.setVisible(wanted)
        self._place_split()
        self.update()

    def show_square_pixels(self, wanted: bool) -> None:
        """Draw each pixel as a square, whatever its shape, or again in its true shape."""
        self._square = wanted
        self._shape_pixels()

    def _shape_pixels(self) -> None:
        aspect = 1.0 if self._square else self._pixel_aspect
        if aspect != self._view.aspect:
            self._set_view(self._view.with_aspect(aspect))
            self.shape_changed.emit(aspect)

    # Zoom

    def fit(self) -> None:
        self._set_view(self._view.fit())

    def fit_object(self) -> None:
        """Show the selected object as large as the window allows, not beyond `MOST_OBJECT_ZOOM`."""
        chosen = next((m.mask for m in self.masks if m.selected), None)
        if chosen is not None:
            self._set_view(self._view.fit_box(chosen.box))

    def show_actual_size(self) -> None:
        self.zoom_to(1.0)

    def zoom_in(self) -> None:
        self.zoom_to(self._view.zoom * WHEEL_STEP**2)

    def zoom_out(self) -> None:
        self.zoom_to(self._view.zoom / WHEEL_STEP**2)

    def zoom_to(self, zoom: float) -> None:
        """Zoom around the middle, 1 for 100 %."""
        self._set_view(self._view.zoomed_to(zoom, self.width() / 2, self.height() / 2))

    def pan(self, dx: float, dy: float) -> None:
        """Move the picture by logical pixels."""
        self._set_view(self._view.panned(dx, dy))

    def _set_view(self, view: ViewTransform) -> None:
        if view != self._view:
            zoomed = view.zoom != self._view.zoom
            self._view = view
            if zoomed:
                self.zoom_changed.emit(view.zoom)
            self._place_split()
            self.update()

    def _place_split(self) -> None:
        if self._split.isVisibleTo(self):
            self._split.place(self._view)

    def _content_changed(self) -> None:
        self.content_changed.emit()
        self.update()

    # Qt overrides

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._set_view(self._view.resized(self.width(), self.height(), self.devicePixelRatioF()))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        try:
            self._paint(painter, QRectF(event.rect()))
        finally:
            painter.end()

    # Painting

    def _paint(self, painter: QPainter, exposed: QRectF) -> None:
        painter.fillRect(exposed, QColor(theme.tokens().surface_0))
        if self.frame is None:
            return
        kind = ViewKind.ORIGINAL if self._original else self.kind
        seen = exposed
        if self._split.isVisibleTo(self):
            line = self._split.position_in(self._view)
            self._paint_view(painter, ViewKind.ORIGINAL, exposed & QRectF(0, 0, line, self.height()))
            seen = exposed & QRectF(line, 0, self.width() - line, self.height())
        painter.setClipRect(seen)
        self._paint_view(painter, kind, seen)
        if kind is not ViewKind.ORIGINAL:
            self._paint_prompts(painter)
        painter.setClipping(False)
        painting.draw_pixel_grid(painter, self._view, exposed)

    def _paint_view(self, painter: QPainter, kind: ViewKind, exposed: QRectF) -> None:
        """The picture in one of the views, without prompts."""
        if exposed.isEmpty():
            return
        layers, view = self._layers, self._view
        self._paint_base(painter, kind, exposed)
        if kind is ViewKind.OVERLAY:
            painting.draw_image(painter, view, layers.labels(), exposed & layers.labelled(view), smooth=False)
        if layers.live is not None and kind not in (ViewKind.ORIGINAL, ViewKind.CUTOUT):
            painting.draw_image(painter, view, layers.live.image, exposed, smooth=False)
        if kind is ViewKind.DIFFERENCE:
            painter.fillRect(painting.picture_rect(view) & exposed, _DIMMED)
            painting.draw_layer(painter, view, layers.hatched(view), exposed)
        if kind in (ViewKind.OVERLAY, ViewKind.OUTLINE):
            self._paint_outlines(painter, exposed)
        if kind is not ViewKind.ORIGINAL and layers.skins:
            painting.draw_layer(painter, view, layers.onion(view), exposed)

    def _paint_base(self, painter: QPainter, kind: ViewKind, exposed: QRectF) -> None:
        """Smooth where it stands still and is reduced: scaled once, then kept for every repaint of what lies on it."""
        base = self._layers.base(kind)
        smooth = not self._settle.isActive() and self._view.needs_smoothing
        if not smooth or base is not self._layers.picture:
            painting.draw_image(painter, self._view, base, exposed, smooth=smooth)
            return
        painter.drawPixmap(
            exposed.topLeft(), self._layers.backdrop(self._view), painting.device_rect(exposed, self._view)
        )

    def _paint_outlines(self, painter: QPainter, exposed: QRectF) -> None:
        """Those of masks that stand still are found once a view, that of a painted one where it is painted."""
        ratio, live = self._view.ratio, self._layers.live
        painting.draw_layer(painter, self._view, self._layers.outlines(self._view), exposed)
        if live is not None:
            part = outlines.ScreenPart.under(exposed, ratio)
            outlined = outlines.Outlined(outlines.Inside(live.pixels), live.color, strong=True)
            where = QRectF(part.left / ratio, part.top / ratio, part.width / ratio, part.height / ratio)
            painter.drawImage(where, outlines.outline_image([outlined], self._view, part))

    def _paint_prompts(self, painter: QPainter) -> None:
        if self._preview is not None:
            painting.draw_preview(painter, self._view, [self._preview], theme.tokens().accent)
        if self._ghosts_wanted:
            painting.draw_ghosts(painter, self._view, self._ghosts)
        painting.draw_prompts(painter, self._view, self._prompts, hovered=self._hovered)
        if self._dragged_box is not None:
            painting.draw_box(painter, self._view, self._dragged_box)
        if self._busy:
            painting.draw_busy(painter, self._view, self._prompts)

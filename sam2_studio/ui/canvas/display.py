"""What the canvas shows: state, view and painting. What a user does with it is in `canvas.py`.

A plain widget with a QPainter: it works offscreen and over remote desktops, and one blit a layer is fast enough for 4K.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, QTimer, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QWidget

from sam2_studio.core.frames import Frame
from sam2_studio.core.geometry import Box
from sam2_studio.core.masks import Mask
from sam2_studio.core.prompts import PromptSet
from sam2_studio.engine.strokes import Area
from sam2_studio.ui import theme
from sam2_studio.ui.canvas import outlines, overlay, painting
from sam2_studio.ui.canvas.live_mask import LiveMask
from sam2_studio.ui.canvas.overlay import ShownMask, ViewKind
from sam2_studio.ui.canvas.transform import ViewTransform

WHEEL_STEP = 1.2  # zoom by one notch of 120
NO_PROMPTS = PromptSet()
VIEWS = (ViewKind.OVERLAY, ViewKind.OUTLINE, ViewKind.MATTE, ViewKind.CUTOUT)
_SETTLE = 120  # ms without a new frame before the picture is drawn smooth


class CanvasDisplay(QWidget):
    """The picture and what lies on it.

    Signals:
        view_changed: ViewKind.
        zoom_changed: Zoom, 1 for 100 %.
    """

    view_changed = Signal(object)
    zoom_changed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._frame: Frame | None = None
        self._masks: tuple[ShownMask, ...] = ()
        self._prompts, self._editable = NO_PROMPTS, False
        self._preview: QPainterPath | None = None
        self._dragged_box: Box | None = None
        self._hovered: int | None = None
        self._ghosts: tuple[painting.Ghost, ...] = ()
        self._ghosts_wanted = False
        self._kind = ViewKind.OVERLAY
        self._opacity = overlay.FILL
        self._original = False
        self._busy = False
        self._view = ViewTransform()
        self._picture: QImage | None = None
        self._layer: QImage | None = None
        self._live: LiveMask | None = None
        self._live_id = 0
        self._others: NDArray[np.uint8] | None = None  # what is inside of other objects, for the cutout under a stroke
        self._backdrop: tuple[tuple[int, ViewTransform], QPixmap] | None = None
        self._outlines: tuple[tuple[ViewTransform, tuple[ShownMask, ...]], QImage] | None = None
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE)
        self._settle.timeout.connect(self.update)
        self.setMinimumSize(QSize(320, 200))
        self.setAccessibleName("Picture")

    # What it shows

    @property
    def frame(self) -> Frame | None:
        return self._frame

    @property
    def view(self) -> ViewTransform:
        """Where the picture lies."""
        return self._view

    @property
    def kind(self) -> ViewKind:
        """The view chosen; `\\` may show the original over it."""
        return self._kind

    def set_frame(self, frame: Frame | None) -> None:
        """Show a frame, drawn fast at first and smooth when it stays."""
        self._frame = frame
        self._picture = None if frame is None else overlay.picture_image(frame.rgb8())
        self._layer = None
        if frame is not None:
            self._set_view(self._view.with_image(frame.size))
            self._settle.start()
        self.update()

    def set_masks(self, masks: Sequence[ShownMask]) -> None:
        """Show these masks, later ones on top."""
        self._masks = tuple(masks)
        self._layer = None
        self.update()

    def set_live(self, live: LiveMask | None, object_id: int = 0, color: str = "#FFFFFF") -> None:
        """Show a mask that is being painted in place of the object's own; None ends that."""
        if live is None and self._live is None:
            return
        if live is None or self._kind is not ViewKind.CUTOUT:  # the cutout shows the same until something is drawn
            self._layer = None
        self._live, self._live_id, self._others = live, object_id, None
        if live is not None:
            matte = self._kind is ViewKind.MATTE
            strength = self._opacity if self._kind is ViewKind.OVERLAY else overlay.QUIET_FILL
            live.color = color
            live.set_ink(overlay.rgba("#FFFFFF", 1.0) if matte else overlay.rgba(color, strength))
        if live is None or self._kind is not ViewKind.OVERLAY:
            self.update()

    def refresh_live(self, area: Area) -> None:
        """An area of the live mask was drawn in."""
        frame, live = self._frame, self._live
        if self._kind is ViewKind.CUTOUT and self._layer is not None and frame is not None and live is not None:
            rows, columns = slice(area.top, area.bottom), slice(area.left, area.right)
            inside = (live.pixels[rows, columns] | self._other_alpha(frame)[rows, columns]) != 0
            overlay.patch_cutout(self._layer, frame.rgb8(), inside, area)

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
        self._kind, self._layer = kind, None
        self.view_changed.emit(kind)
        self.update()

    def next_view(self) -> None:
        self.set_view(VIEWS[(VIEWS.index(self._kind) + 1) % len(VIEWS)])

    def set_overlay_opacity(self, opacity: float) -> None:
        """How strongly the overlay colours the selected object, 0 to 1."""
        self._opacity, self._layer = opacity, None
        self.update()

    def show_original(self, original: bool) -> None:
        """Show the bare picture, or again the view chosen."""
        self._original, self._layer = original, None
        self.update()

    # Zoom

    def fit(self) -> None:
        self._set_view(self._view.fit())

    def show_actual_size(self) -> None:
        self.zoom_to(1.0)

    def zoom_in(self) -> None:
        self.zoom_to(self._view.zoom * WHEEL_STEP**2)

    def zoom_out(self) -> None:
        self.zoom_to(self._view.zoom / WHEEL_STEP**2)

    def zoom_to(self, zoom: float) -> None:
        """Zoom around the middle, 1 for 100 %."""
        self._set_view(self._view.zoomed_to(zoom, self.width() / 2, self.height() / 2))

    def _set_view(self, view: ViewTransform) -> None:
        if view != self._view:
            zoomed = view.zoom != self._view.zoom
            self._view = view
            if zoomed:
                self.zoom_changed.emit(view.zoom)
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
        frame = self._frame
        if frame is None or self._picture is None:
            return
        kind = ViewKind.ORIGINAL if self._original else self._kind
        self._paint_base(painter, self._base(frame, kind), exposed)
        if kind is ViewKind.OVERLAY:
            painting.draw_image(painter, self._view, self._labels(frame), exposed, smooth=False)
        if self._live is not None and kind not in (ViewKind.ORIGINAL, ViewKind.CUTOUT):
            painting.draw_image(painter, self._view, self._live.image, exposed, smooth=False)
        if kind in (ViewKind.OVERLAY, ViewKind.OUTLINE):
            self._paint_outlines(painter, exposed)
        painting.draw_pixel_grid(painter, self._view, exposed)
        if kind is not ViewKind.ORIGINAL:
            self._paint_prompts(painter)

    def _paint_base(self, painter: QPainter, base: QImage, exposed: QRectF) -> None:
        """Smooth where it stands still and is reduced: scaled once, then kept for every repaint of what lies on it."""
        if self._settle.isActive() or self._view.zoom >= 1 or base is not self._picture:
            smooth = not self._settle.isActive() and self._view.zoom < 1
            painting.draw_image(painter, self._view, base, exposed, smooth=smooth)
            return
        key = (base.cacheKey(), self._view)
        if self._backdrop is None or self._backdrop[0] != key:
            self._backdrop = (key, painting.scaled_picture(self._view, base))
        painter.drawPixmap(exposed.topLeft(), self._backdrop[1], painting.device_rect(exposed, self._view))

    def _shown_masks(self) -> tuple[ShownMask, ...]:
        """Masks to be drawn; not the one that is being painted, which is drawn by itself."""
        return self._masks if self._live is None else tuple(m for m in self._masks if m.object_id != self._live_id)

    def _base(self, frame: Frame, kind: ViewKind) -> QImage:
        """The picture, or for matte and cutout what is seen in its place."""
        if kind not in (ViewKind.MATTE, ViewKind.CUTOUT):
            return self._picture or QImage()
        if self._layer is None and kind is ViewKind.MATTE:
            self._layer = overlay.matte_image(self._shown_masks(), frame.size)
        elif self._layer is None:
            alpha = self._other_alpha(frame)
            self._layer = overlay.cutout_image(frame.rgb8(), alpha if self._live is None else alpha | self._live.pixels)
        return self._layer

    def _other_alpha(self, frame: Frame) -> NDArray[np.uint8]:
        """Where any object is, but for the one that is being painted; kept while that goes on."""
        if self._live is None:
            return overlay.union_alpha(self._masks, frame.size)
        if self._others is None:
            self._others = overlay.union_alpha(self._shown_masks(), frame.size)
        return self._others

    def _labels(self, frame: Frame) -> QImage:
        if self._layer is None:
            self._layer = overlay.label_image(self._shown_masks(), frame.size, self._opacity)
        return self._layer

    def _paint_outlines(self, painter: QPainter, exposed: QRectF) -> None:
        """Those of masks that stand still are found once a view, that of a painted one where it is painted."""
        shown = tuple(m for m in self._shown_masks() if m.visible)
        key = (self._view, shown)
        if self._outlines is None or self._outlines[0] != key:
            found = [outlines.Outlined.of_mask(m) for m in sorted(shown, key=lambda m: m.selected)]
            whole = outlines.ScreenPart.whole(self._view)
            self._outlines = (key, outlines.outline_image(found, self._view, whole))
        ratio = self._view.ratio
        painter.drawImage(exposed, self._outlines[1], painting.device_rect(exposed, self._view))
        if self._live is not None:
            part = outlines.ScreenPart.under(exposed, ratio)
            live = outlines.Outlined(outlines.Inside(self._live.pixels), self._live.color, strong=True)
            where = QRectF(part.left / ratio, part.top / ratio, part.width / ratio, part.height / ratio)
            painter.drawImage(where, outlines.outline_image([live], self._view, part))

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

"""The two small strips on the canvas: view and zoom at the left, what lies under the pointer at the right."""

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QAction, QColor
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from sam2_studio.core.frames import Frame
from sam2_studio.core.geometry import Point
from sam2_studio.ui import theme
from sam2_studio.ui.canvas.canvas import Canvas
from sam2_studio.ui.canvas.differences import CAME, WENT
from sam2_studio.ui.canvas.overlay import ViewKind
from sam2_studio.ui.canvas.view_menu import ViewMenu
from sam2_studio.ui.icons import icon
from sam2_studio.ui.language import later, tr
from sam2_studio.ui.widgets.tip import set_tip

_MARGIN = 12
_ICONS = {
    ViewKind.OVERLAY: "overlay",
    ViewKind.OUTLINE: "outline",
    ViewKind.MATTE: "matte",
    ViewKind.CUTOUT: "checker",
    ViewKind.DIFFERENCE: "difference",
}
_TEXTS = {
    ViewKind.OVERLAY: later("Overlay"),
    ViewKind.OUTLINE: later("Outline"),
    ViewKind.MATTE: later("Matte"),
    ViewKind.CUTOUT: later("Cutout"),
    ViewKind.DIFFERENCE: later("Difference"),
}


class CanvasStrips(QObject):
    """Lays the strips over the canvas and keeps them at its lower edge.

    Signals:
        opacity_chosen: Of the overlay, 0 to 1.
    """

    opacity_chosen = Signal(float)

    def __init__(self, canvas: Canvas, actions: Mapping[str, QAction]) -> None:
        """Lay them over `canvas`; their buttons are `actions` of the table, by id."""
        super().__init__(canvas)
        self._canvas = canvas
        self.left, left_row = make_strip(canvas)
        self.right, right_row = make_strip(canvas)
        self._view = QToolButton()
        self._zoom = QLabel("100 %")
        self._legend = QLabel(legend())
        self._readout = QLabel()
        self._point: Point | None = None
        self._actions = actions
        self._build(left_row, right_row)
        canvas.installEventFilter(self)
        canvas.view_changed.connect(self._show_view)
        canvas.zoom_changed.connect(self._show_zoom)
        canvas.hovered.connect(self._hover)
        canvas.content_changed.connect(self._show_readout)
        self._show_view(canvas.kind)
        self.set_visible(False)

    def set_visible(self, visible: bool) -> None:
        """Hide both where there is no picture."""
        self.left.setVisible(visible)
        self.right.setVisible(visible and bool(self._readout.text()))
        self._place()

    def refresh_icons(self) -> None:
        """Take the icons again, after a change of theme."""
        self._show_view(self._canvas.kind)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _build(self, row: QHBoxLayout, right_row: QHBoxLayout) -> None:
        self._view.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._view.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._menu = ViewMenu(self._canvas, self._actions, self.left)
        self._menu.opacity_chosen.connect(self.opacity_chosen)
        self._view.setMenu(self._menu)
        self._view.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        next_view = self._actions["next_view"]
        next_view.changed.connect(self._show_tip)
        self._show_tip()
        row.addWidget(self._view)
        self._legend.setContentsMargins(4, 0, 12, 0)
        row.addWidget(self._legend)
        row.addWidget(self._button("zoom_out"))
        self._zoom.setMinimumWidth(48)
        self._zoom.setAlignment(Qt.AlignmentFlag.AlignCenter)
        row.addWidget(self._zoom)
        row.addWidget(self._button("zoom_in"))
        row.addWidget(self._button("fit"))
        theme.mark(self._readout, "quiet", True)
        self._readout.setTextFormat(Qt.TextFormat.RichText)
        right_row.addWidget(self._readout)

    def _button(self, name: str) -> QToolButton:
        button = QToolButton()
        button.setDefaultAction(self._actions[name])
        button.setAccessibleName(self._actions[name].text().replace("&", ""))
        button.setAccessibleDescription(self._actions[name].statusTip())
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _show_tip(self) -> None:
        set_tip(self._view, self._actions["next_view"].toolTip())

    def _show_view(self, kind: ViewKind) -> None:
        name = tr(_TEXTS[kind])
        self._view.setText(f"{name}  ▾")
        self._view.setAccessibleName(tr("View: {name}", name=name))
        self._view.setIcon(icon(_ICONS[kind]))
        self._legend.setVisible(kind is ViewKind.DIFFERENCE)
        self._place()

    def _show_zoom(self, zoom: float) -> None:
        self._zoom.setText(f"{zoom * 100:.0f} %")

    def _hover(self, point: Point | None) -> None:
        self._point = point
        self._show_readout()

    def _show_readout(self) -> None:
        """Say what lies under the pointer, which may rest while frame and masks change."""
        frame, point = self._canvas.frame, self._point
        if point is None or frame is None or not point.inside(frame.size):
            self._readout.clear()
        else:
            self._readout.setText(readout(frame, point, self._canvas.alpha_at(point)))
        self.right.setVisible(bool(self._readout.text()))
        self._place()

    def _place(self) -> None:
        for strip in (self.left, self.right):
            strip.adjustSize()
        top = self._canvas.height() - self.left.height() - _MARGIN
        self.left.move(_MARGIN, top)
        self.right.move(self._canvas.width() - self.right.width() - _MARGIN, top)


def legend() -> str:
    """What the colours and hatchings of the difference say; rich text."""
    signs = (CAME, "╱╱", tr("came")), (WENT, "╲╲", tr("went"))
    return "&nbsp;&nbsp;".join(f"<span style='color:{color}'>{sign}</span>&nbsp;{word}" for color, sign, word in signs)


def readout(frame: Frame, point: Point, alpha: float) -> str:
    """Position, the source's own values of red, green and blue, and how much the masks cover; rich text."""
    column, row = point.pixel
    values = frame.rgb[row, column].tolist()
    shift = 8 if frame.rgb.dtype == np.uint16 else 0
    color = QColor(*(value >> shift for value in values)).name()
    parts = (f"x&nbsp;{column}&nbsp;&nbsp;y&nbsp;{row}", f"<span style='color:{color}'>■</span>", *map(str, values))
    return "&nbsp;&nbsp;".join((*parts, f"α&nbsp;{alpha * 100:.0f}&nbsp;%"))


def make_strip(canvas: QWidget) -> tuple[QWidget, QHBoxLayout]:
    """A small bar that lies on the canvas, and its row to fill."""
    strip = QWidget(canvas)
    strip.setObjectName("canvas-strip")
    strip.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    strip.setCursor(Qt.CursorShape.ArrowCursor)
    strip.setFixedHeight(36)
    row = QHBoxLayout(strip)
    row.setContentsMargins(8, 2, 8, 2)
    row.setSpacing(4)
    return strip, row

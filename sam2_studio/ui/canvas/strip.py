"""The two small strips on the canvas: view and zoom at the left, what lies under the pointer at the right."""

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QActionGroup, QColor
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QToolButton, QWidget

from sam2_studio.core.geometry import Point
from sam2_studio.ui import theme
from sam2_studio.ui.canvas.canvas import Canvas
from sam2_studio.ui.canvas.display import VIEWS
from sam2_studio.ui.canvas.overlay import ViewKind
from sam2_studio.ui.icons import icon

_MARGIN = 12
_TEXTS = {
    ViewKind.OVERLAY: "Overlay",
    ViewKind.OUTLINE: "Outline",
    ViewKind.MATTE: "Matte",
    ViewKind.CUTOUT: "Cutout",
}
_ICONS = {
    ViewKind.OVERLAY: "overlay",
    ViewKind.OUTLINE: "outline",
    ViewKind.MATTE: "matte",
    ViewKind.CUTOUT: "checker",
}


class CanvasStrips(QObject):
    """Lays the strips over the canvas and keeps them at its lower edge."""

    def __init__(self, canvas: Canvas, actions: Mapping[str, QAction]) -> None:
        """Lay them over `canvas`; their buttons are `actions` of the table, by id."""
        super().__init__(canvas)
        self._canvas = canvas
        self.left, left_row = make_strip(canvas)
        self.right, right_row = make_strip(canvas)
        self._view = QToolButton()
        self._zoom = QLabel("100 %")
        self._readout = QLabel()
        self._actions = actions
        self._build(left_row, right_row)
        canvas.installEventFilter(self)
        canvas.view_changed.connect(self._show_view)
        canvas.zoom_changed.connect(self._show_zoom)
        canvas.hovered.connect(self._show_point)
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
        self._view.setMenu(self._views_menu())
        self._view.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        next_view = self._actions["next_view"]
        next_view.changed.connect(self._show_tip)
        self._show_tip()
        row.addWidget(self._view)
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
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _show_tip(self) -> None:
        self._view.setToolTip(self._actions["next_view"].toolTip())

    def _views_menu(self) -> QMenu:
        menu = QMenu(self.left)
        group = QActionGroup(menu)
        for kind in VIEWS:
            action = menu.addAction(_TEXTS[kind])
            action.triggered.connect(partial(self._canvas.set_view, kind))
            action.setCheckable(True)
            action.setData(kind)
            group.addAction(action)
        return menu

    def _show_view(self, kind: ViewKind) -> None:
        self._view.setText(f"{_TEXTS[kind]}  ▾")
        self._view.setIcon(icon(_ICONS[kind]))
        for action in self._view.menu().actions():
            action.setChecked(action.data() == kind)
        self._place()

    def _show_zoom(self, zoom: float) -> None:
        self._zoom.setText(f"{zoom * 100:.0f} %")

    def _show_point(self, point: Point | None) -> None:
        frame = self._canvas.frame
        if point is None or frame is None:
            self._readout.clear()
        else:
            column, row = point.pixel
            color = QColor(*frame.rgb8()[row, column].tolist()).name().upper()
            self._readout.setText(
                f"x {column}&nbsp;&nbsp;y {row}&nbsp;&nbsp;&nbsp;<span style='color:{color}'>■</span> {color}"
            )
        self.right.setVisible(bool(self._readout.text()))
        self._place()

    def _place(self) -> None:
        for strip in (self.left, self.right):
            strip.adjustSize()
        top = self._canvas.height() - self.left.height() - _MARGIN
        self.left.move(_MARGIN, top)
        self.right.move(self._canvas.width() - self.right.width() - _MARGIN, top)


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

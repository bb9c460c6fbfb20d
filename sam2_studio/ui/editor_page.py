"""How the parts of the editor stand: canvas with the panels beside it, transport and timeline below. Wires nothing."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

_SIDE_WIDTH = 280
_CANVAS_HEIGHT, _BOTTOM_HEIGHT = 700, 248


def editor_page(canvas: QWidget, panels: Sequence[QWidget], transport: QWidget, timeline: QWidget) -> QSplitter:
    """The editor; the first of the panels takes the room that the others leave."""
    splitter = QSplitter(Qt.Orientation.Vertical)
    splitter.addWidget(_top(canvas, panels))
    splitter.addWidget(_bottom(transport, timeline))
    splitter.setStretchFactor(0, 1)
    splitter.setCollapsible(0, False)
    splitter.setCollapsible(1, False)
    splitter.setSizes([_CANVAS_HEIGHT, _BOTTOM_HEIGHT])
    return splitter


def column_of(widget: QWidget) -> QVBoxLayout:
    """A layout from top to bottom without gaps."""
    column = QVBoxLayout(widget)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    return column


def _top(canvas: QWidget, panels: Sequence[QWidget]) -> QWidget:
    top = QWidget()
    row = QHBoxLayout(top)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(0)
    row.addWidget(canvas, 1)
    row.addWidget(_side(panels))
    return top


def _side(panels: Sequence[QWidget]) -> QWidget:
    side = _styled("side")
    side.setFixedWidth(_SIDE_WIDTH)
    column = column_of(side)
    for place, panel in enumerate(panels):
        column.addWidget(panel, 0 if place else 1)
    return side


def _bottom(transport: QWidget, timeline: QWidget) -> QWidget:
    bottom = _styled("bottom")
    column = column_of(bottom)
    column.addWidget(transport)
    column.addWidget(timeline, 1)
    return bottom


def _styled(name: str) -> QWidget:
    widget = QWidget()
    widget.setObjectName(name)
    widget.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    return widget

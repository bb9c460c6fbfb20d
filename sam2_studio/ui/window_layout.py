"""Where the parts of the window lie, and what of it is remembered from one session to the next."""

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtWidgets import QMainWindow, QSplitter, QVBoxLayout, QWidget

from sam2_studio.ui.panels.section import Section
from sam2_studio.ui.settings import Settings

HOME = (1440, 900)
_TITLE_BAR = 40  # about; its height isn't known before the window is shown
_SIDE_WIDTH, _SIDE_WIDEST = 280, 440
_BOTTOM = 208


class WindowLayout:
    """The editor's page, whose dividers the user moves.

    Attributes:
        editor: Canvas, panel, transport and timeline.
    """

    def __init__(self, *, canvas: QWidget, panels: list[Section], transport: QWidget, timeline: QWidget) -> None:
        """Lay out; the first of `panels` takes what height is left."""
        self._foldable = [panel for panel in panels if panel.is_foldable]
        self._across = _splitter(Qt.Orientation.Horizontal, canvas, _side(panels))
        self._across.setSizes([HOME[0] - _SIDE_WIDTH, _SIDE_WIDTH])
        self.editor = _splitter(Qt.Orientation.Vertical, self._across, _bottom(transport, timeline))
        self.editor.setSizes([HOME[1] - _BOTTOM, _BOTTOM])

    def restore(self, settings: Settings, window: QMainWindow) -> None:
        """Put everything where it was."""
        room = window.screen().availableSize() - QSize(0, _TITLE_BAR)
        window.resize(QSize(*HOME).boundedTo(room.expandedTo(window.minimumSize())))
        now = settings.now
        for section in self._foldable:
            section.set_folded(section.objectName() in now.folded_sections)
        for text, restore in (
            (now.window_geometry, window.restoreGeometry),
            (now.timeline_splitter, self.editor.restoreState),
            (now.panel_splitter, self._across.restoreState),
        ):
            if text:
                restore(QByteArray.fromBase64(text.encode()))

    def remember(self, settings: Settings, window: QMainWindow) -> None:
        """Keep where everything is."""
        settings.change(
            folded_sections=tuple(section.objectName() for section in self._foldable if section.is_folded),
            window_geometry=_text(window.saveGeometry()),
            timeline_splitter=_text(self.editor.saveState()),
            panel_splitter=_text(self._across.saveState()),
        )


def column_of(widget: QWidget) -> QVBoxLayout:
    """A column without margins in the widget."""
    column = QVBoxLayout(widget)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    return column


def _splitter(orientation: Qt.Orientation, first: QWidget, second: QWidget) -> QSplitter:
    """Two widgets of which the first takes what the window gains."""
    splitter = QSplitter(orientation)
    splitter.addWidget(first)
    splitter.addWidget(second)
    splitter.setStretchFactor(0, 1)
    splitter.setStretchFactor(1, 0)
    splitter.setChildrenCollapsible(False)
    return splitter


def _side(panels: list[Section]) -> QWidget:
    side = QWidget()
    side.setObjectName("side")
    side.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    side.setMinimumWidth(_SIDE_WIDTH)
    side.setMaximumWidth(_SIDE_WIDEST)
    column = column_of(side)
    for place, panel in enumerate(panels):
        column.addWidget(panel, 0 if place else 1)
    return side


def _bottom(transport: QWidget, timeline: QWidget) -> QWidget:
    bottom = QWidget()
    bottom.setObjectName("bottom")
    bottom.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    column = column_of(bottom)
    column.addWidget(transport)
    column.addWidget(timeline, 1)
    return bottom


def _text(state: QByteArray) -> str:
    return bytes(state.toBase64().data()).decode()

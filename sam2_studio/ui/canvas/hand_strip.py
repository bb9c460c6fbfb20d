"""The strip of options over the canvas while a hand tool is taken: size of the brush, and what a stroke reaches."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QPushButton, QWidget

from sam2_studio.ui import theme
from sam2_studio.ui.canvas import brush as limits
from sam2_studio.ui.canvas.brush import Brush
from sam2_studio.ui.canvas.canvas import Canvas
from sam2_studio.ui.canvas.strip import make_strip
from sam2_studio.ui.canvas.tools import ToolKind
from sam2_studio.ui.language import later, tr
from sam2_studio.ui.widgets.number_field import NumberField
from sam2_studio.ui.widgets.tip import set_tip

_MARGIN = 12
_UNITS = (
    (
        later("Screen"),
        later("<b>Pixels of the screen</b><br>The brush looks the same at every zoom: zoom in to paint finer."),
    ),
    (later("Picture"), later("<b>Pixels of the picture</b><br>The brush covers the same at every zoom.")),
)
_REACHES = (
    (
        later("Until next keyframe"),
        later("<b>Until the next keyframe</b><br>Tracking starts from what you paint, as from a click."),
    ),
    (
        later("This frame only"),
        later("<b>This frame only</b><br>What you paint is kept here and tracking passes it by."),
    ),
)


class HandStrip(QObject):
    """Lays the strip over the canvas, at its upper edge.

    Signals:
        alone_chosen: Whether strokes are for their frame only.
    """

    alone_chosen = Signal(bool)

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self.bar, row = make_strip(canvas)
        self._size = NumberField(tr("Brush size"), least=limits.LEAST, most=limits.MOST, step=1, unit="px")
        self._units, self._reaches = QButtonGroup(self), QButtonGroup(self)
        self._brush_parts: list[QWidget] = []
        self._reach_parts: list[QWidget] = []
        self._build(row)
        self._size.valueChanged.connect(self._size_chosen)
        self._size.editingFinished.connect(canvas.setFocus)
        self._units.idClicked.connect(self._unit_chosen)
        self._reaches.idClicked.connect(self._reach_chosen)
        canvas.brush_changed.connect(self._show_brush)
        canvas.tool_changed.connect(self._show_tool)
        canvas.installEventFilter(self)
        self._show_brush(canvas.brush)
        self._show_tool(canvas.tool.kind)
        self.set_alone(False)

    def set_alone(self, alone: bool) -> None:
        """Show what strokes reach."""
        self._reaches.button(int(alone)).setChecked(True)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self._place()
        return False

    def _build(self, row: QHBoxLayout) -> None:
        self._size.setFixedWidth(72)
        set_tip(self._size, tr("<b>Brush size</b>&nbsp;&nbsp;[ and ]<br>Ctrl+Alt+drag on the picture sets it too."))
        gap = QWidget()
        gap.setFixedWidth(12)
        self._brush_parts = [_label(tr("Size")), self._size, *self._choices(self._units, _UNITS)]
        self._reach_parts = [gap, _label(tr("Reaches")), *self._choices(self._reaches, _REACHES)]
        for part in (*self._brush_parts, *self._reach_parts):
            row.addWidget(part)

    def _choices(self, group: QButtonGroup, choices: tuple[tuple[str, str], ...]) -> list[QWidget]:
        made: list[QWidget] = []
        for place, (text, tip) in enumerate(choices):
            button = QPushButton(tr(text))
            button.setCheckable(True)
            set_tip(button, tr(tip))
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            theme.mark(button, "option", True)
            group.addButton(button, place)
            made.append(button)
        return made

    def _size_chosen(self, value: float) -> None:
        self._canvas.set_brush(self._canvas.brush.resized(value))

    def _unit_chosen(self, place: int) -> None:
        self._canvas.set_brush(self._canvas.brush.measured(self._canvas.view, in_picture=bool(place)))

    def _reach_chosen(self, place: int) -> None:
        self.alone_chosen.emit(bool(place))

    def _show_brush(self, brush: Brush) -> None:
        self._size.setValue(brush.size)
        self._units.button(int(brush.in_picture)).setChecked(True)

    def _show_tool(self, kind: ToolKind) -> None:
        self.bar.setVisible(kind.is_hand)
        for part in self._reach_parts:
            part.setVisible(kind.draws_mask)
        for part in self._brush_parts:
            part.setVisible(kind.is_brush)
        self._place()

    def _place(self) -> None:
        self.bar.adjustSize()
        self.bar.move(_MARGIN, _MARGIN)


def _label(text: str) -> QLabel:
    label = QLabel(text)
    theme.mark(label, "quiet", True)
    return label

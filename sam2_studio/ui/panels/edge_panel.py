"""How the selected object's edge is cleaned up: grow, feather, specks, holes, matte. Knows values only."""

from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QVBoxLayout, QWidget

from sam2_studio.core.edges import EdgeSettings
from sam2_studio.ui.language import later, tr
from sam2_studio.ui.panels.section import Section
from sam2_studio.ui.widgets.number_field import NumberField
from sam2_studio.ui.widgets.switch import Switch
from sam2_studio.ui.widgets.tip import set_tip


@dataclass(frozen=True, kw_only=True)
class _Setting:
    """One number of `EdgeSettings`.

    Attributes:
        name: Its field.
        text: As shown.
        least, most: What the field takes.
        reach: What the slider covers: the useful part, so that it can be set by hand.
        step: Of both.
        tip: What and when.
    """

    name: str
    text: str
    least: float
    most: float
    reach: tuple[float, float]
    step: float
    tip: str


_SETTINGS = (
    _Setting(name="grow", text=later("Grow"), least=-64, most=64, reach=(-12, 12), step=0.5,
             tip=later("Move the outline out, or in below zero, when a rim of background shows.")),
    _Setting(name="feather", text=later("Feather"), least=0, most=64, reach=(0, 12), step=0.5,
             tip=later("Soften the edge, to match a lens that isn't sharp there.")),
    _Setting(name="specks", text=later("Specks"), least=0, most=1_000_000, reach=(0, 500), step=5,
             tip=later("Remove islands of fewer pixels than this.")),
    _Setting(name="holes", text=later("Holes"), least=0, most=1_000_000, reach=(0, 500), step=5,
             tip=later("Fill holes of fewer pixels than this.")),
)  # fmt: skip


class EdgePanel(Section):
    """The section EDGE.

    Signals:
        edge_changed: EdgeSettings, at each change.
    """

    edge_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("EDGE"), parent)
        self._edge = EdgeSettings()
        self._rows = {setting.name: _Row(setting, self) for setting in _SETTINGS}
        self._matte = Switch(tr("Matte for hair"))
        self._build()
        self.set_edge(None)

    def set_edge(self, edge: EdgeSettings | None) -> None:
        """Show an object's settings; None without an object. No signal."""
        self._edge = edge or EdgeSettings()
        for name, row in self._rows.items():
            row.show_value(getattr(self._edge, name))
            row.set_enabled(edge is not None)
        self._matte.blockSignals(True)
        self._matte.setChecked(self._edge.matte)
        self._matte.blockSignals(False)
        self._matte.setEnabled(edge is not None)

    def _build(self) -> None:
        for row in self._rows.values():
            self.body.addLayout(row.layout)
            row.changed.connect(self._number_changed)
        last = QHBoxLayout()
        label = QLabel(tr("Matte for hair"))
        label.setMinimumHeight(26)
        last.addWidget(label)
        last.addStretch(1)
        last.addWidget(self._matte)
        set_tip(
            self._matte, tr("<b>Matte for hair</b><br>Find a soft edge in the picture: for hair, fur and motion blur.")
        )
        self._matte.toggled.connect(lambda on: self._change(matte=on))
        self.body.addLayout(last)

    def _number_changed(self, name: str, value: float) -> None:
        self._change(**{name: int(value) if name in ("specks", "holes") else value})

    def _change(self, **values: float | bool) -> None:
        edge = replace(self._edge, **values)  # type: ignore[arg-type] # names and types are those of `_SETTINGS`
        if edge != self._edge:
            self._edge = edge
            self.edge_changed.emit(edge)


class _Row(QObject):
    """A number and its slider, which follow one another."""

    changed = Signal(str, float)

    def __init__(self, setting: _Setting, parent: QWidget) -> None:
        super().__init__(parent)
        self._setting = setting
        self._label = QLabel(tr(setting.text))
        self.field = NumberField(
            tr(setting.text), least=setting.least, most=setting.most, step=setting.step, unit="px", parent=parent
        )
        self.slider = _Slider(Qt.Orientation.Horizontal, parent)
        self.slider.setRange(*(round(end / setting.step) for end in setting.reach))
        self.slider.setPageStep(4)
        self.slider.setAccessibleName(tr(setting.text))
        tip = f"<b>{tr(setting.text)}</b><br>{tr(setting.tip)}"
        for widget in (self._label, self.field, self.slider):
            set_tip(widget, tip)
        self.field.setFixedSize(88, 24)
        self.slider.setFixedHeight(14)
        self._label.setBuddy(self.field)
        self.layout = QVBoxLayout()
        self.layout.setSpacing(0)
        top = QHBoxLayout()
        top.addWidget(self._label)
        top.addStretch(1)
        top.addWidget(self.field)
        self.layout.addLayout(top)
        self.layout.addWidget(self.slider)
        self.field.valueChanged.connect(self._field_changed)
        self.slider.valueChanged.connect(self._slider_changed)

    def show_value(self, value: float) -> None:
        for widget in (self.field, self.slider):
            widget.blockSignals(True)
        self.field.setValue(value)
        self.slider.setValue(round(value / self._setting.step))
        for widget in (self.field, self.slider):
            widget.blockSignals(False)

    def set_enabled(self, enabled: bool) -> None:
        for widget in (self._label, self.field, self.slider):
            widget.setEnabled(enabled)

    def _field_changed(self, value: float) -> None:
        self.show_value(value)
        self.changed.emit(self._setting.name, value)

    def _slider_changed(self, steps: int) -> None:
        value = steps * self._setting.step
        self.show_value(value)
        self.changed.emit(self._setting.name, value)


class _Slider(QSlider):
    """A slider that the wheel moves only while it has the focus: scrolling past must change nothing."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

"""A number that is set by its field or a slider, as a row of a panel. Knows values only."""

from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QWidget

from sam2_studio.ui.language import tr
from sam2_studio.ui.widgets.number_field import NumberField
from sam2_studio.ui.widgets.tip import set_tip


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One number.

    Attributes:
        name: Its field.
        text: As shown.
        least, most: What the field takes.
        reach: What the slider covers: the useful part, so that it can be set by hand; None for no slider.
        step: Of both.
        tip: What and when.
    """

    name: str
    text: str
    least: float
    most: float
    reach: tuple[float, float] | None
    step: float
    tip: str


class SettingRow(QObject):
    """A label, the number and its slider, which follow one another.

    Signals:
        changed: Name, value.
    """

    changed = Signal(str, float)

    def __init__(self, setting: Setting, parent: QWidget) -> None:
        super().__init__(parent)
        self._setting = setting
        self.label = QLabel(tr(setting.text))
        self.field = NumberField(
            tr(setting.text), least=setting.least, most=setting.most, step=setting.step, unit="px", parent=parent
        )
        self.field.setFixedSize(76 if setting.reach else 64, 24)
        self.field.valueChanged.connect(self._field_changed)
        self.label.setBuddy(self.field)
        self.slider = None if setting.reach is None else self._new_slider(setting.reach, parent)
        self.layout = QHBoxLayout()
        self.layout.setSpacing(8)
        for widget, stretch in ((self.label, 0), (self.slider, 1), (self.field, 0)):
            if widget is not None:
                set_tip(widget, f"<b>{tr(setting.text)}</b><br>{tr(setting.tip)}")
                self.layout.addWidget(widget, stretch)

    def show_value(self, value: float) -> None:
        """Show it; says nothing."""
        self.field.blockSignals(True)
        self.field.setValue(value)
        self.field.blockSignals(False)
        if self.slider is not None:
            self.slider.blockSignals(True)
            self.slider.setValue(round(value / self._setting.step))
            self.slider.blockSignals(False)

    def set_enabled(self, enabled: bool) -> None:
        for widget in (self.label, self.field, self.slider):
            if widget is not None:
                widget.setEnabled(enabled)

    def _new_slider(self, reach: tuple[float, float], parent: QWidget) -> QSlider:
        slider = _Slider(Qt.Orientation.Horizontal, parent)
        slider.setRange(*(round(end / self._setting.step) for end in reach))
        slider.setPageStep(4)
        slider.setAccessibleName(tr(self._setting.text))
        slider.valueChanged.connect(self._slider_changed)
        return slider

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

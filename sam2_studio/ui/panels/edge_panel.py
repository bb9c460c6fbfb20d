"""How the selected object's edge is cleaned up, made soft and its colour mended. Knows values only."""

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from sam2_studio.core.edges import EdgeSettings
from sam2_studio.ui.language import later, tr
from sam2_studio.ui.panels.section import Section
from sam2_studio.ui.panels.setting_row import Setting, SettingRow
from sam2_studio.ui.widgets.choice import Choice
from sam2_studio.ui.widgets.switch import Switch
from sam2_studio.ui.widgets.tip import set_tip

_SETTINGS = (
    Setting(name="grow", text=later("Grow"), least=-64, most=64, reach=(-12, 12), step=0.5,
             tip=later("Move the outline out, or in below zero, when a rim of background shows.")),
    Setting(name="feather", text=later("Feather"), least=0, most=64, reach=(0, 12), step=0.5,
             tip=later("Soften the edge, to match a lens that isn't sharp there.")),
    Setting(name="smooth", text=later("Smooth"), least=0, most=64, reach=(0, 24), step=0.5,
             tip=later("Take bumps and dents of the outline away that are smaller than this.")),
    Setting(name="specks", text=later("Specks"), least=0, most=1_000_000, reach=None, step=5,
             tip=later("Remove islands of fewer pixels than this.")),
    Setting(name="holes", text=later("Holes"), least=0, most=1_000_000, reach=None, step=5,
             tip=later("Fill holes of fewer pixels than this.")),
)  # fmt: skip


_GAP = 1  # of nine rows, in a window 800 high with a message above the picture
_MATTES = (("off", later("Off")), ("fast", later("Fast")), ("best", later("Best")))
_STEADY = (("", later("Off")), ("flagged", later("Where it chatters")), ("all", later("Everywhere")))
_SPILLS = (("", later("Off")), ("green", later("Green")), ("blue", later("Blue")))


class EdgePanel(Section):
    """The section EDGE.

    Signals:
        edge_changed: EdgeSettings, at each change.
    """

    edge_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("EDGE"), parent, foldable_as="edge")
        self._edge = EdgeSettings()
        self._rows = {setting.name: SettingRow(setting, self) for setting in _SETTINGS}
        self.largest = Switch(tr("Largest piece only"))
        self.matte, self.steady, self.despill = Choice(tr("Matte")), Choice(tr("Steady")), Choice(tr("Despill"))
        self._build()
        self.set_edge(None)
        choices = (self.matte, self.steady, self.despill)
        widest = max(choice.sizeHint().width() for choice in choices)
        for choice in choices:
            choice.setFixedWidth(widest)

    def set_edge(self, edge: EdgeSettings | None) -> None:
        """Show an object's settings; None without an object. No signal."""
        self._edge = edge or EdgeSettings()
        for name, row in self._rows.items():
            row.show_value(getattr(self._edge, name))
            row.set_enabled(edge is not None)
        self.largest.blockSignals(True)
        self.largest.setChecked(self._edge.largest)
        self.largest.blockSignals(False)
        self.matte.set_choices(_in_words(_MATTES), self._edge.method if self._edge.matte else "off")
        self.steady.set_choices(_in_words(_STEADY), self._edge.steady)
        self.despill.set_choices(_in_words(_SPILLS), self._edge.despill)
        for widget in (self.largest, self.matte, self.despill):
            widget.setEnabled(edge is not None)
        self.steady.setEnabled(self._edge.matte)

    def _build(self) -> None:
        self.body.setSpacing(_GAP)
        self.outside.setContentsMargins(16, 6, 16, 4)
        self._lay_numbers()
        for text, widget, tip in (
            (tr("Largest piece only"), self.largest, tr("Drop all pieces but the one with the most pixels.")),
            (tr("Matte"), self.matte, tr("Find a soft edge in the picture: for hair, fur and motion blur.")),
            (
                tr("Steady"),
                self.steady,
                tr("Let the matte not shimmer from frame to frame; you see it where you rest."),
            ),
            (tr("Despill"), self.despill, tr("Take a screen's light out of the subject's colours.")),
        ):
            last = QHBoxLayout()
            label = QLabel(text)
            label.setMinimumHeight(24)
            label.setBuddy(widget)
            last.addWidget(label)
            last.addStretch(1)
            last.addWidget(widget)
            set_tip(widget, f"<b>{text}</b><br>{tip}")
            self.body.addLayout(last)
        self.largest.toggled.connect(lambda on: self._change(largest=on))
        self.matte.chosen.connect(self._matte_chosen)
        self.steady.chosen.connect(lambda where: self._change(steady=where))
        self.despill.chosen.connect(lambda screen: self._change(despill=screen))

    def _lay_numbers(self) -> None:
        """Those with a slider one below the other, the sliders flush; the others side by side."""
        short = QHBoxLayout()
        widest = max(row.label.sizeHint().width() for row in self._rows.values() if row.slider is not None)
        for row in self._rows.values():
            row.changed.connect(self._number_changed)
            if row.slider is not None:
                row.label.setFixedWidth(widest)
                self.body.addLayout(row.layout)
            else:
                if short.count():
                    short.addStretch(1)
                short.addLayout(row.layout)
        self.body.addLayout(short)

    def _matte_chosen(self, method: str) -> None:
        self._change(matte=False) if method == "off" else self._change(matte=True, method=method)

    def _number_changed(self, name: str, value: float) -> None:
        self._change(**{name: int(value) if name in ("specks", "holes") else value})

    def _change(self, **values: float | bool | str) -> None:
        edge = replace(self._edge, **values)  # type: ignore[arg-type] # names and types are those of `_SETTINGS`
        if edge != self._edge:
            self._edge = edge
            self.steady.setEnabled(edge.matte)
            self.edge_changed.emit(edge)


def _in_words(choices: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    return [(value, tr(text)) for value, text in choices]

"""The menu behind the view's button on the canvas: views, what lies behind cutouts, aids, strength of the overlay."""

from collections.abc import Mapping

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QSlider, QWidget, QWidgetAction

from sam2_studio.core.preferences import GROUNDS
from sam2_studio.ui.canvas.display import VIEWS, CanvasDisplay
from sam2_studio.ui.language import tr


class ViewMenu(QMenu):
    """The menu; its entries are actions of the table.

    Signals:
        opacity_chosen: Of the overlay, 0 to 1.
    """

    opacity_chosen = Signal(float)

    def __init__(self, canvas: CanvasDisplay, actions: Mapping[str, QAction], parent: QWidget) -> None:
        super().__init__(parent)
        self._canvas = canvas
        self.addActions([actions[f"view_{kind}"] for kind in VIEWS])
        self.addSeparator()
        self._behind = self.addMenu(tr("Behind cutouts"))
        self._behind.addActions([actions[f"ground_{kind}"] for kind in GROUNDS])
        self.addActions([actions[name] for name in ("split", "onion", "ghosts", "original")])
        self.addSeparator()
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self._strength = QLabel()
        self._entry = QWidgetAction(self)
        self._row = QWidget()
        self._build()
        self.aboutToShow.connect(self._show_opacity)

    def _build(self) -> None:
        self.slider.setRange(5, 100)
        self.slider.setPageStep(10)
        self.slider.setFixedWidth(110)
        self.slider.setAccessibleName(tr("Strength of the overlay"))
        self.slider.valueChanged.connect(self._chosen)
        self._strength.setMinimumWidth(44)
        self._strength.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout(self._row)
        row.setContentsMargins(24, 6, 12, 6)
        row.setSpacing(8)
        row.addWidget(QLabel(tr("Overlay")))
        row.addWidget(self.slider, 1)
        row.addWidget(self._strength)
        self._entry.setDefaultWidget(self._row)
        self.addAction(self._entry)

    def _show_opacity(self) -> None:
        with QSignalBlocker(self.slider):
            self.slider.setValue(round(self._canvas.overlay_opacity * 100))
        self._strength.setText(f"{self.slider.value()} %")

    def _chosen(self, percent: int) -> None:
        self._strength.setText(f"{percent} %")
        self.opacity_chosen.emit(percent / 100)

"""How the presets `pixelate` and `blur` hide: what, and how strongly. Knows no export."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QWidget

from sam2_studio.core.geometry import Size
from sam2_studio.export.treatment import Hiding
from sam2_studio.ui.language import tr
from sam2_studio.ui.widgets.number_field import NumberField


class HidingField(QWidget):
    """The field; it begins with what suits pictures of `size`.

    Signals:
        changed: Something was chosen.
    """

    changed = Signal()

    def __init__(self, size: Size, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.what = QComboBox()
        self.what.addItems([tr("The subject"), tr("All but the subject")])
        self.what.setAccessibleName(tr("What is hidden"))
        self.strength = NumberField(tr("Strength"), least=2, most=500, step=1, unit="px")
        self.strength.setValue(round(Hiding().strength_for(size)))
        self.strength.setToolTip(tr("Side of the squares, or width of the blur: larger hides more."))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.what)
        row.addSpacing(8)
        row.addWidget(QLabel(tr("Strength")))
        row.addWidget(self.strength)
        row.addStretch(1)
        self.what.currentIndexChanged.connect(lambda _: self.changed.emit())
        self.strength.valueChanged.connect(lambda _: self.changed.emit())

    def value(self) -> Hiding:
        """What is chosen."""
        return Hiding(strength=self.strength.value(), outside=self.what.currentIndex() == 1)

    def take(self, hiding: Hiding, size: Size) -> None:
        """Show how to hide, in pictures of `size`."""
        self.what.setCurrentIndex(1 if hiding.outside else 0)
        self.strength.setValue(round(hiding.strength_for(size)))

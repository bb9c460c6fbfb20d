"""What lies behind the subject: a colour, a picture or the blurred source. Knows no export."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QColorDialog,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QWidget,
)

from sam2_studio.export.treatment import Background
from sam2_studio.ui.language import tr
from sam2_studio.ui.widgets.number_field import NumberField

_COLOR, _PICTURE, _BLUR = range(3)
_PICTURES = "(*.png *.jpg *.jpeg *.webp *.tif *.tiff *.bmp)"


class BackgroundField(QWidget):
    """The field.

    Signals:
        changed: Something was chosen.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind = QComboBox()
        self.kind.addItems([tr("Colour"), tr("Picture"), tr("Blurred footage")])
        self.kind.setAccessibleName(tr("Background"))
        self.color = QLineEdit("#FFFFFF")
        self.color.setAccessibleName(tr("Background colour"))
        self.picture = QLineEdit()
        self.picture.setAccessibleName(tr("Background picture"))
        self.picture.setPlaceholderText(tr("Choose a picture"))
        self.blur = NumberField(tr("Blur"), least=1, most=500, step=1, unit="px")
        self.blur.setValue(24)
        self._pages = QStackedWidget()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._build()

    def value(self) -> Background:
        """What is chosen. Raises ExportError for a colour that is none."""
        kind = self.kind.currentIndex()
        if kind == _BLUR:
            return Background(blur=self.blur.value())
        if kind == _PICTURE and self.picture.text().strip():
            return Background(picture=Path(self.picture.text().strip()).expanduser())
        return Background(color=self.color.text().strip())

    def take(self, background: Background) -> None:
        """Show a background."""
        kind = _PICTURE if background.picture is not None else _COLOR if background.blur is None else _BLUR
        self.kind.setCurrentIndex(kind)
        self.color.setText(background.color)
        self.picture.setText("" if background.picture is None else str(background.picture))
        if background.blur is not None:
            self.blur.setValue(background.blur)

    def _build(self) -> None:
        self._pages.addWidget(_with_button(self.color, tr("Choose…"), self._choose_color))
        self._pages.addWidget(_with_button(self.picture, tr("Browse…"), self._choose_picture))
        blur = QWidget()
        row = QHBoxLayout(blur)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.blur)
        row.addStretch(1)
        self._pages.addWidget(blur)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.kind)
        row.addWidget(self._pages, 1)
        row.setAlignment(self.kind, Qt.AlignmentFlag.AlignVCenter)
        self.kind.currentIndexChanged.connect(self._pages.setCurrentIndex)
        for signal in (self.kind.currentIndexChanged, self.color.textChanged, self.picture.textChanged):
            signal.connect(lambda _: self.changed.emit())
        self.blur.valueChanged.connect(lambda _: self.changed.emit())

    def _choose_color(self) -> None:
        chosen = QColorDialog.getColor(QColor(self.color.text()), self, tr("Background colour"))
        if chosen.isValid():
            self.color.setText(chosen.name().upper())

    def _choose_picture(self) -> None:
        kinds = f"{tr('Pictures')} {_PICTURES}"
        name, _ = QFileDialog.getOpenFileName(self, tr("Background picture"), self.picture.text(), kinds)
        if name:
            self.picture.setText(name)


def _with_button(field: QLineEdit, text: str, slot: object) -> QWidget:
    page = QWidget()
    row = QHBoxLayout(page)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    row.addWidget(field, 1)
    button = QPushButton(text)
    button.clicked.connect(slot)
    row.addWidget(button)
    return page

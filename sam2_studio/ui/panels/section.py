"""A section of the right panel: a title in small capitals and what stands below it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from sam2_studio.ui import theme

WIDTH = 280


class Section(QWidget):
    """Base of the panels: `body` is the layout to fill, `head` the title's row."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(WIDTH)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(title.capitalize())
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(16, 12, 16, 16)
        self.body.setSpacing(8)
        self.head = QHBoxLayout()
        label = QLabel(title)
        theme.mark(label, "section", True)
        self.head.addWidget(label)
        self.head.addStretch(1)
        self.body.addLayout(self.head)


def labelled_row(label: str, *widgets: QWidget) -> QHBoxLayout:
    """A quiet label at the left, widgets at the right, as high as every row."""
    row = QHBoxLayout()
    row.setSpacing(4)
    text = QLabel(label)
    theme.mark(text, "quiet", True)
    text.setMinimumHeight(24)
    row.addWidget(text)
    row.addStretch(1)
    for widget in widgets:
        row.addWidget(widget)
    return row

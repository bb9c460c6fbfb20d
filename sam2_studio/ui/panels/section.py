"""A section of the right panel: a title in small capitals and what stands below it."""

from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from sam2_studio.ui import theme

WIDTH = 280


class Section(QWidget):
    """Base of the panels: `body` is the layout to fill, `head` the title's row."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(WIDTH)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(title.capitalize())
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(16, 8, 16, 10)
        self.body.setSpacing(4)
        self.head = QHBoxLayout()
        label = QLabel(title)
        theme.mark(label, "section", True)
        self.head.addWidget(label)
        self.head.addStretch(1)
        self.head.setContentsMargins(0, 0, 0, 0)
        label.setMinimumHeight(24)
        self.body.addLayout(self.head)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A line above, but for the topmost section."""
        if self.y() > 0:
            painter = QPainter(self)
            painter.fillRect(0, 0, self.width(), 1, QColor(theme.tokens().line))
            painter.end()


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

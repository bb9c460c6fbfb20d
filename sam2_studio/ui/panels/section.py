"""A section of the right panel: a title in small capitals, and what stands below it; a click on the title folds it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from sam2_studio.ui import theme
from sam2_studio.ui.language import tr
from sam2_studio.ui.widgets.tip import set_tip

WIDTH = 280
_TITLE_HEIGHT = 24


class Section(QWidget):
    """Base of the panels: `body` is the layout to fill, `head` the title's row, `outside` holds both.

    Signals:
        folded_changed: Whether only the title is shown, when the user chose.
    """

    folded_changed = Signal(bool)

    def __init__(self, title: str, parent: QWidget | None = None, *, foldable_as: str = "") -> None:
        """A section; `foldable_as` is the name under which it is remembered that it is folded, "" where it can't be."""
        super().__init__(parent)
        self.setObjectName(foldable_as)
        self.setFixedWidth(WIDTH)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(title.capitalize())
        self.outside = QVBoxLayout(self)
        self.outside.setContentsMargins(16, 8, 16, 10)
        self.outside.setSpacing(4)
        self._inside = QWidget()
        self.body = QVBoxLayout(self._inside)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(4)
        self.head = QHBoxLayout()
        self.head.setContentsMargins(0, 0, 0, 0)
        self._fold = self._foldable_title(title) if foldable_as else None
        self.head.addWidget(self._fold or _title(title))
        self.head.addStretch(1)
        self.outside.addLayout(self.head)
        self.outside.addWidget(self._inside, 1)

    @property
    def is_foldable(self) -> bool:
        return self._fold is not None

    @property
    def is_folded(self) -> bool:
        return self._fold is not None and not self._fold.isChecked()

    def set_folded(self, folded: bool) -> None:
        """Show the title only, or all; without a signal. For sections that can be folded."""
        assert self._fold is not None
        self._fold.setChecked(not folded)
        self._fold.setArrowType(Qt.ArrowType.RightArrow if folded else Qt.ArrowType.DownArrow)
        self._inside.setVisible(not folded)

    def _foldable_title(self, title: str) -> QToolButton:
        button = QToolButton()
        button.setText(title)
        button.setFixedHeight(_TITLE_HEIGHT)
        button.setCheckable(True)
        button.setChecked(True)
        button.setArrowType(Qt.ArrowType.DownArrow)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        theme.mark(button, "section", True)
        set_tip(button, tr("Show or hide this section."))
        button.clicked.connect(self._folded_by_user)
        return button

    def _folded_by_user(self, open_now: bool) -> None:
        self.set_folded(not open_now)
        self.folded_changed.emit(not open_now)

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


def _title(text: str) -> QLabel:
    label = QLabel(text)
    theme.mark(label, "section", True)
    label.setMinimumHeight(_TITLE_HEIGHT)
    return label

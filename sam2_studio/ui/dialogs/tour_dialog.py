"""The tour: three cards that say how a cutout is made, with the user's own keys. Can be left at any card."""

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from sam2_studio.ui import theme
from sam2_studio.ui.action_menus import native
from sam2_studio.ui.icons import pixmap
from sam2_studio.ui.keys import Keys
from sam2_studio.ui.language import later, tr

_WIDTH = 480
_SIGN = 40


@dataclass(frozen=True)
class Card:
    """One card.

    Attributes:
        icon: Name for `icons.pixmap`.
        title: What it is about.
        lines: What one does; `{action}` stands for the action's key.
    """

    icon: str
    title: str
    lines: tuple[str, ...]


CARDS = (
    Card(
        "points",
        later("Say what you want"),
        (
            later("Open a clip or a picture and click the subject: its mask appears."),
            later("A right click takes away what shouldn't be in it. Or drag a box round the subject."),
            later("What the network misses, you paint: {tool_brush} is the brush, {tool_eraser} the eraser."),
        ),
    ),
    Card(
        "track-both",
        later("Let it be tracked"),
        (
            later("{track_both} carries the mask to both ends of the clip; go on looking meanwhile."),
            later("{next_doubtful} goes to the next frame that the program itself doubts. Click once to correct it."),
            later("Then {retrack} does just those frames again that depend on your correction."),
        ),
    ),
    Card(
        "export",
        later("Take it with you"),
        (
            later("{export} writes the cutout for After Effects, Resolve, the web, as PNG, as a matte …"),
            later("Everything is saved as you do it; {undo} takes any of it back, also tomorrow."),
            later("{shortcuts} lists every key. All of it runs on this computer only."),
        ),
    ),
)


class TourDialog(QDialog):
    """The dialog."""

    def __init__(self, keys: Keys, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Tour"))
        self.setFixedWidth(_WIDTH)
        self.pages = QStackedWidget()
        self.skip, self.back, self.next = QPushButton(tr("Skip")), QPushButton(tr("Back")), QPushButton(tr("Next"))
        self._where = QLabel()
        for card in CARDS:
            self.pages.addWidget(_page(card, keys, self.devicePixelRatioF()))
        self._build()
        self._show(0)

    def showEvent(self, event: QShowEvent) -> None:
        """As high as the highest card; on a low screen Qt would give a dialog less than that."""
        self.setMinimumHeight(self.heightForWidth(_WIDTH))
        super().showEvent(event)

    def _build(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.skip)
        row.addStretch(1)
        row.addWidget(self._where)
        row.addStretch(1)
        row.addWidget(self.back)
        row.addWidget(self.next)
        for button in (self.skip, self.back):
            button.setAutoDefault(False)
        theme.mark(self.skip, "flat", True)
        theme.mark(self.next, "primary", True)
        theme.mark(self._where, "quiet", True)
        self.next.setDefault(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(32, 28, 32, 20)
        column.setSpacing(24)
        column.addWidget(self.pages, 1)
        column.addLayout(row)
        self.skip.clicked.connect(self.reject)
        self.back.clicked.connect(lambda: self._show(self.pages.currentIndex() - 1))
        self.next.clicked.connect(self._go_on)

    def _go_on(self) -> None:
        if self.pages.currentIndex() == len(CARDS) - 1:
            self.accept()
        else:
            self._show(self.pages.currentIndex() + 1)

    def _show(self, place: int) -> None:
        last = place == len(CARDS) - 1
        self.pages.setCurrentIndex(place)
        self._where.setText(tr("{place} of {count}", place=place + 1, count=len(CARDS)))
        self.back.setVisible(place > 0)
        self.skip.setVisible(not last)
        self.next.setText(tr("Start") if last else tr("Next"))
        self.next.setFocus()


def _page(card: Card, keys: Keys, ratio: float) -> QWidget:
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(12)
    sign, title = QLabel(), QLabel(tr(card.title))
    sign.setPixmap(pixmap(card.icon, theme.tokens().accent, _SIGN, ratio))
    theme.mark(title, "title", True)
    column.addWidget(sign)
    column.addWidget(title)
    for line in card.lines:
        label = QLabel(_with_keys(line, keys))
        label.setWordWrap(True)
        label.setTextFormat(Qt.TextFormat.RichText)
        column.addWidget(label)
    column.addStretch(1)
    return page


def _with_keys(line: str, keys: Keys) -> str:
    """The line with keys for the actions it names; an action without a key is found in the menus."""
    shown = {name: f"<b>{native(own[:1], '')}</b>" if own else tr("the menu") for name, own in keys.items()}
    return tr(line).format_map(shown)

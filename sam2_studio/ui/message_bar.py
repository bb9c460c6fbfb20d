"""The bar above the canvas: one sentence, one button with the way out, a cross. It never blocks."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from sam2_studio.errors import StudioError
from sam2_studio.ui import theme
from sam2_studio.ui.announce import announce
from sam2_studio.ui.icons import icon, pixmap
from sam2_studio.ui.language import tr

_KINDS = {"info": ("info", "accent"), "warning": ("warning", "doubtful"), "error": ("error", "bad")}


class MessageBar(QWidget):
    """Shows the newest message until it is dismissed or replaced."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("message-bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._sign = QLabel()
        self._sentence = QLabel()
        self._sentence.setWordWrap(True)
        self._sentence.setTextFormat(Qt.TextFormat.PlainText)
        self._sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.way_out = QPushButton()
        self.dismiss = QToolButton()
        self._then: Callable[[], None] | None = None
        self._build()
        self.hide()

    @property
    def text(self) -> str:
        """The sentence on show."""
        return self._sentence.text()

    def show_error(self, error: StudioError, button: str = "", then: Callable[[], None] | None = None) -> None:
        """Show an error that is meant for the user, with a way out where there is one to press."""
        self.show_message("error", str(error), button, then)

    def show_message(self, kind: str, sentence: str, button: str = "", then: Callable[[], None] | None = None) -> None:
        """Show a sentence.

        Args:
            kind: "info", "warning" or "error".
            sentence: What is the matter, and what the user can do.
            button: Text of the way out; "" for none.
            then: What the button does, after the bar is gone.
        """
        name, color = _KINDS[kind]
        self._sign.setPixmap(pixmap(name, getattr(theme.tokens(), color), ratio=self.devicePixelRatioF()))
        theme.mark(self, "kind", kind)
        self._sentence.setText(sentence)
        self._then = then
        self.way_out.setText(button)
        self.way_out.setVisible(bool(button))
        self.setAccessibleName(sentence)
        self.show()
        announce(self, sentence)

    def clear(self) -> None:
        """Take the message away."""
        self._then = None
        self.hide()

    def refresh_icons(self) -> None:
        """Take the icon again, after a change of theme."""
        self.dismiss.setIcon(icon("close"))

    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 8, 8)
        row.setSpacing(12)
        row.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._sentence, 1)
        row.addWidget(self.way_out)
        row.addWidget(self.dismiss)
        self.dismiss.setToolTip(tr("Dismiss"))
        self.dismiss.setAccessibleName(tr("Dismiss"))
        self.dismiss.clicked.connect(self.clear)
        self.way_out.clicked.connect(self._go)
        self.refresh_icons()

    def _go(self) -> None:
        then = self._then
        self.clear()
        if then is not None:
            then()

"""A button that is an action of the table: its text, key, tip and whether it is enabled come from there."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QIcon, QKeySequence
from PySide6.QtWidgets import QPushButton, QWidget

from sam2_studio.ui import theme


class ActionButton(QPushButton):
    """A push button bound to a QAction.

    It takes the focus by Tab only: after a click the keys still belong to the picture.
    """

    def __init__(
        self,
        action: QAction,
        *,
        text: str = "",
        spoken: str = "",
        with_key: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """Make the button; `spoken` is its name for a screen reader where `text` has signs in it."""
        super().__init__(parent)
        self._spoken = spoken
        self._action = action
        self._with_key = with_key
        self._has_room = True
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setObjectName(f"button-{action.objectName()}")
        self.clicked.connect(action.trigger)
        action.changed.connect(self._follow)
        self.set_label(text)

    def set_label(self, text: str) -> None:
        """The text; the icon alone where it is empty."""
        self._label = text
        self._follow()

    def set_primary(self, primary: bool) -> None:
        """Wear the accent: the one next step."""
        theme.mark(self, "primary", primary)

    def key_width(self) -> int:
        """Pixels that naming the key takes; 0 for a button that doesn't name it."""
        return self.fontMetrics().horizontalAdvance(self._key()) if self._key() else 0

    def set_room_for_key(self, has_room: bool) -> None:
        """Name the key beside the text, or leave it to the tip where the row is too narrow."""
        if has_room != self._has_room:
            self._has_room = has_room
            self._follow()

    def _key(self) -> str:
        key = self._action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        return f"   {key}" if key and self._with_key and self._label else ""

    def _follow(self) -> None:
        self.setText(self._label + (self._key() if self._has_room else ""))
        self.setEnabled(self._action.isEnabled())
        self.setCheckable(self._action.isCheckable())
        self.setChecked(self._action.isChecked())
        self.setToolTip(self._action.toolTip())
        self.setAccessibleName(self._spoken or self._label or self._action.text().replace("&", "").removesuffix("…"))
        self.setAccessibleDescription(self._action.statusTip())
        self.setIcon(QIcon() if self._label else self._action.icon())

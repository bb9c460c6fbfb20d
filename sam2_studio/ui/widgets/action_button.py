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

    def _follow(self) -> None:
        key = self._action.shortcut().toString(QKeySequence.SequenceFormat.NativeText) if self._with_key else ""
        self.setText(f"{self._label}   {key}" if self._label and key else self._label)
        self.setEnabled(self._action.isEnabled())
        self.setCheckable(self._action.isCheckable())
        self.setChecked(self._action.isChecked())
        self.setToolTip(self._action.toolTip())
        self.setAccessibleName(self._spoken or self._label or self._action.text().replace("&", "").removesuffix("…"))
        self.setAccessibleDescription(self._action.statusTip())
        self.setIcon(QIcon() if self._label else self._action.icon())

"""The Help menu: the tour, at the first start too; what the built-in model can't do; about the program."""

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QWidget

from sam2_studio.ui.dialogs.about_dialog import AboutDialog
from sam2_studio.ui.dialogs.tour_dialog import TourDialog
from sam2_studio.ui.keys import all_keys
from sam2_studio.ui.language import tr
from sam2_studio.ui.message_bar import MessageBar
from sam2_studio.ui.settings import Settings


class Helping(QObject):
    """Shows what helps, and remembers that the tour was shown."""

    def __init__(self, settings: Settings, messages: MessageBar, window: QWidget) -> None:
        super().__init__(window)
        self._settings, self._messages, self._window = settings, messages, window

    def show_tour(self) -> None:
        self._settings.change(tour_seen=True)
        dialog = TourDialog(all_keys(self._settings.now.keys), self._window)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def offer_tour(self) -> None:
        """Show it to somebody who has never seen it."""
        if not self._settings.now.tour_seen:
            self.show_tour()

    def show_limits(self) -> None:
        """Say where the built-in model is weak."""
        sentence = tr(
            "nano is small: thin parts, transparent things, look-alikes side by side and long absences are weak, and "
            "its edges are coarse. More clicks, corrections on the way and the soft edge help."
        )
        self._messages.show_message("info", sentence)

    def show_about(self) -> None:
        dialog = AboutDialog(self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

"""The submenu of the models that are here: filled anew each time it opens, since files come and go."""

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from sam2_studio.engine.model_files import available_models
from sam2_studio.ui.model_choice import ModelChoice
from sam2_studio.ui.model_names import model_title
from sam2_studio.ui.words_below import shown


class ModelMenu(QObject):
    """Fills a menu with one entry for each model that can be used now.

    Attributes:
        menu: The menu.
    """

    def __init__(self, menu: QMenu, choice: ModelChoice) -> None:
        super().__init__(menu)
        self.menu, self._choice = menu, choice
        self._entries: QActionGroup | None = None
        menu.setToolTipsVisible(True)
        menu.aboutToShow.connect(self._fill)

    def _fill(self) -> None:
        self.menu.clear()
        self._entries = QActionGroup(self.menu)
        used = self._choice.awaited or (self._choice.loaded.name if self._choice.loaded else "")
        for model in available_models():
            if model.is_here:
                name = model.weights.name
                entry = QAction(model_title(name), self._entries, checkable=True, checked=name == used)
                entry.setToolTip(shown(model.weights.summary))
                entry.setData(name)
                self.menu.addAction(entry)
        self._entries.triggered.connect(self._chosen)

    def _chosen(self, entry: QAction) -> None:
        self._choice.use(entry.data())

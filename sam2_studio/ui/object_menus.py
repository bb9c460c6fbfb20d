"""Menus of objects: all that can be done with one, and the choice of another one to merge or subtract."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject, QPoint
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from sam2_studio.core.commands import alter_object
from sam2_studio.ui.combining import Combining
from sam2_studio.ui.language import later, tr
from sam2_studio.ui.panels.color_menu import color_chip
from sam2_studio.ui.panels.objects_panel import ObjectsPanel
from sam2_studio.ui.project_bridge import ProjectBridge
from sam2_studio.ui.selection import Selection

# When tracking looks in a window, by `core.objects.WINDOWS`.
WISHES = {"auto": later("Where it pays"), "on": later("Always"), "off": later("Never")}
# Actions of the table, in the order of the menu; "" is a line between.
ENTRIES = (
    "rename_object", "object_color", "", "toggle_visible", "solo", "lock_object", "follow_window", "",
    "object_up", "object_down", "",
    "duplicate_object", "merge_object", "subtract_object", "", "delete_object",
)  # fmt: skip


class ObjectMenus(QObject):
    """Opens the menus beside the list of objects."""

    def __init__(self, bridge: ProjectBridge, selection: Selection, combining: Combining, panel: ObjectsPanel) -> None:
        super().__init__(panel)
        self._bridge, self._selection, self._combining, self._panel = bridge, selection, combining, panel
        self._actions: Mapping[str, QAction] = {}
        self._menu: QMenu | None = None
        panel.menu_wanted.connect(self.show_menu)
        panel.solo_wanted.connect(self.toggle_solo)

    def start(self, actions: Mapping[str, QAction]) -> None:
        """Take the actions that the menu shows."""
        self._actions = actions

    def show_menu(self, place: QPoint) -> None:
        """Open the menu of the selected object at a place of the screen."""
        menu = QMenu(self._panel)
        for name in ENTRIES:
            if name:
                menu.addAction(self._actions[name])
            else:
                menu.addSeparator()
        self._open(menu, place)

    def toggle_solo(self, object_id: int, was_selected: bool) -> None:
        """Show an object alone; where it was already, show all again."""
        solo = self._actions["solo"]
        wanted = not (solo.isChecked() and was_selected)
        self._selection.choose(object_id)
        if solo.isChecked() != wanted:
            solo.trigger()

    # Slots of the actions table

    def choose_color(self) -> None:
        """Offer colours for the selected object."""
        self._panel.choose_color()

    def choose_window(self) -> None:
        """Offer when tracking looks for the selected object in a window that follows it."""
        chosen = self._selection.object
        if chosen is None:
            return
        menu = self._asking(tr("Follow {name} in a window:", name=chosen.name))
        for wish, text in WISHES.items():
            entry = menu.addAction(tr(text))
            entry.setCheckable(True)
            entry.setChecked(chosen.window == wish)
            entry.triggered.connect(lambda _=False, wish=wish: self._set_window(chosen.id, wish))
        self._open(menu, self._panel.place_of_selected())

    def _set_window(self, object_id: int, wish: str) -> None:
        self._bridge.run(lambda p: alter_object(p, object_id, later("Follow in a window"), window=wish))

    def choose_merge(self) -> None:
        """Ask which object to merge into the selected one."""
        self._choose(later("Merge into {name}:"), self._combining.merge, refuse_locked=True)

    def choose_subtract(self) -> None:
        """Ask which object to subtract from the selected one."""
        self._choose(later("Subtract from {name}:"), self._combining.subtract, refuse_locked=False)

    def _choose(self, question: str, then: Callable[[int], None], *, refuse_locked: bool) -> None:
        chosen = self._selection.object
        if chosen is None:
            return
        menu = self._asking(tr(question, name=chosen.name))
        for each in self._bridge.project.objects:
            if each.id == chosen.id:
                continue
            refused = refuse_locked and each.locked
            text = tr("{name} (locked)", name=each.name) if refused else each.name
            entry = menu.addAction(color_chip(each.color, menu.devicePixelRatioF()), text.replace("&", "&&"))
            entry.setEnabled(not refused)
            entry.triggered.connect(lambda _=False, other=each.id: then(other))
        self._open(menu, self._panel.place_of_selected())

    def _asking(self, question: str) -> QMenu:
        menu = QMenu(self._panel)
        menu.setAccessibleName(question)
        menu.addAction(question.replace("&", "&&")).setEnabled(False)
        return menu

    def _open(self, menu: QMenu, place: QPoint) -> None:
        if self._menu is not None:
            self._menu.deleteLater()
        self._menu = menu
        menu.popup(place)

"""Makes QActions, menus and the toolbar from the table in `actions.py`; knows nothing of what the actions do."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QToolBar, QWidget

from sam2_studio.ui.actions import ACTIONS, ALWAYS, TOOLBAR, ActionSpec
from sam2_studio.ui.icons import icon
from sam2_studio.ui.language import tr

# Before these actions, or submenus by path, a menu has a line.
# fmt: off
BREAKS = frozenset({
    "name_project", "export", "add_to_queue", "copy_command", "quit",
    "delete", "preferences", "keyboard_pointer", "brush_smaller",
    "next_view", "next_area", "overlay_stronger", "View/Theme", "View/Play", "loop", "show_timecode",
    "previous_keyframe", "set_in", "previous_marker",
    "toggle_visible", "lock_frame", "accept_frame", "use_painted", "next_object",
    "object_up", "duplicate_object", "delete_object",
    "track_to_next", "retrack", "track_selected_only", "stop", "second_look", "model_limits", "about",
})
# fmt: on


def build_actions(parent: QWidget, targets: Mapping[str, object]) -> dict[str, QAction]:
    """Make every action of the table and let the window `parent` hear its keys.

    Args:
        parent: The window; it owns the actions.
        targets: By the name before the dot of `slot`, the object that has the method after it.

    Raises:
        AttributeError, KeyError: a target or its method is missing.
    """
    groups: dict[str, QActionGroup] = {}
    actions = {}
    for spec in ACTIONS.values():
        action = actions[spec.id] = _build(spec, parent, _slot(spec, targets))
        if spec.group:
            groups.setdefault(spec.group, QActionGroup(parent)).addAction(action)
    apply_keys(actions, {spec.id: spec.keys for spec in ACTIONS.values()})
    parent.addActions(list(actions.values()))
    return actions


def enable_actions(actions: Mapping[str, QAction], holding: Iterable[str]) -> None:
    """Enable the actions whose condition is among `holding` (or `ALWAYS`), disable all others."""
    conditions = {ALWAYS, *holding}
    for name, action in actions.items():
        action.setEnabled(ACTIONS[name].enabled_when in conditions)


def build_menus(bar: QMenuBar, actions: Mapping[str, QAction]) -> dict[str, QMenu]:
    """Fill the menu bar in the order of the table; the menus by path, without mnemonics: "View/Theme"."""
    menus: dict[str, QMenu] = {}
    for name, action in actions.items():
        menu = _menu(bar, menus, ACTIONS[name].menu)
        if name in BREAKS:
            menu.addSeparator()
        menu.addAction(action)
    return menus


def build_toolbar(actions: Mapping[str, QAction]) -> QToolBar:
    """The thin bar of tools at the left of the canvas."""
    bar = QToolBar(tr("Tools"))
    bar.setObjectName("tools")
    bar.setOrientation(Qt.Orientation.Vertical)
    bar.setMovable(False)
    bar.setIconSize(QSize(20, 20))
    bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
    for name in TOOLBAR:
        if name:
            bar.addAction(actions[name])
        else:
            bar.addSeparator()
    return bar


def refresh_icons(actions: Mapping[str, QAction]) -> None:
    """Take the icons again, after a change of theme."""
    for name, action in actions.items():
        if ACTIONS[name].icon:
            action.setIcon(icon(ACTIONS[name].icon))


def apply_keys(actions: Mapping[str, QAction], keys: Mapping[str, Sequence[str]]) -> None:
    """Give every action its keys, and let its tip name them."""
    for name, action in actions.items():
        action.setShortcuts([QKeySequence(key) for key in keys[name]])
        action.setToolTip(tool_tip(ACTIONS[name], keys[name]))


def native(keys: Sequence[str], between: str) -> str:
    """Keys as this platform writes them."""
    return between.join(QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText) for key in keys)


def tool_tip(spec: ActionSpec, keys: Sequence[str]) -> str:
    """What, key, one line of when; rich text."""
    title = f"<b>{spec.plain_text.removesuffix('…')}</b>"
    shown = escape(native(keys, tr(" or ")))
    return f"{title}&nbsp;&nbsp;{shown}<br>{spec.shown_tip}" if keys else f"{title}<br>{spec.shown_tip}"


def _slot(spec: ActionSpec, targets: Mapping[str, object]) -> Callable[..., object]:
    target, _, method = spec.slot.partition(".")
    slot: Callable[..., object] = getattr(targets[target], method)
    return slot


def _build(spec: ActionSpec, parent: QWidget, slot: Callable[..., object]) -> QAction:
    action = QAction(spec.shown_text, parent)
    action.setObjectName(spec.id)
    action.setStatusTip(spec.shown_tip)
    action.setCheckable(spec.checkable)
    if spec.icon:
        action.setIcon(icon(spec.icon))
        action.setIconVisibleInMenu(False)
    action.triggered.connect(_listener(spec, slot))
    return action


def _listener(spec: ActionSpec, slot: Callable[..., object]) -> Callable[[bool], None]:
    """What Qt calls with the new state of the action: it decides what the slot is given."""

    def listener(checked: bool) -> None:
        if spec.argument is not None:
            slot(spec.argument)
        elif spec.checkable:
            slot(checked)
        else:
            slot()

    return listener


def _menu(bar: QMenuBar, menus: dict[str, QMenu], path: str) -> QMenu:
    parent: QMenuBar | QMenu = bar
    plain = ""
    for level in path.split("/"):
        plain = f"{plain}/{level}".replace("&", "").lstrip("/")
        if plain not in menus:
            if isinstance(parent, QMenu) and plain in BREAKS:
                parent.addSeparator()
            menus[plain] = parent.addMenu(tr(level))
        parent = menus[plain]
    return menus[plain]

"""What the user prefers, in force: hands each value to those who obey it, at the start and whenever it changes."""

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from sam2_studio.core.preferences import Preferences
from sam2_studio.engine.requests import SegmentSettings
from sam2_studio.ui.action_menus import apply_keys, refresh_icons
from sam2_studio.ui.canvas.canvas import Canvas
from sam2_studio.ui.clicks import Clicks
from sam2_studio.ui.dialogs.preferences_dialog import PreferencesDialog
from sam2_studio.ui.dialogs.shortcuts_dialog import ShortcutsDialog
from sam2_studio.ui.engine_questions import EngineLimits
from sam2_studio.ui.engine_thread import EngineThread
from sam2_studio.ui.footage import FootageOpener
from sam2_studio.ui.keys import all_keys
from sam2_studio.ui.settings import Settings
from sam2_studio.ui.theme import apply_theme
from sam2_studio.ui.tracking import Tracking


class Preferring(QObject):
    """Shows the dialog and keeps everybody to what it says.

    Signals:
        restyled: Another theme: icons that were drawn have to be drawn again.
        models_wanted: Show the Models dialog.
    """

    restyled = Signal()
    models_wanted = Signal()

    def __init__(
        self,
        settings: Settings,
        *,
        engine: EngineThread,
        footage: FootageOpener,
        canvas: Canvas,
        clicks: Clicks,
        tracking: Tracking,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._settings, self._engine, self._footage, self._window = settings, engine, footage, window
        self._canvas, self._clicks, self._tracking = canvas, clicks, tracking
        self._actions: Mapping[str, QAction] = {}
        self._dialog: PreferencesDialog | None = None
        settings.changed.connect(self._obey)

    def start(self, actions: Mapping[str, QAction]) -> None:
        """Put in force what the last session left."""
        self._actions = actions
        self._answer(self._settings.now)
        self._show_theme(self._settings.now)
        self._canvas.set_overlay_opacity(self._settings.now.overlay_opacity)
        apply_keys(actions, all_keys(self._settings.now.keys))
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._scheme_changed)

    # Slots of the actions table

    def show_preferences(self) -> None:
        """Open the dialog, or bring it forward."""
        if self._dialog is None:
            self._dialog = PreferencesDialog(self._settings.now, self._window)
            self._dialog.changed.connect(self._change)
            self._dialog.models_wanted.connect(self.models_wanted)
            self._dialog.finished.connect(self._closed)
        self._dialog.show()
        self._dialog.raise_()
        self._dialog.activateWindow()

    def show_shortcuts(self) -> None:
        dialog = ShortcutsDialog(all_keys(self._settings.now.keys), self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def set_theme(self, name: str) -> None:
        self._settings.change(theme=name)

    def set_second_look(self, wanted: bool) -> None:
        self._settings.change(second_look=wanted)

    def set_snap(self, wanted: bool) -> None:
        self._settings.change(snap=wanted)

    # Obeying

    def _change(self, name: str, value: object) -> None:
        self._settings.change(**{name: value})

    def _obey(self, names: frozenset[str]) -> None:
        now = self._settings.now
        obedience: tuple[tuple[set[str], Callable[[Preferences], Any]], ...] = (
            ({"theme"}, self._restyle),
            ({"second_look", "snap"}, self._answer),
            ({"overlay_opacity"}, lambda now: self._canvas.set_overlay_opacity(now.overlay_opacity)),
            ({"frame_cache_bytes"}, lambda now: self._footage.set_limit(now.frame_cache_bytes)),
            ({"threads", "feature_cache_bytes"}, lambda now: self._engine.use_limits(engine_limits(now))),
            ({"keys"}, lambda now: apply_keys(self._actions, all_keys(now.keys))),
        )
        for concerned, obey in obedience:
            if concerned & names:
                obey(now)
        if self._dialog is not None:
            self._dialog.show_values(now)

    def _answer(self, now: Preferences) -> None:
        """Tell those who answer prompts."""
        self._clicks.settings = self._tracking.settings = SegmentSettings(second_look=now.second_look, snap=now.snap)
        self._actions["second_look"].setChecked(now.second_look)
        self._actions["snap"].setChecked(now.snap)

    def _restyle(self, now: Preferences) -> None:
        """Dress everything anew; icons, which take as long again, in the next turn of the event loop."""
        application = QApplication.instance()
        if isinstance(application, QApplication):
            apply_theme(application, now.theme)
        self._show_theme(now)
        QTimer.singleShot(0, self, self._redraw_icons)

    def _redraw_icons(self) -> None:
        refresh_icons(self._actions)
        self.restyled.emit()
        self._window.update()

    def _scheme_changed(self) -> None:
        """The desktop turned dark or light."""
        if self._settings.now.theme == "system":
            self._restyle(self._settings.now)

    def _show_theme(self, now: Preferences) -> None:
        self._actions[f"theme_{now.theme}"].setChecked(True)

    def _closed(self) -> None:
        if self._dialog is not None:
            self._dialog.deleteLater()
        self._dialog = None


def engine_limits(now: Preferences) -> EngineLimits:
    """What the engine may take, of the preferences."""
    return EngineLimits(threads=now.threads, feature_bytes=now.feature_cache_bytes)

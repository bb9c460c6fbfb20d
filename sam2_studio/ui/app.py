"""Starts the window: application, language, theme, log of Qt's words, what the command line gave. Loads no torch."""

import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from PySide6.QtCore import QLibraryInfo, QLocale, QTimer, QtMsgType, QTranslator, qInstallMessageHandler
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from sam2_studio import __version__, crash_log, home
from sam2_studio.core.preferences import Preferences
from sam2_studio.resources import resource
from sam2_studio.system_libraries import no_window
from sam2_studio.ui.garbage import GarbageCollection
from sam2_studio.ui.language import ENGLISH, chosen_language, use_language
from sam2_studio.ui.main_window import MainWindow
from sam2_studio.ui.theme import apply_theme
from sam2_studio.ui.unexpected import Unexpected

_log = logging.getLogger(__name__)

_PATIENCE = 1.5  # seconds that threads get to end when the window closes

_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


def run(paths: Sequence[Path]) -> int:
    """Show the window, with the first of `paths` opened, until it is closed; the exit status."""
    application = make_application()
    crash_before = crash_log.start()
    window = MainWindow(preferences_path())
    window.closing.patience = _PATIENCE
    if (unexpected := application.findChild(Unexpected)) is not None:
        unexpected.happened.connect(window.notices.show_unexpected)
    window.show()
    QTimer.singleShot(0, window, lambda: _begin(window, paths, crash_before))
    status = application.exec()
    if window.closing.unfinished:
        _leave(status)
    return status


def _begin(window: MainWindow, paths: Sequence[Path], crash_before: Path | None) -> None:
    """Open what there is to open; who comes with nothing, and for the first time, is shown round."""
    if not window.recovery.start(paths, crash_before):
        window.helping.offer_tour()


def _leave(status: int) -> NoReturn:
    """End the process as it stands: all work is saved, and Python would wait for threads that didn't end in time."""
    logging.shutdown()
    os._exit(status)


def make_application() -> QApplication:
    """The QApplication, in the user's language and theme; made once a process."""
    # a GUI build of OpenCV in the same process points Qt at plugins of its own
    os.environ.pop("QT_QPA_PLATFORM_PLUGIN_PATH", None)
    os.environ.pop("QT_QPA_FONTDIR", None)
    qInstallMessageHandler(_qt_message_at_start)
    application = QApplication(["sam2-studio"])
    qInstallMessageHandler(_qt_message)
    GarbageCollection(application)
    Unexpected(application)
    application.setApplicationName("sam2-studio")
    application.setApplicationDisplayName("sam2_studio")
    application.setApplicationVersion(__version__)
    application.setDesktopFileName("sam2-studio")
    application.setWindowIcon(QIcon(str(resource("icons", "app.svg"))))
    preferences = Preferences.load(preferences_path())
    speak(application, chosen_language(preferences.language, QLocale.system().uiLanguages()))
    apply_theme(application, preferences.theme)
    _log.info("Qt %s", QLibraryInfo.version().toString())
    return application


def speak(application: QApplication, language: str) -> None:
    """Show the program's texts, and those of Qt's own dialogs, in a language of `language.languages`."""
    use_language(language)
    of_qt = QTranslator(application)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if language != ENGLISH and of_qt.load(f"qtbase_{language}", folder):
        application.installTranslator(of_qt)


def preferences_path() -> Path:
    return home.settings_folder() / "preferences.json"


def _qt_message_at_start(kind: QtMsgType, context: object, text: str) -> None:
    """Where Qt finds nothing to draw on it aborts: the user gets words and a status instead, no dump."""
    _qt_message(kind, context, text)
    if kind == QtMsgType.QtFatalMsg:
        sys.stderr.write(f"{no_window()}\n")
        sys.stderr.flush()
        _leave(1)


def _qt_message(kind: QtMsgType, context: object, text: str) -> None:
    logging.getLogger("qt").log(_LEVELS[kind], text)

"""One session in front of the camera: PROJECT FOLDER THEME LANGUAGE SIZE ONLY. See `python -m tests.pictures`."""

import os
import shutil
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from sam2_studio import home
from sam2_studio.core.preferences import Preferences
from sam2_studio.ui.app import make_application, preferences_path
from sam2_studio.ui.main_window import MainWindow
from tests.pictures import scenes
from tests.pictures.photographer import Photographer


def main(made: Path, folder: Path, theme: str, language: str, size: str, only: str) -> None:
    """Take every picture whose name holds `only`."""
    preferences_path().parent.mkdir(parents=True)
    Preferences(theme=theme, language=language).save(preferences_path())
    application = make_application()
    project = home.projects_folder() / "rabbit.cutout"
    project.parent.mkdir(parents=True)
    shutil.copy(made, project)
    camera = Photographer(_window(size), folder, only)
    scenes.first_minutes(camera)
    camera.open(project)
    scenes.editor(camera)
    scenes.frames(camera)
    scenes.messages(camera)
    scenes.menus(camera)
    scenes.dialogs(camera)
    scenes.work(camera, project.parent)
    scenes.other_footage(camera, project)
    camera.window.close()
    camera = Photographer(_window(size), folder, only)
    scenes.recent_files(camera)
    camera.window.close()
    application.processEvents()


def _window(size: str) -> MainWindow:
    window = MainWindow(preferences_path())
    window.resize(*map(int, size.split("x")))
    window.show()
    return window


main(*map(Path, sys.argv[1:3]), *sys.argv[3:])

"""File commands of the window: choose what to open, name the project, find moved footage. Asks, then hands on."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from sam2_studio.core.clip import Clip
from sam2_studio.core.schema import SUFFIX
from sam2_studio.resources import resource
from sam2_studio.ui.canvas.canvas import Canvas
from sam2_studio.ui.documents import Documents
from sam2_studio.ui.language import tr
from sam2_studio.ui.start_page import StartPage

SAMPLE = ("sample", "bigbuckbunny.mp4")

_MEDIA = "(*.cutout *.mp4 *.mov *.mkv *.webm *.avi *.mxf *.m4v *.png *.jpg *.jpeg *.tif *.tiff *.webp *.exr *.dpx)"


class Files(QObject):
    """Asks for file names.

    Attributes:
        folder: Where the next dialog starts.

    Signals:
        told: One sentence for the status bar.
    """

    told = Signal(str)

    def __init__(self, documents: Documents, window: QWidget) -> None:
        super().__init__(window)
        self._documents, self._window = documents, window
        self.folder = Path.home()
        documents.footage_ready.connect(self._remember_folder)

    def listen(self, *, start_page: StartPage, canvas: Canvas) -> None:
        """Do what the start page asks for, and open what is dropped."""
        start_page.open_wanted.connect(self.choose_file)
        start_page.sample_wanted.connect(self.open_sample)
        for dropped in (start_page.file_dropped, canvas.file_dropped):
            dropped.connect(self._open_dropped)

    def choose_file(self) -> None:
        if path := self._ask_to_open(tr("Open"), f"{_media()};;{_all()}"):
            self._documents.open(path)

    def choose_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self._window, tr("Open a folder of pictures"), str(self.folder))
        if name:
            self.folder = Path(name).parent
            self._documents.open(Path(name))

    def open_sample(self) -> None:
        self._documents.open(resource(*SAMPLE))

    def ask_for_footage(self) -> Path | None:
        """Where the footage is now; None where there is no answer."""
        return self._ask_to_open(tr("Where is the footage now?"), f"{_all()};;{_media()}")

    def name_project(self) -> None:
        """Copy the project to a name of the user's and go on there."""
        if (chosen := self._ask_to_save(tr("Name the project"), self._documents.stem)) is not None:
            self._documents.save_as(chosen[0], overwrite=chosen[1])

    def save_copy(self) -> None:
        """Copy the project as it is now, and go on where it is."""
        chosen = self._ask_to_save(tr("Save a copy"), tr("{name} copy", name=self._documents.stem))
        if chosen is not None and self._documents.save_copy(chosen[0], overwrite=chosen[1]):
            self.told.emit(tr("A copy is in {place}", place=chosen[0]))

    def _remember_folder(self, clip: Clip) -> None:
        """What is opened next lies beside what is open, however that came."""
        if (folder := Path(clip.info.path).parent) != resource("sample"):
            self.folder = folder

    def _open_dropped(self, paths: list[Path]) -> None:
        self._documents.open(paths[0])

    def _ask_to_save(self, title: str, stem: str) -> tuple[Path, bool] | None:
        """A project's path and whether it may be replaced; Qt's own dialog asks that. None where there is no answer."""
        kinds = f"{tr('Projects')} (*{SUFFIX})"
        name, _ = QFileDialog.getSaveFileName(self._window, title, str(self.folder / f"{stem}{SUFFIX}"), kinds)
        if not name:
            return None
        target = Path(name)
        chosen = target if target.suffix == SUFFIX else target.with_name(target.name + SUFFIX)
        self.folder = chosen.parent
        return chosen, chosen == target  # a name that we completed wasn't asked about

    def _ask_to_open(self, title: str, kinds: str) -> Path | None:
        name, _ = QFileDialog.getOpenFileName(self._window, title, str(self.folder), kinds)
        if not name:
            return None
        self.folder = Path(name).parent
        return Path(name)


def _media() -> str:
    return f"{tr('Footage and projects')} {_MEDIA}"


def _all() -> str:
    return f"{tr('All files')} (*)"

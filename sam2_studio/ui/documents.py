"""Opening, naming and leaving projects: media become a project at once, so that every edit is saved."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from sam2_studio.core.clip import Clip, ClipInfo
from sam2_studio.core.schema import SUFFIX
from sam2_studio.core.store import ProjectFile
from sam2_studio.errors import MediaError, StudioError
from sam2_studio.ui.frame_loader import FrameLoader
from sam2_studio.ui.project_bridge import ProjectBridge


class Documents(QObject):
    """Which project is open and how it came to be.

    Signals:
        opened: Path of the project, to remember as recent: an unnamed one is found again by it.
        failed: StudioError; what was open before stays open.
        clip_missing: StudioError: the project is open, its footage can't be.
    """

    opened = Signal(object)
    failed = Signal(object)
    clip_missing = Signal(object)

    def __init__(self, bridge: ProjectBridge, loader: FrameLoader, unnamed_folder: Path) -> None:
        super().__init__(bridge)
        self._bridge, self._loader, self._folder = bridge, loader, unnamed_folder
        self._expected: int | None = None
        self._then: Callable[[str, ClipInfo], None] = self._start_project
        loader.opened.connect(self._media_opened)
        loader.failed.connect(self._media_failed)

    @property
    def is_named(self) -> bool:
        """Whether the user gave the open project its name and place."""
        return self._bridge.is_open and self._bridge.file.path.parent != self._folder

    @property
    def title(self) -> str:
        """Project and clip, for the title bar."""
        if not self._bridge.is_open:
            return "sam2_studio"
        clip = self._bridge.project.clip
        name = self._bridge.file.path.name if self.is_named else "unnamed project"
        return f"{name} — {Path(clip.info.path).name}" if clip else name

    @property
    def stem(self) -> str:
        """A name for files made of this project."""
        clip = self._bridge.project.clip
        if self.is_named or clip is None:
            return self._bridge.file.path.stem if self._bridge.is_open else "project"
        return Path(clip.info.path).stem

    def open(self, path: Path) -> None:
        """Open a project or media; the answer comes by signal."""
        if path.suffix.lower() == SUFFIX:
            self._open_project(path)
        else:
            self._expect(path, self._start_project)

    def relink(self, path: Path) -> None:
        """Give the open project's clip its new place."""
        if self._bridge.is_open:
            self._expect(path, self._check_relinked)

    def save_as(self, target: Path, *, overwrite: bool) -> None:
        if self._bridge.save_as(target, overwrite=overwrite):
            self.opened.emit(target)

    def close(self) -> None:
        """Close the project; what is still being opened is let go."""
        self._expected = None
        self._bridge.replace(None)

    def _expect(self, path: Path, then: Callable[[str, ClipInfo], None]) -> None:
        self._then = then
        self._expected = self._loader.open(path)

    def _open_project(self, path: Path) -> None:
        try:
            file = ProjectFile.open(path)
        except StudioError as error:
            self.failed.emit(error)
            return
        self._bridge.replace(file)
        self.opened.emit(path)
        if file.project.clip is not None:
            self._expect(Path(file.project.clip.media_path), self._check_footage)

    def _media_opened(self, generation: int, fingerprint: str, info: ClipInfo) -> None:
        if self._expected == generation:
            self._expected = None
            self._then(fingerprint, info)

    def _media_failed(self, generation: int, error: StudioError) -> None:
        if generation != self._loader.generation:
            return
        if self._expected is None:  # a frame of open footage, not the opening
            self.failed.emit(error)
            return
        self._expected = None
        if self._then == self._start_project:
            self.failed.emit(error)
            self._show_again()
        else:
            self.clip_missing.emit(error)

    def _show_again(self) -> None:
        """The loader let go of the clip on show to try the one that failed."""
        clip = self._bridge.project.clip
        if self._bridge.is_open and clip is not None:
            self._expect(Path(clip.media_path), self._check_footage)

    def _start_project(self, fingerprint: str, info: ClipInfo) -> None:
        stamp = datetime.now().strftime("%Y%m%d-%H%M%S-%f")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            file = ProjectFile.create(self._folder / f"{Path(info.path).stem[:80]}-{stamp}{SUFFIX}")
            file.set_footage(Clip.whole(info, fingerprint))
        except (OSError, StudioError) as error:
            self.failed.emit(error if isinstance(error, StudioError) else MediaError(f"{error}.", "Free some space."))
            return
        self._bridge.replace(file)
        self.opened.emit(file.path)

    def _check_footage(self, fingerprint: str, info: ClipInfo) -> None:
        clip = self._bridge.project.clip
        if clip is None or clip.fits(info):
            return
        self.clip_missing.emit(_differs(clip, info))

    def _check_relinked(self, fingerprint: str, info: ClipInfo) -> None:
        """Link only footage that the masks fit."""
        clip = self._bridge.project.clip
        if clip is not None and not clip.fits(info):
            self.clip_missing.emit(_differs(clip, info))
            return
        try:
            self._bridge.file.set_footage(Clip.whole(info, fingerprint) if clip is None else clip.relinked(info.path))
            self.opened.emit(self._bridge.file.path)
        except StudioError as error:
            self.failed.emit(error)


def _differs(clip: Clip, info: ClipInfo) -> MediaError:
    was, now = f"{clip.info.frames} frames of {clip.info.size}", f"{info.frames} frames of {info.size}"
    return MediaError(
        f"“{Path(info.path).name}” has {now}, the project was made on {was}.", "Choose the original footage."
    )

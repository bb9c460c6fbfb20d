"""Opening, naming and leaving projects: media become a project at once, so that every edit is saved."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QThread, Signal

from sam2_studio.core.clip import AS_STORED, Clip, ClipInfo
from sam2_studio.core.schema import SUFFIX
from sam2_studio.core.store import ProjectFile
from sam2_studio.errors import MediaError, StudioError
from sam2_studio.ui.frame_loader import FrameLoader
from sam2_studio.ui.language import tr
from sam2_studio.ui.project_bridge import ProjectBridge
from sam2_studio.ui.project_opener import ProjectOpener
from sam2_studio.ui.unnamed import unused_name


class Documents(QObject):
    """Which project is open and how it came to be.

    Signals:
        opened: Path of the project, to remember as recent: an unnamed one is found again by it.
        failed: StudioError; what was open before stays open.
        footage_ready: Clip of the open project: its footage is there and is what the masks were made on.
        clip_missing: StudioError: the project is open, its footage can't be.
        clip_changed: Sentence: the footage isn't the file that it was, but has its length and size.
        read_only: StudioError: why the project that is open can't be changed.
        moved: Paths before and after: the project was named, and goes on there.
        doubtful: Sentence: the project is open, but somebody else may have it too.
    """

    opened = Signal(object)
    failed = Signal(object)
    footage_ready = Signal(object)
    clip_missing = Signal(object)
    clip_changed = Signal(str)
    read_only = Signal(object)
    moved = Signal(object, object)
    doubtful = Signal(str)

    def __init__(self, bridge: ProjectBridge, loader: FrameLoader, unnamed_folder: Path) -> None:
        super().__init__(bridge)
        self._bridge, self._loader, self._folder = bridge, loader, unnamed_folder
        self._expected: int | None = None
        self._openers: list[ProjectOpener] = []
        self._then: Callable[[str, ClipInfo], None] = self._start_project
        self._reading = AS_STORED  # of the media asked for last
        bridge.clip_changed.connect(self._read_anew)
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
        name = self._bridge.file.path.name if self.is_named else tr("unnamed project")
        name = tr("{name} (read-only)", name=name) if self._bridge.file.read_only else name
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
        self.let_go()  # what was asked for before isn't wanted any more
        if path.suffix.lower() != SUFFIX:
            self._expect(path, self._start_project)
        elif self._bridge.is_open and _same(self._bridge.file.path, path):
            self._show_project()
        else:
            self._start_opening(path)

    def relink(self, path: Path) -> None:
        """Give the open project's clip its new place."""
        if self._bridge.is_open:
            self._expect(path, self._check_relinked)

    def save_as(self, target: Path, *, overwrite: bool) -> None:
        before = self._bridge.file.path if self._bridge.is_open else target
        if self._bridge.save_as(target, overwrite=overwrite):
            self.moved.emit(before, target)
            self.opened.emit(target)

    def save_copy(self, target: Path, *, overwrite: bool) -> bool:
        """Copy the project and go on where it is."""
        return self._bridge.save_copy(target, overwrite=overwrite)

    def let_go(self) -> list[QThread]:
        """Drop what is being opened; the threads that haven't ended yet."""
        for opener in self._openers:
            opener.drop()
        return list(self._openers)

    def close(self) -> None:
        """Close the project; what is still being opened is let go."""
        self._expected = None
        self._bridge.replace(None)

    def _expect(self, path: Path, then: Callable[[str, ClipInfo], None]) -> None:
        self._then = then
        clip = None if then == self._start_project else self._bridge.project.clip
        self._reading = AS_STORED if clip is None else clip.reading
        self._expected = self._loader.open(path, self._reading)

    def _read_anew(self) -> None:
        """The user wants the clip read otherwise."""
        clip = self._bridge.project.clip
        if clip is not None and clip.reading != self._reading:
            self._show_again()

    def _start_opening(self, path: Path) -> None:
        opener = ProjectOpener(path)
        self._openers.append(opener)
        queued = Qt.ConnectionType.QueuedConnection
        opener.opened.connect(self._project_opened, queued)
        opener.failed.connect(self.failed, queued)
        opener.finished.connect(self._opener_ended, queued)
        opener.start()

    def _opener_ended(self) -> None:
        self._openers = [opener for opener in self._openers if not opener.isFinished()]

    def _project_opened(self, file: ProjectFile, why_read_only: StudioError | None) -> None:
        opener = self.sender()
        if isinstance(opener, ProjectOpener) and not opener.hand_over():
            return
        self._bridge.replace(file)
        self._show_project()
        if why_read_only is not None:
            self.read_only.emit(why_read_only)
        if file.other_host:
            self.doubtful.emit(
                tr(
                    "The computer {host} had this project open. Make sure that it is closed there.",
                    host=file.other_host,
                )
            )

    def _show_project(self) -> None:
        file = self._bridge.file
        self.opened.emit(file.path)
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
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            file = ProjectFile.create(unused_name(self._folder, Path(info.path).stem[:80]))
            file.set_footage(Clip.whole(info, fingerprint))
        except (OSError, StudioError) as error:
            self.failed.emit(
                error if isinstance(error, StudioError) else MediaError(f"{error}.", tr("Free some space."))
            )
            return
        self._bridge.replace(file)
        self.opened.emit(file.path)
        self.footage_ready.emit(file.project.clip)

    def _check_footage(self, fingerprint: str, info: ClipInfo) -> None:
        clip = self._bridge.project.clip
        if clip is None:
            return
        if not clip.fits(info):
            self._refuse(clip, info)
            return
        self.footage_ready.emit(clip)
        if clip.fingerprint and clip.fingerprint != fingerprint:
            self.clip_changed.emit(
                tr(
                    "“{file}” isn't the file that the masks were made on. Check that they fit.",
                    file=Path(info.path).name,
                )
            )

    def _check_relinked(self, fingerprint: str, info: ClipInfo) -> None:
        """Link only footage that the masks fit."""
        clip = self._bridge.project.clip
        if clip is not None and not clip.fits(info):
            self._refuse(clip, info)
            return
        try:
            linked = Clip.whole(info, fingerprint) if clip is None else clip.relinked(info.path)
            self._bridge.file.set_footage(linked)
        except StudioError as error:
            self.failed.emit(error)
            return
        self.opened.emit(self._bridge.file.path)
        self.footage_ready.emit(linked)
        if linked.fingerprint and linked.fingerprint != fingerprint:
            self.clip_changed.emit(
                tr(
                    "“{file}” has the same length and size, but is another file. Check that the masks fit.",
                    file=Path(info.path).name,
                )
            )

    def _refuse(self, clip: Clip, info: ClipInfo) -> None:
        """Footage on which the masks can't lie isn't shown."""
        self._loader.drop()
        self.clip_missing.emit(_differs(clip, info))


def _same(a: Path, b: Path) -> bool:
    try:
        return a.samefile(b)
    except OSError:
        return False


def _differs(clip: Clip, info: ClipInfo) -> MediaError:
    was, now = (tr("{count} frames of {size}", count=each.frames, size=each.size) for each in (clip.info, info))
    return MediaError(
        tr("“{file}” has {now}, the project was made on {was}.", file=Path(info.path).name, now=now, was=was),
        tr("Choose the original footage."),
    )

"""The queue of clips in the window: adds the open project, shows the queue, and has it worked on in the background.

The file of the queue says how it stands; two windows share it. Here is only what runs now, and what is open.
"""

import logging
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QThread, QTimer, Signal
from PySide6.QtWidgets import QWidget

from sam2_studio.batch import clip_queue
from sam2_studio.batch.clip_queue import Lines, LineState, QueueLine
from sam2_studio.batch.item_work import do_item
from sam2_studio.batch.pool import WorkerPool
from sam2_studio.batch.queue_file import FILE, QueueFile
from sam2_studio.batch.queue_run import LineEnded, LineStep, QueueRun
from sam2_studio.batch.untracked import untracked
from sam2_studio.core.durations import Pace
from sam2_studio.engine.device import cores
from sam2_studio.errors import PromptError, StudioError
from sam2_studio.export.formats import PRESETS
from sam2_studio.export.saved import FILE as PRESETS_FILE
from sam2_studio.export.saved import SavedPresets
from sam2_studio.ui.dialogs.queue_dialog import QueueDialog
from sam2_studio.ui.dialogs.queue_rows import Doing, row_of, summary
from sam2_studio.ui.documents import Documents
from sam2_studio.ui.exporting import usual_folder
from sam2_studio.ui.file_manager import show_file
from sam2_studio.ui.language import tr
from sam2_studio.ui.project_bridge import ProjectBridge
from sam2_studio.ui.queue_lines import line_for, redirected
from sam2_studio.ui.queue_thread import QueueThread
from sam2_studio.ui.runs import Runs
from sam2_studio.ui.settings import Settings

_log = logging.getLogger(__name__)

_LOOK_EVERY = 1000  # ms: another window may have changed the queue


class Queueing(QObject):
    """The part.

    Signals:
        failed: StudioError: something wasn't done; the window tells it where the dialog isn't open.
        told: Sentence for the status bar.
    """

    failed = Signal(object)
    told = Signal(str)

    def __init__(
        self,
        folder: Path,
        bridge: ProjectBridge,
        documents: Documents,
        runs: Runs,
        settings: Settings,
        window: QWidget,
    ) -> None:
        """Keep the queue in `folder`, where the user's presets are."""
        super().__init__(window)
        self._bridge, self._documents, self._runs, self._settings = bridge, documents, runs, settings
        self._saved, self._window = SavedPresets(folder / PRESETS_FILE), window
        self._fault = ""
        self._file = QueueFile(folder / FILE, self._faulty)
        self._dialog: QueueDialog | None = None
        self._thread: QueueThread | None = None
        self._is_on = False
        self._held: frozenset[Path] = frozenset()
        self._doing: Doing | None = None
        self._pace, self._pace_of = Pace(), ("", "")
        self._seen = 0
        self._look = QTimer(self, interval=_LOOK_EVERY)
        self._look.timeout.connect(self._look_again)
        self._soon = QTimer(self, interval=0, singleShot=True)  # the window first
        self._soon.timeout.connect(self._go_on)
        bridge.replaced.connect(self._soon.start)
        documents.moved.connect(self._project_moved)
        runs.ended.connect(self._go_on)

    @property
    def is_running(self) -> bool:
        """Whether a line is being worked on."""
        return self._thread is not None

    # Slots of the actions table

    def add_project(self) -> None:
        """Put the open project at the end of the queue; one that is there is brought up to date."""
        clip, project = self._bridge.project.clip, self._bridge.project
        if clip is None:
            return
        names = [thing.name for thing in project.objects if thing.visible and _has_anything(self._bridge, thing.id)]
        if not names:
            self._fail(PromptError(tr("There is nothing to track in this clip yet."), tr("Prompt an object first.")))
            return
        now = self._settings.now
        folder = usual_folder(clip, now.export_folder) or Path(clip.info.path).parent
        model = project.model.partition("@")[0] or now.model
        line = line_for(
            self._bridge.file.path, clip, names, model=model, preset=now.export_preset, folder=folder.absolute()
        )
        lines = self._change(lambda lines: redirected(clip_queue.with_line(lines, line), {line.id}, self._saved))
        if lines is not None:
            self.told.emit(tr("{clip} is in the queue of clips: {summary}.", clip=line.clip, summary=summary(lines)))

    def show_queue(self) -> None:
        """Open the dialog, or bring it forward."""
        if self._dialog is None:
            self._dialog = self._made_dialog()
            self._look.start()
        self._look_at_window()
        self._dialog.show()
        self._dialog.raise_()
        self._dialog.activateWindow()

    def start(self) -> None:
        """Work on what waits, and go on with what comes, until it is paused or done."""
        self._is_on = True
        self._go_on()

    def pause(self) -> None:
        """Stop; the line under way waits again, the frames tracked so far are kept."""
        self._is_on = False
        if self._thread is not None:
            self._thread.stop()
        self._show()

    def let_go(self) -> list[QThread]:
        """Stop for good; the thread that hasn't ended yet."""
        self._look.stop()
        self.pause()
        return [] if self._thread is None else [self._thread]

    # Running

    def _go_on(self) -> None:
        """Start where something can be started; the queue is off where nothing waits any more."""
        self._look_at_window()
        if not self._is_on or self._thread is not None:
            return
        waiting = [line for line in self._file.read() if line.state is LineState.WAITING]
        self._is_on = bool(waiting)
        if any(line.project not in self._held for line in waiting):
            self._run()
        self._show()

    def _run(self) -> None:
        now = self._settings.now
        pool = WorkerPool(1, max(1, cores() // 2), do_item)
        run = QueueRun(self._file, pool, device=now.device, dtype=now.dtype, may_start=self._may_start)
        self._thread = QueueThread(run)
        self._thread.stepped.connect(self._stepped)
        self._thread.line_ended.connect(self._line_ended)
        self._thread.failed.connect(self._run_failed)
        self._thread.finished.connect(self._thread_ended)
        self._thread.start()

    def _may_start(self, line: QueueLine) -> bool:
        """Whether the line's project isn't needed here; asked on the queue's thread."""
        return line.project not in self._held

    def _stepped(self, told: LineStep) -> None:
        step = told.step
        if (told.line_id, step.what) != self._pace_of:
            self._pace, self._pace_of = Pace(), (told.line_id, step.what)
        self._doing = Doing(told.line_id, step, self._pace.left(step.done, step.total))
        self._show()

    def _line_ended(self, ended: LineEnded) -> None:
        self._doing = None
        line = ended.line
        words = tr("{clip}: done", clip=line.clip) if line.state is LineState.DONE else f"{line.clip}: {line.said}"
        self.told.emit(tr("Queue of clips: {what}", what=words))
        self._show()

    def _run_failed(self, error: StudioError) -> None:
        self._is_on = False
        self._fail(error)

    def _thread_ended(self) -> None:
        if self._thread is not None:
            self._thread.deleteLater()
        self._thread, self._doing = None, None
        self._go_on()
        self._show()

    # What is open

    def _look_at_window(self) -> None:
        """The open project can't be tracked elsewhere: only one may write it. One that is tracked can be exported."""
        if self._bridge.is_open and not self._bridge.file.read_only and untracked(self._bridge.project):
            self._held = frozenset({self._bridge.file.path.absolute()})
        else:
            self._held = frozenset()
        self._show()

    def _project_moved(self, before: Path, after: Path) -> None:
        """A project that was named is the one that is meant."""
        self._change(lambda lines: clip_queue.renamed(lines, before.absolute(), after.absolute()))

    def _release(self) -> None:
        self._runs.stop()
        self._documents.close()

    # The dialog

    def _made_dialog(self) -> QueueDialog:
        dialog = QueueDialog((*PRESETS, *self._saved_names()), self._window)
        dialog.start_wanted.connect(self.start)
        dialog.pause_wanted.connect(self.pause)
        dialog.release_wanted.connect(self._release)
        dialog.order_chosen.connect(lambda ids: self._change(lambda lines: clip_queue.in_order(lines, ids)))
        dialog.move_wanted.connect(lambda ids, by: self._change(lambda lines: clip_queue.moved(lines, ids, by)))
        dialog.retry_wanted.connect(lambda ids: self._change(lambda lines: clip_queue.retried(lines, ids)))
        dialog.remove_wanted.connect(self._remove)
        dialog.open_wanted.connect(self._open)
        dialog.folder_wanted.connect(self._show_folder)
        dialog.preset_chosen.connect(lambda ids, name: self._direct(ids, preset=name))
        dialog.folder_chosen.connect(lambda ids, folder: self._direct(ids, folder=folder.absolute()))
        dialog.finished.connect(self._closed)
        return dialog

    def _saved_names(self) -> tuple[str, ...]:
        try:
            return tuple(self._saved.all())
        except StudioError as error:
            _log.warning("%s", error)
            return ()

    def _direct(self, ids: Collection[str], **to: Any) -> None:
        """Give lines another preset or folder; those that had another are done again."""
        self._change(lambda lines: redirected(clip_queue.altered(lines, ids, **to), ids, self._saved))

    def _remove(self, ids: Sequence[str]) -> None:
        self._change(lambda lines: clip_queue.without(lines, ids))
        if self._thread is not None and self._doing is not None and self._doing.line_id in ids:
            self._thread.stop()  # the others go on when it has ended

    def _open(self, line_id: str) -> None:
        for line in self._file.read():
            if line.id == line_id:
                self._documents.open(line.project)
                self._window.activateWindow()

    def _show_folder(self, line_id: str) -> None:
        for line in self._file.read():
            if line.id == line_id:
                show_file(line.folder / line.output)

    def _closed(self) -> None:
        self._look.stop()
        if self._dialog is not None:
            self._dialog.deleteLater()
        self._dialog = None

    def _change(self, edit: Callable[[Lines], Lines]) -> Lines | None:
        """Change the queue; None where that was refused."""
        try:
            lines = self._file.change(edit)
        except StudioError as error:
            self._fail(error)
            return None
        self._show(lines)
        self._go_on()
        return lines

    def _look_again(self) -> None:
        changed = self._file.changed_at()
        if changed != self._seen:
            self._seen = changed
            self._show()

    def _show(self, lines: Lines | None = None) -> None:
        if self._dialog is None:
            return
        lines = self._file.read() if lines is None else lines
        waiting = [line for line in lines if line.state is LineState.WAITING]
        self._dialog.show_queue(
            lines,
            [row_of(line, self._doing, self._held) for line in lines],
            is_on=self._is_on,
            is_ending=self.is_running and not self._is_on,
            is_held=self._is_on and any(line.project in self._held for line in waiting),
        )

    def _fail(self, error: StudioError) -> None:
        _log.info("queue of clips: %s", error)
        if self._dialog is not None:
            self._dialog.say(str(error))
        else:
            self.failed.emit(error)

    def _faulty(self, sentence: str) -> None:
        """The file can't be used: said once, from whichever thread found it."""
        if sentence != self._fault:
            self._fault = sentence
            self.failed.emit(StudioError(sentence))


def _has_anything(bridge: ProjectBridge, object_id: int) -> bool:
    project = bridge.project
    return bool(project.prompted_frames(object_id) or len(project.track(object_id)))

"""Merging objects and subtracting one from another: pixels on a thread, then one undo step of the document as it is.

Nothing changes before all is computed. Edits in the meantime are no harm: what they touched is computed again.
"""

from collections import deque
from time import monotonic

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from sam2_studio.core.object_commands import Operation, Pair, StoredMask, combine, left_alone, pairs_of
from sam2_studio.errors import StudioError
from sam2_studio.ui.combine_thread import CombinedMask, CombineThread
from sam2_studio.ui.language import tr, tr_count
from sam2_studio.ui.project_bridge import ProjectBridge
from sam2_studio.ui.selection import Selection
from sam2_studio.ui.words_below import shown

_EVERY = 25  # ms between two writes
_AT_ONCE = 0.012  # s that one write may take of the window's time
_MOST = 8  # masks in one transaction


class Combining(QObject):
    """Combines the selected object with others, one after the other.

    Attributes:
        label: What goes on: "merging ball into man".

    Signals:
        running_changed: Whether something goes on.
        progressed: Masks done, all masks.
        ended: One sentence for the status bar.
    """

    running_changed = Signal(bool)
    progressed = Signal(int, int)
    ended = Signal(str)

    def __init__(self, bridge: ProjectBridge, selection: Selection) -> None:
        super().__init__(bridge)
        self._bridge, self._selection = bridge, selection
        self.label = ""
        self._wanted: tuple[Operation, int, int] | None = None
        self._thread: CombineThread | None = None
        self._threads: list[CombineThread] = []  # also those that were let go and haven't ended yet
        self._waiting: deque[CombinedMask] = deque()
        self._made: dict[Pair, StoredMask] = {}
        self._total = 0
        self._is_complete = False
        self._timer = QTimer(self, interval=_EVERY)
        self._timer.timeout.connect(self._store)
        bridge.replaced.connect(self.stop)

    @property
    def is_running(self) -> bool:
        return self._wanted is not None

    def merge(self, other_id: int) -> None:
        """Merge another object into the selected one."""
        self._start(Operation.MERGE, other_id)

    def subtract(self, other_id: int) -> None:
        """Take what another object covers away from the selected one."""
        self._start(Operation.SUBTRACT, other_id)

    def stop(self) -> None:
        """End what goes on; the document stays as it was."""
        if self.is_running:
            self._end(tr("Stopped: nothing was changed"))

    def let_go(self) -> list[CombineThread]:
        """End what goes on, the program closes; the threads that haven't ended yet."""
        self.stop()
        return self._threads

    def _start(self, operation: Operation, other_id: int) -> None:
        self.stop()
        chosen, other = self._selection.object, self._bridge.project.object(other_id)
        if chosen is None or other is None:
            return
        self._wanted = (operation, chosen.id, other_id)
        names = {"other": other.name, "name": chosen.name}
        merging, subtracting = (
            tr("merging {other} into {name}", **names),
            tr("subtracting {other} from {name}", **names),
        )
        self.label = merging if operation is Operation.MERGE else subtracting
        self._made.clear()
        self.running_changed.emit(True)
        self._go_on()

    def _go_on(self) -> None:
        """Compute what is missing for the document as it is now; where nothing is, make the edit."""
        if self._wanted is None:
            return
        try:
            missing = pairs_of(self._bridge.project, *self._wanted) - self._made.keys()
        except StudioError as error:
            self._failed_with(error)
            return
        if missing:
            self._compute(missing)
        else:
            self._edit()

    def _compute(self, pairs: frozenset[Pair]) -> None:
        assert self._wanted is not None
        self._is_complete = False
        self._total = len(self._made) + len(pairs)
        thread = self._thread = CombineThread(self._bridge.file.path, self._wanted[0], pairs)
        queued = Qt.ConnectionType.QueuedConnection
        thread.combined.connect(self._came, queued)
        thread.completed.connect(self._completed, queued)
        thread.failed.connect(self._failed, queued)
        thread.finished.connect(self._thread_ended, queued)
        self._threads.append(thread)
        thread.start()
        self._timer.start()
        self.progressed.emit(len(self._made), self._total)

    def _came(self, combined: CombinedMask) -> None:
        if self.sender() is self._thread:
            self._waiting.append(combined)

    def _completed(self) -> None:
        if self.sender() is self._thread:
            self._is_complete = True

    def _failed(self, error: StudioError) -> None:
        if self.sender() is self._thread:
            self._failed_with(error)

    def _store(self) -> None:
        """Store what came, for as long as the window can spare; after the last go on."""
        until = monotonic() + _AT_ONCE
        while self._waiting and monotonic() < until:
            if not self._store_some([self._waiting.popleft() for _ in range(min(_MOST, len(self._waiting)))]):
                return
        self.progressed.emit(len(self._made), self._total)
        if self._is_complete and not self._waiting:
            self._let_thread_go()
            self._go_on()

    def _store_some(self, combined: list[CombinedMask]) -> bool:
        """Store masks in one transaction; False where the file refuses them, and all is over."""
        new = [each for each in combined if not each.mask_id]
        ids = self._bridge.store_masks([each.mask for each in new])
        if len(ids) < len(new):
            self._end(tr("Stopped: nothing was changed"))
            return False
        by_pair = {each.pair: mask_id for each, mask_id in zip(new, ids, strict=True)}
        for each in combined:
            self._made[each.pair] = StoredMask(by_pair.get(each.pair, each.mask_id), each.mask.area)
        return True

    def _edit(self) -> None:
        assert self._wanted is not None
        project, (operation, object_id, other_id) = self._bridge.project, self._wanted
        try:
            command = combine(project, operation, object_id, other_id, self._made)
        except StudioError as error:
            self._failed_with(error)
            return
        locked = len(left_alone(project, object_id, other_id))
        self._end("")
        if not any(change.before != change.after for change in command.changes):
            self.ended.emit(tr("Nothing was changed: the objects don't meet"))
        elif self._bridge.run(lambda _: command):
            kept = tr_count("{count} locked frame left as before", "{count} locked frames left as before", locked)
            done = tr("{edit}: done", edit=shown(command.label))
            self.ended.emit(f"{done}; {kept}" if locked else done)

    def _failed_with(self, error: StudioError) -> None:
        self._end(tr("Nothing was changed"))
        self._bridge.refused.emit(error)

    def _end(self, sentence: str) -> None:
        self._let_thread_go()
        self._waiting.clear()
        self._made.clear()
        self._wanted = None
        self.running_changed.emit(False)
        if sentence:
            self.ended.emit(sentence)

    def _let_thread_go(self) -> None:
        """Let the thread end by itself: it may be busy opening the project."""
        self._timer.stop()
        if self._thread is not None:
            self._thread.requestInterruption()
        self._thread = None

    def _thread_ended(self) -> None:
        self._threads = [thread for thread in self._threads if not thread.isFinished()]

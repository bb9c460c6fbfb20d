"""Works through the queue of clips: each line becomes the item that a manifest's line would, done by the same workers.

The queue may be changed meanwhile, here or in another window: what comes next is looked up when a line has ended.
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from sam2_studio.batch.batch_run import make_folder
from sam2_studio.batch.clip_queue import Lines, LineState, QueueLine
from sam2_studio.batch.items import Fate, Item, Outcome, Step
from sam2_studio.batch.lines import Defaults, check_rows
from sam2_studio.batch.manifest import Row
from sam2_studio.batch.pool import WorkerPool
from sam2_studio.batch.queue_file import QueueFile
from sam2_studio.core.lock import WriterLock
from sam2_studio.errors import BatchError, LockedError, StudioError

_MOST = 1  # lines at a time: each worker holds a model beside the window's own


@dataclass(frozen=True)
class LineStep:
    """A line goes on."""

    line_id: str
    step: Step


@dataclass(frozen=True)
class LineEnded:
    """A line is done or has failed, which is in the file already."""

    line: QueueLine


QueueEvents = Generator[LineStep | LineEnded, None, None]


class QueueRun:
    """One run, until nothing waits any more that may be done.

    Args:
        file: Of the queue.
        pool: Whose workers do it.
        device, dtype: As `load_model` takes them.
        may_start: Whether a line may be done now; asked on the thread of the run.
    """

    def __init__(
        self, file: QueueFile, pool: WorkerPool, *, device: str, dtype: str, may_start: Callable[[QueueLine], bool]
    ) -> None:
        self._file, self._pool, self._may_start = file, pool, may_start
        self._defaults = Defaults(device=device, dtype=dtype)
        self._doing: QueueLine | None = None
        self._ended: list[LineEnded] = []

    def stop(self) -> None:
        """End soon; the line under way waits again, with the frames tracked so far. From any thread."""
        self._pool.stop()

    def events(self) -> QueueEvents:
        """Do what waits.

        Raises:
            BatchError: another window works on the queue, it can't be written, or no worker starts.
        """
        try:
            lock = WriterLock.take(self._file.path)
        except LockedError:
            raise BatchError("Another window works on the queue of clips.", "Pause it there first.") from None
        try:
            with closing(self._pool.run_as_told(self._next, at_most=_MOST)) as said:
                for event in said:
                    yield from self._told(event)
            yield from self._taken()
        finally:
            lock.release()

    def _told(self, event: Step | Outcome) -> Iterator[LineStep | LineEnded]:
        yield from self._taken()
        if self._doing is None:
            return
        if isinstance(event, Step):
            yield LineStep(self._doing.id, event)
        else:
            self._end(self._doing, event)
            self._doing = None
            yield from self._taken()

    def _taken(self) -> Iterator[LineEnded]:
        """Lines that have ended since the last event."""
        ended, self._ended = self._ended, []
        yield from ended

    def _next(self, busy: Sequence[Item]) -> Item | None:
        for line in self._file.read():
            if line.state is not LineState.WAITING or not self._may_start(line):
                continue
            try:
                item = item_of(line, self._defaults)
            except StudioError as error:
                self._end(line, Outcome(output=line.output, line=1, said="", fate=Fate.FAILED, error=str(error)))
                continue
            self._doing = line
            return item
        return None

    def _end(self, line: QueueLine, outcome: Outcome) -> None:
        """Write down what became of a line; one that was removed or changed meanwhile stays as it is."""
        ended = replace(
            line,
            state=LineState(outcome.fate),
            said=outcome.error or " ".join(outcome.warnings),
            frames=outcome.frames,
            doubtful=outcome.doubtful,
        )

        def edit(lines: Lines) -> Lines:
            return tuple(ended if other == line else other for other in lines)

        self._file.change(edit)
        self._ended.append(LineEnded(ended))


def item_of(line: QueueLine, defaults: Defaults) -> Item:
    """What a manifest with that line would have workers do.

    Raises:
        StudioError: it can't be done, and why.
    """
    if not line.project.exists():
        raise BatchError(f"The project “{line.project}” isn't there any more.", "Bring it back, or remove the line.")
    make_folder(line.folder)
    values = {"project": str(line.project), "model": line.model, "preset": line.preset, "output": line.output}
    checked = check_rows([Row(1, values)], line.project.parent, line.folder, defaults)
    if checked.bad:
        raise BatchError(checked.bad[0].reason)
    return checked.items[0]

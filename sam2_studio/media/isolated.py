"""A FrameSource whose decoder runs in a process of its own: a crash, a hang or endless input there ends only that.

A decoder that crashes is started again and the frame tried once more; if it crashes on the same frame again, or hangs,
that frame is refused from then on and all others can still be read.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from sam2_studio import errors
from sam2_studio.core.clip import AS_STORED, ClipInfo, ClipKind, Reading
from sam2_studio.core.frames import Frame, Timestamp, checked_frame
from sam2_studio.core.geometry import Size
from sam2_studio.errors import MediaError, StudioError
from sam2_studio.media.container import PIXEL_LIMIT
from sam2_studio.media.shared_frames import FrameShape, SlotPool
from sam2_studio.media.worker import PATIENCE, WORKERS, Worker, WorkerLost, Workers

_log = logging.getLogger(__name__)
_AT_ONCE = 2  # slots that a decoder may write: for the frame asked for, and one ahead
_WAY_OUT = "Convert it with another program first, or send it to the makers of FFmpeg."


def _roomiest(info: ClipInfo) -> FrameShape:
    """The shape with most bytes that a frame of it may have."""
    deep = info.bit_depth > 8
    return FrameShape(size=info.size, deep=deep, alpha=True, light=deep and info.kind is not ClipKind.VIDEO)


def never() -> bool:
    """Nobody ends the wait."""
    return False


def open_picture(path: Path, stopped: Callable[[], bool] = never) -> "IsolatedSource":
    """Open a single picture. Raises as `IsolatedSource`, and MediaError where it is a clip."""
    source = IsolatedSource(path, stopped=stopped)
    if source.info.kind is ClipKind.STILL:
        return source
    kind = source.info.kind.value
    source.close()
    raise MediaError(f"“{path}” is a {kind}, not a single picture.", "Use track and export for it.")


class IsolatedSource:
    """Opens what `open_media` opens, in another process.

    Attributes:
        info: What the footage is.
        icc_profile: Its embedded colour profile, or None.
    """

    def __init__(
        self,
        path: str | Path,
        pixel_limit: int = PIXEL_LIMIT,
        *,
        reading: Reading = AS_STORED,
        stopped: Callable[[], bool] = never,
        on_notice: Callable[[str], object] = str,
        workers: Workers = WORKERS,
        patience: float = PATIENCE,
    ) -> None:
        """Open it.

        Args:
            reading: As `open_media` takes it.
            stopped: Asked while waiting; True ends the wait and the decoder with it.
            on_notice: Told in a sentence, once, that the decoder had to be started again.
            workers: Where processes come from.
            patience: Seconds without progress before a decoder counts as hung.

        Raises:
            MediaError: as `open_media`, and where the decoder crashes or hangs.
            Cancelled: `stopped` said so.
        """
        self._named, self._path, self._pixel_limit = str(path), Path(path), pixel_limit
        self._reading = reading
        self._stopped, self._on_notice = stopped, on_notice
        self._workers, self._patience = workers, patience
        self._worker: Worker | None = None
        self._pool: SlotPool | None = None
        self._closed = self._noticed = False
        self._refused: dict[int, MediaError] = {}
        self._last: Frame | None = None
        try:
            self.info, self.icc_profile = self._opened()
        except StudioError:
            self.close()
            raise
        except WorkerLost as lost:
            raise self._told(lost, "and can't be opened") from lost

    def timestamp(self, number: int) -> Timestamp:
        """When frame `number` is shown. Raises PromptError where there is no such frame."""
        checked_frame(number, self.info.frames, self.info.first_number)
        return Timestamp(int(self._pts[number]), self._time_base)

    def read(self, number: int) -> Frame:
        """Frame `number`, the same bytes as the reader gives in this process.

        Raises:
            PromptError: there is no such frame.
            MediaError: it can't be read, it makes the decoder crash or hang, or the source is closed.
            Cancelled: `stopped` said so; the next read starts the decoder again.
        """
        self.timestamp(number)
        if self._closed:
            raise MediaError(f"{self._path.name} is closed.", "Open it again.")
        if number in self._refused:
            raise self._refused[number]
        if self._last is None or self._last.number != number:
            self._last = self._read(number)
        return self._last

    def close(self) -> None:
        """Let go of the footage; the process waits for the next."""
        self._closed = True
        self._last = None
        if self._worker is not None:
            self._workers.give_back(self._worker)
        self._worker = None
        self._take_pool(None)

    def __enter__(self) -> "IsolatedSource":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _read(self, number: int) -> Frame:
        try:
            return self._asked(number)
        except WorkerLost as lost:
            self._notice(lost, number)
            if not lost.hung:
                try:
                    return self._asked(number)
                except WorkerLost:
                    _log.warning("frame %d of %s crashed its decoder again", number, self._path)
            self._refused[number] = self._told(lost, f"at frame {self.info.first_number + number}")
            raise self._refused[number] from lost

    def _notice(self, lost: WorkerLost, number: int) -> None:
        did = "hung" if lost.hung else "crashed"
        text = (
            f"The decoder of {self._path.name} {did} at frame {self.info.first_number + number}; it was started again."
        )
        _log.warning(text)
        if not self._noticed:
            self._noticed = True
            self._on_notice(text)

    def _told(self, lost: WorkerLost, where: str) -> MediaError:
        did = "hang" if lost.hung else "crash"
        return MediaError(f"{self._path.name} makes its decoder {did} {where}.", _WAY_OUT)

    def _asked(self, number: int) -> Frame:
        """Ask the worker, which is started where it isn't there."""
        if self._worker is None:
            info = self._opened()[0]
            if info.size != self.info.size or info.frames != self.info.frames:
                raise MediaError(f"{self._path.name} has changed since it was opened.", "Open it again.")
        worker, pool = self._worker, self._pool
        assert worker is not None
        assert pool is not None
        with self._in_step(worker):
            gone = pool.cool()
            slots = {"room": pool.room, "slots": pool.grant(_AT_ONCE), "gone": gone}
            worker.ask({"do": "read", "number": number} | slots)
            return self._frame(pool, self._answer(worker), number)

    @contextmanager
    def _in_step(self, worker: Worker) -> Iterator[None]:
        """Keep a worker that told an error; end one whose answer is still to come, or makes no sense."""
        try:
            yield
        except StudioError:
            self._worker = worker
            raise
        except (KeyError, TypeError, ValueError) as error:
            worker.end()
            self._worker = None
            raise MediaError(f"The decoder of {self._path.name} makes no sense: {error}.", _WAY_OUT) from error
        except BaseException:
            worker.end()
            self._worker = None
            raise

    def _frame(self, pool: SlotPool, answer: dict[str, Any], number: int) -> Frame:
        shape = FrameShape(**answer["shape"] | {"size": Size(**answer["shape"]["size"])})
        rgb, alpha, light = pool.take(shape, answer["slot"])
        if answer["number"] != number or shape.size != self.info.size:
            raise MediaError(f"The decoder of {self._path.name} gave another frame.", "Open it again.")
        assert rgb is not None
        return Frame(number, rgb, self.timestamp(number), alpha, light, answer["transfer"])

    def _opened(self) -> tuple[ClipInfo, bytes | None]:
        """Open it in a worker; in another one where the first had died, or took harm, before it came to this file."""
        worker = self._workers.take()
        try:
            return self._open(worker)
        except WorkerLost as lost:
            if lost.hung or not worker.used:
                raise
        return self._opened()

    def _open(self, worker: Worker) -> tuple[ClipInfo, bytes | None]:
        request = {
            "do": "open",
            "path": self._named,
            "folder": str(Path.cwd()),
            "pixel_limit": self._pixel_limit,
            "reading": asdict(self._reading),
        }
        pool = SlotPool()
        self._take_pool(pool)
        with self._in_step(worker):
            worker.ask(request)
            worker.hand(pool.descriptor)
            answer = self._answer(worker)
            pts = np.frombuffer(worker.data(self._stopped, self._patience), "<i8")
            profile = worker.data(self._stopped, self._patience) if answer["profile"] else None
            info, self._time_base = ClipInfo.from_json(answer["info"]), Fraction(answer["time_base"])
            if len(pts) != info.frames:
                raise ValueError(f"{len(pts)} times for {info.frames} frames")
        pool.set_room(_roomiest(info))
        self._pts, self._worker = pts, worker
        return info, profile

    def _take_pool(self, pool: SlotPool | None) -> None:
        if self._pool is not None:
            self._pool.close()
        self._pool = pool

    def _answer(self, worker: Worker) -> dict[str, Any]:
        """The worker's answer. Raises the error that it tells, and as `Worker.answer`."""
        answer = worker.answer(self._stopped, self._patience)
        if "fault" not in answer:
            return answer
        if answer["fault"] == "MemoryError":
            raise MemoryError
        kind = getattr(errors, answer["fault"], MediaError)
        raise kind(answer["message"], answer["way_out"])

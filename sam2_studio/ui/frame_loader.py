"""Decodes for the eye on a thread of its own: opens media, shows the frame wanted last, reads ahead, makes thumbnails.

The tracker has a reader of its own: scrubbing while a clip is tracked must not make either of them seek back and forth.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QThread, Signal
from PySide6.QtGui import QImage

from sam2_studio.core.clip import AS_STORED, Reading
from sam2_studio.core.clip_times import ClipTimes
from sam2_studio.core.frame_source import FrameSource
from sam2_studio.core.frames import Frame
from sam2_studio.core.geometry import Box
from sam2_studio.engine.shortage import is_shortage, shortage_told
from sam2_studio.errors import Cancelled, MediaError, StudioError
from sam2_studio.media.cache import CachedSource
from sam2_studio.media.proxy import Proxy
from sam2_studio.ui.language import tr

_log = logging.getLogger(__name__)

THUMBNAIL_HEIGHT = 48
CLOSEUP_SIDE = 320
_READ_AHEAD = 12
_LULL = 0.3  # seconds without a frame asked for: nobody plays or scrubs, so frames elsewhere may be decoded
_REST = 0.12  # seconds that a stand-in stands before the frame itself is decoded


@dataclass
class _Wishes:
    """What the window wants, newest wish only; guarded by the loader's condition.

    Attributes:
        path: Media to open, or None.
        reading: How they are read.
        drop: Whether to let go of the media that is open.
        asked: When a frame was asked for last, or None: before the first, no other may be decoded.
        generation: Rises with each opening: answers of an older one are void.
        frame: Frame to show, or None.
        direction: +1 or -1, for reading ahead.
        exact: A frame for which a stand-in was shown, and the time from which the frame itself is to be; or None.
        proxy: A proxy to use from now on, "" for none, None for no change.
        ahead: Whether there may be frames to read ahead.
        neighbours: Frames that are wanted beside the one shown.
        closeups: Frames and their parts of which close-ups are wanted.
        thumbnails: Frames whose thumbnails are wanted.
    """

    path: Path | None = None
    reading: Reading = AS_STORED
    drop: bool = False
    generation: int = 0
    frame: int | None = None
    asked: float | None = None
    direction: int = 1
    exact: tuple[int, float] | None = None
    proxy: Path | str | None = None
    ahead: bool = False
    neighbours: list[int] = field(default_factory=list)
    closeups: list[tuple[int, Box]] = field(default_factory=list)
    thumbnails: list[int] = field(default_factory=list)
    stop: bool = False

    @property
    def any(self) -> bool:
        media = self.drop or self.path is not None or self.proxy is not None
        shown = self.frame is not None or self.exact_is_due or self.ahead
        quiet = self.lull is not None and monotonic() >= self.lull
        return self.stop or media or shown or bool(self.neighbours) or quiet

    @property
    def lull(self) -> float | None:
        """When pictures of frames that may lie anywhere are due, if nothing is asked for until then; None for never."""
        return self.asked + _LULL if self.asked is not None and (self.closeups or self.thumbnails) else None

    @property
    def exact_is_due(self) -> bool:
        return self.exact is not None and monotonic() >= self.exact[1]

    @property
    def wait(self) -> float | None:
        """Seconds until there is something to do without a new wish; None for never."""
        due = [time for time in (self.exact and self.exact[1], self.lull) if time is not None]
        return max(0.0, min(due) - monotonic()) if due else None


class FrameLoader(QThread):
    """The media thread.

    Signals:
        opened: generation, fingerprint, ClipInfo.
        timed: generation, ClipTimes; after `opened`, where the rate varies.
        frame_ready: generation, Frame.
        neighbour_ready: generation, Frame that isn't shown.
        thumbnail_ready: generation, frame number, QImage.
        closeup_ready: generation, frame number, Box, QImage.
        failed: generation, StudioError; a wish that failed is dropped.
    """

    opened = Signal(int, str, object)
    timed = Signal(int, object)
    frame_ready = Signal(int, object)
    neighbour_ready = Signal(int, object)
    thumbnail_ready = Signal(int, int, QImage)
    closeup_ready = Signal(int, int, object, QImage)
    failed = Signal(int, object)

    def __init__(
        self,
        open_source: Callable[[Path, Reading, Callable[[], bool]], CachedSource],
        fingerprint: Callable[[Path], str],
    ) -> None:
        super().__init__()
        self.setObjectName("media")
        self._open_source = open_source
        self._fingerprint = fingerprint
        self._condition = threading.Condition()
        self._wishes = _Wishes()
        self._source: CachedSource | None = None
        self._proxy: Proxy | None = None
        self._last_shown = self._last_exact = 0

    @property
    def generation(self) -> int:
        """Of the media asked for last; answers of another generation are void."""
        return self._wishes.generation

    def open(self, path: Path, reading: Reading = AS_STORED) -> int:
        """Open media; `opened` or `failed` carries the generation returned here."""
        with self._condition:
            generation = self._wishes.generation + 1
            self._wishes = _Wishes(path=path, reading=reading, generation=generation)
            self._condition.notify()
        return generation

    def drop(self) -> None:
        """Let go of the media: it isn't what was wanted. Nothing is shown until other media are opened."""
        with self._condition:
            self._wishes = _Wishes(drop=True, generation=self._wishes.generation + 1)
            self._condition.notify()

    def show(self, number: int, *, direction: int = 1) -> None:
        """Ask for a frame; an older wish not yet met is dropped, also for neighbours."""
        with self._condition:
            self._wishes.frame, self._wishes.exact, self._wishes.neighbours = number, None, []
            self._wishes.direction = direction
            self._wishes.ahead, self._wishes.asked = True, monotonic()
            self._condition.notify()

    def want_neighbours(self, numbers: list[int]) -> None:
        """Ask for frames beside the one shown, as they are; one that can't be read doesn't come, the log says why."""
        with self._condition:
            self._wishes.neighbours = list(numbers)
            self._condition.notify()

    def use_proxy(self, path: Path | None) -> None:
        """Let the frames of a proxy stand in, for a moment, for those that are far to decode; None for no longer."""
        with self._condition:
            self._wishes.proxy = path or ""
            self._condition.notify()

    def want_thumbnails(self, numbers: list[int]) -> None:
        """Ask for small pictures of these frames, made as they are shown, or when nothing else is to be done."""
        with self._condition:
            self._wishes.thumbnails = list(numbers)
            self._condition.notify()

    def want_closeups(self, wanted: list[tuple[int, Box]]) -> None:
        """Ask for pictures of these parts of frames; older wishes not yet met are dropped."""
        with self._condition:
            self._wishes.closeups = list(wanted)
            self._condition.notify()

    def let_go(self) -> list[QThread]:
        """End the thread after the frame being decoded; itself."""
        with self._condition:
            self._wishes.stop = True
            self._condition.notify()
        return [self]

    def run(self) -> None:
        while self._one_wish():
            pass
        self._close()

    def _one_wish(self) -> bool:
        with self._condition:
            while not self._wishes.any:
                self._condition.wait(self._wishes.wait)
            wishes = self._wishes
            if wishes.stop:
                return False
            work = self._next_work(wishes)
        try:
            work()
        except Cancelled:
            return True  # other media are wanted, or none
        except StudioError as error:
            self.failed.emit(wishes.generation, error)
        except Exception as error:  # noqa: BLE001 - the top of a thread: the window must live on
            _log.exception("the media thread met an unexpected error")
            unexpected = MediaError(tr("The media can't be read: {error}.", error=error), tr("See the log."))
            self.failed.emit(wishes.generation, shortage_told() if is_shortage(error) else unexpected)
        return True

    def _next_work(self, wishes: _Wishes) -> Callable[[], None]:
        """Take the most urgent wish; called with the condition held."""
        generation = wishes.generation
        if wishes.path is not None:
            path, wishes.path = wishes.path, None
            return lambda: self._open(path, wishes.reading, generation)
        if wishes.drop:
            wishes.drop = False
            return self._close
        if wishes.proxy is not None:
            named, wishes.proxy = wishes.proxy, None
            return lambda: self._take_proxy(named, generation)
        if wishes.frame is not None:
            number, wishes.frame = wishes.frame, None
            return lambda: self._show(number, wishes)
        if wishes.exact is not None and wishes.exact_is_due:
            (exact, _), wishes.exact = wishes.exact, None
            return lambda: self._show_exact(exact, wishes)
        if wishes.neighbours:
            beside = wishes.neighbours.pop(0)
            return lambda: self._read_neighbour(beside, generation)
        if wishes.ahead:
            wishes.ahead = False
            return lambda: self._read_ahead(wishes)
        if wishes.closeups:
            place = wishes.closeups.pop(0)
            return lambda: self._make_closeup(*place, generation)
        number = wishes.thumbnails.pop(0)
        return lambda: self._make_thumbnail(number, generation)

    def _open(self, path: Path, reading: Reading, generation: int) -> None:
        self._close()
        self._source = self._open_source(path, reading, lambda: self._is_void(generation))
        self.opened.emit(generation, self._fingerprint(path), self._source.info)
        if self._source.info.variable_rate:
            self.timed.emit(generation, own_times(self._source))

    def _is_void(self, generation: int) -> bool:
        """Whether nobody waits for these media any more."""
        return self._wishes.stop or self._wishes.generation != generation

    def _show(self, number: int, wishes: _Wishes) -> None:
        if self._source is None:
            return
        self._last_shown = number
        if self._proxy is None or self._source.holds(number) or abs(number - self._last_exact) <= 1:
            self._show_exact(number, wishes)
            return
        self.frame_ready.emit(wishes.generation, self._proxy.read(number, self._source.timestamp(number)))
        with self._condition:
            wishes.ahead, wishes.exact = False, (number, monotonic() + _REST)

    def _show_exact(self, number: int, wishes: _Wishes) -> None:
        if self._source is None:
            return
        frame = self._source.read(number)
        frame.rgb8()  # made here, so that the window needn't
        self._last_exact = number
        self.frame_ready.emit(wishes.generation, frame)
        with self._condition:
            wishes.ahead = True
            passing = number in wishes.thumbnails
            if passing:
                wishes.thumbnails.remove(number)
        if passing:
            self.thumbnail_ready.emit(wishes.generation, number, thumbnail(frame))

    def _read_neighbour(self, number: int, generation: int) -> None:
        if self._source is None:
            return
        try:
            self.neighbour_ready.emit(generation, self._source.read(number))
        except MediaError as error:  # the user isn't there: it is told when he is
            _log.warning("frame %d can't be read: %s", number, error)

    def _take_proxy(self, named: Path | str, generation: int) -> None:
        """Use another proxy, or none; one that can't be used is told to the log."""
        self._drop_proxy()
        if named and self._source is not None:
            try:
                self._proxy = Proxy(Path(named), self._source.info, lambda: self._is_void(generation))
            except MediaError as error:
                _log.warning("the proxy can't be used: %s", error)

    def _drop_proxy(self) -> None:
        if self._proxy is not None:
            self._proxy.close()
            self._proxy = None

    def _read_ahead(self, wishes: _Wishes) -> None:
        """Read one frame ahead, and wish for another as long as there was one to read."""
        if self._source is not None and self._source.prefetch(self._last_shown, wishes.direction, _READ_AHEAD):
            with self._condition:
                wishes.ahead = True

    def _make_thumbnail(self, number: int, generation: int) -> None:
        if self._source is not None:
            self.thumbnail_ready.emit(generation, number, thumbnail(self._source.read(number)))

    def _make_closeup(self, number: int, part: Box, generation: int) -> None:
        if self._source is not None:
            self.closeup_ready.emit(generation, number, part, closeup(self._source.read(number), part))

    def _close(self) -> None:
        self._drop_proxy()
        if self._source is not None:
            self._source.close()
            self._source = None


def own_times(source: FrameSource) -> ClipTimes:
    """When each frame of the source is shown."""
    starts = [float(source.timestamp(number).seconds) for number in range(source.info.frames)]
    return ClipTimes(np.array([*starts, starts[0] + source.info.duration]))


def thumbnail(frame: Frame, height: int = THUMBNAIL_HEIGHT, aspect: float = 1.0) -> QImage:
    """A small copy of the frame, `height` pixels high and `aspect` times as wide as it is, that owns its pixels."""
    width = max(1, round(frame.size.width * aspect * height / frame.size.height))
    return _image(cv2.resize(frame.rgb8(), (width, height), interpolation=cv2.INTER_AREA))


def closeup(frame: Frame, part: Box, most: int = CLOSEUP_SIDE) -> QImage:
    """A part of the frame, made smaller where a side is longer than `most` pixels, that owns its pixels."""
    inside = part.clipped(frame.size)
    left, top = int(inside.x0), int(inside.y0)
    cut = frame.rgb8()[top : max(top + 1, int(inside.y1)), left : max(left + 1, int(inside.x1))]
    scale = most / max(cut.shape[:2])
    if scale >= 1:
        return _image(cut)
    size = max(1, round(cut.shape[1] * scale)), max(1, round(cut.shape[0] * scale))
    return _image(cv2.resize(cut, size, interpolation=cv2.INTER_AREA))


def _image(rgb: NDArray[Any]) -> QImage:
    pixels = np.ascontiguousarray(rgb, np.uint8)
    height, width = pixels.shape[:2]
    return QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()

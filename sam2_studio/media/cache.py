"""Keeps decoded frames in front of a reader, bounded in bytes, for several threads; knows nothing of files."""

from collections import OrderedDict
from threading import Lock

from sam2_studio.core.clip import ClipInfo
from sam2_studio.core.frame_source import FrameSource
from sam2_studio.core.frames import Frame, Timestamp

DEFAULT_BYTES = 1 << 30
_MOST_BACK = 64  # frames decoded in one go for a step back


class CachedSource:
    """A FrameSource that any thread may use, at any time: the reader behind it is used by one at a time.

    Frames that are in the cache are handed out without waiting for the reader. The frames read or asked for longest ago
    go first when the bytes are used up; one frame is kept even if it alone is larger.

    Attributes:
        info: What the footage is.
    """

    def __init__(self, source: FrameSource, limit: int = DEFAULT_BYTES) -> None:
        """Stand in front of `source`, which from now on belongs to this.

        Args:
            limit: Bytes of pixels to keep.
        """
        self._source = source
        self._limit = limit
        self._frames: OrderedDict[int, Frame] = OrderedDict()
        self._nbytes = 0
        self._newest = -1
        self._reading = Lock()
        self._keeping = Lock()

    @property
    def info(self) -> ClipInfo:
        return self._source.info

    @property
    def icc_profile(self) -> bytes | None:
        """The footage's embedded colour profile, or None."""
        profile: bytes | None = getattr(self._source, "icc_profile", None)
        return profile

    @property
    def nbytes(self) -> int:
        """Bytes of pixels kept now."""
        with self._keeping:
            return self._nbytes

    def holds(self, number: int) -> bool:
        """Whether frame `number` can be had without decoding."""
        with self._keeping:
            return number in self._frames

    def timestamp(self, number: int) -> Timestamp:
        """When frame `number` is shown. Raises PromptError where there is no such frame."""
        return self._source.timestamp(number)

    def read(self, number: int) -> Frame:
        """Frame `number`. Raises PromptError where there is no such frame, MediaError where it can't be read."""
        kept = self._kept(number)
        if kept is not None:
            return kept
        with self._reading:
            kept = self._kept(number)  # another thread may have read it while this one waited
            if kept is not None:
                return kept
            for earlier in self._way_back(number):
                self._keep(self._source.read(earlier))
            frame = self._source.read(number)
            self._keep(frame)
            return frame

    def _way_back(self, number: int) -> list[int]:
        """Frames to decode on the way to one a step back.

        A reader that goes backwards starts at the keyframe each time, so a run of frames is decoded once and kept.
        """
        with self._keeping:
            if number + 1 != self._newest or not self._frames:
                return []
            room = self._limit // (2 * self._frames[next(reversed(self._frames))].nbytes)
            first = max(0, number - min(room, _MOST_BACK))
            return [n for n in range(first, number) if n not in self._frames]

    def prefetch(self, number: int, direction: int, count: int) -> bool:
        """Read one frame that is not yet kept, of the `count` next to `number`; call again while it returns True.

        Backwards, the farthest is read first, so that the reader goes forwards through them after a single seek. A
        window that doesn't fit into the limit is cut: nothing is read only to push out what was read for it before.

        Args:
            number: Where the playhead is.
            direction: 1 or -1.
            count: Frames to look ahead.

        Returns:
            Whether a frame was read; False when there is nothing left to do.
        """
        fitting = self._fitting(count)
        if direction < 0:
            window = range(max(0, number - fitting), number)
        else:
            window = range(number + 1, min(self.info.frames, number + fitting + 1))
        with self._keeping:
            missing = next((wanted for wanted in window if wanted not in self._frames), None)
        if missing is None:
            return False
        self.read(missing)
        return True

    def set_limit(self, limit: int) -> None:
        """Keep no more bytes of pixels than this from now on."""
        with self._keeping:
            self._limit = limit
            self._make_room()

    def clear(self) -> None:
        """Forget all frames."""
        with self._keeping:
            self._frames.clear()
            self._nbytes = 0

    def close(self) -> None:
        """Forget all frames and close the reader."""
        with self._reading:
            self._source.close()
        self.clear()

    def _fitting(self, count: int) -> int:
        """How many frames of `count` fit beside the one under the playhead."""
        with self._keeping:
            if not self._frames:
                return min(count, 1)
            largest = max(frame.nbytes for frame in self._frames.values())
        return max(0, min(count, self._limit // largest - 1))

    def _kept(self, number: int) -> Frame | None:
        with self._keeping:
            frame = self._frames.get(number)
            if frame is not None:
                self._newest = number
                self._frames.move_to_end(number)
            return frame

    def _keep(self, frame: Frame) -> None:
        with self._keeping:
            self._newest = frame.number
            self._frames[frame.number] = frame
            self._nbytes += frame.nbytes
            self._make_room()

    def _make_room(self) -> None:
        """Called with the lock on what is kept."""
        while self._nbytes > self._limit and len(self._frames) > 1:
            self._nbytes -= self._frames.popitem(last=False)[1].nbytes

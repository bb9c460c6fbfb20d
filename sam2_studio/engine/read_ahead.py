"""Decodes the next frame on a thread of its own while the network is busy with this one; one frame ahead, no more."""

from concurrent.futures import Future, ThreadPoolExecutor

from sam2_studio.core.frame_source import FrameSource
from sam2_studio.core.frames import Frame


class ReadAhead:
    """Reads a source for one run. The source is used by one thread alone, this one's."""

    def __init__(self, source: FrameSource) -> None:
        self._source = source
        self._thread = ThreadPoolExecutor(1, "decode")
        self._ahead: tuple[int, Future[Frame]] | None = None

    def read(self, number: int, then: int | None = None) -> Frame:
        """Frame `number`; `then` is the one that will be wanted next. Raises as the source does."""
        if self._ahead is not None and self._ahead[0] == number:
            wanted = self._ahead[1]
        else:
            wanted = self._thread.submit(self._source.read, number)
        self._ahead = None if then is None else (then, self._thread.submit(self._source.read, then))
        return wanted.result()

    def close(self) -> None:
        """End the thread, at most after the frame that it decodes."""
        self._thread.shutdown(wait=True, cancel_futures=True)

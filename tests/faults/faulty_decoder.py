"""The process that decodes, with a fault built in: run in place of `sam2_studio.media.child` by test_isolation.

SAM2_STUDIO_FAULT names it: `crash N`, `hang N` or `crash-once N FILE` at frame N, `slow N`, `open-crash`, `open-hang`,
`pipe` (a pipe is taken for a file), `lie` (tells another frame's number), `nonsense` (tells a shape that can't be).
"""

import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from sam2_studio.media import child, container
from sam2_studio.media import open as opening
from sam2_studio.media.reader import VideoReader
from sam2_studio.media.sequence import StillReader

FAULT, *REST = os.environ["SAM2_STUDIO_FAULT"].split()


def crash() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def at_frame(number: int) -> None:
    if FAULT == "slow":
        time.sleep(float(REST[0]))
    elif not REST or number != int(REST[0]):
        return
    elif FAULT == "crash":
        crash()
    elif FAULT == "hang":
        time.sleep(3600)
    elif FAULT == "crash-once" and not Path(REST[1]).exists():
        Path(REST[1]).touch()
        crash()


def at_start() -> None:
    if FAULT == "open-crash":
        crash()
    if FAULT == "open-hang":
        time.sleep(3600)


def wrap() -> None:
    read, start = VideoReader.read, VideoReader.__init__

    def faulty_read(self: VideoReader, number: int) -> Any:
        at_frame(number)
        return read(self, number)

    def faulty_start(self: VideoReader, *args: Any, **more: Any) -> None:
        at_start()
        start(self, *args, **more)

    def faulty_picture(self: StillReader, *args: Any, **more: Any) -> None:
        at_start()
        still(self, *args, **more)

    VideoReader.read, VideoReader.__init__ = faulty_read, faulty_start  # type: ignore[method-assign]
    still, StillReader.__init__ = StillReader.__init__, faulty_picture  # type: ignore[method-assign]
    if FAULT == "pipe":
        container.local_file = opening.local_file = Path  # type: ignore[assignment]
        sys.modules["sam2_studio.media.reader"].local_file = Path  # type: ignore[attr-defined]
        opening.picture_format = lambda path: None  # type: ignore[assignment]
    if FAULT == "nonsense":
        put = child.Server._placed
        child.Server._placed = lambda self, frame: put(self, frame) | {"shape": {"size": 7}}  # type: ignore
    if FAULT == "lie":
        placed = child.Server._placed
        child.Server._placed = lambda self, frame: placed(self, frame) | {"number": frame.number + 1}  # type: ignore


if __name__ == "__main__":
    wrap()
    child.main()

"""The process that decodes for another one: opens one source at a time and puts its frames into shared memory.

Started by `worker`. It speaks JSON over a pipe, is handed the memory for frames with each source, and is told what of
it may be written. It ends when the pipe is closed. While it has nothing to do it decodes the frame that comes after two
in a row.
"""

import json
import logging
import os
import select
import signal
import sys
from dataclasses import asdict
from multiprocessing import reduction
from multiprocessing.connection import Connection
from threading import Thread
from typing import Any

import numpy as np

from sam2_studio.core.clip import Reading
from sam2_studio.core.frames import Frame
from sam2_studio.errors import StudioError
from sam2_studio.media.beats import SharedBeats
from sam2_studio.media.open import Reader, open_media
from sam2_studio.media.pulse import listen
from sam2_studio.media.shared_frames import SlotWriter

_log = logging.getLogger(__name__)


class _Lines(logging.Handler):
    """Keeps what is logged until the next answer takes it along."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.kept: list[tuple[str, int, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.kept.append((record.name, record.levelno, self.format(record)))


class Server:
    """Answers requests until there are no more."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._source: Reader | None = None
        self._memory: SlotWriter | None = None
        self._slots: list[int] = []  # that may be written
        self._last = -2
        self._wanted: int | None = None  # a frame to decode while nothing else is asked for
        self._ahead: dict[str, Any] | None = None
        self._lines = _Lines()
        logging.getLogger().addHandler(self._lines)

    def run(self) -> None:
        """Raises EOFError at the end."""
        self._pipe.send_bytes(b"ready")
        while True:
            if self._wanted is not None and not self._pipe.poll():
                self._read_ahead()
                continue
            self._answer(json.loads(self._pipe.recv_bytes()))

    def _answer(self, request: dict[str, Any]) -> None:
        try:
            if request["do"] == "open":
                self._open(request)
            elif request["do"] == "read":
                self._take_slots(request)
                self._read(request["number"])
            else:
                self._close()
        except StudioError as error:
            self._tell({"fault": type(error).__name__, "message": error.message, "way_out": error.way_out})
        except MemoryError:
            self._tell({"fault": "MemoryError"})
        except Exception as error:  # noqa: BLE001 - the top of a process: who asked must hear of it
            _log.exception("the decoder met an unexpected error")
            told = f"The media can't be read: {error}."
            self._tell({"fault": "MediaError", "message": told, "way_out": "See the log."})

    def _open(self, request: dict[str, Any]) -> None:
        self._close()
        self._memory = SlotWriter(reduction.recv_handle(self._pipe))
        os.chdir(request["folder"])  # so that a relative path means, and is told as, what the user wrote
        source = self._source = open_media(request["path"], request["pixel_limit"], Reading(**request["reading"]))
        times = [source.timestamp(number) for number in range(source.info.frames)]
        base = times[0].time_base
        profile = source.icc_profile
        self._tell({"info": source.info.to_json(), "time_base": str(base), "profile": profile is not None})
        self._pipe.send_bytes(np.array([time.pts for time in times], "<i8").tobytes())
        if profile is not None:
            self._pipe.send_bytes(profile)

    def _read(self, number: int) -> None:
        assert self._source is not None
        if self._ahead is not None and self._ahead["number"] == number:
            answer = self._ahead
        else:
            answer = self._placed(self._source.read(number))
        self._ahead = None
        self._slots.remove(answer["slot"])
        in_a_row = number == self._last + 1
        self._wanted = number + 1 if in_a_row and number + 1 < self._source.info.frames else None
        self._last = number
        self._tell(answer)

    def _read_ahead(self) -> None:
        assert self._source is not None
        assert self._wanted is not None
        number, self._wanted = self._wanted, None
        try:
            self._ahead = self._placed(self._source.read(number))
        except (StudioError, MemoryError):
            self._ahead = None  # who asks for it is told then

    def _placed(self, frame: Frame) -> dict[str, Any]:
        """Put it into a slot, which stays ours until the frame is told: what was read ahead in vain is written over."""
        assert self._memory is not None
        slot = self._slots[0]
        shape = asdict(self._memory.put(frame, slot))
        return {"number": frame.number, "slot": slot, "shape": shape, "transfer": frame.transfer}

    def _take_slots(self, request: dict[str, Any]) -> None:
        if self._memory is not None:
            self._memory.set_room(request["room"])
            self._memory.forget(request["gone"])
            self._slots += request["slots"]

    def _close(self) -> None:
        if self._source is not None:
            self._source.close()
        if self._memory is not None:
            self._memory.close()
        os.chdir("/")
        self._source, self._memory = None, None
        self._slots.clear()
        self._wanted, self._ahead, self._last = None, None, -2

    def _tell(self, answer: dict[str, Any]) -> None:
        lines, self._lines.kept = self._lines.kept, []
        self._pipe.send_bytes(json.dumps(answer | {"log": lines}).encode())


def _leave_with(descriptor: int) -> None:
    """End the process when the other end of the pipe is gone, even from the middle of a decoder that hangs."""
    hung_up = select.poll()
    hung_up.register(descriptor, 0)
    hung_up.poll()
    os._exit(0)


def main() -> None:
    """Serve on the pipe and the memory whose descriptors are the two arguments."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for whoever started this
    pipe, beats = Connection(int(sys.argv[1])), SharedBeats(int(sys.argv[2]))
    listen(beats.beat)
    Thread(target=_leave_with, args=(pipe.fileno(),), daemon=True).start()
    try:
        Server(pipe).run()
    except (EOFError, ConnectionError):
        return  # the other side is gone


if __name__ == "__main__":
    main()

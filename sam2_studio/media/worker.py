"""Processes that decode, each started afresh (never forked from this one), handed out and taken back. Knows no frames.

A worker that crashed or hangs is told by `WorkerLost` and gone; one that is given back waits for the next to open
something. Nothing that a worker says is unpickled.
"""

import atexit
import contextlib
import json
import logging
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from multiprocessing import reduction
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any

from sam2_studio.errors import Cancelled
from sam2_studio.media.beats import SharedBeats
from sam2_studio.media.shared_frames import make_memory

PATIENCE = 20.0  # seconds without any progress before a decoder counts as hung
_TO_START = 60.0  # seconds for a process to load its libraries, on a machine that has much else to do
_LOOK = 0.05  # seconds between two looks at whether the wait is still wanted
_ROOT = Path(__file__).resolve().parents[2]
_KEEPS_MEMORY = {  # glibc's, in bytes: frames reuse memory instead of fetching it from the system page by page
    "MALLOC_MMAP_THRESHOLD_": str(32 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(64 << 20),
}


class WorkerLost(Exception):  # noqa: N818 - it never reaches a user as it is
    """A worker is gone.

    Attributes:
        hung: It was ended because it made no progress; else it crashed or was killed.
    """

    def __init__(self, hung: bool) -> None:
        super().__init__("hung" if hung else "crashed")
        self.hung = hung


class Worker:
    """One process.

    Attributes:
        used: Whether it has had something open before.

    Args:
        module: What the process runs.
    """

    def __init__(self, module: str) -> None:
        here, there = socket.socketpair()
        memory = make_memory()
        with there:
            os.set_inheritable(memory, True)
            paths = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", module, str(there.fileno()), str(memory)],
                pass_fds=(there.fileno(), memory),
                env=_KEEPS_MEMORY | os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        os.set_inheritable(memory, False)
        self._pipe = Connection(here.detach())
        self._beats = SharedBeats(memory)
        self._ready = self.used = False

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, request: dict[str, Any]) -> None:
        """Send a request. Raises WorkerLost."""
        try:
            self._pipe.send_bytes(json.dumps(request).encode())
        except OSError as error:
            raise self._lost(hung=False) from error

    def hand(self, descriptor: int) -> None:
        """Send a copy of a file descriptor, after the request that tells of it. Raises WorkerLost."""
        try:
            reduction.send_handle(self._pipe, descriptor, self.pid)
        except OSError as error:
            raise self._lost(hung=False) from error

    def answer(self, stopped: Callable[[], bool], patience: float = PATIENCE) -> dict[str, Any]:
        """Wait for the next answer; what it logged is logged here.

        Raises:
            WorkerLost: it crashed, or made no progress for `patience` seconds.
            Cancelled: `stopped` says that nobody waits any more; the worker is ended.
        """
        answer: dict[str, Any] = json.loads(self.data(stopped, patience))
        for name, level, text in answer.pop("log"):
            logging.getLogger(name).log(level, "%s", text)
        return answer

    def data(self, stopped: Callable[[], bool], patience: float = PATIENCE) -> bytes:
        """The next message as it is. Raises as `answer`."""
        if not self._ready:
            self._next(stopped, max(patience, _TO_START))
            self._ready = True
        return self._next(stopped, patience)

    def _next(self, stopped: Callable[[], bool], patience: float) -> bytes:
        beats, since = self._beats.count, monotonic()
        try:
            while not self._pipe.poll(_LOOK):
                if stopped():
                    self.end()
                    raise Cancelled
                if self._beats.count != beats:
                    beats, since = self._beats.count, monotonic()
                elif monotonic() - since > patience:
                    raise self._lost(hung=True)
            return self._pipe.recv_bytes()
        except (EOFError, OSError) as error:
            raise self._lost(hung=False) from error

    def end(self) -> None:
        """Kill it, whatever it does."""
        self._process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):  # stuck in the kernel: it ends when that lets it
            self._process.wait(1)
        self._pipe.close()
        self._beats.close()

    def _lost(self, *, hung: bool) -> WorkerLost:
        self.end()
        return WorkerLost(hung)


class Workers:
    """Workers that wait for something to do. Any thread may ask.

    Args:
        most_idle: As many are kept waiting.
        module: What their processes run.
    """

    def __init__(self, most_idle: int = 3, module: str = "sam2_studio.media.child") -> None:
        self._most_idle, self._module = most_idle, module
        self._lock = Lock()
        self._idle: list[Worker] = []

    def warm_up(self) -> None:
        """Have one ready before it is needed: it takes a third of a second to start."""
        with self._lock:
            if not self._idle:
                self._idle.append(Worker(self._module))

    def take(self) -> Worker:
        """One that is alive and has nothing open."""
        with self._lock:
            while self._idle:
                worker = self._idle.pop()
                if worker.is_alive:
                    return worker
                worker.end()
        return Worker(self._module)

    def give_back(self, worker: Worker) -> None:
        """Let it close what it has open, and wait for the next."""
        try:
            worker.ask({"do": "close"})
        except WorkerLost:
            return
        worker.used = True
        with self._lock:
            if len(self._idle) < self._most_idle:
                self._idle.append(worker)
                return
        worker.end()

    def end(self) -> None:
        """End all that wait."""
        with self._lock:
            for worker in self._idle:
                worker.end()
            self._idle.clear()


WORKERS = Workers()
atexit.register(WORKERS.end)

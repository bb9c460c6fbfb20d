"""Watches the event loop of the window's thread: how long it was held up, when, and by what."""

import sys
import threading
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer

_BEAT = 5  # ms
_WORTH_TELLING = 0.030  # s
_LOOK_EVERY = 0.008  # s
_IDLE = ("(threading:", "(thread:", "(selectors:")  # waiting for work
_PACKAGE = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, kw_only=True)
class Gap:
    """A time in which the loop didn't come round.

    Attributes:
        seconds: By the clock, over the heartbeat's own interval.
        busy: Seconds that the window's thread computed in it.
        queued: Seconds that it was ready to compute and the machine had no processor for it.
        at: Seconds since the watch began.
        phase: What the session was doing.
        places: Where the thread was seen, the most frequent place first.
        starved: The longest of it in seconds that no thread of Python's could run: one held the interpreter's lock.
        others: Where other threads were seen, after a time of that kind first.
    """

    seconds: float
    busy: float
    queued: float
    at: float
    phase: str
    places: tuple[str, ...]
    starved: float
    others: tuple[str, ...]


@dataclass
class _Watch:
    """What both threads share; each field is written by one of them."""

    beat: float = 0.0
    places: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    starved: float = 0.0
    stops: bool = False


class Heartbeat(QObject):
    """A timer that should fire every few milliseconds, and a thread that looks what holds it up.

    Attributes:
        phase: What is going on; for whoever drives the session to set.
        gaps: All that were worth telling.
    """

    def __init__(self) -> None:
        super().__init__()
        self.phase = "start"
        self.gaps: list[Gap] = []
        self._watch = _Watch()
        self._thread_id = threading.get_ident()
        self._began = self._watch.beat = time.perf_counter()
        self._busy, self._queued = time.thread_time(), _queued(threading.get_native_id())
        self._native_id = threading.get_native_id()
        self._timer = QTimer(self, interval=_BEAT, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._watcher = threading.Thread(target=self._look, daemon=True)

    def start(self) -> None:
        self._timer.start()
        self._watcher.start()

    def stop(self) -> None:
        self._timer.stop()
        self._watch.stops = True
        self._watcher.join()

    def _tick(self) -> None:
        now, busy, watch = time.perf_counter(), time.thread_time(), self._watch
        queued = _queued(self._native_id)
        seconds = now - watch.beat - _BEAT / 1000
        if seconds > _WORTH_TELLING:
            places, others = (_most(seen) for seen in (watch.places, watch.others))
            self.gaps.append(
                Gap(
                    seconds=seconds,
                    busy=busy - self._busy,
                    queued=queued - self._queued,
                    starved=watch.starved,
                    at=now - self._began,
                    phase=self.phase,
                    places=places,
                    others=others,
                )
            )
        watch.places, watch.others, watch.starved = [], [], 0.0
        watch.beat, self._busy, self._queued = now, busy, queued

    def _look(self) -> None:
        while not self._watch.stops:
            slept = time.perf_counter()
            time.sleep(_LOOK_EVERY)
            starved = time.perf_counter() - slept - _LOOK_EVERY
            late = time.perf_counter() - self._watch.beat
            if starved > self._watch.starved:
                self._watch.starved = starved
                self._watch.others = []
            if late > _WORTH_TELLING:
                for thread, frame in sys._current_frames().items():
                    if thread == self._thread_id:
                        self._watch.places.append(_place(traceback.extract_stack(frame)))
                    elif thread != threading.get_ident():
                        self._watch.others.append(_place(traceback.extract_stack(frame)))


def _most(places: list[str]) -> tuple[str, ...]:
    """The most frequent places; threads that wait for work are no news."""
    counted = Counter(place for place in places if not any(idle in place for idle in _IDLE))
    return tuple(place for place, _ in counted.most_common(3))


def _queued(thread: int) -> float:
    """Seconds that a thread has waited for a processor since it began; 0 where the system doesn't say."""
    try:
        return int(Path(f"/proc/self/task/{thread}/schedstat").read_text().split()[1]) / 1e9
    except OSError:
        return 0.0


def _place(stack: traceback.StackSummary) -> str:
    """The innermost lines of ours, and what they called last."""
    ours = [f for f in stack if Path(f.filename).is_relative_to(_PACKAGE) and "benchmarks" not in f.filename]
    lines = [f"{Path(f.filename).stem}:{f.lineno} {f.name}" for f in ours[-3:]]
    if stack and (not ours or stack[-1] is not ours[-1]):
        lines.append(f"({Path(stack[-1].filename).stem}:{stack[-1].lineno} {stack[-1].name})")
    return " > ".join(lines) or "outside Python"


def _counts(seconds: list[float]) -> str:
    return ", ".join(f"{sum(each > limit / 1000 for each in seconds)} over {limit} ms" for limit in (30, 50, 100, 200))


def report(gaps: list[Gap], *, most: int = 20) -> str:
    """The worst gaps, and how many there were of which length."""
    lines = [
        f"gaps of the event loop: {_counts([gap.seconds for gap in gaps])}",
        f"of which the window's thread computed: {_counts([gap.busy for gap in gaps])}",
    ]
    for gap in sorted(gaps, key=lambda each: -each.seconds)[:most]:
        lines.append(
            f"{1e3 * gap.seconds:6.0f} ms ({1e3 * gap.busy:.0f} computing, {1e3 * gap.queued:.0f} queued, "
            f"{1e3 * gap.starved:.0f} starved) "
            f"at {gap.at:5.1f} s, {gap.phase}: "
            f"{' | '.join(gap.places) or 'not seen'}; beside it: {' | '.join(gap.others) or 'nothing'}"
        )
    return "\n".join(lines)

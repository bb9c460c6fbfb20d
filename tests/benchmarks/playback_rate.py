"""How many frames of 1080p footage the real window shows in time while it plays, offscreen.

Run: python -m tests.benchmarks.playback_rate [SECONDS]

Plays a clip of 25 and of 30 frames a second from its first frame to its last, decoded as it goes; then again with an
object's mask on every frame, and twice as fast. A frame is in time when its paint begins before the next one is due.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication
from sam2_studio.core import hand_commands
from sam2_studio.core.masks import Mask
from sam2_studio.core.preferences import Preferences
from sam2_studio.core.records import painted_record
from sam2_studio.ui.app import make_application, preferences_path
from sam2_studio.ui.main_window import MainWindow
from tests.benchmarks.isolation_cost import clip, processor

RATES = (Fraction(25), Fraction(30))
SETTLED = 2.0  # seconds after opening, and between two runs


@dataclass
class Run:
    """One run through a clip.

    Attributes:
        name: What was played.
        due: When each frame is due, on the clock.
        painted: When each frame's first paint began.
        computed: Seconds of the processors a second of playing.
        window: Seconds of that which the window's own thread took, a frame painted.
    """

    name: str
    due: list[float] = field(default_factory=list)
    painted: dict[int, float] = field(default_factory=dict)
    computed: float = 0.0
    window: float = 0.0

    def line(self) -> str:
        """A row of the table."""
        ends = [*self.due[1:], 2 * self.due[-1] - self.due[-2]]
        late = [1000 * (self.painted[n] - due) for n, due in enumerate(self.due) if n in self.painted]
        in_time = sum(n in self.painted and self.painted[n] < end for n, end in enumerate(ends))
        dropped = len(self.due) - len(late)
        spread = " | ".join(f"{ms:.0f}" for ms in (np.median(late), np.percentile(late, 95), max(late)))
        cost = f"{1000 * self.window:.1f} | {100 * self.computed:.0f} %"
        return f"| {self.name} | {len(self.due)} | {in_time} | {dropped} | {spread} | {cost} |"


class Player(QObject):
    """Plays the clips one after the other and notes what the canvas paints."""

    def __init__(self, window: MainWindow, clips: Mapping[Fraction, Path], seconds: float) -> None:
        super().__init__()
        self._window, self._clips, self._seconds = window, clips, seconds
        self.runs: list[Run] = []
        self._run: Run | None = None
        self._steps = self._all()
        self._wait: Callable[[], bool] = lambda: True
        window.canvas.installEventFilter(self)
        self._timer = QTimer(self, interval=20)
        self._timer.timeout.connect(self._go_on)
        self._timer.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        frame = self._window.canvas.frame
        if event.type() == QEvent.Type.Paint and self._run is not None and frame is not None:
            self._run.painted.setdefault(frame.number, time.monotonic())
        return False

    def _go_on(self) -> None:
        if self._wait():
            step = next(self._steps, None)
            if step is None:
                self._timer.stop()
                self._window.close()
            else:
                self._wait = step

    def _all(self) -> Iterator[Callable[[], bool]]:
        window = self._window
        yield _after(SETTLED)
        yield lambda: window.choice.loaded is not None
        for rate, path in self._clips.items():
            frames = round(rate * self._seconds)
            window.documents.open(path)
            yield lambda frames=frames, rate=rate: self._is_open(frames, rate)
            yield from self._play(f"{rate} a second, just opened", 1, settled=0.0)
            yield from self._play(f"{rate} a second", 1)
            self._mask_all(frames)
            yield from self._play(f"{rate} a second, a mask on each frame", 1)
            yield from self._play(f"{rate} a second, twice as fast", 2)

    def _is_open(self, frames: int, rate: Fraction) -> bool:
        found = self._window.bridge.project.clip
        fits = found is not None and found.info.frames == frames and found.info.rate == rate
        return fits and self._window.canvas.frame is not None

    def _mask_all(self, frames: int) -> None:
        bridge = self._window.bridge
        y, x = np.ogrid[:1080, :1920]
        masks = [Mask.from_array((x - 500 - 5 * (n % 120)) ** 2 + (y - 540) ** 2 < 300**2) for n in range(frames)]
        self._window.editing.new_object()
        records = {
            n: painted_record(*pair) for n, pair in enumerate(zip(bridge.store_masks(masks), masks, strict=True))
        }
        bridge.run(lambda p: hand_commands.paint_masks(p, "Import masks", 1, records))

    def _play(self, name: str, speed: int, settled: float = SETTLED) -> Iterator[Callable[[], bool]]:
        playhead, loader = self._window.playhead, self._window.loader
        assert loader._source is not None
        if settled:
            loader._source.clear()
            playhead.go_to(0)
        yield _after(settled)
        run = self._run = Run(name)
        run.painted[0] = 0.0  # it is on show already
        computed, began, own = processor(), time.monotonic(), time.thread_time()
        for _ in range(speed):
            playhead.play_forwards()
        assert playhead._times is not None
        starts = (playhead._times.start_of(n) for n in range(playhead._times.frames))
        run.due = [playhead._started_at + (s - playhead._started_from) / speed for s in starts]
        yield lambda: not playhead.is_playing
        run.computed = (processor() - computed) / (time.monotonic() - began)
        run.window = (time.thread_time() - own) / max(1, len(run.painted))
        yield _after(0.3)  # the last frames may be on their way
        self.runs.append(run)
        self._run = None


def _after(seconds: float) -> Callable[[], bool]:
    end = time.monotonic() + seconds
    return lambda: time.monotonic() >= end


def _clip(folder: Path, seconds: float, rate: Fraction) -> Path:
    folder.mkdir()
    return clip(folder, round(rate * seconds), rate)


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    with tempfile.TemporaryDirectory() as home:
        os.environ["SAM2_STUDIO_HOME"] = home
        preferences_path().parent.mkdir(parents=True)
        replace(Preferences(), tour_seen=True).save(preferences_path())
        clips = {rate: _clip(Path(home, str(rate)), seconds, rate) for rate in RATES}
        application: QApplication = make_application()
        window = MainWindow(preferences_path())
        window.resize(1440, 900)
        window.show()
        player = Player(window, clips, seconds)
        application.exec()
        print(f"1080p H.264 in a window of 1440 x 900, load of the machine {os.getloadavg()[0]:.1f}\n")
        print(
            "| played | frames | in time | dropped | late, median, ms | 95 % | most | window, ms a frame | processor |"
        )
        print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
        for run in player.runs:
            print(run.line())


if __name__ == "__main__":
    main()

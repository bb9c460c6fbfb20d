"""The window and its threads: ends amid signals, logging from everywhere, slow disks, garbage (faults "threading").

Each program runs in a process of its own with a watchdog: what goes wrong here hangs or crashes.
"""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tests.media_factory import numbered_frames, write_video

from .test_window import Ran

WATCHDOG = 120  # seconds


def run(program: str, *words: object) -> str:
    """What the program says; it must end well and say nothing on stderr."""
    variables = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-c", program, *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=WATCHDOG, env=variables, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    return done.stdout


@pytest.mark.fault
@pytest.mark.timeout(3600)
def test_closed_at_once_after_tracking_began_fifty_times(tmp_path: Path, sample_clip: Path) -> None:
    for number in range(50):
        Ran(tmp_path / f"home {number}", "track-close", sample_clip, "--at", 1 + number % 2).check_clean()


QUIT_INSIDE = """
import sys
from PySide6.QtCore import QObject, Qt, QThread, Signal, QTimer
from sam2_studio.ui.app import make_application
from sam2_studio.ui.export_thread import ExportThread
from sam2_studio.export.runner import ExportProgress
application = make_application()
last = int(sys.argv[1])

def progress():
    for number in range(1000):
        yield number

class Window(QObject):
    def __init__(self):
        super().__init__()
        self.came = 0
    def heard(self, number):
        self.came += 1
        if self.came == last:
            application.quit()

window = Window()
thread = ExportThread(progress)
thread.progressed.connect(window.heard, Qt.ConnectionType.QueuedConnection)
thread.start()
thread.wait()  # all thousand are queued now
application.exec()
print(window.came)
"""


@pytest.mark.parametrize("last", [1, 500, 999])
def test_a_quit_in_the_middle_of_a_thousand_signals(tmp_path: Path, last: int, studio_home: Path) -> None:
    assert last <= int(run(QUIT_INSIDE, last)) <= 1000


LOG_EVERYWHERE = """
import logging, sys, threading
from pathlib import Path
from PySide6.QtCore import QTimer
from sam2_studio.__main__ import _start_log
from sam2_studio.errors import StudioError
from sam2_studio.media.open import open_media
from sam2_studio.ui.app import make_application
_start_log()
logging.getLogger().setLevel(logging.DEBUG)
application = make_application()
ended = []

def decode(path):
    log = logging.getLogger(path.name)
    for _ in range(4):
        try:
            with open_media(path) as source:
                for number in range(source.info.frames):
                    source.read(number)
                    log.debug("frame %d", number)
        except StudioError as error:
            log.warning("%s", error)
    ended.append(path)

paths = [Path(word) for word in sys.argv[1:]]
for path in paths:
    threading.Thread(target=decode, args=(path,)).start()

def chatter():
    for number in range(50):
        logging.getLogger("window").debug("line %d", number)
    if len(ended) == len(paths):
        application.quit()

timer = QTimer(interval=1)
timer.timeout.connect(chatter)
timer.start()
application.exec()
print(len(ended))
"""


def test_logging_from_decoders_and_the_window_at_once_ends(tmp_path: Path, studio_home: Path) -> None:
    chance = np.random.default_rng(52)
    paths = []
    for number in range(4):
        path = write_video(tmp_path / f"{number}.mp4", numbered_frames(40))
        data = bytearray(path.read_bytes())
        for place in chance.integers(len(data) // 2, len(data), 30).tolist():
            data[place] ^= 0xFF
        path.write_bytes(data)
        paths.append(path)
    assert run(LOG_EVERYWHERE, *paths) == "4\n"
    assert "line 49" in (studio_home / "logs" / "sam2-studio.log").read_text()


SLOW_DISK = """
import sys, threading
from pathlib import Path
from PySide6.QtCore import QObject, Qt, QTimer
from sam2_studio.batch.exporting import export_project
from sam2_studio.export import staging
from sam2_studio.export.spec import ExportSpec
from sam2_studio.ui.app import make_application
from sam2_studio.ui.export_thread import ExportThread
application = make_application()
stuck, go_on = threading.Event(), threading.Event()
write = staging.PartFile.write
at = int(sys.argv[4])
calls = []

def slow(self, data):
    calls.append(len(data))
    if len(calls) == at:
        stuck.set()
        go_on.wait()
    return write(self, data)

staging.PartFile.write = slow
spec = ExportSpec(preset=sys.argv[3], target=Path(sys.argv[2]))
thread = ExportThread(lambda: export_project(Path(sys.argv[1]), spec))
beats = []

class Window(QObject):
    def __init__(self):
        super().__init__()
        thread.cancelled.connect(self.ended, Qt.ConnectionType.QueuedConnection)
        thread.reported.connect(self.ended, Qt.ConnectionType.QueuedConnection)
        thread.failed.connect(self.ended, Qt.ConnectionType.QueuedConnection)
    def beat(self):
        if stuck.is_set() and not go_on.is_set():
            beats.append(1)
            if len(beats) == 20:  # the window answers twenty times while the disk answers not once
                thread.cancel()
                go_on.set()
    def ended(self, *what):
        print(len(beats), [p.name for p in Path(sys.argv[2]).parent.iterdir()], *what)
        application.quit()

window = Window()
timer = QTimer(interval=1)
timer.timeout.connect(window.beat)
timer.start()
thread.start()
application.exec()
thread.wait()
"""


@pytest.mark.parametrize(
    ("preset", "name", "at"), [("matte-video", "out.mkv", 1), ("matte-video", "out.mkv", 3), ("web", "out.webm", 2)]
)
def test_a_disk_that_hangs_holds_up_neither_the_window_nor_cancel(
    tmp_path: Path, studio_home: Path, masked_project: Path, preset: str, name: str, at: int
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    assert run(SLOW_DISK, masked_project, folder / name, preset, at) == "20 []\n"


GARBAGE = """
import gc, sys, threading
from PySide6.QtCore import QThread, QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget, QLabel
from sam2_studio.ui.app import make_application
application = make_application()
if sys.argv[1] == "as Python does":
    gc.enable()
sys.setswitchinterval(0.0005)  # Qt gives the interpreter away with each call; on a busy machine it comes back late
destroyed_in = set()
collected = []
gc.callbacks.append(lambda phase, info: collected.append(1) if phase == "stop" and destroyed_in else None)

class Cycle:
    def __init__(self):
        self.widget, self.timer, self.image = QWidget(), QTimer(), QImage(64, 64, QImage.Format.Format_RGB32)
        self.label = QLabel(self.widget)
        self.timer.start(1)
        self.me = self
    def __del__(self):
        destroyed_in.add(threading.current_thread() is threading.main_thread())

class Worker(QThread):
    def run(self):
        while not self.isInterruptionRequested():
            held = [[number] for number in range(5000)]
            for each in held:
                each.append(held)
            self.msleep(1)

worker = Worker()
worker.start()
rounds = []

def one_round():
    for _ in range(10):
        Cycle()
    rounds.append(1)
    if len(rounds) >= 30 and len(collected) >= 3:
        application.quit()

timer = QTimer(interval=5)
timer.timeout.connect(one_round)
timer.start()
application.exec()
worker.requestInterruption()
worker.wait()
gc.collect()
print(sorted(destroyed_in))
import os
sys.stdout.flush()
os._exit(0)
"""


def test_cycles_of_widgets_die_on_the_windows_thread(studio_home: Path) -> None:
    assert run(GARBAGE, "on the window's thread") == "[True]\n"


def test_the_twin_python_alone_would_let_a_worker_destroy_them(studio_home: Path) -> None:
    variables = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-c", GARBAGE, "as Python does"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=WATCHDOG, env=variables, check=False)
    assert done.returncode != 0 or "False" in done.stdout

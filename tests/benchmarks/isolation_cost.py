"""What decoding in a process of its own costs: 1080p frames a second, straight through, in this process and isolated.

Run: python -m tests.benchmarks.isolation_cost [FRAMES]
"""

import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from statistics import median

import psutil
from sam2_studio.core.frame_source import FrameSource
from sam2_studio.core.frames import Frame
from sam2_studio.media.isolated import IsolatedSource
from sam2_studio.media.open import open_media
from tests.media_factory import write_video
from tests.synthetic import moving_scene

ROUNDS = 7
KEPT = (1, 64)  # frames that whoever reads holds on to: none but the last, and as many as the window's cache may
_FIRST = 64  # frames that aren't counted: decoder and memory are new
_PAGE = 4096


def clip(folder: Path, frames: int, rate: Fraction = Fraction(25)) -> Path:
    """1080p H.264, a textured scene that moves, a keyframe every 250 frames."""
    scene = moving_scene(3, min(frames, 24), size=(1920, 1080), radius=180)
    pictures = (scene.frames[n % len(scene.frames)] for n in range(frames))
    return write_video(folder / "a.mp4", pictures, rate=rate, gop=250, options={"preset": "fast"})


@dataclass(frozen=True)
class Read:
    """Seconds that a frame took: by the clock, of the processors, and of the thread that reads alone."""

    clock: float
    processor: float
    reader: float


def processor() -> float:
    """Seconds that this process and its decoders have computed so far."""
    me = psutil.Process()
    times = [process.cpu_times() for process in (me, *me.children())]
    return sum(each.user + each.system for each in times)


def read_through(way: Callable[[Path], FrameSource], path: Path, frames: int, keep: int) -> Read:
    """Read every frame in order and look at each of its pages, the first ones not counted."""
    source, kept = way(path), deque[Frame](maxlen=keep)
    clock = computed = own = 0.0
    for number in range(frames):
        if number == _FIRST:
            clock, computed, own = time.perf_counter(), processor(), time.thread_time()
        frame = source.read(number)
        frame.rgb.reshape(-1)[::_PAGE].max()
        kept.append(frame)
    took = (time.perf_counter() - clock, processor() - computed, time.thread_time() - own)
    source.close()
    return Read(*(seconds / (frames - _FIRST) for seconds in took))


def main() -> None:
    frames = int(sys.argv[1]) if len(sys.argv) > 1 else 150
    ways: dict[str, Callable[[Path], FrameSource]] = {"in this process": open_media, "isolated": IsolatedSource}
    with tempfile.TemporaryDirectory() as folder:
        path = clip(Path(folder), frames)
        for keep in KEPT:
            rounds = [{n: read_through(w, path, frames, keep) for n, w in ways.items()} for _ in range(ROUNDS)]
            print(f"\n1080p H.264, {keep} of the frames kept\n")
            _print(rounds)
        for name, way in ways.items():
            print(f"\nOpening, {name}: {1000 * opened(way, path):.0f} ms.")


def _print(rounds: list[dict[str, Read]]) -> None:
    print("| | frames a second, median | processor, ms a frame, median | thread that reads, ms a frame |")
    print("| --- | --- | --- | --- |")
    for name in rounds[0]:
        clock, computed, own = (
            median(getattr(found[name], what) for found in rounds) for what in ("clock", "processor", "reader")
        )
        print(f"| {name} | {1 / clock:.0f} | {1000 * computed:.1f} | {1000 * own:.2f} |")
    for what in ("clock", "processor"):
        ratio = median(getattr(found["isolated"], what) / getattr(found["in this process"], what) for found in rounds)
        print(f"\nIsolated against not, by the {what}, median of {len(rounds)} pairs: {ratio:.2f} times.")


def opened(way: Callable[[Path], FrameSource], path: Path) -> float:
    """Seconds until a clip is open; the decoder's process waits already."""
    started = time.perf_counter()
    way(path).close()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()

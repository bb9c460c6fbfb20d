"""What decoding in a process of its own costs: 1080p frames a second, straight through, in this process and isolated.

Run: python -m tests.benchmarks.isolation_cost [FRAMES]
"""

import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from statistics import median

import psutil
from sam2_studio.core.frame_source import FrameSource
from sam2_studio.media.isolated import IsolatedSource
from sam2_studio.media.open import open_media
from tests.media_factory import write_video
from tests.synthetic import moving_scene

ROUNDS = 7


def clip(folder: Path, frames: int, rate: Fraction = Fraction(25)) -> Path:
    """1080p H.264, a textured scene that moves, a keyframe every 250 frames."""
    scene = moving_scene(3, min(frames, 24), size=(1920, 1080), radius=180)
    pictures = (scene.frames[n % len(scene.frames)] for n in range(frames))
    return write_video(folder / "a.mp4", pictures, rate=rate, gop=250, options={"preset": "fast"})


@dataclass(frozen=True)
class Read:
    """What a read of all frames took, a frame: seconds by the clock, and of the processors in both processes."""

    clock: float
    processor: float


def processor() -> float:
    """Seconds that this process and its decoders have computed so far."""
    me = psutil.Process()
    times = [process.cpu_times() for process in (me, *me.children())]
    return sum(each.user + each.system for each in times)


def read_through(way: Callable[[Path], FrameSource], path: Path, frames: int) -> Read:
    """Read every frame in order, the first one not counted."""
    source = way(path)
    source.read(0)
    clock, computed = time.perf_counter(), processor()
    for number in range(1, frames):
        source.read(number)
    found = Read((time.perf_counter() - clock) / (frames - 1), (processor() - computed) / (frames - 1))
    source.close()
    return found


def main() -> None:
    frames = int(sys.argv[1]) if len(sys.argv) > 1 else 150
    ways: dict[str, Callable[[Path], FrameSource]] = {"in this process": open_media, "isolated": IsolatedSource}
    with tempfile.TemporaryDirectory() as folder:
        path = clip(Path(folder), frames)
        rounds = [{name: read_through(way, path, frames) for name, way in ways.items()} for _ in range(ROUNDS)]
        opening = {name: opened(way, path) for name, way in ways.items()}
    print("| 1080p H.264 | frames a second, median | best | processor, ms a frame, median | opening, ms |")
    print("| --- | --- | --- | --- | --- |")
    for name in ways:
        clock, computed = ([getattr(found[name], what) for found in rounds] for what in ("clock", "processor"))
        rates = f"{1 / median(clock):.0f} | {1 / min(clock):.0f} | {1000 * median(computed):.1f}"
        print(f"| {name} | {rates} | {1000 * opening[name]:.0f} |")
    for what in ("clock", "processor"):
        ratio = median(getattr(found["isolated"], what) / getattr(found["in this process"], what) for found in rounds)
        print(f"\nIsolated against not, by the {what}, median of {ROUNDS} pairs: {ratio:.2f} times.")


def opened(way: Callable[[Path], FrameSource], path: Path) -> float:
    """Seconds until a clip is open; the decoder's process waits already."""
    started = time.perf_counter()
    way(path).close()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()

"""What decoding in a process of its own costs: 1080p frames a second, straight through, in this process and isolated.

Run: python tests/benchmarks/isolation_cost.py [FRAMES]
"""

import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from sam2_studio.media.isolated import IsolatedSource
from sam2_studio.media.open import open_media
from tests.media_factory import write_video
from tests.synthetic import moving_scene

ROUNDS = 5


def clip(folder: Path, frames: int) -> Path:
    """1080p H.264, a textured scene that moves, a keyframe every 250 frames."""
    scene = moving_scene(3, min(frames, 24), size=(1920, 1080), radius=180)
    pictures = (scene.frames[n % len(scene.frames)] for n in range(frames))
    return write_video(folder / "a.mp4", pictures, gop=250, options={"preset": "fast"})


def seconds(source: object, frames: int) -> float:
    """How long a read of all frames takes, each touched once as a user of it does."""
    started = time.perf_counter()
    for number in range(frames):
        assert source.read(number).rgb[::64, ::64].sum() >= 0  # type: ignore[attr-defined]
    return time.perf_counter() - started


def main() -> None:
    frames = int(sys.argv[1]) if len(sys.argv) > 1 else 150
    with tempfile.TemporaryDirectory() as folder:
        path = clip(Path(folder), frames)
        rates: dict[str, list[float]] = {"in this process": [], "isolated": []}
        for _ in range(ROUNDS):
            for name, way in (("in this process", open_media), ("isolated", IsolatedSource)):
                with way(path) as source:
                    rates[name].append(frames / seconds(source, frames))
        started = time.perf_counter()
        with IsolatedSource(path):
            opening = time.perf_counter() - started
        with open_media(path):
            own = time.perf_counter() - started - opening
    print("| 1080p, frames a second | median | best |\n| --- | --- | --- |")
    for name, found in rates.items():
        print(f"| {name} | {np.median(found):.0f} | {max(found):.0f} |")
    plain, apart = (np.median(found) for found in rates.values())
    print(f"\nIsolation costs {100 * (1 - apart / plain):.0f} % of the throughput.")
    print(f"Opening with a process that waits: {1000 * opening:.0f} ms; in this process {1000 * own:.0f} ms.")


if __name__ == "__main__":
    main()

"""How long a jump to any frame of 1080p footage with far apart keyframes takes, without a proxy and with one.

Run: python -m tests.benchmarks.scrub_speed [FRAMES]
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from sam2_studio.core.frames import Frame
from sam2_studio.media.cache import CachedSource
from sam2_studio.media.isolated import IsolatedSource
from sam2_studio.media.proxy import Proxy, make_proxy
from tests.benchmarks.isolation_cost import clip, processor

JUMPS = 60


def jumps(read: Callable[[int], Frame], frames: int) -> tuple[list[float], float]:
    """Milliseconds of each of `JUMPS` reads by the clock, and of a read by the processors on average."""
    took, computed = [], processor()
    for number in np.random.default_rng(5).integers(0, frames, JUMPS).tolist():
        started = time.perf_counter()
        read(number)
        took.append(1000 * (time.perf_counter() - started))
    return took, 1000 * (processor() - computed) / JUMPS


def main() -> None:
    frames = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    with tempfile.TemporaryDirectory() as folder:
        path = clip(Path(folder), frames)
        source = CachedSource(IsolatedSource(path), limit=1)  # nothing is kept: each jump is decoded
        plain = jumps(source.read, frames)
        began, computed = time.perf_counter(), processor()
        for _ in make_proxy(source, Path(folder, "proxy.mov")):
            pass
        making = (time.perf_counter() - began, processor() - computed)
        nbytes = Path(folder, "proxy.mov").stat().st_size
        proxy = Proxy(Path(folder, "proxy.mov"), source.info, lambda: False)
        with_proxy = jumps(lambda number: proxy.read(number, source.timestamp(number)), frames)
        gap = source.info.keyframe_gap
        proxy.close()
        source.close()
    print(f"1080p H.264, {frames} frames, {gap} frames from keyframe to keyframe; {JUMPS} jumps\n")
    print("| jump to any frame, ms | median | 95 % | processor, mean |\n| --- | --- | --- | --- |")
    for name, (took, mean) in {"without a proxy": plain, "with a proxy": with_proxy}.items():
        print(f"| {name} | {np.median(took):.0f} | {np.percentile(took, 95):.0f} | {mean:.0f} |")
    print(f"\nMaking the proxy: {frames / making[0]:.0f} frames a second, {1000 * making[1] / frames:.0f} ms of the")
    print(f"processor a frame, {nbytes / frames / 1024:.0f} KB a frame.")


if __name__ == "__main__":
    main()

"""Measures clicks, tracking and memory with nano, decoding included. Run: python -m tests.benchmarks.nano_speed

`--long` tracks 3,000 frames as well and compares the peak memory with that of 300. Numbers are for the machine at hand;
a loaded one gives worse ones, so the processor time is printed beside.
"""

import argparse
import resource as limits
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from sam2_studio.core.clip import ClipInfo
from sam2_studio.core.frame_source import FrameSource
from sam2_studio.core.frames import Frame, FrameRange, Timestamp
from sam2_studio.core.geometry import Box, Point
from sam2_studio.core.prompts import PointPrompt, PromptSet
from sam2_studio.engine.device import use_threads
from sam2_studio.engine.embeddings import FeatureCache
from sam2_studio.engine.models import Model, load_model
from sam2_studio.engine.requests import Conditioning, Direction, SegmentSettings, TrackObject, TrackRequest
from sam2_studio.engine.segmenter import Segmenter
from sam2_studio.engine.tracker import Tracker
from sam2_studio.media.open import open_media
from sam2_studio.resources import resource

BOXES = (Box(380, 120, 760, 640), Box(900, 300, 1270, 440))


class Looped:
    """A source repeated, so that a short clip can be tracked for as long as one likes."""

    def __init__(self, source: FrameSource, frames: int) -> None:
        self._source = source
        self.info: ClipInfo = replace(source.info, frames=frames)

    def timestamp(self, number: int) -> Timestamp:
        return self._source.timestamp(number % self._source.info.frames)

    def read(self, number: int) -> Frame:
        return replace(self._source.read(number % self._source.info.frames), number=number)

    def close(self) -> None:
        self._source.close()


def timed(work: Callable[[], object], rounds: int = 9) -> str:
    """Median and best wall time of a call."""
    work()
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return f"{1e3 * float(np.median(seconds)):.0f} ms (best {1e3 * min(seconds):.0f})"


def clicks(model: Model, frame: Frame) -> None:
    """Print what a click costs with and without features at hand."""
    cache = FeatureCache()
    segmenter = Segmenter(model, cache)
    prompts = PromptSet((PointPrompt(Point(frame.size.width / 2, frame.size.height / 2)),))

    def click(*, still: bool, cold: bool, second_look: bool = True) -> None:
        if cold:
            cache.clear()
        segmenter.segment(frame, prompts, still=still, settings=SegmentSettings(second_look=second_look))

    print(f"picture {frame.size}")
    print("  click, one look, features cached   ", timed(lambda: click(still=False, cold=False, second_look=False)))
    print("  click, one look, features computed ", timed(lambda: click(still=False, cold=True, second_look=False)))
    print("  click, two looks, features computed", timed(lambda: click(still=False, cold=True)))
    print("  click on a still, snapped, cached  ", timed(lambda: click(still=True, cold=False)))


def track(model: Model, source: FrameSource, frames: int, objects: int, second_look: bool) -> None:
    """Print frames a second of a run."""
    request = TrackRequest(
        objects=tuple(TrackObject(n, {0: Conditioning(PromptSet(box=BOXES[n]))}) for n in range(objects)),
        range=FrameRange(0, frames),
        direction=Direction.FORWARD,
        settings=SegmentSettings(second_look=second_look),
    )
    start, cpu = time.perf_counter(), time.process_time()
    for _ in Tracker(model, source).run(request):
        pass
    seconds, used = time.perf_counter() - start, time.process_time() - cpu
    looks = "two looks" if second_look else "one look"
    peak = limits.getrusage(limits.RUSAGE_SELF).ru_maxrss >> 10
    print(
        f"track {frames} frames, {objects} object(s), {looks}: {frames / seconds:.1f} frames/s, "
        f"{1e3 * seconds / frames:.0f} ms a frame, {1e3 * used / frames:.0f} ms of processor, peak {peak} MB"
    )


def main() -> None:
    """Print everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clip", type=Path, default=resource("sample", "bigbuckbunny.mp4"))
    parser.add_argument("--long", action="store_true")
    options = parser.parse_args()
    print("threads", use_threads())
    model = load_model("nano")
    source = open_media(options.clip)
    clicks(model, source.read(0))
    large = np.ascontiguousarray(np.tile(source.read(0).rgb, (6, 5, 1))[:4000, :6000])
    clicks(model, Frame(0, large, source.timestamp(0)))
    for objects in (1, 2):
        for second_look in (False, True):
            track(model, source, 100, objects, second_look)
    if options.long:
        for frames in (300, 3000):
            track(model, Looped(source, frames), frames, 1, True)


if __name__ == "__main__":
    main()

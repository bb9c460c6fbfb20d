"""Measures how long the steps take that a person waits for, each beside the goal set for it. Loads torch."""

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sam2_studio.batch.exporting import export_project
from sam2_studio.batch.pipeline import track_project
from sam2_studio.batch.projects import add_subjects, new_project
from sam2_studio.batch.prompts import Subject
from sam2_studio.core.frame_source import FrameSource
from sam2_studio.core.frames import FrameRange
from sam2_studio.core.geometry import Box, Point
from sam2_studio.core.prompts import PointPrompt, PromptSet
from sam2_studio.engine.embeddings import FeatureCache
from sam2_studio.engine.models import Model
from sam2_studio.engine.requests import Conditioning, Direction, TrackObject, TrackRequest
from sam2_studio.engine.segmenter import Segmenter
from sam2_studio.engine.tracker import Tracker
from sam2_studio.engine.windows import Window
from sam2_studio.errors import StudioError
from sam2_studio.export.spec import ExportSpec
from sam2_studio.media.open import open_media
from sam2_studio.media.probe import probe
from sam2_studio.resources import resource as shipped

_TIMES = 7
_START = 60
_TRACKED = 24
_SEEKS = 30
_CLICK = PromptSet((PointPrompt(Point(464, 428)),))
_BOX = PromptSet(box=Box(165, 50, 622, 626))
_PAINT = """
import sys
from pathlib import Path
from sam2_studio.ui.scrub_speed import painted_frames_a_second
print(painted_frames_a_second(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
"""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One thing measured.

    Attributes:
        name: What.
        value: In `unit`.
        goal: What it should be, None where no goal is set.
        at_most: Whether the goal is the most it may be, not the least.
    """

    name: str
    value: float
    unit: str
    goal: float | None = None
    at_most: bool = True

    @property
    def is_met(self) -> bool | None:
        if self.goal is None:
            return None
        return self.value <= self.goal if self.at_most else self.value >= self.goal


def measure(model: Model) -> Iterator[Figure]:
    """Measure everything but memory on the sample clip."""
    source = open_media(shipped("sample", "bigbuckbunny.mp4"))
    try:
        yield Figure(name="features of a frame", value=_features(model, source), unit="ms", goal=150)
        yield Figure(name="click, features cached", value=_click(model, source), unit="ms", goal=60)
        one, two = _tracking(model, source, 1), _tracking(model, source, 2)
        yield Figure(name="tracking one object, 720p", value=1 / one, unit="frames/s", goal=10, at_most=False)
        yield Figure(name="second object", value=two / one - 1, unit="x more", goal=0.6)
        yield Figure(name="scrubbing from the cache, painted", value=_scrub(), unit="frames/s", goal=30, at_most=False)
        yield Figure(name="jump to any frame", value=_seek(source), unit="ms", goal=250)
    finally:
        source.close()
    yield Figure(name="export, ProRes 4444, 720p", value=_export(model), unit="frames/s", at_most=False)


def _features(model: Model, source: FrameSource) -> float:
    frames = [source.read(number) for number in range(_START, _START + _TIMES)]
    looks = Segmenter(model, FeatureCache()).looks
    looks.features(frames[0], Window.whole(frames[0].size))
    return _median_ms([partial(looks.features, frame, Window.whole(frame.size)) for frame in frames[1:]])


def _click(model: Model, source: FrameSource) -> float:
    frame, segmenter = source.read(_START), Segmenter(model)
    segmenter.segment(frame, _CLICK)
    return _median_ms([lambda: segmenter.segment(frame, _CLICK)] * _TIMES)


def _tracking(model: Model, source: FrameSource, objects: int) -> float:
    """Seconds a frame, decoding and one frame of warming up for each object left out."""
    said = {_START: Conditioning(_BOX)}
    request = TrackRequest(
        objects=tuple(TrackObject(n + 1, said) for n in range(objects)),
        range=FrameRange(_START, _START + _TRACKED),
        direction=Direction.FORWARD,
    )
    run = Tracker(model, source).run(request)
    for _ in range(objects):
        next(run)
    return _seconds(lambda: list(run)) / (_TRACKED - 1)


def _scrub() -> float:
    """Frames a second that the canvas paints from memory, in a process of its own: nothing here may load Qt."""
    clip = shipped("sample", "bigbuckbunny.mp4")
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-c", _PAINT, str(clip), str(_START), str(_TRACKED)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise StudioError("The window's speed can't be measured.", "Run sam2-studio doctor to see what Qt lacks.")
    return float(done.stdout)


def _seek(source: FrameSource) -> float:
    wanted = random.Random(1).sample(range(source.info.frames), _SEEKS)
    return _median_ms([partial(source.read, number) for number in wanted])


def _export(model: Model) -> float:
    with tempfile.TemporaryDirectory() as folder:
        file = new_project(Path(folder, "export.cutout"), probe(shipped("sample", "bigbuckbunny.mp4")))
        span = FrameRange(_START, _START + _TRACKED)
        try:
            ids = add_subjects(file, [Subject("rabbit", {_START: _BOX})])
            for _ in track_project(file, model, ids, within=span):
                pass
        finally:
            file.close()
        spec = ExportSpec(preset="after-effects", target=Path(folder, "export.mov"), range=span)
        return len(span) / _seconds(lambda: list(export_project(Path(folder, "export.cutout"), spec)))


def _median_ms(steps: list[Callable[[], object]]) -> float:
    return statistics.median(_seconds(step) for step in steps) * 1000


def _seconds(step: Callable[[], object]) -> float:
    start = time.perf_counter()
    step()
    return time.perf_counter() - start

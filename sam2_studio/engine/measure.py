"""How fast a model is on this machine: measured on a made-up picture. The figures that people wait for.

The steps yield in between, so that a click which comes meanwhile is answered first. Loads torch.
"""

import time
from collections.abc import Callable, Generator
from fractions import Fraction

import numpy as np

from sam2_studio.core.frames import Frame, Timestamp
from sam2_studio.core.geometry import Point
from sam2_studio.core.prompts import PointPrompt, PromptSet
from sam2_studio.engine.embeddings import FeatureCache
from sam2_studio.engine.models import Model
from sam2_studio.engine.segmenter import Segmenter
from sam2_studio.engine.speeds import Speed
from sam2_studio.engine.windows import Window
from sam2_studio.networks.interface import Chosen, FrameMemory, Remembered

STEPS = 6
_SIDES = (720, 1280)
_CLICK = PromptSet((PointPrompt(Point(640, 360)),))


def measuring(model: Model) -> Generator[int, None, Speed]:
    """Measure; yields how many of `STEPS` are done. Each figure is the second of two runs: the first warms up."""
    segmenter = Segmenter(model, FeatureCache(), borrowed=True)
    pictures = [_picture(number) for number in range(2)]
    took = []
    for done, step in enumerate((*(_seeing(segmenter, each) for each in pictures), *_asking(segmenter, pictures[1]))):
        took.append(_seconds(step))
        yield done + 1
    picture, click, following = took[1::2]
    return Speed(picture=picture, click=click, frame=picture + following)


def _seeing(segmenter: Segmenter, frame: Frame) -> Callable[[], object]:
    return lambda: segmenter.looks.features(frame, Window.whole(frame.size))


def _asking(segmenter: Segmenter, frame: Frame) -> list[Callable[[], object]]:
    """Two clicks and two steps of tracking on a picture that was seen."""
    clicks = [lambda: segmenter.segment(frame, _CLICK)] * 2
    return [*clicks, *([lambda: _follow(segmenter, frame)] * 2)]


def _follow(segmenter: Segmenter, frame: Frame) -> FrameMemory:
    """A frame of tracking with the memories full."""
    looks, network, traits = segmenter.looks, segmenter.looks.model.network, segmenter.looks.model.traits
    features = looks.features(frame, Window.whole(frame.size))
    with looks.model.computing():
        memory = _memory_of(looks.unprompted(network.condition(features, [])), segmenter, frame)
        recent = [Remembered(memory, age, False) for age in range(traits.recent_memories, 0, -1)]
        chosen = looks.unprompted(network.condition(features, [Remembered(memory, len(recent) + 1, True), *recent]))
        return _memory_of(chosen, segmenter, frame)


def _memory_of(chosen: Chosen, segmenter: Segmenter, frame: Frame) -> FrameMemory:
    looks = segmenter.looks
    features = looks.features(frame, Window.whole(frame.size))
    with looks.model.computing():
        return looks.model.network.encode_memory(features, chosen.mask_logits, chosen.presence, chosen.token)


def _picture(number: int) -> Frame:
    """Noise: how long a network takes doesn't depend on what it sees."""
    rgb = np.random.default_rng(number).integers(0, 256, (*_SIDES, 3), np.uint8)
    return Frame(number, rgb, Timestamp(number, Fraction(1, 25)))


def _seconds(step: Callable[[], object]) -> float:
    start = time.perf_counter()
    step()
    return time.perf_counter() - start

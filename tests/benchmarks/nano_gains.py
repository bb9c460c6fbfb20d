"""Measures what the second look and the snap gain on stills, as a table. Run: python -m tests.benchmarks.nano_gains

The stills are made from the sample clip: a frame as ground, with a blob cut out of another, mirrored frame pasted on
and lit. The truth is known to the pixel, and neither shape nor colour is simple. Clicks go to the middle of the largest
error.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import av
import cv2
import numpy as np
from numpy.typing import NDArray
from sam2_studio.core.frames import Frame, Timestamp
from sam2_studio.core.geometry import Point
from sam2_studio.core.masks import Mask
from sam2_studio.core.prompts import PointPrompt, PromptSet
from sam2_studio.engine.models import load_model
from sam2_studio.engine.requests import SegmentSettings
from sam2_studio.engine.segmenter import Segmenter
from sam2_studio.resources import resource
from tests.synthetic import Truth, blob_outline, coverage_of, finished, iou, paste

SIZE = (1280, 720)
COLUMNS = ("1 click", "3 clicks", "5 clicks", "box")
VARIANTS = {
    "whole picture": SegmentSettings(second_look=False, snap=False),
    "second look": SegmentSettings(snap=False),
    "second look, snapped": SegmentSettings(),
}


@dataclass(frozen=True)
class Still:
    """A picture and the truth of its subject."""

    frame: Frame
    truth: Truth


def sample_pictures(step: int = 12) -> list[NDArray[np.uint8]]:
    """Every `step`-th frame of the sample clip."""
    with av.open(str(resource("sample", "bigbuckbunny.mp4"))) as container:
        return [f.to_ndarray(format="rgb24") for n, f in enumerate(container.decode(video=0)) if n % step == 0]


def stills(count: int) -> Iterator[Still]:
    """Composites, each a pure function of its number."""
    pictures = sample_pictures()
    for seed in range(count):
        rng = np.random.default_rng(seed)
        ground, donor = (pictures[int(n)] for n in rng.choice(len(pictures), 2, replace=False))
        radius = float(np.exp(rng.uniform(np.log(28), np.log(170))))
        centre = tuple(rng.uniform(0.2, 0.8, 2) * SIZE)
        cover = coverage_of(blob_outline(seed, radius, wobble=0.45), centre, SIZE)
        skin = donor[:, ::-1].astype(np.float32)
        if rng.random() < 0.5:
            skin = skin[..., ::-1]
        picture = finished(paste(ground.astype(np.float32), skin, cover, centre), seed)
        yield Still(Frame(seed, picture, Timestamp(seed, Fraction(1))), cover > 0.5)


def largest_error(found: Truth, truth: Truth) -> PointPrompt:
    """A click in the middle of the largest wrong region."""
    best, click = -1.0, None
    for wrong, positive in ((truth & ~found, True), (found & ~truth, False)):
        padded = np.pad(wrong, 1).astype(np.uint8)
        depth = cv2.distanceTransform(padded, cv2.DIST_L2, 5)[1:-1, 1:-1]
        if depth.max() > best:
            row, column = np.unravel_index(int(depth.argmax()), depth.shape)
            best, click = float(depth.max()), PointPrompt(Point(column + 0.5, row + 0.5), positive)
    assert click is not None
    return click


def scores(segmenter: Segmenter, still: Still, settings: SegmentSettings) -> list[float]:
    """IoU after 1, 3 and 5 clicks, and with a box."""
    found, prompts, after = np.zeros_like(still.truth), PromptSet(), []
    for _ in range(5):
        prompts = prompts.with_point(largest_error(found, still.truth))
        found = segmenter.segment(still.frame, prompts, still=True, settings=settings).mask.to_array()
        after.append(iou(found, still.truth))
    boxed = PromptSet(box=Mask.from_array(still.truth).box)
    box = segmenter.segment(still.frame, boxed, still=True, settings=settings).mask.to_array()
    return [after[0], after[2], after[4], iou(box, still.truth)]


def main() -> None:
    """Print mean IoU by variant and number of clicks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stills", type=int, default=24)
    count = parser.parse_args().stills
    segmenter = Segmenter(load_model("nano"))
    print(f"| nano on {count} composites, mean IoU | {' | '.join(COLUMNS)} |\n|{' --- |' * (len(COLUMNS) + 1)}")
    for name, settings in VARIANTS.items():
        means = np.mean([scores(segmenter, still, settings) for still in stills(count)], 0)
        print(f"| {name} | {' | '.join(f'{value:.3f}' for value in means)} |", flush=True)


if __name__ == "__main__":
    main()

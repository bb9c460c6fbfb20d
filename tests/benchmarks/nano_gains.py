"""Measures what second look, snap and local corrections gain on stills. Run: python -m tests.benchmarks.nano_gains

The stills are made from the sample clip: a frame as ground, with a blob cut out of another, mirrored frame pasted on
and lit. The truth is known to the pixel, and neither shape nor colour is simple. Clicks go to the middle of the largest
error. A mask to correct is the truth without the part behind a line, or with a disc of ground hung on its edge.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, replace
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
from tests.faulty_network import FaultyNetwork
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


def spoiled(truth: Truth, seed: int, *, leaks: bool) -> Truth:
    """The truth with a fault that a click can mend."""
    rng, (rows, columns) = np.random.default_rng(1000 + seed), np.nonzero(truth)
    if not leaks:
        angle = rng.uniform(0, 2 * np.pi)
        depth = columns * np.cos(angle) + rows * np.sin(angle)
        beyond = depth > np.quantile(depth, rng.uniform(0.6, 0.85))
        lacking = truth.copy()
        lacking[rows[beyond], columns[beyond]] = False
        return lacking
    inner = cv2.erode(truth.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    edge = np.argwhere(truth & ~inner)
    row, column = edge[rng.integers(len(edge))]
    disc = np.zeros(truth.shape, np.uint8)
    radius = int(np.sqrt(truth.sum() / np.pi) * rng.uniform(0.4, 0.7))
    cv2.circle(disc, (int(column), int(row)), radius, 1, cv2.FILLED)
    return truth | (disc > 0)


def corrections(segmenter: Segmenter, still: Still, *, leaks: bool) -> list[float]:
    """IoU of a spoiled mask, and after one, two and three clicks on it."""
    given = spoiled(still.truth, still.frame.number, leaks=leaks)
    found, prompts, after = given, PromptSet(mask_id=1), [iou(given, still.truth)]
    for _ in range(3):
        prompts = prompts.with_point(largest_error(found, still.truth))
        found = segmenter.segment(still.frame, prompts, given_mask=Mask.from_array(given)).mask.to_array()
        after.append(iou(found, still.truth))
    return after


def print_corrections(count: int) -> None:
    """Print mean IoU of corrected masks, with and without keeping to where the clicks are."""
    print(f"\n| corrections on {count} composites | as given | 1 click | 2 clicks | 3 clicks |\n|{' --- |' * 5}")
    model = load_model("nano")
    for name, local in (("answer as it is", False), ("only where the clicks are", True)):
        network = FaultyNetwork(model.network, corrects_locally=local, second_look=True)
        for fault, leaks in (("a part is missing", False), ("ground hangs on it", True)):
            segmenter = Segmenter(replace(model, network=network))
            rows = [corrections(segmenter, still, leaks=leaks) for still in stills(count)]
            print(f"| {fault}, {name} | {' | '.join(f'{value:.3f}' for value in np.mean(rows, 0))} |", flush=True)


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
    print_corrections(count)


if __name__ == "__main__":
    main()

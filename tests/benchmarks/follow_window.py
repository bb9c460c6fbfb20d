"""When a window that follows the object pays: for nano by tracking, for a finer network by what its grid can hold.

    python -m tests.benchmarks.follow_window [--seeds 3] [--frames 20]

First, the limit of a network's grid: true outlines of several sizes in a picture of 1920x1080 are put into a grid of
256 cells (SAM 2 at its working size of 1024), each cell with the share that is inside, brought up bilinearly as masks
are, and compared with the truth: intersection over union, and the mean distance of the outlines in pixels. Once with
the grid over the whole picture, once over the window. No network takes part, so this is the most that a window can win,
not what it wins. Then nano on made clips (960x540, the mask given on the first frame), window off and on. Prints;
asserts nothing.
"""

import argparse
import math
import time
from fractions import Fraction

import cv2
import numpy as np
from numpy.typing import NDArray
from sam2_studio.core.clip import ClipInfo, ClipKind
from sam2_studio.core.frames import FrameRange
from sam2_studio.core.geometry import Size
from sam2_studio.core.masks import Mask
from sam2_studio.engine.follow import Follow
from sam2_studio.engine.models import Model, load_model
from sam2_studio.engine.requests import Conditioning, Direction, TrackObject, TrackRequest
from sam2_studio.engine.tracker import Tracker
from sam2_studio.engine.windows import Window, coverage, mask_of_logits
from tests.fakes import ArraySource
from tests.synthetic import blob_outline, coverage_of, iou, moving_scene

FULL_HD, GRID = Size(1920, 1080), 256
SIDES = (20, 40, 80, 120, 160, 240, 320, 480, 720)
RADII = (8, 12, 16, 24, 32, 48, 72, 110)


def boundary_error(a: NDArray[np.bool_], b: NDArray[np.bool_]) -> float:
    """Mean distance of the outline of `a` to that of `b`, in pixels."""
    edges = [each.astype(np.uint8) - cv2.erode(each.astype(np.uint8), np.ones((3, 3), np.uint8)) for each in (a, b)]
    if not edges[0].any() or not edges[1].any():
        return math.inf
    away = cv2.distanceTransform(1 - edges[1], cv2.DIST_L2, 5)
    return float(away[edges[0] > 0].mean())


def through_grid(mask: Mask, window: Window) -> NDArray[np.bool_]:
    """What is left of a mask that was written into a grid over a window."""
    logits = (coverage(mask, window, GRID) - 0.5) * 20
    return mask_of_logits(logits.astype(np.float32), window, mask.size).to_array().astype(bool)


def print_limit(seeds: int) -> None:
    follow = Follow.of("on", FULL_HD, working_size=4 * GRID, pays=True)
    print("| longer side, px | finer by | IoU, whole | IoU, window | outline off by, whole | window |")
    for side in SIDES:
        rows = []
        for seed in range(10 * seeds):
            middle = 960 + seed * 7.3 % 5, 540 + seed * 3.1 % 5
            cover = coverage_of(blob_outline(seed, side / 2.3), middle, (FULL_HD.width, FULL_HD.height))
            truth = cover > 0.5
            mask = Mask.from_array(truth)
            window = follow.round(mask)
            finer = math.sqrt(follow.whole.area / window.area)
            row = [finer]
            for measure in (iou, boundary_error):
                row += [measure(through_grid(mask, each), truth) for each in (follow.whole, window)]
            rows.append(row)
        finer, *ious, whole, near = np.mean(rows, 0)
        print(f"| {side} | {finer:.1f} | {ious[0]:.3f} | {ious[1]:.3f} | {whole:.2f} | {near:.2f} |", flush=True)


def tracked(model: Model, seed: int, radius: float, frames: int, wish: str) -> tuple[float, float]:
    """Mean IoU with the truth, and milliseconds a frame."""
    scene = moving_scene(seed, frames, size=(960, 540), radius=radius, path=lambda t: (0.35 + 0.3 * t, 0.55 - 0.1 * t))
    info = ClipInfo(path="", kind=ClipKind.VIDEO, frames=frames, width=960, height=540, rate=Fraction(25))
    item = TrackObject(1, {0: Conditioning(mask=Mask.from_array(scene.truth[0]))}, wish)
    request = TrackRequest(objects=(item,), range=FrameRange(0, frames), direction=Direction.FORWARD)
    start = time.perf_counter()
    results = list(Tracker(model, ArraySource(scene.frames, info)).run(request))
    spent = (time.perf_counter() - start) / frames
    held = [iou(each.mask.to_array().astype(bool), scene.truth[each.frame]) for each in results[1:]]
    return float(np.mean(held)), 1000 * spent


def print_nano(seeds: int, frames: int) -> None:
    model = load_model("nano", "cpu")
    print("\n| longer side, part of the height | IoU, off | on | ms a frame, off | on |")
    for radius in RADII:
        rows = []
        for seed in range(seeds):
            rows.append([*tracked(model, seed, radius, frames, "off"), *tracked(model, seed, radius, frames, "on")])
        off, slow, on, slower = np.mean(rows, 0)
        print(f"| {2.3 * radius / 540:.2f} | {off:.3f} | {on:.3f} | {slow:.0f} | {slower:.0f} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--frames", type=int, default=20)
    options = parser.parse_args()
    print_limit(options.seeds)
    print_nano(options.seeds, options.frames)


if __name__ == "__main__":
    main()

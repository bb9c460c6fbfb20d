"""Pictures of edges before and after, at 200 %, over white, black and magenta: to be looked at, and for docs/edges.md.

    python -m tests.benchmarks.matte_pictures OUT

Needs the shared media beside the checkout. The cat is cut out by the built-in model from a box, the astronaut and the
dog with its leash by a rough lasso, as a person in a hurry draws it. The clip with the dog shows a person: its picture
is for the eye alone and stays out of the repository.
"""

import argparse
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray
from sam2_studio.core.edges import EdgeSettings
from sam2_studio.core.frames import Frame, Timestamp
from sam2_studio.core.geometry import Box
from sam2_studio.core.masks import Mask
from sam2_studio.core.prompts import PromptSet
from sam2_studio.engine.foreground import own_colors
from sam2_studio.engine.matting import make_matte
from sam2_studio.engine.models import load_model
from sam2_studio.engine.segmenter import Segmenter
from tests.benchmarks.composites import SHARED

Pixels = NDArray[np.uint8]

GROUNDS = ((255, 255, 255), (0, 0, 0), (255, 0, 255))
ROWS = (EdgeSettings(), EdgeSettings(matte=True), EdgeSettings(matte=True, method="best"))
LASSO = (
    *((154, 85), (158, 68), (170, 55), (185, 36), (205, 22), (232, 16), (258, 22), (280, 42), (296, 64), (300, 92)),
    *((294, 110), (278, 130), (268, 135), (262, 165), (256, 178), (285, 200), (303, 235), (340, 262), (356, 300)),
    *((362, 345), (410, 346), (450, 360), (482, 392), (498, 470), (508, 511), (26, 511), (24, 420), (44, 275)),
    *((70, 248), (112, 212), (114, 190), (122, 168), (150, 150), (184, 150), (182, 130), (165, 112)),
)
DOG = (
    *((590, 440), (612, 428), (640, 428), (665, 404), (690, 396), (722, 398), (730, 378), (752, 372), (772, 352)),
    *((790, 348), (794, 362), (780, 392), (772, 430), (770, 460), (800, 500), (828, 522), (804, 528), (770, 492)),
    *((740, 478), (722, 490), (722, 520), (730, 542), (706, 544), (700, 500), (676, 486), (662, 508), (652, 490)),
    *((640, 484), (614, 512), (598, 514), (612, 480), (625, 470), (604, 462)),
)
LEASH = (
    ((698, 484), (682, 488), (674, 496), (680, 520), (694, 540), (704, 544), (706, 530)),
    ((668, 490), (650, 504), (638, 528), (632, 556), (640, 572), (684, 588)),
)
DOG_FRAME = 40


@dataclass(frozen=True)
class Subject:
    """A picture, a rough mask, and the part to look at: left, top, width, height."""

    name: str
    rgb: Pixels
    mask: Mask
    part: tuple[int, int, int, int]


def subjects() -> tuple[Subject, ...]:
    cat, astronaut, dog = _still("chelsea.png"), _still("astronaut.png"), _dog()
    boxed = Segmenter(load_model("nano")).segment(
        Frame(0, cat, Timestamp(0, Fraction(1))), PromptSet(box=Box(30, 0, 420, 300)), still=True
    )
    return (
        Subject("edges-fur", cat, boxed.mask, (310, 20, 120, 200)),
        Subject("edges-hair", astronaut, _drawn(astronaut, LASSO), (135, 5, 185, 140)),
        Subject("leash", dog, _drawn(dog, DOG, LEASH), (590, 460, 160, 140)),
    )


def picture(subject: Subject) -> Pixels:
    """Rows: mask, fast, best. Columns: alpha, then over the three grounds."""
    left, top, width, height = subject.part
    rows = []
    for edge in ROWS:
        matte = make_matte(subject.rgb, subject.mask, edge)
        colors = own_colors(subject.rgb, matte, method=edge.method).astype(np.float32)
        alpha = matte.alpha[..., None]
        shown = [
            np.repeat(alpha * 255, 3, 2),
            *(colors * alpha + np.float32(ground) * (1 - alpha) for ground in GROUNDS),
        ]
        rows.append(np.hstack([each[top : top + height, left : left + width] for each in shown]))
    return cv2.resize(np.vstack(rows).round().astype(np.uint8), None, fx=2, fy=2, interpolation=cv2.INTER_NEAREST)


def _still(name: str) -> Pixels:
    return cv2.imread(str(SHARED / name))[..., ::-1].copy()


def _dog() -> Pixels:
    with av.open(str(SHARED / "01_dog.mp4")) as container:
        frames = container.decode(video=0)
        return next(f.to_ndarray(format="rgb24") for n, f in enumerate(frames) if n == DOG_FRAME)


def _drawn(
    rgb: Pixels, outline: tuple[tuple[int, int], ...], lines: tuple[tuple[tuple[int, int], ...], ...] = ()
) -> Mask:
    pixels = np.zeros(rgb.shape[:2], np.uint8)
    cv2.fillPoly(pixels, [np.asarray(outline, np.int32)], 1)
    for line in lines:
        cv2.polylines(pixels, [np.asarray(line, np.int32)], False, 1, 7)
    return Mask.from_array(pixels)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    for subject in subjects():
        path = out / f"{subject.name}.jpg"
        cv2.imwrite(str(path), picture(subject)[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 90])
        print(path)


if __name__ == "__main__":
    main()

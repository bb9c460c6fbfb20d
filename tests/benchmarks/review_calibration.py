"""Measures how well health finds faults, as a table. Run: python -m tests.benchmarks.review_calibration

Clips with known truth (`review_clips`), each tracked by nano and, as truth with a noisy outline, with faults put in. A
frame is faulty where its IoU with the truth is below 0.75, good from 0.9 on; those between aren't counted, nor is the
first frame on which a lost object is back, which is doubtful by design. The bounds in `engine.review` were chosen on
seeds 0 to 79; the table is made with others.
"""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from sam2_studio.core.clip import ClipInfo, ClipKind
from sam2_studio.core.frames import FrameRange
from sam2_studio.core.health import DOUBTFUL_HEALTH, Health, Symptom
from sam2_studio.core.masks import Mask
from sam2_studio.engine.models import Model, load_model
from sam2_studio.engine.requests import Conditioning, Direction, TrackObject, TrackRequest
from sam2_studio.engine.review import Reviewer
from sam2_studio.engine.tracker import Tracker
from tests.benchmarks.review_clips import FAULTS, Clip, Track, clip_of, with_noise
from tests.fakes import ArraySource
from tests.synthetic import iou

FIRST_SEED = 5000
FAULTY, GOOD = 0.75, 0.9
GOOD_SCORE = 0.85  # median of nano's good frames: what is given for tracks that no network made


@dataclass
class Count:
    """Frames and places of one kind of track; a place is a run of faulty frames."""

    faulty: int = 0
    found: int = 0
    places: int = 0
    places_found: int = 0
    good: int = 0
    flagged: int = 0

    @property
    def recall(self) -> float:
        return self.found / self.faulty if self.faulty else 1.0

    @property
    def false_alarms(self) -> float:
        return self.flagged / self.good if self.good else 0.0

    @property
    def precision(self) -> float:
        marked = self.found + self.flagged
        return self.found / marked if marked else 1.0

    def __add__(self, other: "Count") -> "Count":
        return Count(*(a + b for a, b in zip(vars(self).values(), vars(other).values(), strict=True)))


def judged(clip: Clip, track: Track, scores: Sequence[float], *, colors: bool) -> Iterator[tuple[int, Health]]:
    """Each frame's health, from the clip's start on, where the mask is given."""
    reviewer = Reviewer()
    for n in range(clip.start, len(track)):
        picture = clip.pictures[n] if colors else None
        mask = Mask.from_array(track[n])
        yield n, reviewer.judge(n, mask, score=scores[n], given=n == clip.start, picture=picture)


def counted(clip: Clip, track: Track, scores: Sequence[float], *, colors: bool = True) -> Count:
    """What health makes of a track."""
    count, in_place, place_found = Count(), False, False
    for n, health in list(judged(clip, track, scores, colors=colors))[1:]:
        overlap, doubtful = iou(track[n], clip.truth[n]), health.value < DOUBTFUL_HEALTH
        if overlap >= FAULTY:
            in_place = place_found = False
            by_design = any(reason.symptom is Symptom.LOST for reason in health.reasons)
            if overlap >= GOOD and not by_design:
                count.good += 1
                count.flagged += doubtful
            continue
        count.faulty += 1
        count.found += doubtful
        count.places += not in_place
        count.places_found += doubtful and not place_found
        in_place, place_found = True, place_found or doubtful
    return count


def tracked(model: Model, clip: Clip) -> tuple[Track, list[float]]:
    """The model's own masks and scores, from the truth of the clip's start on."""
    height, width = clip.truth[0].shape
    frames = len(clip.pictures)
    info = ClipInfo(path="clip", kind=ClipKind.VIDEO, frames=frames, width=width, height=height, rate=Fraction(25))
    shown = {clip.start: Conditioning(mask=Mask.from_array(clip.truth[clip.start]))}
    request = TrackRequest(
        objects=(TrackObject(1, shown),), range=FrameRange(clip.start, frames), direction=Direction.FORWARD
    )
    masks: list[NDArray[np.bool_]] = [np.zeros((height, width), bool)] * frames
    scores = [1.0] * frames
    for result in Tracker(model, ArraySource(clip.pictures, info)).run(request):
        masks[result.frame], scores[result.frame] = result.mask.to_array(), result.score
    return tuple(masks), scores


def faulty_tracks(seed: int, clip: Clip) -> dict[str, Track]:
    """The truth with a noisy outline, as it is and with each fault."""
    good, rng = with_noise(clip.truth, seed), np.random.default_rng(seed)
    return {"none": good} | {name: fault(good, clip, rng) for name, fault in FAULTS.items()}


def table(counts: Mapping[str, Count], title: str) -> str:
    """As Markdown."""
    columns = ("faulty frames", "found", "places found", "good frames", "flagged")
    lines = [f"| {title} | {' | '.join(columns)} |", f"|{' --- |' * (len(columns) + 1)}"]
    for name, c in counts.items():
        found = f"{c.recall:.3f}" if c.faulty else ""
        places = f"{c.places_found} of {c.places}" if c.places else ""
        lines.append(f"| {name} | {c.faulty} | {found} | {places} | {c.good} | {c.false_alarms:.3f} |")
    return "\n".join(lines)


def main() -> None:
    """Print the tables with and without colours."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, default=60)
    parser.add_argument("--first", type=int, default=FIRST_SEED)
    options = parser.parse_args()
    model = load_model("nano")
    sums: dict[bool, dict[str, Count]] = {True: {}, False: {}}
    for seed in range(options.first, options.first + options.clips):
        clip = clip_of(seed)
        own, own_scores = tracked(model, clip)
        even = [GOOD_SCORE] * len(own)
        runs = {name: (track, even) for name, track in faulty_tracks(seed, clip).items()}
        for colors, counts in sums.items():
            for name, (track, scores) in ({"nano's own track": (own, own_scores)} | runs).items():
                counts[name] = counts.get(name, Count()) + counted(clip, track, scores, colors=colors)
    for colors, counts in sums.items():
        whole = sum(counts.values(), Count())
        print(table(counts | {"all": whole}, "with pictures" if colors else "masks and scores only"))
        print(f"precision {whole.precision:.3f}\n")


if __name__ == "__main__":
    main()

"""How much the outline jumps where two runs into one gap meet: in the middle of the gap, and where `join` lets them.

    python -m tests.benchmarks.join_jumps

Scenes with known truth, the first and last frame painted. A jump is how much less two neighbouring masks overlap than
the truth's do; the overlap of the whole gap with the truth is given beside it. Prints; asserts nothing.
"""

from collections.abc import Callable
from fractions import Fraction

import numpy as np
from sam2_studio.core.clip import ClipInfo, ClipKind
from sam2_studio.core.frames import FrameRange
from sam2_studio.core.masks import Mask
from sam2_studio.engine.join import Join
from sam2_studio.engine.models import load_model
from sam2_studio.engine.passes import overlap_of
from sam2_studio.engine.requests import Conditioning, Direction, FrameResult, TrackObject, TrackRequest
from sam2_studio.engine.tracker import Tracker
from tests.fakes import ArraySource
from tests.synthetic import Scene, hidden_scene, moving_scene

Masks = dict[int, Mask]


def small_scene(seed: int) -> Scene:
    return moving_scene(seed, 41, radius=20, pan=2.0)


def fast_scene(seed: int) -> Scene:
    return moving_scene(seed, 31, path=lambda t: (0.15 + 0.7 * t, 0.5 + 0.3 * np.sin(6 * np.pi * t)))


def passing_scene(seed: int) -> Scene:
    """A board passes in front half way."""
    return moving_scene(seed, 41, occluder=lambda t: (1.4 - 1.6 * t, 0.5))


SCENES: dict[str, Callable[[int], Scene]] = {
    "plain": lambda seed: moving_scene(seed, 41),
    "long gap": lambda seed: moving_scene(seed, 97),
    "small": small_scene,
    "fast": fast_scene,
    "board passes": passing_scene,
    "hidden": hidden_scene,
}
SEEDS = range(4)


def tracked(tracker: Tracker, scene: Scene, direction: Direction) -> dict[int, FrameResult]:
    """What the run from one side makes of the gap."""
    last = len(scene.frames) - 1
    said = {n: Conditioning(mask=Mask.from_array(scene.truth[n])) for n in (0, last)}
    request = TrackRequest(objects=(TrackObject(1, said),), range=FrameRange(0, last + 1), direction=direction)
    return {result.frame: result for result in tracker.run(request)}


def joined(forward: dict[int, FrameResult], backward: dict[int, FrameResult], overlap: FrameRange) -> tuple[Masks, int]:
    """The masks that `join` leaves, and the last one that goes forwards."""
    join, masks, last = Join(overlap), {}, overlap.last
    for frame in overlap:
        join.hold(forward[frame])
        masks[frame] = forward[frame].mask
    for frame in range(overlap.last, overlap.start - 1, -1):
        better = [each for each in join.meet(backward[frame])[1:] if each.frame > frame]
        masks.update({each.frame: each.mask for each in better})
        last = frame if better else last
    return masks, last


def jump(masks: Masks, scene: Scene, place: int) -> float:
    """How much less the masks on both sides of a join overlap than the truth there."""
    a, b = scene.truth[place], scene.truth[place + 1]
    return Mask.from_array(a).iou(Mask.from_array(b)) - masks[place].iou(masks[place + 1])


def measure(name: str, tracker_of: Callable[[Scene], Tracker]) -> None:
    rows = []
    for seed in SEEDS:
        scene = SCENES[name](seed)
        tracker = tracker_of(scene)
        forward, backward = (tracked(tracker, scene, way) for way in (Direction.FORWARD, Direction.BACKWARD))
        last = len(scene.frames) - 1
        middle = last // 2
        plain = {n: (forward if n <= middle else backward)[n].mask for n in range(last + 1)}
        better, place = joined(forward, backward, overlap_of(0, last))
        best = plain | better
        usual = float(np.median([jump(plain, scene, n) for n in range(1, last - 1) if n != middle]))
        truth = [Mask.from_array(each) for each in scene.truth]
        means = [np.mean([masks[n].iou(truth[n]) for n in range(1, last)]) for masks in (plain, best)]
        rows.append((jump(plain, scene, middle), jump(best, scene, place), usual, *means))
    before, after, usual, old, new = np.array(rows).T
    print(
        f"{name:14} jump in the middle: mean {before.mean():.3f} worst {before.max():.3f}   "
        f"by join: mean {after.mean():.3f} worst {after.max():.3f}   elsewhere {usual.mean():.3f}   "
        f"truth {old.mean():.3f} -> {new.mean():.3f}"
    )


def main() -> None:
    model = load_model("nano", "cpu")

    def tracker_of(scene: Scene) -> Tracker:
        height, width = scene.frames[0].shape[:2]
        info = ClipInfo(path="", kind=ClipKind.VIDEO, frames=len(scene.frames), width=width, height=height)
        return Tracker(model, ArraySource(scene.frames, info, time_base=Fraction(1, 25)))

    for name in SCENES:
        measure(name, tracker_of)


if __name__ == "__main__":
    main()

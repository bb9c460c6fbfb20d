"""Plays the steps of a video scenario as the published predictor orders them, by the network's pure functions alone.

It keeps conditioning and other frames of each object apart, decides what a frame attends to, and encodes the memory of
prompted frames when propagation begins. The product's own tracker orders things otherwise; this proves the network.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from sam2_studio.networks.interface import FrameMemory, ImageFeatures, Label, Remembered
from sam2_studio.networks.sam2.model import Sam2
from tests.parity.fixtures import read_frame
from torch import Tensor
from torch.nn.functional import interpolate

CLAMP = 32.0  # logits of an earlier answer handed back with a correction
RECENT, POINTERS = 6, 16


@dataclass(frozen=True)
class Outcome:
    """One object on one frame; without a memory until propagation makes it."""

    logits: Tensor  # (1, 1, S/4, S/4)
    presence: Tensor
    token: Tensor | None
    memory: FrameMemory | None
    fused: Tensor | None = None


@dataclass
class Tracked:
    """What is known of one object."""

    conditioning: dict[int, Outcome] = field(default_factory=dict)
    others: dict[int, Outcome] = field(default_factory=dict)
    reversed_at: dict[int, bool] = field(default_factory=dict)  # frames propagated over, and in which direction
    points: dict[int, tuple[Tensor, Tensor]] = field(default_factory=dict)


class PublishedPredictor:
    """Network and clip of one scenario.

    Args:
        network: At the scenario's working size.
        clip: Folder of frames.
        frames: How many.
        correct_as_conditioning: The option of that name.
    """

    def __init__(self, network: Sam2, clip: str, frames: int, *, correct_as_conditioning: bool) -> None:
        self.network = network
        self.frames = frames
        self.objects: dict[int, Tracked] = {}
        self._clip = clip
        self._correct_as_conditioning = correct_as_conditioning
        self.known_features: dict[int, ImageFeatures] = {}
        self._side = network.traits.working_size

    def features(self, frame: int) -> ImageFeatures:
        if frame not in self.known_features:
            picture = read_frame(f"{self._clip}/{frame:05d}.png").resize((self._side, self._side))
            self.known_features[frame] = self.network.encode_image(torch.from_numpy(np.array(picture))[None])
        return self.known_features[frame]

    def add_points(self, step: dict[str, Any], video_hw: tuple[int, int]) -> Outcome:
        """A click, a correction or a box."""
        frame, tracked = step["frame"], self.objects.setdefault(step["obj"], Tracked())
        points, labels = _prompts(step, video_hw, self._side)
        if not step["clear_old_points"] and frame in tracked.points:
            old_points, old_labels = tracked.points[frame]
            points, labels = torch.cat([old_points, points], 1), torch.cat([old_labels, labels], 1)
        tracked.points[frame] = points, labels
        before = tracked.conditioning.get(frame) or tracked.others.get(frame)
        fresh = frame not in tracked.reversed_at
        memories = [] if fresh else self._recalled(tracked, frame, reverse=tracked.reversed_at[frame])
        handed = None if before is None else before.logits.clamp(-CLAMP, CLAMP)
        outcome = self._decoded(frame, memories, points, labels, handed)
        as_conditioning = fresh or self._correct_as_conditioning
        (tracked.conditioning if as_conditioning else tracked.others)[frame] = outcome
        return outcome

    def add_mask(self, frame: int, obj: int, mask: Tensor) -> Outcome:
        """mask (1, 1, S, S) bool."""
        given = self.network.adopt_mask(self.features(frame), mask)
        outcome = Outcome(given.mask_logits, given.presence, None, given.memory)
        self.objects.setdefault(obj, Tracked()).conditioning[frame] = outcome
        return outcome

    def propagate(self, start: int | None, most: int | None, *, reverse: bool) -> Iterator[int]:
        """Yield frames as they are done; outcomes lie in `objects`."""
        for tracked in self.objects.values():
            self._remember_prompted(tracked)
        if start is None:
            start = min(n for tracked in self.objects.values() for n in tracked.conditioning)
        most = self.frames if most is None else most
        last = max(start - most, 0) if reverse else min(start + most, self.frames - 1)
        for frame in range(start, last - 1, -1) if reverse else range(start, last + 1):
            for tracked in self.objects.values():
                if frame not in tracked.conditioning:
                    tracked.others[frame] = self._followed(tracked, frame, reverse=reverse)
                tracked.reversed_at[frame] = reverse
            yield frame

    def has_outcome(self, obj: int, frame: int) -> bool:
        tracked = self.objects[obj]
        return frame in tracked.conditioning or frame in tracked.others

    def outcome(self, obj: int, frame: int) -> Outcome:
        tracked = self.objects[obj]
        return tracked.conditioning.get(frame) or tracked.others[frame]

    def _followed(self, tracked: Tracked, frame: int, *, reverse: bool) -> Outcome:
        memories = self._recalled(tracked, frame, reverse=reverse)
        nothing = torch.full((1, 1), int(Label.PADDING))
        outcome = self._decoded(frame, memories, torch.zeros(1, 1, 2), nothing, None)
        return self._remembered(outcome, frame, prompted=False)

    def _decoded(
        self, frame: int, memories: list[Remembered], points: Tensor, labels: Tensor, handed: Tensor | None
    ) -> Outcome:
        read = self.network.condition(self.features(frame), memories, clip_length=self.frames)
        decoded = self.network.decode(read, points, labels, handed)
        chosen = self.network.choose(decoded, labels)
        return Outcome(chosen.mask_logits, chosen.presence, chosen.token, None, read.embedding if memories else None)

    def _remembered(self, outcome: Outcome, frame: int, *, prompted: bool) -> Outcome:
        assert outcome.token is not None
        memory = self.network.encode_memory(
            self.features(frame), outcome.logits, outcome.presence, outcome.token, prompted=prompted
        )
        return Outcome(outcome.logits, outcome.presence, outcome.token, memory, outcome.fused)

    def _remember_prompted(self, tracked: Tracked) -> None:
        for group in (tracked.conditioning, tracked.others):
            for frame, outcome in group.items():
                if outcome.memory is None:
                    group[frame] = self._remembered(outcome, frame, prompted=True)
        for frame in tracked.conditioning:
            tracked.others.pop(frame, None)

    def _recalled(self, tracked: Tracked, frame: int, *, reverse: bool) -> list[Remembered]:
        sign = -1 if reverse else 1
        memories = [
            Remembered(known.memory, (frame - n) * sign, True)
            for n, known in tracked.conditioning.items()
            if known.memory is not None
        ]
        for age in range(1, min(self.frames, POINTERS)):
            recent = tracked.others.get(frame - age * sign)
            if recent is not None and recent.memory is not None:
                memory = recent.memory if age <= RECENT else recent.memory.without_map()
                memories.append(Remembered(memory, age, False))
        return memories


def _prompts(step: dict[str, Any], video_hw: tuple[int, int], side: int) -> tuple[Tensor, Tensor]:
    """Places in 0..1, as the published code scales them, and labels, without the padding."""
    height, width = video_hw
    places = ([step["box"][:2], step["box"][2:]] if step["box"] else []) + (step["points"] or [])
    labels = ([Label.BOX_TOP_LEFT, Label.BOX_BOTTOM_RIGHT] if step["box"] else []) + (step["labels"] or [])
    scaled = torch.tensor(places, dtype=torch.float32) / torch.tensor([width, height]) + 0.5 / side
    return scaled[None], torch.tensor([[int(label) for label in labels]])


def mask_of_video(inside: Tensor, side: int) -> Tensor:
    """(H, W) bool of the clip's size -> (1, 1, S, S) bool."""
    scaled = interpolate(inside[None, None].float(), size=(side, side), mode="bilinear", antialias=True)
    return scaled >= 0.5

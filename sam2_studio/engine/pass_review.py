"""Gives the results of a track run their health: one object in one pass. Knows results and frames, no network."""

import copy
from dataclasses import replace

from sam2_studio.core.frames import Frame
from sam2_studio.core.masks import Mask
from sam2_studio.engine.chatter import ChatterMeter
from sam2_studio.engine.requests import FrameResult
from sam2_studio.engine.review import Reviewer


class PassReview:
    """Judges stretch by stretch; a stretch begins with what the user showed, on its first frame or just before it.

    Args:
        step: 1 when tracking forwards, -1 backwards.
    """

    def __init__(self, step: int) -> None:
        self._step = step
        self._reviewer, self._meter = Reviewer(), ChatterMeter()
        self._latest: int | None = None
        self._starts: dict[int, Reviewer] = {}  # some kilobytes each: all are kept, whichever stretch comes next

    def show(self, frame: Frame, mask: Mask) -> None:
        """Take the mask of a frame on which the user showed the object."""
        reviewer = Reviewer()
        reviewer.judge(frame.number, mask, score=1.0, given=True, picture=frame.seen)
        self._starts[frame.number] = reviewer

    def judged(self, result: FrameResult, frame: Frame) -> FrameResult:
        """The result with its health; results come in tracking order."""
        before = frame.number - self._step
        if self._latest != before:
            self._reviewer = copy.copy(self._starts[before]) if before in self._starts else Reviewer()
            self._meter = ChatterMeter()
        self._latest = frame.number
        health = self._reviewer.judge(
            frame.number, result.mask, score=result.score, given=result.conditioning, picture=frame.seen
        )
        chatter = self._meter.measured(frame, result.mask)
        return replace(result, health=replace(health, chatter=None if result.conditioning else chatter))

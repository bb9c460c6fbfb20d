"""Puts the masks of a track run into a project, as one step of its history. Loads no torch."""

from dataclasses import dataclass

from sam2_studio.core.commands import Command, mask_changes, settled_changes
from sam2_studio.core.records import tracked_record
from sam2_studio.core.store import ProjectFile
from sam2_studio.core.tracks import MaskRecord
from sam2_studio.engine.requests import Arrival, FrameResult


@dataclass
class StoredRun:
    """One run: each result in a transaction of its own, all in one undo step."""

    file: ProjectFile
    step: int = 0

    def put(self, result: FrameResult, recipe: str) -> None:
        """Store what a result says. Raises ProjectError where the file can't be written."""
        with self.file.transaction():
            if result.arrival is Arrival.SAME:
                changes = settled_changes(self.file.project, [(result.object_id, result.frame)])
            else:
                changes = mask_changes(self.file.project, [self._stored(result, recipe)])
            if self.step:
                self.file.history.join(self.step, changes)
            else:
                self.step = self.file.history.do(Command(label="Track", changes=tuple(changes), frame=result.frame))

    def _stored(self, result: FrameResult, recipe: str) -> tuple[int, int, MaskRecord]:
        mask_id = self.file.add_mask(result.mask)
        record = tracked_record(
            mask_id, result.mask, score=result.score, absent=result.absent, recipe=recipe, health=result.health
        )
        early = result.arrival is Arrival.EARLY  # stale until the other side was there: a killed run is gone on with
        return result.object_id, result.frame, record.made_stale() if early else record

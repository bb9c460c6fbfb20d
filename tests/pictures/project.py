"""The project that is in the pictures: the sample clip with tracked, painted, stale, locked and doubtful frames."""

from pathlib import Path

import cv2
import numpy as np
from sam2_studio.batch.pipeline import track_project
from sam2_studio.batch.projects import add_subjects, new_project
from sam2_studio.batch.prompts import Subject
from sam2_studio.core.commands import (
    add_object,
    add_point,
    alter_object,
    lock_frame,
    put_masks,
    set_source_range,
)
from sam2_studio.core.edges import EdgeSettings
from sam2_studio.core.frames import FrameRange
from sam2_studio.core.geometry import Box, Point, Size
from sam2_studio.core.health import Health, Reason, Symptom
from sam2_studio.core.marker_commands import add_marker
from sam2_studio.core.masks import Mask
from sam2_studio.core.prompts import PointPrompt, PromptSet
from sam2_studio.core.records import painted_record, tracked_record
from sam2_studio.core.store import ProjectFile
from sam2_studio.core.tracks import MaskRecord
from sam2_studio.engine.models import load_model
from sam2_studio.media.probe import probe
from sam2_studio.resources import resource

FRAME = 60  # the rabbit stands free
_ON = ((464, 428), (220, 125), (534, 82), (431, 89), (350, 96))
_BESIDE = ((293, 443), (308, 490), (377, 124), (575, 202), (555, 604), (200, 500))
_PROMPTS = PromptSet(
    points=(*(PointPrompt(Point(*at)) for at in _ON), *(PointPrompt(Point(*at), False) for at in _BESIDE)),
    box=Box(178, 52, 612, 622),
)
LOST, BACK = 40, 52  # frames between which the rock can't be seen
_SIZE = Size(1280, 720)


def make_project(path: Path) -> None:
    """Track the rabbit with the built-in model, and put beside it what else a lane can show."""
    file = new_project(path, probe(resource("sample", "bigbuckbunny.mp4")), overwrite=True)
    try:
        [rabbit] = add_subjects(file, [Subject("rabbit", {FRAME: _PROMPTS})])
        for _ in track_project(file, load_model("nano"), [rabbit]):
            pass
        history = file.history
        history.do(alter_object(file.project, rabbit, "Edge", edge=EdgeSettings(matte=True, specks=3000, holes=400)))
        history.do(lock_frame(file.project, rabbit, 20, locked=True))
        history.do(add_point(file.project, rabbit, 100, PointPrompt(Point(470, 400))))
        _add_rock(file)
        history.do(add_object(file.project, "butterfly"))
        history.do(set_source_range(file.project, FrameRange(6, 126)))
        history.do(add_marker(file.project, 34, "ears cross the cave"))
        history.do(add_marker(file.project, 88, "hand back"))
    finally:
        file.close()


def _add_rock(file: ProjectFile) -> None:
    """An object that was painted, carried on, lost and found again."""
    file.history.do(add_object(file.project, "rock"))
    rock = file.project.highest_object_id
    ellipse = np.zeros((_SIZE.height, _SIZE.width), np.uint8)
    cv2.ellipse(ellipse, (1012, 388), (205, 78), 0, 0, 360, 1, -1)
    mask, nothing = Mask.from_array(ellipse), Mask(_SIZE)
    with file.transaction():
        there, gone = file.add_mask(mask), file.add_mask(nothing)
        records: list[tuple[int, int, MaskRecord]] = [(rock, 24, painted_record(there, mask))]
        for frame in range(25, 80):
            absent = LOST <= frame < BACK
            health = Health(0.4, (Reason(Symptom.LOST, LOST),)) if frame == BACK else Health()
            made = tracked_record(
                gone if absent else there,
                nothing if absent else mask,
                score=0.0 if absent else 0.93,
                absent=absent,
                recipe="pictures",
                health=health,
            )
            records.append((rock, frame, made))
        file.history.do(put_masks(file.project, "Track rock", records))

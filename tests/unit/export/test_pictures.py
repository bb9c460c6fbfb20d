"""One frame of an export: each matte made once, and no more work for whom nobody waits."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sam2_studio.core.clip import Clip
from sam2_studio.core.edges import EdgeSettings
from sam2_studio.core.frames import Frame
from sam2_studio.core.masks import Mask, Matte
from sam2_studio.errors import Cancelled
from sam2_studio.export.pictures import PictureMaker
from sam2_studio.export.spec import ExportSpec
from tests.exporting import SUBJECT, full_mask, still

SOURCE = still([np.full((30, 40, 3), 90, np.uint8)])
OTHER = replace(SUBJECT, id=2, name="Other", edge=EdgeSettings(grow=1.0))


def maker(asked: list[tuple[int, ...]]) -> PictureMaker:
    """Of OpenEXR with layers; notes the objects of each matte."""

    def matte(frame: Frame, mask: Mask, edge: EdgeSettings, ids: tuple[int, ...]) -> Matte:
        asked.append(ids)
        return Matte.from_mask(mask)

    return PictureMaker(
        ExportSpec(preset="nuke", target=Path("a.exr")),
        Clip.whole(SOURCE.info),
        (SUBJECT, OTHER),
        masks=lambda object_id, frame: full_mask(SOURCE.info.size),
        matte=matte,
        foreground=lambda rgb, matte, parts: rgb,
    )


def test_the_matte_of_an_object_alone_is_its_layer_too() -> None:
    asked: list[tuple[int, ...]] = []
    picture = maker(asked).picture(SOURCE.read(0))
    assert set(picture.layers) == {1, 2}
    assert sorted(asked) == [(1,), (2,)]


def test_nothing_is_made_any_more_for_whom_nobody_waits() -> None:
    asked: list[tuple[int, ...]] = []
    given_up = maker(asked)
    gathered = given_up.gathered(SOURCE.read(0))
    given_up.give_up()
    with pytest.raises(Cancelled):
        given_up.made(gathered)
    assert asked == []

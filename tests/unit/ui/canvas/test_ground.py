"""Grounds behind cutouts: any part of one is what the whole has there."""

import numpy as np
import pytest
from sam2_studio.core.geometry import Size
from sam2_studio.engine.strokes import Area
from sam2_studio.ui.canvas.ground import Ground

SIZE = Size(70, 50)
PICTURE = np.random.default_rng(1).integers(0, 255, (50, 70, 3), np.uint8)


@pytest.mark.parametrize("ground", [Ground(), Ground("#204060"), Ground(picture=PICTURE)])
def test_a_part_is_what_the_whole_has_there(ground: Ground) -> None:
    whole = ground.part(Area(0, 0, 70, 50), SIZE)
    part = ground.part(Area(13, 7, 61, 43), SIZE)
    assert whole.shape == (50, 70, 3)
    assert np.array_equal(part, whole[7:43, 13:61])


def test_a_checkerboard_has_two_greys_and_a_colour_one() -> None:
    assert len(np.unique(Ground().part(Area(0, 0, 70, 50), SIZE))) == 2
    assert Ground("#204060").part(Area(0, 0, 2, 2), SIZE)[1, 1].tolist() == [0x20, 0x40, 0x60]


def test_what_is_given_may_be_written_into() -> None:
    ground = Ground(picture=PICTURE)
    ground.part(Area(0, 0, 70, 50), SIZE)[:] = 0
    assert ground.part(Area(0, 0, 70, 50), SIZE).any()


def test_a_picture_of_another_size_is_passed_over() -> None:
    part = Ground("#FF0000", PICTURE).part(Area(0, 0, 2, 2), Size(20, 20))
    assert part[0, 0].tolist() == [255, 0, 0]

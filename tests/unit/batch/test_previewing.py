"""Previews of exports: the footage is read as the user wants it read, and told in the export's own shape."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sam2_studio.batch.previewing import Previewer
from sam2_studio.core.clip import Clip, ClipInfo, ClipKind, Reading
from sam2_studio.core.masks import Mask
from sam2_studio.core.objects import CutObject
from sam2_studio.export.spec import ExportSpec

SIDE = 24


@pytest.mark.parametrize(("premultiplied", "grey"), [(False, 100), (True, 200)])
def test_a_preview_reads_the_footage_as_the_clip_says(premultiplied: bool, grey: int, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.new("RGBA", (SIDE, SIDE), (100, 100, 100, 128)).save(path)
    info = ClipInfo(path=str(path), kind=ClipKind.STILL, frames=1, width=SIDE, height=SIDE, pixel_aspect=Fraction(4, 3))
    clip = replace(Clip.whole(info), reading=Reading(premultiplied=premultiplied))
    whole = Mask.from_array(np.ones((SIDE, SIDE), bool))
    previewer = Previewer(clip, [CutObject(id=1, name="a", color="#FF0000")], {(1, 0): whole}, 0)
    try:
        for square in (False, True):
            preview = previewer.picture(ExportSpec(preset="png", target=tmp_path, square_pixels=square), 100)
            assert abs(int(preview.rgba[SIDE // 2, SIDE // 2, 0]) - grey) <= 1
            assert preview.aspect == pytest.approx(1 if square else 4 / 3)
            assert preview.rgba.shape[1] == (32 if square else SIDE)
    finally:
        previewer.close()

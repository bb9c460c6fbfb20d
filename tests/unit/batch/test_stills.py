"""Stills cut out by the command line's way: the edge and the hair brush's picture reach the file."""

from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from sam2_studio.batch.stills import cut_out_still
from sam2_studio.core.edges import EdgeSettings
from sam2_studio.core.masks import Mask
from sam2_studio.core.prompts import PromptSet
from sam2_studio.engine.matting import make_matte
from sam2_studio.errors import PromptError
from sam2_studio.export.spec import ExportSpec
from sam2_studio.media.isolated import open_picture
from tests.unit.engine.soft_edges import SIDE, hairy

MATTE = EdgeSettings(matte=True)


class Segmenter:
    """Answers whatever it is asked with one mask."""

    def __init__(self, mask: Mask) -> None:
        self._mask = mask
        self.looks = SimpleNamespace(model=SimpleNamespace(recipe="fake@1"))

    def segment(self, *asked: object, **settings: object) -> SimpleNamespace:
        return SimpleNamespace(mask=self._mask)


def cut_out(folder: Path, hair: Path | None) -> np.ndarray:
    """The alpha of the file."""
    picture, _, inside = hairy()
    cv2.imwrite(str(folder / "in.png"), picture[..., ::-1])
    spec = ExportSpec(preset="png", target=folder / "out.png", overwrite=True)
    segmenter = Segmenter(Mask.from_array(inside))
    with open_picture(folder / "in.png") as source:
        list(cut_out_still(source, spec, segmenter, PromptSet(), edge=MATTE, hair=hair))  # type: ignore[arg-type]
    return cv2.imread(str(folder / "out.png"), cv2.IMREAD_UNCHANGED)[..., 3]


def test_the_picture_of_the_hair_widens_the_band(tmp_path: Path, studio_home: Path) -> None:
    picture, _, inside = hairy()
    strokes = np.zeros((SIDE, SIDE), np.uint8)
    strokes[:40] = 255
    cv2.imwrite(str(tmp_path / "hair.png"), strokes)
    for hair, given in ((None, None), (tmp_path / "hair.png", Mask.from_array(strokes > 0))):
        expected = make_matte(picture, Mask.from_array(inside), MATTE, given).alpha
        assert np.abs(cut_out(tmp_path, hair) - expected * 255).max() <= 0.51


def test_a_picture_of_the_hair_of_another_size_is_refused(tmp_path: Path, studio_home: Path) -> None:
    cv2.imwrite(str(tmp_path / "hair.png"), np.zeros((9, 9), np.uint8))
    with pytest.raises(PromptError, match="9x9"):
        cut_out(tmp_path, tmp_path / "hair.png")
    assert not (tmp_path / "out.png").exists()

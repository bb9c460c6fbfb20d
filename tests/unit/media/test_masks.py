"""Masks from pictures: what counts as inside, which frame a picture is for, what is refused."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sam2_studio.core.clip import ClipInfo, ClipKind
from sam2_studio.core.geometry import Size
from sam2_studio.errors import PromptError
from sam2_studio.media.masks import masks_by_frame, read_mask

INFO = ClipInfo(path="shot.1001.png", kind=ClipKind.SEQUENCE, frames=10, width=40, height=30, first_number=1001)


def test_a_mask_is_what_is_white_or_opaque(tmp_path: Path) -> None:
    inside = np.zeros((30, 40), bool)
    inside[5:20, 10:30] = True
    Image.fromarray((inside * 255).astype(np.uint8)).save(tmp_path / "grey.png")
    rgba = np.full((30, 40, 4), 9, np.uint8)
    rgba[..., 3] = inside * 255
    Image.fromarray(rgba).save(tmp_path / "alpha.png")
    for name in ("grey.png", "alpha.png"):
        assert np.array_equal(read_mask(tmp_path / name, Size(40, 30)).to_array(), inside)
    with pytest.raises(PromptError, match="40x30"):
        read_mask(tmp_path / "grey.png", Size(41, 30))
    Image.fromarray(np.zeros((30, 40), np.uint8)).save(tmp_path / "black.png")
    with pytest.raises(PromptError, match="empty"):
        read_mask(tmp_path / "black.png", Size(40, 30))


def test_the_last_number_of_a_name_is_the_frame_as_the_clip_counts() -> None:
    files = [Path("roto_v2.1003.png"), Path("a/roto_v2.1001_mask.png")]
    assert masks_by_frame(files, INFO) == {0: files[1], 2: files[0]}


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["mask.png"], "no frame number"),
        (["mask.1000.png"], "Frame 1000"),
        (["mask.1011.png"], "Frame 1011"),
        (["a.1004.png", "b.1004.png"], "both for frame 1004"),
    ],
)
def test_names_that_fit_no_frame_are_refused(names: list[str], told: str) -> None:
    with pytest.raises(PromptError, match=told):
        masks_by_frame([Path(name) for name in names], INFO)

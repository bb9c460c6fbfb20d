"""Faults of the kind "alpha": alpha lost on the way out or in, crashes at odd widths, masks that no matte expects."""

import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
from sam2_studio.batch.exporting import export_project
from sam2_studio.core import commands
from sam2_studio.core.edges import METHODS
from sam2_studio.core.masks import Mask
from sam2_studio.core.records import painted_record
from sam2_studio.core.store import ProjectFile
from sam2_studio.engine.steady import make_matte
from sam2_studio.export.formats import PRESETS, Content
from sam2_studio.export.runner import ExportReport
from sam2_studio.export.spec import ExportSpec
from sam2_studio.media.open import open_media
from tests.exporting import READERS, Case, still
from tests.media_factory import numbered_frame, write_video

WITH_ALPHA = sorted(name for name, preset in PRESETS.items() if preset.content is Content.CUTOUT)
WIDTHS = ((250, 141), (101, 77), (35, 34))
DECODE = """
import sys
import numpy as np
from pathlib import Path
from sam2_studio.media.reader import VideoReader
with VideoReader(Path(sys.argv[1])) as reader:
    for number in range(reader.info.frames):
        frame = reader.read(number)
        assert frame.alpha.shape == frame.rgb.shape[:2] == (int(sys.argv[3]), int(sys.argv[2]))
    np.save(sys.argv[4], frame.alpha)
"""


def report_of(path: Path, spec: ExportSpec, **edge: object) -> ExportReport:
    *_, report = export_project(path, spec, edge)
    assert isinstance(report, ExportReport)
    return report


def repainted(path: Path, pixels: np.ndarray) -> None:
    """Give every frame of the project this mask."""
    file = ProjectFile.open(path)
    mask = Mask.from_array(pixels)
    with file.transaction():
        record = painted_record(file.add_mask(mask), mask)
        frames = range(file.project.clip.info.frames)  # type: ignore[union-attr]
        file.history.do(commands.put_masks(file.project, "Brush", [(1, frame, record) for frame in frames]))
    file.close()


def size_of(path: Path) -> tuple[int, int]:
    file = ProjectFile.open(path, read_only=True)
    info = file.project.clip.info  # type: ignore[union-attr]
    file.close()
    return info.height, info.width


def test_prores_carries_the_matte_as_its_fourth_plane(masked_project: Path, tmp_path: Path) -> None:
    """BUG-036: a soft edge all the way from the project, within 1 of 255."""
    report = report_of(masked_project, ExportSpec(preset="after-effects", target=tmp_path / "a.mov"), feather=4.0)
    assert report.verified
    file = ProjectFile.open(masked_project, read_only=True)
    mask, edge = file.mask_of(1, 2), commands.existing_object(file.project, 1).edge
    file.close()
    assert mask is not None
    soft = type(edge)(feather=4.0)
    expected = make_matte(np.zeros((*size_of(masked_project), 3), np.uint8), mask, soft).alpha * 255
    assert len(np.unique(expected.round())) > 50
    found = READERS["av"](report.files[0])[2].alpha
    assert np.abs(found - expected).max() <= 1


@pytest.mark.parametrize("preset", WITH_ALPHA)
def test_every_preset_with_alpha_lets_magenta_through_a_hole(tmp_path: Path, preset: str) -> None:
    """BUG-042, for whatever presets there are."""
    if PRESETS[preset].formats and preset == "nuke":
        pytest.importorskip("OpenEXR")
    alpha = np.ones((64, 64), np.float32)
    alpha[16:48, 16:48] = 0
    target = tmp_path / f"out{PRESETS[preset].suffix}"
    report = Case(still([np.full((64, 64, 3), 30, np.uint8)] * 2), alpha=alpha).run(preset, target)
    assert report.verified, report.faults
    with open_media(report.files[0]) as source:
        frame = source.read(0)
    assert frame.alpha is not None
    cover = frame.alpha[..., None] / np.iinfo(frame.alpha.dtype).max
    shown = frame.rgb8() * cover + np.array([255, 0, 255]) * (1 - cover)
    assert np.abs(shown[24:40, 24:40] - (255, 0, 255)).max() <= 3
    assert shown[:8].max() < 60


@pytest.mark.parametrize("size", WIDTHS, ids=str)
def test_vp9_with_alpha_is_read_at_any_width(tmp_path: Path, size: tuple[int, int]) -> None:
    """BUG-038, BUG-039: alpha is there, and no crash takes the process down."""
    width, height = size
    ramp = np.tile(np.linspace(0, 255, width).round().astype(np.uint8), (height, 1))
    path = write_video(
        tmp_path / "a.webm",
        [np.dstack([numbered_frame(number, width, height), ramp]) for number in range(40)],
        codec="libvpx-vp9",
        pix_fmt="yuva420p",
        metadata={"alpha_mode": "1"},
        options={"crf": "10"},
    )
    words = [sys.executable, "-c", textwrap.dedent(DECODE), str(path), str(width), str(height), str(tmp_path / "a.npy")]
    done = subprocess.run(words, capture_output=True, text=True, timeout=250, check=False)
    assert done.returncode == 0, done.stderr
    assert np.abs(np.load(tmp_path / "a.npy").astype(float) - ramp).max() <= 24


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("kind", ["empty", "full", "one pixel", "everywhere a little"])
def test_masks_that_no_matte_expects_are_exported(masked_project: Path, tmp_path: Path, kind: str, method: str) -> None:
    height, width = size_of(masked_project)
    pixels = np.zeros((height, width), bool)
    if kind == "full":
        pixels[:] = True
    elif kind == "one pixel":
        pixels[height // 2, width // 2] = True
    elif kind == "everywhere a little":
        pixels[::3, ::3] = True
    repainted(masked_project, pixels)
    spec = ExportSpec(preset="matte-png", target=tmp_path / "out")
    report = report_of(masked_project, spec, matte=True, method=method, steady="all", feather=1.0)
    assert report.verified, report.faults
    assert report.unmatted == ()
    found = READERS["av"](report.files[0])[0].rgb[..., 0]
    if kind == "empty":
        assert found.max() == 0
    elif kind == "full":
        assert found.min() == 255

"""The preset `shapes`, read back by readers of other makes: json and a naive decoder, Qt's own SVG painter."""

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QByteArray
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from sam2_studio.core.clip import ClipKind
from sam2_studio.core.frames import FrameRange
from sam2_studio.core.geometry import Size
from sam2_studio.core.masks import Mask
from sam2_studio.core.objects import CutObject
from sam2_studio.errors import ExportError
from sam2_studio.export import shapes
from sam2_studio.export.rle import decode_rle
from tests.exporting import Case, still
from tests.media_factory import numbered_frame

OBJECTS = (CutObject(id=1, name="man", color="#56B4E9"), CutObject(id=7, name="ball & <chain>", color="#CC79A7"))
LEFT = np.zeros((48, 64), bool)
LEFT[4:40, 6:30] = True
RING = np.hypot(*(np.mgrid[:48, :64] - np.array([24, 40])[:, None, None])) < 18
RING &= np.hypot(*(np.mgrid[:48, :64] - np.array([24, 40])[:, None, None])) > 8


def mask(object_id: int, frame: int) -> Mask | None:
    """The ball is absent on frame 2."""
    return None if (object_id, frame) == (7, 2) else Mask.from_array(LEFT if object_id == 1 else RING)


def case(**info: object) -> Case:
    frames = [numbered_frame(n, 64, 48) for n in range(4)]
    return replace(Case(still(frames, **info)), objects=OBJECTS, masks=mask)


def test_json_is_cocos(tmp_path: Path) -> None:
    report = case(rate=Fraction(30000, 1001)).run("shapes", tmp_path / "out.json", range=FrameRange(1, 4))
    assert report.verified, report.faults
    assert report.files == (tmp_path / "out.json",)
    found = json.loads(report.files[0].read_text(encoding="utf-8"))
    assert [thing["name"] for thing in found["categories"]] == ["man", "ball & <chain>"]
    assert [image["frame"] for image in found["images"]] == [1, 2, 3]
    assert found["images"][1]["time"] == pytest.approx(2 * 1001 / 30000, abs=1e-6)
    assert found["images"][0]["file_name"] == "clip.0001.png"
    assert [(a["image_id"], a["category_id"]) for a in found["annotations"]] == [(1, 1), (1, 7), (2, 1), (3, 1), (3, 7)]
    assert [a["id"] for a in found["annotations"]] == [1, 2, 3, 4, 5]
    for shape in found["annotations"]:
        meant = LEFT if shape["category_id"] == 1 else RING
        assert shape["segmentation"]["size"] == [48, 64]
        assert np.array_equal(decode_rle(shape["segmentation"]["counts"], Size(64, 48)), meant)
        assert shape["area"] == meant.sum()
    assert found["annotations"][0]["bbox"] == [6, 4, 24, 36]


def test_a_sequence_keeps_its_numbers_and_names(tmp_path: Path) -> None:
    of = case(kind=ClipKind.SEQUENCE, pattern="shot.####.exr", path="/in/shot.1001.exr", first_number=1001)
    found = json.loads(of.run("shapes", tmp_path / "a.json").files[0].read_text())
    assert [image["id"] for image in found["images"]] == [1001, 1002, 1003, 1004]
    assert found["images"][3]["file_name"] == "shot.1004.exr"
    assert found["info"]["clip"] == "shot.1001.exr"
    assert "/in" not in json.dumps(found)
    drawn = of.run("shapes", tmp_path / "svg.####.svg").files
    assert [path.name for path in drawn] == [f"svg.{n}.svg" for n in range(1001, 1005)]


@pytest.fixture
def drawn(tmp_path: Path, qapp: object) -> tuple[np.ndarray, Path]:
    """Painted eight times as large, and each pixel's middle taken."""
    report = case().run("shapes", tmp_path / "out.svg", range=FrameRange(1, 2))
    assert report.verified, report.faults
    picture = QImage(64 * 8, 48 * 8, QImage.Format.Format_RGBA8888)
    picture.fill(0)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    QSvgRenderer(QByteArray(report.files[0].read_bytes())).render(painter)
    painter.end()
    pixels = np.frombuffer(picture.constBits(), np.uint8).reshape(48 * 8, 64 * 8, 4)
    return pixels[4::8, 4::8].copy(), report.files[0]


def test_another_painter_draws_the_svg_as_the_masks(drawn: tuple[np.ndarray, Path]) -> None:
    pixels, path = drawn
    blue, pink = (0x56, 0xB4, 0xE9), (0xCC, 0x79, 0xA7)
    meant = np.where(RING[..., None], pink, np.where(LEFT[..., None], blue, (0, 0, 0)))
    assert np.array_equal(pixels[..., :3], meant)
    assert "<title>ball &amp; &lt;chain&gt;</title>" in path.read_text()
    assert 'id="ball_chain"' in path.read_text()


def test_provenance_is_a_choice(tmp_path: Path) -> None:
    for chosen in (True, False):
        report = case().run("shapes", tmp_path / f"{chosen}.json", provenance=chosen, made_with="nano 1 sha256:ab")
        info = json.loads(report.files[0].read_text())["info"]
        assert ("nano 1 sha256:ab" in info.get("description", "")) == chosen


def test_a_wrong_shape_and_a_torn_file_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shapes, "outlines", lambda bits: [[0, 0, 1, 0, 1, 1]])
    report = case().run("shapes", tmp_path / "a.json")
    assert "The shape of object 1 on frame 1 reads back as another." in report.faults
    monkeypatch.setattr(shapes, "_text", lambda value: "{")
    with pytest.raises(ExportError, match="can't be read back"):
        case().run("shapes", tmp_path / "b.json")
    assert not (tmp_path / "b.json").exists()

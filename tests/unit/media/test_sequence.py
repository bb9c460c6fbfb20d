"""Numbered pictures: their order, gaps, misfits, patterns and numbers."""

import logging
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from sam2_studio.core.clip import ClipKind
from sam2_studio.errors import MediaError, PromptError
from sam2_studio.media.sequence import SequenceReader, StillReader
from tests.media_factory import cut_file, numbered_frame, read_number, write_sequence


def numbers(reader: SequenceReader) -> list[int]:
    return [read_number(reader.read(number).rgb) for number in range(reader.info.frames)]


def test_names_without_padding_come_in_natural_order(tmp_path: Path) -> None:
    with SequenceReader(write_sequence(tmp_path, range(1, 121), "shot_{}.png")) as reader:
        assert numbers(reader) == list(range(1, 121))
        assert (reader.info.first_number, reader.info.frames, reader.info.pattern) == (1, 120, "shot_#.png")
        assert reader.info.warnings == ()
        assert reader.info.kind is ClipKind.SEQUENCE
        assert reader.info.path == str(tmp_path / "shot_1.png")


def test_the_last_number_of_a_name_counts(tmp_path: Path) -> None:
    with SequenceReader(write_sequence(tmp_path, range(1001, 1006), "s02_v3.{:04d}_x.png")) as reader:
        assert numbers(reader) == list(range(1001, 1006))
        assert reader.info.pattern == "s02_v3.####_x.png"
        assert reader.info.first_number == 1001


def test_mixed_padding_is_one_sequence(tmp_path: Path) -> None:
    write_sequence(tmp_path, range(1, 6), "a{}.png")
    write_sequence(tmp_path, range(6, 9), "a{:04d}.png")
    with SequenceReader(tmp_path) as reader:
        assert numbers(reader) == list(range(1, 9))


def test_a_gap_holds_the_picture_before_and_is_told(tmp_path: Path) -> None:
    with SequenceReader(write_sequence(tmp_path, [5, 6, 8, 10])) as reader:
        assert numbers(reader) == [5, 6, 6, 8, 8, 10]
        assert reader.info.warnings == ("2 frames are missing (7, 9); the picture before is held.",)
        assert [reader.read(number).number for number in range(6)] == list(range(6))


def test_a_picture_of_another_size_is_named_and_held(tmp_path: Path) -> None:
    write_sequence(tmp_path, range(1, 6))
    write_sequence(tmp_path, [1], width=80, height=48)
    write_sequence(tmp_path, [4], width=80, height=48)
    with SequenceReader(tmp_path) as reader:
        assert numbers(reader) == [2, 3, 3, 5]
        assert reader.info.first_number == 2
        assert [text[:35] for text in reader.info.warnings] == [
            "Frame 1 is 80x48, not 160x96 as the",
            "Frame 4 is 80x48, not 160x96 as the",
        ]


def test_a_name_without_number_and_strangers_are_left_out_by_name(tmp_path: Path) -> None:
    write_sequence(tmp_path, range(3))
    write_sequence(tmp_path, [1], "cover.png")
    write_sequence(tmp_path, [1], "other.{:04d}.png")
    (tmp_path / "notes.txt").write_text("not a picture")
    with SequenceReader(tmp_path) as reader:
        assert numbers(reader) == [0, 1, 2]
        assert len(reader.info.warnings) == 1
        assert "cover.png, other.0001.png" in reader.info.warnings[0]


def test_a_number_that_occurs_twice_is_told(tmp_path: Path) -> None:
    write_sequence(tmp_path, range(3), "a{:03d}.png")
    write_sequence(tmp_path, [1], "a{}.png")
    with SequenceReader(tmp_path) as reader:
        assert reader.info.frames == 3
        assert "a1.png" in reader.info.warnings[0]


def test_a_cut_picture_is_named_before_the_run_and_held(tmp_path: Path) -> None:
    write_sequence(tmp_path, range(5))
    cut_file(tmp_path / "shot.0002.png", tmp_path / "shot.0002.png", 0.5)
    with SequenceReader(tmp_path) as reader:
        assert numbers(reader) == [0, 1, 1, 3, 4]
        assert "shot.0002.png" in reader.info.warnings[0]


def test_a_first_picture_that_is_cut_is_left_out(tmp_path: Path) -> None:
    for number in range(3):
        Image.fromarray(numbered_frame(number)).save(tmp_path / f"a{number}.tif")
    cut_file(tmp_path / "a0.tif", tmp_path / "a0.tif", 0.8)
    with SequenceReader(tmp_path) as reader:
        assert numbers(reader) == [1, 2]
        assert (reader.info.first_number, reader.info.path) == (1, str(tmp_path / "a1.tif"))
        assert "a0.tif" in reader.info.warnings[0]


def test_a_picture_that_goes_bad_later_is_held_and_told_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    write_sequence(tmp_path, range(4))
    with SequenceReader(tmp_path) as reader, caplog.at_level(logging.WARNING):
        (tmp_path / "shot.0002.png").unlink()
        assert read_number(reader.read(2).rgb) == 1
        assert read_number(reader.read(3).rgb) == 3
        assert read_number(reader.read(2).rgb) == 1
    assert [record.getMessage().count("shot.0002.png") for record in caplog.records] == [1]


def test_mixed_depths_and_alpha_come_out_alike(tmp_path: Path) -> None:
    write_sequence(tmp_path, range(2))
    cv2.imwrite(str(tmp_path / "shot.0002.png"), numbered_frame(2).astype(np.uint16) * 257)
    Image.fromarray(np.dstack([numbered_frame(3), np.full((96, 160), 7, np.uint8)])).save(tmp_path / "shot.0003.png")
    with SequenceReader(tmp_path) as reader:
        assert (reader.info.bit_depth, reader.info.alpha) == (16, True)
        frames = [reader.read(number) for number in range(4)]
    assert {frame.rgb.dtype for frame in frames} == {np.dtype(np.uint16)}
    assert [int(frame.alpha[0, 0]) for frame in frames if frame.alpha is not None] == [65535, 65535, 65535, 7 * 257]
    assert np.array_equal(frames[0].rgb, numbered_frame(0).astype(np.uint16) * 257)


@pytest.mark.parametrize("pattern", ["shot.####.png", "shot.%04d.png", "shot.#.png", "shot.%d.png"])
def test_patterns(pattern: str, tmp_path: Path) -> None:
    write_sequence(tmp_path, range(7, 10))
    write_sequence(tmp_path, range(50), "other_{}.png")
    with SequenceReader(tmp_path / pattern) as reader:
        assert numbers(reader) == [7, 8, 9]
        assert reader.info.pattern == "shot.####.png"
        assert reader.info.warnings == ()


def test_errors_name_the_folder_or_pattern(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="holds no pictures"):
        SequenceReader(tmp_path)
    write_sequence(tmp_path, [1], "cover.png")
    with pytest.raises(MediaError, match="None of the 1 pictures"):
        SequenceReader(tmp_path)
    with pytest.raises(MediaError, match=r"named like .*x\.####\.png"):
        SequenceReader(tmp_path / "x.####.png")
    write_sequence(tmp_path, [1, 20240101], "img{}.png")
    with pytest.raises(MediaError, match="1 to 20240101"):
        SequenceReader(tmp_path)
    with pytest.raises(MediaError, match="can't be read"):
        SequenceReader(tmp_path / "nowhere" / "x.####.png")


def test_beyond_the_sequence_the_sources_own_numbers_are_named(tmp_path: Path) -> None:
    with SequenceReader(write_sequence(tmp_path, range(1001, 1011))) as reader, pytest.raises(PromptError) as caught:
        reader.read(10)
    assert str(caught.value) == "Frame 1011 is not in the clip. Its frames are 1001 to 1010."


def test_a_still_is_a_clip_of_one_frame(tmp_path: Path) -> None:
    Image.fromarray(numbered_frame(9)).save(tmp_path / "a.png")
    with StillReader(tmp_path / "a.png") as reader:
        assert (reader.info.kind, reader.info.frames, reader.info.rate) == (ClipKind.STILL, 1, 1)
        assert read_number(reader.read(0).rgb) == 9
        assert reader.icc_profile is None

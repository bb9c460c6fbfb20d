"""Footage that was moved is found by name and fingerprint, and never mistaken."""

from pathlib import Path

import pytest
from sam2_studio.core.clip import Clip
from sam2_studio.media.moved import Moved, find_moved
from sam2_studio.media.open import fingerprint, open_media
from tests.media_factory import numbered_frames, write_sequence, write_video


def clip_of(path: Path) -> Clip:
    source = open_media(path)
    info = source.info
    source.close()
    return Clip.whole(info, fingerprint(path))


@pytest.fixture
def clip(tmp_path: Path) -> Clip:
    (tmp_path / "old").mkdir()
    write_video(tmp_path / "old" / "clip.mp4", numbered_frames(5))
    return clip_of(tmp_path / "old" / "clip.mp4")


@pytest.mark.parametrize(
    "place", ["work/clip.mp4", "work/a/b/c/clip.mp4", "new/clip.mp4", "old/deeper/clip.mp4", "clip.mp4", "new/CLIP.MP4"]
)
def test_it_is_found_beside_the_project_and_around_its_old_place(place: str, clip: Clip, tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
    Path(clip.info.path).rename(tmp_path / place)
    assert find_moved(clip, [tmp_path / "work"]) == Moved(tmp_path / place)


def test_it_is_found_by_another_name(clip: Clip, tmp_path: Path) -> None:
    write_video(tmp_path / "old" / "other.mp4", numbered_frames(6))
    renamed = Path(clip.info.path).rename(tmp_path / "old" / "renamed.mp4")
    assert find_moved(clip, [tmp_path]) == Moved(renamed)


def test_something_else_of_its_name_is_only_told(clip: Clip, tmp_path: Path) -> None:
    Path(clip.info.path).unlink()
    namesake = tmp_path / "work" / "clip.mp4"
    namesake.parent.mkdir()
    write_video(namesake, numbered_frames(4))
    assert find_moved(clip, [tmp_path / "work"]) == Moved(None, (namesake,))


def test_its_old_folder_may_be_gone_and_a_loop_of_links_ends(clip: Clip, tmp_path: Path) -> None:
    Path(clip.info.path).unlink()
    (tmp_path / "old").rmdir()
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "loop").symlink_to(tmp_path / "work")
    assert find_moved(clip, [tmp_path / "work", tmp_path / "nowhere"]) == Moved(None)


def test_a_sequence_is_found_by_all_of_its_names(tmp_path: Path) -> None:
    write_sequence(tmp_path / "old", range(3))
    clip = clip_of(tmp_path / "old")
    moved = (tmp_path / "old").rename(tmp_path / "moved")
    assert find_moved(clip, [tmp_path]) == Moved(moved / clip.info.pattern)
    next(iter(moved.iterdir())).unlink()
    assert find_moved(clip, [tmp_path]).same is None


def test_a_search_that_is_stopped_finds_nothing(clip: Clip, tmp_path: Path) -> None:
    Path(clip.info.path).rename(tmp_path / "clip.mp4")
    assert find_moved(clip, [tmp_path], stopped=lambda: True) == Moved(None)

"""Weight files by place and state; removing them. Sizes stand for files: no published checkpoint is needed."""

import os
from pathlib import Path

import pytest
from sam2_studio.engine.model_files import (
    MIRROR,
    AvailableModel,
    ModelState,
    Origin,
    address,
    available_models,
    find_model,
    own_path,
    remove_model,
    verified_state,
)
from sam2_studio.errors import ModelError
from sam2_studio.networks.catalogue import WeightFile, find_weights

TINY = find_weights("sam2.1-tiny")
assert TINY is not None


@pytest.fixture
def cache() -> Path:
    """The Hugging Face cache, empty."""
    return Path(os.environ["HF_HUB_CACHE"])


def file_of_size(path: Path, size: int | None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.truncate(size)
    return path


def in_cache(cache: Path, entry: WeightFile, blob: str) -> Path:
    """A file as huggingface_hub lays it down: a link to a blob that is named by its hash."""
    home = cache / "models--facebook--sam2.1-hiera-tiny"
    stored = file_of_size(home / "blobs" / blob, entry.bytes)
    link = home / "snapshots" / "abc" / entry.file_name
    link.parent.mkdir(parents=True)
    link.symlink_to(stored)
    return link


def test_nano_is_bundled() -> None:
    assert find_model("nano").state is ModelState.BUNDLED


def test_models_that_were_not_fetched_are_absent(studio_home: Path) -> None:
    others = [one for one in available_models() if one.weights.family == "sam2"]
    assert {one.state for one in others} == {ModelState.ABSENT}
    assert all(one.path.is_relative_to(studio_home) for one in others)


def test_a_file_of_another_size_is_damaged_and_of_the_right_one_present() -> None:
    file_of_size(own_path(TINY), 6)
    assert find_model("sam2.1-tiny").state is ModelState.DAMAGED
    file_of_size(own_path(TINY), TINY.bytes)
    assert find_model("sam2.1-tiny").state is ModelState.PRESENT


def test_the_checksum_tells_what_the_size_does_not() -> None:
    file_of_size(own_path(TINY), TINY.bytes)
    assert verified_state(find_model("sam2.1-tiny")) is ModelState.DAMAGED
    assert verified_state(find_model("sam2.1-small")) is ModelState.ABSENT
    assert verified_state(find_model("nano")) is ModelState.BUNDLED


def test_the_hugging_face_cache_serves_in_place(cache: Path) -> None:
    link = in_cache(cache, TINY, TINY.sha256)
    model = find_model("sam2.1-tiny")
    assert model == AvailableModel(TINY, ModelState.PRESENT, link, Origin.CACHE)


def test_a_cached_blob_of_another_hash_is_not_taken(cache: Path) -> None:
    in_cache(cache, TINY, "0" * 64)
    assert find_model("sam2.1-tiny").state is ModelState.ABSENT


def test_a_whole_cached_file_is_preferred_to_a_damaged_own_one(cache: Path) -> None:
    link = in_cache(cache, TINY, TINY.sha256)
    file_of_size(own_path(TINY), 6)
    assert find_model("sam2.1-tiny").path == link


@pytest.mark.parametrize(("variable", "below"), [("HUGGINGFACE_HUB_CACHE", ""), ("HF_HOME", "hub")])
def test_the_cache_is_looked_for_as_its_library_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, below: str
) -> None:
    monkeypatch.delenv("HF_HUB_CACHE")
    monkeypatch.delenv("HUGGINGFACE_HUB_CACHE", raising=False)
    monkeypatch.setenv(variable, str(tmp_path / "other"))
    link = in_cache(tmp_path / "other" / below, TINY, TINY.sha256)
    assert find_model("sam2.1-tiny").path == link


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ModelError, match="no model called huge") as caught:
        find_model("huge")
    assert "nano, sam2-tiny" in caught.value.way_out


def test_a_fetched_file_is_removed() -> None:
    path = file_of_size(own_path(TINY), TINY.bytes)
    assert remove_model("sam2.1-tiny") == TINY.bytes
    assert not path.exists()
    with pytest.raises(ModelError, match="isn't on this machine"):
        remove_model("sam2.1-tiny")


def test_what_comes_with_the_program_stays() -> None:
    with pytest.raises(ModelError, match="comes with the program"):
        remove_model("nano")
    assert find_model("nano").path.exists()


def test_another_programs_cache_is_left_alone(cache: Path) -> None:
    link = in_cache(cache, TINY, TINY.sha256)
    with pytest.raises(ModelError, match="Hugging Face cache"):
        remove_model("sam2.1-tiny")
    assert link.exists()


def test_the_address_is_metas_or_the_mirrors(monkeypatch: pytest.MonkeyPatch) -> None:
    assert address(TINY) == TINY.source
    monkeypatch.setenv(MIRROR, "http://mirror.example/weights/")
    assert address(TINY) == "http://mirror.example/weights/sam2.1_hiera_tiny.pt"

"""Files chosen from disk: told by hash and keys, used where they lie, never copied or changed."""

import hashlib
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from sam2_studio import home
from sam2_studio.engine import imported
from sam2_studio.engine.imported import importing
from sam2_studio.engine.model_files import ModelState, Origin, find_model, remove_model
from sam2_studio.engine.models import load_model
from sam2_studio.errors import ModelError
from sam2_studio.networks.catalogue import CATALOGUE, WeightFile
from sam2_studio.resources import model_file
from tests.parity.stand_in import manifest_shapes


def take(path: Path, name: str = "") -> WeightFile:
    steps = importing(path, name)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            made: WeightFile = end.value
            return made


@pytest.fixture(scope="module")
def stand_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real `.pt` with Meta's keys; each tensor is one number repeated, so that the file is small."""
    path = tmp_path_factory.mktemp("weights") / "My Tuned.pt"
    table = {key: torch.full((1,), 0.5).expand(shape) for key, shape in manifest_shapes("sam2.1_hiera_tiny").items()}
    torch.save({"model": table}, path)
    return path


def test_a_file_of_ones_own_is_told_by_its_keys_and_loads_by_its_name(stand_in: Path) -> None:
    before = hashlib.sha256(stand_in.read_bytes()).hexdigest()
    weights = take(stand_in)
    assert (weights.name, weights.version, weights.config) == ("my-tuned", "2.1", "tiny")
    assert (weights.sha256, weights.custom, weights.bundled) == (before, True, False)
    found = find_model("my-tuned")
    assert (found.state, found.path, found.origin) == (ModelState.PRESENT, stand_in, Origin.IMPORTED)
    assert load_model("my-tuned").recipe == f"my-tuned@{before}"
    assert list(home.models_folder().iterdir()) == [home.models_folder() / "imported.json"]
    assert remove_model("my-tuned") == 0
    assert hashlib.sha256(stand_in.read_bytes()).hexdigest() == before
    with pytest.raises(ModelError, match="no model called my-tuned"):
        find_model("my-tuned")


def test_a_name_is_taken_once(stand_in: Path, tmp_path: Path) -> None:
    assert take(stand_in, "mine").name == "mine"
    assert take(stand_in, "mine").name == "mine"
    other = tmp_path / "other.pt"
    other.write_bytes(b"something else")
    with pytest.raises(ModelError, match="another model called mine"):
        take(other, "mine")
    with pytest.raises(ModelError, match=r"another model called sam2\.1-tiny"):
        take(stand_in, "sam2.1-tiny")


@pytest.mark.parametrize("name", ["../x", "A", "x" * 64, ".hidden", "a b", "a/b", "ä"])
def test_names_that_are_none_are_refused(stand_in: Path, name: str) -> None:
    with pytest.raises(ModelError, match="no name for a model"):
        take(stand_in, name)


def test_a_published_file_is_known_by_its_hash(stand_in: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the stand-in were the published one: it takes that one's place, whatever the file is called."""
    digest, size = hashlib.sha256(stand_in.read_bytes()).hexdigest(), stand_in.stat().st_size
    known = tuple(replace(e, sha256=digest, bytes=size) if e.name == "sam2.1-tiny" else e for e in CATALOGUE)
    monkeypatch.setattr(imported, "CATALOGUE", known)
    monkeypatch.setattr("sam2_studio.engine.model_files.CATALOGUE", known)
    assert take(stand_in, "whatever").name == "sam2.1-tiny"
    found = find_model("sam2.1-tiny")
    assert (found.state, found.path, found.origin) == (ModelState.PRESENT, stand_in, Origin.IMPORTED)


def test_nano_needs_no_import(tmp_path: Path) -> None:
    copy = shutil.copy(model_file("nano", "nano.safetensors"), tmp_path / "copy.safetensors")
    with pytest.raises(ModelError, match="comes with the program"):
        take(Path(copy))


def test_what_is_no_weight_file_is_refused(tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("notes")
    junk = tmp_path / "junk.pt"
    junk.write_bytes(b"x" * 1000)
    for path, fault in ((tmp_path / "none.pt", "doesn't exist"), (text, "is no weight file"), (junk, "can't be used")):
        with pytest.raises(ModelError, match=fault):
            take(path)
    assert not imported.imported_files()


@pytest.mark.parametrize("text", ["", "{", "null", "[1, {}]", '[{"name": 3, "path": "/x"}]', "[" * 100_000])
def test_a_damaged_registry_costs_the_entries_only(text: str) -> None:
    home.models_folder().mkdir(parents=True)
    (home.models_folder() / "imported.json").write_text(text)
    assert imported.imported_files() == ()
    assert find_model("nano").state is ModelState.BUNDLED


def test_a_file_that_went_away_is_absent_and_stays_in_the_list(stand_in: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copy(stand_in, tmp_path / "copy.pt"))
    take(copy)
    copy.unlink()
    assert find_model("copy").state is ModelState.ABSENT
    with pytest.raises(ModelError, match="copy isn't on this machine"):
        load_model("copy")

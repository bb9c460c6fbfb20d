"""Models by name: what is there, what loads, and how refusals read."""

import subprocess
import sys
from pathlib import Path

import pytest
from sam2_studio.engine import models
from sam2_studio.engine.model_files import AvailableModel, ModelState
from sam2_studio.engine.models import Model, load_model
from sam2_studio.errors import ModelError
from sam2_studio.networks.catalogue import NANO
from sam2_studio.resources import model_file


def test_nano_is_bundled_and_its_recipe_pins_the_file(nano: Model) -> None:
    assert nano.recipe == f"nano@{NANO.sha256}"
    assert not nano.network.training
    assert not any(p.requires_grad for p in nano.network.parameters())


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ModelError, match="no model called huge") as caught:
        load_model("huge")
    assert "nano, sam2-tiny" in caught.value.way_out


def test_a_model_that_was_not_fetched_says_how_to_get_it() -> None:
    with pytest.raises(ModelError, match=r"sam2\.1-tiny isn't on this machine") as caught:
        load_model("sam2.1-tiny")
    assert "models get sam2.1-tiny" in caught.value.way_out


def test_a_damaged_file_is_refused_by_its_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = bytearray(model_file("nano", NANO.file_name).read_bytes())
    data[-1] ^= 1
    path = tmp_path / NANO.file_name
    path.write_bytes(data)
    found = AvailableModel(NANO, ModelState.BUNDLED, path)
    monkeypatch.setattr(models, "find_model", lambda name: found)
    with pytest.raises(ModelError, match="not nano as published"):
        load_model("nano")


def test_asking_what_models_there_are_loads_no_torch() -> None:
    code = (
        "import sys; from sam2_studio.engine import jobs, requests, models, model_files; "
        "model_files.available_models(); sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

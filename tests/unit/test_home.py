"""Where the program's own folders are."""

from pathlib import Path

import pytest
from sam2_studio import home


def test_the_variable_replaces_every_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(home.VARIABLE, str(tmp_path))
    folders = home.folders().values()
    assert all(folder.parent == tmp_path for folder in folders)
    assert len(set(folders)) == len(folders)
    assert home.log_file().parent == home.log_folder()


def test_without_it_they_are_the_users_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(home.VARIABLE)
    assert all(folder.is_absolute() and "sam2-studio" in folder.parts for folder in home.folders().values())


def test_naming_a_folder_makes_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(home.VARIABLE, str(tmp_path / "none"))
    home.folders()
    assert not (tmp_path / "none").exists()

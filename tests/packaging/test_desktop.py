"""What makes the desktop know the program, each file by its own validator; and the page of licences."""

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from sam2_studio import __version__
from sam2_studio.core.schema import APPLICATION_ID, SUFFIX

REPOSITORY = Path(__file__).resolve().parents[2]
LINUX = REPOSITORY / "packaging" / "linux"


def run(*words: str | Path, **environment: str) -> str:
    """Standard output; skipped by name where the tool isn't here."""
    tool = str(words[0])
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not installed")
    done = subprocess.run(
        list(map(str, words)), capture_output=True, text=True, env=os.environ | environment, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_menu_entry_is_valid() -> None:
    run("desktop-file-validate", LINUX / "sam2-studio.desktop")
    text = (LINUX / "sam2-studio.desktop").read_text()
    scripts = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    program = re.search(r"^Exec=(\S+)", text, re.MULTILINE)
    assert program is not None
    assert program[1] in scripts["gui-scripts"]


def test_the_description_for_software_centres_is_valid() -> None:
    run("appstreamcli", "validate", "--no-net", LINUX / "sam2-studio.metainfo.xml")
    assert f'<release version="{__version__}"' in (LINUX / "sam2-studio.metainfo.xml").read_text()


def test_projects_have_a_type_of_their_own(tmp_path: Path) -> None:
    run("sh", LINUX / "install.sh", tmp_path)
    assert f'value="{APPLICATION_ID:#x}"' in (LINUX / "sam2-studio.xml").read_text()
    if shutil.which("update-mime-database"):
        assert f"application/x-sam2-studio-project:*{SUFFIX}" in (tmp_path / "mime" / "globs2").read_text()
    for name in ("applications/sam2-studio.desktop", "icons/hicolor/scalable/apps/sam2-studio.svg"):
        assert (tmp_path / name).is_file()


def test_every_package_that_we_name_is_on_the_page_of_licences() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    named = [*project["dependencies"], *extras["exr"], *extras["matting"], *extras["cluster"]]
    page = (REPOSITORY / "docs" / "licences.md").read_text()
    for package in (re.split(r"[<>=!~\[]", one)[0] for one in named):
        assert package in page

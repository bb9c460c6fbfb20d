"""The wheel in a fresh environment: it brings its resources and `nano`, and runs from any folder."""

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from tests.media_factory import write_video
from tests.synthetic import moving_scene

pytestmark = pytest.mark.packaging
REPOSITORY = Path(__file__).resolve().parents[2]


def run(*words: str | Path, cwd: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        list(map(str, words)), capture_output=True, text=True, cwd=cwd, env=environment, timeout=280, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs' folder of an environment with the wheel; its dependencies are those of the tests' own."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, REPOSITORY, cwd=folder)
    [wheel] = folder.glob("*.whl")
    run(sys.executable, "-m", "venv", folder / "env", cwd=folder)
    programs = folder / "env" / "bin"
    run(programs / "pip", "install", "-q", "--no-deps", wheel, cwd=folder)
    [packages] = (folder / "env" / "lib").glob("python*/site-packages")
    (packages / "borrowed.pth").write_text(sysconfig.get_paths()["purelib"])
    return programs


def test_it_is_the_wheel_that_runs(installed: Path, tmp_path: Path) -> None:
    where = run(installed / "python", "-c", "import sam2_studio; print(sam2_studio.__file__)", cwd=tmp_path)
    assert Path(where.strip()).is_relative_to(installed.parent)


def test_nano_is_inside_and_whole(installed: Path, tmp_path: Path) -> None:
    told = json.loads(run(installed / "sam2-studio", "models", "verify", "nano", "--json", cwd=tmp_path))
    assert [one["state"] for one in told] == ["bundled"]


def test_it_cuts_out_from_any_folder(installed: Path, tmp_path: Path) -> None:
    frames = moving_scene(1, 1, size=(160, 96), radius=22).frames
    write_video(tmp_path / "still.png", frames, codec="png", pix_fmt="rgb24")
    words = ("cutout", "still.png", "--box", "40,25,110,85", "-o", "cut.png")
    run(installed / "sam2-studio", *words, cwd=tmp_path)
    assert (tmp_path / "cut.png").stat().st_size > 0


def test_the_window_finds_its_icons_and_style(installed: Path, tmp_path: Path) -> None:
    files = [("icons", "app.svg"), ("style", "app.qss"), ("sample", "bigbuckbunny.mp4")]
    code = f"from sam2_studio.resources import resource; print(*(resource(*p).is_file() for p in {files}))"
    assert run(installed / "python", "-c", code, cwd=tmp_path).split() == ["True"] * 3

"""A machine without a display, or without a library that a window needs: words and a status, no dump (BUG-101)."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the libraries of X11 are Linux's")


def started(damaged: Path, *words: str, platform: str = "xcb") -> subprocess.CompletedProcess[str]:
    """The program, to which the libraries in `damaged` come before the system's, where there is no display."""
    variables = os.environ | {"LD_LIBRARY_PATH": str(damaged), "DISPLAY": "", "QT_QPA_PLATFORM": platform}
    command = [sys.executable, "-m", "sam2_studio", *words]
    return subprocess.run(
        command, capture_output=True, text=True, cwd=REPOSITORY, timeout=120, env=variables, check=False
    )


def test_without_a_display_that_is_said(tmp_path: Path) -> None:
    done = started(tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("No window can be opened: there is no display that Qt can use.")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("library", "packages"),
    [
        ("libxcb-cursor.so.0", "libxcb-cursor0 (Debian, Ubuntu), xcb-util-cursor (Fedora) or xcb-util-cursor (Arch)"),
        ("libEGL.so.1", "libegl1 (Debian, Ubuntu), mesa-libEGL (Fedora) or libglvnd (Arch)"),
    ],
)
def test_a_library_that_is_missing_is_named_with_its_packages(library: str, packages: str, tmp_path: Path) -> None:
    (tmp_path / library).touch()
    done = started(tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"the system lacks {library}" in done.stderr
    assert packages in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_command_line_needs_none_of_them(tmp_path: Path) -> None:
    for library in ("libxcb-cursor.so.0", "libEGL.so.1", "libGL.so.1"):
        (tmp_path / library).touch()
    done = started(tmp_path, "models", "list")
    assert (done.returncode, done.stderr) == (0, "")
    assert "nano" in done.stdout


def test_plugins_of_another_qt_are_not_taken(tmp_path: Path) -> None:
    """BUG-100: a GUI build of OpenCV in the same process points Qt at its own."""
    code = "import cv2; from sam2_studio.ui.app import make_application; print(make_application().platformName())"
    lost = {
        "QT_QPA_PLATFORM_PLUGIN_PATH": str(tmp_path),
        "QT_PLUGIN_PATH": str(tmp_path),
        "QT_QPA_FONTDIR": str(tmp_path),
    }
    variables = os.environ | lost | {"QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=REPOSITORY, timeout=120, env=variables,
        check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "offscreen\n"), done.stderr

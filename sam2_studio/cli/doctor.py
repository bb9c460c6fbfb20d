"""`doctor`: what is installed, what is missing, and the line that installs it. Imports nothing that may be broken."""

import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import typer

from sam2_studio import __version__, home
from sam2_studio.cli.console import Console
from sam2_studio.cli.options import AsJson
from sam2_studio.system_libraries import PACKAGES

_OLDEST_PYTHON = (3, 11)
_QT_PROBE = "import PySide6.QtGui, PySide6.QtWidgets"
_PLUGIN_PROBE = """
import ctypes, PySide6.QtGui
from sam2_studio.system_libraries import x11_plugin
ctypes.CDLL(str(x11_plugin()))
"""
_DEVICE_PROBE = """
import json
from sam2_studio.engine.device import survey, use_threads
use_threads()
print(json.dumps(survey()))
"""
_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing looked at.

    Attributes:
        what: What it is.
        state: What was found.
        good: Whether that is well.
        needed: Whether the program fails without it.
        cure: The line that mends it, or "".
    """

    what: str
    state: str
    good: bool = True
    needed: bool = True
    cure: str = ""


def doctor(as_json: AsJson = False) -> None:
    """Say what is installed, what is missing, and the line that installs it."""
    found = [*_python(), *_packages(), *_qt(), _exr(), _matting(), _ffmpeg(), *_devices(), *_models(), *_folders()]
    lines = []
    for finding in found:
        mark = "ok     " if finding.good else "MISSING" if finding.needed else "note   "
        lines.append(f"{mark} {finding.what}: {finding.state}")
        if finding.cure and not finding.good:
            lines.append(f"        {finding.cure}")
    sick = [finding for finding in found if finding.needed and not finding.good]
    lines.append("Something is missing; see above." if sick else "All that is needed is here.")
    Console(as_json=as_json).result([asdict(finding) for finding in found], lines)
    if sick:
        raise typer.Exit(1)


def _python() -> Iterator[Finding]:
    version = ".".join(str(part) for part in sys.version_info[:3])
    cure = "Install Python 3.11 or newer, then: make clean env PYTHON=python3.11"
    yield Finding(what="sam2_studio", state=__version__)
    yield Finding(what="Python", state=version, good=sys.version_info >= _OLDEST_PYTHON, cure=cure)


def _packages() -> Iterator[Finding]:
    for name in _required():
        try:
            yield Finding(what=name, state=importlib.metadata.version(name))
        except importlib.metadata.PackageNotFoundError:
            cure = f"{sys.executable} -m pip install {name}"
            yield Finding(what=name, state="not installed", good=False, cure=cure)
    if _is_installed("opencv-python") or _is_installed("opencv-contrib-python"):
        yield Finding(
            what="OpenCV",
            state="a build with a window system of its own is installed as well, and overwrites the one that is needed",
            good=False,
            needed=False,
            cure=f"{sys.executable} -m pip uninstall opencv-python opencv-contrib-python opencv-python-headless && "
            f"{sys.executable} -m pip install opencv-python-headless",
        )


def _required() -> list[str]:
    """The packages that the program depends on, by its own metadata."""
    requires = importlib.metadata.requires("sam2-studio") or []
    names = (re.match(r"[\w.-]+", line) for line in requires if "extra ==" not in line)
    return [name.group() for name in names if name]


def _is_installed(name: str) -> bool:
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def _qt() -> Iterator[Finding]:
    cure = f"sudo apt-get install -y --no-install-recommends {' '.join(debian for debian, _, _ in PACKAGES.values())}"
    fault = _fault_of(_QT_PROBE)
    yield Finding(what="Qt", state=fault or "loads", good=not fault, cure=cure)
    if not fault:
        fault = _fault_of(_PLUGIN_PROBE)
        yield Finding(what="Qt for a window on X11", state=fault or "loads", good=not fault, needed=False, cure=cure)


def _fault_of(code: str) -> str:
    """Why a piece of Python fails in a process of its own, in one line; "" where it doesn't."""
    return _run(code)[1]


def _run(code: str) -> tuple[str, str]:
    """What a piece of Python prints in a process of its own, and why it fails, in one line; "" where it doesn't."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return "", f"no answer within {_SECONDS} s"
    if done.returncode == 0:
        return done.stdout, ""
    lines = done.stderr.strip().splitlines()
    return "", lines[-1] if lines else f"ended with status {done.returncode}"


def _devices() -> Iterator[Finding]:
    """What the networks can compute on, and what was chosen; in a process of its own, for torch may not load."""
    told, fault = _run(_DEVICE_PROBE)
    if fault:
        yield Finding(what="torch", state=fault, good=False, cure=f"{sys.executable} -m pip install torch")
        return
    for what, state in json.loads(told):
        yield Finding(what=what, state=state)


def _exr() -> Finding:
    """OpenEXR pictures are read and written with it; all else works without."""
    good = _is_installed("OpenEXR")
    state = importlib.metadata.version("OpenEXR") if good else "not installed"
    cure = f"{sys.executable} -m pip install OpenEXR"
    return Finding(what="OpenEXR, for .exr pictures", state=state, good=good, needed=False, cure=cure)


def _ffmpeg() -> Finding:
    """The tests read exports back with it; the program itself brings its own."""
    path = shutil.which("ffmpeg")
    cure = "sudo apt-get install -y ffmpeg"
    return Finding(
        what="ffmpeg, for the tests only", state=path or "not found", good=bool(path), needed=False, cure=cure
    )


def _matting() -> Finding:
    """What the best matte needs; the fast one is built in."""
    from sam2_studio.engine.closed_form import INSTALL

    here = _is_installed("pymatting")
    state = importlib.metadata.version("pymatting") if here else "not installed"
    cure = f"{sys.executable} -m {INSTALL}"
    if not here and getattr(sys, "frozen", False):
        state, cure = "not part of the bundle; the wheel can have it", ""
    return Finding(what="pymatting, for the best matte only", state=state, good=here, needed=False, cure=cure)


def _models() -> Iterator[Finding]:
    from sam2_studio.engine.model_files import available_models

    for model in available_models():
        state, bundled = model.state.value, model.weights.bundled
        good = state in ("bundled", "present")
        cure = "Install the program again." if bundled else ""
        yield Finding(what=f"model {model.weights.name}", state=state, good=good, needed=bundled, cure=cure)


def _folders() -> Iterator[Finding]:
    for name, folder in home.folders().items():
        fault = _write_fault(folder)
        cure = f"Make it writable, or set {home.VARIABLE} to another folder."
        yield Finding(what=f"folder for {name}", state=fault or str(folder), good=not fault, cure=cure)


def _write_fault(folder: Path) -> str:
    """Why the folder, or the nearest one above it that exists, can't be written to; "" where it can."""
    nearest = next(place for place in (folder, *folder.parents) if place.exists())
    try:
        with tempfile.TemporaryFile(dir=nearest):
            return ""
    except OSError as error:
        return f"{folder} can't be written: {os.strerror(error.errno or 0)}"

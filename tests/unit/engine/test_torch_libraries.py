"""Libraries loaded ahead: torch works after it, and works as well where they can't be."""

import importlib.util
import subprocess
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest
from sam2_studio.engine import torch_libraries
from sam2_studio.engine.torch_libraries import load_libraries

REPOSITORY = Path(__file__).resolve().parents[3]
CODE = """
import sys
from sam2_studio.engine.torch_libraries import load_libraries
loaded = load_libraries()
assert "torch" not in sys.modules
mapped = "libtorch_cpu.so" in open("/proc/self/maps").read()
import torch
print(loaded, mapped, torch.ones(3).sum().item())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is loaded ahead")
def test_torch_is_mapped_before_it_is_imported_and_works() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE], capture_output=True, text=True, cwd=REPOSITORY, timeout=120, check=False
    )
    assert done.stdout.split() == ["True", "True", "3.0"], done.stderr


@pytest.mark.parametrize("content", [None, b"", b"no library"])
def test_what_can_not_be_loaded_is_left_to_the_import(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "lib").mkdir()
        (tmp_path / "lib" / "libtorch_global_deps.so").write_bytes(content)
    spec = ModuleSpec("torch", None, origin=str(tmp_path / "__init__.py"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: spec)
    assert not load_libraries()


def test_a_machine_without_torch_or_another_system_loads_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch_libraries, "_load", lambda *_: pytest.fail("nothing is to be loaded"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert not load_libraries()
    monkeypatch.undo()
    monkeypatch.setattr(torch_libraries, "_load", lambda *_: pytest.fail("nothing is to be loaded"))
    monkeypatch.setattr(sys, "platform", "darwin")
    assert not load_libraries()

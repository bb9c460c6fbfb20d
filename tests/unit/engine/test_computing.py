"""Walks the engine's source: every call of a network lies inside `computing()`, and no yield does."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
import sam2_studio.engine

MODULES = sorted(Path(sam2_studio.engine.__file__).parent.glob("*.py"))
CALLS = {"encode_image", "condition", "decode", "choose", "encode_memory", "adopt_mask"}
MODES = {"inference_mode", "no_grad", "autocast"}


def called(node: ast.AST) -> str:
    """The name that a call calls, "" for what is no call."""
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def computing(tree: ast.AST) -> Iterator[ast.With]:
    """Every `with` that says `computing()`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.With) and any(called(item.context_expr) == "computing" for item in node.items):
            yield node


def network_calls(tree: ast.AST) -> set[ast.AST]:
    """Calls of a network's functions; bytes have a `decode` too, and are told by `network` before the dot."""
    return {
        node
        for node in ast.walk(tree)
        if called(node) in CALLS
        and isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and ast.unparse(node.func.value).endswith("network")
    }


def faults(source: str) -> list[str]:
    tree = ast.parse(source)
    blocks = list(computing(tree))
    inside = {node for block in blocks for node in network_calls(block)}
    found = [f"{called(node)} outside" for node in network_calls(tree) - inside]
    yields = (ast.Yield, ast.YieldFrom, ast.Await)
    return found + ["a yield inside" for block in blocks for node in ast.walk(block) if isinstance(node, yields)]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_networks_are_called_inside_computing_and_nothing_yields_there(path: Path) -> None:
    assert faults(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_modes_are_set_in_one_place(path: Path) -> None:
    found = {called(node) for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))} & MODES
    trials = {"models.py": {"inference_mode", "autocast"}, "device.py": {"inference_mode", "autocast"}}
    assert found <= trials.get(path.name, {"inference_mode"} if path.name == "half_precision.py" else set())


def test_there_are_network_calls_to_look_at() -> None:
    assert sum(len(network_calls(ast.parse(path.read_text(encoding="utf-8")))) for path in MODULES) >= 8


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("model.network.decode(x)", "decode outside"),
        ("with model.other():\n    network.condition(x)", "condition outside"),
        ("def f():\n    with model.computing():\n        yield network.decode(x)", "a yield inside"),
        ("def f():\n    with a, self.model.computing():\n        yield from g()", "a yield inside"),
    ],
)
def test_a_fault_would_be_found(source: str, fault: str) -> None:
    assert fault in faults(source)

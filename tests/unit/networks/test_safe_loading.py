"""No file may run code when it is loaded: walks the package's source for loaders that would let it."""

import ast
from pathlib import Path

import pytest
import sam2_studio

SOURCES = sorted(Path(sam2_studio.__file__).parent.rglob("*.py"))
NEVER = {"pickle.load", "pickle.loads", "pickle.Unpickler", "torch.jit.load", "torch.hub.load", "marshal.loads"}


def unsafe_calls(source: str) -> list[str]:
    """Calls of loaders that run what a file says, with their lines."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    named = [(ast.unparse(call.func), call) for call in calls]
    return [f"{name}, line {call.lineno}" for name, call in named if name in NEVER or _trusts(name, call)]


def _trusts(name: str, call: ast.Call) -> bool:
    """Whether it loads with torch, or an array file, and doesn't say that it is not trusted."""
    said = {word.arg: ast.unparse(word.value) for word in call.keywords}
    return (name.endswith("torch.load") and said.get("weights_only") != "True") or said.get("allow_pickle") == "True"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_every_loader_runs_nothing(path: Path) -> None:
    assert not unsafe_calls(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "line",
    [
        "torch.load(path)",
        "torch.load(path, weights_only=False)",
        "pickle.loads(data)",
        "np.load(path, allow_pickle=True)",
    ],
)
def test_an_unsafe_loader_would_be_found(line: str) -> None:
    assert unsafe_calls(line)


def test_a_safe_one_is_not() -> None:
    assert not unsafe_calls("torch.load(path, weights_only=True)\nnp.load(path)")

"""What a catalogue must have: every text that the window's code marks, found by walking its syntax trees."""

import ast
from collections.abc import Iterator
from pathlib import Path

from sam2_studio.ui.actions import ACTIONS
from sam2_studio.ui.words_below import texts

REPOSITORY = Path(__file__).resolve().parent.parent
UI = REPOSITORY / "sam2_studio" / "ui"

Texts = dict[tuple[str, str], str]  # by text and its plural ("" for none), where it stands


def marked_texts() -> Texts:
    """All texts to be translated, and the place of each."""
    found: Texts = {}
    for path in sorted(UI.rglob("*.py")):
        for text, line in _calls(path):
            found.setdefault(text, f"{path.relative_to(REPOSITORY).as_posix()}:{line}")
    for spec in ACTIONS.values():
        for part in (spec.text, spec.tip, *spec.menu.split("/")):
            found.setdefault((part, ""), f"sam2_studio/ui/actions.py: {spec.id}")
    for part in texts():
        found.setdefault((part, ""), "sam2_studio/ui/words_below.py")
    return found


def _calls(path: Path) -> Iterator[tuple[tuple[str, str], int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        words = [arg.value for arg in node.args[:2] if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
        if node.func.id in ("tr", "later") and words:
            yield (words[0], ""), node.lineno
        elif node.func.id == "tr_count":
            yield (words[0], words[1]), node.lineno

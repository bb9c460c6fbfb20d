"""What a catalogue must have: every text that the window's code marks, found by walking its syntax trees.

`python -m tests.catalogue de` brings `resources/translations/de.po` up to date: new texts without a translation, none
that are gone, all in the order of their places.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import polib
from sam2_studio.resources import resource
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


def catalogue_path(code: str) -> Path:
    return resource("translations", f"{code}.po")


def updated(code: str) -> polib.POFile:
    """The catalogue with just the texts that are marked; what is translated already stays so."""
    path = catalogue_path(code)
    known = {(entry.msgid, entry.msgid_plural): entry for entry in polib.pofile(str(path))} if path.exists() else {}
    made = polib.POFile(wrapwidth=120)
    made.metadata = polib.pofile(str(path)).metadata if path.exists() else _head(code)
    for (text, plural), place in sorted(marked_texts().items(), key=lambda item: (_file(item[1]), item[0])):
        old = known.get((text, plural))
        entry = polib.POEntry(msgid=text, msgid_plural=plural, occurrences=[(_file(place), "")])
        entry.msgstr = old.msgstr if old else ""
        entry.msgstr_plural = dict(old.msgstr_plural) if old else {0: "", 1: ""} if plural else {}
        made.append(entry)
    return made


def _file(place: str) -> str:
    return place.partition(":")[0]


def _head(code: str) -> dict[str, str]:
    return {
        "Project-Id-Version": "sam2_studio",
        "Language": code,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=2; plural=(n != 1);",
    }


if __name__ == "__main__":
    code = sys.argv[1] if len(sys.argv) == 2 else ""
    if not re.fullmatch("[a-z]{2,3}", code):
        sys.exit("Say which language: python -m tests.catalogue de")
    updated(code).save(str(catalogue_path(code)))

"""Every catalogue has every text of the window, with the same values, tags and letters to open menus by.

A new text in the window's code stands in `tr("…")`, `tr_count("…", "…", n)` or, in a table, `later("…")`. Then
`python -m tests.catalogue de` puts it into `resources/translations/de.po`, where its `msgstr` is to be written.
"""

import ast
import re
from collections import Counter
from pathlib import Path

import polib
import pytest
from sam2_studio.ui.language import ENGLISH, languages, placeholders
from tests.catalogue import REPOSITORY, UI, catalogue_path, marked_texts

CODES = [code for code in languages() if code != ENGLISH]
SHIPPED_WHOLE = "de"
HOW = "Run `python -m tests.catalogue de`, then write the msgstr of each of these in resources/translations/de.po:"

# What shows its first text to people: a literal there is one that was forgotten.
SHOWING = {
    "QAction",
    "QCheckBox",
    "QLabel",
    "QMenu",
    "QPushButton",
    "QRadioButton",
    "addAction",
    "addMenu",
    "announce",
    "setAccessibleDescription",
    "setAccessibleName",
    "setPlaceholderText",
    "setStatusTip",
    "setText",
    "setTitle",
    "setToolTip",
    "setWindowTitle",
    "set_tip",
    "show_message",
}
NAMES = {"sam2_studio", "English", "info", "warning", "error"}  # the same in every language, or never shown


def entries(code: str) -> list[polib.POEntry]:
    return list(polib.pofile(str(catalogue_path(code))))


def forms(entry: polib.POEntry) -> list[str]:
    return [text for text in (entry.msgstr, *entry.msgstr_plural.values()) if text]


def test_german_has_every_text() -> None:
    have = {(entry.msgid, entry.msgid_plural) for entry in entries(SHIPPED_WHOLE) if forms(entry)}
    missing = [f"{place}: {text}" for (text, plural), place in marked_texts().items() if (text, plural) not in have]
    assert not missing, "\n".join([HOW, *missing])


@pytest.mark.parametrize("code", CODES)
def test_no_text_is_left_that_the_code_lacks(code: str) -> None:
    marked = marked_texts()
    gone = [entry.msgid for entry in entries(code) if (entry.msgid, entry.msgid_plural) not in marked]
    assert not gone, f"`python -m tests.catalogue {code}` drops what the code no longer has: {gone}"


@pytest.mark.parametrize("code", CODES)
def test_both_name_the_same_values(code: str) -> None:
    for entry in entries(code):
        for text in forms(entry):
            expected = placeholders(entry.msgid_plural or entry.msgid)
            assert placeholders(text) == expected, (entry.msgid, text)


@pytest.mark.parametrize("code", CODES)
def test_both_have_the_same_tags_and_spaces(code: str) -> None:
    for entry in entries(code):
        for text in forms(entry):
            assert Counter(re.findall(r"<[^>]+>", text)) == Counter(re.findall(r"<[^>]+>", entry.msgid)), entry.msgid
            for ends in (str.lstrip, str.rstrip):
                assert (ends(text) == text) == (ends(entry.msgid) == entry.msgid), entry.msgid
            assert text.count("&") - text.count("&nbsp;") == entry.msgid.count("&") - entry.msgid.count("&nbsp;")


@pytest.mark.parametrize("path", sorted(UI.rglob("*.py")), ids=lambda path: path.relative_to(UI).as_posix())
def test_texts_are_marked_as_literals(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            first = node.args[0] if node.args else None
            where = f"{path.relative_to(REPOSITORY)}:{node.lineno}"
            if node.func.id in ("tr", "later", "tr_count"):
                assert not isinstance(first, ast.JoinedStr), f"{where}: values go in by name: tr('{{n}} frames', n=n)"


@pytest.mark.parametrize("path", sorted(UI.rglob("*.py")), ids=lambda path: path.relative_to(UI).as_posix())
def test_nothing_is_shown_unmarked(path: Path) -> None:
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and _name(node.func) in SHOWING:
            found += [f"{path.relative_to(REPOSITORY)}:{node.lineno}: {text}" for text in _literals(node)]
    assert not found, "\n".join(["Put these into tr(…):", *found])


def _name(function: ast.expr) -> str:
    return (
        function.id if isinstance(function, ast.Name) else function.attr if isinstance(function, ast.Attribute) else ""
    )


def _literals(call: ast.Call) -> list[str]:
    """What is given as it stands and reads like words."""
    texts = [arg.value for arg in call.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
    joined = [part for arg in call.args if isinstance(arg, ast.JoinedStr) for part in arg.values]
    texts += [part.value for part in joined if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    plain = (re.sub(r"<[^>]+>|<[^>]*$|^[^<]*'>|&nbsp;", " ", text) for text in texts)
    return [text for text in plain if re.search(r"[^\W\d_]{3}", text) and text.strip() not in NAMES]

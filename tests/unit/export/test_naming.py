"""Names of objects as layers and as parts of file names: safe, short, each once."""

import re

import pytest
from sam2_studio.core.objects import CutObject
from sam2_studio.export.naming import file_names, layer_names


def named(*names: str) -> list[CutObject]:
    return [CutObject(id=n + 1, name=name, color="#000000") for n, name in enumerate(names)]


WILD = ["", " ", "..", "../../etc/passwd", "a/b", "C:\\x", "con", "NUL", "a" * 300, "ü" * 80, "狗", "🐕", "-rf", "a\nb"]
WILD += ["a\0b", "#.png", "{object}", "R", "A", "1st", "man", "Man", "man ", "\u202egnp.exe", "ß", "a.b.A", "%d"]


def test_layers_are_safe_and_told_apart() -> None:
    names = layer_names(named(*WILD))
    assert len({name.casefold() for name in names.values()}) == len(WILD)
    for name in names.values():
        assert re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name)
        assert len(f"{name}.A") <= 31 or "_" in name[-3:]


def test_file_names_are_safe_and_told_apart() -> None:
    names = file_names(named(*WILD))
    assert len({name.casefold() for name in names.values()}) == len(WILD)
    for name in names.values():
        assert name
        assert not set(name) & set('/\\:*?"<>|#{}%\n\0')
        assert not name.startswith((".", "-", " "))
        assert not name.endswith((".", " "))
        assert len(name.encode()) <= 104
        assert name.casefold() not in ("con", "nul")


@pytest.mark.parametrize(
    ("name", "expected"), [("man", "man"), ("the dog", "the dog"), ("Männer", "Männer"), ("狗", "狗")]
)
def test_good_names_stay(name: str, expected: str) -> None:
    assert file_names(named(name)) == {1: expected}

"""What commands say, and where."""

import json

import pytest
from sam2_studio.cli.console import Console, table


class Terminal:
    """A stderr that says it is a terminal."""

    def __init__(self) -> None:
        self.text = ""

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.text += text
        return len(text)

    def flush(self) -> None:
        """Nothing is held back."""


def test_progress_is_a_line_each_tenth(capsys: pytest.CaptureFixture[str]) -> None:
    console = Console()
    for done in range(101):
        console.progress("Tracking", done, 100, 7.0)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 11
    assert lines[0] == "Tracking: 0 of 100, 0:07 left"
    assert lines[-1] == "Tracking: 100 of 100"


def test_progress_is_a_bar_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    console = Console()
    console.progress("Tracking", 5, 10, 65.0)
    console.say("Done.")
    assert terminal.text.startswith("\r\x1b[KTracking [##############..............] 5 of 10, 1:05 left")
    assert terminal.text.endswith("\nDone.\n"), "a message doesn't run into the bar"


def test_quiet_says_errors_only(capsys: pytest.CaptureFixture[str]) -> None:
    console = Console(quiet=True)
    console.say("a")
    console.warn(["b"])
    console.progress("c", 1, 2)
    console.complain("An error.")
    assert capsys.readouterr().err == "An error.\n"


def test_a_result_is_lines_or_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    Console().result({"a": "ü"}, ["one", "two"])
    assert capsys.readouterr().out == "one\ntwo\n"
    Console(as_json=True).result({"a": "ü"}, ["one", "two"])
    assert json.loads(capsys.readouterr().out) == {"a": "ü"}


def test_table_stands_in_columns() -> None:
    assert table([("a", "long", ""), ("longer", "b", "c")]) == ["a       long", "longer  b     c"]

"""Which way the program goes, and how it ends."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from sam2_studio import __main__, __version__
from sam2_studio.cli import app
from sam2_studio.errors import MediaError


@pytest.fixture(autouse=True)
def no_log_left_open() -> Iterator[None]:
    before = list(logging.getLogger().handlers)
    yield
    for handler in [h for h in logging.getLogger().handlers if h not in before]:
        logging.getLogger().removeHandler(handler)
        handler.close()


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert __main__.main(["--version"]) == 0
    assert capsys.readouterr().out == f"sam2-studio {__version__}\n"


@pytest.mark.parametrize("words", [[], ["clip.mp4"], ["--", "clip.mp4"]])
def test_no_command_is_the_window(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[list[str]] = []
    monkeypatch.setattr(__main__, "_open_window", lambda given: opened.append(given) or 0)
    assert __main__.main(words) == 0
    assert opened == [[word for word in words if word != "--"]]


def test_a_file_that_is_not_there_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert __main__.main(["exprot"]) == 2
    assert "exprot" in capsys.readouterr().err


@pytest.mark.parametrize("name", sorted(app.command_names()))
def test_every_command_goes_to_the_command_line(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "run_command", lambda words: 7 if words == [name] else 0)
    assert __main__.main([name]) == 7


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (MediaError("It is gone.", "Put it back."), "It is gone. Put it back.\n"),
        (KeyboardInterrupt(), "Stopped.\n"),
    ],
)
def test_an_error_is_one_line_and_status_1(
    error: BaseException, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(words: list[str]) -> int:
        raise error

    monkeypatch.setattr(app, "run_command", fail)
    assert __main__.main(["info"]) == 1
    assert capsys.readouterr().err == said


def test_a_log_that_can_not_be_written_costs_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("SAM2_STUDIO_HOME", str(tmp_path / "file"))
    assert __main__.main(["--version"]) == 0
    assert capsys.readouterr().err == ""

"""For every test of widgets: no thread may be left running, nothing may be logged as an error."""

import logging
from collections.abc import Iterator
from weakref import WeakSet

import pytest
from PySide6.QtCore import QThread


@pytest.fixture(autouse=True)
def no_leaked_threads(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail a test that leaves a QThread running."""
    started: WeakSet[QThread] = WeakSet()  # to look through all objects there are would take longer than most tests do
    start = QThread.start

    def note(thread: QThread, *args: QThread.Priority) -> None:
        started.add(thread)
        start(thread, *args)

    monkeypatch.setattr(QThread, "start", note)
    yield
    running = [each.objectName() for each in started if _runs(each)]
    assert not running, f"threads left running: {running}"


@pytest.fixture(autouse=True)
def no_logged_errors(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail a test during which an error was logged."""
    yield
    errors = [r.getMessage() for r in caplog.get_records("call") if r.levelno >= logging.ERROR]
    assert not errors, f"errors were logged: {errors}"


def _runs(thread: QThread) -> bool:
    try:
        return thread.isRunning()
    except RuntimeError:
        return False  # its C++ half is gone already

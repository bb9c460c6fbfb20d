"""Python's collector on the window's thread: cycles go, what imports brought is left alone."""

import gc
import sys
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot
from sam2_studio.ui.app import preferences_path
from sam2_studio.ui.garbage import GarbageCollection
from sam2_studio.ui.main_window import MainWindow
from tests.window import PATIENCE, close, opened, until


@pytest.fixture
def collection(qapp: object) -> Iterator[GarbageCollection]:
    """A collection that is due at once; Python's own is put right again."""
    limits, parent = gc.get_threshold(), QObject()
    gc.set_threshold(1, 1, 1)
    yield GarbageCollection(parent)
    parent.deleteLater()
    gc.unfreeze()
    gc.set_threshold(*limits)
    gc.enable()


class Cycle:
    """Holds itself."""

    def __init__(self) -> None:
        self.itself = self


def collect_all(collection: GarbageCollection) -> None:
    """Until the oldest generation had its turn."""
    for _ in range(6):
        collection._collect()


def test_cycles_are_collected_and_python_does_not_do_it_by_itself(qtbot: QtBot, collection: GarbageCollection) -> None:
    assert not gc.isenabled()
    collection._collect()  # spares what is there already
    gone = weakref.ref(Cycle())
    assert gone() is not None
    qtbot.waitUntil(lambda: gone() is None)


def test_what_many_imports_brought_is_never_looked_at(
    collection: GarbageCollection, monkeypatch: pytest.MonkeyPatch
) -> None:
    collect_all(collection)
    spared = gc.get_freeze_count()
    assert spared
    kept = [Cycle()]
    collect_all(collection)
    assert gc.get_freeze_count() == spared, "nothing was imported since"
    for n in range(200):
        monkeypatch.setitem(sys.modules, f"imported_{n}", sys)
    collect_all(collection)
    assert gc.get_freeze_count() > spared
    later = weakref.ref(Cycle())
    collect_all(collection)
    assert later() is None, "what came afterwards is collected"
    assert kept


def used_and_gone(qtbot: QtBot, clip: Path) -> list[weakref.ref[object]]:
    """What is left of a window that showed a clip, had its network ready, was closed and deleted."""
    window = MainWindow(preferences_path())
    window.show()
    opened(qtbot, window, clip)
    engine = window.engine
    until(qtbot, lambda: engine._segmenter is not None)
    left = [weakref.ref(each) for each in (window, engine, engine._segmenter, window.bridge)]
    close(window)
    shiboken6.delete(window)  # at once: what is still to come to it must not keep it either
    return left


def test_nothing_keeps_a_window_that_is_gone(qtbot: QtBot, studio_home: Path, sample_clip: Path) -> None:
    """Qt keeps what a signal is connected to; a thread or timer that outlives the window would keep the network too."""
    left = used_and_gone(qtbot, sample_clip)

    def are_gone() -> bool:
        gc.unfreeze()  # what was there when torch was imported is spared
        gc.collect()
        return all(each() is None for each in left)

    qtbot.waitUntil(are_gone, timeout=PATIENCE)

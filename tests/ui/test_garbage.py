"""Python's collector on the window's thread: cycles go, what imports brought is left alone."""

import gc
import sys
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot
from sam2_studio.ui.garbage import GarbageCollection


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

"""The power fails: of edits that were not on the disk yet the last are lost, and nothing else (fault K4).

SQLite's log of pages is what may be unsynced. It is cut at its pages and inside them, and pages in it are lost or reach
the disk later than the ones behind them, as a disk does that reorders what it was given.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from sam2_studio.core.store import ProjectFile

from . import editor
from .test_kill import check_undo, state

EDITS, HEAD, FRAME_HEAD = 40, 32, 24


class Written:
    """What forty edits wrote, as it lies on a disk before anything was checkpointed."""

    def __init__(self, path: Path) -> None:
        file = ProjectFile.create(path)
        self.states, made = [state(file)], editor.edits(file, "mixed", 4)
        for _ in range(EDITS):
            next(made)
            self.states.append(state(file))
        self.base, self.log = path.read_bytes(), path.with_name(f"{path.name}-wal").read_bytes()
        self.step = FRAME_HEAD + int.from_bytes(self.log[8:12], "big")
        file.close()

    @property
    def pages(self) -> int:
        return (len(self.log) - HEAD) // self.step

    def found(self, path: Path, log: bytes) -> list[int]:
        """After how many edits the project may be that is found with this log: redo comes back to an earlier state.

        It must be whole, with undo and redo.
        """
        path.write_bytes(self.base)
        path.with_name(f"{path.name}-wal").write_bytes(log)
        with closing(ProjectFile.open(path)) as file:
            now = state(file)
            numbers = [number for number, known in enumerate(self.states) if known == now]
            assert numbers, "no state between two edits"
            check_undo(file)
        with closing(sqlite3.connect(path)) as db:
            assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return numbers


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return Written(tmp_path_factory.mktemp("written") / "whole.cutout")


def check_cuts(written: Written, places: list[int], folder: Path) -> None:
    edits = 0
    for place in places:
        numbers = written.found(folder / f"{place}.cutout", written.log[:place])
        assert max(numbers) >= edits, "a longer log holds no fewer edits"
        edits = min(number for number in numbers if number >= edits)
    assert EDITS in numbers


def check_lost(written: Written, page: int, folder: Path) -> None:
    """One page never came, all behind it did."""
    at = HEAD + page * written.step
    holed = written.log[:at] + bytes(written.step) + written.log[at + written.step :]
    cut = written.found(folder / f"cut {page}.cutout", written.log[:at])
    assert written.found(folder / f"lost {page}.cutout", holed) == cut


def test_the_log_is_cut_anywhere(written: Written, tmp_path: Path) -> None:
    assert written.pages > EDITS
    check_cuts(written, np.linspace(HEAD, len(written.log), 12).astype(int).tolist(), tmp_path)


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_a_page_is_lost_and_those_behind_it_came(part: float, written: Written, tmp_path: Path) -> None:
    check_lost(written, int(part * written.pages), tmp_path)


@pytest.mark.fault
@pytest.mark.timeout(3600)
def test_every_page_is_cut_torn_and_lost(written: Written, tmp_path: Path) -> None:
    edges = range(HEAD, len(written.log) + 1, written.step)
    check_cuts(written, sorted({*edges, *(edge + written.step // 3 for edge in edges[:-1])}), tmp_path)
    for page in range(written.pages):
        check_lost(written, page, tmp_path)

"""The table that `make faults` prints."""

from collections import Counter
from pathlib import Path

from tests.faults_table import PAGE, Row, joined, rows, table

TEXT = """
| id | fault | promise | test |
| --- | --- | --- | --- |
| K1 K2 | killed | kept | `tests/a.py::test_one`, `::test_two` (long) |
| D1 | full | said | `tests/b.py::test_three` |
"""


def test_every_row_has_its_tests() -> None:
    assert list(rows(TEXT)) == [
        Row("K1 K2", "killed", ("tests/a.py::test_one", "tests/a.py::test_two")),
        Row("D1", "full", ("tests/b.py::test_three",)),
    ]
    assert len(list(rows(PAGE.read_text(encoding="utf-8")))) > 20


def test_runs_are_counted_and_missing_ones_too() -> None:
    results = {
        "tests/a.py::test_one": Counter(passed=3),
        "tests/a.py::test_two": Counter(passed=1, failed=1),
    }
    assert table(TEXT, results)[2:] == [
        "| K1 K2 | killed | 2 | 5 | 1 failed |",
        "| D1 | full | 1 | 0 | 1 not run |",
    ]
    results["tests/a.py::test_two"] = Counter(passed=1, skipped=2)
    results["tests/b.py::test_three"] = Counter(passed=1)
    assert table(TEXT, results)[2:] == [
        "| K1 K2 | killed | 2 | 6 | 2 skipped |",
        "| D1 | full | 1 | 1 | passed |",
    ]


def test_no_fault_of_any_kind_is_left_out() -> None:
    ids = {name for row in rows(PAGE.read_text(encoding="utf-8")) for name in row.ids.split()}
    last = {"K": 5, "D": 3, "M": 20, "P": 6, "C": 5, "G": 3, "W": 12}
    assert {f"{kind}{n}" for kind, count in last.items() for n in range(1, count + 1)} <= ids


def test_results_of_several_runs_are_joined_and_the_newest_counts(tmp_path: Path) -> None:
    kept = tmp_path / "kept.json"
    first = {"tests/a.py::test_one": Counter(failed=1), "tests/b.py::test_three": Counter(passed=2)}
    assert joined(kept, first) == first
    assert joined(kept, {"tests/a.py::test_one": Counter(passed=1)}) == first | {
        "tests/a.py::test_one": Counter(passed=1)
    }

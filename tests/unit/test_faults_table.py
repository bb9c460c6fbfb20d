"""The table that `make faults` prints."""

from collections import Counter
from pathlib import Path

from tests.faults_table import PAGE, Row, joined, rows, table

TEXT = """
| fault | promise | test |
| --- | --- | --- |
| killed | kept | `tests/a.py::test_one`, `::test_two` (long) |
| full | said | `tests/b.py::test_three` |
"""


def test_every_row_has_its_tests() -> None:
    assert list(rows(TEXT)) == [
        Row("killed", ("tests/a.py::test_one", "tests/a.py::test_two")),
        Row("full", ("tests/b.py::test_three",)),
    ]
    assert len(list(rows(PAGE.read_text(encoding="utf-8")))) > 20


def test_runs_are_counted_and_missing_ones_too() -> None:
    results = {
        "tests/a.py::test_one": Counter(passed=3),
        "tests/a.py::test_two": Counter(passed=1, failed=1),
    }
    heading, killed, full = table(TEXT, results)
    assert heading.split() == ["fault", "passed", "failed", "skipped"]
    assert killed.split() == ["killed", "4", "1", "0"]
    assert full.split() == ["full", "0", "0", "0", "not", "run:", "1"]


def test_results_of_several_runs_are_joined_and_the_newest_counts(tmp_path: Path) -> None:
    kept = tmp_path / "kept.json"
    first = {"tests/a.py::test_one": Counter(failed=1), "tests/b.py::test_three": Counter(passed=2)}
    assert joined(kept, first) == first
    assert joined(kept, {"tests/a.py::test_one": Counter(passed=1)}) == first | {
        "tests/a.py::test_one": Counter(passed=1)
    }

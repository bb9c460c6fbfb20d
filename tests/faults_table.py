"""A pytest plugin: runs every test of the page of faults and every long fault test, and prints a table of what came.

`python -m pytest -p tests.faults_table --faults` is what `make faults` runs. With `--faults-kept FILE` the results are
added to those that the file holds, and the table is of all of them: so the tests can be run file by file.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parent.parent / "docs" / "faults.md"
_NAMED = re.compile(r"`(tests/[\w/]+\.py)?::(\w+)`")
_results: dict[str, Counter[str]] = {}


@dataclass(frozen=True)
class Row:
    """A fault of the page, by what ids it goes, and the tests that prove what is promised."""

    ids: str
    fault: str
    tests: tuple[str, ...]


def rows(text: str) -> Iterator[Row]:
    """The rows of the page's tables; a test without a file is in the file named before it in its row."""
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        path, tests = "", []
        for named, test in _NAMED.findall(cells[-1]) if line.startswith("|") else ():
            path = named or path
            tests.append(f"{path}::{test}")
        if tests:
            yield Row(cells[0], cells[1], tuple(tests))


def table(page: str, results: dict[str, Counter[str]]) -> list[str]:
    """The result of each fault, as a table of Markdown: its tests, and their runs with every parameter."""
    lines = ["| id | fault | tests | runs | result |", "| --- | --- | ---: | ---: | --- |"]
    for row in rows(page):
        found = sum((results.get(test, Counter()) for test in row.tests), Counter[str]())
        missing = sum(test not in results for test in row.tests)
        lines.append(f"| {row.ids} | {row.fault} | {len(row.tests)} | {found.total()} | {_said(found, missing)} |")
    return lines


def _said(found: Counter[str], missing: int) -> str:
    parts = [f"{found[outcome]} {outcome}" for outcome in ("failed", "skipped") if found[outcome]]
    return ", ".join(parts + [f"{missing} not run"] * bool(missing)) or "passed"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--faults", action="store_true", help="only the tests of docs/faults.md and those marked fault")
    parser.addoption(
        "--faults-kept", type=Path, metavar="FILE", help="a JSON file of earlier results, to which these are added"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--faults"):
        return
    named = {test for row in rows(PAGE.read_text(encoding="utf-8")) for test in row.tests}
    kept = [item for item in items if _plain(item.nodeid) in named or item.get_closest_marker("fault")]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "call" or report.outcome != "passed":
        _results.setdefault(_plain(report.nodeid), Counter())[report.outcome] += 1


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    kept = config.getoption("--faults-kept")
    terminalreporter.section("faults")
    for line in table(PAGE.read_text(encoding="utf-8"), joined(kept, _results) if kept else _results):
        terminalreporter.write_line(line)


def joined(kept: Path, results: dict[str, Counter[str]]) -> dict[str, Counter[str]]:
    """The results that the file holds, with these in the place of older ones of the same tests; written back to it."""
    earlier = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    both = {test: Counter(counts) for test, counts in earlier.items()} | results
    kept.write_text(json.dumps(both, indent=1, sort_keys=True), encoding="utf-8")
    return both


def _plain(nodeid: str) -> str:
    """Without parameters."""
    return nodeid.partition("[")[0]

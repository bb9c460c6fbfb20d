"""The documents: their links lead somewhere, their pictures are there and used, the keys that they name exist."""

import re
from pathlib import Path

import pytest
from sam2_studio.ui.actions import ACTIONS

REPOSITORY = Path(__file__).resolve().parents[2]
DOCS = REPOSITORY / "docs"
PAGES = (*sorted(DOCS.glob("*.md")), REPOSITORY / "README.md", REPOSITORY / "CONTRIBUTING.md")
LINK = re.compile(r"\]\(([^)\s]+)\)")
KEY = re.compile(
    r"`((?:(?:Ctrl|Shift|Alt)[+ ])*(?:[A-Z]|F\d{1,2}|Up|Down|Left|Right|Home|End|Space|Esc|Del|Tab|Enter|Backspace))`"
)
# Keys that aren't actions: of drawing, of the pointer that the arrows move, of Qt.
FIXED = {"Enter", "Alt+Enter", "Shift+Enter", "Ctrl+Enter", "Backspace", "Shift+Tab", "Shift", "Ctrl", "Alt"}


def anchors(page: Path) -> set[str]:
    """As GitHub names them: lower case, without signs, hyphens for spaces."""
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        if "://" in link:
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), f"{page.name}: {link}"
        assert not anchor or anchor in anchors(target), f"{page.name}: {link}"


def test_every_page_and_every_picture_is_linked() -> None:
    linked = {
        link.partition("#")[0].removeprefix("docs/") for page in PAGES for link in LINK.findall(page.read_text("utf-8"))
    }
    index = {link.partition("#")[0] for link in LINK.findall((DOCS / "index.md").read_text(encoding="utf-8"))}
    pictures = {path.name for path in DOCS.iterdir() if path.suffix in (".png", ".jpg")}
    assert pictures <= linked
    assert {page.name for page in DOCS.glob("*.md")} - {"index.md"} <= index


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_keys_exist(page: Path) -> None:
    known = FIXED | {key for spec in ACTIONS.values() for key in spec.keys}
    for key in KEY.findall(page.read_text(encoding="utf-8")):
        assert key.replace(" ", "+") in known, f"{page.name}: {key}"


def test_every_test_that_the_page_of_faults_names_exists() -> None:
    path, missing, count = "", [], 0
    for named in re.findall(r"`(tests/[\w/]+\.py)?::(\w+)`", (DOCS / "faults.md").read_text(encoding="utf-8")):
        path, count = named[0] or path, count + 1
        if f"def {named[1]}(" not in (REPOSITORY / path).read_text(encoding="utf-8"):
            missing.append(f"{path}::{named[1]}")
    assert count > 50
    assert not missing

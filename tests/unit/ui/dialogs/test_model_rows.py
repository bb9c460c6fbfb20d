"""What can be done with a model in each state, which step comes next, and the words for it all."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from sam2_studio.ui.dialogs.model_rows import Fetching, ModelRow, Step, grouped, main_step, next_step, steps, why_kept
from sam2_studio.ui.dialogs.model_texts import (
    facts_text,
    fetching_text,
    fraction,
    mark_text,
    part_text,
    progress_of,
    removal_text,
    row_tip,
    size_text,
    spoken_text,
    state_text,
    step_tip,
)

GOING = Fetching(done=87_300_000, total=156_008_466, rate=4.21e6, left=16.3)


def row_of(name: str = "sam2.1-tiny", **values: Any) -> ModelRow:
    base: dict[str, Any] = {
        "name": name,
        "title": name,
        "version": "2.1" if name.startswith("sam2.1") else "2.0" if name.startswith("sam2") else "1",
        "state": "absent",
        "bytes": 156_008_466,
        "licence": "Apache-2.0",
        "summary": "Stills",
    }
    return ModelRow(**base | values)


NANO = row_of("nano", state="bundled", in_use=True)


@pytest.mark.parametrize(
    ("nbytes", "text"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (8_639_770, "8.6 MB"),
        (9_960_000, "10 MB"),
        (156_008_466, "156 MB"),
        (999_700_000, "1.0 GB"),
        (1_234_000_000, "1.2 GB"),
    ],
)
def test_sizes(nbytes: int, text: str) -> None:
    assert size_text(nbytes) == text


@pytest.mark.parametrize(
    ("done", "total", "text"),
    [
        (87_300_000, 156_008_466, "87 of 156 MB"),
        (0, 156_008_466, "0 of 156 MB"),
        (400_000, 156_008_466, "0.4 of 156 MB"),
        (900_000_000, 1_234_000_000, "0.9 of 1.2 GB"),
        (87_300_000, None, "87 MB"),
    ],
)
def test_parts_are_in_the_unit_of_the_whole(done: int, total: int | None, text: str) -> None:
    assert part_text(done, total) == text


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, "55 % · 87 of 156 MB · 4.2 MB a second · 0:16 left"),
        ({"left": 3723.0}, "55 % · 87 of 156 MB · 4.2 MB a second · 1:02:03 left"),
        ({"rate": 0.0, "left": None}, "55 % · 87 of 156 MB"),
        ({"total": None, "left": None}, "87 MB · 4.2 MB a second"),
        ({"paused": True}, "Paused · 87 of 156 MB fetched"),
        ({"stage": "retrying"}, "Trying again… · 87 of 156 MB"),
        ({"stage": "verifying"}, "Verifying…"),
    ],
)
def test_progress_lines(changes: dict[str, Any], text: str) -> None:
    assert fetching_text(replace(GOING, **changes)) == text


def test_the_whole_is_reached_with_the_last_byte_only() -> None:
    assert fraction(99_999, 100_000) == 0.99
    assert fraction(100_000, 100_000) == 1.0
    assert fraction(120_000, 100_000) == 1.0


def test_what_an_interrupted_download_left_is_shown() -> None:
    assert progress_of(row_of(part_bytes=87_300_000)) == ("87 of 156 MB fetched", 0.55)
    assert progress_of(row_of(part_bytes=87_300_000, bytes=None)) == ("87 MB fetched", 0.0)
    assert progress_of(row_of()) is None
    assert progress_of(row_of(state="present", part_bytes=9)) is None


@pytest.mark.parametrize(
    ("changes", "offered"),
    [
        ({}, (Step.GET,)),
        ({"fetching": GOING}, (Step.CANCEL, Step.PAUSE)),
        ({"fetching": replace(GOING, stage="retrying")}, (Step.CANCEL, Step.PAUSE)),
        ({"fetching": replace(GOING, stage="verifying")}, (Step.CANCEL,)),
        ({"fetching": replace(GOING, paused=True)}, (Step.CANCEL, Step.RESUME)),
        ({"part_bytes": 9}, (Step.CANCEL, Step.RESUME)),
        ({"state": "present"}, (Step.VERIFY, Step.REMOVE, Step.USE)),
        ({"state": "present", "in_use": True}, (Step.VERIFY, Step.REMOVE)),
        ({"state": "present", "loading": True}, (Step.VERIFY, Step.REMOVE)),
        ({"state": "bundled", "name": "nano"}, (Step.VERIFY, Step.REMOVE, Step.USE)),
        ({"state": "damaged"}, (Step.REMOVE, Step.GET_AGAIN)),
        ({"state": "damaged", "name": "nano", "version": "1"}, ()),
        ({"state": "damaged", "custom": True}, (Step.REMOVE,)),
        ({"state": "absent", "custom": True}, (Step.REMOVE,)),
    ],
)
def test_steps_of_each_state(changes: dict[str, Any], offered: tuple[Step, ...]) -> None:
    row = row_of(**changes)
    assert steps(row) == offered
    assert main_step(row) == (offered[-1] if offered and offered[-1] not in (Step.REMOVE, Step.CANCEL) else None)


def test_what_is_in_use_or_built_in_is_kept() -> None:
    assert why_kept(row_of(state="present")) == ""
    assert "Use another" in why_kept(row_of(state="present", in_use=True))
    assert "Use another" in why_kept(row_of(state="present", loading=True))
    assert "Comes with" in why_kept(row_of("nano", state="bundled"))
    assert why_kept(row_of(state="present", kept="Remove it there.")) == "Remove it there."
    assert "stays where it lies" in step_tip(Step.REMOVE, row_of(state="present", origin="used where it lies"))
    assert "Comes with" in step_tip(Step.REMOVE, row_of("nano", state="bundled"))


def test_groups_and_their_order() -> None:
    rows = [row_of("mine", custom=True, version="2.1"), row_of("sam2-tiny"), row_of(), NANO, row_of("sam2.1-large")]
    found = {title: [row.name for row in inside] for title, inside in grouped(rows).items()}
    assert list(found.items()) == [
        ("Built in", ["nano"]),
        ("SAM 2.1", ["sam2.1-tiny", "sam2.1-large"]),
        ("SAM 2.0", ["sam2-tiny"]),
        ("Own files", ["mine"]),
    ]


ABSENT, LARGE = row_of(), row_of("sam2.1-large")


@pytest.mark.parametrize(
    ("rows", "current", "name"),
    [
        ([NANO, ABSENT, LARGE], "nano", "sam2.1-tiny"),
        ([NANO, ABSENT, LARGE], "sam2.1-large", "sam2.1-large"),
        ([NANO, ABSENT, replace(LARGE, state="present")], "nano", "sam2.1-large"),
        ([NANO, ABSENT, replace(LARGE, part_bytes=9)], "nano", "sam2.1-large"),
        ([NANO, ABSENT, replace(LARGE, state="damaged")], "nano", "sam2.1-large"),
        ([NANO, ABSENT, replace(LARGE, fetching=GOING)], "nano", ""),
        ([NANO, ABSENT, replace(LARGE, fetching=GOING)], "sam2.1-large", ""),
        ([NANO, ABSENT, replace(LARGE, fetching=GOING)], "sam2.1-tiny", "sam2.1-tiny"),
        ([NANO, ABSENT, replace(LARGE, state="present", loading=True)], "nano", ""),
        ([replace(NANO, in_use=False), ABSENT, replace(LARGE, state="present", in_use=True)], "sam2.1-large", ""),
        ([], "", ""),
    ],
)
def test_the_next_step(rows: Sequence[ModelRow], current: str, name: str) -> None:
    assert next_step(rows, current) == name


def test_facts_leave_out_what_is_not_known() -> None:
    assert facts_text(row_of()) == "156 MB · Apache-2.0"
    whole = row_of(bytes=None, speed="0.4 s a frame, measured here", origin="used where it lies")
    assert facts_text(whole) == "size unknown · Apache-2.0 · 0.4 s a frame, measured here · used where it lies"


def test_states_and_marks() -> None:
    assert state_text(row_of()) == "Not fetched"
    assert state_text(row_of(custom=True)) == "File is gone"
    assert state_text(row_of(fetching=GOING)) == ""
    assert state_text(row_of(state="present", fetching=replace(GOING, stage="verifying"))) == "On disk"
    assert mark_text(row_of(state="present", loading=True)) == "Loading…"
    assert mark_text(NANO) == "✓ In use"
    assert mark_text(row_of()) == ""


def test_removal_says_what_it_frees() -> None:
    assert removal_text(row_of(state="present")) == "Remove 156 MB"
    assert removal_text(row_of(state="present", bytes=None)) == "Remove"
    assert removal_text(row_of(custom=True)) == "Forget the file"
    assert removal_text(row_of(state="present", origin="used where it lies")) == "Forget the file"


def test_tips_and_spoken_words() -> None:
    row = row_of(state="present", place="a/b.pt", sha256="7402", problem="It failed. Try again.", in_use=True)
    assert row_tip(row) == "sam2.1-tiny\nStills\na/b.pt\nsha256 7402"
    assert (
        spoken_text(row)
        == "sam2.1-tiny, version 2.1, In use, On disk, 156 MB · Apache-2.0, Stills, It failed. Try again."
    )
    assert spoken_text(row_of(fetching=GOING)) == spoken_text(row_of(fetching=replace(GOING, done=1)))

"""The queue of clips as values: what each edit does to the lines, and the way to JSON and back."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from sam2_studio.batch.clip_queue import (
    Lines,
    LineState,
    QueueLine,
    altered,
    in_order,
    line_of,
    moved,
    renamed,
    retried,
    unused,
    with_line,
    without,
)


def line(name: str, state: LineState = LineState.WAITING, said: str = "") -> QueueLine:
    return QueueLine(
        id=name,
        project=Path(f"/p/{name}.cutout"),
        clip=f"{name}.mp4",
        stem=name,
        objects=("man",),
        model="nano",
        preset="png",
        folder=Path("/out"),
        output=f"{name}-cutout",
        state=state,
        said=said,
    )


def names(lines: Lines) -> str:
    return "".join(each.id for each in lines)


ABCD = tuple(map(line, "abcd"))


def test_a_line_comes_back_from_json() -> None:
    whole = replace(line("a", LineState.DONE, "Said."), objects=("ä", "b"), still=True, frames=3, doubtful=1)
    assert line_of(json.loads(json.dumps(whole.to_json()))) == whole


@pytest.mark.parametrize(
    ("field", "value"),
    [("id", None), ("project", 3), ("folder", {}), ("objects", [1]), ("objects", 7), ("state", "odd"), ("frames", "x")],
)
def test_a_line_that_makes_no_sense_is_no_line(field: str, value: object) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        line_of(line("a").to_json() | {field: value})


def test_an_added_line_is_the_last_and_a_project_is_there_once() -> None:
    assert names(with_line(ABCD, line("e"))) == "abcde"
    anew = replace(line("b"), id="x", objects=("man", "ball"), preset="web", output="")
    after = with_line((ABCD[0], replace(ABCD[1], state=LineState.DONE, folder=Path("/there")), ABCD[2]), anew)
    assert names(after) == "abc"
    assert after[1] == replace(ABCD[1], objects=("man", "ball"), folder=Path("/there")), (
        "it waits, and goes where it did"
    )


@pytest.mark.parametrize(
    ("chosen", "by", "after"),
    [("b", -1, "bacd"), ("a", -1, "abcd"), ("bc", -1, "bcad"), ("ab", -1, "abcd"), ("b", 1, "acbd"), ("cd", 1, "abcd"),
     ("bc", 1, "adbc"), ("ac", 1, "badc")],
)  # fmt: skip
def test_lines_move_by_one_as_far_as_there_is_room(chosen: str, by: int, after: str) -> None:
    assert names(moved(ABCD, set(chosen), by)) == after


def test_an_order_that_lacks_lines_leaves_them_behind() -> None:
    assert names(in_order(ABCD, ("d", "b"))) == "dbac"


def test_lines_go_wait_again_and_follow_their_project() -> None:
    assert names(without(ABCD, {"a", "c"})) == "bd"
    failed = (line("a", LineState.FAILED, "Why."), line("b", LineState.FAILED, "Why."))
    assert retried(failed, {"a"}) == (line("a"), failed[1])
    assert [each.project.name for each in renamed(ABCD, Path("/p/b.cutout"), Path("/named.cutout"))][
        1
    ] == "named.cutout"


def test_another_preset_is_done_again_and_the_same_changes_nothing() -> None:
    done = (line("a", LineState.DONE),)
    assert altered(done, {"a"}, preset="png", folder=Path("/out")) == done
    [after] = altered(done, {"a"}, preset="web")
    assert (after.state, after.preset, after.output) == (LineState.WAITING, "web", "")


def test_a_taken_name_is_counted() -> None:
    assert unused("dog.png", {"dog.png", "dog-2.png"}.__contains__) == "dog-3.png"
    assert unused("dog", set[str]().__contains__) == "dog"

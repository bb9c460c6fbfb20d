"""Masks as edge settings leave them: what the eye gets is what exports compute, and never something older."""

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import pytest
from numpy.typing import NDArray
from pytestqt.qtbot import QtBot
from sam2_studio.core.edges import EdgeSettings
from sam2_studio.core.frames import Frame, Timestamp
from sam2_studio.core.masks import Mask, Matte
from sam2_studio.engine.matting import make_matte
from sam2_studio.engine.refine import cleaned
from sam2_studio.ui import edged_masks
from sam2_studio.ui.canvas.overlay import SoftPart
from sam2_studio.ui.edged_masks import EdgedMasks
from sam2_studio.ui.look_thread import LookThread

PATIENCE = 60_000  # ms; a limit for a hung program, not a measure
SOFT = EdgeSettings(feather=3.0)


@pytest.fixture
def thread() -> Iterator[LookThread]:
    made = LookThread()
    yield made
    made.let_go()
    made.wait()


@pytest.fixture
def edged(thread: LookThread) -> EdgedMasks:
    """Its thread stands still until a test starts it."""
    return EdgedMasks(thread)


def frame_of(number: int = 0) -> Frame:
    pixels = np.random.default_rng(number).integers(0, 255, (90, 120, 3), np.uint8)
    return Frame(number, pixels, Timestamp(number, Fraction(1, 25)))


def block(x0: int = 30, x1: int = 90) -> Mask:
    pixels = np.zeros((90, 120), bool)
    pixels[20:70, x0:x1] = True
    return Mask.from_array(pixels)


def same(part: SoftPart | None, frame: Frame, mask: Mask, edge: EdgeSettings) -> bool:
    expected = SoftPart.of_matte(make_matte(frame.rgb, mask, edge))
    return part is not None and np.array_equal(part.alpha, expected.alpha) and part.left == expected.left


def test_a_mask_without_settings_is_itself_and_asks_for_nothing(edged: EdgedMasks) -> None:
    mask = block()
    assert edged.hard("1", mask, EdgeSettings()) is mask
    assert edged.soft("1", frame_of(), mask, EdgeSettings(grow=2, specks=5)) is None
    assert not edged._asked


def test_a_small_mask_is_cleaned_at_once(edged: EdgedMasks) -> None:
    edge = EdgeSettings(grow=3.0)
    assert edged.hard("1", block(), edge) == cleaned(block(), edge)


def test_a_large_mask_is_cleaned_on_the_thread(
    edged: EdgedMasks, thread: LookThread, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edged_masks, "AT_ONCE", 10)
    edge = EdgeSettings(grow=3.0)
    assert edged.hard("1", block(), edge) == block(), "until it is known the mask stands for itself"
    with qtbot.waitSignal(edged.came, timeout=PATIENCE):
        thread.start()
    assert edged.hard("1", block(), edge) == cleaned(block(), edge)


@pytest.mark.parametrize("edge", [SOFT, EdgeSettings(matte=True), EdgeSettings(grow=0.5)])
def test_a_soft_edge_comes_from_the_thread(
    edged: EdgedMasks, thread: LookThread, qtbot: QtBot, edge: EdgeSettings
) -> None:
    assert edged.soft("1", frame_of(), block(), edge) is None
    with qtbot.waitSignal(edged.came, timeout=PATIENCE):
        thread.start()
    assert same(edged.soft("1", frame_of(), block(), edge), frame_of(), block(), edge)


def test_of_several_questions_only_the_last_is_answered(
    edged: EdgedMasks, thread: LookThread, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    computed: list[EdgeSettings] = []

    def make(rgb: NDArray[np.uint8], mask: Mask, edge: EdgeSettings, hair: Mask | None) -> Matte:
        computed.append(edge)
        return make_matte(rgb, mask, edge)

    monkeypatch.setattr(edged_masks, "make_matte", make)
    for feather in (1.0, 2.0, 3.0):
        edged.soft("1", frame_of(), block(), EdgeSettings(feather=feather))
    with qtbot.waitSignal(edged.came, timeout=PATIENCE):
        thread.start()
    assert computed == [SOFT]
    assert same(edged.soft("1", frame_of(), block(), SOFT), frame_of(), block(), SOFT)


def test_while_a_setting_is_dragged_the_last_matte_stands_but_not_on_another_frame(
    edged: EdgedMasks, thread: LookThread, qtbot: QtBot
) -> None:
    edged.soft("1", frame_of(), block(), SOFT)
    with qtbot.waitSignal(edged.came, timeout=PATIENCE):
        thread.start()
    edged.soft("1", frame_of(), block(), SOFT)
    thread.let_go()
    thread.wait()
    assert same(edged.soft("1", frame_of(), block(), EdgeSettings(feather=9.0)), frame_of(), block(), SOFT)
    assert edged.soft("1", frame_of(1), block(), SOFT) is None
    assert edged.soft("1", frame_of(), block(31), SOFT) is None


def mattes(seen: list[str], name: str) -> Iterator[Matte]:
    for number in range(3):
        seen.append(f"{name} {number}")
        yield make_matte(frame_of(number).rgb, block(), SOFT)


def test_what_takes_long_waits_for_all_else_and_its_last_matte_counts(
    edged: EdgedMasks, thread: LookThread, qtbot: QtBot
) -> None:
    seen: list[str] = []
    assert edged.steady("a", ("key",), lambda: mattes(seen, "long")) is None
    thread.ask("quick", lambda: seen.append("quick"))
    with qtbot.waitSignal(edged.came, timeout=PATIENCE):
        thread.start()
    assert seen == ["quick", "long 0", "long 1", "long 2"]
    assert same(edged.steady("a", ("key",), lambda: mattes(seen, "again")), frame_of(2), block(), SOFT)
    assert len(seen) == 4, "what is known isn't made again"


def test_what_nobody_waits_for_isnt_made(edged: EdgedMasks, thread: LookThread, qtbot: QtBot) -> None:
    seen: list[str] = []
    edged.steady("a", ("old",), lambda: mattes(seen, "left"))
    edged.drop("a")
    edged.steady("b", ("new",), lambda: mattes(seen, "stayed"))
    with qtbot.waitSignal(edged.came, timeout=PATIENCE):
        thread.start()
    assert seen == ["stayed 0", "stayed 1", "stayed 2"]


def test_another_project_gets_nothing_of_the_old_one(edged: EdgedMasks, thread: LookThread, qtbot: QtBot) -> None:
    edged.soft("1", frame_of(), block(), SOFT)
    with qtbot.waitSignal(edged.came, timeout=PATIENCE):
        thread.start()
    edged.forget()
    assert edged.soft("1", frame_of(), block(), SOFT) is None


def test_the_memory_is_bounded(edged: EdgedMasks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edged_masks, "MOST_BYTES", 2000)
    for grow in range(1, 20):
        edged.hard("1", block(), EdgeSettings(grow=float(grow)))
    assert edged._nbytes <= 2000
    assert edged._nbytes == sum(each.nbytes for each in edged._kept.values())  # type: ignore[union-attr]


def test_an_error_ends_one_question_alone(
    thread: LookThread, qtbot: QtBot, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sam2_studio.errors import ExportError

    def refuse() -> object:
        raise ExportError("The picture can't be read.", "Choose another.")

    thread.ask("a", refuse)
    with qtbot.waitSignal(thread.failed, timeout=PATIENCE) as failed:
        thread.start()
    assert failed.args[0] == "a"
    assert "can't be read" in str(failed.args[1])
    with qtbot.waitSignal(thread.found, timeout=PATIENCE) as found:
        thread.ask("b", lambda: 5)
    assert found.args == ["b", 5]

"""One primary button at a time."""

import pytest
from sam2_studio.ui.actions import ACTIONS
from sam2_studio.ui.timeline.next_step import NextStep, next_step


@pytest.mark.parametrize(
    ("state", "step"),
    [
        ({"has_masks": False, "stale": 0, "missing": 0}, NextStep.NONE),
        ({"has_masks": True, "stale": 0, "missing": 200}, NextStep.TRACK),
        ({"has_masks": True, "stale": 37, "missing": 0}, NextStep.RETRACK),
        ({"has_masks": True, "stale": 37, "missing": 9}, NextStep.RETRACK),
        ({"has_masks": True, "stale": 0, "missing": 0}, NextStep.EXPORT),
        ({"has_masks": True, "stale": 3, "missing": 3, "is_tracking": True}, NextStep.NONE),
    ],
)
def test_the_next_step(state: dict[str, int], step: NextStep) -> None:
    assert next_step(**state) is step  # type: ignore[arg-type]


def test_each_step_is_an_action() -> None:
    assert {step.value for step in NextStep if step} <= set(ACTIONS)

from sam2_studio.core.geometry import Point
from sam2_studio.core.health import Health, Reason, Symptom
from sam2_studio.core.prompts import PointPrompt, PromptSet
from sam2_studio.core.records import is_made_from, prompted_record, tracked_record
from sam2_studio.core.tracks import Origin

from .conftest import mask_of

PROMPTS = PromptSet((PointPrompt(Point(1, 2)),))


def test_a_prompted_mask_knows_its_prompts() -> None:
    made = prompted_record(7, mask_of(1), score=0.9, recipe="nano@12", prompts=PROMPTS)
    assert (made.mask_id, made.origin, made.score, made.area) == (7, Origin.PROMPTED, 0.9, mask_of(1).area)
    assert is_made_from(made, PROMPTS)
    assert not is_made_from(made, PROMPTS.with_mask(3, given=False))
    assert made.recipe.startswith("nano@12 ")


def test_reasons_are_kept_of_doubtful_masks_only() -> None:
    reasons = (Reason(Symptom.AREA, -40),)
    poor = tracked_record(7, mask_of(1), score=0.9, absent=False, recipe="nano@12", health=Health(0.3, reasons))
    fair = tracked_record(7, mask_of(1), score=0.9, absent=False, recipe="nano@12", health=Health(0.6, reasons))
    assert (poor.health, poor.reasons, poor.doubtful) == (0.3, "area:-40", True)
    assert (fair.health, fair.reasons, fair.doubtful) == (0.6, "", False)


def test_a_tracked_mask_is_made_from_no_prompts_of_its_frame() -> None:
    made = tracked_record(7, mask_of(1), score=0.4, absent=True, recipe="nano@12")
    assert (made.origin, made.absent, made.is_key) == (Origin.TRACKED, True, False)
    assert not is_made_from(made, PROMPTS)

"""Makes the record of a mask from what the engine answered: the one place that writes recipes."""

from sam2_studio.core.commands import prompt_digest
from sam2_studio.core.health import Health, kept_codes
from sam2_studio.core.masks import Mask
from sam2_studio.core.prompts import PromptSet
from sam2_studio.core.tracks import MaskRecord, Origin

_CANDIDATE = " candidate "
_GOOD = Health()


def prompted_record(
    mask_id: int, mask: Mask, *, score: float, recipe: str, prompts: PromptSet, candidate: int | None = None
) -> MaskRecord:
    """The record of a mask made from the prompts of its own frame.

    Args:
        mask_id: Of the stored pixels.
        mask: The pixels.
        score: Expected IoU, 0 to 1.
        recipe: Of the model.
        prompts: All of the frame.
        candidate: Which mask on offer the user took, None where the model chose.
    """
    chosen = "" if candidate is None else f"{_CANDIDATE}{candidate}"
    return MaskRecord(
        mask_id=mask_id,
        origin=Origin.PROMPTED,
        score=score,
        recipe=f"{recipe}{chosen} prompts {prompt_digest(prompts)}",
        area=mask.area,
    )


def tracked_record(
    mask_id: int, mask: Mask, *, score: float, absent: bool, recipe: str, health: Health = _GOOD
) -> MaskRecord:
    """The record of a mask that the tracker carried here from other frames."""
    return MaskRecord(
        mask_id=mask_id,
        origin=Origin.TRACKED,
        score=score,
        absent=absent,
        recipe=recipe,
        area=mask.area,
        health=health.value,
        reasons=kept_codes(health),
    )


def painted_record(mask_id: int, mask: Mask, *, alone: bool = False) -> MaskRecord:
    """The record of a mask made by hand; `alone` where it is for its frame only and tracking doesn't start from it."""
    origin = Origin.RETOUCHED if alone else Origin.PAINTED
    return MaskRecord(mask_id=mask_id, origin=origin, absent=mask.is_empty, area=mask.area)


def is_made_from(record: MaskRecord, prompts: PromptSet) -> bool:
    """Whether a prompted mask was made from just these prompts."""
    return record.recipe.endswith(f" prompts {prompt_digest(prompts)}")


def lacks_mask(record: MaskRecord | None, prompts: PromptSet) -> bool:
    """Whether the frame's prompts were not answered yet, or by another model, and the user didn't say the last word."""
    if record is None or not record.is_key:
        return True
    if record.is_painted:  # clicks that came after the brush start from what it made
        return not record.locked and prompts.mask_id == record.mask_id and bool(prompts.points or prompts.box)
    old = record.stale or not is_made_from(record, prompts)
    return record.origin is Origin.PROMPTED and not record.locked and old


def chosen_candidate(record: MaskRecord) -> int | None:
    """Which of the masks on offer the user took, None where the model chose."""
    _, found, rest = record.recipe.partition(_CANDIDATE)
    return int(rest.split()[0]) if found else None

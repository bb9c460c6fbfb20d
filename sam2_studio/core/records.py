"""Makes the record of a mask from what the engine answered: the one place that writes recipes."""

from sam2_studio.core.commands import prompt_digest
from sam2_studio.core.masks import Mask
from sam2_studio.core.prompts import PromptSet
from sam2_studio.core.tracks import MaskRecord, Origin


def prompted_record(mask_id: int, mask: Mask, *, score: float, recipe: str, prompts: PromptSet) -> MaskRecord:
    """The record of a mask made from the prompts of its own frame; `recipe` is the model's."""
    return MaskRecord(
        mask_id=mask_id,
        origin=Origin.PROMPTED,
        score=score,
        recipe=f"{recipe} prompts {prompt_digest(prompts)}",
        area=mask.area,
    )


def tracked_record(mask_id: int, mask: Mask, *, score: float, absent: bool, recipe: str) -> MaskRecord:
    """The record of a mask that the tracker carried here from other frames."""
    return MaskRecord(
        mask_id=mask_id, origin=Origin.TRACKED, score=score, absent=absent, recipe=recipe, area=mask.area
    )


def is_made_from(record: MaskRecord, prompts: PromptSet) -> bool:
    """Whether a prompted mask was made from just these prompts."""
    return record.recipe.endswith(f" prompts {prompt_digest(prompts)}")

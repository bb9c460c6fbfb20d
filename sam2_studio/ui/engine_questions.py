"""What the window asks the engine's thread and what comes back: values only."""

from dataclasses import dataclass

from sam2_studio.core.frames import Frame
from sam2_studio.core.masks import Mask
from sam2_studio.core.prompts import PromptSet
from sam2_studio.engine.requests import MaskPrediction, ProposedSubject, SegmentSettings


@dataclass(frozen=True)
class ModelWish:
    """Which model to load, where it is to compute ("auto", "cpu"…) and in which numbers ("auto", "float32"…)."""

    name: str
    device: str = "auto"
    dtype: str = "auto"


@dataclass(frozen=True, kw_only=True)
class EngineLimits:
    """What the engine may take of the machine.

    Attributes:
        threads: On the processor; 0 for one a core.
        feature_bytes: Most that image features may take.
    """

    threads: int
    feature_bytes: int


@dataclass(frozen=True, kw_only=True)
class LoadedModel:
    """The model in use: name, `name@sha256`, where it computes and in which numbers."""

    name: str
    recipe: str
    device: str
    dtype: str


@dataclass(frozen=True, kw_only=True)
class SegmentRequest:
    """One question: which mask do these prompts give?

    Attributes:
        object_id, number: Object and frame that it is for.
        frame: The pixels, where the window has them; else the engine reads them itself.
        prompts: All prompts of that object on that frame.
        given: The pixels of `prompts.mask_id`.
        settings: Second look, snap, candidate.
        step_id: The undo step that the mask joins.
    """

    object_id: int
    number: int
    frame: Frame | None
    prompts: PromptSet
    given: Mask | None
    settings: SegmentSettings
    step_id: int


@dataclass(frozen=True)
class SegmentAnswer:
    """A request, its answer, and the model's recipe."""

    request: SegmentRequest
    prediction: MaskPrediction
    recipe: str


@dataclass(frozen=True)
class Proposals:
    """What was found on a frame, the likeliest first, and the recipe of the model that found it."""

    frame: int
    subjects: tuple[ProposedSubject, ...]
    recipe: str

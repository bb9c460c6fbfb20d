"""What every promptable network offers: pure functions on tensors, nothing kept between calls.

Memories go in and out as values, so a tracker can drop, reorder or share them, and several objects use one frame's
features. Knows nothing of clips, pictures' own sizes, projects or files.

Layout. S is the working size: the side of the square that the picture is stretched to. Points are (x, y) in 0..1 of
that square, pixel centres at (i + 0.5) / S. Mask logits are above 0 inside. B counts objects: features of one picture
(B = 1) serve any number.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import torch
import torch.nn.functional as F
from torch import Tensor, nn

CERTAIN = 10.0  # logit of what is given as certain


class Label(IntEnum):
    """What a prompt point is.

    A box comes first, as its two corners; points without a box end with one PADDING at (0, 0).
    """

    NEGATIVE = 0
    POSITIVE = 1
    BOX_TOP_LEFT = 2
    BOX_BOTTOM_RIGHT = 3
    PADDING = 4


@dataclass(frozen=True, kw_only=True)
class NetworkTraits:
    """How a network wants to be used; what `engine` needs to know of it and nothing else.

    Attributes:
        name: As in the catalogue.
        working_size: S, a multiple of 32.
        recent_memories: Memory maps of recent frames attended to, beside those of conditioning frames.
        pointer_frames: Recent frames whose object pointers are attended to, at least `recent_memories`.
        oldest_age: Greatest age (in frames) that the network was trained with; greater ones are given as this.
        conditioning_limit: Most conditioning frames attended to at once, the nearest.
        remembers_absence: Whether frames without the object are remembered too.
        remembers_answer: Whether a prompted frame is remembered by the network's own answer, not by the refined mask.
        corrects_locally: Whether, of its answer to a mask and a click, only what changes at the click is worth taking.
        second_look: Whether a second pass on a crop round the object gains.
        window_pays: Whether a small object is held better in a window that follows it.
        snap: Whether fitting the edge of a still to its colours gains.
        half_precision: Whether its masks are known to be as good where products are computed in 16 bits.
    """

    name: str
    working_size: int
    recent_memories: int
    pointer_frames: int
    oldest_age: int
    conditioning_limit: int
    remembers_absence: bool
    remembers_answer: bool
    corrects_locally: bool
    second_look: bool
    window_pays: bool
    snap: bool
    half_precision: bool


@dataclass(frozen=True)
class ImageFeatures:
    """What is known of a picture before any prompt. C, D, E are the network's own widths."""

    embedding: Tensor  # (B, C, S/16, S/16)
    skip8: Tensor  # (B, D, S/8, S/8)
    skip4: Tensor  # (B, E, S/4, S/4)

    @property
    def nbytes(self) -> int:
        return self.embedding.nbytes + self.skip8.nbytes + self.skip4.nbytes


@dataclass(frozen=True)
class Decoded:
    """The answer to prompts: mask 0 is for many prompts or a box, 1..3 are candidates for a lone click."""

    masks: Tensor  # (B, 4, S/4, S/4) logits
    quality: Tensor  # (B, 4) expected IoU, 0..1
    presence: Tensor  # (B,) logit: above 0 where the object is in the picture
    tokens: Tensor  # (B, 4, C) mask tokens, of which object pointers are made


@dataclass(frozen=True)
class FrameMemory:
    """What is remembered of one object on one frame; without a map only its pointer is attended to."""

    map: Tensor | None  # (B, M, S/16, S/16)
    pointer: Tensor  # (B, P)

    @property
    def nbytes(self) -> int:
        return self.pointer.nbytes + (0 if self.map is None else self.map.nbytes)

    def without_map(self) -> "FrameMemory":
        return FrameMemory(None, self.pointer)

    def on(self, device: torch.device) -> "FrameMemory":
        return FrameMemory(None if self.map is None else self.map.to(device), self.pointer.to(device))


@dataclass(frozen=True)
class Chosen:
    """The one answer taken of a `Decoded`."""

    mask_logits: Tensor  # (B, 1, S/4, S/4)
    quality: Tensor  # (B,) expected IoU, 0..1
    presence: Tensor  # (B,) logit
    token: Tensor  # (B, C)


@dataclass(frozen=True)
class GivenMask:
    """A mask that the user gave, as the network takes it over."""

    mask_logits: Tensor  # (B, 1, S/4, S/4)
    presence: Tensor  # (B,) logit: below 0 where the mask is empty
    memory: FrameMemory


@dataclass(frozen=True)
class Remembered:
    """A memory as seen from the present frame.

    Attributes:
        memory: What was remembered.
        age: Frames since then in the direction of tracking; below 0 for a conditioning frame still to come.
        conditioning: Whether the user said what the object is on that frame.
    """

    memory: FrameMemory
    age: int
    conditioning: bool


class PromptableNetwork(nn.Module, ABC):
    """A network that turns picture, prompts and memories into masks.

    Call it under `torch.inference_mode`, and for products in 16 bits under `torch.autocast` as well.
    """

    @property
    @abstractmethod
    def traits(self) -> NetworkTraits:
        """The network's wishes."""

    def hold_weights(self, dtype: torch.dtype) -> None:
        """Keep the weights as computing in `dtype` wants them; what casting them once has lost stays lost.

        Called on the device, after loading and whenever the type changes. By default nothing is done: autocast casts
        float32 weights in every call.
        """

    def resized(self, side: int) -> "PromptableNetwork | None":
        """The same network at another working size, sharing its weights; None where it works at one size only."""
        return None

    @abstractmethod
    def encode_image(self, rgb_bhwc: Tensor) -> ImageFeatures:
        """Features of (B, S, S, 3) pictures, uint8 or floats of 0..255, not yet conditioned."""

    @abstractmethod
    def condition(
        self, features: ImageFeatures, memories: Sequence[Remembered], *, clip_length: int | None = None
    ) -> ImageFeatures:
        """Read the memories into the embedding; with none, mark it as a picture that stands alone.

        B of features and memories is the same, or 1 in the features. `clip_length` is in frames; SAM 2.1 measures the
        age of pointers by it in clips of fewer than 16.
        """

    @abstractmethod
    def decode(
        self, features: ImageFeatures, points: Tensor, labels: Tensor, mask_logits: Tensor | None = None
    ) -> Decoded:
        """Answer prompts on conditioned features.

        Args:
            features: B or 1 of them.
            points: (B, N, 2), N at least 1.
            labels: (B, N) of `Label`; padding alone where there is no prompt.
            mask_logits: (B, 1, S/4, S/4) of an earlier answer or a given mask, or None.
        """

    @abstractmethod
    def encode_memory(
        self,
        features: ImageFeatures,
        mask_logits: Tensor,
        presence: Tensor,
        token: Tensor,
        *,
        prompted: bool = False,
    ) -> FrameMemory:
        """Make the memory of a frame.

        Args:
            features: As `encode_image` gave them, before memories were read in.
            mask_logits: (B, 1, S/4, S/4) of the chosen mask.
            presence: (B,) logit.
            token: (B, C) of the chosen mask.
            prompted: Whether the user said what the object is on this frame.
        """

    def choose(self, decoded: Decoded, labels: Tensor) -> Chosen:
        """Take one of the masks: the best candidate for a lone point, else mask 0. `labels` (B, N) as decoded."""
        lone = int((labels != Label.PADDING).sum(-1).max()) == 1
        number = decoded.quality[:, 1:].argmax(-1) + 1 if lone else torch.zeros_like(decoded.presence, dtype=torch.long)
        rows = torch.arange(len(number), device=number.device)
        return Chosen(
            decoded.masks[rows, number][:, None],
            decoded.quality[rows, number],
            decoded.presence,
            decoded.tokens[rows, number],
        )

    def adopt_mask(self, features: ImageFeatures, mask: Tensor) -> GivenMask:
        """Take a mask of the user's as the answer on its frame, and make the memory of it.

        Args:
            features: As `encode_image` gave them.
            mask: (B, 1, S, S) bool.
        """
        small = F.interpolate(mask.float(), scale_factor=0.25, mode="bilinear", antialias=True)
        logits = (2 * small - 1) * CERTAIN
        presence = torch.where(mask.flatten(1).any(1), CERTAIN, -CERTAIN)
        points = logits.new_zeros((len(mask), 1, 2))
        nothing = torch.full((len(mask), 1), int(Label.PADDING), device=mask.device)
        decoded = self.decode(self.condition(features, []), points, nothing, logits)
        memory = self.encode_memory(features, logits, presence, decoded.tokens[:, 0], prompted=True)
        return GivenMask(logits, presence, memory)

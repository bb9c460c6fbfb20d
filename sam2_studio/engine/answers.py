"""One look of the network at a window of a frame: prompts in image coordinates in, logits as numpy arrays out.

The only place where prompts become tensors. Checks that the network's answer consists of numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray

from sam2_studio.core.frames import Frame
from sam2_studio.core.geometry import Box
from sam2_studio.core.masks import Mask
from sam2_studio.core.prompts import PointPrompt
from sam2_studio.engine.embeddings import FeatureCache
from sam2_studio.engine.models import Model
from sam2_studio.engine.relief import Relief
from sam2_studio.engine.windows import Logits, Window, coverage, scaled_picture
from sam2_studio.errors import ModelError
from sam2_studio.networks.interface import Chosen, Decoded, GivenMask, ImageFeatures, Label

MOST_CERTAIN = 12.0  # logits handed back to the network are clamped to this


@dataclass(frozen=True)
class Answer:
    """What the network said of a window.

    Attributes:
        window: Where it looked.
        masks: (4, S/4, S/4) logits: 0 for many prompts or a box, 1..3 for a lone click.
        quality: (4,) expected IoU, 0 to 1.
        presence: Logit.
        tokens: (4, C).
    """

    window: Window
    masks: NDArray[np.float32]
    quality: NDArray[np.float32]
    presence: float
    tokens: NDArray[np.float32]


@dataclass(frozen=True)
class ChosenAnswer:
    """The one mask that a tracked frame got: (S/4, S/4) logits, expected IoU 0 to 1, presence logit."""

    logits: Logits
    score: float
    presence: float


class Looks:
    """Puts prompts to a model, window by window; image features are cached, nothing else is kept.

    Args:
        relief: Holds the model as it computes now.
        features: The cache.
    """

    def __init__(self, relief: Relief, features: FeatureCache) -> None:
        self._relief = relief
        self._features = features
        relief.watch(features)

    @property
    def model(self) -> Model:
        return self._relief.model

    def features(self, frame: Frame, window: Window) -> ImageFeatures:
        """Features of a window, not yet conditioned."""
        side = self.model.traits.working_size
        return self._features.features(self.model, scaled_picture(frame.seen, window, side, side))

    def ask(
        self,
        frame: Frame,
        window: Window,
        *,
        points: Sequence[PointPrompt] = (),
        box: Box | None = None,
        logits: Logits | None = None,
    ) -> Answer:
        """Answer prompts on a frame that stands alone. Points outside the window are left out.

        Raises:
            ModelError: the answer holds NaN or infinity.
        """
        network, device = self.model.network, self.model.device
        places, labels = _tokens(window, [p for p in points if window.box.contains(p.at)], box)
        features = self.features(frame, window)
        with self.model.computing():
            decoded = network.decode(
                network.condition(features, []),
                torch.tensor([places], dtype=torch.float32, device=device),
                torch.tensor([labels], device=device),
                None if logits is None else _logits_tensor(logits).to(device),
            )
        return _answer(decoded, window, frame.number)

    def ask_each(self, frame: Frame, window: Window, points: Sequence[PointPrompt]) -> list[Answer]:
        """Answer each point on its own, several at a time on the same features.

        Raises:
            ModelError: an answer holds NaN or infinity.
        """
        network, device = self.model.network, self.model.device
        features = self.features(frame, window)
        with self.model.computing():
            alone = network.condition(features, [])
        answers, at_once = [], self._relief.points_at_once()
        for start in range(0, len(points), at_once):
            tokens = [_tokens(window, [point], None) for point in points[start : start + at_once]]
            places = torch.tensor([t[0] for t in tokens], dtype=torch.float32, device=device)
            with self.model.computing():
                decoded = network.decode(alone, places, torch.tensor([t[1] for t in tokens], device=device))
            answers += [_answer(decoded, window, frame.number, n) for n in range(len(tokens))]
        return answers

    def adopt(self, frame: Frame, mask: Mask, window: Window) -> GivenMask:
        """Take a mask at the picture's size as what the object is in a window of this frame."""
        features, given = self.features(frame, window), self._mask_tensor(mask, window)
        with self.model.computing():
            return self.model.network.adopt_mask(features, given)

    def unprompted(self, conditioned: ImageFeatures) -> Chosen:
        """What the memories that a frame was conditioned on say of it."""
        network, device = self.model.network, self.model.device
        labels = torch.tensor([[int(Label.PADDING)]], device=device)
        with self.model.computing():
            decoded = network.decode(conditioned, torch.zeros(1, 1, 2, device=device), labels)
            return network.choose(decoded, labels)

    def _mask_tensor(self, mask: Mask, window: Window) -> torch.Tensor:
        """(1, 1, S, S) bool."""
        inside = coverage(mask, window, self.model.traits.working_size) >= 0.5
        return torch.from_numpy(inside)[None, None].to(self.model.device)


def _logits_tensor(logits: Logits) -> torch.Tensor:
    """(h, w) logits as the network takes them back, (1, 1, h, w), clamped."""
    return torch.from_numpy(np.clip(logits, -MOST_CERTAIN, MOST_CERTAIN).astype(np.float32))[None, None]


def chosen_answer(chosen: Chosen, frame_number: int) -> ChosenAnswer:
    """The first object's answer off the device.

    Raises:
        ModelError: it holds NaN or infinity.
    """
    logits, score, presence = _array(chosen.mask_logits[0, 0]), float(chosen.quality[0]), float(chosen.presence[0])
    _check_numbers(frame_number, logits, score, presence)
    return ChosenAnswer(logits, min(max(score, 0.0), 1.0), presence)


def _answer(decoded: Decoded, window: Window, frame_number: int, place: int = 0) -> Answer:
    masks, quality, tokens = (_array(t[place]) for t in (decoded.masks, decoded.quality, decoded.tokens))
    presence = float(decoded.presence[place])
    _check_numbers(frame_number, masks, quality, presence)
    return Answer(window, masks, np.clip(quality, 0, 1), presence, tokens)


def _check_numbers(frame_number: int, *values: NDArray[np.float32] | float) -> None:
    if not all(np.isfinite(value).all() for value in values):
        raise ModelError(
            f"The model's answer on frame {frame_number} is not made of numbers.",
            "Verify the weight file, or use another model or device.",
        )


def _array(tensor: torch.Tensor) -> NDArray[np.float32]:
    return cast("NDArray[np.float32]", tensor.float().cpu().numpy())


def _tokens(
    window: Window, points: Sequence[PointPrompt], box: Box | None
) -> tuple[list[tuple[float, float]], list[int]]:
    """Places in 0..1 of the window and labels: the box's corners first, or one padding point last."""
    places, labels = [], []
    if box is not None:
        places += [((box.x0 - window.left) / window.width, (box.y0 - window.top) / window.height)]
        places += [((box.x1 - window.left) / window.width, (box.y1 - window.top) / window.height)]
        labels += [Label.BOX_TOP_LEFT, Label.BOX_BOTTOM_RIGHT]
    for point in points:
        places.append(window.relative(point.at))
        labels.append(Label.POSITIVE if point.positive else Label.NEGATIVE)
    if box is None:
        places.append((0.0, 0.0))
        labels.append(Label.PADDING)
    return places, [int(label) for label in labels]

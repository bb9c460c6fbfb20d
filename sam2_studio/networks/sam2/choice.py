"""Which of the decoder's four masks is the answer, by the published rules (SAM 2 paper, appendix D.1)."""

import torch
from torch import Tensor

from sam2_studio.networks.interface import Decoded

STABILITY_MARGIN = 0.05
STABLE = 0.98


def stability(masks: Tensor) -> Tensor:
    """(..., h, w) logits -> (...,): how little the area depends on where exactly the cut is; 1 is best."""
    flat = masks.flatten(-2)
    sure = (flat > STABILITY_MARGIN).sum(-1, dtype=torch.float32)
    possible = (flat > -STABILITY_MARGIN).sum(-1, dtype=torch.float32)
    return torch.where(possible > 0, sure / possible.clamp(min=1), 1.0)


def best_candidate(decoded: Decoded) -> Tensor:
    """(B,) of 1..3: the candidate with the greatest expected IoU."""
    return decoded.quality[:, 1:].argmax(-1) + 1


def single_answer(decoded: Decoded) -> Tensor:
    """(B,) of 0..3: mask 0 where it is stable, else the best candidate."""
    stable = stability(decoded.masks[:, 0]) >= STABLE
    return torch.where(stable, 0, best_candidate(decoded))

"""Turns prompts into tokens (position and label) and into maps that are added to the picture's features.

SAM encodes only a given mask densely; `nano` draws clicks and boxes as maps too, which a small decoder reads easily.
"""

import math
from functools import lru_cache

import torch
from torch import Tensor, nn

from sam2_studio.networks.interface import Label
from sam2_studio.networks.nano.widths import EMBED, SKIP8

PLANES = 8  # previous mask, is there one; near and far of positive, of negative clicks; inside the box, is there one
SPREADS = (0.03, 0.15)  # of a click's near and far spot, in parts of the picture
BOX_SHARPNESS = 100.0
MASK_SOFTNESS = 4.0


@lru_cache(maxsize=8)
def pixel_centres(count: int, device: torch.device) -> Tensor:
    """(count,) centres of pixels in 0..1."""
    return (torch.arange(count, device=device) + 0.5) / count


class PromptEncoder(nn.Module):
    """Points, labels and a mask as (B, N, 128) tokens and as additions to the features of strides 16 and 8."""

    frequencies: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("frequencies", torch.zeros(2, EMBED // 2))
        self.labels = nn.Embedding(len(Label), EMBED)
        self.no_prompt = nn.Parameter(torch.zeros(EMBED))
        self.dense16 = nn.Sequential(
            nn.Conv2d(PLANES, 16, 2, 2), nn.GELU(), nn.Conv2d(16, 64, 2, 2), nn.GELU(), nn.Conv2d(64, EMBED, 1)
        )
        self.dense8 = nn.Sequential(nn.Conv2d(PLANES, 16, 2, 2), nn.GELU(), nn.Conv2d(16, SKIP8, 1))

    def grid(self, height: int, width: int) -> Tensor:
        """(1, height * width, 128) position codes of a map's cells."""
        device = self.frequencies.device
        y, x = torch.meshgrid(pixel_centres(height, device), pixel_centres(width, device), indexing="ij")
        return self._position(torch.stack([x, y], -1)).flatten(0, 1)[None]

    def tokens(self, points: Tensor, labels: Tensor) -> Tensor:
        """(B, N, 128); padding has no position."""
        placed = (labels != Label.PADDING)[..., None]
        codes: Tensor = self.labels(labels) + self._position(points) * placed
        return codes

    def dense(
        self, points: Tensor, labels: Tensor, mask_logits: Tensor | None, height: int, width: int
    ) -> tuple[Tensor, Tensor | None]:
        """Additions at strides 16 and 8, (B, 128, h/4, w/4) and (B, 32, h/2, w/2), of maps of (h, w) = S/4.

        Without any prompt the first is the learnt (1, 128, 1, 1) for that and the second is None.
        """
        if mask_logits is None and bool((labels == Label.PADDING).all()):
            return self.no_prompt[None, :, None, None], None
        maps = torch.cat(
            [
                _mask_planes(mask_logits, len(points), height, width, points.device),
                *_click_planes(points, labels, height, width),
                _box_planes(points, labels, height, width),
            ],
            1,
        ).contiguous(memory_format=torch.channels_last)
        return self.dense16(maps), self.dense8(maps)

    def _position(self, xy: Tensor) -> Tensor:
        """(..., 2) in 0..1 -> (..., 128): random Fourier features (Tancik et al. 2020)."""
        phase = 2 * math.pi * ((2 * xy - 1) @ self.frequencies)
        return torch.cat([phase.sin(), phase.cos()], -1)


def _mask_planes(mask_logits: Tensor | None, batch: int, height: int, width: int, device: torch.device) -> Tensor:
    if mask_logits is None:
        return torch.zeros(batch, 2, height, width, device=device)
    return torch.cat([torch.tanh(mask_logits / MASK_SOFTNESS), torch.ones_like(mask_logits)], 1)


def _click_planes(points: Tensor, labels: Tensor, height: int, width: int) -> list[Tensor]:
    """Four (B, 1, h, w): near and far spots of the positive, then of the negative clicks."""
    across = (points[:, :, 0, None] - pixel_centres(width, points.device)) ** 2  # (B, N, w)
    down = (points[:, :, 1, None] - pixel_centres(height, points.device)) ** 2
    distance = down[..., None] + across[:, :, None]  # (B, N, h, w)
    planes = []
    for label in (Label.POSITIVE, Label.NEGATIVE):
        chosen = (labels == label)[:, :, None, None]
        for spread in SPREADS:
            spots = torch.exp(-distance / (2 * spread * spread)) * chosen
            planes.append(spots.amax(1, keepdim=True))
    return planes


def _box_planes(points: Tensor, labels: Tensor, height: int, width: int) -> Tensor:
    """(B, 2, h, w): inside the box with a soft edge, and whether there is one."""
    batch, count = labels.shape
    if count < 2:
        return torch.zeros(batch, 2, height, width, device=points.device)
    given = (labels[:, 0] == Label.BOX_TOP_LEFT).to(points.dtype)[:, None, None]
    across = _between(pixel_centres(width, points.device), points[:, 0, 0, None], points[:, 1, 0, None])
    down = _between(pixel_centres(height, points.device), points[:, 0, 1, None], points[:, 1, 1, None])
    return torch.stack([down[:, :, None] * across[:, None] * given, given.expand(batch, height, width)], 1)


def _between(places: Tensor, low: Tensor, high: Tensor) -> Tensor:
    return torch.sigmoid((places - low) * BOX_SHARPNESS) * torch.sigmoid((high - places) * BOX_SHARPNESS)

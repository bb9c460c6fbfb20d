"""Prompts to tokens and maps (SAM 2 paper, section 4; as in Segment Anything, Kirillov et al. 2023, section 3)."""

import math
from collections.abc import Callable
from typing import Self

import torch
from torch import Tensor, nn

from sam2_studio.networks.interface import Label
from sam2_studio.networks.sam2.config import EMBED
from sam2_studio.networks.sam2.layers import Conv, Deriving, MapLinear, MapNorm, to_bhwc

POINT_KINDS = 4  # negative, positive, two corners of a box


class PlaceCode(nn.Module):
    """Sines and cosines of places in 0..1 at random frequencies (Tancik et al. 2020), in full precision."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("positional_encoding_gaussian_matrix", torch.zeros(2, EMBED // 2))

    def forward(self, places: Tensor) -> Tensor:
        """(..., 2) x and y -> (..., 256)."""
        matrix = self.get_buffer("positional_encoding_gaussian_matrix")
        with torch.autocast(places.device.type, enabled=False):
            angles = (2 * places.to(matrix.dtype) - 1) @ matrix * (2 * math.pi)
            return torch.cat([angles.sin(), angles.cos()], -1)

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Self:
        """A shorter number type would move places by whole pixels, so only the device is changed."""
        matrix = self.get_buffer("positional_encoding_gaussian_matrix")
        super()._apply(fn, recurse)  # type: ignore[no-untyped-call]
        device = self.get_buffer("positional_encoding_gaussian_matrix").device
        if device.type != "meta" and matrix.device.type != "meta":
            self.positional_encoding_gaussian_matrix = matrix.to(device)
        return self


class PromptEncoder(Deriving):
    """Points and boxes -> tokens; an earlier or given mask -> a map added to the embedding."""

    def __init__(self) -> None:
        super().__init__()
        self.pe_layer = PlaceCode()
        self.point_embeddings = nn.ModuleList(nn.Embedding(1, EMBED) for _ in range(POINT_KINDS))
        self.not_a_point_embed = nn.Embedding(1, EMBED)
        self.mask_downscaling = nn.Sequential(
            Conv(1, 4, 2, 2), MapNorm(4), nn.GELU(), Conv(4, 16, 2, 2), MapNorm(16), nn.GELU(), MapLinear(16, EMBED)
        )
        self.no_mask_embed = nn.Embedding(1, EMBED)

    def tokens(self, points: Tensor, labels: Tensor) -> Tensor:
        """(B, N, 2) in 0..1 and (B, N) of `Label` -> (B, N, 256)."""
        known = [self.get_parameter(f"point_embeddings.{n}.weight") for n in range(POINT_KINDS)]
        kinds = torch.cat([*known, self.not_a_point_embed.weight])
        no_point = (labels == Label.PADDING)[..., None]
        placed: Tensor = self.pe_layer(points).masked_fill(no_point, 0.0).to(kinds.dtype)
        return placed + kinds[labels]

    def dense(self, mask_logits: Tensor | None) -> Tensor:
        """(B, 1, S/4, S/4) or None -> (B or 1, S/16, S/16 or 1, 1, 256)."""
        if mask_logits is None:
            return self.no_mask_embed.weight[None, None]
        mapped: Tensor = self.mask_downscaling(to_bhwc(mask_logits.to(self.no_mask_embed.weight.dtype)))
        return mapped

    def grid(self, side: int) -> Tensor:
        """(side * side, 256): the codes of the places of the embedding."""
        if side not in self.derived:
            centres = (torch.arange(side, device=self.no_mask_embed.weight.device, dtype=torch.float32) + 0.5) / side
            y, x = torch.meshgrid(centres, centres, indexing="ij")
            code = self.pe_layer(torch.stack([x, y], -1)).flatten(0, 1)
            self.derived = {side: code.to(self.no_mask_embed.weight.dtype)}
        return self.derived[side]

"""The layers that the parts of `nano` share. Maps are (B, C, H, W), channels-last in memory; sequences (B, N, C)."""

from collections.abc import Callable
from functools import lru_cache

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Rotary = tuple[Tensor, Tensor]  # cosines and sines, (positions, channels of a head / 2) each


class LayerNorm2d(nn.Module):
    """Layer normalisation over the channels of a map."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        # for a channels-last map both permutations are free
        y = F.layer_norm(x.permute(0, 2, 3, 1), x.shape[1:2], self.weight, self.bias, 1e-6)
        return y.permute(0, 3, 1, 2)


class Attention(nn.Module):
    """Multi-head attention of queries (B, Q, C) to keys and values (B, K, C').

    Args:
        channels: C, of queries and output.
        heads: Number of heads.
        reduce: The heads together have C / reduce channels.
        source_channels: C' where it isn't C.
    """

    def __init__(self, channels: int, heads: int = 4, *, reduce: int = 1, source_channels: int | None = None) -> None:
        super().__init__()
        inner, source = channels // reduce, source_channels or channels
        self.heads = heads
        self.query = nn.Linear(channels, inner)
        self.key = nn.Linear(source, inner)
        self.value = nn.Linear(source, inner)
        self.out = nn.Linear(inner, channels)

    def forward(
        self, query: Tensor, key: Tensor, value: Tensor, turn: Callable[[Tensor], Tensor] | None = None
    ) -> Tensor:
        """Attend. `turn` puts positions into queries and keys, (B, heads, N, C / heads) to the same."""
        q, k, v = self._split(self.query(query)), self._split(self.key(key)), self._split(self.value(value))
        if turn is not None:
            q, k = turn(q), turn(k)
        y: Tensor = self.out(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(-2))
        return y

    def _split(self, x: Tensor) -> Tensor:
        return x.reshape(*x.shape[:2], self.heads, -1).transpose(1, 2)  # (B, heads, N, C / heads)


@lru_cache(maxsize=8)
def rotary_table(height: int, width: int, channels: int, device: torch.device) -> Rotary:
    """Angles of 2-D rotary positions; measured on a 16 x 16 grid whatever the size, with base 100."""
    rates = 100.0 ** -(torch.arange(0, channels, 4, device=device).float() / channels)
    y, x = torch.meshgrid(
        torch.arange(height, device=device) * (16.0 / height),
        torch.arange(width, device=device) * (16.0 / height),
        indexing="ij",
    )
    angles = torch.cat([x.reshape(-1, 1) * rates, y.reshape(-1, 1) * rates], -1)
    return angles.cos(), angles.sin()


def rotate_maps(x: Tensor, rotary: Rotary) -> Tensor:
    """Turn pairs of channels by their grid position.

    `x` is (B, heads, N, C): whole maps one after another, then vectors without a position, which are left as they are.
    """
    cos, sin = rotary
    positions = cos.shape[0]
    maps = x.shape[2] // positions
    grids = x[:, :, : maps * positions].reshape(*x.shape[:2], maps, positions, -1)
    even, odd = grids[..., 0::2], grids[..., 1::2]
    turned = torch.stack([even * cos - odd * sin, even * sin + odd * cos], -1).flatten(-2).flatten(2, 3)
    return torch.cat([turned, x[:, :, maps * positions :]], 2) if x.shape[2] % positions else turned

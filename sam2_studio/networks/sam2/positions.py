"""Position codes of grids and ages; each is computed once for a size and device and kept.

The sine codes are those of Vaswani et al. 2017 in two dimensions, the rotary ones of Su et al. 2021 and Heo et al. 2024
(SAM 2 paper, appendix D.1). No code depends on weights.
"""

import math
from functools import lru_cache

import torch
from torch import Tensor

BASE = 10_000.0


@lru_cache(maxsize=16)
def sine_grid(side: int, channels: int, device: torch.device) -> Tensor:
    """(side * side, channels) float32: half of the channels tell the row, half the column."""
    half = channels // 2
    place = torch.arange(1, side + 1, dtype=torch.float32, device=device)
    place = place / (place[-1] + 1e-6) * (2 * math.pi)
    line = _waves(place, half)  # (side, half)
    rows = line[:, None].expand(-1, side, -1)
    columns = line[None].expand(side, -1, -1)
    return torch.cat([rows, columns], -1).flatten(0, 1)


def _waves(place: Tensor, channels: int) -> Tensor:
    """(N, channels): sine and cosine by turns, from fast to slow."""
    pair = torch.arange(channels, device=place.device) // 2
    angles = place[:, None] / BASE ** (2 * pair / channels)
    return torch.stack([angles[:, 0::2].sin(), angles[:, 1::2].cos()], -1).flatten(1)


def sine_ages(ages: Tensor, channels: int) -> Tensor:
    """(N,) ages -> (N, channels): sines, then cosines."""
    pair = torch.arange(channels // 2, device=ages.device) // 2
    angles = ages[:, None] / BASE ** (2 * pair / (channels // 2))
    return torch.cat([angles.sin(), angles.cos()], -1)


@lru_cache(maxsize=16)
def rotary_grid(side: int, channels: int, device: torch.device) -> Tensor:
    """(side * side, channels / 2) complex64 of length 1: a quarter of the channels turns with x, the next with y."""
    rates = BASE ** -(torch.arange(0, channels, 4, device=device).float() / channels)
    place = torch.arange(side, dtype=torch.float32, device=device)
    angles = torch.outer(place, rates)
    x = angles[None].expand(side, -1, -1)
    y = angles[:, None].expand(-1, side, -1)
    both = torch.cat([x, y], -1).flatten(0, 1)
    return torch.polar(torch.ones_like(both), both)


def rotate_(x: Tensor, turns: Tensor) -> Tensor:
    """Turn channel pairs of (..., positions, channels) by `rotary_grid`'s angles, in place; returns x."""
    pairs = torch.view_as_complex(torch.unflatten(x.float(), -1, (-1, 2))).mul_(turns)
    return x if x.dtype == torch.float32 else x.copy_(torch.view_as_real(pairs).flatten(-2))

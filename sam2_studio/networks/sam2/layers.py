"""The small layers that several parts of SAM 2 share. Maps are (B, H, W, C): every layer works on the last axis.

Convolutions of size 1, and transposed ones whose windows don't overlap, are matrix products; these classes hold the
parameters in the published shapes and multiply.
"""

from collections.abc import Callable
from typing import Self

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sam2_studio.networks.sam2.affine import affine_by


class Deriving(nn.Module):
    """A module that keeps what it computed from its parameters until those are loaded, moved or converted.

    Attributes:
        derived: By size, say; not part of the state.
    """

    def __init__(self) -> None:
        super().__init__()
        self.derived: dict[int, Tensor] = {}
        self.register_load_state_dict_post_hook(lambda module, _: module.derived.clear())  # type: ignore[no-untyped-call]

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Self:
        self.derived.clear()
        return super()._apply(fn, recurse)  # type: ignore[no-untyped-call, no-any-return]


class MapNorm(nn.LayerNorm):
    """Layer normalisation of a map over its channels."""

    def __init__(self, channels: int) -> None:
        super().__init__(channels, eps=1e-6)


class MapLinear(nn.Conv2d):
    """A 1 x 1 convolution: every position's channels times one matrix."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs, 1)

    @property
    def matrix(self) -> Tensor:
        """(outputs, inputs)."""
        return self.weight[:, :, 0, 0]

    def forward(self, x_bhwc: Tensor) -> Tensor:
        return affine_by(x_bhwc, self.matrix, self.bias)


class Conv(nn.Conv2d):
    """A convolution of a (B, H, W, C) map; permuted, that is a channels-last map, and nothing is copied."""

    def forward(self, x_bhwc: Tensor) -> Tensor:
        return super().forward(x_bhwc.permute(0, 3, 1, 2).to(self.weight.dtype)).permute(0, 2, 3, 1)


class Unfold2x(nn.ConvTranspose2d):
    """Doubles a map: each position becomes 2 x 2 ones. The result stays folded, (B, H, W, 2, 2, C)."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs, 2, 2)

    def forward(self, x_bhwc: Tensor) -> Tensor:  # type: ignore[override]
        matrix = self.weight.permute(2, 3, 1, 0).flatten(0, 2)  # (2 * 2 * C, inputs)
        bias = None if self.bias is None else self.bias.repeat(4)
        return torch.unflatten(affine_by(x_bhwc, matrix, bias), -1, (2, 2, -1))


def fold2x(map_bhwc: Tensor) -> Tensor:
    """(B, 2H, 2W, C) as (B, H, W, 2, 2, C), in the order in which `Unfold2x` gives it; a view."""
    b, h, w, c = map_bhwc.shape
    return map_bhwc.view(b, h // 2, 2, w // 2, 2, c).transpose(2, 3)


def unfold2x(map_bhw22c: Tensor) -> Tensor:
    """(B, H, W, 2, 2, C) as the map (B, 2H, 2W, C)."""
    b, h, w, _, _, c = map_bhw22c.shape
    return map_bhw22c.transpose(2, 3).reshape(b, 2 * h, 2 * w, c)


def to_bhwc(map_bchw: Tensor) -> Tensor:
    """Positions before channels; free where the map is channels-last already, as all of ours are."""
    return map_bchw.permute(0, 2, 3, 1).contiguous()


def to_bchw(map_bhwc: Tensor) -> Tensor:
    """The same numbers as a channels-last (B, C, H, W) map."""
    return map_bhwc.permute(0, 3, 1, 2)


def resize(map_bchw: Tensor, size: int, *, antialias: bool = False) -> Tensor:
    """Stretch to `size` x `size`, bilinear, pixel centres kept."""
    if map_bchw.shape[-1] == size == map_bchw.shape[-2]:
        return map_bchw
    return F.interpolate(map_bchw, size=(size, size), mode="bilinear", align_corners=False, antialias=antialias)


def empty_parameter(*shape: int) -> nn.Parameter:
    """A parameter that a checkpoint fills."""
    return nn.Parameter(torch.zeros(shape))

"""The product of tokens with a layer's matrix, joined with what follows it where this processor can do so.

Bias, GELU and the addition of a residual each cost a pass over memory when they are steps of their own; oneDNN does
them while the product is still at hand. Its operators have no gradients and know no autocast: they serve inference.
"""

from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

FEWEST_ROWS = 512  # below that the plain product is faster

_JOINED = torch._C._has_mkldnn and hasattr(torch.ops.mkldnn, "_linear_pointwise")

Then = Literal["none", "gelu", "relu"]


def affine(x: Tensor, layer: nn.Linear, *, then: Then = "none", plus: Tensor | None = None) -> Tensor:
    """`layer` of x (..., inputs), then an activation or the sum with `plus` (as the result)."""
    return affine_by(x, layer.weight, layer.bias, then=then, plus=plus)


def affine_by(
    x: Tensor, matrix: Tensor, bias: Tensor | None, *, then: Then = "none", plus: Tensor | None = None
) -> Tensor:
    """The same with a bare matrix (outputs, inputs) and bias (outputs,). A matrix held in 16 bits decides the type."""
    if matrix.dtype != torch.float32:
        x, plus = x.to(matrix.dtype), None if plus is None else plus.to(matrix.dtype)
    if not _can_join(x, matrix):
        return _plain(F.linear(x, matrix, bias), then, plus)
    joined = torch.ops.mkldnn._linear_pointwise
    if plus is not None and plus.shape == (*x.shape[:-1], len(matrix)):
        added: Tensor = joined.binary(x, plus, matrix, bias, "add")
        return added
    y: Tensor = joined(x, matrix, bias, then, [], "none" if then == "gelu" else "")
    return y if plus is None else y + plus


def _plain(y: Tensor, then: Then, plus: Tensor | None) -> Tensor:
    y = F.gelu(y) if then == "gelu" else F.relu(y) if then == "relu" else y
    return y if plus is None else y + plus


def _can_join(x: Tensor, matrix: Tensor) -> bool:
    return (
        _JOINED
        and x.dtype == matrix.dtype
        and (x.dtype == torch.bfloat16 or (x.dtype == torch.float32 and not torch.is_autocast_enabled("cpu")))
        and x.device.type == "cpu"
        and x.numel() >= FEWEST_ROWS * x.shape[-1]
        and torch.is_inference_mode_enabled()
    )

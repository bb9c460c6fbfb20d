"""Multi-head attention as the mask decoder and the memory attention use it (Vaswani et al. 2017).

Queries and keys may have a batch of 1 where they are the same for every object; they are then projected once.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

SCORE_ROWS = 256  # queries that a thread works on at once
MOST_SCORES = 1 << 25  # numbers in the buffer of scores


class Attention(nn.Module):
    """Queries (B, Q, C) to keys and values (B, K, C').

    Args:
        channels: C, of queries and output.
        inner: Channels of all heads together.
        heads: Number of heads.
        source: C' where it isn't C.
    """

    def __init__(self, channels: int, inner: int, heads: int, *, source: int | None = None) -> None:
        super().__init__()
        self.heads = heads
        self.q_proj = nn.Linear(channels, inner)
        self.k_proj = nn.Linear(source or channels, inner)
        self.v_proj = nn.Linear(source or channels, inner)
        self.out_proj = nn.Linear(inner, channels)

    def forward(self, queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
        q, k, v = self._split(self.q_proj(queries)), self._split(self.k_proj(keys)), self._split(self.v_proj(values))
        batch = max(len(q), len(k))
        y = F.scaled_dot_product_attention(
            q.expand(batch, -1, -1, -1), k.expand(batch, -1, -1, -1), v.expand(batch, -1, -1, -1)
        )
        projected: Tensor = self.out_proj(y.transpose(1, 2).flatten(-2))
        return projected

    def _split(self, x: Tensor) -> Tensor:
        return torch.unflatten(x, -1, (self.heads, -1)).transpose(1, 2)  # (B, heads, N, C / heads)


def narrow_pays(q: Tensor) -> bool:
    """Whether `attend_narrow` is faster than a fused kernel with values as wide as the keys."""
    return q.device.type == "cpu" and q.dtype == torch.float32 and torch.is_inference_mode_enabled()


def attend_narrow(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """Attention with one head whose values are narrower than its keys, for processors and inference.

    The fused kernels want equal widths. Here one buffer of scores, a part for each thread, is used again and again.

    Args:
        q: (B, Q, C).
        k: (B, K, C).
        v: (B, K, D).

    Returns:
        (B, Q, D).
    """
    parts, rows = _blocks(q.shape[1], k.shape[1])
    scaled = (q * q.shape[-1] ** -0.5).view(len(q), -1, parts, rows, q.shape[-1])
    scores = q.new_empty(parts, rows, k.shape[1])
    read = q.new_empty(*scaled.shape[:-1], v.shape[-1])
    for b in range(len(q)):
        keys, values = k[b].t().expand(parts, -1, -1), v[b].expand(parts, -1, -1)
        for block in range(scaled.shape[1]):
            torch.bmm(scaled[b, block], keys, out=scores)
            torch._softmax(scores, -1, False, out=scores)
            torch.bmm(scores, values, out=read[b, block])
    return read.flatten(1, 3)


def _blocks(queries: int, keys: int) -> tuple[int, int]:
    """How many parts are worked on at once, one a thread, and the rows of each; together they divide the queries."""
    parts = 1 << (torch.get_num_threads().bit_length() - 1)
    while queries % parts:
        parts //= 2
    rows = queries // parts
    while rows > SCORE_ROWS and rows % 2 == 0:
        rows //= 2
    while parts * rows * keys > MOST_SCORES and rows % 2 == 0:
        rows //= 2
    return parts, rows

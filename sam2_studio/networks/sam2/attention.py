"""Multi-head attention as the mask decoder and the memory attention use it (Vaswani et al. 2017).

Queries and keys may have a batch of 1 where they are the same for every object; they are then projected once.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

QUERY_BLOCK = 512  # rows of scores worked on at once: few enough to stay near the processor


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


def attend_narrow(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """Attention with one head whose values are narrower than its keys.

    The fused kernels want equal widths, so on a processor this is done in blocks of queries.

    Args:
        q: (B, Q, C).
        k: (B, K, C).
        v: (B, K, D).

    Returns:
        (B, Q, D).
    """
    scale = q.shape[-1] ** -0.5
    keys = k.transpose(1, 2)
    blocks = [torch.softmax(torch.bmm(rows * scale, keys), -1) @ v for rows in torch.split(q, QUERY_BLOCK, 1)]
    return torch.cat(blocks, 1)

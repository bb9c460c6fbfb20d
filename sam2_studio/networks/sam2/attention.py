"""Multi-head attention as the mask decoder and the memory attention use it (Vaswani et al. 2017).

Queries and keys may have a batch of 1 where they are the same for every object; they are then projected once.

Over many keys, a processor is faster with plain products on blocks of scores that stay near it than with torch's fused
kernel, which also wants values as wide as the keys.
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sam2_studio.networks.sam2.affine import affine, affine_by

ROWS = 512  # queries whose scores are made at once
KEYS = 4096  # keys at once in float32; in halves, whose scores take less room, all
SAMPLED = 16  # every how many-th key tells about how large a query's scores get


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
        q, k = self._split(affine(queries, self.q_proj)), self._split(affine(keys, self.k_proj))
        v = self._split(affine(values, self.v_proj))
        batch = max(len(q), len(k))
        y = F.scaled_dot_product_attention(
            q.expand(batch, -1, -1, -1), k.expand(batch, -1, -1, -1), v.expand(batch, -1, -1, -1)
        )
        return affine(y.transpose(1, 2).flatten(-2), self.out_proj)

    def _split(self, x: Tensor) -> Tensor:
        return torch.unflatten(x, -1, (self.heads, -1)).transpose(1, 2)  # (B, heads, N, C / heads)


def blocks_pay(q: Tensor) -> bool:
    """Whether `attend_in_blocks` is faster than torch's fused kernel."""
    return q.device.type == "cpu" and q.dtype in (torch.float32, torch.bfloat16) and torch.is_inference_mode_enabled()


def attend_in_blocks(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """Attention on a processor, for inference; values may be narrower than keys. Each of the batch is done alone.

    Args:
        q: (B, Q, C).
        k: (B, K, C).
        v: (B, K, D).

    Returns:
        (B, Q, D).
    """
    attend = _in_tiles if q.dtype == torch.float32 else _in_rows
    return torch.stack(
        [attend(q[b] * q.shape[-1] ** -0.5, k[b].contiguous(), v[b].to(q.dtype).contiguous()) for b in range(len(q))]
    )


def _in_tiles(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """(Q, C), already scaled, (K, C) and (K, D) -> (Q, D)."""
    keys, columns = torch.split(k, KEYS), [part.t().contiguous() for part in torch.split(v, KEYS)]
    return torch.cat([_read_tiles(rows, keys, columns) for rows in torch.split(q, ROWS)])


def _read_tiles(q: Tensor, keys: Sequence[Tensor], columns: Sequence[Tensor]) -> Tensor:
    """What each tile of keys gives alone, weighed by its share of all."""
    read, sums = [], []
    for some, values in zip(keys, columns, strict=True):
        scores = affine_by(q, some, None)
        greatest = scores.amax(-1)
        torch._softmax(scores, -1, False, out=scores)
        # the greatest share is exp(greatest score - log of the sum), so the log of the sum follows from it
        sums.append(greatest - scores.amax(-1).log())
        read.append(affine_by(scores, values, None))
    shares = torch.stack(sums, -1).softmax(-1)
    return (torch.stack(read, -1) * shares[:, None]).sum(-1)


def _in_rows(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """The same in bfloat16, where scores are moved towards 0 at their top, or those that count would be rounded most.

    Softmax gives the same whatever is taken off a whole row; about the greatest score of some keys is enough.
    """
    top = (q @ k[::SAMPLED].t()).amax(-1, keepdim=True)
    scores, read = q.new_empty(min(ROWS, len(q)), len(k)), q.new_empty(len(q), v.shape[-1])
    for rows, less, out in zip(*(torch.split(part, ROWS) for part in (q, top.neg_(), read)), strict=True):
        some = scores[: len(rows)]
        torch.addmm(less, rows, k.t(), out=some)
        torch._softmax(some, -1, False, out=some)
        torch.mm(some, v, out=out)
    return read

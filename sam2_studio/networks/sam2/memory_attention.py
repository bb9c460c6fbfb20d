"""How a frame's embedding reads the memories (SAM 2 paper, section 4 "Memory attention", appendix D.1).

Four layers, each self-attention with rotary positions, attention to memory maps and pointers, and an MLP. The value
projection of the memory is taken out of the attention: weights sum to 1, so projecting the weighted sum of 64-channel
memories gives what projecting every memory would, at a quarter of the work.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sam2_studio.networks.sam2.affine import affine
from sam2_studio.networks.sam2.attention import attend_in_blocks, blocks_pay
from sam2_studio.networks.sam2.config import EMBED, MEMORY
from sam2_studio.networks.sam2.positions import rotary_grid, rotate_, sine_grid

LAYERS = 4
HIDDEN = 2048
INPUT_POSITION = 0.1  # how much of the position code is added to the embedding


@dataclass(frozen=True)
class MemoryTokens:
    """All that B objects remember, as tokens: whole maps one after another, then pointers, which have no place.

    Attributes:
        values: (B, K, 64).
        keys: The same with codes of place and age added, which values don't get.
        pointers: How many of the K are parts of pointers.
    """

    values: Tensor
    keys: Tensor
    pointers: int


class SelfAttention(nn.Module):
    """The embedding reads itself, one head."""

    def __init__(self) -> None:
        super().__init__()
        self.q_proj = nn.Linear(EMBED, EMBED)
        self.k_proj = nn.Linear(EMBED, EMBED)
        self.v_proj = nn.Linear(EMBED, EMBED)
        self.out_proj = nn.Linear(EMBED, EMBED)

    def forward(self, x: Tensor, turns: Tensor, plus: Tensor) -> Tensor:
        """x (B or 1, P, 256); `plus` is added to the result."""
        q, k = rotate_(affine(x, self.q_proj), turns), rotate_(affine(x, self.k_proj), turns)
        v = affine(x, self.v_proj)
        if blocks_pay(q):
            y = attend_in_blocks(q, k, v)
        else:
            y = F.scaled_dot_product_attention(q[:, None], k[:, None], v[:, None])[:, 0]
        return affine(y, self.out_proj, plus=plus)


class MemoryCrossAttention(nn.Module):
    """The embedding reads the memories, one head."""

    def __init__(self) -> None:
        super().__init__()
        self.q_proj = nn.Linear(EMBED, EMBED)
        self.k_proj = nn.Linear(MEMORY, EMBED)
        self.v_proj = nn.Linear(MEMORY, EMBED)
        self.out_proj = nn.Linear(EMBED, EMBED)

    def forward(self, x: Tensor, memory: MemoryTokens, turns: Tensor, plus: Tensor) -> Tensor:
        """x (B or 1, P, 256); `plus` is added to the result."""
        q = rotate_(affine(x, self.q_proj), turns)
        k = self._keys(memory, turns)
        q = q.expand(len(k), -1, -1)
        if blocks_pay(q):
            read = affine(attend_in_blocks(q, k, memory.values), self.v_proj)
        else:
            read = F.scaled_dot_product_attention(q[:, None], k[:, None], self.v_proj(memory.values)[:, None])[:, 0]
        return affine(read, self.out_proj, plus=plus)

    def _keys(self, memory: MemoryTokens, turns: Tensor) -> Tensor:
        """(B, K, 256); every map's tokens are turned by their own places."""
        k = affine(memory.keys, self.k_proj)
        placed = k.shape[1] - memory.pointers
        rotate_(torch.unflatten(k[:, :placed], 1, (-1, len(turns))), turns)
        return k


class MemoryAttentionLayer(nn.Module):
    """Each part works on a normalised copy and is added."""

    def __init__(self) -> None:
        super().__init__()
        self.self_attn = SelfAttention()
        self.cross_attn_image = MemoryCrossAttention()
        self.linear1 = nn.Linear(EMBED, HIDDEN)
        self.linear2 = nn.Linear(HIDDEN, EMBED)
        self.norm1 = nn.LayerNorm(EMBED)
        self.norm2 = nn.LayerNorm(EMBED)
        self.norm3 = nn.LayerNorm(EMBED)

    def forward(self, x: Tensor, memory: MemoryTokens, turns: Tensor) -> Tensor:
        x = self.self_attn(self.norm1(x), turns, x)
        x = self.cross_attn_image(self.norm2(x), memory, turns, x)
        return affine(affine(self.norm3(x), self.linear1, then="relu"), self.linear2, plus=x)


class MemoryAttention(nn.Module):
    """The embedding (B or 1, h, w, 256) after reading the memories of B objects, (B, h, w, 256).

    With one embedding for all objects, the first layer's self-attention is the same for all and done once.
    """

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList(MemoryAttentionLayer() for _ in range(LAYERS))
        self.norm = nn.LayerNorm(EMBED)

    def forward(self, embedding_bhwc: Tensor, memory: MemoryTokens) -> Tensor:
        side = embedding_bhwc.shape[1]
        place = sine_grid(side, EMBED, embedding_bhwc.device).to(embedding_bhwc.dtype)
        x = embedding_bhwc.flatten(1, 2) + INPUT_POSITION * place
        turns = rotary_grid(side, EMBED, x.device)
        for layer in self.layers:
            x = layer(x, memory, turns)
        return torch.unflatten(self.norm(x), 1, (side, side))

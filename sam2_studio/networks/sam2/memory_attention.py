"""How a frame's embedding reads the memories (SAM 2 paper, section 4 "Memory attention", appendix D.1).

Four layers, each self-attention with rotary positions, attention to memory maps and pointers, and an MLP. The value
projection of the memory is taken out of the attention: weights sum to 1, so projecting the weighted sum of 64-channel
memories gives what projecting every memory would, at a quarter of the work.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sam2_studio.networks.sam2.attention import attend_narrow
from sam2_studio.networks.sam2.config import EMBED, MEMORY
from sam2_studio.networks.sam2.positions import rotary_grid, rotate, sine_grid

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

    def forward(self, x: Tensor, turns: Tensor) -> Tensor:
        q, k = rotate(self.q_proj(x), turns), rotate(self.k_proj(x), turns)
        y = F.scaled_dot_product_attention(q[:, None], k[:, None], self.v_proj(x)[:, None])[:, 0]
        projected: Tensor = self.out_proj(y)
        return projected


class MemoryCrossAttention(nn.Module):
    """The embedding reads the memories, one head."""

    def __init__(self) -> None:
        super().__init__()
        self.q_proj = nn.Linear(EMBED, EMBED)
        self.k_proj = nn.Linear(MEMORY, EMBED)
        self.v_proj = nn.Linear(MEMORY, EMBED)
        self.out_proj = nn.Linear(EMBED, EMBED)

    def forward(self, x: Tensor, memory: MemoryTokens, turns: Tensor) -> Tensor:
        """x (B or 1, P, 256)."""
        q = rotate(self.q_proj(x), turns)
        k = self._keys(memory, turns)
        read = attend_narrow(q.expand(len(k), -1, -1), k, memory.values)
        projected: Tensor = self.out_proj(self.v_proj(read))
        return projected

    def _keys(self, memory: MemoryTokens, turns: Tensor) -> Tensor:
        """(B, K, 256); every map's tokens are turned by their own places."""
        k: Tensor = self.k_proj(memory.keys)
        placed = k.shape[1] - memory.pointers
        maps = rotate(torch.unflatten(k[:, :placed], 1, (-1, len(turns))), turns).flatten(1, 2)
        return torch.cat([maps, k[:, placed:]], 1) if memory.pointers else maps


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
        x = x + self.self_attn(self.norm1(x), turns)
        x = x + self.cross_attn_image(self.norm2(x), memory, turns)
        widened = F.relu(self.linear1(self.norm3(x)), inplace=True)
        y: Tensor = x + self.linear2(widened)
        return y


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

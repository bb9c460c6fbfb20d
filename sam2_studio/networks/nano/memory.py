"""Memory: what a frame leaves behind, and how a later frame reads it (SAM 2, Ravi et al. 2024, section 4, appendix D).

The encoder joins picture and mask to a small map and a pointer. The attention lets a frame's embedding read the maps
and pointers of earlier frames, each marked with its age.
"""

from collections.abc import Sequence
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sam2_studio.networks.interface import FrameMemory, Remembered
from sam2_studio.networks.mlp import Mlp
from sam2_studio.networks.nano.layers import Attention, LayerNorm2d, rotary_table, rotate_maps
from sam2_studio.networks.nano.widths import AGES, EMBED, MEMORY

HEADS = 2
MASK_SCALE, MASK_BIAS = 20.0, -10.0
PRESENCE_SHARPNESS = 4.0
POINTER_AGE_UNIT = 8.0
POINTER_PARTS = EMBED // MEMORY  # a pointer is read as this many keys


class MemoryEncoder(nn.Module):
    """Embedding and mask of a frame -> `FrameMemory` with a 32-channel map and a 128-channel pointer."""

    def __init__(self) -> None:
        super().__init__()
        self.mask_down = nn.Sequential()
        for inputs, outputs in pairwise((1, 4, 16, 32, 64)):
            self.mask_down.extend([nn.Conv2d(inputs, outputs, 3, 2, 1), LayerNorm2d(outputs), nn.GELU()])
        self.mask_down.append(nn.Conv2d(64, EMBED, 1))
        self.image_in = nn.Conv2d(EMBED, EMBED, 1)
        self.fuse = nn.ModuleList(_fuse_block() for _ in range(2))
        self.out = nn.Conv2d(EMBED, MEMORY, 1)
        self.pointer = Mlp(EMBED, EMBED, EMBED, 3)
        self.absent_map = nn.Parameter(torch.zeros(MEMORY))
        self.absent_pointer = nn.Parameter(torch.zeros(EMBED))

    def forward(self, embedding: Tensor, mask_logits: Tensor, presence: Tensor, token: Tensor) -> FrameMemory:
        """embedding (B or 1, 128, S/16, S/16); mask_logits (B, 1, S/4, S/4); presence (B,) logits; token (B, 128)."""
        fine = F.interpolate(mask_logits, scale_factor=4, mode="bilinear")
        mask = torch.sigmoid(fine) * MASK_SCALE + MASK_BIAS
        y = self.image_in(embedding) + self.mask_down(mask)
        for block in self.fuse:
            y = y + block(y)
        here = torch.sigmoid(presence * PRESENCE_SHARPNESS)[:, None]
        absent_map = ((1 - here) * self.absent_map)[:, :, None, None]
        return FrameMemory(self.out(y) + absent_map, self.pointer(token) * here + self.absent_pointer * (1 - here))


def _fuse_block() -> nn.Sequential:
    """A ConvNeXt block (Liu et al. 2022) without its scale."""
    return nn.Sequential(
        nn.Conv2d(EMBED, EMBED, 7, padding=3, groups=EMBED),
        LayerNorm2d(EMBED),
        nn.Conv2d(EMBED, 2 * EMBED, 1),
        nn.GELU(),
        nn.Conv2d(2 * EMBED, EMBED, 1),
    )


class MemoryLayer(nn.Module):
    """Self-attention, attention to memory and an MLP, each on a normalised copy."""

    def __init__(self) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(EMBED)
        self.norm2 = nn.LayerNorm(EMBED)
        self.norm3 = nn.LayerNorm(EMBED)
        self.self_attention = Attention(EMBED, HEADS)
        self.cross_attention = Attention(EMBED, HEADS, source_channels=MEMORY)
        self.mlp = Mlp(EMBED, 2 * EMBED, EMBED, 2)

    def forward(self, x: Tensor, memory: Tensor, rotary: tuple[Tensor, Tensor]) -> Tensor:
        """x (B, HW, 128); memory (B, K, 32): whole maps first, then pointers, which have no place."""

        def turn(heads: Tensor) -> Tensor:
            return rotate_maps(heads, rotary)

        y = self.norm1(x)
        x = x + self.self_attention(y, y, y, turn)
        x = x + self.cross_attention(self.norm2(x), memory, memory, turn)
        mixed: Tensor = self.mlp(self.norm3(x))
        return x + mixed


class MemoryAttention(nn.Module):
    """An embedding (B or 1, 128, h, w) and what is remembered of B objects -> (B, 128, h, w)."""

    def __init__(self) -> None:
        super().__init__()
        self.age = nn.Parameter(torch.zeros(AGES, MEMORY))
        self.pointer_age = nn.Linear(1, MEMORY)
        self.layers = nn.ModuleList(MemoryLayer() for _ in range(2))
        self.norm = nn.LayerNorm(EMBED)

    def forward(self, embedding: Tensor, memories: Sequence[Remembered]) -> Tensor:
        height, width = embedding.shape[2:]
        memory = torch.cat([*self._maps(memories), *self._pointers(memories)], 1)
        x = embedding.flatten(2).transpose(1, 2).expand(len(memory), -1, -1)
        rotary = rotary_table(height, width, EMBED // HEADS, x.device)
        for layer in self.layers:
            x = layer(x, memory, rotary)
        y: Tensor = self.norm(x).transpose(1, 2).reshape(len(x), -1, height, width)
        return y

    def _maps(self, memories: Sequence[Remembered]) -> list[Tensor]:
        """(B, hw, 32) each."""
        return [
            one.memory.map.flatten(2).transpose(1, 2) + self.age[min(_age(one), AGES - 1)]
            for one in memories
            if one.memory.map is not None
        ]

    def _pointers(self, memories: Sequence[Remembered]) -> list[Tensor]:
        """(B, 4, 32) each."""
        return [
            one.memory.pointer.reshape(-1, POINTER_PARTS, MEMORY)
            + self.pointer_age(one.memory.pointer.new_tensor([_age(one) / POINTER_AGE_UNIT]))
            for one in memories
        ]


def _age(remembered: Remembered) -> int:
    """A conditioning frame has age 0 wherever it lies: `nano` was trained so."""
    return 0 if remembered.conditioning else remembered.age

"""Memories as a frame sees them, as the tokens that memory attention reads (SAM 2 paper, section 4 "Memory bank").

Maps get the code of their places and of their age; pointers are cut into parts of 64 channels and get their age in 2.1.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from sam2_studio.networks.interface import Remembered
from sam2_studio.networks.sam2.config import EMBED, MAPS, MEMORY, POINTERS
from sam2_studio.networks.sam2.memory_attention import MemoryTokens
from sam2_studio.networks.sam2.positions import sine_ages, sine_grid

PARTS = EMBED // MEMORY  # a pointer is read as this many tokens


def recall(
    memories: Sequence[Remembered], age_codes: Tensor, pointer_age: nn.Linear | None, clip_length: int | None
) -> MemoryTokens:
    """Tokens of all memories.

    Args:
        memories: Recent ones bring maps up to an age of 6 and pointers up to 15, conditioning ones always a map, and a
            pointer unless they are still to come.
        age_codes: (7, 64): of 1 to 6 frames ago, and of conditioning frames.
        pointer_age: Makes 64 channels of a pointer's coded age; None where pointers have none (2.0).
        clip_length: Frames of the clip, where it may be short: ages of pointers are measured by it.
    """
    dtype = age_codes.dtype
    values = [one.memory.map.to(dtype).flatten(2).transpose(1, 2) for one in memories if one.memory.map is not None]
    keys = []
    for value, one in zip(values, (m for m in memories if m.memory.map is not None), strict=True):
        place = sine_grid(int(value.shape[1] ** 0.5), MEMORY, value.device).to(dtype)
        keys.append(value + (place + age_codes[MAPS - 1 if one.conditioning else one.age - 1]))
    past = [one for one in memories if one.age >= 0]
    if past:
        parts = torch.cat([torch.unflatten(one.memory.pointer, 1, (PARTS, MEMORY)) for one in past], 1)
        codes = _pointer_codes([one.age for one in past], pointer_age, clip_length, parts)
        values, keys = [*values, parts], [*keys, parts if codes is None else parts + codes]
    return MemoryTokens(torch.cat(values, 1), torch.cat(keys, 1), PARTS * len(past))


def _pointer_codes(ages: list[int], project: nn.Linear | None, clip_length: int | None, like: Tensor) -> Tensor | None:
    """(parts of all pointers, 64)."""
    if project is None:
        return None
    span = min(clip_length or POINTERS, POINTERS) - 1
    waves = sine_ages(torch.tensor(ages, dtype=torch.float32, device=like.device) / span, EMBED)
    codes: Tensor = project(waves.to(like.dtype))
    return codes.repeat_interleave(PARTS, 0)

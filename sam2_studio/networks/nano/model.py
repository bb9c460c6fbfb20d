"""`nano` put together: the small network that comes with the program. See models/nano/README.md for what it can do."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from sam2_studio.networks.interface import (
    Decoded,
    FrameMemory,
    ImageFeatures,
    NetworkTraits,
    PromptableNetwork,
    Remembered,
)
from sam2_studio.networks.nano.decoder import MaskDecoder
from sam2_studio.networks.nano.memory import MemoryAttention, MemoryEncoder
from sam2_studio.networks.nano.neck import Neck
from sam2_studio.networks.nano.prompt_encoder import PromptEncoder
from sam2_studio.networks.nano.trunk import Trunk
from sam2_studio.networks.nano.widths import EMBED

PIXEL_CENTRE = 127.0
PIXEL_SCALE = 128.0

NANO_TRAITS = NetworkTraits(
    name="nano",
    working_size=256,
    recent_memories=5,
    pointer_frames=5,
    oldest_age=4,
    conditioning_limit=1,
    remembers_absence=False,
    remembers_answer=False,
    corrects_locally=True,
    second_look=True,
    window_pays=False,
    snap=True,
    half_precision=False,  # everything about it was measured in float32
)


class Nano(PromptableNetwork):
    """4.3 million parameters, float32, made for a processor."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk = Trunk()
        self.neck = Neck()
        self.prompt_encoder = PromptEncoder()
        self.mask_decoder = MaskDecoder()
        self.memory_encoder = MemoryEncoder()
        self.memory_attention = MemoryAttention()
        self.no_memory = nn.Parameter(torch.zeros(EMBED))  # marks a picture that stands alone

    @property
    def traits(self) -> NetworkTraits:
        return NANO_TRAITS

    def encode_image(self, rgb_bhwc: Tensor) -> ImageFeatures:
        # permuting BHWC gives a channels-last map at no cost, the layout in which convolutions are fastest here
        scaled = (rgb_bhwc.permute(0, 3, 1, 2).to(self.no_memory.dtype) - PIXEL_CENTRE) / PIXEL_SCALE
        features: ImageFeatures = self.neck(self.trunk(scaled))
        return features

    def condition(
        self, features: ImageFeatures, memories: Sequence[Remembered], *, clip_length: int | None = None
    ) -> ImageFeatures:
        if memories:
            embedding = self.memory_attention(features.embedding, memories)
        else:
            embedding = features.embedding + self.no_memory[None, :, None, None]
        return ImageFeatures(embedding, features.skip8, features.skip4)

    def decode(
        self, features: ImageFeatures, points: Tensor, labels: Tensor, mask_logits: Tensor | None = None
    ) -> Decoded:
        prompts = self.prompt_encoder
        height, width = features.embedding.shape[2:]
        dense16, dense8 = prompts.dense(points, labels, mask_logits, 4 * height, 4 * width)
        decoded: Decoded = self.mask_decoder(
            features, prompts.tokens(points, labels), dense16, dense8, prompts.grid(height, width)
        )
        return decoded

    def encode_memory(
        self,
        features: ImageFeatures,
        mask_logits: Tensor,
        presence: Tensor,
        token: Tensor,
        *,
        prompted: bool = False,
    ) -> FrameMemory:
        memory: FrameMemory = self.memory_encoder(features.embedding, mask_logits, presence, token)
        return memory

"""SAM 2 put together (SAM 2 paper, section 4 and figure 3). Parameters are named as in the published checkpoints."""

from collections.abc import Sequence
from copy import copy
from dataclasses import replace

import torch
from torch import Tensor, nn

from sam2_studio.networks.interface import (
    Chosen,
    Decoded,
    FrameMemory,
    GivenMask,
    ImageFeatures,
    Label,
    NetworkTraits,
    PromptableNetwork,
    Remembered,
)
from sam2_studio.networks.mlp import Mlp
from sam2_studio.networks.sam2.choice import best_candidate, single_answer
from sam2_studio.networks.sam2.config import EMBED, MAPS, MEMORY, NO_LIMIT, POINTERS, Sam2Config, TrunkConfig
from sam2_studio.networks.sam2.hiera import Hiera
from sam2_studio.networks.sam2.layers import empty_parameter, resize, to_bchw, to_bhwc
from sam2_studio.networks.sam2.mask_decoder import MaskDecoder
from sam2_studio.networks.sam2.memory_attention import MemoryAttention
from sam2_studio.networks.sam2.memory_encoder import MemoryEncoder
from sam2_studio.networks.sam2.neck import Neck
from sam2_studio.networks.sam2.prompt_encoder import PromptEncoder
from sam2_studio.networks.sam2.recall import recall

WORKING_SIZE = 1024
PIXEL_MEAN = (0.485 * 255, 0.456 * 255, 0.406 * 255)
PIXEL_SPREAD = (0.229 * 255, 0.224 * 255, 0.225 * 255)
MASK_SCALE, MASK_BIAS = 20.0, -10.0  # what the memory encoder is given for a mask of 0..1
ABSENT = -1024.0  # logit of every pixel of a mask without the object
STORED = torch.bfloat16  # maps are kept so between frames, as the published predictor does


class ImageEncoder(nn.Module):
    """Trunk and neck."""

    def __init__(self, config: TrunkConfig) -> None:
        super().__init__()
        self.trunk = Hiera(config)
        self.neck = Neck(config)


class Sam2(PromptableNetwork):
    """SAM 2 or 2.1 of one size.

    Args:
        config: Which.
        working_size: S, a multiple of 32; the network was trained at 1024.
    """

    def __init__(self, config: Sam2Config, working_size: int = WORKING_SIZE) -> None:
        super().__init__()
        self.config = config
        self._traits = _traits(config, working_size)
        self.image_encoder = ImageEncoder(config.trunk)
        self.mask_downsample = nn.Conv2d(1, 1, 4, 4)
        self.memory_attention = MemoryAttention()
        self.memory_encoder = MemoryEncoder()
        self.sam_prompt_encoder = PromptEncoder()
        self.sam_mask_decoder = MaskDecoder()
        self.obj_ptr_proj = Mlp(EMBED, EMBED, EMBED, 3)
        self.obj_ptr_tpos_proj = nn.Linear(EMBED, MEMORY) if config.codes_pointer_age else None
        self.maskmem_tpos_enc = empty_parameter(MAPS, 1, 1, MEMORY)
        self.no_mem_embed = empty_parameter(1, 1, EMBED)
        self.no_mem_pos_enc = empty_parameter(1, 1, EMBED)  # in the files, used by no published path
        self.no_obj_ptr = empty_parameter(1, EMBED)
        self.no_obj_embed_spatial = empty_parameter(1, MEMORY) if config.codes_absence else None

    @property
    def traits(self) -> NetworkTraits:
        return self._traits

    def hold_weights(self, dtype: torch.dtype) -> None:
        """Hold the matrices of the heavy parts in `dtype`; the rest stays float32 for autocast to cast."""
        trunk, memory = self.image_encoder.trunk, self.memory_encoder
        for part in (
            trunk.blocks,
            self.image_encoder.neck,
            self.memory_attention.layers,
            memory,
            self.sam_mask_decoder.transformer,
        ):
            for layer in part.modules():
                if isinstance(layer, nn.Linear | nn.Conv2d):
                    layer.to(dtype)

    def resized(self, side: int) -> "Sam2":
        other = copy(self)  # the parts and their weights are the same objects; no part knows the size
        other._traits = replace(self._traits, working_size=side)
        return other

    def encode_image(self, rgb_bhwc: Tensor) -> ImageFeatures:
        dtype, device = self.no_mem_embed.dtype, self.no_mem_embed.device
        mean = torch.tensor(PIXEL_MEAN, device=device)
        spread = torch.tensor(PIXEL_SPREAD, device=device)
        maps = self.image_encoder.trunk(((rgb_bhwc - mean) / spread).to(dtype))
        neck, decoder = self.image_encoder.neck, self.sam_mask_decoder
        return ImageFeatures(
            to_bchw(neck.embedding(maps)),
            to_bchw(neck.skip(maps, 1, decoder.conv_s1)),
            to_bchw(neck.skip(maps, 0, decoder.conv_s0)),
        )

    def condition(
        self, features: ImageFeatures, memories: Sequence[Remembered], *, clip_length: int | None = None
    ) -> ImageFeatures:
        embedding = to_bhwc(features.embedding)
        if memories:
            tokens = recall(memories, self.maskmem_tpos_enc[:, 0, 0], self.obj_ptr_tpos_proj, clip_length)
            embedding = self.memory_attention(embedding, tokens)
        else:
            embedding = embedding + self.no_mem_embed
        return ImageFeatures(to_bchw(embedding), features.skip8, features.skip4)

    def decode(
        self, features: ImageFeatures, points: Tensor, labels: Tensor, mask_logits: Tensor | None = None
    ) -> Decoded:
        points, labels = _as_published(points, labels, mask_logits is not None)
        return self._answer(features, points, labels, mask_logits)

    def choose(self, decoded: Decoded, labels: Tensor) -> Chosen:
        lone = int((labels != Label.PADDING).sum(-1).max()) <= 1
        number = best_candidate(decoded) if lone else single_answer(decoded)
        rows = torch.arange(len(number), device=number.device)
        present = (decoded.presence > 0)[:, None, None, None]
        return Chosen(
            mask_logits=decoded.masks[rows, number][:, None].where(present, ABSENT),
            quality=decoded.quality[rows, number],
            presence=decoded.presence,
            # the published code takes token 0 for a mask that stands in for an unstable mask 0
            token=decoded.tokens[rows, number if lone else 0],
        )

    def encode_memory(
        self,
        features: ImageFeatures,
        mask_logits: Tensor,
        presence: Tensor,
        token: Tensor,
        *,
        prompted: bool = False,
    ) -> FrameMemory:
        return FrameMemory(self._memory_map(features, mask_logits, presence, prompted), self._pointer(token, presence))

    def adopt_mask(self, features: ImageFeatures, mask: Tensor) -> GivenMask:
        dtype = self.no_mem_embed.dtype
        present = mask.flatten(1).any(1)
        presence = present.to(dtype) * MASK_SCALE + MASK_BIAS
        logits = resize(mask.to(dtype) * MASK_SCALE + MASK_BIAS, mask.shape[-1] // 4, antialias=True)
        nothing = torch.full((len(mask), 2), Label.PADDING, device=mask.device)
        places = mask.new_zeros((len(mask), 2, 2), dtype=dtype)
        decoded = self._answer(features, places, nothing, self.mask_downsample(mask.to(dtype)))
        seen = self._pointer(decoded.tokens[:, 0], torch.minimum(decoded.presence, presence))
        return GivenMask(logits, presence, FrameMemory(self._memory_map(features, logits, presence, True), seen))

    def _answer(self, features: ImageFeatures, points: Tensor, labels: Tensor, mask_logits: Tensor | None) -> Decoded:
        encoder = self.sam_prompt_encoder
        decoded: Decoded = self.sam_mask_decoder(
            features,
            encoder.tokens(points, labels),
            encoder.dense(mask_logits),
            encoder.grid(features.embedding.shape[-1]),
        )
        return decoded

    def _memory_map(self, features: ImageFeatures, mask_logits: Tensor, presence: Tensor, prompted: bool) -> Tensor:
        """(B, 64, h, w), as stored."""
        present = (presence > 0)[:, None, None, None]
        fine = resize(mask_logits.where(present, ABSENT), 16 * features.embedding.shape[-1])
        mask = (fine > 0).to(fine.dtype) if prompted else torch.sigmoid(fine)
        made = self.memory_encoder(to_bhwc(features.embedding), to_bhwc(mask * MASK_SCALE + MASK_BIAS))
        if self.no_obj_embed_spatial is not None:
            made = made + torch.where(present, 0.0, self.no_obj_embed_spatial)
        return to_bchw(made.to(STORED))

    def _pointer(self, token: Tensor, presence: Tensor) -> Tensor:
        """(B, 256)."""
        return torch.where((presence > 0)[:, None], self.obj_ptr_proj(token), self.no_obj_ptr)


def _traits(config: Sam2Config, working_size: int) -> NetworkTraits:
    return NetworkTraits(
        name=config.name,
        working_size=working_size,
        recent_memories=MAPS - 1,
        pointer_frames=POINTERS - 1,
        oldest_age=NO_LIMIT,
        conditioning_limit=NO_LIMIT,
        remembers_absence=True,
        remembers_answer=True,
        corrects_locally=False,
        second_look=False,
        window_pays=True,
        snap=False,
        half_precision=True,
    )


def _as_published(points: Tensor, labels: Tensor, has_mask: bool) -> tuple[Tensor, Tensor]:
    """Prompts as the published predictors give them: always a padding at the end, two where there is nothing else.

    A mask alone, without a point, is given without any.
    """
    padded = bool((labels[:, -1] == Label.PADDING).all())
    if padded and labels.shape[1] == 1 and has_mask:
        return points[:, :0], labels[:, :0]
    if padded and labels.shape[1] > 1:
        return points, labels
    return (
        torch.cat([points, torch.zeros_like(points[:, :1])], 1),
        torch.cat([labels, torch.full_like(labels[:, :1], Label.PADDING)], 1),
    )

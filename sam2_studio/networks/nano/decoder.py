"""The mask decoder: prompt tokens and picture read each other in two layers (SAM, Kirillov et al. 2023, appendix A).

Then each mask token becomes a filter over the features brought up to stride 4. Quality and presence have tokens of
their own.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sam2_studio.networks.interface import Decoded, ImageFeatures
from sam2_studio.networks.mlp import Mlp
from sam2_studio.networks.nano.layers import Attention, LayerNorm2d
from sam2_studio.networks.nano.widths import EMBED, SKIP4, SKIP8

MASKS = 4
PRESENCE, QUALITY, FIRST_MASK = 0, 1, 2  # places of the decoder's own tokens, before those of the prompts


class TwoWayLayer(nn.Module):
    """Tokens read themselves and the picture, pass an MLP, and the picture reads the tokens.

    Args:
        first: The first layer's tokens have nothing but their codes: no residual, no code added again.
    """

    def __init__(self, first: bool) -> None:
        super().__init__()
        self.first = first
        self.self_attention = Attention(EMBED)
        self.to_image = Attention(EMBED, reduce=2)
        self.to_tokens = Attention(EMBED, reduce=2)
        self.norm1 = nn.LayerNorm(EMBED)
        self.norm2 = nn.LayerNorm(EMBED)
        self.norm3 = nn.LayerNorm(EMBED)
        self.norm4 = nn.LayerNorm(EMBED)
        self.mlp = Mlp(EMBED, 2 * EMBED, EMBED, 2)

    def forward(self, tokens: Tensor, image: Tensor, token_codes: Tensor, image_codes: Tensor) -> tuple[Tensor, Tensor]:
        """tokens and their codes (B, N, C); image (B, HW, C) and its codes (1, HW, C)."""
        if self.first:
            tokens = self.norm1(self.self_attention(tokens, tokens, tokens))
        else:
            coded = tokens + token_codes
            tokens = self.norm1(tokens + self.self_attention(coded, coded, tokens))
        image_keys = image + image_codes
        tokens = self.norm2(tokens + self.to_image(tokens + token_codes, image_keys, image))
        tokens = self.norm3(tokens + self.mlp(tokens))
        image = self.norm4(image + self.to_tokens(image_keys, tokens + token_codes, tokens))
        return tokens, image


class MaskDecoder(nn.Module):
    """Features and encoded prompts -> four masks, their quality, presence and mask tokens."""

    def __init__(self) -> None:
        super().__init__()
        self.tokens = nn.Embedding(FIRST_MASK + MASKS, EMBED)
        self.two_way = nn.ModuleList([TwoWayLayer(first=True), TwoWayLayer(first=False)])
        self.final_attention = Attention(EMBED, reduce=2)
        self.final_norm = nn.LayerNorm(EMBED)
        self.up8 = nn.ConvTranspose2d(EMBED, SKIP8, 2, 2)
        self.up8_norm = LayerNorm2d(SKIP8)
        self.up4 = nn.ConvTranspose2d(SKIP8, SKIP4, 2, 2)
        self.mask_weights = nn.ModuleList(Mlp(EMBED, EMBED, SKIP4, 3) for _ in range(MASKS))
        self.quality = Mlp(EMBED, EMBED, MASKS, 3)
        self.presence = Mlp(EMBED, EMBED, 1, 3)

    def forward(
        self,
        features: ImageFeatures,
        prompt_tokens: Tensor,
        dense16: Tensor,
        dense8: Tensor | None,
        image_codes: Tensor,
    ) -> Decoded:
        """prompt_tokens (B, N, 128); dense16, dense8 as `PromptEncoder.dense` gives them; image_codes (1, HW, 128)."""
        height, width = features.embedding.shape[2:]
        own = self.tokens.weight[None].expand(len(prompt_tokens), -1, -1)
        codes = torch.cat([own, prompt_tokens], 1)
        image = (features.embedding + dense16).flatten(2).transpose(1, 2)
        image = image.expand(len(codes), -1, -1)
        tokens, image = self._read(codes, image, image_codes)
        filters = torch.stack([mlp(tokens[:, FIRST_MASK + n]) for n, mlp in enumerate(self.mask_weights)], 1)
        fine = self._bring_up(image.transpose(1, 2).reshape(len(codes), -1, height, width), features, dense8)
        return Decoded(
            torch.einsum("bmc,bchw->bmhw", filters, fine),
            torch.sigmoid(self.quality(tokens[:, QUALITY])),
            self.presence(tokens[:, PRESENCE])[:, 0],
            tokens[:, FIRST_MASK : FIRST_MASK + MASKS],
        )

    def _read(self, codes: Tensor, image: Tensor, image_codes: Tensor) -> tuple[Tensor, Tensor]:
        tokens = codes
        for layer in self.two_way:
            tokens, image = layer(tokens, image, codes, image_codes)
        read = self.final_attention(tokens + codes, image + image_codes, image)
        return self.final_norm(tokens + read), image

    def _bring_up(self, image: Tensor, features: ImageFeatures, dense8: Tensor | None) -> Tensor:
        """(B, 128, S/16, S/16) -> (B, 16, S/4, S/4), with the skips and the dense prompts added."""
        y = self.up8(image) + features.skip8
        if dense8 is not None:
            y = y + dense8
        y = F.gelu(self.up8_norm(y))
        return F.gelu(self.up4(y) + features.skip4)

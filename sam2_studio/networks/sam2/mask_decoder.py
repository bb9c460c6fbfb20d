"""Prompt tokens and image embedding to masks (SAM 2 paper, section 4 "Prompt encoder and mask decoder", appendix D.1).

A two-way transformer lets tokens and embedding read one another; the mask tokens then become the weights by which finer
features are summed to masks. Maps are kept as (B, H, W, C).
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sam2_studio.networks.interface import Decoded, ImageFeatures
from sam2_studio.networks.mlp import Mlp
from sam2_studio.networks.sam2.attention import Attention
from sam2_studio.networks.sam2.config import EMBED, SKIP4, SKIP8
from sam2_studio.networks.sam2.layers import (
    MapLinear,
    MapNorm,
    Unfold2x,
    fold2x,
    to_bhwc,
    unfold2x,
)

MASKS = 4  # one for many prompts, three candidates for a lone click
HEADS = 8
HIDDEN = 2048


class TwoWayLayer(nn.Module):
    """Tokens read themselves and the embedding, then the embedding reads the tokens."""

    def __init__(self) -> None:
        super().__init__()
        self.self_attn = Attention(EMBED, EMBED, HEADS)
        self.norm1 = nn.LayerNorm(EMBED)
        self.cross_attn_token_to_image = Attention(EMBED, EMBED // 2, HEADS)
        self.norm2 = nn.LayerNorm(EMBED)
        self.mlp = Mlp(EMBED, HIDDEN, EMBED, 2)
        self.norm3 = nn.LayerNorm(EMBED)
        self.norm4 = nn.LayerNorm(EMBED)
        self.cross_attn_image_to_token = Attention(EMBED, EMBED // 2, HEADS)

    def forward(
        self, tokens: Tensor, image: Tensor, prompts: Tensor, places: Tensor, *, first: bool
    ) -> tuple[Tensor, Tensor]:
        """tokens, prompts (B, N, 256), the same in the first layer; image (B or 1, P, 256), places (P, 256)."""
        if first:
            tokens = self.norm1(self.self_attn(tokens, tokens, tokens))
        else:
            placed = tokens + prompts
            tokens = self.norm1(tokens + self.self_attn(placed, placed, tokens))
        image_placed = image + places
        tokens = self.norm2(tokens + self.cross_attn_token_to_image(tokens + prompts, image_placed, image))
        tokens = self.norm3(tokens + self.mlp(tokens))
        image = self.norm4(image + self.cross_attn_image_to_token(image_placed, tokens + prompts, tokens))
        return tokens, image


class TwoWayTransformer(nn.Module):
    """Two such layers and a last look of the tokens at the image."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList(TwoWayLayer() for _ in range(2))
        self.final_attn_token_to_image = Attention(EMBED, EMBED // 2, HEADS)
        self.norm_final_attn = nn.LayerNorm(EMBED)

    def forward(self, prompts: Tensor, image: Tensor, places: Tensor) -> tuple[Tensor, Tensor]:
        tokens = prompts
        for number, layer in enumerate(self.layers):
            tokens, image = layer(tokens, image, prompts, places, first=number == 0)
        look = self.final_attn_token_to_image(tokens + prompts, image + places, image)
        return self.norm_final_attn(tokens + look), image


class MaskDecoder(nn.Module):
    """Conditioned features and prompts -> `Decoded`."""

    def __init__(self) -> None:
        super().__init__()
        self.transformer = TwoWayTransformer()
        self.iou_token = nn.Embedding(1, EMBED)
        self.mask_tokens = nn.Embedding(MASKS, EMBED)
        self.obj_score_token = nn.Embedding(1, EMBED)
        self.output_upscaling = nn.Sequential(
            Unfold2x(EMBED, SKIP8), MapNorm(SKIP8), nn.GELU(), Unfold2x(SKIP8, SKIP4), nn.GELU()
        )
        self.conv_s0 = MapLinear(EMBED, SKIP4)
        self.conv_s1 = MapLinear(EMBED, SKIP8)
        self.output_hypernetworks_mlps = nn.ModuleList(Mlp(EMBED, EMBED, SKIP4, 3) for _ in range(MASKS))
        self.iou_prediction_head = Mlp(EMBED, EMBED, MASKS, 3)
        self.pred_obj_score_head = Mlp(EMBED, EMBED, 1, 3)

    def forward(self, features: ImageFeatures, sparse: Tensor, dense: Tensor, places: Tensor) -> Decoded:
        """sparse (B, N, 256); dense (B or 1, h or 1, w or 1, 256); places (h * w, 256)."""
        image = (to_bhwc(features.embedding) + dense).flatten(1, 2)
        own = torch.cat([self.obj_score_token.weight, self.iou_token.weight, self.mask_tokens.weight])
        prompts = torch.cat([own.expand(len(sparse), -1, -1), sparse], 1)
        tokens, image = self.transformer(prompts, image, places)
        mask_tokens = tokens[:, 2 : 2 + MASKS]
        return Decoded(
            masks=self._masks(image, features, mask_tokens),
            quality=torch.sigmoid(self.iou_prediction_head(tokens[:, 1])),
            presence=self.pred_obj_score_head(tokens[:, 0])[:, 0],
            tokens=mask_tokens,
        )

    def _masks(self, image: Tensor, features: ImageFeatures, tokens: Tensor) -> Tensor:
        """(B, 4, S/4, S/4) logits."""
        up8, norm, _, up4, _ = self.output_upscaling
        side = features.embedding.shape[-1]
        fine8 = unfold2x(up8(torch.unflatten(image, 1, (side, side))) + fold2x(to_bhwc(features.skip8)))
        fine4 = up4(F.gelu(norm(fine8))) + fold2x(to_bhwc(features.skip4))
        weights = torch.stack([mlp(tokens[:, n]) for n, mlp in enumerate(self.output_hypernetworks_mlps)], -1)
        masks = F.gelu(fine4).flatten(1, 4) @ weights  # (B, pixels, 4)
        return unfold2x(torch.unflatten(masks, 1, (2 * side, 2 * side, 2, 2))).permute(0, 3, 1, 2).contiguous()

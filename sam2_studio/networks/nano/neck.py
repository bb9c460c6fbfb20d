"""Joins the trunk's four levels into the embedding and the two skips that the mask decoder reads."""

import torch.nn.functional as F
from torch import Tensor, nn

from sam2_studio.networks.interface import ImageFeatures
from sam2_studio.networks.nano.layers import LayerNorm2d
from sam2_studio.networks.nano.widths import EMBED, SKIP4, SKIP8, TRUNK_LEVELS

# these divisors bring the trunk's raw spread at each stride to about one
SPREAD4, SPREAD8, SPREAD16, SPREAD32 = 8.0, 8.0, 6.0, 2.5


class Neck(nn.Module):
    """Trunk levels -> `ImageFeatures` with 128, 32 and 16 channels."""

    def __init__(self) -> None:
        super().__init__()
        level4, level8, level16, level32 = TRUNK_LEVELS
        self.lateral32 = nn.Conv2d(level32, EMBED, 1)
        self.lateral16 = nn.Conv2d(level16, EMBED, 1)
        self.lateral8 = nn.Conv2d(level8, SKIP8, 1)
        self.lateral4 = nn.Conv2d(level4, SKIP4, 1)
        self.smooth = nn.Sequential(
            LayerNorm2d(EMBED),
            nn.Conv2d(EMBED, EMBED, 3, padding=1, groups=EMBED),
            nn.Conv2d(EMBED, EMBED, 1),
            nn.GELU(),
            nn.Conv2d(EMBED, EMBED, 1),
        )
        self.norm16 = LayerNorm2d(EMBED)
        self.norm8 = LayerNorm2d(SKIP8)
        self.norm4 = LayerNorm2d(SKIP4)

    def forward(self, levels: list[Tensor]) -> ImageFeatures:
        level4, level8, level16, level32 = levels
        coarse = F.interpolate(self.lateral32(level32 / SPREAD32), scale_factor=2, mode="bilinear")
        joined = self.lateral16(level16 / SPREAD16) + coarse
        return ImageFeatures(
            self.norm16(joined + self.smooth(joined)),
            self.norm8(self.lateral8(level8 / SPREAD8)),
            self.norm4(self.lateral4(level4 / SPREAD4)),
        )

"""Image embedding and mask of a frame to its memory (SAM 2 paper, section 4 "Memory encoder", appendix D.1)."""

from itertools import pairwise

import torch
from torch import Tensor, nn

from sam2_studio.networks.sam2.affine import affine
from sam2_studio.networks.sam2.config import EMBED, MEMORY
from sam2_studio.networks.sam2.layers import Conv, MapLinear, MapNorm, empty_parameter


class MaskDownsampler(nn.Module):
    """A mask of the working size -> 256 channels at a sixteenth of it."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for inputs, outputs in pairwise((1, 4, 16, 64, EMBED)):
            layers += [Conv(inputs, outputs, 3, 2, 1), MapNorm(outputs), nn.GELU()]
        self.encoder = nn.Sequential(*layers, MapLinear(EMBED, EMBED))

    def forward(self, mask_bhwc: Tensor) -> Tensor:
        mapped: Tensor = self.encoder(mask_bhwc)
        return mapped


class FuserLayer(nn.Module):
    """A ConvNeXt block (Liu et al. 2022)."""

    def __init__(self) -> None:
        super().__init__()
        self.dwconv = Conv(EMBED, EMBED, 7, padding=3, groups=EMBED)
        self.norm = MapNorm(EMBED)
        self.pwconv1 = nn.Linear(EMBED, 4 * EMBED)
        self.pwconv2 = nn.Linear(4 * EMBED, EMBED)
        self.gamma = empty_parameter(EMBED)

    def forward(self, x_bhwc: Tensor) -> Tensor:
        y = affine(affine(self.norm(self.dwconv(x_bhwc)), self.pwconv1, then="gelu"), self.pwconv2)
        return torch.addcmul(x_bhwc, self.gamma, y)


class Fuser(nn.Module):
    """Two such blocks."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList(FuserLayer() for _ in range(2))

    def forward(self, x_bhwc: Tensor) -> Tensor:
        for layer in self.layers:
            x_bhwc = layer(x_bhwc)
        return x_bhwc


class MemoryEncoder(nn.Module):
    """Embedding (B or 1, h, w, 256) and mask (B, S, S, 1), already scaled -> map (B, h, w, 64)."""

    def __init__(self) -> None:
        super().__init__()
        self.mask_downsampler = MaskDownsampler()
        self.pix_feat_proj = MapLinear(EMBED, EMBED)
        self.fuser = Fuser()
        self.out_proj = MapLinear(EMBED, MEMORY)

    def forward(self, embedding_bhwc: Tensor, mask_bhwc: Tensor) -> Tensor:
        joined = self.pix_feat_proj(embedding_bhwc) + self.mask_downsampler(mask_bhwc)
        mapped: Tensor = self.out_proj(self.fuser(joined))
        return mapped

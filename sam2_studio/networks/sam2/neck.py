"""The image encoder's neck: a feature pyramid with one way down, from stride 32 to 16 (SAM 2 paper, appendix D.1)."""

from torch import Tensor, nn

from sam2_studio.networks.sam2.affine import affine_by
from sam2_studio.networks.sam2.config import EMBED, TrunkConfig
from sam2_studio.networks.sam2.layers import MapLinear


class Lateral(nn.Module):
    """A level's own way into the pyramid."""

    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.conv = MapLinear(inputs, EMBED)

    def forward(self, map_bhwc: Tensor) -> Tensor:
        level: Tensor = self.conv(map_bhwc)
        return level

    def then(self, map_bhwc: Tensor, following: MapLinear) -> Tensor:
        """The level and `following` as one product: two matrices in a row are one, and `following` has few outputs."""
        own, after = self.conv.matrix, following.matrix.to(self.conv.matrix.dtype)
        bias = None
        if self.conv.bias is not None and following.bias is not None:
            bias = after @ self.conv.bias + following.bias.to(own.dtype)
        return affine_by(map_bhwc, after @ own, bias)


class Neck(nn.Module):
    """Maps of the four stages, finest first -> levels of 256 channels at strides 4, 8, 16; stride 32 is added to 16."""

    def __init__(self, config: TrunkConfig) -> None:
        super().__init__()
        widths = [config.width << stage for stage in range(4)]
        self.convs = nn.ModuleList(Lateral(width) for width in reversed(widths))

    def embedding(self, maps: list[Tensor]) -> Tensor:
        """The level at stride 16."""
        above = self.convs[0](maps[3])
        b, h, w, c = above.shape
        level: Tensor = self.convs[1](maps[2])
        level.view(b, h, 2, w, 2, c).add_(above[:, :, None, :, None])
        return level

    def skip(self, maps: list[Tensor], stage: int, following: MapLinear) -> Tensor:
        """The level of stage 0 or 1, seen through the mask decoder's own 1 x 1 convolution."""
        lateral = self.convs[3 - stage]
        assert isinstance(lateral, Lateral)
        return lateral.then(maps[stage], following)

    def level(self, maps: list[Tensor], stage: int) -> Tensor:
        """The level of stage 0 or 1 itself."""
        level: Tensor = self.convs[3 - stage](maps[stage])
        return level

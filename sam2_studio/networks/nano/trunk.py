"""The image trunk of `nano`: EfficientNet-Lite0 (Tan and Le 2019; the Lite variant has no squeeze-and-excite).

Its batch norms are folded into the convolutions. Gives maps at four strides; knows no prompts.
"""

from typing import NamedTuple

import torch.nn.functional as F
from torch import Tensor, nn


class Stage(NamedTuple):
    """A run of inverted residual blocks; the stride is of the first."""

    repeats: int
    kernel: int
    stride: int
    expansion: int
    outputs: int


LITE0 = (
    Stage(1, 3, 1, 1, 16),
    Stage(2, 3, 2, 6, 24),
    Stage(2, 5, 2, 6, 40),
    Stage(3, 3, 2, 6, 80),
    Stage(3, 5, 1, 6, 112),
    Stage(4, 5, 2, 6, 192),
    Stage(1, 3, 1, 6, 320),
)
STEM = 32
TAPS = frozenset({2, 4, 10, 15})  # the blocks that end strides 4, 8, 16 and 32


class Convolution(nn.Module):
    """A convolution and ReLU6, padded as TensorFlow's SAME pads even sizes."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int, stride: int = 1, groups: int = 1, *, activate: bool = True
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2 if stride == 1 else 0, groups=groups)
        self.activate = activate
        # SAME at stride 2 needs one pixel more at right and bottom, which nn.Conv2d can't be told
        before = (kernel - 2) // 2
        self.margin = (before, kernel - 2 - before) * 2 if stride == 2 else None

    def forward(self, x: Tensor) -> Tensor:
        if self.margin is not None:
            x = F.pad(x, self.margin)
        x = self.conv(x)
        return F.relu6(x, inplace=True) if self.activate else x


class InvertedResidual(nn.Module):
    """Expand, filter each channel, project; added to its input where the shapes allow."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        hidden = inputs * expansion
        self.expand = Convolution(inputs, hidden, 1) if expansion != 1 else None
        self.depthwise = Convolution(hidden, hidden, kernel, stride, groups=hidden)
        self.project = Convolution(hidden, outputs, 1, activate=False)
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        hidden = x if self.expand is None else self.expand(x)
        y: Tensor = self.project(self.depthwise(hidden))
        return y.add_(x) if self.residual else y


class Trunk(nn.Module):
    """(B, 3, S, S) scaled to about -1..1 -> maps at strides 4 (24 channels), 8 (40), 16 (112) and 32 (320)."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = Convolution(3, STEM, 3, 2)
        self.blocks = nn.ModuleList()
        channels = STEM
        for stage in LITE0:
            for n in range(stage.repeats):
                stride = stage.stride if n == 0 else 1
                self.blocks.append(InvertedResidual(channels, stage.outputs, stage.kernel, stride, stage.expansion))
                channels = stage.outputs

    def forward(self, x: Tensor) -> list[Tensor]:
        x, levels = self.stem(x), []
        for n, block in enumerate(self.blocks):
            x = block(x)
            if n in TAPS:
                levels.append(x)
        return levels

"""The image encoder's trunk: Hiera (Ryali et al. 2023), as SAM 2 uses it (SAM 2 paper, section 4 and appendix D.1).

Four stages of transformer blocks, each on half the side and twice the channels of the one before. Most blocks attend
inside windows, a few over the whole picture.
"""

from itertools import accumulate

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sam2_studio.networks.sam2.affine import affine
from sam2_studio.networks.sam2.attention import attend_in_blocks, blocks_pay
from sam2_studio.networks.sam2.config import TrunkConfig
from sam2_studio.networks.sam2.layers import Conv, Deriving, empty_parameter
from sam2_studio.networks.sam2.windows import Order, overhang, pool2x, reorder, take

MLP_RATIO = 4
CHUNK = 8192  # tokens that a processor takes through a block at once
PATCH = 4  # pixels along the edge of a token


class WindowAttention(nn.Module):
    """Self-attention inside windows; with `pools`, the queries of 2 x 2 tokens become one, and so the output."""

    def __init__(self, inputs: int, outputs: int, heads: int, *, pools: bool) -> None:
        super().__init__()
        self.heads = heads
        self.pools = pools
        self.qkv = nn.Linear(inputs, 3 * outputs)
        self.proj = nn.Linear(outputs, outputs)

    def forward(self, x: Tensor, order: Order, window: int, plus: Tensor) -> Tensor:
        """x (B, N, C) in `order`: of the window where that divides the side, else rows; 0 for one window over all.

        `plus` is added to the result.
        """
        qkv = affine(x, self.qkv)
        if window == 0 or order.window == window:
            size = window * window or x.shape[1]
            y = self._attend(qkv.view(-1, size, qkv.shape[-1]), window).reshape(len(x), -1, self._width)
        else:
            y = self._attend_overhanging(qkv, order.side, window)
        return affine(y, self.proj, plus=plus)

    @property
    def _width(self) -> int:
        return self.proj.in_features

    def _attend(self, qkv: Tensor, window: int) -> Tensor:
        """(windows, tokens, 3 C) -> (windows, tokens, C)."""
        q, k, v = torch.unflatten(qkv, -1, (3, self.heads, -1)).unbind(2)
        if self.pools:
            q = torch.unflatten(pool2x(q.flatten(2), window), -1, (self.heads, -1))
        q, k, v = q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2)
        if window == 0 and q.dtype == torch.bfloat16 and blocks_pay(q):
            y = attend_in_blocks(q.flatten(0, 1), k.flatten(0, 1), v.flatten(0, 1)).view_as(q)
        else:
            y = F.scaled_dot_product_attention(q, k, v)
        return y.transpose(1, 2).flatten(2)

    def _attend_overhanging(self, qkv: Tensor, side: int, window: int) -> Tensor:
        """Windows over the edge see zeros there, of which the projection made its bias."""
        at = overhang(side, window, qkv.device)
        inside = take(qkv, at.bring)
        inside[:, at.beyond] = self.qkv.bias.to(inside.dtype)
        y = self._attend(inside.view(-1, window * window, inside.shape[-1]), window).reshape(len(qkv), -1, self._width)
        back = overhang(side // 2, window // 2, qkv.device).back if self.pools else at.back
        return take(y, back)


class TrunkMlp(nn.Module):
    """Two linear layers with GELU between."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(width, MLP_RATIO * width), nn.Linear(MLP_RATIO * width, width))

    def forward(self, x: Tensor, plus: Tensor) -> Tensor:
        """`plus` is added to the result."""
        widen, narrow = self.layers
        assert isinstance(widen, nn.Linear)
        assert isinstance(narrow, nn.Linear)
        return affine(affine(x, widen, then="gelu"), narrow, plus=plus)


class Block(nn.Module):
    """Attention and an MLP, each on a normalised copy. The first block of a stage also halves the side."""

    def __init__(self, inputs: int, outputs: int, heads: int, *, window: int, pools: bool) -> None:
        super().__init__()
        self.window = window
        self.pools = pools
        self.norm1 = nn.LayerNorm(inputs, eps=1e-6)
        self.attn = WindowAttention(inputs, outputs, heads, pools=pools)
        self.norm2 = nn.LayerNorm(outputs, eps=1e-6)
        self.mlp = TrunkMlp(outputs)
        self.proj = nn.Linear(inputs, outputs) if inputs != outputs else None

    def forward(self, x: Tensor, order: Order) -> tuple[Tensor, Order]:
        """x (B, N, C) in `order` -> the same, halved where the block pools."""
        if self.window:
            wanted = self.window if order.side % self.window == 0 else order.side
            x, order = reorder(x, order, wanted), Order(order.side, wanted)
        divides = order.window == self.window and x.shape[1] > CHUNK and x.device.type == "cpu"
        x = self._in_chunks(x, order) if divides else self._whole(x, order)
        return x, order.halved() if self.pools else order

    def _in_chunks(self, x: Tensor, order: Order) -> Tensor:
        """A few whole windows at a time, so that what comes between stays near the processor."""
        y = x.new_empty(len(x), x.shape[1] // (4 if self.pools else 1), self.attn.proj.out_features)
        length = max(1, CHUNK // self.window**2) * self.window**2
        start = 0
        for chunk in torch.split(x, length, 1):
            done = self._whole(chunk, order)
            y[:, start : start + done.shape[1]] = done
            start += done.shape[1]
        return y

    def _whole(self, x: Tensor, order: Order) -> Tensor:
        normal = self.norm1(x)
        if self.proj is not None:
            x = affine(normal, self.proj)
        if self.pools:
            x = pool2x(x.view(-1, order.window**2, x.shape[-1]), order.window).view(len(x), -1, x.shape[-1])
        x = self.attn(normal, order, self.window, x)
        y: Tensor = self.mlp(self.norm2(x), x)
        return y


class PatchEmbed(nn.Module):
    """Pixels -> tokens of 4 x 4 pixels, by overlapping 7 x 7 windows."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.proj = Conv(3, width, 7, PATCH, 3)

    def forward(self, rgb_bhwc: Tensor) -> Tensor:
        tokens: Tensor = self.proj(rgb_bhwc)
        return tokens


class Hiera(Deriving):
    """A normalised picture (B, S, S, 3) -> the last maps of the four stages, (B, h, h, C), finest first."""

    def __init__(self, config: TrunkConfig) -> None:
        super().__init__()
        self.patch_embed = PatchEmbed(config.width)
        grid = config.position_grid
        self.pos_embed = empty_parameter(1, config.width, grid, grid)
        self.pos_embed_window = empty_parameter(1, config.width, config.windows[0], config.windows[0])
        self.blocks = nn.ModuleList(_blocks(config))
        self._ends = {end - 1 for end in accumulate(config.depths)}

    def forward(self, rgb_bhwc: Tensor) -> list[Tensor]:
        grid = self.patch_embed(rgb_bhwc)
        side = grid.shape[1]
        x = (grid + self._position(side)).flatten(1, 2).to(self.get_parameter("blocks.0.attn.qkv.weight").dtype)
        order = Order(side, side)
        maps = []
        for number, block in enumerate(self.blocks):
            x, order = block(x, order)
            if number in self._ends:
                maps.append(torch.unflatten(reorder(x, order, order.side), 1, (order.side, order.side)))
        return maps

    def _position(self, side: int) -> Tensor:
        """(side, side, C): a stretched code of the whole picture plus a repeated one of a window."""
        if side not in self.derived:
            whole = F.interpolate(self.pos_embed, size=(side, side), mode="bicubic")
            repeats = side // self.pos_embed_window.shape[-1]
            code = whole + self.pos_embed_window.tile(1, 1, repeats, repeats)
            self.derived = {side: code[0].permute(1, 2, 0).contiguous()}
        return self.derived[side]


def _blocks(config: TrunkConfig) -> list[Block]:
    """The blocks in order. A stage's first block still has the window of the stage before, for it halves inside it."""
    blocks: list[Block] = []
    width, heads = config.width, config.heads
    for stage, depth in enumerate(config.depths):
        for place in range(depth):
            first = place == 0 and stage > 0
            window = 0 if len(blocks) in config.global_blocks else config.windows[stage - first]
            blocks.append(Block(width // 2 if first else width, width, heads, window=window, pools=first))
        width, heads = 2 * width, 2 * heads
    return blocks

"""In which order the trunk keeps a picture's tokens, and how they get into attention windows.

Tokens stay in the order of the windows between blocks, so a block neither partitions nor joins; they are moved only
where the window changes. Windows that don't divide the picture (14 in 64) reach over its edge: there the tokens rest in
rows, and an index brings them in and back.
"""

from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor


@dataclass(frozen=True)
class Order:
    """Tokens of a square picture, window after window, row after row inside a window.

    Attributes:
        side: Tokens along an edge of the picture.
        window: Tokens along an edge of a window; `side` for plain rows.
    """

    side: int
    window: int

    @property
    def windows(self) -> int:
        """Windows along an edge."""
        return self.side // self.window

    def halved(self) -> "Order":
        """After 2 x 2 tokens have become one."""
        return Order(self.side // 2, self.window // 2)


def reorder(x: Tensor, old: Order, window: int) -> Tensor:
    """(B, N, C) from one order to that of another window."""
    if old.window == window:
        return x
    return _from_rows(_to_rows(x, old), Order(old.side, window))


def _to_rows(x: Tensor, order: Order) -> Tensor:
    if order.windows == 1:
        return x
    n, w = order.windows, order.window
    return torch.unflatten(x, 1, (n, n, w, w)).transpose(2, 3).flatten(1, 4)


def _from_rows(x: Tensor, order: Order) -> Tensor:
    if order.windows == 1:
        return x
    n, w = order.windows, order.window
    return torch.unflatten(x, 1, (n, w, n, w)).transpose(2, 3).flatten(1, 4)


def pool2x(x: Tensor, window: int) -> Tensor:
    """(..., window * window, C) -> (..., a quarter of that, C): the greatest of 2 x 2 tokens inside the windows."""
    grid = torch.unflatten(x, -2, (window, window))
    rows = torch.maximum(grid[..., 0::2, :, :], grid[..., 1::2, :, :])
    return torch.maximum(rows[..., 0::2, :], rows[..., 1::2, :]).flatten(-3, -2)


@dataclass(frozen=True)
class Overhang:
    """Indices for windows that reach over the right and lower edge.

    Attributes:
        windows: Along an edge.
        bring: (windows^2 * window^2,) the token (in rows) at each place of the windows; 0 beyond the edge.
        beyond: Places that lie beyond the edge.
        back: (side^2,) the place in the windows of each token.
    """

    windows: int
    bring: Tensor
    beyond: Tensor
    back: Tensor


@lru_cache(maxsize=32)
def overhang(side: int, window: int, device: torch.device) -> Overhang:
    """The indices for windows of `window` over rows of `side` tokens."""
    windows = -(-side // window)
    padded = windows * window
    number = torch.full((padded, padded), -1, dtype=torch.long)
    number[:side, :side] = torch.arange(side * side).view(side, side)
    at = _from_rows(number.view(1, -1, 1), Order(padded, window)).flatten()
    back = torch.empty(side * side, dtype=torch.long)
    back[at[at >= 0]] = torch.arange(len(at))[at >= 0]
    beyond = (at < 0).nonzero().flatten()
    return Overhang(windows, at.clamp(min=0).to(device), beyond.to(device), back.to(device))


def take(x: Tensor, index: Tensor) -> Tensor:
    """Rows `index` of each of (B, N, C)."""
    if len(x) == 1:
        return x[0].index_select(0, index)[None]  # much faster than along the second axis
    return x.index_select(1, index)

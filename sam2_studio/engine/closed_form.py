"""The best matte: closed form (Levin, Lischinski and Weiss 2008) by pymatting, which the extra `matting` brings.

It starts from the fast matte, holds it where that is sure, and leans on it elsewhere. Tile by tile: memory doesn't grow
with the picture. Nothing here is imported before a best matte is wanted.
"""

from importlib.util import find_spec

import cv2
import numpy as np
from numpy.typing import NDArray

from sam2_studio.engine.band import STANDARD_HEIGHT, Band
from sam2_studio.engine.tiles import Pixels, enlarged, part, shrunk, tiles_with, unit, widened
from sam2_studio.engine.windows import Window
from sam2_studio.errors import MatteError

Real = NDArray[np.float32]

INSTALL = "pip install 'sam2-studio[matting]'"
SURE = 0.05  # alpha of the fast matte below this, or above 1 minus this, holds
ROUND = 1  # pixels round what isn't sure that are open too
TILE, MARGIN = 256, 24
EPSILON = 2e-4  # variance of colours that is noise to the closed form
LEAN = 0.6  # weight of the fast matte where it isn't sure
ENOUGH = 1e-3  # of the residual, at which the solver stops
STEPS = 300


def is_installed() -> bool:
    """Whether the extra is here."""
    return find_spec("pymatting") is not None


def check_installed() -> None:
    """Raise MatteError where the extra isn't here."""
    if not is_installed():
        raise MatteError(
            "The best matte needs the package pymatting, which isn't installed.",
            f"Install it with: {INSTALL} - or choose the fast matte.",
        )


def closed_form_alpha(guide: Pixels, band: Band, fast: Real, height: int) -> Real:
    """Alpha of a window, 0 to 1.

    Args:
        guide: (h, w, 3) the window's part of the picture.
        band: Of the same window.
        fast: (h, w) its fast matte.
        height: The shorter side of the whole picture; from one and a half `STANDARD_HEIGHT` on it works on a smaller
            copy, and what that changes of the fast matte is brought up to full size.

    Raises:
        MatteError: the extra isn't installed, or no answer is found.
    """
    check_installed()
    factor = max(1, round(height / STANDARD_HEIGHT))
    open_to = _open(fast, band)
    if factor == 1:
        return _solved(unit(guide), open_to, fast)
    small = shrunk(fast, factor)
    coarse = _solved(shrunk(unit(guide), factor), shrunk(open_to.astype(np.float32), factor) > 0, small)
    return _brought_up(coarse - small, open_to, fast)


def _open(fast: Real, band: Band) -> NDArray[np.bool_]:
    """Where the fast matte isn't sure, and a little round that; never beyond the band."""
    soft = ((fast > SURE) & (fast < 1 - SURE)).view(np.uint8)
    near = cv2.dilate(soft, np.ones((2 * ROUND + 1,) * 2, np.uint8)) > 0
    return np.asarray(near & band.unknown)


def _solved(colors: Real, open_to: NDArray[np.bool_], fast: Real) -> Real:
    result = fast.copy()
    height, width = fast.shape
    for tile in tiles_with(open_to, TILE):
        wide = widened(tile, MARGIN, (width, height))
        answer = _tile(part(colors, wide), part(open_to, wide), part(fast, wide))
        inner = Window(tile.left - wide.left, tile.top - wide.top, tile.right - wide.left, tile.bottom - wide.top)
        part(result, tile)[...] = part(answer, inner)
    return result


def _tile(colors: Real, open_to: NDArray[np.bool_], fast: Real) -> Real:
    from pymatting import cf_laplacian, cg, ichol
    from scipy.sparse import diags

    known, free = ~open_to.ravel(), np.flatnonzero(open_to)
    laplacian = cf_laplacian(colors.astype(np.float64), epsilon=EPSILON, is_known=known.reshape(open_to.shape))
    before = fast.ravel().astype(np.float64)
    rows = laplacian[free, :]
    system = (rows[:, free] + diags(np.full(len(free), LEAN))).tocsr()
    goal = LEAN * before[free] - rows[:, known].dot(before[known])
    try:
        found = cg(system, goal, x0=before[free], M=ichol(system), rtol=ENOUGH, maxiter=STEPS)
    except ValueError as error:
        raise MatteError("The best matte found no answer here.", "Choose the fast matte for this object.") from error
    result = before.copy()
    result[free] = np.clip(found, 0, 1)
    return result.reshape(fast.shape).astype(np.float32)


def _brought_up(change: Real, open_to: NDArray[np.bool_], fast: Real) -> Real:
    """The fast matte, which has the fine detail, with what the smaller copy's solution would change of it."""
    result = fast.copy()
    height, width = fast.shape
    for tile in tiles_with(open_to):
        where = part(open_to, tile)
        better = part(fast, tile) + enlarged(change, (width, height), tile)
        part(result, tile)[where] = np.clip(better, 0, 1)[where]
    return result

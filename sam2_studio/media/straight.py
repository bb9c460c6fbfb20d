"""Takes alpha out of colour that is stored multiplied by it; knows no files."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def unmultiplied(rgb: NDArray[Any], alpha: NDArray[Any]) -> NDArray[Any]:
    """(H, W, 3) straight colour of the same type; black where alpha is 0."""
    top = np.iinfo(rgb.dtype).max
    share = alpha.astype(np.float32)[..., None]
    colour = np.divide(rgb.astype(np.float32) * top, share, out=np.zeros(rgb.shape, np.float32), where=share > 0)
    return np.rint(np.minimum(colour, top)).astype(rgb.dtype)

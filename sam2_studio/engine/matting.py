"""From mask and picture to a soft matte by an object's edge settings: what is shown and exported is made here.

`METHODS` is the seam: what makes alpha inside the band is looked up there by name, and nothing else knows how.
"""

from collections.abc import Callable, Mapping

import cv2
import numpy as np

from sam2_studio.core.edges import EdgeSettings
from sam2_studio.core.geometry import Size
from sam2_studio.core.masks import Mask, Matte
from sam2_studio.engine.band import Band, band_of, band_with_hair
from sam2_studio.engine.closed_form import closed_form_alpha
from sam2_studio.engine.guided import guided_alpha
from sam2_studio.engine.refine import BLUR_REACH, Alpha, cleaned, feathered, placed_matte, refined_part
from sam2_studio.engine.tiles import Pixels, part
from sam2_studio.engine.windows import mask_part
from sam2_studio.errors import MatteError

# The window's part of the picture, the band there, and the size of the whole picture, to the window's alpha: (h, w)
# float32. Only the band's pixels are taken from it. It may raise MatteError, and owes nothing but speed to any thread.
MatteMethod = Callable[[Pixels, Band, Size], Alpha]


def _fast(guide: Pixels, band: Band, size: Size) -> Alpha:
    return guided_alpha(guide, band)


def _best(guide: Pixels, band: Band, size: Size) -> Alpha:
    return closed_form_alpha(guide, band, guided_alpha(guide, band), min(size.width, size.height))


METHODS: Mapping[str, MatteMethod] = {"fast": _fast, "best": _best}


def make_matte(rgb: Pixels, mask: Mask, settings: EdgeSettings, hair: Mask | None = None) -> Matte:
    """The matte of a mask by an object's edge settings.

    Args:
        rgb: (H, W, 3) the picture.
        mask: Of the picture's size; it may be empty or full.
        settings: Clean-up; with `matte`, the edge is taken from the picture, then feathered.
        hair: Where alpha is looked for beside the band along the outline, of the picture's size.

    Raises:
        MatteError: the method can't work here, or made no numbers of it; the clean mask is `without_picture`.
    """
    if not settings.matte:
        return without_picture(mask, settings)
    tidy = cleaned(mask, settings)
    if tidy.is_empty:
        return Matte.from_mask(tidy)
    band = band_of(tidy, BLUR_REACH * settings.feather)
    alpha = band.inside.astype(np.float32)
    unknown = band.unknown
    if unknown.any():
        alpha[unknown] = _found(rgb, band, settings, tidy.size)[unknown]
    found = placed_matte(feathered(alpha, settings.feather), band.window, tidy.size)
    return found if hair is None or hair.is_empty else _with_hair(found, rgb, tidy, settings, hair)


def _with_hair(matte: Matte, rgb: Pixels, mask: Mask, settings: EdgeSettings, hair: Mask) -> Matte:
    """The matte with what is found under the hair brush in a wider band."""
    band = band_with_hair(mask, hair)
    strokes = mask_part(hair, band.window) > 0
    alpha = feathered(_found(rgb, band, settings, mask.size), settings.feather)
    result = matte.alpha.copy()
    part(result, band.window)[strokes] = alpha[strokes]
    return Matte(result)


def without_picture(mask: Mask, settings: EdgeSettings) -> Matte:
    """The mask cleaned, moved and feathered, and no more."""
    window, alpha = refined_part(mask, settings)
    return placed_matte(alpha, window, mask.size)


def _found(rgb: Pixels, band: Band, settings: EdgeSettings, size: Size) -> Alpha:
    try:
        alpha = METHODS[settings.method](part(rgb, band.window), band, size)
    except (cv2.error, ArithmeticError, np.linalg.LinAlgError) as error:
        raise MatteError(f"The {settings.method} matte failed: {error}.", "Use the other one here.") from error
    if not np.isfinite(alpha[band.unknown]).all():
        raise MatteError(f"The {settings.method} matte is not made of numbers.", "Use the other one here.")
    return np.clip(alpha, 0, 1)

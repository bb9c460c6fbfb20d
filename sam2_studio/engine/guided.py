"""The fast matte: how alpha depends on colour nearby, learned where the mask is sure and read off where it isn't.

A colour guided filter (He, Sun and Tang 2010, in the fast form of 2015) whose fit is weighed: pixels far from the
outline teach much, those on it little. What it finds then teaches the next round. Where colours tell subject and ground
apart badly, the mask's own soft edge comes through. docs/benchmarks.md says what the numbers below are worth.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from sam2_studio.engine.band import Band
from sam2_studio.engine.tiles import Pixels, enlarged, part, shrunk, tiles_with, unit

Real = NDArray[np.float32]

CELLS = 4  # of the fit across the band's half width: the picture is shrunk until it has no more
FIRST_REACH, REACH = 1.7, 0.8  # radius of the first fit and of those after it, in half widths of the band
ROUNDS = 3  # after the first fit
EPSILON = 3e-5  # variance, of colours of 0..1, that is noise
ON_OUTLINE = 0.2  # weight of pixels on the outline in the first fit
UNTOLD = 0.1  # least weight, in later ones, of pixels whose colour tells little
VEIL = 1.0  # standard deviations of the fit that count as none or all of the subject
LEAST_VEIL, MOST_VEIL = 0.04, 0.35
BLIND, CLEAR = (
    0.2,
    0.75,
)  # part of the alpha that colours explain: below the first the mask holds, above the second they
FLAT = 1e-3  # variance of alpha below which there is no edge to explain
SOFTENING = 0.2  # standard deviation of the mask's own soft edge, in half widths of the band
OFFSET, HAZE, TRUST = 3, 4, 5  # places in a fit, behind the three slopes


def guided_alpha(guide: Pixels, band: Band) -> Real:
    """Alpha of a window, 0 to 1; the mask's own outside the band.

    Args:
        guide: (h, w, 3) the window's part of the picture.
        band: Of the same window.
    """
    alpha = band.inside.astype(np.float32)
    factor = max(1, round(band.radius / CELLS))
    soft = _softened(alpha, SOFTENING * band.radius)
    fit = _fitted(shrunk(unit(guide), factor), alpha, band, factor)
    size = (alpha.shape[1], alpha.shape[0])
    for tile in tiles_with(band.unknown):
        where = part(band.unknown, tile)
        found = _read_off(enlarged(fit, size, tile), unit(part(guide, tile)), part(soft, tile))
        part(alpha, tile)[where] = found[where]
    return alpha


def _fitted(colors: Real, alpha: Real, band: Band, factor: int) -> Real:
    """(h, w, 6) at 1 / factor: alpha = a . rgb + b, how much of that is haze, and how far it is to be trusted."""
    covers, doubt = shrunk(alpha, factor), shrunk(band.doubt, factor)
    soft = _softened(covers, SOFTENING * band.radius / factor)
    weights: Real = ON_OUTLINE + (1 - ON_OUTLINE) * (1 - doubt) * (1 - doubt)
    fit = _regression(colors, covers, weights, max(1, round(FIRST_REACH * band.radius / factor)))
    for _ in range(ROUNDS):
        covers = np.where(doubt > 0, _read_off(fit, colors, soft), covers)
        weights = np.where(doubt > 0, np.maximum(fit[..., TRUST], UNTOLD), 1).astype(np.float32)
        fit = _regression(colors, covers, weights, max(1, round(REACH * band.radius / factor)))
        soft = covers
    return fit


def _read_off(fit: Real, colors: Real, soft: Real) -> Real:
    """Alpha by a fit, `soft` where it isn't to be trusted."""
    haze = fit[..., HAZE]
    seen = (fit[..., :3] * colors).sum(-1) + fit[..., OFFSET]
    clear = np.clip((seen - haze) / (1 - 2 * haze), 0, 1)
    return np.asarray(soft + fit[..., TRUST] * (clear - soft), np.float32)


def _regression(colors: Real, covers: Real, weights: Real, radius: int) -> Real:
    """The fit over squares round each cell, itself averaged over such squares."""
    side = 2 * radius + 1
    red, green, blue = colors[..., 0], colors[..., 1], colors[..., 2]
    products = [red * red, red * green, red * blue, green * green, green * blue, blue * blue]
    joint = [red * covers, green * covers, blue * covers]
    total = _mean(weights, side)
    values: list[Real] = [red, green, blue, *joint, covers, covers * covers, *products]
    moments = [_mean(each * weights, side) / total for each in values]
    slope, offset, spread, left = _solved(moments[:3], moments[3:6], moments[6], moments[7], moments[8:])
    explained = 1 - left / np.maximum(spread, FLAT)
    trust = np.where(spread > FLAT, np.clip((explained - BLIND) / (CLEAR - BLIND), 0, 1), 0).astype(np.float32)
    haze = np.asarray(np.clip(VEIL * np.sqrt(np.maximum(left, 0)), LEAST_VEIL, MOST_VEIL), np.float32)
    lines: list[Real] = [*slope, offset, haze, trust]
    return np.stack([_mean(each, side) for each in lines], -1)


def _solved(
    color: list[Real], joint: list[Real], cover: Real, cover2: Real, products: list[Real]
) -> tuple[list[Real], Real, Real, Real]:
    """Slopes, offset, variance of the alpha, and what of it the colours leave unexplained; from weighed means."""
    r, g, b = color
    rr, gg, bb = products[0] - r * r + EPSILON, products[3] - g * g + EPSILON, products[5] - b * b + EPSILON
    rg, rb, gb = products[1] - r * g, products[2] - r * b, products[4] - g * b
    x, y, z = (both - each * cover for both, each in zip(joint, color, strict=True))
    c00, c01, c02 = gg * bb - gb * gb, rb * gb - rg * bb, rg * gb - rb * gg
    c11, c12, c22 = rr * bb - rb * rb, rb * rg - rr * gb, rr * gg - rg * rg
    determinant = np.maximum(rr * c00 + rg * c01 + rb * c02, EPSILON**3)
    slope = [
        (c00 * x + c01 * y + c02 * z) / determinant,
        (c01 * x + c11 * y + c12 * z) / determinant,
        (c02 * x + c12 * y + c22 * z) / determinant,
    ]
    offset = cover - slope[0] * r - slope[1] * g - slope[2] * b
    spread = np.maximum(cover2 - cover * cover, 0)
    return slope, offset, spread, spread - slope[0] * x - slope[1] * y - slope[2] * z


def _mean(values: Real, side: int) -> Real:
    return np.asarray(cv2.blur(values, (side, side), borderType=cv2.BORDER_REFLECT), np.float32)


def _softened(alpha: Real, sigma: float) -> Real:
    return np.asarray(cv2.GaussianBlur(alpha, (0, 0), max(0.5, sigma), borderType=cv2.BORDER_REPLICATE), np.float32)

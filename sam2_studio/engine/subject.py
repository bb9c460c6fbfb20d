"""Finds what a picture is probably about, without a click: asks at a grid of points and ranks what comes back.

A good subject is one that the network is sure of, that many points inside it agree on, that stands out from what is
round it, lies near the middle and doesn't run out of the picture.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from sam2_studio.core.frames import Frame
from sam2_studio.core.geometry import Point
from sam2_studio.core.prompts import PointPrompt, PromptSet
from sam2_studio.engine.answers import Answer
from sam2_studio.engine.requests import ProposedSubject, SegmentSettings
from sam2_studio.engine.segmenter import Segmenter, candidate_order
from sam2_studio.engine.windows import Window, scaled_picture

GRID = 6  # points a side
MOST_PROPOSED = 5
SMALLEST, LARGEST = 0.01, 0.8  # parts of the picture that a subject covers
USUAL = 0.15  # smaller ones count less
SAME = 0.7  # IoU from which on two masks are the same thing
RING = 3  # cells of the rim on either side of the outline that are compared

Cells = NDArray[np.bool_]


@dataclass(frozen=True)
class _Proposal:
    """A mask that a point gave, as cells, which candidate it was, and what it is worth."""

    point: PointPrompt
    candidate: int
    cells: Cells
    worth: float


def propose_subjects(
    segmenter: Segmenter, frame: Frame, limit: int = MOST_PROPOSED, *, still: bool = True
) -> list[ProposedSubject]:
    """Up to `limit` different things, the likeliest subject first; empty where the picture shows none.

    Raises:
        ModelError: the network's answer isn't made of numbers.
    """
    whole = Window.whole(frame.size)
    points = _grid(whole)
    answers = segmenter.relief.eased(partial(segmenter.looks.ask_each, frame, whole, points))
    side = answers[0].masks.shape[-1]
    colors = scaled_picture(frame.seen, whole, side, side).astype(np.float32) / np.float32(255)
    proposals = _ranked(points, answers, colors)
    found: list[ProposedSubject] = []
    for proposal in _different(proposals)[:limit]:
        settings = SegmentSettings(candidate=proposal.candidate)
        prompts = PromptSet((proposal.point,))
        answer = segmenter.segment(frame, prompts, still=still, settings=settings)
        if not answer.mask.is_empty and all(answer.mask.iou(other.prediction.mask) < SAME for other in found):
            found.append(ProposedSubject(prompts, proposal.candidate, answer))
    return found


def _grid(whole: Window) -> list[PointPrompt]:
    places = (np.arange(GRID) + 0.5) / GRID
    return [PointPrompt(Point(float(x) * whole.width, float(y) * whole.height)) for y in places for x in places]


def _ranked(points: list[PointPrompt], answers: list[Answer], colors: NDArray[np.float32]) -> list[_Proposal]:
    """Every candidate of usual size, the best first."""
    stacks = [[answer.masks[n] > 0 for n in candidate_order(answer, lone=True)] for answer in answers]
    inside = np.array([list(stack) for stack in stacks])  # (points, candidates, h, w)
    proposals = []
    for number, (point, answer) in enumerate(zip(points, answers, strict=True)):
        for place, index in enumerate(candidate_order(answer, lone=True)):
            cells = inside[number, place]
            if SMALLEST <= cells.mean() <= LARGEST:
                worth = float(answer.quality[index]) * _agreement(cells, inside) * _looks_like_a_subject(cells, colors)
                proposals.append(_Proposal(point, place, cells, worth))
    return sorted(proposals, key=lambda p: -p.worth)


def _agreement(cells: Cells, inside: NDArray[np.bool_]) -> float:
    """0.2 to 1: of the points inside the mask, how many offer the same mask among their candidates."""
    side = cells.shape[0]
    at = ((np.arange(GRID) + 0.5) / GRID * side).astype(int)
    within = cells[np.ix_(at, at)].ravel()
    if not within.any():
        return 0.2
    offers = inside[within]
    shared = (offers & cells).sum((-1, -2))
    union = (offers | cells).sum((-1, -2))
    return 0.2 + 0.8 * float((shared >= SAME * union).any(1).mean())


def _looks_like_a_subject(cells: Cells, colors: NDArray[np.float32]) -> float:
    """Size, place, border and contrast as one factor."""
    side = cells.shape[0]
    rows, columns = np.nonzero(cells)
    away = np.hypot(columns.mean() / side - 0.5, rows.mean() / side - 0.5)
    size = min(1.0, float(cells.mean()) / USUAL) ** 0.5
    edge = np.concatenate([cells[0], cells[-1], cells[:, 0], cells[:, -1]]).mean()
    contrast = float(np.linalg.norm(_rim_color(cells, colors) - _rim_color(~cells, colors)))
    return float(size * np.exp(-2.5 * away) * (1 - edge) ** 2 * (0.3 + min(contrast, 0.7)))


def _rim_color(cells: Cells, colors: NDArray[np.float32]) -> NDArray[np.float32]:
    """(3,) mean colour of the cells that lie within RING cells of the outline."""
    other = ~cells
    reach = np.zeros_like(cells)
    for down in range(-RING, RING + 1):
        for right in range(-RING, RING + 1):
            reach |= np.roll(other, (down, right), (0, 1))
    rim = cells & reach
    return np.asarray(colors[rim if rim.any() else cells].mean(0), np.float32)


def _different(proposals: list[_Proposal]) -> list[_Proposal]:
    """Without those that show the same thing as a better one."""
    kept: list[_Proposal] = []
    for proposal in proposals:
        if all((proposal.cells & k.cells).sum() < SAME * (proposal.cells | k.cells).sum() for k in kept):
            kept.append(proposal)
    return kept

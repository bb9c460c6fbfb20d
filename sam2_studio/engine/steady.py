"""Mattes that don't shimmer: alpha in the band becomes a mean over neighbouring frames, each brought here by the flow.

A neighbour counts where it shows the same picture once it is moved. The window is the same for every frame, so a frame
looks the same wherever an export begins. Nothing comes over a cut, and what the user locked or painted stays as it is.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from functools import reduce
from threading import Lock

import cv2
import numpy as np
from numpy.typing import NDArray

from sam2_studio.core.edges import EdgeSettings
from sam2_studio.core.frame_source import FrameSource
from sam2_studio.core.frames import Frame
from sam2_studio.core.masks import Mask, Matte
from sam2_studio.core.shots import Shots
from sam2_studio.engine.band import half_width
from sam2_studio.engine.flow import flow_between, moved_by
from sam2_studio.engine.matting import make_matte
from sam2_studio.engine.refine import window_beyond
from sam2_studio.engine.tiles import part
from sam2_studio.errors import MatteError

Real = NDArray[np.float32]
Ids = tuple[int, ...]

REACH = 2  # frames to each side
UNLIKE = 10.0  # mean difference of colour, in steps of 8 bits, at which a neighbour's weight has fallen to 1 / e
PATCH = 5  # side in pixels over which that is averaged: noise isn't a difference


class ClipMattes:
    """Makes the mattes of a clip's frames, steady where the settings ask for it.

    Any thread may ask, several at once, where all that is handed over here allows that.

    Args:
        source: The footage; neighbours are read from it, so it had better keep the last frames.
        masks: Object id and frame to the mask, None where there is none.
        kept: Object id and frame to whether the user has locked or painted the mask.
        flagged: Object id and frame to whether its edge chatters.
        hair: Object id and frame to what the hair brush covers, None where it wasn't used.
        shots: Of the clip.
    """

    def __init__(
        self,
        source: FrameSource,
        masks: Callable[[int, int], Mask | None],
        *,
        kept: Callable[[int, int], bool],
        flagged: Callable[[int, int], bool],
        hair: Callable[[int, int], Mask | None],
        shots: Shots,
    ) -> None:
        self._source, self._masks, self._hair, self._shots = source, masks, hair, shots
        self._kept, self._flagged = kept, flagged
        self._made: dict[tuple[Ids, int, EdgeSettings], Future[Matte]] = {}
        self._asked: list[int] = []  # frames whose mattes are being made
        self._lock = Lock()  # on the two

    def matte(self, frame: Frame, mask: Mask, edge: EdgeSettings, object_ids: Ids) -> Matte:
        """The matte of some objects' joined mask on a frame. Raises MatteError as `make_matte`."""
        *_, made = self.steps(frame, mask, edge, object_ids)
        return made

    def steps(self, frame: Frame, mask: Mask, edge: EdgeSettings, object_ids: Ids) -> Iterator[Matte]:
        """As `matte`, the best so far after each part of the work; the last item is the matte."""
        with self._at(frame.number):
            here = self._alone(frame, mask, edge, object_ids)
            yield here
            others = []
            for numbers in self.neighbours(frame.number, edge, object_ids):
                for other in self._of(numbers, edge, object_ids):
                    others.append(other)
                    yield here
            if others:
                yield steadied(frame, mask, here, others)

    def neighbours(self, number: int, edge: EdgeSettings, object_ids: Ids) -> list[dict[int, Mask]]:
        """The frames before, and those after, that have a part in the matte of a frame, with their masks.

        The nearest are first; there are none where the matte isn't to be steady.
        """
        if not self._wants_steadiness(number, edge, object_ids):
            return []
        return [dict(self._on_the_way(number, way, object_ids)) for way in (-1, 1)]

    def _wants_steadiness(self, number: int, edge: EdgeSettings, ids: Ids) -> bool:
        if not (edge.matte and edge.steady) or any(self._kept(each, number) for each in ids):
            return False
        return edge.steady == "all" or any(self._flagged(each, number) for each in ids)

    def _on_the_way(self, number: int, way: int, ids: Ids) -> Iterator[tuple[int, Mask]]:
        for other in range(number + way, number + way * (REACH + 1), way):
            if not 0 <= other < self._source.info.frames or self._shots.parted(number, other):
                return
            mask = self._joined(self._masks, other, ids)
            if mask is None:
                return
            yield other, mask
            if any(self._kept(each, other) for each in ids):
                return  # what the user settled there may be seen from here, but nothing beyond it

    def _of(self, masks: dict[int, Mask], edge: EdgeSettings, ids: Ids) -> Iterator[tuple[Frame, Matte]]:
        """Frames with their mattes, up to one whose matte fails."""
        for number, mask in masks.items():
            frame = self._source.read(number)
            try:
                yield frame, self._alone(frame, mask, edge, ids)
            except MatteError:
                return

    def _joined(self, of: Callable[[int, int], Mask | None], number: int, ids: Ids) -> Mask | None:
        found = [mask for each in ids if (mask := of(each, number)) is not None and not mask.is_empty]
        return reduce(Mask.union, found) if found else None

    def _alone(self, frame: Frame, mask: Mask, edge: EdgeSettings, ids: Ids) -> Matte:
        """Of the frame by itself; made once where neighbours may want it, too."""
        if not edge.steady:
            return self._make(frame, mask, edge, ids)
        mine: Future[Matte] = Future()
        with self._lock:
            made = self._made.setdefault((ids, frame.number, edge), mine)
        if made is mine:
            with _told_to(mine):
                mine.set_result(self._make(frame, mask, edge, ids))
        return made.result()

    def _make(self, frame: Frame, mask: Mask, edge: EdgeSettings, ids: Ids) -> Matte:
        return make_matte(frame.rgb, mask, edge, self._joined(self._hair, frame.number, ids))

    @contextmanager
    def _at(self, number: int) -> Iterator[None]:
        """While a frame's matte is made: forget what neither that, nor others being made, nor those to come ask for."""
        with self._lock:
            self._asked.append(number)
            first, last = min(self._asked) - 2 * REACH, max(self._asked) + REACH  # they may begin in another order
            self._made = {key: made for key, made in self._made.items() if first <= key[1] <= last}
        try:
            yield
        finally:
            with self._lock:
                self._asked.remove(number)


@contextmanager
def _told_to(waiting: Future[Matte]) -> Iterator[None]:
    """Raise what is raised inside for those, too, who wait for the result."""
    try:
        yield
    except BaseException as error:
        waiting.set_exception(error)
        raise


def steadied(frame: Frame, mask: Mask, here: Matte, others: list[tuple[Frame, Matte]]) -> Matte:
    """The matte of a frame, in the band averaged with those of its neighbours."""
    window = window_beyond(mask, 2 * half_width(mask.size))
    seen, alpha = part(frame.rgb8(), window), part(here.alpha, window)
    band = _band(alpha, half_width(mask.size))
    total, weights = alpha.copy(), np.ones_like(alpha)
    for other, matte in others:
        moved, likeness = _brought_here(seen, part(other.rgb8(), window), part(matte.alpha, window))
        total += likeness * moved
        weights += likeness
    result = here.alpha.copy()
    part(result, window)[band] = np.clip(total / weights, 0, 1)[band]
    return Matte(result)


def _brought_here(seen: NDArray[np.uint8], other: NDArray[np.uint8], alpha: Real) -> tuple[Real, Real]:
    """A neighbour's alpha where its pixels are now, and how far to trust it, 0 to 1."""
    flow = flow_between(seen, other)
    apart = cv2.absdiff(seen, moved_by(flow, other)).mean(-1)
    apart = cv2.blur(apart.astype(np.float32), (PATCH, PATCH))
    return moved_by(flow, alpha), np.asarray(np.exp(-((apart / UNLIKE) ** 2)), np.float32)


def _band(alpha: Real, radius: int) -> NDArray[np.bool_]:
    """Pixels no further than `radius` from where alpha passes from none to all."""
    inside = (alpha > 0.5).view(np.uint8)
    edge = cv2.morphologyEx(inside, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    away = cv2.distanceTransform(1 - edge, cv2.DIST_L2, 3)
    return np.asarray(away <= radius)

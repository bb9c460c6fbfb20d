"""What an export would make of one frame, and what all of it would cost: tried out on a few frames."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import reduce
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from sam2_studio.core.clip import Clip
from sam2_studio.core.edges import EdgeSettings
from sam2_studio.core.frame_source import FrameSource
from sam2_studio.core.frames import Frame, FrameRange
from sam2_studio.core.geometry import Size
from sam2_studio.core.masks import Mask, Matte
from sam2_studio.core.objects import CutObject
from sam2_studio.engine.foreground import foreground
from sam2_studio.engine.matting import make_matte
from sam2_studio.errors import Cancelled
from sam2_studio.export.compose import Picture, resized
from sam2_studio.export.pictures import PictureMaker
from sam2_studio.export.products import chosen_objects
from sam2_studio.export.runner import run_export
from sam2_studio.export.scaling import Scale
from sam2_studio.export.spec import ExportSpec, pixel_aspect
from sam2_studio.export.yuv import scaled
from sam2_studio.media.isolated import IsolatedSource

_NO_HAIR: Mapping[tuple[int, int], Mask] = MappingProxyType({})
TRIED = 4  # frames that are exported for an estimate


@dataclass(frozen=True)
class Preview:
    """One frame of an export.

    Attributes:
        rgba: (H, W, 4), colour straight or multiplied by alpha.
        premultiplied: Which of the two.
        size: Of the frame in the export; `rgba` may be smaller.
        aspect: Width to height of a pixel of the export.
    """

    rgba: NDArray[np.uint8] = field(repr=False)
    premultiplied: bool
    size: Size
    aspect: float = 1.0


@dataclass(frozen=True)
class Estimate:
    """What a whole export takes, about."""

    bytes: int
    seconds: float


class Previewer:
    """Keeps the footage open, on whichever thread it is asked; one thread at a time.

    Args:
        masks: By object id and frame, of the frames that `tried_frames` names.
        frame: That is shown.
        hair: By object id and frame, what the hair brush covers there.
    """

    def __init__(
        self,
        clip: Clip,
        objects: Sequence[CutObject],
        masks: Mapping[tuple[int, int], Mask],
        frame: int,
        hair: Mapping[tuple[int, int], Mask] = _NO_HAIR,
    ) -> None:
        self._clip, self._objects, self._masks, self._frame = clip, tuple(objects), masks, frame
        self._hair = hair
        self._source: FrameSource | None = None
        self._is_unwanted = False

    def drop(self) -> None:
        """Nobody waits for an answer any more: what is under way ends with `Cancelled`. From any thread."""
        self._is_unwanted = True

    def picture(self, spec: ExportSpec, longest: int) -> Preview:
        """The frame as the export would have it, its longer side at most `longest` pixels. Raises StudioError."""
        chosen = chosen_objects(spec, self._objects)
        maker = PictureMaker(spec, self._clip, chosen, self._mask, self._matte, foreground)
        whole = maker.picture(self._opened().read(self._frame))
        fitting = Scale(width=longest, height=longest).applied(whole.size)
        small = resized(whole, fitting) if fitting.area < whole.size.area else whole
        return Preview(_rgba(small), spec.premultiplied, whole.size, float(pixel_aspect(spec, self._clip)))

    def estimate(self, spec: ExportSpec) -> Estimate:
        """Export one frame, then a few, and reckon from them. Raises StudioError."""
        count = len(spec.numbers(self._clip))
        frames = tried_frames(self._clip, self._frame)
        with TemporaryDirectory(prefix="sam2-studio-") as folder:
            first = self._tried(spec, FrameRange(frames.start, frames.start + 1), Path(folder, "one"))
            if count == 1 or len(frames) == 1:
                return Estimate(first.bytes * count, first.seconds * count)
            several = self._tried(spec, frames, Path(folder, "several"))
        more = len(frames) - 1
        each = max((several.bytes - first.bytes) / more, 0)
        pace = max((several.seconds - first.seconds) / more, several.seconds / len(frames) / 2)
        return Estimate(round(first.bytes + (count - 1) * each), first.seconds + (count - 1) * pace)

    def close(self) -> None:
        """Let go of the footage."""
        if self._source is not None:
            self._source.close()
            self._source = None

    def _tried(self, spec: ExportSpec, frames: FrameRange, folder: Path) -> Estimate:
        folder.mkdir()
        suffix = spec.target.suffix.lower() if spec.target.suffix.lower() in spec.rules.formats else spec.rules.suffix
        few = replace(spec, target=folder / f"few{suffix}", range=frames, step=1, overwrite=True)
        run = run_export(
            few,
            source=self._opened(),
            clip=self._clip,
            objects=self._objects,
            masks=self._mask,
            matte=self._matte,
            foreground=foreground,
        )
        seconds = 0.0
        with closing(run):
            for event in run:
                if self._is_unwanted:
                    raise Cancelled
                seconds = event.seconds
        return Estimate(sum(path.stat().st_size for path in folder.iterdir()), seconds)

    def _opened(self) -> FrameSource:
        if self._source is None:
            clip = self._clip
            self._source = IsolatedSource(clip.media_path, reading=clip.reading, stopped=lambda: self._is_unwanted)
        return self._source

    def _mask(self, object_id: int, frame: int) -> Mask | None:
        return self._masks.get((object_id, frame))

    def _matte(self, frame: Frame, mask: Mask, edge: EdgeSettings, object_ids: tuple[int, ...]) -> Matte:
        """Of the frame alone: what makes a matte steady needs many frames more."""
        found = [strokes for each in object_ids if (strokes := self._hair.get((each, frame.number))) is not None]
        return make_matte(frame.rgb, mask, edge, reduce(Mask.union, found) if found else None)


def tried_frames(clip: Clip, frame: int) -> FrameRange:
    """The frames whose masks a previewer of `frame` needs."""
    start = max(0, min(frame, clip.info.frames - TRIED))
    return FrameRange(start, min(start + TRIED, clip.info.frames))


def _rgba(picture: Picture) -> NDArray[np.uint8]:
    """(H, W, 4) of 8 bits; a matte is grey."""
    height, width = picture.size.height, picture.size.width
    result = np.full((height, width, 4), 255, np.uint8)
    if picture.rgb is not None:
        result[..., :3] = scaled(picture.rgb, 8)
        if picture.alpha is not None:
            result[..., 3] = scaled(picture.alpha, 8)
    elif picture.alpha is not None:
        result[..., :3] = scaled(picture.alpha, 8)[..., None]
    return result

"""One frame of an export from source, masks and settings; what `runner` asks for, frame by frame. Knows no file."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from sam2_studio.core.clip import Clip
from sam2_studio.core.edges import EdgeSettings
from sam2_studio.core.frames import Frame
from sam2_studio.core.masks import Mask, Matte
from sam2_studio.core.objects import CutObject
from sam2_studio.errors import Cancelled, ExportError, MatteError
from sam2_studio.export.compose import (
    Backdrop,
    Picture,
    cutout,
    grey,
    is_soft,
    joined,
    over,
    premultiplied,
    resized,
    within_source,
)
from sam2_studio.export.formats import Content, PictureFormat, VideoFormat
from sam2_studio.export.hiding import pixelated, softened
from sam2_studio.export.light import to_linear
from sam2_studio.export.spec import ExportSpec, scaled_size
from sam2_studio.export.yuv import Floats, Pixels, scaled

Masks = Callable[[int, int], Mask | None]
MatteMaker = Callable[[Frame, Mask, EdgeSettings, tuple[int, ...]], Matte]
Parts = Sequence[tuple[Matte, EdgeSettings]]
ForegroundMaker = Callable[[Pixels, Matte, Parts], Pixels]


@dataclass(frozen=True, eq=False)
class Gathered:
    """What a picture is made of: a frame, and the objects that have a mask there, be it empty."""

    frame: Frame
    masks: Sequence[tuple[CutObject, Mask]]


@dataclass
class PictureMaker:
    """Makes the pictures of one export: `gathered` on one thread, `made` on any, on several at once.

    Attributes:
        unmasked: Frames made so far for which no chosen object has a mask: they are wholly transparent.
        unmatted: (object id, frame) made so far whose soft edge failed: the clean mask took its place.
    """

    spec: ExportSpec
    clip: Clip
    objects: tuple[CutObject, ...]
    masks: Masks
    matte: MatteMaker
    foreground: ForegroundMaker
    unmasked: list[int] = field(default_factory=list)
    unmatted: set[tuple[int, int]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._is_unwanted = False
        self._content = self.spec.rules.content
        self._depth = self.spec.depth(self.clip)
        self._size = scaled_size(self.spec, self.clip)
        written = self.spec.format
        self._layered = not isinstance(written, VideoFormat) and written.layered
        replaces = self._content is Content.REPLACE
        self._backdrop = Backdrop(self.spec.background, self.clip.info.size) if replaces else None

    def picture(self, frame: Frame) -> Picture:
        """What a frame of the source becomes in the export. Raises ExportError as `gathered`."""
        return self.made(self.gathered(frame))

    def gathered(self, frame: Frame) -> Gathered:
        """All that has to be read for a picture.

        Raises:
            ExportError: a mask is of another size than the picture.
        """
        return Gathered(frame, self._masks(frame))

    def give_up(self) -> None:
        """Nobody waits for a picture any more: Cancelled ends what is being made, before its next matte or colours."""
        self._is_unwanted = True

    def check_wanted(self) -> None:
        """Raise Cancelled where nobody waits any more."""
        if self._is_unwanted:
            raise Cancelled

    def made(self, given: Gathered) -> Picture:
        """The picture."""
        whole = resized(self._made_of(given.frame, given.masks), self._size)
        return premultiplied(whole) if self.spec.premultiplied else whole

    def _made_of(self, frame: Frame, masks: Sequence[tuple[CutObject, Mask]]) -> Picture:
        mattes = _FrameMattes(self, frame)
        parts = self._parts(masks, mattes)
        matte = within_source(joined([part for part, _ in parts], frame.size), frame.alpha)
        if self._content is Content.MATTE:
            return grey(matte, self._depth)
        if self._content is Content.SHAPES:
            return replace(grey(matte, self._depth), layers=self._layers(masks, mattes))
        if self.spec.rules.hides:
            return self._as_deep(self._hidden(frame.rgb, matte))
        wanted = is_soft(matte) or any(edge.despill for _, edge in parts)
        self.check_wanted()
        own = self.foreground(frame.rgb, matte, parts) if wanted else frame.rgb
        if self._backdrop is not None:
            return self._as_deep(over(own, matte, self._backdrop.behind(frame.rgb, matte)))
        straight = cutout(own, matte, self._depth)
        if self._layered:
            return replace(straight, light=self._light(frame, own), layers=self._layers(masks, mattes))
        return straight

    def _light(self, frame: Frame, own: Pixels) -> Floats | None:
        """The source's own light; where the subject's colour was estimated, the light of that."""
        if frame.light is None:
            return None
        light = frame.light.astype(np.float32)
        estimated = (own != frame.rgb).any(-1)
        light[estimated] = to_linear(own[estimated], "iec61966-2-1")
        return light

    def _hidden(self, rgb: Pixels, matte: Matte) -> Picture:
        hiding = self.spec.hiding
        hide = pixelated if self._content is Content.PIXELATE else softened
        return hide(rgb, matte, hiding.strength_for(self.clip.info.size), outside=hiding.outside)

    def _as_deep(self, picture: Picture) -> Picture:
        """An opaque picture as deep as its file: videos round once more on their way to planes, pictures don't."""
        if picture.rgb is None or not isinstance(self.spec.format, PictureFormat):
            return picture
        return Picture(rgb=scaled(picture.rgb, self._depth))

    def _masks(self, frame: Frame) -> list[tuple[CutObject, Mask]]:
        """The objects that have a mask on this frame, be it empty."""
        found = []
        for thing in self.objects:
            mask = self.masks(thing.id, frame.number)
            if mask is None:
                continue
            if mask.size != frame.size:
                raise ExportError(
                    f"The mask of {thing.name} on frame {self.clip.source_number(frame.number)} is {mask.size}, "
                    f"the picture {frame.size}.",
                    "Track that frame again.",
                )
            found.append((thing, mask))
        if not found:
            self.unmasked.append(frame.number)
        return found

    def _parts(
        self, masks: Sequence[tuple[CutObject, Mask]], mattes: "_FrameMattes"
    ) -> list[tuple[Matte, EdgeSettings]]:
        """Masks with the same settings are joined before the matte is made, so that no seam shows between them."""
        by_edge: dict[EdgeSettings, tuple[Mask, tuple[int, ...]]] = {}
        for thing, mask in masks:
            known, ids = by_edge.get(thing.edge, (Mask(mask.size), ()))
            by_edge[thing.edge] = known.union(mask), (*ids, thing.id)
        filled = [(edge, mask, ids) for edge, (mask, ids) in by_edge.items() if not mask.is_empty]
        return [(mattes.of(mask, edge, ids), edge) for edge, mask, ids in filled]

    def _layers(self, masks: Sequence[tuple[CutObject, Mask]], mattes: "_FrameMattes") -> dict[int, Pixels]:
        """Each object's own alpha; those without a mask here have one of zeros, for a file's layers never change."""
        frame = mattes.frame
        nothing = Matte.from_mask(Mask(frame.size))
        filled = [(thing, mask) for thing, mask in masks if not mask.is_empty]
        alone = {thing.id: mattes.of(mask, thing.edge, (thing.id,)) for thing, mask in filled}
        own = {thing.id: within_source(alone.get(thing.id, nothing), frame.alpha) for thing in self.objects}
        return {object_id: scaled(matte.alpha, self._depth) for object_id, matte in own.items()}


class _FrameMattes:
    """The mattes of one frame, each made once: an object alone in the picture is a layer, too."""

    def __init__(self, maker: PictureMaker, frame: Frame) -> None:
        self._maker, self.frame = maker, frame
        self._made: dict[tuple[EdgeSettings, tuple[int, ...]], Matte] = {}

    def of(self, mask: Mask, edge: EdgeSettings, ids: tuple[int, ...]) -> Matte:
        """The matte; where none can be made, the clean mask, and that is noted."""
        if (edge, ids) not in self._made:
            self._maker.check_wanted()
            try:
                self._made[edge, ids] = self._maker.matte(self.frame, mask, edge, ids)
            except MatteError:
                self._maker.unmatted.update((object_id, self.frame.number) for object_id in ids)
                self._made[edge, ids] = self._maker.matte(self.frame, mask, replace(edge, matte=False), ids)
        return self._made[edge, ids]

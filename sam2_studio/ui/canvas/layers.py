"""The images that the canvas is painted with: made when first needed, kept until what they show changes. No widget."""

import functools
from collections.abc import Sequence

from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPixmap

from sam2_studio.core.frames import Frame
from sam2_studio.engine.strokes import Area, Pixels
from sam2_studio.ui.canvas import outlines, overlay, painting
from sam2_studio.ui.canvas.differences import Difference, difference_image
from sam2_studio.ui.canvas.ground import Ground
from sam2_studio.ui.canvas.live_mask import LiveMask
from sam2_studio.ui.canvas.onion import Skin, onion_image
from sam2_studio.ui.canvas.overlay import ShownMask, ViewKind
from sam2_studio.ui.canvas.transform import ViewTransform


class Layers:
    """What is shown, and the images of it.

    Attributes:
        frame: The picture, or None.
        masks: On it, later ones on top.
        kind: The view chosen.
        opacity: Of the selected object's colour in the overlay, 0 to 1.
        ground: Behind a cutout.
        live: The mask that is being painted, in place of its object's own; None while nothing is.
        skins: Outlines of neighbouring frames.
        differences: To the frame before, one an object.
    """

    def __init__(self) -> None:
        self.frame: Frame | None = None
        self.masks: tuple[ShownMask, ...] = ()
        self.kind = ViewKind.OVERLAY
        self.opacity = overlay.FILL
        self.ground = Ground()
        self.live: LiveMask | None = None
        self.skins: tuple[Skin, ...] = ()
        self.differences: tuple[Difference, ...] = ()
        self._live_id = 0
        self._colors: Pixels | None = None
        self._picture: QImage | None = None
        self._made: QImage | None = None  # the view's own image
        self._others: Pixels | None = None  # what other objects cover, for the cutout under a stroke
        self._backdrop: tuple[tuple[int, ViewTransform], QPixmap] | None = None
        self._outlines: tuple[tuple[ViewTransform, tuple[ShownMask, ...]], QImage] | None = None
        self._onion: tuple[tuple[ViewTransform, tuple[Skin, ...]], QImage] | None = None
        self._hatched: tuple[ViewTransform, QImage] | None = None

    # What is shown

    def set_frame(self, frame: Frame | None) -> None:
        self.frame = frame
        self._picture = None if frame is None else overlay.picture_image(frame.rgb8())
        self._made = self._colors = None

    def set_masks(self, masks: Sequence[ShownMask]) -> None:
        self.masks = tuple(masks)
        self._made = None

    def set_kind(self, kind: ViewKind) -> None:
        self.kind, self._made = kind, None

    def set_opacity(self, opacity: float) -> None:
        self.opacity, self._made = opacity, None

    def set_ground(self, ground: Ground) -> None:
        self.ground = ground
        self._forget_cutout()

    def set_colors(self, colors: Pixels | None) -> None:
        """Take the subjects' own colours under soft edges, (H, W, 3); None for those of the picture."""
        if colors is not self._colors:
            self._colors = colors
            self._forget_cutout()

    def set_differences(self, differences: Sequence[Difference]) -> None:
        self.differences, self._hatched = tuple(differences), None

    def set_live(self, live: LiveMask | None, object_id: int, color: str) -> None:
        """Take a mask that is being painted; None ends that."""
        if live is None or self.kind is not ViewKind.CUTOUT:  # the cutout shows the same until something is drawn
            self._made = None
        self.live, self._live_id, self._others = live, object_id, None
        if live is not None:
            matte = self.kind is ViewKind.MATTE
            strength = self.opacity if self.kind is ViewKind.OVERLAY else overlay.QUIET_FILL
            live.color = color
            live.set_ink(overlay.rgba("#FFFFFF", 1.0) if matte else overlay.rgba(color, strength))

    def refresh_live(self, area: Area) -> None:
        """An area of the live mask was drawn in."""
        if self.kind is ViewKind.CUTOUT and self._made is not None and self.frame is not None:
            rows, columns = slice(area.top, area.bottom), slice(area.left, area.right)
            alpha = self._with_live(self._other_alpha()[rows, columns], area)
            overlay.patch_cutout(self._made, self._rgb(), alpha, area, self.ground)

    def alpha_at(self, column: int, row: int) -> float:
        """How much the visible objects cover of a pixel, 0 to 1."""
        clear = 1.0
        for mask in self.masks:
            if mask.visible:
                clear *= 1 - mask.alpha_at(column, row) / 255
        return 1 - clear

    # Images

    @property
    def picture(self) -> QImage:
        return self._picture or QImage()

    def base(self, kind: ViewKind) -> QImage:
        """The picture, or for matte and cutout what is seen in its place."""
        if kind not in (ViewKind.MATTE, ViewKind.CUTOUT) or self.frame is None:
            return self.picture
        if self._made is None and kind is ViewKind.MATTE:
            self._made = overlay.matte_image(self.still_masks(), self.frame.size)
        elif self._made is None:
            size = self.frame.size
            alpha = self._with_live(self._other_alpha(), Area(0, 0, size.width, size.height))
            self._made = overlay.cutout_image(self._rgb(), alpha, self.ground)
        return self._made

    def backdrop(self, view: ViewTransform) -> QPixmap:
        """The picture as the whole widget shows it, drawn smooth."""
        key = (self.picture.cacheKey(), view)
        if self._backdrop is None or self._backdrop[0] != key:
            self._backdrop = (key, painting.scaled_picture(view, self.picture))
        return self._backdrop[1]

    def labels(self) -> QImage:
        """The masks' colours."""
        if self._made is None and self.frame is not None:
            self._made = overlay.label_image(self.still_masks(), self.frame.size, self.opacity)
        return self._made or QImage()

    def labelled(self, view: ViewTransform) -> QRectF:
        """Where in the widget `labels` isn't clear."""
        boxes = (painting.box_rect(view, m.mask.box) for m in self.still_masks() if m.visible)
        return functools.reduce(QRectF.united, boxes, QRectF())

    def outlines(self, view: ViewTransform) -> QImage:
        """Of the masks that stand still."""
        shown = tuple(m for m in self.still_masks() if m.visible)
        key = (view, shown)
        if self._outlines is None or self._outlines[0] != key:
            found = [outlines.Outlined.of_mask(m) for m in sorted(shown, key=lambda m: m.selected)]
            self._outlines = (key, outlines.outline_image(found, view, outlines.ScreenPart.whole(view)))
        return self._outlines[1]

    def onion(self, view: ViewTransform) -> QImage:
        key = (view, self.skins)
        if self._onion is None or self._onion[0] != key:
            self._onion = (key, onion_image(self.skins, view))
        return self._onion[1]

    def hatched(self, view: ViewTransform) -> QImage:
        """Differences to the frame before."""
        if self._hatched is None or self._hatched[0] != view:
            self._hatched = (view, difference_image(self.differences, view))
        return self._hatched[1]

    def still_masks(self) -> tuple[ShownMask, ...]:
        """All masks but the one that is being painted, which is drawn by itself."""
        return self.masks if self.live is None else tuple(m for m in self.masks if m.object_id != self._live_id)

    def _forget_cutout(self) -> None:
        if self.kind is ViewKind.CUTOUT:
            self._made = None

    def _rgb(self) -> Pixels:
        assert self.frame is not None
        return self.frame.rgb8() if self._colors is None else self._colors

    def _other_alpha(self) -> Pixels:
        """What objects cover, but for the one that is being painted; kept while that goes on."""
        assert self.frame is not None
        if self.live is None:
            return overlay.union_alpha(self.masks, self.frame.size)
        if self._others is None:
            self._others = overlay.union_alpha(self.still_masks(), self.frame.size)
        return self._others

    def _with_live(self, alpha: Pixels, area: Area) -> Pixels:
        """Alpha of an area, with what is being painted."""
        if self.live is None:
            return alpha
        return alpha | self.live.pixels[area.top : area.bottom, area.left : area.right] * 255

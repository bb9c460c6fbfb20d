"""What an export is asked to be, and in words what that will make. Values only; `checks` looks at the files."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from sam2_studio.core.clip import Clip, ClipKind
from sam2_studio.core.frames import FrameRange
from sam2_studio.core.geometry import Size
from sam2_studio.errors import ExportError
from sam2_studio.export.formats import PRESETS, Content, Format, PictureFormat, Preset, VideoFormat, find_preset
from sam2_studio.export.scaling import Scale
from sam2_studio.export.targets import chosen_suffix
from sam2_studio.export.treatment import Background, Hiding

_HDR = frozenset({"smpte2084", "arib-std-b67"})


@dataclass(frozen=True, kw_only=True)
class ExportSpec:
    """One export.

    Attributes:
        preset: A name of `formats.PRESETS`.
        target: File, folder, or `NAME.####.png`; see `targets.planned_paths` for what each means.
        object_ids: Objects to export; empty for all visible ones.
        separate: Whether each object goes to files of its own, else all together.
        range: Frames to export; None for the clip's in to out.
        step: Every how many frames one is written, from 1.
        scale: How large beside the source.
        square_pixels: Whether pixels that aren't square are made so, by the picture's width; else their shape is kept.
        constant_rate: Whether a video of varying rate becomes one of constant rate.
        bit_depth: Of one channel, 8 or 16; None for what suits preset and source.
        overwrite: Whether existing files may be replaced.
        background: For the preset `replace`.
        hiding: For the presets `pixelate` and `blur`.
        premultiplied: Whether colour is multiplied by alpha, where the preset may.
        compression: How picture files are packed, of the format's `compressions`; "" for its first.
        provenance: Whether the files say which program made them, and with what.
    """

    preset: str
    target: Path
    object_ids: tuple[int, ...] = ()
    separate: bool = False
    range: FrameRange | None = None
    step: int = 1
    scale: Scale = field(default_factory=Scale)
    square_pixels: bool = False
    constant_rate: bool = False
    bit_depth: int | None = None
    overwrite: bool = False
    background: Background = field(default_factory=Background)
    hiding: Hiding = field(default_factory=Hiding)
    premultiplied: bool = False
    compression: str = ""
    provenance: bool = False

    def __post_init__(self) -> None:
        rules = find_preset(self.preset)
        if self.premultiplied and not rules.may_premultiply:
            these = ", ".join(name for name, preset in PRESETS.items() if preset.may_premultiply)
            raise ExportError(f"The preset {self.preset} doesn't premultiply.", f"Only these do: {these}.")
        if self.step < 1:
            raise ExportError(f"Every {self.step} frames can't be written.", "Use 1 or more: 2 for every other frame.")
        if "\0" in str(self.target):
            raise ExportError(f"{str(self.target)!r} can't be the name of a file.", "Choose another name.")

    @property
    def rules(self) -> Preset:
        return find_preset(self.preset)

    @property
    def format(self) -> Format:
        """How files are written; from the target's ending.

        Raises:
            ExportError: the preset can't write that ending.
        """
        return self.rules.formats[chosen_suffix(self.rules, self.target)]

    def frames(self, clip: Clip) -> FrameRange:
        """The range to write.

        Raises:
            PromptError: the range doesn't fit the clip.
        """
        return (clip.source_range if self.range is None else self.range).checked(clip.info.frames)

    def numbers(self, clip: Clip) -> Sequence[int]:
        """The frames that are written, by index, where each is written once. Raises PromptError, as `frames`."""
        frames = self.frames(clip)
        return range(frames.start, frames.stop, self.step)

    def depth(self, clip: Clip) -> int:
        """Bits of one channel, 8 or 16: the one asked for, else 16 for colour of a deeper source, else the preset's.

        Raises:
            ExportError: preset and file ending don't have the one asked for.
        """
        written = self.format
        offered = depths_of(self.rules, written)
        if self.bit_depth is None:
            deep = (
                self.rules.content not in (Content.MATTE, Content.SHAPES) and clip.info.bit_depth > 8 and 16 in offered
            )
            return 16 if deep else offered[0]
        if self.bit_depth not in offered:
            raise ExportError(
                f"The preset {self.preset} can't write {self.bit_depth} bits a channel as {written.label}.",
                f"It writes {' or '.join(str(depth) for depth in sorted(offered))}.",
            )
        return self.bit_depth


def depths_of(preset: Preset, written: Format) -> list[int]:
    """The bits of one channel that a preset writes in one of its formats; the first is the default."""
    return [d for d in preset.bit_depths if not isinstance(written, VideoFormat) or d in written.pixel_formats]


def describe(spec: ExportSpec, clip: Clip) -> str:
    """One line for the export button, such as "Export 247 frames, ProRes 4444"."""
    count = len(spec.numbers(clip))
    kind = "picture" if clip.info.kind is ClipKind.STILL else "frame"
    choice = isinstance(spec.format, PictureFormat) and len(spec.rules.bit_depths) > 1
    depth = f" {spec.depth(clip)} bit" if choice else ""
    return f"Export {count} {kind}{'' if count == 1 else 's'}, {spec.format.label}{depth}"


def scaled_size(spec: ExportSpec, clip: Clip) -> Size:
    """The size of the pictures; see `written_size` for the files. Raises ExportError where it can't be made."""
    size = clip.info.size
    if _makes_square(spec):
        size = Size(max(1, round(size.width * clip.info.pixel_aspect)), size.height)
    return spec.scale.applied(size, even=_needs_even(spec))


def pixel_aspect(spec: ExportSpec, clip: Clip) -> Fraction:
    """Width to height of one pixel of the files."""
    return Fraction(1) if _makes_square(spec) else clip.info.pixel_aspect


def _makes_square(spec: ExportSpec) -> bool:
    """By choice, or because the container can't be told another shape."""
    written = spec.format
    return spec.square_pixels or (isinstance(written, VideoFormat) and bool(written.tick))


def written_size(spec: ExportSpec, clip: Clip) -> Size:
    """Width and height of the files: a picture that keeps its odd size is padded, see `VideoFormat.even`."""
    size = scaled_size(spec, clip)
    return Size(size.width + size.width % 2, size.height + size.height % 2) if _needs_even(spec) else size


def _needs_even(spec: ExportSpec) -> bool:
    written = spec.format
    return isinstance(written, VideoFormat) and written.even


def notes(spec: ExportSpec, clip: Clip) -> tuple[str, ...]:
    """What the user should know before the run, one sentence each."""
    lines = []
    written = spec.format
    scaled, size = scaled_size(spec, clip), written_size(spec, clip)
    if scaled != clip.info.size:
        lines.append(f"The pictures are scaled from {clip.info.size} to {scaled}.")
    if size != scaled:
        lines.append(f"{written.label} needs even sizes: {scaled} is padded to {size} at the right and lower edge.")
    aspect = pixel_aspect(spec, clip)
    if aspect == 1 != clip.info.pixel_aspect and not spec.square_pixels:
        lines.append(f"{written.label} can't say the shape of pixels: they are made square.")
    if aspect != 1 and spec.rules.content is not Content.SHAPES:
        lines.append(f"Pixels keep their shape, {aspect.numerator}:{aspect.denominator}, and the files say so.")
    lines += _time_notes(spec, clip)
    if spec.premultiplied:
        lines.append("Colour is premultiplied: say so where the receiving program asks for the kind of alpha.")
    if spec.compression == "dwaa":
        lines.append("Programs built on FFmpeg misread DWAA beside layers; those that use OpenEXR's own library don't.")
    shallow = isinstance(written, VideoFormat) and spec.rules.content is not Content.MATTE and spec.depth(clip) == 8
    if shallow and clip.info.color.transfer in _HDR:
        lines.append("The source is HDR: 8 bits keep its colours and tags, but smooth skies may show steps.")
    return tuple(lines)


def _time_notes(spec: ExportSpec, clip: Clip) -> list[str]:
    written, info = spec.format, clip.info
    if not isinstance(written, VideoFormat):
        return []
    varies = info.variable_rate and not spec.constant_rate
    lines = []
    if spec.step > 1:
        pace = (
            "each frame lasts until the next one"
            if varies
            else f"the rate becomes {_shown_rate(info.rate / spec.step)}"
        )
        lines.append(f"One frame in {spec.step} is written: {pace}, speed and sound stay.")
    if info.variable_rate and spec.constant_rate:
        pace = _shown_rate(info.rate / spec.step)
        lines.append(f"The varying rate becomes {pace}: frames are repeated or left out so that the speed stays.")
    if written.tick and varies:
        lines.append(f"Frame times are rounded to 1/{written.tick} second, the finest that this file can say.")
    return lines


def _shown_rate(rate: Fraction) -> str:
    return f"{float(rate):.3f}".rstrip("0").rstrip(".")

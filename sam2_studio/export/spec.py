"""What an export is asked to be, checked before a pixel is read; says what it will write. Only looks at files."""

import os
import sys
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from sam2_studio.core.clip import Clip, ClipKind
from sam2_studio.core.frames import FrameRange
from sam2_studio.core.geometry import Size
from sam2_studio.errors import ExportError
from sam2_studio.export.formats import PRESETS, Content, Format, PictureFormat, Preset, VideoFormat, find_preset
from sam2_studio.export.staging import reported
from sam2_studio.export.targets import chosen_suffix, planned_paths, source_identities
from sam2_studio.export.treatment import Background, Hiding

_LONGEST_NAME = 255  # bytes, of every file system in common use
_HDR = frozenset({"smpte2084", "arib-std-b67"})


@dataclass(frozen=True, kw_only=True)
class ExportSpec:
    """One export.

    Attributes:
        preset: A name of `formats.PRESETS`.
        target: File, folder, or `NAME.####.png`; see `targets.planned_paths` for what each means.
        object_ids: Objects to export together; empty for all visible ones.
        range: Frames to export; None for the clip's in to out.
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
    range: FrameRange | None = None
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
        """The frames to write.

        Raises:
            PromptError: the range doesn't fit the clip.
        """
        return (clip.source_range if self.range is None else self.range).checked(clip.info.frames)

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


def planned_files(spec: ExportSpec, clip: Clip) -> tuple[Path, ...]:
    """The files that the export will write, one for a video, else one a frame."""
    return planned_paths(spec.rules, spec.target, clip, spec.frames(clip))


def describe(spec: ExportSpec, clip: Clip) -> str:
    """One line for the export button, such as "Export 247 frames, ProRes 4444"."""
    count = len(spec.frames(clip))
    kind = "picture" if clip.info.kind is ClipKind.STILL else "frame"
    choice = isinstance(spec.format, PictureFormat) and len(spec.rules.bit_depths) > 1
    depth = f" {spec.depth(clip)} bit" if choice else ""
    return f"Export {count} {kind}{'' if count == 1 else 's'}, {spec.format.label}{depth}"


def written_size(spec: ExportSpec, clip: Clip) -> Size:
    """Width and height of the files; see `VideoFormat.even`."""
    size = clip.info.size
    written = spec.format
    if isinstance(written, VideoFormat) and written.even:
        return Size(size.width + size.width % 2, size.height + size.height % 2)
    return size


def notes(spec: ExportSpec, clip: Clip) -> tuple[str, ...]:
    """What the user should know before the run, one sentence each."""
    lines = []
    written = spec.format
    size = written_size(spec, clip)
    if size != clip.info.size:
        lines.append(
            f"{written.label} needs even sizes: {clip.info.size} is padded to {size} at the right and lower edge."
        )
    if spec.premultiplied:
        lines.append("Colour is premultiplied: say so where the receiving program asks for the kind of alpha.")
    if spec.compression == "dwaa":
        lines.append("Programs built on FFmpeg misread DWAA beside layers; those that use OpenEXR's own library don't.")
    if isinstance(written, VideoFormat):
        if written.tick and clip.info.variable_rate:
            lines.append(f"Frame times are rounded to 1/{written.tick} second, the finest that this file can say.")
        if clip.info.color.transfer in _HDR and spec.depth(clip) == 8 and spec.rules.content is not Content.MATTE:
            lines.append("The source is HDR: 8 bits keep its colours and tags, but smooth skies may show steps.")
    return tuple(lines)


def check(spec: ExportSpec, clip: Clip) -> tuple[Path, ...]:
    """Return the planned files if the export can start.

    Raises:
        ExportError: format, depth, folder, name, background or an existing file stands against it.
        PromptError: the range doesn't fit the clip.
    """
    with reported(spec.target):
        _check_length(spec.target)
        files = planned_files(spec, clip)
        spec.depth(clip)
        _check_compression(spec)
        _check_package(spec)
        _check_background(spec)
        _check_folder(files[0].parent, may_be_made=files[0].parent == spec.target)
        sources = source_identities(clip)
        for path in files:
            _check_length(path)
            _check_file(path, sources, overwrite=spec.overwrite)
    return files


def _check_compression(spec: ExportSpec) -> None:
    written = spec.format
    offered = written.compressions if isinstance(written, PictureFormat) else ()
    if spec.compression and spec.compression not in offered:
        raise ExportError(
            f"{written.label} can't be packed by “{spec.compression}”.",
            f"Use {' or '.join(offered)}." if offered else "Leave the compression out: this format has one only.",
        )


def _check_package(spec: ExportSpec) -> None:
    """Some formats need a package that the program itself doesn't."""
    written = spec.format
    if isinstance(written, PictureFormat) and written.package and find_spec(written.package) is None:
        raise ExportError(
            f"{written.label} files need the package {written.package}, which isn't installed.",
            f"Install it, then start again: {sys.executable} -m pip install {written.package}",
        )


def _check_background(spec: ExportSpec) -> None:
    picture = spec.background.picture
    if spec.rules.content is Content.REPLACE and picture is not None and not picture.is_file():
        raise ExportError(f"The background picture {picture} isn't there.", "Choose another picture or a colour.")


def _check_folder(folder: Path, *, may_be_made: bool) -> None:
    """A folder of pictures is made later; the folder it goes into must be there."""
    existing = folder.parent if may_be_made and not folder.exists() else folder
    if not existing.is_dir():
        raise ExportError(f"There is no folder {existing}.", "Create it, or choose another one.")
    if not os.access(existing, os.W_OK | os.X_OK):
        raise ExportError(f"The folder {existing} can't be written to.", "Choose another folder.")


def _check_length(path: Path) -> None:
    length = len(os.fsencode(path.name))
    if length > _LONGEST_NAME:
        raise ExportError(
            f"The name {path.name} is {length} bytes long.",
            f"File names can have {_LONGEST_NAME}: choose a shorter one.",
        )


def _check_file(path: Path, sources: frozenset[tuple[int, int]], *, overwrite: bool) -> None:
    try:
        found = path.stat()
    except FileNotFoundError:
        if path.is_symlink() and not overwrite:
            raise ExportError(f"{path} exists already, as a link to nowhere.", "Choose another name.") from None
        return
    if (found.st_dev, found.st_ino) in sources:
        raise ExportError(f"{path} is the source itself.", "Choose another name: an export never replaces its source.")
    if path.is_dir():
        raise ExportError(f"{path} is a folder.", "Choose another name.")
    if not overwrite:
        raise ExportError(f"{path} exists already.", "Choose another name, or allow overwriting.")

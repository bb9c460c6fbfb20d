"""Where an export goes by default, and how a target follows another preset. Pure names; looks at no file."""

import re
from pathlib import Path

from sam2_studio.core.clip import Clip, ClipKind
from sam2_studio.export.formats import Content, PictureFormat, Preset

_NUMBER = re.compile(r"[._ -]*#+$")
_WORDS = {
    Content.CUTOUT: "cutout",
    Content.MATTE: "matte",
    Content.REPLACE: "composite",
    Content.PIXELATE: "pixelated",
    Content.BLUR: "blurred",
    Content.SHAPES: "outlines",
}


def default_target(clip: Clip, preset: Preset, folder: Path | None = None) -> Path:
    """A file for a video or a still, else a folder of numbered pictures; in `folder`, for None beside the source."""
    name = target_name(clip_stem(clip), preset, still=clip.info.kind is ClipKind.STILL)
    return (folder or Path(clip.info.path).parent) / name


def clip_stem(clip: Clip) -> str:
    """What files made of a clip are named after: no ending, no numbers."""
    stem = clip.info.pattern.split("#")[0].rstrip("._- ") if clip.info.pattern else Path(clip.info.path).stem
    return Path(stem).name or "frames"


def target_name(stem: str, preset: Preset, *, still: bool) -> str:
    """`dog-cutout.mov`; without an ending where that makes a folder of pictures."""
    name = f"{stem}-{_WORDS[preset.content]}"
    return name if _is_sequence(preset, still=still) else name + _suffix(preset, still=still)


def follow_preset(target: Path, clip: Clip, preset: Preset, known_suffixes: frozenset[str]) -> Path:
    """The target that the user typed, with the ending that the newly chosen preset writes."""
    suffix, still = target.suffix.lower(), clip.info.kind is ClipKind.STILL
    if suffix in preset.formats or (suffix not in known_suffixes and _is_sequence(preset, still=still)):
        return target
    bare = target.with_suffix("") if suffix in known_suffixes else target
    return (
        bare
        if _is_sequence(preset, still=still) and suffix
        else bare.with_name(bare.name + _suffix(preset, still=still))
    )


def in_format(target: Path, clip: Clip, preset: Preset, suffix: str, known_suffixes: frozenset[str]) -> Path:
    """The target for another of the preset's endings: numbers where that makes numbered pictures, else none."""
    bare = target.with_suffix("") if target.suffix.lower() in known_suffixes else target
    name = _NUMBER.sub("", bare.name) or bare.name
    if isinstance(preset.formats[suffix], PictureFormat) and clip.info.kind is not ClipKind.STILL:
        return bare.with_name(name if suffix == preset.suffix else f"{name}.####{suffix}")
    return bare.with_name(name + suffix)


def _suffix(preset: Preset, *, still: bool) -> str:
    """The preset's ending: a still becomes a picture where the preset writes any."""
    pictures = [suffix for suffix, written in preset.formats.items() if isinstance(written, PictureFormat)]
    return pictures[0] if pictures and still else preset.suffix


def _is_sequence(preset: Preset, *, still: bool) -> bool:
    pictures = isinstance(preset.formats[preset.suffix], PictureFormat)
    return pictures and not still

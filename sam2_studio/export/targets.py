"""Which files a target means: endings, folders, numbers, and which of them are the source. Reads names, no pixels."""

import re
from collections.abc import Sequence
from pathlib import Path

from sam2_studio.core.clip import Clip, ClipKind
from sam2_studio.errors import ExportError
from sam2_studio.export.formats import PictureFormat, Preset

LEAST_DIGITS = 4
_HASHES = re.compile(r"#+")
_NUMBER = re.compile(r"\d+")
_NUMBER_PLACE = re.compile(r"(.*?)([._ -]*#.*)", re.DOTALL)

# Endings that name a format. Anything else after a dot is part of a name, as in "shot.v2".
_WITHOUT_ALPHA = frozenset(
    {".jpg", ".jpeg", ".jpe", ".bmp", ".mp4", ".m4v", ".avi", ".mpg", ".mpeg", ".ts", ".wmv", ".flv", ".ogv", ".y4m"}
)
_WITH_ALPHA = frozenset(
    {".png", ".webp", ".gif", ".apng", ".tif", ".tiff", ".exr", ".tga", ".avif", ".heic", ".jxl", ".psd", ".svg"}
    | {".mov", ".mkv", ".webm", ".mxf", ".dpx", ".json"}
)


def chosen_suffix(preset: Preset, target: Path) -> str:
    """The file ending to write, lower case: the target's, or the preset's default where it names none.

    Raises:
        ExportError: the target's ending is of a format that the preset doesn't write.
    """
    suffix = target.suffix.lower()
    if suffix in preset.formats:
        return suffix
    if suffix not in _WITHOUT_ALPHA | _WITH_ALPHA or _is_folder(target):
        return preset.suffix
    name_it = f"Name the output with {' or '.join(preset.formats)}, or choose another preset."
    if preset.needs_alpha and suffix in _WITHOUT_ALPHA:
        raise ExportError(f"A {suffix} file has no transparency, so it can't hold a cutout.", name_it)
    raise ExportError(f"The preset {preset.name} doesn't write {suffix} files.", name_it)


def planned_paths(
    preset: Preset, target: Path, clip: Clip, numbers: Sequence[int], label: str = ""
) -> tuple[Path, ...]:
    """The files of an export.

    A video is the target, with the preset's ending added where it has none, or `CLIP.EXT` in an existing folder.
    Pictures go to `TARGET/CLIP.####.png` if the target has no ending or is a folder (`TARGET/CLIP.png` for a still); to
    `NAME.####.png`, the `#` replaced, if it has some; and else to the target itself for one frame, to
    `NAME.####.png` for more. The numbers are the source's, with the same padding throughout, at least four digits.
    In the target `{clip}` stands for the source's name, `{preset}` for the preset's and `{object}` for the label.

    Args:
        numbers: Frames by index, rising.
        label: The object, where each has files of its own: it stands for `{object}`, or else behind the name.

    Raises:
        ExportError: the target's ending isn't the preset's, or it names an object where all go together.
    """
    target, label = _filled(target, {"clip": _clip_name(clip), "preset": preset.name}, label)
    suffix = chosen_suffix(preset, target)
    named = target.suffix.lower() == suffix and not _is_folder(target)
    own = f"{_clip_name(clip)}{_behind(label)}"
    if named and label:
        target = target.with_name(_labelled(target.name, label))
    if not isinstance(preset.formats[suffix], PictureFormat):
        return (target if named else _unnamed_video(target, own, suffix, label),)
    if not named:
        if clip.info.kind is ClipKind.STILL:
            return (target / f"{own}{suffix}",)
        return _numbered(target, f"{own}.", suffix, clip, numbers)
    parts = _HASHES.split(target.name, maxsplit=1)
    if len(parts) == 2:
        return _numbered(target.parent, parts[0], parts[1], clip, numbers, target.name.count("#"))
    if len(numbers) == 1:
        return (target,)
    return _numbered(target.parent, f"{target.stem}.", target.suffix, clip, numbers)


def stale_files(files: Sequence[Path]) -> tuple[Path, ...]:
    """Pictures beside the planned ones that an older, longer run of the same name left behind."""
    if len(files) < 2 or not files[0].parent.is_dir():
        return ()
    head, tail = _common_ends(files[0].name, files[-1].name)
    older = re.compile(re.escape(head) + r"\d+" + re.escape(tail))
    planned = {path.name for path in files}
    beside = files[0].parent.iterdir()
    return tuple(sorted(path for path in beside if older.fullmatch(path.name) and path.name not in planned))


def source_identities(clip: Clip) -> frozenset[tuple[int, int]]:
    """Device and inode of every source file, so that links and other spellings are seen through."""
    first = Path(clip.info.path)
    paths = [first]
    if clip.info.kind is ClipKind.SEQUENCE and first.parent.is_dir():
        shape = _NUMBER.sub("#", first.name)
        paths += [path for path in first.parent.iterdir() if _NUMBER.sub("#", path.name) == shape]
    found = (path.stat() for path in paths if path.exists())
    return frozenset((status.st_dev, status.st_ino) for status in found)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name too long, or a folder that can't be looked into
        return False


def _filled(target: Path, words: dict[str, str], label: str) -> tuple[Path, str]:
    """The target with its `{names}` replaced, and the label where it still has to be put somewhere."""
    text = str(target)
    for name, word in words.items():
        text = text.replace(f"{{{name}}}", word)
    if "{object}" not in text:
        return Path(text), label
    if not label:
        raise ExportError(
            f"“{target.name}” names an object, but all objects go to one file.", "Ask for one file an object."
        )
    return Path(text.replace("{object}", label)), ""


def _behind(label: str) -> str:
    return f"-{label}" if label else ""


def _labelled(name: str, label: str) -> str:
    """The label before the ending, or before a number and what parts it from the name."""
    place = _NUMBER_PLACE.fullmatch(name)
    head, rest = (place[1], place[2]) if place else (Path(name).stem, Path(name).suffix)
    return f"{head}-{label}{rest}" if head else f"{label}.{rest.lstrip('.')}"


def _unnamed_video(target: Path, own: str, suffix: str, label: str) -> Path:
    return (
        target / f"{own}{suffix}" if _is_folder(target) else target.with_name(f"{target.name}{_behind(label)}{suffix}")
    )


def _numbered(
    folder: Path, head: str, tail: str, clip: Clip, numbers: Sequence[int], hashes: int = 0
) -> tuple[Path, ...]:
    widest = len(str(clip.source_number(numbers[-1])))
    digits = max(hashes or max(LEAST_DIGITS, clip.info.pattern.count("#")), widest)
    return tuple(folder / f"{head}{clip.source_number(number):0{digits}d}{tail}" for number in numbers)


def _clip_name(clip: Clip) -> str:
    """The source's name without ending and numbers."""
    if clip.info.pattern:
        return _HASHES.split(Path(clip.info.pattern).name, maxsplit=1)[0].rstrip("._- ") or "frame"
    return Path(clip.info.path).stem or "frame"


def _common_ends(first: str, last: str) -> tuple[str, str]:
    """Head and tail around the number in which two names of one run differ, without its digits."""
    place = next(i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b)
    head = first[:place].rstrip("0123456789")
    return head, first[len(head) :].lstrip("0123456789")

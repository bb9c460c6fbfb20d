"""Finds the numbered pictures of a sequence, by a folder or a pattern, in natural order; reads no pixels."""

import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from sam2_studio.errors import MediaError
from sam2_studio.media.sniff import PICTURE_SUFFIXES

_NUMBERED = re.compile(r"(?P<head>.*?)(?P<number>\d+)(?P<tail>\D*)", re.DOTALL)
_HOLDER = re.compile(r"#+|%0?(?P<width>\d*)d")
_SPARSE = 10  # times as many numbers as pictures: then the number isn't a frame's


@dataclass(frozen=True, kw_only=True)
class Listing:
    """The pictures of a sequence.

    Attributes:
        files: Number -> file, rising.
        pattern: `NAME.####.EXT`.
        warnings: One sentence each.
    """

    files: dict[int, Path]
    pattern: str
    warnings: tuple[str, ...] = ()


def is_pattern(path: Path) -> bool:
    """Whether a name stands for many numbered pictures: it holds `####` or `%04d`."""
    return _HOLDER.search(path.name) is not None


def list_folder(folder: Path) -> Listing:
    """The largest sequence in a folder; what isn't part of it is named in the warnings.

    Raises:
        MediaError: there is no numbered picture in it.
    """
    pictures = sorted(file for file in _entries(folder) if file.suffix.lower() in PICTURE_SUFFIXES)
    if not pictures:
        raise MediaError(f"The folder {folder} holds no pictures.", "Choose a folder of numbered pictures, or a video.")
    groups: defaultdict[tuple[str, str, str], list[tuple[int, Path]]] = defaultdict(list)
    left_out = []
    for file in pictures:
        found = _NUMBERED.fullmatch(file.stem)
        if found is None:
            left_out.append(file.name)
        else:
            groups[found["head"], found["tail"], file.suffix].append((int(found["number"]), file))
    if not groups:
        raise MediaError(
            f"None of the {len(pictures)} pictures in {folder} has a number in its name.",
            "Name them NAME.0001.png and so on, or open one as a still.",
        )
    chosen = max(groups, key=lambda group: len(groups[group]))
    left_out += [file.name for group, members in groups.items() if group != chosen for _, file in members]
    return _listing(folder, chosen, groups[chosen], left_out)


def list_pattern(path: Path) -> Listing:
    """The pictures that `NAME.####.EXT` or `NAME.%04d.EXT` stands for.

    Raises:
        MediaError: there is none.
    """
    holders = list(_HOLDER.finditer(path.name))
    head, tail = path.name[: holders[-1].start()], path.name[holders[-1].end() :]
    name = re.compile(re.escape(head) + r"(\d+)" + re.escape(tail))
    matches = ((name.fullmatch(file.name), file) for file in _entries(path.parent))
    members = sorted((int(match[1]), file) for match, file in matches if match)
    if not members:
        raise MediaError(f"No picture is named like {path}.", "Check the folder and the name before the number.")
    suffix = Path(tail).suffix
    return _listing(path.parent, (head, tail.removesuffix(suffix), suffix), members, [])


def _entries(folder: Path) -> list[Path]:
    try:
        return [file for file in folder.iterdir() if not file.name.startswith(".") and file.is_file()]
    except OSError as error:
        raise MediaError(
            f"The folder {folder} can't be read: {error.strerror}.", "Check its name and rights."
        ) from error


def _listing(
    folder: Path, group: tuple[str, str, str], members: list[tuple[int, Path]], left_out: list[str]
) -> Listing:
    files: dict[int, Path] = {}
    doubled = []
    for number, file in sorted(members):
        if number in files:
            doubled.append(file.name)
        else:
            files[number] = file
    if max(files) - min(files) >= _SPARSE * len(files) + 1000:
        raise MediaError(
            f"The {len(files)} pictures in {folder} are numbered {min(files)} to {max(files)}: no clip has such gaps.",
            "Number them one after the other.",
        )
    head, tail, suffix = group
    return Listing(
        files=files,
        pattern=head + "#" * _padding(files, head) + tail + suffix,
        warnings=(*_named("left out: they aren't numbered like the others", left_out),
                  *_named("left out: their numbers occur twice", doubled)),
    )  # fmt: skip


def _padding(files: dict[int, Path], head: str) -> int:
    """Digits of the numbers where they are filled up with zeros, else 1."""
    widths = {len(re.match(r"\d+", file.name[len(head) :])[0]) for file in files.values()}  # type: ignore[index]
    return widths.pop() if len(widths) == 1 else min(widths)


def _named(why: str, names: list[str]) -> list[str]:
    if not names:
        return []
    shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    return [f"{len(names)} {'picture was' if len(names) == 1 else 'pictures were'} {why} ({shown})."]

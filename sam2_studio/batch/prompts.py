"""Prompts as people write them, read from a prompts file and checked against the footage. Knows no network.

Frames are counted as the user counts them: from 0 for a video, by their own numbers for a sequence.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sam2_studio.batch.written import WrittenPrompt, WrittenSubject
from sam2_studio.core.clip import ClipInfo
from sam2_studio.core.frames import checked_frame
from sam2_studio.core.geometry import Box, Point
from sam2_studio.core.masks import Mask
from sam2_studio.core.prompts import PointPrompt, PromptSet
from sam2_studio.errors import PromptError
from sam2_studio.media.masks import read_mask

_SHAPE = 'It looks like {"objects": [{"name": "dog", "prompts": [{"frame": 0, "box": [10, 20, 200, 180]}]}]}.'
_KINDS = ("box", "point", "mask", "hair")


@dataclass(frozen=True)
class Subject:
    """A checked subject.

    Attributes:
        prompts: By frame index, from 0.
        masks: By frame index: masks given as prompts.
        hair: By frame index: where the matte's band is wider, there and on later frames.
    """

    name: str
    prompts: Mapping[int, PromptSet] = field(default_factory=dict)
    masks: Mapping[int, Mask] = field(default_factory=dict)
    hair: Mapping[int, Mask] = field(default_factory=dict)


def check_subjects(written: Iterable[WrittenSubject], info: ClipInfo) -> tuple[Subject, ...]:
    """Subjects that fit the footage.

    Raises:
        PromptError: there is no prompt at all, a frame isn't in the clip, or a prompt doesn't fit its picture.
        MediaError: a picture of a mask or of hair can't be read.
    """
    subjects = tuple(_checked(subject, info) for subject in written)
    if not subjects:
        raise PromptError("There is no prompt, so there is nothing to cut out.", "Give a box, a point or a mask.")
    return subjects


def read_prompts_file(path: Path) -> tuple[WrittenSubject, ...]:
    """The subjects of a prompts file; paths of masks in it count from its folder.

    Raises:
        PromptError: it can't be read or isn't what `--help` describes; the place is named.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PromptError(f"The prompts file {path} can't be read: {error.strerror}.", "Check its name.") from error
    except ValueError as error:
        raise PromptError(f"The prompts file {path} is not JSON: {error}.", _SHAPE) from error
    return subjects_in(document, f"The prompts file {path}", path.parent)


def subjects_in(document: Any, place: str, folder: Path) -> tuple[WrittenSubject, ...]:
    """The subjects of a document that was read; paths of masks in it count from `folder`.

    Raises:
        PromptError: it isn't what a prompts file holds; the place is named.
    """
    objects = document.get("objects") if isinstance(document, dict) else None
    if not isinstance(objects, list) or not objects:
        raise PromptError(f'{place} has no list "objects".', _SHAPE)
    where = place.removeprefix("The prompts file ")
    return tuple(_subject(item, f"{where}: objects[{i}]", folder) for i, item in enumerate(objects))


def _checked(subject: WrittenSubject, info: ClipInfo) -> Subject:
    prompts: dict[int, PromptSet] = {}
    masks: dict[int, Mask] = {}
    hair: dict[int, Mask] = {}
    for prompt in subject.prompts:
        number = info.first_number if prompt.frame is None else prompt.frame
        frame = checked_frame(number - info.first_number, info.frames, info.first_number)
        if prompt.hair is not None:
            if frame in hair:
                raise PromptError(f"There are two pictures of hair on frame {number}.", "Join them in one.")
            hair[frame] = read_mask(prompt.hair, info.size)
            continue
        known = prompts.get(frame, PromptSet())
        if (prompt.box and known.box) or (prompt.mask and frame in masks):
            kind = "box" if prompt.box else "mask"
            raise PromptError(f"There are two {kind} prompts on frame {number}.", "Give one; add points to it.")
        if prompt.box is not None:
            known = known.with_box(prompt.box.checked(info.size))
        if prompt.point is not None:
            known = known.with_point(PointPrompt(prompt.point.at.checked(info.size), prompt.point.positive))
        if prompt.mask is not None:
            masks[frame] = read_mask(prompt.mask, info.size)
        prompts[frame] = known
    if not prompts:
        name = f" for {subject.name}" if subject.name else ""
        raise PromptError(
            f"There is no prompt{name}, so there is nothing to cut out.", "Give a box, a point or a mask."
        )
    return Subject(subject.name, prompts, masks, hair)


def _subject(item: Any, place: str, folder: Path) -> WrittenSubject:
    name, prompts = (item.get("name", ""), item.get("prompts")) if isinstance(item, dict) else ("", None)
    if not isinstance(name, str) or not isinstance(prompts, list) or not prompts:
        raise PromptError(f'{place} needs a "name" in quotes and a list "prompts".', _SHAPE)
    return WrittenSubject(name, tuple(_prompt(p, f"{place}.prompts[{i}]", folder) for i, p in enumerate(prompts)))


def _prompt(item: Any, place: str, folder: Path) -> WrittenPrompt:
    if not isinstance(item, dict) or type(item.get("frame")) is not int:
        raise PromptError(f'{place} needs a whole number "frame".', _SHAPE)
    given = [kind for kind in _KINDS if kind in item]
    if len(given) != 1:
        raise PromptError(f'{place} needs one of "box", "point", "mask" and "hair".', _SHAPE)
    known, value, positive = {*_KINDS, "frame", "positive"}, item[given[0]], item.get("positive", True)
    if unknown := sorted(item.keys() - known):
        raise PromptError(f'{place} has "{unknown[0]}", which means nothing.', f"Known are {', '.join(sorted(known))}.")
    if type(positive) is not bool or (not positive and given[0] != "point"):
        raise PromptError(f'{place}: "positive" is true, or for a point false.', _SHAPE)
    return _PARSERS[given[0]](item["frame"], value, positive, place, folder)


def _box(frame: int, value: Any, positive: bool, place: str, folder: Path) -> WrittenPrompt:
    return WrittenPrompt(frame=frame, box=Box(*_numbers(value, 4, f"{place}.box")))


def _point(frame: int, value: Any, positive: bool, place: str, folder: Path) -> WrittenPrompt:
    return WrittenPrompt(frame=frame, point=PointPrompt(Point(*_numbers(value, 2, f"{place}.point")), positive))


def _mask(frame: int, value: Any, positive: bool, place: str, folder: Path) -> WrittenPrompt:
    return WrittenPrompt(frame=frame, mask=_picture(value, f"{place}.mask", folder))


def _hair(frame: int, value: Any, positive: bool, place: str, folder: Path) -> WrittenPrompt:
    return WrittenPrompt(frame=frame, hair=_picture(value, f"{place}.hair", folder))


def _picture(value: Any, place: str, folder: Path) -> Path:
    if not isinstance(value, str) or not value:
        raise PromptError(f"{place} is not the name of a picture.", "Write it in quotes.")
    return folder / value


_PARSERS: dict[str, Callable[[int, Any, bool, str, Path], WrittenPrompt]] = {
    "box": _box,
    "point": _point,
    "mask": _mask,
    "hair": _hair,
}


def _numbers(value: Any, count: int, place: str) -> list[float]:
    if not isinstance(value, list) or len(value) != count or any(type(n) not in (int, float) for n in value):
        raise PromptError(f"{place} is not a list of {count} numbers.", _SHAPE)
    return [float(n) for n in value]

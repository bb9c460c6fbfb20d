"""The frozen records that say what changed in the document: all that edits, undo, file and window speak of.

A change holds the value before and after, so its inverse is itself turned round: undo can't differ from the edit, the
undo history can be stored as it is, and the store writes just the rows that a change names.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Generic, Self, TypeVar

from sam2_studio.core.clip import Clip
from sam2_studio.core.objects import CutObject
from sam2_studio.core.plain import checked, whole
from sam2_studio.core.prompts import PromptSet
from sam2_studio.core.tracks import MaskRecord, Origin

Value = TypeVar("Value")


@dataclass(frozen=True)
class Marker:
    """A note at a frame."""

    frame: int
    text: str


@dataclass(frozen=True, kw_only=True)
class Change(Generic[Value]):
    """One value of the document replaced by another; None where there was or will be none."""

    before: Value | None
    after: Value | None

    def inverse(self) -> Self:
        return replace(self, before=self.after, after=self.before)

    @property
    def key(self) -> tuple[Any, ...]:
        """What is changed: two changes of one key can't be undone out of order."""
        return (type(self).__name__,)


@dataclass(frozen=True, kw_only=True)
class ClipChanged(Change[Clip]):
    """Other footage, or another in and out."""


@dataclass(frozen=True, kw_only=True)
class MarkersChanged(Change[tuple[Marker, ...]]):
    """The list of markers, whole."""


@dataclass(frozen=True, kw_only=True)
class ModelChanged(Change[str]):
    """The pinned model: `name@sha256`."""


@dataclass(frozen=True, kw_only=True)
class ObjectChanged(Change[CutObject]):
    """An object added (before is None), removed (after is None) or altered."""

    object_id: int

    @property
    def key(self) -> tuple[Any, ...]:
        return ("ObjectChanged", self.object_id)


@dataclass(frozen=True, kw_only=True)
class PromptsChanged(Change[PromptSet]):
    """The prompts of one object on one frame."""

    object_id: int
    frame: int

    @property
    def key(self) -> tuple[Any, ...]:
        return ("PromptsChanged", self.object_id, self.frame)


@dataclass(frozen=True, kw_only=True)
class MaskChanged(Change[MaskRecord]):
    """The mask of one object on one frame."""

    object_id: int
    frame: int

    @property
    def key(self) -> tuple[Any, ...]:
        return ("MaskChanged", self.object_id, self.frame)


AnyChange = ClipChanged | MarkersChanged | ModelChanged | ObjectChanged | PromptsChanged | MaskChanged

_RECORD_FIELDS = tuple(field.name for field in fields(MaskRecord))
_Coder = tuple[Callable[[Any], Any], Callable[[Any], Any]]


def _record_to_json(record: MaskRecord) -> list[Any]:
    """Without names and without `asdict`: there are thousands in one step."""
    return list(vars(record).values())


def _record_from_json(values: list[Any]) -> MaskRecord:
    named = dict(zip(_RECORD_FIELDS, values, strict=True))
    return checked(MaskRecord(**named | {"origin": Origin(named["origin"])}))


def markers_from_json(values: list[dict[str, Any]]) -> tuple[Marker, ...]:
    """The markers of a list made by `change_to_json`; TypeError or ValueError for anything else."""
    return tuple(checked(Marker(**marker)) for marker in values)


# kind -> class, value to JSON, value from JSON
_KINDS: dict[str, tuple[type[AnyChange], _Coder]] = {
    "clip": (ClipChanged, (Clip.to_json, Clip.from_json)),
    "markers": (MarkersChanged, (lambda v: [asdict(m) for m in v], markers_from_json)),
    "model": (ModelChanged, (str, str)),
    "object": (ObjectChanged, (CutObject.to_json, CutObject.from_json)),
    "prompts": (PromptsChanged, (PromptSet.to_json, PromptSet.from_json)),
    "mask": (MaskChanged, (_record_to_json, _record_from_json)),
}


def change_to_json(change: AnyChange) -> dict[str, Any]:
    """Plain values for JSON."""
    kind, coder = next((k, c) for k, (cls, c) in _KINDS.items() if isinstance(change, cls))
    values: dict[str, Any] = {"kind": kind}
    for side in ("before", "after"):
        value = getattr(change, side)
        values[side] = None if value is None else coder[0](value)
    return values | {name: getattr(change, name) for name in ("object_id", "frame") if hasattr(change, name)}


def change_from_json(values: dict[str, Any]) -> AnyChange:
    """The inverse of `change_to_json`; KeyError, TypeError or ValueError for anything else."""
    cls, coder = _KINDS[values["kind"]]
    arguments: dict[str, Any] = {name: whole(values[name]) for name in ("object_id", "frame") if name in values}
    for side in ("before", "after"):
        arguments[side] = None if values[side] is None else coder[1](values[side])
    return cls(**arguments)

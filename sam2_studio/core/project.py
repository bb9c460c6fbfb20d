"""The document: clip, objects, prompts, tracks, markers. Values with one observer; knows no file, undo or Qt."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack

from sam2_studio.core.changes import (
    AnyChange,
    ClipChanged,
    Marker,
    MarkersChanged,
    MaskChanged,
    ModelChanged,
    ObjectChanged,
    PromptsChanged,
)
from sam2_studio.core.clip import Clip
from sam2_studio.core.objects import CutObject
from sam2_studio.core.prompts import NO_PROMPTS, PromptSet
from sam2_studio.core.tracks import MaskTrack

Observer = Callable[[tuple[AnyChange, ...]], None]


class Project:
    """The state that `apply` alone may change, on the thread that owns it.

    Attributes:
        clip: The footage, or None in an empty project.
        markers: Notes by frame, in rising order.
        model: `name@sha256` of the pinned model, or "".
    """

    def __init__(self) -> None:
        self.clip: Clip | None = None
        self.markers: tuple[Marker, ...] = ()
        self.model = ""
        self._objects: dict[int, CutObject] = {}
        self._prompts: dict[int, dict[int, PromptSet]] = {}
        self._tracks: dict[int, MaskTrack] = {}
        self._observers: list[Observer] = []
        self.highest_object_id = 0

    @property
    def objects(self) -> tuple[CutObject, ...]:
        """In the order of the list."""
        return tuple(sorted(self._objects.values(), key=lambda o: (o.order, o.id)))

    def object(self, object_id: int) -> CutObject | None:
        return self._objects.get(object_id)

    def prompts(self, object_id: int, frame: int) -> PromptSet:
        """The prompts of an object on a frame; an empty set where there are none."""
        return self._prompts.get(object_id, {}).get(frame, NO_PROMPTS)

    def prompted_frames(self, object_id: int) -> tuple[int, ...]:
        """Frames on which the object has prompts, in rising order."""
        return tuple(sorted(self._prompts.get(object_id, {})))

    def track(self, object_id: int) -> MaskTrack:
        """The object's masks; an empty track for one that has none."""
        return self._tracks.get(object_id) or MaskTrack()

    def observe(self, observer: Observer) -> Callable[[], None]:
        """Call `observer` with each batch of changes, after they are made; returns what ends it."""
        self._observers.append(observer)
        return lambda: self._observers.remove(observer)

    def apply(self, changes: Sequence[AnyChange]) -> None:
        """Make the changes in order, then tell the observers once; every one is told, also where another raises."""
        for change in changes:
            self._make(change)
        with ExitStack() as calls:
            for observer in reversed(self._observers):
                calls.callback(observer, tuple(changes))

    def _make(self, change: AnyChange) -> None:
        match change:
            case ClipChanged():
                self.clip = change.after
            case MarkersChanged():
                self.markers = change.after or ()
            case ModelChanged():
                self.model = change.after or ""
            case ObjectChanged():
                self._put_object(change)
            case PromptsChanged():
                self._put_prompts(change)
            case MaskChanged():
                self._tracks.setdefault(change.object_id, MaskTrack()).put(change.frame, change.after)

    def _put_object(self, change: ObjectChanged) -> None:
        self.highest_object_id = max(self.highest_object_id, change.object_id)
        if change.after is None:
            self._objects.pop(change.object_id, None)
        else:
            self._objects[change.object_id] = change.after

    def _put_prompts(self, change: PromptsChanged) -> None:
        frames = self._prompts.setdefault(change.object_id, {})
        if change.after:
            frames[change.frame] = change.after
        else:
            frames.pop(change.frame, None)

"""What a steady matte of the frame that the user rests on is made of: masks and pictures of the frames beside it.

The plain matte shows at once; this one needs up to five frames, so it is asked for only where the playhead stands, and
forgotten when that moves on. The answer is the export's: the same `ClipMattes` makes it, from the same frames.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from sam2_studio.core.clip import ClipInfo
from sam2_studio.core.edges import EdgeSettings
from sam2_studio.core.frames import Frame, Timestamp
from sam2_studio.core.masks import Mask, Matte
from sam2_studio.core.objects import CutObject
from sam2_studio.core.shots import Shots
from sam2_studio.engine.steady import REACH, ClipMattes
from sam2_studio.ui.cutting import Cutting
from sam2_studio.ui.frame_loader import FrameLoader
from sam2_studio.ui.playback import Playhead
from sam2_studio.ui.project_bridge import ProjectBridge

_REST = 200  # ms that a frame is shown before its neighbours are read


@dataclass(frozen=True)
class SteadyQuestion:
    """What makes a steady matte, for any thread.

    Attributes:
        key: All that the matte depends on, but for the clip.
        steps: Make it; the last item is the matte.
    """

    key: tuple[object, ...]
    steps: Callable[[], Iterator[Matte]]


@dataclass(frozen=True, kw_only=True)
class _Beside:
    """What the document has of one object on the frames of a steady matte's reach, in their order."""

    object_id: int
    first: int
    edge: EdgeSettings
    shots: tuple[int, ...]
    masks: tuple[Mask | None, ...]
    hair: tuple[Mask | None, ...]
    settled: tuple[bool, ...]
    chatters: tuple[bool, ...]

    def mattes(self, source: "_AtHand") -> ClipMattes:
        return ClipMattes(
            source,
            lambda _, n: self.masks[n - self.first],
            kept=lambda _, n: self.settled[n - self.first],
            flagged=lambda _, n: self.chatters[n - self.first],
            hair=lambda _, n: self.hair[n - self.first],
            shots=Shots(self.shots),
        )


class _AtHand:
    """A FrameSource of a few frames."""

    def __init__(self, info: ClipInfo, frames: dict[int, Frame]) -> None:
        self.info = info
        self._frames = frames

    def timestamp(self, number: int) -> Timestamp:
        return self._frames[number].timestamp

    def read(self, number: int) -> Frame:
        return self._frames[number]

    def close(self) -> None:
        """Nothing is open."""


class SteadyQuestions(QObject):
    """Puts the question together while the user rests on a frame.

    Signals:
        changed: Ask again: there may be a question where there was none.
    """

    changed = Signal()

    def __init__(self, bridge: ProjectBridge, playhead: Playhead, loader: FrameLoader, cutting: Cutting) -> None:
        super().__init__(bridge)
        self._bridge, self._playhead, self._loader, self._cutting = bridge, playhead, loader, cutting
        self._shown = -1
        self._rests = self._waits_for_cuts = False
        self._frames: dict[int, Frame] = {}  # beside the one shown
        self._coming: set[int] = set()
        self._beside: dict[int, _Beside] = {}
        self._timer = QTimer(self, singleShot=True, interval=_REST)
        self._timer.timeout.connect(self._rest)
        playhead.moved.connect(self._leave)
        playhead.speed_changed.connect(self._begin_again)
        bridge.replaced.connect(self._leave)
        bridge.clip_changed.connect(self._leave)
        bridge.masks_changed.connect(self._forget_document)
        bridge.objects_changed.connect(self._forget_document)
        cutting.looked.connect(self._cuts_came)
        loader.neighbour_ready.connect(self._take, Qt.ConnectionType.QueuedConnection)

    def ask(self, thing: CutObject, frame: Frame, mask: Mask) -> SteadyQuestion | None:
        """The question whose answer is the object's steady matte; None where the matte isn't to be steady.

        None, too, while the user moves on, and until the frames beside it and the cuts there are known; `changed` tells
        when they are.
        """
        clip = self._bridge.project.clip
        if clip is None or frame.stand_in or not self._rests_on(frame.number):
            return None
        shots = self._cutting.shots(min(frame.number + REACH, clip.info.frames - 1))
        self._waits_for_cuts = shots is None
        if shots is None:
            return None
        beside = self._read_document(thing, frame.number, shots)
        source = _AtHand(clip.info, {**self._frames, frame.number: frame})
        mattes, ids = beside.mattes(source), (thing.id,)
        wanted = {n for numbers in mattes.neighbours(frame.number, beside.edge, ids) for n in numbers}
        if not wanted or not self._has(wanted):
            return None
        key = ("steady", frame.number, beside)
        return SteadyQuestion(key, lambda: mattes.steps(frame, mask, beside.edge, ids))

    def _rests_on(self, number: int) -> bool:
        if number != self._shown:
            self._leave()
            self._shown = number
        if not self._rests and not self._timer.isActive():
            self._timer.start()
        return self._rests

    def _rest(self) -> None:
        if not self._playhead.is_playing:
            self._rests = True
            self.changed.emit()

    def _leave(self) -> None:
        """What is beside the frame shown is wanted no more."""
        self._shown, self._rests, self._waits_for_cuts = -1, False, False
        self._timer.stop()
        self._frames, self._coming = {}, set()
        self._forget_document()

    def _begin_again(self) -> None:
        """Playing began or ended: who shows the frame asks anew."""
        self._leave()
        self.changed.emit()

    def _forget_document(self) -> None:
        self._beside.clear()

    def _cuts_came(self) -> None:
        if self._waits_for_cuts:
            self.changed.emit()

    def _has(self, wanted: set[int]) -> bool:
        """Whether these frames are at hand; those that aren't are asked for, once."""
        missing = wanted - set(self._frames)
        if missing - self._coming:
            self._coming |= missing
            self._loader.want_neighbours(sorted(self._coming))
        return not missing

    def _take(self, generation: int, frame: Frame) -> None:
        if generation == self._loader.generation and frame.number in self._coming:
            self._coming.remove(frame.number)
            self._frames[frame.number] = frame
            if not self._coming:
                self.changed.emit()

    def _read_document(self, thing: CutObject, number: int, shots: Shots) -> _Beside:
        """What it has now; read once as long as nothing changes."""
        edge = replace(thing.edge, despill="")
        known = self._beside.get(thing.id)
        near = tuple(cut for cut in shots.cuts if number - REACH < cut <= number + REACH)
        if known is None or (known.first, known.edge, known.shots) != (number - REACH, edge, near):
            numbers = range(number - REACH, number + REACH + 1)
            records = [self._bridge.project.track(thing.id).get(n) for n in numbers]
            known = self._beside[thing.id] = _Beside(
                object_id=thing.id,
                first=number - REACH,
                edge=edge,
                shots=near,
                masks=tuple(self._bridge.mask(thing.id, n) for n in numbers),
                hair=tuple(self._bridge.hair(thing, n) for n in numbers),
                settled=tuple(record is not None and record.is_settled for record in records),
                chatters=tuple(record is not None and record.chatters for record in records),
            )
        return known

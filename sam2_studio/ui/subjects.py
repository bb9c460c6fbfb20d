"""“Select subject”: asks the engine what a frame is about, takes the likeliest, and goes through the others."""

from dataclasses import replace

from PySide6.QtCore import QObject, Qt, Signal

from sam2_studio.core.frames import Frame
from sam2_studio.core.records import prompted_record
from sam2_studio.core.subject_commands import take_subject
from sam2_studio.errors import PromptError
from sam2_studio.ui.engine_questions import Proposals
from sam2_studio.ui.engine_thread import EngineThread
from sam2_studio.ui.language import tr
from sam2_studio.ui.project_bridge import ProjectBridge
from sam2_studio.ui.selection import Selection


class Subjects(QObject):
    """Proposes subjects of the frame shown.

    Signals:
        busy_changed: Whether an answer is awaited.
        told: One sentence for the status bar.
    """

    busy_changed = Signal(bool)
    told = Signal(str)

    def __init__(self, bridge: ProjectBridge, selection: Selection, engine: EngineThread) -> None:
        super().__init__(bridge)
        self._bridge, self._selection, self._engine = bridge, selection, engine
        self._proposals: Proposals | None = None
        self._place = 0
        self._object_id = 0
        self._asked: int | None = None
        queued = Qt.ConnectionType.QueuedConnection
        engine.proposed.connect(self._came, queued)
        engine.propose_failed.connect(self._failed, queued)
        engine.model_ready.connect(self._forget_answer, queued)
        bridge.replaced.connect(self._forget)

    def select(self, frame: Frame | None) -> None:
        """Take the likeliest subject of the frame; called again, while that stands, the next one, round and round."""
        if frame is None or self._asked is not None:
            return
        if self._stands(frame.number):
            assert self._proposals is not None
            self._take((self._place + 1) % len(self._proposals.subjects))
            return
        self._asked = frame.number
        self._engine.propose(frame)
        self.busy_changed.emit(True)

    def _stands(self, frame: int) -> bool:
        """Whether the subject taken last is what the selected object has on this frame."""
        known = self._proposals
        if known is None or known.frame != frame or self._selection.object_id != self._object_id:
            return False
        return self._bridge.project.prompts(self._object_id, frame) == known.subjects[self._place].prompts

    def _came(self, proposals: Proposals) -> None:
        if self._asked != proposals.frame:
            return
        self._end()
        if not proposals.subjects:
            way_out = tr("Click it, or draw a box round it.")
            self._bridge.refused.emit(PromptError(tr("No subject stands out on this frame."), way_out))
            return
        self._proposals, self._object_id = proposals, 0
        self._take(0)

    def _take(self, place: int) -> None:
        known = self._proposals
        if known is None:
            return
        subject = known.subjects[place]
        target = self._object_id or self._free_object(known.frame)
        name = tr("object {number}", number=self._bridge.project.highest_object_id + 1)
        record = prompted_record(
            0,
            subject.prediction.mask,
            score=subject.prediction.score,
            recipe=known.recipe,
            prompts=subject.prompts,
            candidate=subject.candidate,
        )
        step = self._bridge.run_with_masks(
            [subject.prediction.mask],
            lambda project, ids: take_subject(
                project, target, known.frame, subject.prompts, replace(record, mask_id=ids[0]), name
            ),
        )
        if step:
            self._place, self._object_id = place, target or self._bridge.project.highest_object_id
            self._selection.choose(self._object_id)
            count = len(known.subjects)
            self.told.emit(tr("Subject {number} of {count}; again for the next.", number=place + 1, count=count))

    def _free_object(self, frame: int) -> int | None:
        """The selected object, where nothing was said of it on this frame and it may be changed; None for a new one."""
        chosen = self._selection.object
        if chosen is None or chosen.locked or self._bridge.project.prompts(chosen.id, frame):
            return None
        return None if frame in self._bridge.project.track(chosen.id) else chosen.id

    def _failed(self) -> None:
        self._end()

    def _end(self) -> None:
        self._asked = None
        self.busy_changed.emit(False)

    def _forget_answer(self) -> None:
        """Another model may see it otherwise; a question that waits is answered, by whichever model comes to it."""
        self._proposals = None

    def _forget(self) -> None:
        self._forget_answer()
        if self._asked is not None:
            self._end()

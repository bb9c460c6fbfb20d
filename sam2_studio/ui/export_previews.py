"""Previews and estimates for the export dialog, made on a thread of their own; the newest wish counts."""

from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QThread, Signal

from sam2_studio.batch.previewing import Estimate, Preview, Previewer, tried_frames
from sam2_studio.core.clip import Clip
from sam2_studio.core.masks import Mask
from sam2_studio.errors import StudioError
from sam2_studio.export.spec import ExportSpec
from sam2_studio.ui.dialogs.export_preview import LONGEST, ExportPreview
from sam2_studio.ui.look_thread import LookThread
from sam2_studio.ui.project_bridge import ProjectBridge

_PICTURE, _ESTIMATE = "picture", "estimate"


class ExportPreviews(QObject):
    """One dialog's previews of one frame; `end` it when the dialog closes.

    Signals:
        ended: Itself: its thread has ended.
    """

    ended = Signal(object)

    def __init__(
        self, bridge: ProjectBridge, clip: Clip, frame: int, view: ExportPreview, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._previewer = Previewer(
            clip, bridge.project.objects, _masks(bridge, clip, frame), frame, _hair(bridge, clip, frame)
        )
        self._view = view
        self._asked: ExportSpec | None = None
        self._has_ended = False
        self._thread = LookThread()
        self._thread.found.connect(self._found)
        self._thread.failed.connect(self._not_found)
        self._thread.finished.connect(self._ended)
        self._thread.start()

    def ask(self, spec: ExportSpec | None) -> None:
        """Preview this; an older wish that isn't answered yet is dropped. None shows nothing.

        Another name to write to changes nothing of what is shown.
        """
        wanted = None if spec is None else replace(spec, target=Path(f"preview{spec.target.suffix}"))
        if wanted == self._asked:
            return
        spec = self._asked = wanted
        if spec is None:
            self._view.show_nothing()
            return
        self._view.show_waiting()
        self._thread.ask(_PICTURE, partial(self._answer, spec, _PICTURE))
        self._thread.ask(_ESTIMATE, partial(self._answer, spec, _ESTIMATE))

    def let_go(self) -> list[QThread]:
        """Tell the thread to end; itself."""
        self._previewer.drop()
        return self._thread.let_go()

    def end(self) -> None:
        """The dialog is gone: answers come to nobody."""
        if not self._has_ended:
            self._thread.found.disconnect(self._found)
            self._thread.failed.disconnect(self._not_found)
        self._has_ended = True
        self.let_go()

    def _answer(self, spec: ExportSpec, slot: str) -> tuple[ExportSpec, object]:
        """On the thread."""
        wanted = self._previewer.picture(spec, LONGEST) if slot == _PICTURE else self._previewer.estimate(spec)
        return spec, wanted

    def _found(self, slot: str, answer: tuple[ExportSpec, object]) -> None:
        spec, wanted = answer
        if spec is not self._asked:
            return
        if isinstance(wanted, Preview):
            self._view.show_preview(wanted)
        elif isinstance(wanted, Estimate):
            self._view.show_estimate(wanted)

    def _not_found(self, slot: str, error: StudioError) -> None:
        if slot == _PICTURE:
            self._view.show_nothing(str(error))
        else:
            self._view.estimate.clear()

    def _ended(self) -> None:
        self._previewer.close()
        self._thread.deleteLater()
        self.ended.emit(self)
        self.deleteLater()


def _masks(bridge: ProjectBridge, clip: Clip, frame: int) -> dict[tuple[int, int], Mask]:
    """The masks that a previewer needs; one that can't be read is left out, for the export itself will say so."""
    found = {}
    for thing in bridge.project.objects:
        for number in {frame, *tried_frames(clip, frame)}:
            with suppress(StudioError):
                if (mask := bridge.file.mask_of(thing.id, number)) is not None:
                    found[thing.id, number] = mask
    return found


def _hair(bridge: ProjectBridge, clip: Clip, frame: int) -> dict[tuple[int, int], Mask]:
    """What the hair brush covers on those frames."""
    wanted = [(each, n) for each in bridge.project.objects for n in {frame, *tried_frames(clip, frame)}]
    return {(each.id, n): strokes for each, n in wanted if (strokes := bridge.hair(each, n)) is not None}

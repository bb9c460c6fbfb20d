"""The cuts of the open clip: has them searched for, shows them, walks them, and says where tracking stops."""

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QThread, Signal
from PySide6.QtGui import QAction

from sam2_studio.core.clip import ClipInfo
from sam2_studio.core.shots import Shots
from sam2_studio.engine.cuts import SURE_AFTER, Looked
from sam2_studio.errors import PromptError
from sam2_studio.ui.cut_search import CutSearch
from sam2_studio.ui.frame_loader import FrameLoader
from sam2_studio.ui.language import tr
from sam2_studio.ui.navigation import following, preceding
from sam2_studio.ui.playback import Playhead
from sam2_studio.ui.project_bridge import ProjectBridge
from sam2_studio.ui.settings import Settings
from sam2_studio.ui.timeline.timeline import Timeline
from sam2_studio.ui.tracking import Tracking


class Cutting(QObject):
    """Knows the cuts of the clip that is open.

    Signals:
        looked: More of the clip was searched.
    """

    looked = Signal()

    def __init__(
        self,
        bridge: ProjectBridge,
        *,
        loader: FrameLoader,
        playhead: Playhead,
        tracking: Tracking,
        timeline: Timeline,
        settings: Settings,
    ) -> None:
        super().__init__(bridge)
        self._bridge, self._loader, self._playhead = bridge, loader, playhead
        self._tracking, self._timeline, self._settings = tracking, timeline, settings
        self._actions: Mapping[str, QAction] = {}
        self._searches: list[CutSearch] = []
        self._number = 0  # of the search that is listened to
        self._looked = Looked(0)
        self._frames = 0
        tracking.cuts = self.cuts_of_a_run
        loader.opened.connect(self._media_opened, Qt.ConnectionType.QueuedConnection)
        bridge.replaced.connect(self._project_replaced)
        playhead.moved.connect(self._rest)
        tracking.running_changed.connect(self._hold)
        settings.changed.connect(self._show_preference)

    @property
    def is_searching(self) -> bool:
        """Whether cuts may still be found."""
        return self._looked.frames < self._frames

    def shots(self, until: int) -> Shots | None:
        """The shots as far as a frame; None while it may still turn out that one begins before it, or there."""
        is_known = not self.is_searching or until < self._looked.frames - SURE_AFTER
        return Shots(self._looked.cuts) if is_known else None

    def start(self, actions: Mapping[str, QAction]) -> None:
        """Show what the last session left."""
        self._actions = actions
        self._show_preference()

    def let_go(self) -> list[QThread]:
        """End the search, the window closes; the threads that haven't ended yet."""
        self._end_searches()
        return list(self._searches)

    # Slots of the actions table

    def go_to_next_cut(self) -> None:
        self._jump(following(self._looked.cuts, self._playhead.frame))

    def go_to_previous_cut(self) -> None:
        self._jump(preceding(self._looked.cuts, self._playhead.frame))

    def set_stop_at_cuts(self, wanted: bool) -> None:
        self._settings.change(stop_at_cuts=wanted)

    # What a run asks

    def cuts_of_a_run(self) -> tuple[int, ...]:
        """The cuts over which a track run doesn't go, by what the user prefers.

        Raises:
            PromptError: they aren't all known yet: the run would give other masks than the same one later.
        """
        if not self._settings.now.stop_at_cuts:
            return ()
        if self.is_searching:
            done = 100 * self._looked.frames // self._frames
            raise PromptError(
                tr("The clip is still searched for cuts: {done} % of it are done.", done=done),
                tr("Wait for the rest, or turn off Stop at cuts in the Track menu."),
            )
        return self._looked.cuts

    # Searching

    def _media_opened(self, generation: int, fingerprint: str, info: ClipInfo) -> None:
        clip = self._bridge.project.clip
        if generation != self._loader.generation or clip is None or info.frames < 2:
            return
        self._end_searches()
        self._looked, self._frames = Looked(0), info.frames
        search = CutSearch(self._number, Path(clip.media_path), fingerprint)
        self._searches.append(search)
        search.looked.connect(self._take, Qt.ConnectionType.QueuedConnection)
        search.failed.connect(self._give_up, Qt.ConnectionType.QueuedConnection)
        search.finished.connect(self._forget_finished, Qt.ConnectionType.QueuedConnection)
        search.hold(self._tracking.is_running)
        search.start()

    def _project_replaced(self) -> None:
        self._end_searches()
        self._looked, self._frames = Looked(0), 0
        self._show()

    def _end_searches(self) -> None:
        """They end by themselves within a frame; until then they are kept, but no longer listened to."""
        self._number += 1
        for search in self._searches:
            search.stop()

    def _forget_finished(self) -> None:
        self._searches = [search for search in self._searches if not search.isFinished()]

    def _take(self, number: int, looked: Looked) -> None:
        if number == self._number:
            self._looked = looked
            self._show()

    def _give_up(self, number: int) -> None:
        """What can't be read to its end has the cuts that were found."""
        if number == self._number:
            self._looked = Looked(self._frames, self._looked.cuts)
            self._show()

    def _show(self) -> None:
        self._timeline.set_cuts(self._looked.cuts)
        self._timeline.set_searched(self._looked.frames if self.is_searching else None)
        self.looked.emit()

    def _rest(self) -> None:
        for search in self._searches:
            search.rest()

    def _hold(self, running: bool) -> None:
        for search in self._searches:
            search.hold(running)

    def _jump(self, frame: int | None) -> None:
        self._playhead.stop()
        if frame is not None:
            self._playhead.go_to(frame)

    def _show_preference(self) -> None:
        if self._actions:
            self._actions["stop_at_cuts"].setChecked(self._settings.now.stop_at_cuts)

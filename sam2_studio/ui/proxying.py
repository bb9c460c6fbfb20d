"""The proxy of the open clip: made where the user wants that and it helps, then handed to the loader."""

from pathlib import Path

from PySide6.QtCore import QObject, Qt, QThread

from sam2_studio import home
from sam2_studio.core.clip import Clip, ClipInfo
from sam2_studio.media.proxy import helps, proxy_path
from sam2_studio.ui.frame_loader import FrameLoader
from sam2_studio.ui.language import tr
from sam2_studio.ui.playback import Playhead
from sam2_studio.ui.project_bridge import ProjectBridge
from sam2_studio.ui.proxy_thread import ProxyThread
from sam2_studio.ui.settings import Settings
from sam2_studio.ui.status_bar import StatusBar
from sam2_studio.ui.tracking import Tracking


class Proxying(QObject):
    """Knows whether the open clip has a proxy."""

    def __init__(
        self,
        bridge: ProjectBridge,
        loader: FrameLoader,
        playhead: Playhead,
        tracking: Tracking,
        settings: Settings,
        status: StatusBar,
    ) -> None:
        super().__init__(bridge)
        self._bridge, self._loader, self._tracking = bridge, loader, tracking
        self._settings, self._status = settings, status
        self._threads: list[ProxyThread] = []
        self._number = 0  # of the thread that is listened to
        self._clip: tuple[ClipInfo, Path] | None = None  # the open clip and where its proxy belongs
        loader.opened.connect(self._media_opened, Qt.ConnectionType.QueuedConnection)
        bridge.replaced.connect(self._project_replaced)
        playhead.moved.connect(self._rest)
        tracking.running_changed.connect(self._hold)
        settings.changed.connect(self._settings_changed)

    def let_go(self) -> list[QThread]:
        """The window closes; the threads that haven't ended yet."""
        self._end()
        return list(self._threads)

    def _media_opened(self, generation: int, fingerprint: str, info: ClipInfo) -> None:
        if generation == self._loader.generation and self._bridge.project.clip is not None:
            folder = home.cache_folder() / "proxies"
            reading = self._bridge.project.clip.reading
            self._clip = (info, proxy_path(folder, fingerprint, reading)) if helps(info) else None
            self._begin()

    def _project_replaced(self) -> None:
        self._clip = None
        self._begin()

    def _settings_changed(self, names: frozenset[str]) -> None:
        if "proxies" in names:
            self._begin()

    def _begin(self) -> None:
        """Use the proxy that there is, or make one; nothing where none is wanted."""
        self._end()
        self._status.set_proxy("")
        clip = self._bridge.project.clip
        if self._clip is None or clip is None or not self._settings.now.proxies:
            self._loader.use_proxy(None)
        elif self._clip[1].exists():
            self._use()
        else:
            self._make(clip, self._clip[1])

    def _make(self, clip: Clip, path: Path) -> None:
        thread = ProxyThread(self._number, clip, path)
        self._threads.append(thread)
        thread.progressed.connect(self._show, Qt.ConnectionType.QueuedConnection)
        thread.made.connect(self._made, Qt.ConnectionType.QueuedConnection)
        thread.failed.connect(self._failed, Qt.ConnectionType.QueuedConnection)
        thread.finished.connect(self._forget_finished, Qt.ConnectionType.QueuedConnection)
        thread.hold(self._tracking.is_running)
        thread.start()

    def _end(self) -> None:
        """They end by themselves within a frame; until then they are kept, but no longer listened to."""
        self._number += 1
        for thread in self._threads:
            thread.stop()

    def _forget_finished(self) -> None:
        self._threads = [thread for thread in self._threads if not thread.isFinished()]

    def _show(self, number: int, done: int, frames: int) -> None:
        if number == self._number:
            self._status.set_proxy(tr("Proxy: {done} %", done=100 * done // frames))

    def _made(self, number: int) -> None:
        if number == self._number:
            self._use()

    def _failed(self, number: int) -> None:
        if number == self._number:
            self._status.set_proxy(tr("No proxy"))

    def _use(self) -> None:
        assert self._clip is not None
        self._loader.use_proxy(self._clip[1])
        self._status.set_proxy(tr("Proxy"))

    def _rest(self) -> None:
        for thread in self._threads:
            thread.rest()

    def _hold(self, running: bool) -> None:
        for thread in self._threads:
            thread.hold(running)

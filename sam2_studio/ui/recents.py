"""Recent files and a small picture of each, on the start page and in a menu. The pictures lie in the cache."""

import hashlib
import logging
from pathlib import Path

from PySide6.QtCore import QObject, QSize, Qt, QTimer
from PySide6.QtGui import QAction, QIcon, QImage, QPixmap
from PySide6.QtWidgets import QMenu

from sam2_studio.core.frames import Frame
from sam2_studio.ui.documents import Documents
from sam2_studio.ui.frame_loader import FrameLoader, thumbnail
from sam2_studio.ui.language import tr
from sam2_studio.ui.project_bridge import ProjectBridge
from sam2_studio.ui.settings import Settings
from sam2_studio.ui.start_page import StartPage

_log = logging.getLogger(__name__)

SIZE = QSize(80, 45)
_FINEST = 3  # pictures are kept for screens of up to that scale
_LOOK_AFTER = 1000  # ms: the first frames are for the eye


class Recents(QObject):
    """Remembers what is opened and how it looked."""

    def __init__(
        self,
        *,
        settings: Settings,
        bridge: ProjectBridge,
        documents: Documents,
        loader: FrameLoader,
        page: StartPage,
        folder: Path,
    ) -> None:
        super().__init__(page)
        self._settings, self._bridge, self._page, self._folder = settings, bridge, page, folder
        self._wanted: Path | None = None
        self._frame: Frame | None = None
        self._timer = QTimer(self, singleShot=True, interval=_LOOK_AFTER)
        self._timer.timeout.connect(self._keep_picture)
        loader.frame_ready.connect(self._saw, Qt.ConnectionType.QueuedConnection)
        bridge.replaced.connect(self._forget_frame)
        documents.opened.connect(self._opened)
        documents.failed.connect(self._failed)
        self._documents = documents
        self._menu: QMenu | None = None
        page.recent_wanted.connect(self._open)
        self.show()

    def show(self) -> None:
        """Fill the start page."""
        self._page.set_recent(self._files())

    def keep_filled(self, menu: QMenu) -> None:
        """Fill a menu anew each time it opens: files come and go."""
        self._menu = menu
        menu.setToolTipsVisible(True)
        menu.aboutToShow.connect(self._fill_menu)
        menu.triggered.connect(self._chosen)

    def _files(self) -> list[tuple[Path, QPixmap | None]]:
        paths = [Path(path) for path in self._settings.now.recent_files]
        return [(path, self._picture(path)) for path in paths]

    def _fill_menu(self) -> None:
        if self._menu is None:
            return
        self._menu.clear()
        for path, picture in self._files():
            entry = self._menu.addAction(path.name.replace("&", "&&"))
            entry.setToolTip(str(path))
            entry.setData(str(path))
            entry.setIcon(QIcon() if picture is None else QIcon(picture))
        if self._menu.isEmpty():
            self._menu.addAction(tr("Nothing yet")).setEnabled(False)

    def _chosen(self, entry: QAction) -> None:
        self._open(Path(entry.data()))

    def _open(self, path: Path) -> None:
        self._wanted = path
        self._documents.open(path)

    def _opened(self, path: Path) -> None:
        self._wanted = None
        self._settings.remember(path)
        self.show()

    def _failed(self) -> None:
        """Take what isn't there any more off the list."""
        path, self._wanted = self._wanted, None
        if path is None or path.exists():
            return
        shown = str(path.absolute())
        self._settings.change(recent_files=tuple(each for each in self._settings.now.recent_files if each != shown))
        self.show()

    def _saw(self, generation: int, frame: Frame) -> None:
        """The frame that is looked at for a while stands for the project."""
        self._frame = frame
        self._timer.start()

    def _forget_frame(self) -> None:
        self._frame = None
        self._timer.stop()

    def _keep_picture(self) -> None:
        if self._frame is None or not self._bridge.is_open:
            return
        clip = self._bridge.project.clip
        aspect = 1.0 if clip is None else float(clip.info.pixel_aspect)
        picture = thumbnail(self._frame, SIZE.height() * _FINEST, aspect)
        path = self._picture_path(self._bridge.file.path)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._drop_unlisted()
        except OSError as error:
            _log.info("no picture of a recent file can be kept: %s", error)
            return
        if picture.save(str(path), "JPG", 85):  # type: ignore[call-overload] # the stubs want bytes
            self.show()

    def _drop_unlisted(self) -> None:
        listed = {self._picture_path(Path(path)).name for path in self._settings.now.recent_files}
        for path in self._folder.glob("*.jpg"):
            if path.name not in listed:
                path.unlink(missing_ok=True)

    def _picture(self, path: Path) -> QPixmap | None:
        image = QImage(str(self._picture_path(path)))
        return None if image.isNull() else QPixmap.fromImage(image)

    def _picture_path(self, path: Path) -> Path:
        name = hashlib.sha256(str(path.absolute()).encode("utf-8", "surrogateescape")).hexdigest()[:32]
        return self._folder / f"{name}.jpg"

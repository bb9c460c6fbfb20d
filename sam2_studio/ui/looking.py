"""How the user looks at the picture: view, ground behind cutouts, onion outlines, split, strength of the overlay."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Qt, QThread, QTimer, Signal
from PySide6.QtGui import QAction, QColor
from PySide6.QtWidgets import QColorDialog, QFileDialog, QWidget

from sam2_studio.core.geometry import Size
from sam2_studio.engine.strokes import Pixels
from sam2_studio.errors import StudioError
from sam2_studio.export.compose import fitted_picture
from sam2_studio.export.treatment import Background
from sam2_studio.ui.canvas.canvas import Canvas
from sam2_studio.ui.canvas.ground import Ground
from sam2_studio.ui.canvas.overlay import ViewKind
from sam2_studio.ui.language import later, tr
from sam2_studio.ui.look_thread import LookThread
from sam2_studio.ui.mask_looks import MaskLooks
from sam2_studio.ui.settings import Settings

_GROUND = "ground"
_REMEMBER = 400  # ms: a slider that is being dragged isn't written at each step
_STEP = 0.1  # of the overlay's strength
_TITLE = later("Behind cutouts")
_PICTURES = "(*.png *.jpg *.jpeg *.webp *.tif *.tiff *.bmp)"


class Looking(QObject):
    """Slots of the View menu, and what of it is remembered.

    Signals:
        failed: StudioError: a ground that can't be shown.
        solo_changed: Whether the selected object is shown alone.
    """

    failed = Signal(object)
    solo_changed = Signal(bool)

    def __init__(
        self, settings: Settings, *, canvas: Canvas, looks: MaskLooks, thread: LookThread, window: QWidget
    ) -> None:
        super().__init__(window)
        self._settings, self._canvas, self._looks, self._thread, self._window = settings, canvas, looks, thread, window
        self._actions: Mapping[str, QAction] = {}
        self._fitted: tuple[str, Size] | None = None
        self._onion = False
        self._remember = QTimer(self, singleShot=True, interval=_REMEMBER)
        self._remember.timeout.connect(self._remember_opacity)
        settings.changed.connect(self._obey)
        canvas.view_changed.connect(self._check_view)
        canvas.content_changed.connect(self._fit_ground)
        thread.found.connect(self._found, Qt.ConnectionType.QueuedConnection)
        thread.failed.connect(self._failed, Qt.ConnectionType.QueuedConnection)

    def start(self, actions: Mapping[str, QAction]) -> None:
        """Put in force what the last session left."""
        self._actions = actions
        self._check_view(self._canvas.kind)
        self._show_ground()
        self._thread.start()

    def let_go(self) -> list[QThread]:
        """The window closes; the thread that hasn't ended yet."""
        if self._remember.isActive():
            self._remember_opacity()
        return self._thread.let_go()

    # Slots of the actions table

    def set_view(self, kind: str) -> None:
        self._canvas.set_view(ViewKind(kind))

    def show_onion(self, wanted: bool) -> None:
        """Show outlines of the frames before and after, or hide them again."""
        self._onion = wanted
        self._looks.set_skins(self._settings.now.onion_frames if wanted else 0)

    def show_solo(self, wanted: bool) -> None:
        """Show the selected object alone, or all that are visible again."""
        self._looks.set_solo(wanted)
        self.solo_changed.emit(wanted)

    def end_solo(self) -> None:
        """Show all that are visible: another project begins so."""
        if self._looks.solo:
            self._actions["solo"].setChecked(False)
            self.show_solo(False)

    def choose_ground(self, kind: str) -> None:
        """Lay something else behind cutouts: "checker", or a "color" or "picture" that is asked for."""
        change = {"ground": kind}
        if kind == "color":
            color = QColorDialog.getColor(QColor(self._settings.now.ground_color), self._window, tr(_TITLE))
            change |= {"ground_color": color.name().upper()} if color.isValid() else {}
        elif kind == "picture":
            now = self._settings.now.ground_picture
            kinds = f"{tr('Pictures')} {_PICTURES}"
            name, _ = QFileDialog.getOpenFileName(self._window, tr(_TITLE), now, kinds)
            change |= {"ground_picture": name} if name else {}
        if kind == "checker" or len(change) > 1:
            self._settings.change(**change)
            self._show_ground()
        self._check_ground()

    def change_opacity(self, steps: int) -> None:
        """Let the overlay colour more, or below 0 less."""
        wanted = round(self._settings.now.overlay_opacity + steps * _STEP, 2)
        self._settings.change(overlay_opacity=min(max(wanted, 0.05), 1.0))

    def set_opacity(self, opacity: float) -> None:
        """Let the overlay colour so strongly; kept when the slider has come to rest."""
        self._canvas.set_overlay_opacity(opacity)
        self._remember.start()

    # Obeying

    def _remember_opacity(self) -> None:
        self._settings.change(overlay_opacity=self._canvas.overlay_opacity)

    def _obey(self, names: frozenset[str]) -> None:
        if "onion_frames" in names:
            self.show_onion(self._onion)

    def _check_view(self, kind: ViewKind) -> None:
        if action := self._actions.get(f"view_{kind}"):
            action.setChecked(True)

    def _check_ground(self) -> None:
        """Mark what is in force: a dialog may have been left without a choice."""
        if action := self._actions.get(f"ground_{self._settings.now.ground}"):
            action.setChecked(True)

    def _show_ground(self) -> None:
        now = self._settings.now
        self._check_ground()
        self._fitted = None
        self._canvas.set_ground(Ground(now.ground_color if now.ground == "color" else ""))
        self._fit_ground()

    def _fit_ground(self) -> None:
        """Have the picture brought to the size of the footage, where that isn't done or under way."""
        now, frame = self._settings.now, self._canvas.frame
        if now.ground != "picture" or frame is None or self._fitted == (now.ground_picture, frame.size):
            return
        wanted = self._fitted = (now.ground_picture, frame.size)
        self._thread.ask(_GROUND, lambda: (wanted, _fitted_picture(*wanted)))

    def _found(self, slot: str, answer: object) -> None:
        if slot == _GROUND and isinstance(answer, tuple) and answer[0] == self._fitted:
            self._canvas.set_ground(Ground(picture=answer[1]))

    def _failed(self, slot: str, error: StudioError) -> None:
        self.failed.emit(error)
        if slot == _GROUND:
            self.choose_ground("checker")


def _fitted_picture(path: str, size: Size) -> Pixels:
    """(H, W, 3) of a picture file, covering `size`, as the export preset `replace` lays it. Raises ExportError."""
    behind = fitted_picture(Background(picture=Path(path)), size)
    return np.asarray(np.rint(behind * np.float32(255)), np.uint8)

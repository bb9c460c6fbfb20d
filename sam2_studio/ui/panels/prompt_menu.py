"""The list of a frame's prompts, behind their count in the panel: hovering shows one, a click deletes it."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from sam2_studio.core.prompts import PromptSet
from sam2_studio.ui.canvas.painting import BOX
from sam2_studio.ui.icons import icon
from sam2_studio.ui.language import tr

MASK, NO_PROMPT = BOX - 1, BOX - 2  # beside the index of a point


class PromptMenu(QMenu):
    """The list.

    Signals:
        pointed_at: Index of the point under the pointer, `BOX`, `MASK`, or `NO_PROMPT`.
        delete_wanted: As `pointed_at`.
    """

    pointed_at = Signal(int)
    delete_wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setToolTipsVisible(True)
        self.hovered.connect(self._hovered)
        self.triggered.connect(self._chosen)
        self.aboutToHide.connect(self._left)

    def set_prompts(self, prompts: PromptSet) -> None:
        """List these."""
        self.clear()
        for index, point in enumerate(prompts.points):
            sign = tr("adds") if point.positive else tr("removes")
            self._add(
                f"{tr('Point {number}', number=index + 1)}   {sign}   x {point.at.x:.0f}  y {point.at.y:.0f}", index
            )
        if prompts.box is not None:
            self._add(f"{tr('Box')}   {prompts.box.width:.0f} × {prompts.box.height:.0f}", BOX)
        if prompts.mask_id is not None:
            self._add(tr("Mask   painted or imported") if prompts.given else tr("Mask   as it was tracked"), MASK)

    def _add(self, text: str, place: int) -> None:
        entry = self.addAction(icon("delete"), text)
        entry.setData(place)
        entry.setToolTip(tr("Delete this prompt"))

    def _hovered(self, entry: QAction) -> None:
        self.pointed_at.emit(entry.data())

    def _chosen(self, entry: QAction) -> None:
        self.delete_wanted.emit(entry.data())

    def _left(self) -> None:
        self.pointed_at.emit(NO_PROMPT)

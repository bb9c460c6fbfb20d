"""A card on the canvas that asks whether what was found again is the object that was lost: both, side by side."""

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from sam2_studio.core.geometry import Box
from sam2_studio.core.masks import Mask
from sam2_studio.ui import theme
from sam2_studio.ui.canvas.overlay import outline_path
from sam2_studio.ui.language import tr

PICTURE = QSize(120, 90)
_MARGIN = 12
_ROOM = 0.35  # round the mask, of its sides
_LEAST = 48.0  # pixels of the picture that a side of a close-up shows


@dataclass(frozen=True)
class Sighting:
    """The object on one frame: the last one before it was lost, or the first one after.

    Attributes:
        frame: Its index.
        number: As the user counts.
        mask: Of the object.
        aspect: Width to height of a pixel, as it is drawn.
    """

    frame: int
    number: int
    mask: Mask
    aspect: float = 1.0

    @property
    def part(self) -> Box:
        """What of the frame is shown: the mask with some room, in the shape of the pictures, inside of the frame."""
        box, size, shape = self.mask.box, self.mask.size, PICTURE.width() / PICTURE.height() / self.aspect
        height = max(box.height * (1 + 2 * _ROOM), box.width * (1 + 2 * _ROOM) / shape)
        height = min(max(height, _LEAST), size.height, size.width / shape)
        width = height * shape
        x = min(max(box.centre.x - width / 2, 0.0), size.width - width)
        y = min(max(box.centre.y - height / 2, 0.0), size.height - height)
        return Box(round(x), round(y), round(x + width), round(y + height))


class FoundCard(QWidget):
    """The card. It knows what it shows, no project.

    Signals:
        accept_wanted: It is the object.
        frame_wanted: Index of the frame whose picture was clicked.
    """

    accept_wanted = Signal()
    frame_wanted = Signal(int)

    def __init__(self, canvas: QWidget) -> None:
        super().__init__(canvas)
        self.setObjectName("canvas-strip")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self._canvas = canvas
        self._sightings: tuple[Sighting, Sighting] | None = None
        self._color = QColor()
        self._title = QLabel()
        self._pictures = (QToolButton(), QToolButton())
        self._captions = (QLabel(), QLabel())
        self.accept = QPushButton(tr("Accept   {key}", key="Y"))
        self._build()
        canvas.installEventFilter(self)
        self.hide()

    @property
    def sightings(self) -> tuple[Sighting, Sighting] | None:
        """The last and the first that are shown; None where the card isn't."""
        return self._sightings

    @property
    def title(self) -> str:
        return self._title.text()

    def show_sightings(self, sightings: tuple[Sighting, Sighting] | None, color: str) -> None:
        """Ask about these, outlined in the object's colour; None hides the card."""
        if sightings == self._sightings and self._color == QColor(color):
            return
        self._sightings, self._color = sightings, QColor(color)
        self.setVisible(sightings is not None)
        if sightings is None:
            return
        last, first = sightings
        lost = last.number + (1 if first.frame > last.frame else -1)
        self._title.setText(tr("Lost at {lost}, back at {back}?", lost=lost, back=first.number))
        for sighting, picture, caption in zip(sightings, self._pictures, self._captions, strict=True):
            picture.setIcon(QIcon())
            picture.setAccessibleName(tr("Go to frame {number}", number=sighting.number))
            caption.setText(str(sighting.number))
        self._place()

    def set_closeup(self, frame: int, image: QImage) -> None:
        """Show the picture of a sighting."""
        for sighting, button in zip(self._sightings or (), self._pictures, strict=False):
            if sighting.frame == frame:
                button.setIcon(QIcon(self._outlined(sighting, image)))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 12)
        column.setSpacing(8)
        column.addWidget(self._title)
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        for place, (picture, caption) in enumerate(zip(self._pictures, self._captions, strict=True)):
            picture.setIconSize(PICTURE)
            picture.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            picture.setToolTip(tr("Go to this frame to look at it closely."))
            picture.clicked.connect(self._chosen_first if place else self._chosen_last)
            theme.mark(caption, "quiet", True)
            caption.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            grid.addWidget(picture, 0, place)
            grid.addWidget(caption, 1, place)
        column.addLayout(grid)
        self.accept.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.accept.setToolTip(tr("It is the same object: the mask counts as good."))
        self.accept.clicked.connect(self.accept_wanted)
        column.addWidget(self.accept)

    def _chosen_last(self) -> None:
        if self._sightings is not None:
            self.frame_wanted.emit(self._sightings[0].frame)

    def _chosen_first(self) -> None:
        if self._sightings is not None:
            self.frame_wanted.emit(self._sightings[1].frame)

    def _outlined(self, sighting: Sighting, image: QImage) -> QPixmap:
        """The close-up in the size of its button, with the mask's outline."""
        ratio, part = self.devicePixelRatioF(), sighting.part
        pixmap = QPixmap(PICTURE * ratio)
        pixmap.setDevicePixelRatio(ratio)
        painter = QPainter(pixmap)
        painter.setRenderHints(QPainter.RenderHint.SmoothPixmapTransform | QPainter.RenderHint.Antialiasing)
        painter.drawImage(QRectF(QPointF(0, 0), PICTURE), image)
        painter.scale(PICTURE.width() / part.width, PICTURE.height() / part.height)
        painter.translate(-part.x0, -part.y0)
        for color, width in ((QColor(0, 0, 0, 160), 3.5), (self._color, 2.0)):
            pen = QPen(color, width)
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.drawPath(outline_path(sighting.mask))
        painter.end()
        return pixmap

    def _place(self) -> None:
        self.adjustSize()
        self.move(self._canvas.width() - self.width() - _MARGIN, _MARGIN)

"""The frame on show as the export would have it, over a ground to be chosen, and what the export will cost."""

from PySide6.QtCore import QRect, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from sam2_studio.batch.previewing import Estimate, Preview
from sam2_studio.core.durations import clock
from sam2_studio.ui import theme
from sam2_studio.ui.language import later, tr

LONGEST = 960  # pixels that a preview is asked for
_GROUNDS = (
    ("checker", later("Checkerboard")),
    ("#000000", later("Black")),
    ("#FFFFFF", later("White")),
    ("#FF00FF", later("Magenta")),
)
_CHECK = 8  # pixels
_LINE = 20  # pixels


class ExportPreview(QWidget):
    """The picture, the grounds and the estimate."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picture = _Picture()
        self.grounds = QButtonGroup(self)
        self._ground_row = QWidget()
        self.estimate = QLabel()
        self.about = QLabel()
        for label in (self.estimate, self.about):
            theme.mark(label, "quiet", True)
            label.setWordWrap(True)
            label.setMinimumHeight(_LINE)
        self._build()

    def set_grounds_offered(self, offered: bool) -> None:
        """Offer the grounds where something of them is seen: an opaque picture hides them all."""
        self._ground_row.setVisible(offered)

    def show_waiting(self) -> None:
        """Something else is chosen: what is on show is old."""
        self.about.setText(tr("Preview…"))
        self.estimate.setText(tr("Estimating…"))

    def show_preview(self, preview: Preview) -> None:
        """Show a frame."""
        self.picture.show_preview(preview)
        self.about.setText(tr("{size} pixels", size=str(preview.size).replace("x", " × ")))

    def show_estimate(self, estimate: Estimate) -> None:
        """Show what the whole export takes."""
        size = self.locale().formattedDataSize(estimate.bytes, 1, self.locale().DataSizeFormat.DataSizeSIFormat)
        self.estimate.setText(tr("About {size}, {time}", size=size, time=clock(max(1.0, estimate.seconds))))

    def show_nothing(self, why: str = "") -> None:
        """There is nothing to show."""
        self.picture.show_preview(None)
        self.about.setText(why)
        self.estimate.clear()

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.picture, 1)
        row = QHBoxLayout(self._ground_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for place, (ground, name) in enumerate(_GROUNDS):
            button = QToolButton()
            button.setText(tr(name))
            button.setCheckable(True)
            button.setChecked(place == 0)
            button.clicked.connect(lambda _, chosen=ground: self.picture.set_ground(chosen))
            self.grounds.addButton(button, place)
            row.addWidget(button)
        row.addStretch(1)
        keeping = self._ground_row.sizePolicy()
        keeping.setRetainSizeWhenHidden(True)  # what stands below it doesn't jump
        self._ground_row.setSizePolicy(keeping)
        column.addWidget(self._ground_row)
        column.addWidget(self.about)
        column.addWidget(self.estimate)
        column.addStretch(0)


class _Picture(QWidget):
    """The frame, as large as there is room, over its ground."""

    def __init__(self) -> None:
        super().__init__()
        self._image = QImage()
        self._aspect = 1.0
        self._ground = "checker"
        self.setAccessibleName(tr("Preview of the export"))
        self.setMinimumSize(QSize(240, 160))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def set_ground(self, ground: str) -> None:
        self._ground = ground
        self.update()

    def show_preview(self, preview: Preview | None) -> None:
        if preview is None:
            self._image = QImage()
        else:
            kinds = QImage.Format
            kind = kinds.Format_RGBA8888_Premultiplied if preview.premultiplied else kinds.Format_RGBA8888
            height, width = preview.rgba.shape[:2]
            self._image = QImage(preview.rgba.tobytes(), width, height, 4 * width, kind).copy()
            self._aspect = preview.aspect
        self._fit()
        self.update()

    def _fit(self) -> None:
        """Be no higher than the picture, so that what stands below stays close to it."""
        shape = self._shape() if not self._image.isNull() else QSizeF(16, 9)
        self.setMaximumHeight(max(self.minimumHeight(), round(self.width() * shape.height() / shape.width())))

    def _shape(self) -> QSizeF:
        """As the picture looks where its pixels have the shape that the export gives them."""
        return QSizeF(self._image.width() * self._aspect, self._image.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        try:
            if self._image.isNull():
                painter.fillRect(self.rect(), QColor(theme.tokens().surface_0))
                return
            size = self._shape().scaled(QSizeF(self.size()), Qt.AspectRatioMode.KeepAspectRatio).toSize()
            place = QRect((self.width() - size.width()) // 2, 0, size.width(), size.height())
            self._paint_ground(painter, place)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(place, self._image)
        finally:
            painter.end()

    def _paint_ground(self, painter: QPainter, place: QRect) -> None:
        if self._ground != "checker":
            painter.fillRect(place, QColor(self._ground))
            return
        tile = QImage(2 * _CHECK, 2 * _CHECK, QImage.Format.Format_RGB32)
        tile.fill(QColor("#C8C8C8"))
        inner = QPainter(tile)
        for corner in (0, _CHECK):
            inner.fillRect(corner, corner, _CHECK, _CHECK, QColor("#909090"))
        inner.end()
        painter.save()
        painter.setClipRect(place)
        painter.setBrushOrigin(place.topLeft())
        painter.fillRect(place, tile)
        painter.restore()

"""The empty state: a drop zone with one sentence, open, the sample, and what was open lately. Nothing else."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QDateTime, QLocale, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QIcon,
    QPainter,
    QPainterPath,
    QPixmap,
)
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from sam2_studio.home import projects_folder
from sam2_studio.resources import resource
from sam2_studio.ui import theme
from sam2_studio.ui.icons import icon, pixmap
from sam2_studio.ui.language import tr
from sam2_studio.ui.unnamed import begun_on

_CARDS = 6
_CARD_WIDTH = 248
_PICTURE = QSize(80, 45)


class StartPage(QWidget):
    """The page.

    Signals:
        open_wanted: Choose a file.
        sample_wanted: Open the sample.
        recent_wanted: Path of a card.
        file_dropped: List of Path.
    """

    open_wanted = Signal()
    sample_wanted = Signal()
    recent_wanted = Signal(object)
    file_dropped = Signal(list)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("start-page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAcceptDrops(True)
        self._zone = QFrame()
        self._sign = QLabel()
        self.open_button = QPushButton(tr("Open…"))
        self.sample_button = QPushButton(tr("Open the sample clip"))
        self._recent_title = QLabel(tr("RECENT"))
        self._cards = QGridLayout()
        self._build()
        self.set_recent(())

    def set_recent(self, files: Sequence[tuple[Path, QPixmap | None]]) -> None:
        """Show a card for each of these, with its picture where there is one; the newest first."""
        while item := self._cards.takeAt(0):
            if (card := item.widget()) is not None:
                card.deleteLater()
        for place, (path, picture) in enumerate(files[:_CARDS]):
            self._cards.addWidget(self._card(path, picture), place // 3, place % 3)
        self._recent_title.setVisible(bool(files))

    def refresh_icons(self) -> None:
        """Take the icons again, after a change of theme."""
        self._sign.setPixmap(pixmap("drop", theme.tokens().accent, 40, self.devicePixelRatioF()))
        self.open_button.setIcon(icon("open", theme.tokens().on_accent))
        self.sample_button.setIcon(icon("sample"))

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setSpacing(24)
        column.addStretch(2)
        column.addWidget(self._head(), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._drop_zone(), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._recent(), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        self.open_button.clicked.connect(self.open_wanted)
        self.sample_button.clicked.connect(self.sample_wanted)
        self.refresh_icons()

    def _head(self) -> QWidget:
        head = QWidget()
        row = QHBoxLayout(head)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        sign = QLabel()
        sign.setPixmap(QIcon(str(resource("icons", "app.svg"))).pixmap(QSize(44, 44), self.devicePixelRatioF()))
        row.addWidget(sign)
        title = QLabel(tr("Cut out anything that moves, or doesn't"))
        theme.mark(title, "title", True)
        row.addWidget(title)
        return head

    def _drop_zone(self) -> QWidget:
        self._zone.setObjectName("drop-zone")
        self._zone.setFixedWidth(3 * _CARD_WIDTH + 32)
        column = QVBoxLayout(self._zone)
        column.setContentsMargins(32, 40, 32, 40)
        column.setSpacing(16)
        column.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignHCenter)
        sentence = QLabel(tr("Drop a video, a picture or a project here, then click what you want to keep."))
        sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(sentence)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        theme.mark(self.open_button, "primary", True)
        row.addWidget(self.open_button)
        row.addWidget(self.sample_button)
        row.addStretch(1)
        column.addLayout(row)
        quiet = QLabel(tr("Everything stays on this computer."))
        theme.mark(quiet, "quiet", True)
        column.addWidget(quiet, 0, Qt.AlignmentFlag.AlignHCenter)
        return self._zone

    def _recent(self) -> QWidget:
        box = QWidget()
        box.setFixedWidth(3 * _CARD_WIDTH + 32)
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        theme.mark(self._recent_title, "section", True)
        column.addWidget(self._recent_title)
        self._cards.setSpacing(16)
        self._cards.setAlignment(Qt.AlignmentFlag.AlignLeft)
        self._cards.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._cards)
        return box

    def _card(self, path: Path, picture: QPixmap | None) -> QPushButton:
        card = QPushButton()
        card.setObjectName("recent-card")
        card.setFixedSize(_CARD_WIDTH, 64)
        card.setToolTip(str(path))
        card.setAccessibleName(tr("Open {name}", name=path.name))
        card.clicked.connect(lambda: self.recent_wanted.emit(path))
        row = QHBoxLayout(card)
        row.setContentsMargins(8, 8, 12, 8)
        row.setSpacing(12)
        sign = QLabel()
        sign.setFixedSize(_PICTURE)
        sign.setAlignment(Qt.AlignmentFlag.AlignCenter)
        if picture is None:
            sign.setPixmap(pixmap("film", theme.tokens().quiet, 24, self.devicePixelRatioF()))
        else:
            sign.setPixmap(_fitted(picture, self.devicePixelRatioF()))
        row.addWidget(sign)
        row.addLayout(_two_lines(path), 1)
        return card

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            theme.mark(self._zone, "over", True)
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        theme.mark(self._zone, "over", False)

    def dropEvent(self, event: QDropEvent) -> None:
        theme.mark(self._zone, "over", False)
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.file_dropped.emit(paths)


def _fitted(picture: QPixmap, ratio: float) -> QPixmap:
    """The whole picture on a dark ground of the card's shape, with round corners."""
    result = QPixmap(_PICTURE * ratio)
    result.fill(Qt.GlobalColor.transparent)
    scaled = picture.scaled(
        result.size(), Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    )
    painter = QPainter(result)
    try:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(result.rect()), 4 * ratio, 4 * ratio)
        painter.setClipPath(shape)
        painter.fillRect(result.rect(), QColor(theme.tokens().surface_0))
        painter.drawPixmap((result.width() - scaled.width()) // 2, (result.height() - scaled.height()) // 2, scaled)
    finally:
        painter.end()
    result.setDevicePixelRatio(ratio)
    return result


def _two_lines(path: Path) -> QVBoxLayout:
    """Name and folder, each cut to the card's width; of an unnamed project the footage's name and when it was begun."""
    lines = QVBoxLayout()
    lines.setSpacing(0)
    name, place = path.name, str(path.parent)
    if path.parent == projects_folder() and (unnamed := begun_on(path)) is not None:
        name, begun = unnamed
        time = QDateTime.fromSecsSinceEpoch(round(begun.timestamp()))
        place = tr("unnamed, {time}", time=QLocale().toString(time, "d MMM hh:mm"))
    for text, quiet in ((name, False), (place, True)):
        label = QLabel()
        if quiet:
            theme.mark(label, "quiet", True)
            label.setFont(theme.small_font(label.font()))
        width = _CARD_WIDTH - 2 - 8 - _PICTURE.width() - 24
        label.setText(label.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, width))
        lines.addWidget(label)
    return lines

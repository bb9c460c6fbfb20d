"""What the selected object has on the current frame: prompts, health, candidates, lock. Knows values only."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QWidget,
)

from sam2_studio.core.health import BAD_HEALTH, DOUBTFUL_HEALTH
from sam2_studio.core.prompts import PromptSet
from sam2_studio.core.tracks import MaskRecord, Origin
from sam2_studio.ui import theme
from sam2_studio.ui.language import later, tr, tr_count
from sam2_studio.ui.panels.prompt_menu import PromptMenu
from sam2_studio.ui.panels.section import Section, labelled_row
from sam2_studio.ui.widgets.elided_label import ElidedLabel
from sam2_studio.ui.widgets.tip import set_tip

CANDIDATES = 3
_ORIGINS = {
    Origin.PROMPTED: later("prompted"),
    Origin.TRACKED: later("tracked"),
    Origin.PAINTED: later("painted"),
    Origin.RETOUCHED: later("painted, this frame only"),
}


class FramePanel(Section):
    """The section THIS FRAME.

    Signals:
        candidate_chosen: 0, 1 or 2.
        lock_chosen: Whether the mask of this frame shall be locked.
        prompt_pointed_at, prompt_delete_wanted: As `PromptMenu` says them.
        accept_wanted: The doubtful mask of this frame is right.
    """

    candidate_chosen = Signal(int)
    lock_chosen = Signal(bool)
    prompt_pointed_at = Signal(int)
    prompt_delete_wanted = Signal(int)
    accept_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("THIS FRAME"), parent, foldable_as="frame")
        self._prompts = QToolButton()
        self._prompt_menu = PromptMenu(self)
        self._health = HealthBar()
        self._doubts = ElidedLabel()
        self._pages = QStackedWidget()
        self._origin = QLabel()
        self._candidates = QButtonGroup(self)
        self._lock = QPushButton()
        self._accept = QPushButton(tr("Accept   Y"))
        self._build()
        self.set_prompts(None)
        self.set_mask(None)
        self.set_candidates(0, None)

    def set_prompts(self, prompts: PromptSet | None) -> None:
        """Show the prompts of this frame; None without an object."""
        self._prompts.setText(f"{prompts_text(prompts)}  ▾" if prompts else prompts_text(prompts))
        self._prompts.setEnabled(bool(prompts))
        self._prompt_menu.set_prompts(prompts or PromptSet())

    def set_mask(self, record: MaskRecord | None, doubts: str = "") -> None:
        """Show what is known of the mask of this frame; `doubts` says why it is doubtful."""
        self._origin.setText(origin_text(record))
        self._health.set_value(shown_health(record))
        self._doubts.setText(doubts)
        self._pages.setCurrentIndex(1 if doubts else 0)
        self._accept.setEnabled(record is not None and record.doubtful)
        locked = record is not None and record.locked
        self._lock.setEnabled(record is not None)
        self._lock.setChecked(locked)
        self._lock.setText(tr("Locked   Ctrl+L") if locked else tr("Lock   Ctrl+L"))

    def set_candidates(self, count: int, chosen: int | None) -> None:
        """Offer so many of the network's proposals; `chosen` is shown, None for none of them."""
        self._candidates.setExclusive(False)
        for place, button in enumerate(self._candidates.buttons()):
            button.setEnabled(place < count)
            button.setChecked(place == chosen)
        self._candidates.setExclusive(True)

    def _build(self) -> None:
        self._prompts.setMenu(self._prompt_menu)
        self._prompts.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._prompts.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._prompts.setAccessibleName(tr("Prompts"))
        set_tip(self._prompts, tr("<b>Prompts</b><br>List the prompts of this frame; point at one to see it."))
        self._prompt_menu.pointed_at.connect(self.prompt_pointed_at)
        self._prompt_menu.delete_wanted.connect(self.prompt_delete_wanted)
        self.body.addLayout(labelled_row(tr("Prompts"), self._prompts))
        theme.mark(self._origin, "quiet", True)
        self._origin.setAccessibleName(tr("Mask"))
        self.head.addWidget(self._origin)
        self.body.addLayout(labelled_row(tr("Health"), self._health))
        self.body.addWidget(self._choice_or_doubts())
        self._candidates.idClicked.connect(self.candidate_chosen)
        self._lock.setCheckable(True)
        self._lock.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        set_tip(
            self._lock,
            tr("<b>Lock this frame</b>&nbsp;&nbsp;Ctrl+L<br>Keep this mask as it is; tracking goes on from it."),
        )
        self._lock.clicked.connect(self.lock_chosen)
        self._accept.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        set_tip(
            self._accept,
            tr(
                "<b>Accept this frame</b>&nbsp;&nbsp;Y<br>Say that this doubtful mask is right; "
                "Shift+Y says it of the whole place."
            ),
        )
        self._accept.clicked.connect(self.accept_wanted)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._lock, 1)
        row.addWidget(self._accept, 1)
        self.body.addSpacing(4)
        self.body.addLayout(row)

    def _choice_or_doubts(self) -> QWidget:
        """The row of candidates, in whose place stands why a frame is doubtful: no frame has both."""
        choice = QWidget()
        row = labelled_row(tr("Candidate"), *(self._candidate(n) for n in range(CANDIDATES)))
        row.setContentsMargins(0, 0, 0, 0)
        choice.setLayout(row)
        theme.mark(self._doubts, "quiet", True)
        self._doubts.setAccessibleName(tr("Why it is doubtful"))
        self._doubts.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._pages.addWidget(choice)
        self._pages.addWidget(self._doubts)
        self._pages.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        return self._pages

    def _candidate(self, place: int) -> QPushButton:
        button = QPushButton(str(place + 1))
        button.setCheckable(True)
        button.setFixedSize(30, 28)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setAccessibleName(tr("Candidate {number}", number=place + 1))
        set_tip(
            button,
            tr(
                "<b>Candidate {number}</b><br>Take another of the network's proposals for these prompts.",
                number=place + 1,
            ),
        )
        theme.mark(button, "choice", True)
        self._candidates.addButton(button, place)
        return button


class HealthBar(QWidget):
    """A bar and a number, 0 to 1."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._value: float | None = None
        self.setFixedSize(QSize(124, 24))
        set_tip(self, tr("<b>Health</b><br>How far the mask can be trusted; below 0.5 a look is worth it."))

    def set_value(self, value: float | None) -> None:
        """Show it; None for no mask."""
        self._value = value
        self.setAccessibleName(
            tr("No health") if value is None else tr("Health {number}", number=self.locale().toString(value, "f", 2))
        )
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        try:
            self._paint(painter)
        finally:
            painter.end()

    def _paint(self, painter: QPainter) -> None:
        tokens = theme.tokens()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        number = QRectF(self.width() - 40, 0, 40, self.height())
        right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        if self._value is None:
            painter.setPen(QColor(tokens.quiet))
            painter.drawText(number, right, "–")
            return
        bar = QRectF(0, self.height() / 2 - 4, self.width() - 48, 8)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.surface_2))
        painter.drawRoundedRect(bar, 4, 4)
        color = tokens.good if self._value >= DOUBTFUL_HEALTH else tokens.doubtful
        painter.setBrush(QColor(tokens.bad if self._value < BAD_HEALTH else color))
        bar.setWidth(max(8.0, bar.width() * min(1.0, self._value)))
        painter.drawRoundedRect(bar, 4, 4)
        painter.setPen(QColor(tokens.text))
        painter.drawText(number, right, self.locale().toString(self._value, "f", 2))


def shown_health(record: MaskRecord | None) -> float | None:
    """The number to show: a tracked mask's health, the network's score of one made from prompts."""
    if record is None or (record.absent and not record.doubtful):
        return None
    return record.score if record.origin is Origin.PROMPTED else record.shown_health


def prompts_text(prompts: PromptSet | None) -> str:
    """ "3 points · box", "none"."""
    if not prompts:
        return tr("none")
    count = len(prompts.points)
    parts = [tr_count("{count} point", "{count} points", count)] if count else []
    parts += [tr("box")] if prompts.box is not None else []
    parts += [tr("mask")] if prompts.mask_id is not None else []
    return " · ".join(parts)


def origin_text(record: MaskRecord | None) -> str:
    """What made the mask, and whether it still holds."""
    if record is None:
        return tr("no mask yet")
    made = tr(_ORIGINS[record.origin])
    parts = [tr("not in this frame") if record.absent else made]
    parts += [tr("locked")] if record.locked else []
    parts += [tr("accepted")] if record.accepted and not record.is_key else []
    parts += [tr("stale")] if record.stale else []
    return " · ".join(parts)

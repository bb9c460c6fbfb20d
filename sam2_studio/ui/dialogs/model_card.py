"""One model in the Models dialog: what it is, how far its download is, what can be done. Knows values only."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QSizePolicy, QVBoxLayout, QWidget

from sam2_studio.ui import theme
from sam2_studio.ui.dialogs import model_texts as texts
from sam2_studio.ui.dialogs.model_rows import ModelRow, Step, main_step, steps, why_kept
from sam2_studio.ui.dialogs.step_button import ENTER, StepButton
from sam2_studio.ui.language import tr
from sam2_studio.ui.widgets.elided_label import ElidedLabel
from sam2_studio.ui.widgets.tip import set_tip

_LINE, _BAR = 20, 168
_MAIN_WIDTH = 92  # the main buttons of all rows stand in one column
_ASIDE = (Step.VERIFY, Step.REMOVE, Step.CANCEL)  # what leads away or nowhere: quiet, left of the main button
_MOVES = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_Home: -1000, Qt.Key.Key_End: 1000}


class ModelCard(QFrame):
    """The row of one model, in two lines; what went wrong stands below it.

    Signals:
        step_wanted: Name of the model, Step; a removal was confirmed.
        move_wanted: How many rows down the arrow keys want to go.
        asking_changed: The question before a removal came or went.
    """

    step_wanted = Signal(str, str)
    move_wanted = Signal(int)
    asking_changed = Signal()

    def __init__(self, row: ModelRow, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row = row
        self.is_asking = False
        self.title, self.badge = ElidedLabel(), QLabel()
        self.state, self.facts = QLabel(), ElidedLabel()
        self.summary, self.progress = ElidedLabel(), ElidedLabel()
        self.bar = QProgressBar()
        self.mark = QLabel()
        self.problem = QLabel()
        self.buttons = {
            step: StepButton(tr(texts.LABELS[step])) for step in sorted(Step, key=lambda step: step not in _ASIDE)
        }
        self.confirm, self.keep = StepButton(tr("Remove")), StepButton(tr("Keep"))
        self._build()
        self._connect()
        self._show_row()
        self.set_current(False)

    @property
    def row(self) -> ModelRow:
        """What it shows."""
        return self._row

    def set_row(self, row: ModelRow) -> None:
        """Show how the model stands now; costs nothing where nothing changed, and leaves the focus in the row."""
        if row != self._row:
            self._row = row
            self._show_row()

    def set_current(self, current: bool) -> None:
        """Whether it is the row that the user is on: Tab goes into this row alone."""
        theme.mark(self, "current", current)
        policy = Qt.FocusPolicy.StrongFocus if current else Qt.FocusPolicy.ClickFocus
        for widget in (self, *self.buttons.values(), self.confirm, self.keep):
            widget.setFocusPolicy(policy)
        if not current:
            self.stop_asking()

    def set_primary(self, primary: bool) -> None:
        """Whether its main step is the next one, and wears the accent."""
        main = main_step(self._row)
        for step, button in self.buttons.items():
            theme.mark(button, "primary", primary and step is main)

    def stop_asking(self) -> None:
        """Take the question back; nothing is removed."""
        if self.is_asking:
            self._set_asking(False)

    def _show_row(self) -> None:
        row = self._row
        self.title.setText(row.title)
        self.badge.setText(row.version)
        self.state.setText(texts.state_text(row))
        theme.mark(self.state, "state", "bad" if row.state == "damaged" else "")
        self.state.setVisible(bool(self.state.text()))
        self.facts.setText(texts.facts_text(row))
        self.summary.setText(row.summary)
        self.mark.setText(texts.mark_text(row))
        self.mark.setVisible(bool(self.mark.text()))
        theme.mark(self.mark, "state", "good" if row.in_use and not row.loading else "")
        self.problem.setText(f"⚠ {row.problem}")
        self.problem.setVisible(bool(row.problem))
        self._show_progress()
        self._name_parts()
        self._set_asking(self.is_asking and Step.REMOVE in steps(row) and not why_kept(row))

    def _show_progress(self) -> None:
        progress = texts.progress_of(self._row)
        for widget in (self.bar, self.progress):
            widget.setVisible(progress is not None)
        self.summary.setVisible(progress is None)
        if progress is None:
            return
        text, part = progress
        self.progress.setText(text)
        self.bar.setRange(0, 0 if part is None else 100)
        self.bar.setValue(round(100 * (part or 0.0)))
        theme.mark(self.bar, "waiting", not self._row.is_busy)

    def _name_parts(self) -> None:
        """Names and tips; setting one anew would be read out anew."""
        row = self._row
        spoken, tip = texts.spoken_text(row), texts.row_tip(row)
        if (self.accessibleName(), self.toolTip()) == (spoken, tip):
            return
        self.setAccessibleName(spoken)
        self.setToolTip(tip)
        self.bar.setAccessibleName(tr("Progress of {model}", model=row.title))
        for step, button in self.buttons.items():
            button.setAccessibleName(tr("{step} {model}", step=tr(texts.LABELS[step]), model=row.title))
            set_tip(button, texts.step_tip(step, row))
        self.confirm.setText(texts.removal_text(row))
        self.confirm.setAccessibleName(tr("Yes, remove {model}", model=row.title))
        self.keep.setAccessibleName(tr("Keep {model}", model=row.title))

    def _set_asking(self, asking: bool) -> None:
        """Show the buttons of the question, or those of the row's steps. A focus in one that goes stays in the row."""
        changed, self.is_asking = asking != self.is_asking, asking
        offered = () if asking else steps(self._row)
        shown: list[QWidget] = [self.buttons[step] for step in offered]
        shown += [self.confirm, self.keep] if asking else []
        set_tip(self.buttons[Step.REMOVE], texts.step_tip(Step.REMOVE, self._row))
        for button in shown:
            button.setVisible(True)
        if changed and asking:
            self.keep.setFocus()
        removable = not why_kept(self._row)
        focused = self.window().focusWidget()
        if focused in self._all_buttons() and (
            focused not in shown or (focused is self.buttons[Step.REMOVE] and not removable)
        ):
            self.setFocus()
        self.buttons[Step.REMOVE].setEnabled(removable)
        for button in self._all_buttons():
            button.setVisible(button in shown)
        if changed:
            self.asking_changed.emit()

    def _all_buttons(self) -> list[QWidget]:
        return [*self.buttons.values(), self.confirm, self.keep]

    def _wanted(self, step: Step) -> None:
        if step is Step.REMOVE:
            self._set_asking(True)
        else:
            self.step_wanted.emit(self._row.name, step)

    def _remove(self) -> None:
        self._set_asking(False)
        self.step_wanted.emit(self._row.name, Step.REMOVE)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows go to other rows, Enter does the main step, Delete asks for removal, Escape takes that back."""
        key, main = Qt.Key(event.key()), main_step(self._row)
        if key in _MOVES:
            self.move_wanted.emit(_MOVES[key])
        elif key in ENTER:
            if main is not None and not self.is_asking and not event.isAutoRepeat():
                self._wanted(main)
        elif key == Qt.Key.Key_Delete and Step.REMOVE in steps(self._row) and not why_kept(self._row):
            self._set_asking(True)
        elif key == Qt.Key.Key_Escape and self.is_asking:
            self.stop_asking()
        else:
            super().keyPressEvent(event)

    def _connect(self) -> None:
        for step, button in self.buttons.items():
            button.clicked.connect(lambda _=False, step=step: self._wanted(step))
        self.confirm.clicked.connect(self._remove)
        self.keep.clicked.connect(self.stop_asking)

    def _build(self) -> None:
        self.setObjectName("model-card")
        self._dress()
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 6, 8, 6)
        column.setSpacing(4)
        row = QHBoxLayout()
        row.setSpacing(4)
        lines = QVBoxLayout()
        lines.setSpacing(2)
        lines.addLayout(_line(self.title, self.badge, self.state, self.facts))
        lines.addLayout(_line(self.bar, self.progress, self.summary))
        row.addLayout(lines, 1)
        row.addSpacing(12)
        for button in self._all_buttons():
            row.addWidget(button)
        row.addWidget(self.mark)
        column.addLayout(row)
        column.addWidget(self.problem)

    def _dress(self) -> None:
        bold = self.title.font()
        bold.setWeight(bold.Weight.DemiBold)
        self.title.setFont(bold)
        theme.mark(self.badge, "key", True)
        self.badge.setAlignment(Qt.AlignmentFlag.AlignCenter)
        for label in (self.state, self.facts, self.summary, self.progress):
            theme.mark(label, "quiet", True)
        for label in (self.state, self.facts, self.progress):
            theme.mark(label, "small", True)
        self.bar.setTextVisible(False)
        self.bar.setFixedSize(_BAR, 8)
        self.mark.setFixedWidth(_MAIN_WIDTH)
        self.mark.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.problem.setWordWrap(True)
        policy = self.problem.sizePolicy()
        policy.setHorizontalPolicy(QSizePolicy.Policy.Ignored)  # a long path must not push the buttons out of sight
        self.problem.setSizePolicy(policy)
        self.problem.setTextFormat(Qt.TextFormat.PlainText)
        self.problem.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        theme.mark(self.confirm, "danger", True)
        self.keep.setFixedWidth(_MAIN_WIDTH)
        theme.mark(self.keep, "main", True)
        for step, button in self.buttons.items():
            theme.mark(button, "aside" if step in _ASIDE else "main", True)
            if step not in _ASIDE:
                button.setFixedWidth(_MAIN_WIDTH)


def _line(*widgets: QWidget) -> QHBoxLayout:
    """Side by side on one line, whose height stays whatever is shown; the last takes what is left."""
    line = QHBoxLayout()
    line.setSpacing(8)
    line.addStrut(_LINE)
    for widget in widgets:
        line.addWidget(widget, int(widget is widgets[-1]))
    return line

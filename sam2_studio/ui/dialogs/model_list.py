"""The models under their headings: one row is the current one, one button wears the accent. Knows values only."""

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QLabel, QScrollArea, QVBoxLayout, QWidget

from sam2_studio.ui import theme
from sam2_studio.ui.dialogs.model_card import ModelCard
from sam2_studio.ui.dialogs.model_rows import ModelRow, grouped, next_step
from sam2_studio.ui.dialogs.step_button import StepButton
from sam2_studio.ui.language import tr


class ModelList(QScrollArea):
    """The list.

    Signals:
        step_wanted: Name of a model, Step.
    """

    step_wanted = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cards: dict[str, ModelCard] = {}
        self.current = ""
        self._headings: dict[str, QLabel] = {}
        self._shape: list[tuple[str, str]] = []
        self._column = QVBoxLayout()
        self._below: tuple[QWidget, ...] = ()
        self._build()
        QApplication.instance().focusChanged.connect(self._focus_moved)  # type: ignore[union-attr]

    def lead_on(self, below: Sequence[QWidget]) -> None:
        """Say what Tab leads to after the cards."""
        self._below = tuple(below)

    @property
    def order(self) -> list[str]:
        """The names, from top to bottom."""
        return [name for _, name in self._shape]

    def set_rows(self, rows: Sequence[ModelRow]) -> None:
        """Show these models; focus and scroll stay where they are."""
        groups = grouped(rows)
        shape = [(title, row.name) for title, inside in groups.items() for row in inside]
        for row in rows:
            if row.name in self.cards:
                self.cards[row.name].set_row(row)
        if shape != self._shape:
            self._arrange(groups, shape)
        self._show_next_step()

    def _arrange(self, groups: dict[str, list[ModelRow]], shape: list[tuple[str, str]]) -> None:
        """Make and place the cards anew; those that stay are kept as they are."""
        before = self.order
        self._shape = shape
        while self._column.takeAt(0) is not None:
            pass
        for title, inside in groups.items():
            self._column.addWidget(self._heading(title))
            for row in inside:
                self._column.addWidget(self._card(row))
        self._column.addStretch(1)
        for title, heading in self._headings.items():
            heading.setVisible(title in groups)
        self._drop_gone(before)
        self._order_focus()

    def _order_focus(self) -> None:
        """Let Tab come to the cards where they stand: they are made after what lies below the list."""
        cards = [self.cards[name] for name in self.order]
        inside = [widget for card in cards for widget in (card, *card.findChildren(StepButton))]
        for before, after in pairwise((*inside, *self._below)):
            QWidget.setTabOrder(before, after)

    def _drop_gone(self, before: list[str]) -> None:
        """Let go of the cards of models that went; the row in the place of the current one becomes current."""
        if self.current not in self.order and self.order:
            in_use = next((name for name in self.order if self.cards[name].row.in_use), self.order[0])
            place = before.index(self.current) if self.current in before else self.order.index(in_use)
            had_focus = not before or self.isAncestorOf(self.window().focusWidget() or self)
            self._set_current(self.order[min(place, len(self.order) - 1)])
            if had_focus:
                self.cards[self.current].setFocus()
        for name in set(self.cards) - set(self.order):
            card = self.cards.pop(name)
            card.hide()
            card.deleteLater()

    def _heading(self, title: str) -> QLabel:
        if title not in self._headings:
            heading = QLabel(title if title.startswith("SAM") else tr(title).upper())
            theme.mark(heading, "section", True)
            heading.setContentsMargins(12, 12, 0, 4)
            self._headings[title] = heading
        return self._headings[title]

    def _card(self, row: ModelRow) -> ModelCard:
        if row.name not in self.cards:
            card = ModelCard(row)
            card.step_wanted.connect(self.step_wanted)
            card.move_wanted.connect(self._move)
            card.asking_changed.connect(self._show_next_step)
            self.cards[row.name] = card
        return self.cards[row.name]

    def _move(self, by: int) -> None:
        place = self.order.index(self.current) + by
        card = self.cards[self.order[min(max(place, 0), len(self.order) - 1)]]
        card.setFocus(Qt.FocusReason.OtherFocusReason)
        self._set_current(card.row.name)
        self.ensureWidgetVisible(card, 0, 32)

    def _focus_moved(self, _: QWidget | None, new: QWidget | None) -> None:
        """The row that has the focus, or one of whose buttons has it, is the current one."""
        if new is None:
            return
        for name, card in self.cards.items():
            if card is new or card.isAncestorOf(new):
                self._set_current(name)
            else:
                card.stop_asking()

    def _set_current(self, name: str) -> None:
        if name == self.current:
            return
        self.current = name
        for each, card in self.cards.items():
            card.set_current(each == name)
        self._show_next_step()

    def _show_next_step(self) -> None:
        """One accent at a time; none while a question is open."""
        rows = [self.cards[name].row for name in self.order]
        asking = any(card.is_asking for card in self.cards.values())
        chosen = "" if asking else next_step(rows, self.current)
        for name, card in self.cards.items():
            card.set_primary(name == chosen)

    def _build(self) -> None:
        inside = QWidget()
        inside.setObjectName("plain")
        inside.setLayout(self._column)
        self._column.setContentsMargins(0, 0, 8, 0)
        self._column.setSpacing(2)
        self.setWidget(inside)
        self.setWidgetResizable(True)
        self.setAccessibleName(tr("Models"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setObjectName("models")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

"""The areas of the window, through which F6 leads: out of each, also where Tab has another meaning."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QWidget


class Areas(QObject):
    """Moves the focus from one area to another.

    An area is a widget; the focus goes to it, or to the first thing in it that takes the focus.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._areas: tuple[QWidget, ...] = ()

    def set_areas(self, areas: Sequence[QWidget]) -> None:
        """Go through these, in this order."""
        self._areas = tuple(areas)

    def go_to_next(self) -> None:
        self._go(1)

    def go_to_previous(self) -> None:
        self._go(-1)

    def _go(self, by: int) -> None:
        targets = [(area, target) for area in self._areas if (target := first_focusable(area)) is not None]
        if not targets:
            return
        focused = self._window.focusWidget()
        here = [place for place, (area, _) in enumerate(targets) if _holds(area, focused)]
        place = (here[0] + by) % len(targets) if here else 0
        targets[place][1].setFocus(Qt.FocusReason.TabFocusReason if by > 0 else Qt.FocusReason.BacktabFocusReason)


def first_focusable(area: QWidget) -> QWidget | None:
    """The area itself, or the first widget in it, in the order of Tab, that takes the focus now; None for none."""
    if not area.isVisible():
        return None
    chain = [area]
    while (after := chain[-1].nextInFocusChain()) is not None and after is not area:
        chain.append(after)
    return next((each for each in chain if _holds(area, each) and takes_tab(each)), None)


def takes_tab(widget: QWidget) -> bool:
    """Whether Tab can lead to the widget as it is now."""
    tab = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
    return tab and widget.isVisible() and widget.isEnabled() and widget.focusProxy() is None


def _holds(area: QWidget, widget: QWidget | None) -> bool:
    return widget is not None and (widget is area or area.isAncestorOf(widget))

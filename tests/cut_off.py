"""Texts that don't fit where they stand."""

from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget
from sam2_studio.ui.widgets.elided_label import ElidedLabel
from sam2_studio.ui.widgets.switch import Switch


def cut_off(top: QWidget) -> list[str]:
    """Labels and buttons that are narrower or lower than their text needs; those that say by dots don't count."""
    found = []
    for widget in top.findChildren(QWidget):
        if not isinstance(widget, QLabel | QAbstractButton) or isinstance(widget, ElidedLabel | Switch):
            continue
        if not widget.isVisible() or widget.window() is not top or not widget.text():
            continue
        wraps = isinstance(widget, QLabel) and widget.wordWrap()
        needs, has = widget.sizeHint().width(), widget.width()
        if wraps:
            needs, has = widget.heightForWidth(widget.width()), widget.height()
        if not widget.visibleRegion().isEmpty():  # scrolled out of sight, it can be scrolled back
            has = min(has, widget.visibleRegion().boundingRect().width()) if not wraps else has
        if needs > has:
            found.append(f"{type(top).__name__}: “{widget.text()}” needs {needs}, has {has}")
    return found

"""Tips: what a thing is, its key, when one wants it; shown as rich text, told to a screen reader as plain words."""

from html import unescape
from re import sub

from PySide6.QtWidgets import QWidget


def set_tip(widget: QWidget, rich: str) -> None:
    """Give a widget its tip: `<b>Name</b>&nbsp;&nbsp;Key<br>One sentence.`"""
    widget.setToolTip(rich)
    widget.setAccessibleDescription(plain(rich))


def plain(rich: str) -> str:
    """The sentence of a tip without its title, which the widget's name says already."""
    sentences = rich.partition("<br>")[2] or rich
    return unescape(sub(r"<[^>]+>", " ", sentences)).replace("\xa0", " ").strip()

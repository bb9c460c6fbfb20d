"""Our own icons: SVGs on a 20 px grid, drawn in the theme's colours, sharp at every scale."""

from functools import cache, lru_cache
from xml.sax.saxutils import quoteattr

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from sam2_studio.resources import resource
from sam2_studio.ui import theme

GRID = 20
_LARGEST_SCALE = 3.0  # drawn for screens that are plugged in later


def icon(name: str, color: str = "") -> QIcon:
    """The icon of `resources/icons/NAME.svg` in the theme's text colour, or in `color`.

    Raises:
        FileNotFoundError: there is no such icon.
    """
    colors = theme.tokens()
    return _icon(name, color or colors.text, colors.quiet, colors.on_accent)


def pixmap(name: str, color: str, size: int = GRID, ratio: float = 1.0) -> QPixmap:
    """The icon, `size` pixels wide in the window's own units, at `ratio` device pixels each."""
    side = round(size * ratio)
    picture = QPixmap(QSize(side, side))
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    try:
        QSvgRenderer(QByteArray(_source(name, color))).render(painter, QRectF(0, 0, side, side))
    finally:
        painter.end()
    picture.setDevicePixelRatio(ratio)
    return picture


@lru_cache(maxsize=256)
def _icon(name: str, color: str, faded: str, chosen: str) -> QIcon:
    result = QIcon()
    screens = {screen.devicePixelRatio() for screen in QGuiApplication.screens()}
    for ratio in sorted({*screens, _LARGEST_SCALE}):
        for mode, states, ink in (
            (QIcon.Mode.Normal, (QIcon.State.Off,), color),
            (QIcon.Mode.Normal, (QIcon.State.On,), chosen),
            (QIcon.Mode.Disabled, (QIcon.State.Off, QIcon.State.On), faded),
        ):
            picture = _faded(pixmap(name, ink, GRID, ratio), mode)
            for state in states:
                result.addPixmap(picture, mode, state)
    return result


def _faded(picture: QPixmap, mode: QIcon.Mode) -> QPixmap:
    """Half as strong where it is disabled: colour alone doesn't tell it apart."""
    if mode is not QIcon.Mode.Disabled:
        return picture
    result = QPixmap(picture.size())
    result.setDevicePixelRatio(picture.devicePixelRatio())
    result.fill(Qt.GlobalColor.transparent)
    painter = QPainter(result)
    try:
        painter.setOpacity(0.5)
        painter.drawPixmap(0, 0, picture)
    finally:
        painter.end()
    return result


def _source(name: str, color: str) -> bytes:
    return _text(name).replace('"currentColor"', quoteattr(color)).encode()


@cache
def _text(name: str) -> str:
    return resource("icons", f"{name}.svg").read_text(encoding="utf-8")

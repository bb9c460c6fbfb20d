"""Colours, type and the style sheet: one visual system for dark and light.

Widgets never name a colour: painters ask `tokens()`, standard widgets get the style sheet, `mark` marks variants.
"""

import re
from dataclasses import asdict, dataclass
from string import Template

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from sam2_studio.resources import resource

NAMES = ("dark", "light", "system")


@dataclass(frozen=True, kw_only=True)
class Tokens:
    """One theme's colours, `#RRGGBB`. Texts have a contrast of 4.5 on the surfaces that they lie on, marks of 3."""

    name: str
    surface_0: str  # around the picture
    surface_1: str  # panels
    surface_2: str  # fields, hovered rows
    surface_3: str  # pressed, tracks of sliders
    line: str
    text: str
    quiet: str
    accent: str
    on_accent: str
    good: str
    doubtful: str
    bad: str


DARK = Tokens(
    name="dark",
    surface_0="#141517",
    surface_1="#1D1F22",
    surface_2="#292C30",
    surface_3="#34383D",
    line="#383C42",
    text="#E8EAED",
    quiet="#A0A6AE",
    accent="#4C9AFF",
    on_accent="#0A1A30",
    good="#3FB68B",
    doubtful="#E8B339",
    bad="#F26F7A",
)
LIGHT = Tokens(
    name="light",
    surface_0="#E9EAEC",
    surface_1="#F6F7F8",
    surface_2="#FFFFFF",
    surface_3="#E1E4E8",
    line="#D0D4D9",
    text="#1B1D20",
    quiet="#555D66",
    accent="#1668DC",
    on_accent="#FFFFFF",
    good="#177650",
    doubtful="#8A5B00",
    bad="#BE2B3A",
)

_MARK = 3.0  # least contrast of what is no text (WCAG 2.2, 1.4.11)
_BODY_PIXELS = 13
_SMALL_PIXELS = 11
_LARGE_PIXELS = 18

_current = DARK


def tokens() -> Tokens:
    """The colours of the theme in force."""
    return _current


def apply_theme(application: QApplication, name: str) -> None:
    """Dress the application in "dark", "light", or as the system is set."""
    global _current
    _current = _chosen(name)
    if not application.styleSheet():  # once: each of these dresses every widget anew
        application.setStyle("Fusion")
        application.setFont(_body_font())
    application.setPalette(_palette(_current))
    application.setStyleSheet(style_sheet(_current))


def style_sheet(colors: Tokens) -> str:
    """The style sheet with the theme's colours and icons filled in."""
    text = resource("style", "app.qss").read_text(encoding="utf-8")
    values = {key: value for key, value in asdict(colors).items() if key != "name"} | derived(colors)
    return Template(text).substitute(values, icons=resource("icons").as_posix(), variant=colors.name)


def derived(colors: Tokens) -> dict[str, str]:
    """Colours of the style sheet that are mixed of the tokens: the ground of what is chosen, handles to scroll by."""
    return {
        "soft": _mixed(colors.accent, colors.surface_1),
        "grip": _mixed(colors.quiet, colors.surface_1, 0.75),
    }


def legible(color: str, colors: Tokens) -> str:
    """The colour of an object, moved towards the text's as little as it takes to stand out from the panels."""
    steps = (_mixed(colors.text, color, part / 20) for part in range(20))
    return next((mixed for mixed in steps if contrast(mixed, colors.surface_1) >= _MARK), colors.text)


def mark(widget: QWidget, name: str, value: bool | str) -> None:
    """Set a property that the style sheet selects by ("primary", "quiet", "state", ...), and dress the widget anew."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    if widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):  # else Qt does it before the widget shows
        widget.style().unpolish(widget)
        widget.style().polish(widget)
        widget.update()


def small_font(base: QFont) -> QFont:
    """11 px with tabular figures, for labels and rulers."""
    return _sized(base, _SMALL_PIXELS)


def large_font(base: QFont) -> QFont:
    """18 px with tabular figures, for the frame number."""
    font = _sized(base, _LARGE_PIXELS)
    font.setWeight(QFont.Weight.DemiBold)
    return font


def _sized(base: QFont, pixels: int) -> QFont:
    font = QFont(base)
    font.setPixelSize(pixels)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def _body_font() -> QFont:
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    return _sized(font, _BODY_PIXELS)


def _chosen(name: str) -> Tokens:
    if name == "system":
        return LIGHT if system_scheme() == Qt.ColorScheme.Light else DARK
    return LIGHT if name == "light" else DARK


def system_scheme() -> Qt.ColorScheme:
    """How the desktop is set; a desktop that doesn't say counts as dark."""
    return QGuiApplication.styleHints().colorScheme()


def _palette(colors: Tokens) -> QPalette:
    """For what the style sheet doesn't reach: selections, links, disabled text."""
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: colors.surface_1,
        QPalette.ColorRole.WindowText: colors.text,
        QPalette.ColorRole.Base: colors.surface_2,
        QPalette.ColorRole.AlternateBase: colors.surface_1,
        QPalette.ColorRole.Text: colors.text,
        QPalette.ColorRole.Button: colors.surface_2,
        QPalette.ColorRole.ButtonText: colors.text,
        QPalette.ColorRole.ToolTipBase: colors.surface_2,
        QPalette.ColorRole.ToolTipText: colors.text,
        QPalette.ColorRole.PlaceholderText: colors.quiet,
        QPalette.ColorRole.Highlight: colors.accent,
        QPalette.ColorRole.HighlightedText: colors.on_accent,
        QPalette.ColorRole.Link: colors.accent,
        QPalette.ColorRole.Accent: colors.accent,
    }
    for role, color in roles.items():
        palette.setColor(role, QColor(color))
    faded = QColor(_mixed(colors.text, colors.surface_1, 0.4))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, faded)
    return palette


def _mixed(over: str, under: str, amount: float = 0.22) -> str:
    """`amount` of one colour laid over another."""
    a, b = bytes.fromhex(over[1:]), bytes.fromhex(under[1:])
    return "#" + bytes(round(x * amount + y * (1 - amount)) for x, y in zip(a, b, strict=True)).hex().upper()


def contrast(a: str, b: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2, 1.4.3)."""
    light, dark = sorted((_luminance(a), _luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: str) -> float:
    if not re.fullmatch("#[0-9A-Fa-f]{6}", color):
        raise ValueError(f"{color} is no #RRGGBB")
    parts = [value / 255 for value in bytes.fromhex(color[1:])]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue

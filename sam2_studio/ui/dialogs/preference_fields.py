"""The table of preferences that the dialog shows, and a row for each: title, a line of what it does, the field."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QLocale, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from sam2_studio.core.preferences import MOST_ONION_FRAMES, THEMES, Preferences
from sam2_studio.engine.device import cores
from sam2_studio.export.formats import PRESETS
from sam2_studio.ui import theme
from sam2_studio.ui.language import ENGLISH, SYSTEM, languages, later, tr
from sam2_studio.ui.widgets.choice import Choice
from sam2_studio.ui.widgets.elided_label import ElidedLabel
from sam2_studio.ui.widgets.number_field import NumberField
from sam2_studio.ui.widgets.switch import Switch
from sam2_studio.ui.words_below import shown

SECTIONS = (later("General"), later("Model and speed"), later("Canvas"), later("Export"))
_MEGABYTE = 1 << 20
_THEME_TEXTS = {"dark": later("Dark"), "light": later("Light"), "system": later("As the system")}


@dataclass(frozen=True, kw_only=True)
class PreferenceSpec:
    """One preference in the dialog.

    Attributes:
        name: Field of `Preferences`.
        section: One of `SECTIONS`.
        title, hint: What it is; what it does and when one wants another value.
        make: Makes its field.
    """

    name: str
    section: str
    title: str
    hint: str
    make: Callable[[str], "PreferenceField"]


class PreferenceField(QWidget):
    """Holds the widget that the user changes a value with.

    Attributes:
        held: That widget.

    Signals:
        changed: The new value, of the user's making only.
    """

    changed = Signal(object)

    def __init__(self, held: QWidget) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(held)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self.setFocusProxy(held)
        self.held = held

    def show_value(self, value: object) -> None:
        """Show a value without saying so."""
        raise NotImplementedError


class ChoiceField(PreferenceField):
    """One of several."""

    def __init__(self, title: str, choices: list[tuple[str, str]]) -> None:
        self.box = Choice(title)
        super().__init__(self.box)
        self._choices = choices
        self.box.chosen.connect(self.changed.emit)

    def show_value(self, value: object) -> None:
        self.box.set_choices(self._choices, str(value))


class SwitchField(PreferenceField):
    """On or off."""

    def __init__(self, title: str) -> None:
        self.switch = Switch(title)
        super().__init__(self.switch)
        self.switch.clicked.connect(lambda checked: self.changed.emit(checked))

    def show_value(self, value: object) -> None:
        self.switch.setChecked(bool(value))


class AmountField(PreferenceField):
    """A number, shown `scale` times smaller than it is kept; `kind` is what is kept."""

    def __init__(
        self, title: str, *, least: float, most: float, step: float, unit: str, scale: float, kind: type = int
    ) -> None:
        self.box = NumberField(title, least=least, most=most, step=step, unit=unit)
        super().__init__(self.box)
        self._scale, self._kind = scale, kind
        theme.mark(self.box, "number", False)  # a field among fields, not a quiet figure in a panel
        self.box.setFixedWidth(120)
        self.box.valueChanged.connect(lambda shown: self.changed.emit(self._kind(shown * self._scale)))

    def show_value(self, value: object) -> None:
        self.box.blockSignals(True)
        self.box.setValue(float(str(value)) / self._scale)
        self.box.blockSignals(False)


class FolderField(PreferenceField):
    """A folder, or none."""

    def __init__(self, title: str, none: str) -> None:
        self.name = ElidedLabel()
        self.choose = QPushButton(tr("Choose…"))
        self.clear = QPushButton(none)
        super().__init__(self.choose)
        self._title, self._none, self._folder = title, none, ""
        self.name.setMinimumWidth(160)
        row = self.layout()
        assert isinstance(row, QHBoxLayout)
        row.insertWidget(0, self.name, 1)
        row.addWidget(self.clear)
        for button in (self.choose, self.clear):
            button.setAutoDefault(False)
        self.choose.setAccessibleName(tr("{what}: choose", what=title))
        self.choose.clicked.connect(self._ask)
        self.clear.clicked.connect(lambda: self.changed.emit(""))

    def show_value(self, value: object) -> None:
        self._folder = str(value)
        self.name.setText(self._folder or self._none)
        theme.mark(self.name, "quiet", not self._folder)
        self.clear.setVisible(bool(self._folder))

    def _ask(self) -> None:
        if chosen := QFileDialog.getExistingDirectory(self, self._title, self._folder or str(Path.home())):
            self.changed.emit(chosen)


class PreferenceRow(QWidget):
    """Title and hint at the left, the field at the right.

    Signals:
        changed: name, value.
    """

    changed = Signal(str, object)

    def __init__(self, spec: PreferenceSpec) -> None:
        super().__init__()
        self.spec = spec
        self.field = spec.make(tr(spec.title))
        self.haystack = f"{tr(spec.section)} {tr(spec.title)} {hint_of(spec)}".casefold()
        title, hint = QLabel(tr(spec.title)), QLabel(hint_of(spec))
        title.setBuddy(self.field.held)
        hint.setWordWrap(True)
        theme.mark(hint, "quiet", True)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(title)
        words.addWidget(hint)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 16)
        row.setSpacing(24)
        row.addLayout(words, 1)
        row.addWidget(self.field)
        self.field.changed.connect(lambda value: self.changed.emit(spec.name, value))

    def show_values(self, now: Preferences) -> None:
        self.field.show_value(getattr(now, self.spec.name))


def hint_of(spec: PreferenceSpec) -> str:
    """What the preference does, in the user's language; a hint may name the `{cores}` of this machine."""
    return tr(spec.hint, cores=cores())


def _languages() -> list[tuple[str, str]]:
    """Each language by its own name."""
    names = {ENGLISH: "English"}  # Qt would say whose
    return [(code, names.get(code) or QLocale(code).nativeLanguageName()) for code in languages()]


def _megabytes(title: str) -> PreferenceField:
    return AmountField(title, least=64, most=65536, step=64, unit="MB", scale=_MEGABYTE)


def _threads(title: str) -> PreferenceField:
    return AmountField(title, least=0, most=cores(), step=1, unit="", scale=1)


def _percent(title: str) -> PreferenceField:
    return AmountField(title, least=5, most=100, step=5, unit="%", scale=0.01, kind=float)


_GENERAL, _SPEED, _CANVAS, _EXPORT = SECTIONS

# A table reads as a table.
# fmt: off
PREFERENCES = (
    PreferenceSpec(
        name="theme", section=_GENERAL, title=later("Theme"),
        hint=later("Dark makes the picture the brightest thing; light is for bright rooms."),
        make=lambda title: ChoiceField(title, [(name, tr(_THEME_TEXTS[name])) for name in THEMES])),
    PreferenceSpec(
        name="language", section=_GENERAL, title=later("Language"),
        hint=later("Of menus, dialogs and messages. It holds from the next start of the program."),
        make=lambda title: ChoiceField(title, [(SYSTEM, tr("As the system")), *_languages()])),
    PreferenceSpec(
        name="second_look", section=_SPEED, title=later("Second look"),
        hint=later("Looks again at a crop round the object: finds small things and edges better, takes twice as long."),
        make=SwitchField),
    PreferenceSpec(
        name="snap", section=_SPEED, title=later("Snap edges of pictures"),
        hint=later("Fits the edge of a picture's cutout to its colours. Clips are left alone, they would flicker."),
        make=SwitchField),
    PreferenceSpec(
        name="threads", section=_SPEED, title=later("Threads of the processor"),
        hint=later("For the network; 0 takes all {cores}. Fewer leave room for other programs."), make=_threads),
    PreferenceSpec(
        name="frame_cache_bytes", section=_SPEED, title=later("Memory for frames"),
        hint=later("Decoded frames are kept for scrubbing and tracking; more helps with long, large clips."),
        make=_megabytes),
    PreferenceSpec(
        name="feature_cache_bytes", section=_SPEED, title=later("Memory for features"),
        hint=later("What the network saw of a frame is kept, so that the next click on it is quick."), make=_megabytes),
    PreferenceSpec(
        name="proxies", section=_SPEED, title=later("Proxies"),
        hint=later("Small copies of clips that are slow to jump about in, to look at only; made in the background."),
        make=SwitchField),
    PreferenceSpec(
        name="overlay_opacity", section=_CANVAS, title=later("Overlay"),
        hint=later("How strongly the mask colours the picture; other objects are fainter."), make=_percent),
    PreferenceSpec(
        name="onion_frames", section=_CANVAS, title=later("Onion outlines"),
        hint=later("How many frames before and after show their outlines, when onion outlines are on."),
        make=lambda title: AmountField(title, least=1, most=MOST_ONION_FRAMES, step=1, unit="", scale=1)),
    PreferenceSpec(
        name="export_preset", section=_EXPORT, title=later("Preset"),
        hint=later("What the export dialog begins with. It follows your last export."),
        make=lambda title: ChoiceField(title, [(preset.name, shown(preset.label)) for preset in PRESETS.values()])),
    PreferenceSpec(
        name="export_folder", section=_EXPORT, title=later("Folder"),
        hint=later("Where exports go, unless you choose another place for one."),
        make=lambda title: FolderField(title, tr("Beside the footage"))),
)
# fmt: on

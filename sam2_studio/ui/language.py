"""The user's language. Texts stand in English where they are used; here they are looked up when they are shown.

A catalogue is a gettext `.po` in `resources/translations`; what it lacks stays English. See docs/access.md. Knows no Qt
and no widget, and translates nothing of the command line.
"""

import gettext
import logging
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from string import Formatter

import polib

from sam2_studio.resources import resource

ENGLISH = "en"
SYSTEM = "system"

_log = logging.getLogger(__name__)
_texts: gettext.NullTranslations = gettext.NullTranslations()


def tr(text: str, /, **values: object) -> str:
    """The text in the user's language, with the values filled in where it says `{name}`."""
    found = _texts.gettext(text) if text else ""  # gettext keeps the head of a catalogue under the empty text
    return found.format(**values) if values else found


def tr_count(one: str, many: str, count: int, **values: object) -> str:
    """The form that the user's language has for so many; `{count}` is filled in."""
    return _texts.ngettext(one, many, count).format(count=count, **values)


def later(text: str) -> str:
    """Mark a text of a table: it stays English there and is given to `tr` when it is shown."""
    return text


def languages() -> tuple[str, ...]:
    """The languages there are, as two-letter codes; English first."""
    return (ENGLISH, *sorted(path.stem for path in resource("translations").glob("*.po")))


def chosen_language(wanted: str, system: Sequence[str]) -> str:
    """Which language holds.

    Args:
        wanted: A code, or "system".
        system: The user's languages as the system names them, the best first: "de-AT", "de".
    """
    known = languages()
    wishes = system if wanted == SYSTEM else (wanted,)
    codes = (wish.replace("_", "-").partition("-")[0].lower() for wish in wishes)
    return next((code for code in codes if code in known), ENGLISH)


def use_language(code: str) -> None:
    """Show texts in a language of `languages` from now on; what is on show already stays as it is."""
    global _texts
    _texts = gettext.NullTranslations() if code == ENGLISH else _read(resource("translations", f"{code}.po"))


def placeholders(text: str) -> frozenset[str]:
    """The names that a text has in braces. Raises ValueError where the braces don't match."""
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def _read(path: Path) -> gettext.NullTranslations:
    """The catalogue, without entries that would name a value which isn't there."""
    try:
        catalogue = polib.pofile(str(path))
    except (OSError, ValueError) as error:
        _log.warning("%s can't be read, English is shown: %s", path, error)
        return gettext.NullTranslations()
    for entry in [entry for entry in catalogue if not _fits(entry)]:
        _log.warning("%s, line %s: left out, its names in braces are others", path.name, entry.linenum)
        catalogue.remove(entry)
    return gettext.GNUTranslations(BytesIO(catalogue.to_binary()))


def _fits(entry: polib.POEntry) -> bool:
    known = placeholders(entry.msgid) | placeholders(entry.msgid_plural)
    try:
        return all(placeholders(text) <= known for text in (entry.msgstr, *entry.msgstr_plural.values()))
    except ValueError:
        return False

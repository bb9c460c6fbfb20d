"""Looking texts up: catalogues, plurals, what is missing or wrong in them, which language holds."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from sam2_studio.ui import language
from sam2_studio.ui.actions import ACTIONS
from sam2_studio.ui.language import chosen_language, languages, tr, tr_count, use_language
from sam2_studio.ui.words_below import shown, shown_reasons

HEAD = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\nPlural-Forms: nplurals=3; plural=n>9?2:n!=1;\\n"\n'


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    use_language("en")


@pytest.fixture
def catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A catalogue of our own, `xx`."""
    monkeypatch.setattr(language, "resource", lambda *parts: tmp_path.joinpath(*parts))
    path = tmp_path / "translations" / "xx.po"
    path.parent.mkdir()
    return path


def test_texts_stay_english_until_a_language_is_used() -> None:
    assert (tr("Close"), tr("")) == ("Close", "")
    assert tr("{time} left", time="0:12") == "0:12 left"
    assert tr_count("{count} frame", "{count} frames", 1) == "1 frame"
    assert tr_count("{count} frame", "{count} frames", 0) == "0 frames"


def test_german_is_shipped() -> None:
    assert languages()[:1] == ("en",)
    assert "de" in languages()
    use_language("de")
    assert (tr("&Undo"), tr("")) == ("&Rückgängig", "")
    assert tr("{time} left", time="0:12") == "noch 0:12"
    assert [tr_count("{count} frame", "{count} frames", n) for n in (1, 2)] == ["1 Bild", "2 Bilder"]


def test_what_a_catalogue_lacks_stays_english(catalogue: Path) -> None:
    catalogue.write_text(HEAD + '\nmsgid "a"\nmsgstr "b"\n\nmsgid "empty"\nmsgstr ""\n', encoding="utf-8")
    use_language("xx")
    assert [tr("a"), tr("empty"), tr("absent")] == ["b", "empty", "absent"]


def test_plurals_follow_the_rule_of_the_catalogue(catalogue: Path) -> None:
    entry = (
        '\nmsgid "{count} a"\nmsgid_plural "{count} as"\nmsgstr[0] "x {count}"\nmsgstr[1] "y"\nmsgstr[2] "z {count}"\n'
    )
    catalogue.write_text(HEAD + entry, encoding="utf-8")
    use_language("xx")
    assert [tr_count("{count} a", "{count} as", n) for n in (1, 5, 12)] == ["x 1", "y", "z 12"]


def test_an_entry_that_names_another_value_is_left_out(catalogue: Path, caplog: pytest.LogCaptureFixture) -> None:
    catalogue.write_text(HEAD + '\nmsgid "{a} left"\nmsgstr "{b}"\n\nmsgid "{c}"\nmsgstr "{c"\n', encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        use_language("xx")
    assert [tr("{a} left", a=1), tr("{c}", c=2)] == ["1 left", "2"]
    assert len(caplog.records) == 2


@pytest.mark.parametrize("content", [b"", b"msgid \xff", b'msgid "a"\nmsgstr', b"no catalogue at all"])
def test_a_damaged_catalogue_costs_the_translation_only(catalogue: Path, content: bytes) -> None:
    catalogue.write_bytes(content)
    use_language("xx")
    assert tr("a") == "a"


@pytest.mark.parametrize(
    ("wanted", "system", "language_"),
    [
        ("system", ["de-AT", "de", "en"], "de"),
        ("system", ["fr-FR", "fr", "de-DE"], "de"),
        ("system", ["en-GB", "de-DE"], "en"),
        ("system", ["C"], "en"),
        ("system", [], "en"),
        ("system", ["de_DE"], "de"),
        ("en", ["de-DE"], "en"),
        ("de", ["en"], "de"),
        ("tlh", ["de"], "en"),
        ("../de", ["de"], "en"),
    ],
)
def test_the_language_follows_the_system_unless_chosen(wanted: str, system: list[str], language_: str) -> None:
    assert chosen_language(wanted, system) == language_


def test_texts_of_lower_layers_are_known_whole_or_by_their_shape() -> None:
    use_language("de")
    assert shown("Add point") == "Punkt hinzufügen"
    assert shown("Delete man") == "man löschen"
    assert shown("Export 247 frames, VP9 with alpha") == "247 Bilder exportieren, VP9 mit Alpha"
    assert shown("Export 1 picture, PNG 16 bit") == "1 Bild exportieren, PNG 16 Bit"
    assert shown("Nobody knows this.") == "Nobody knows this."
    assert shown_reasons("lost at 212, back at 240") == "verloren bei 212, zurück bei 240"


def test_in_english_texts_of_lower_layers_stay_as_they_are() -> None:
    assert shown("Export 247 frames, VP9 with alpha") == "Export 247 frames, VP9 with alpha"
    assert shown_reasons("area fell by 40 %, 2 holes") == "area fell by 40 %, 2 holes"


@pytest.mark.parametrize("code", languages())
def test_no_two_entries_of_a_menu_have_the_same_letter(code: str) -> None:
    use_language(code)
    menus: dict[str, dict[str, str]] = {"&Model": {"&Use": tr("&Use")}}
    for spec in ACTIONS.values():
        levels = spec.menu.split("/")
        for depth, level in enumerate(levels):
            menus.setdefault("/".join(levels[:depth]), {})[level] = tr(level)
        menus.setdefault(spec.menu, {})[spec.id] = spec.shown_text
    for menu, entries in menus.items():
        letters: dict[str, list[str]] = {}
        for text in entries.values():
            letters.setdefault(text[text.index("&") + 1].lower(), []).append(text)
        assert not [texts for texts in letters.values() if len(texts) > 1], menu

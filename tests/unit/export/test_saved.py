"""Presets of the user's own: kept, found, forgotten; damage is said and costs nothing else."""

import json
from pathlib import Path

import pytest
from sam2_studio.errors import ExportError
from sam2_studio.export.saved import SavedPresets, settings_of, spec_of
from sam2_studio.export.scaling import Scale
from sam2_studio.export.spec import ExportSpec
from sam2_studio.export.treatment import Background, Hiding

SPECS = [
    ExportSpec(preset="png", target=Path("out"), bit_depth=16, step=3, provenance=True),
    ExportSpec(preset="resolve", target=Path("a.mov"), premultiplied=True, constant_rate=True, separate=True),
    ExportSpec(preset="replace", target=Path("a.mp4"), background=Background(picture=Path("/x/ü.png"), fit="contain")),
    ExportSpec(preset="pixelate", target=Path("a.mp4"), hiding=Hiding(strength=12.5, outside=True)),
    ExportSpec(preset="nuke", target=Path("a"), compression="dwaa", scale=Scale(width=1280)),
]


@pytest.fixture
def saved(tmp_path: Path) -> SavedPresets:
    return SavedPresets(tmp_path / "settings" / "presets.json")


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.preset)
def test_settings_come_back_as_they_were(saved: SavedPresets, spec: ExportSpec) -> None:
    saved.save("mine", spec)
    assert spec_of(saved.find("mine"), spec.target) == spec
    saved.remember(spec)
    assert saved.last() == settings_of(spec)
    assert list(saved.all()) == ["mine"]


def test_another_ending_is_kept_unless_the_target_has_one() -> None:
    settings = settings_of(ExportSpec(preset="matte-video", target=Path("m.mp4")))
    assert spec_of(settings, Path("out")).target == Path("out.mp4")
    assert spec_of(settings, Path("out.mkv")).target == Path("out.mkv")


def test_options_come_before_what_is_saved() -> None:
    spec = spec_of(settings_of(SPECS[0]), Path("o"), bit_depth=8, object_ids=(2,))
    assert (spec.bit_depth, spec.step, spec.object_ids) == (8, 3, (2,))


def test_nothing_of_the_footage_is_kept(saved: SavedPresets) -> None:
    saved.save(
        "mine", ExportSpec(preset="png", target=Path("/volumes/me/secret.png"), object_ids=(1, 2), overwrite=True)
    )
    assert set(saved.find("mine")) & {"target", "object_ids", "range", "overwrite"} == set()
    assert "secret" not in json.dumps(saved.all())


def test_the_programs_own_come_first_and_unknown_ones_list_all(saved: SavedPresets) -> None:
    saved.save("mine", SPECS[0])
    assert saved.find("web") == {"preset": "web"}
    with pytest.raises(ExportError) as caught:
        saved.find("gif")
    assert "after-effects" in caught.value.way_out
    assert "Saved ones: mine." in caught.value.way_out


@pytest.mark.parametrize("name", ["", "  ", " a", "a" * 61, "a\nb", "png", "nuke"])
def test_names_that_can_not_be(saved: SavedPresets, name: str) -> None:
    with pytest.raises(ExportError):
        saved.save(name, SPECS[0])
    assert saved.all() == {}


def test_forgetting(saved: SavedPresets) -> None:
    saved.save("a", SPECS[0])
    saved.save("b", SPECS[1])
    saved.remove("a")
    saved.remove("never there")
    assert list(saved.all()) == ["b"]


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"presets": []}', "[" * 100_000])
def test_a_damaged_file_is_said_and_not_replaced(tmp_path: Path, text: str) -> None:
    path = tmp_path / "p.json"
    path.write_text(text)
    with pytest.raises(ExportError, match="can't be read"):
        SavedPresets(path).save("mine", SPECS[0])
    assert path.read_text() == text


@pytest.mark.parametrize(
    "wrong",
    [
        {"step": "two"},
        {"step": 0},
        {"preset": "gif"},
        {"preset": None},
        {"scale": {"percent": "50"}},
        {"scale": []},
        {"background": {"color": 3}},
        {"background": {"color": "#zz0000", "picture": None, "fit": "cover", "blur": None}},
        {"hiding": {"strength": 1e9, "outside": False}},
        {"bit_depth": 7.5},
        {"separate": "no"},
        {"step": True},
    ],
    ids=str,
)
def test_damaged_settings_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ExportError):
        spec_of(settings_of(SPECS[0]) | wrong, Path("o"))


def test_a_folder_that_can_not_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ExportError, match="can't be"):
        SavedPresets(tmp_path / "file" / "p.json").save("mine", SPECS[0])

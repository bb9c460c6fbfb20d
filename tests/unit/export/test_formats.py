"""The table of presets is whole and finds what it is asked for."""

import av
import pytest
from sam2_studio.errors import ExportError
from sam2_studio.export.formats import PRESETS, VideoFormat, find_preset

VIDEO = [
    pytest.param(form, id=f"{preset.name}{suffix}")
    for preset in PRESETS.values()
    for suffix, form in preset.formats.items()
    if isinstance(form, VideoFormat)
]


def test_unknown_preset_lists_those_there_are() -> None:
    with pytest.raises(ExportError) as caught:
        find_preset("gif")
    assert '"gif"' in caught.value.message
    assert all(name in caught.value.way_out for name in PRESETS)


def test_every_preset_has_words_for_people() -> None:
    for name, preset in PRESETS.items():
        assert find_preset(name) is preset
        assert preset.label
        assert preset.description.endswith(".")


@pytest.mark.parametrize("form", VIDEO)
def test_codecs_and_pixel_formats_exist(form: VideoFormat) -> None:
    encoder = av.Codec(form.encoder, "w")
    assert av.Codec(form.decoder, "r").name == form.decoder
    known = {given.name for given in encoder.video_formats or []}
    assert set(form.pixel_formats.values()) <= known
    for name in form.pixel_formats.values():
        assert ("a" in name.removeprefix("gray")) == form.alpha


def test_cutouts_go_only_to_formats_with_alpha() -> None:
    for preset in PRESETS.values():
        for form in preset.formats.values():
            if preset.needs_alpha and isinstance(form, VideoFormat):
                assert form.alpha

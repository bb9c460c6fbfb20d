"""Edge settings: what is neutral, what is in range, what of them makes the outline."""

import pytest
from sam2_studio.core.edges import EdgeSettings
from sam2_studio.core.objects import CutObject


def test_what_leaves_the_mask_as_it_is_is_neutral() -> None:
    assert EdgeSettings(method="best", despill="green", steady="all").is_neutral
    for other in (EdgeSettings(grow=0.3), EdgeSettings(feather=1), EdgeSettings(smooth=1), EdgeSettings(matte=True)):
        assert not other.is_neutral


def test_the_outline_knows_no_softness_and_whole_pixels_only() -> None:
    edge = EdgeSettings(grow=1.6, feather=3, smooth=2, largest=True, matte=True, despill="blue")
    assert edge.outline == EdgeSettings(grow=2, smooth=2, largest=True)


def test_lengths_scale_with_sides_and_areas_with_areas() -> None:
    edge = EdgeSettings(grow=-2, feather=1, smooth=4, specks=8, holes=20, matte=True)
    assert edge.scaled(0.5) == EdgeSettings(grow=-1, feather=0.5, smooth=2, specks=2, holes=5, matte=True)


@pytest.mark.parametrize(
    "values", [{"grow": 65}, {"feather": -1}, {"smooth": 65}, {"specks": -1}, {"method": "x"}, {"despill": "red"}]
)
def test_what_the_program_does_not_offer_is_refused_in_a_file(values: dict[str, object]) -> None:
    thing = CutObject(id=1, name="a", color="#FFFFFF").to_json()
    assert CutObject.from_json(thing).edge == EdgeSettings()
    thing["edge"] |= values
    with pytest.raises((ValueError, TypeError)):
        CutObject.from_json(thing)


def test_a_project_from_before_these_settings_opens() -> None:
    thing = CutObject(id=1, name="a", color="#FFFFFF").to_json()
    thing["edge"] = {"grow": 1.0, "feather": 2.0, "specks": 3, "holes": 4, "matte": True}
    assert CutObject.from_json(thing).edge == EdgeSettings(grow=1, feather=2, specks=3, holes=4, matte=True)

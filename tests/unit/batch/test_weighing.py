"""Memory over a long clip: looks at the process, compares early and late, and says what went wrong."""

import pytest
from sam2_studio.batch import weighing
from sam2_studio.batch.weighing import growth, track_and_weigh, weigh
from sam2_studio.engine.models import load_model
from sam2_studio.errors import StudioError

MIB = 2**20


@pytest.mark.parametrize(
    ("held", "grown"),
    [
        ({50: 400, 300: 500, 350: 500, 3000: 500}, 1.0),
        ({50: 400, 300: 500, 350: 600, 3000: 500}, 1.2),  # a hump late in the clip counts, though it went
        ({50: 500, 300: 400, 3000: 450}, 1.0),
    ],
)
def test_growth_is_the_most_of_all_over_the_most_early(held: dict[int, int], grown: float) -> None:
    assert growth({frame: mib * MIB for frame, mib in held.items()}) == pytest.approx(grown)


def test_a_tracked_clip_is_looked_at_now_and_then_and_at_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weighing, "EVERY", 4)
    looks = list(track_and_weigh(load_model(), 7))
    assert [frame for frame, _ in looks] == [4, 7]
    assert all(nbytes > 10 * MIB for _, nbytes in looks)


def test_a_clip_too_short_to_compare_is_refused() -> None:
    with pytest.raises(StudioError, match="300 frames are too few"):
        next(weigh("nano", "cpu", "float32", 300))


def test_what_the_process_died_of_is_said() -> None:
    with pytest.raises(StudioError, match="no-such-model"):
        next(weigh("no-such-model", "cpu", "float32", 301))

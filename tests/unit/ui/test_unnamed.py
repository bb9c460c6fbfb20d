"""Names of unnamed projects: one that is free, and what it says."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sam2_studio.ui.unnamed import begun_on, unused_name


@pytest.mark.parametrize("stem", ["clip", "shot-0010", "a-20260101-000000"])
def test_a_name_says_what_the_project_was_begun_on_and_when(tmp_path: Path, stem: str) -> None:
    before = datetime.now()
    for _ in range(3):  # two of one second at least
        path = unused_name(tmp_path, stem)
        assert not path.exists()
        path.touch()
        said = begun_on(path)
        assert said is not None
        assert said[0] == stem
        assert before - timedelta(seconds=1) <= said[1] <= datetime.now()


@pytest.mark.parametrize(
    "name", ["clip.cutout", "clip-2026.cutout", "clip-20261399-999999.cutout", "-20260101-000000.cutout"]
)
def test_other_names_say_nothing(name: str) -> None:
    assert begun_on(Path(name)) is None

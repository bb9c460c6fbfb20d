"""The words of the status bar."""

from sam2_studio.ui.status_bar import machine_text, progress_text


def test_progress_says_how_far_how_fast_how_long() -> None:
    said = progress_text("tracking man", 102, 247, 11.2, 13)
    assert said == "Tracking man: frame 102 of 247 · 11 a second · 0:13 left"
    assert progress_text("tracking man", 0, 247, 0, None) == "Tracking man: frame 0 of 247"
    assert "0.4 a second" in progress_text("tracking", 3, 247, 0.41, 600)


def test_the_machine_leaves_out_what_is_not_known() -> None:
    assert machine_text("nano", "processor", 400_000_000) == "nano · processor · 0.4 GB"
    assert machine_text("nano", "processor", 0) == "nano · processor"

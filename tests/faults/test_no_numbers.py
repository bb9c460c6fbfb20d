"""A network whose answers stop being numbers at frame 5 (C4): the command line stops there and keeps frames 0 to 4."""

from pathlib import Path

import pytest
import torch
from sam2_studio.__main__ import main
from sam2_studio.core.store import ProjectFile
from sam2_studio.engine.models import Model, load_model
from tests.faulty_network import FaultyNetwork
from tests.media_factory import write_video
from tests.synthetic import moving_scene


def test_track_stops_at_the_frame_and_keeps_those_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clip = write_video(tmp_path / "clip.mp4", moving_scene(1, 8, size=(160, 96), radius=22).frames)
    project = tmp_path / "p.cutout"
    network = FaultyNetwork(load_model("nano", "cpu").network, no_number_from=5)
    model = Model("stand-in", "0" * 64, network, torch.device("cpu"))
    monkeypatch.setattr("sam2_studio.engine.models.load_model", lambda *_: model)
    assert main(["track", str(clip), "-o", str(project), "--box", "0:40,25,110,85"]) == 1
    told = capsys.readouterr().err
    assert "The model's answer on frame 5 is not made of numbers." in told
    assert "Traceback" not in told
    file = ProjectFile.open(project, read_only=True)
    track = file.project.track(1)
    assert sorted(track) == [0, 1, 2, 3, 4]
    assert not track.frames_where(absent=True)
    file.close()

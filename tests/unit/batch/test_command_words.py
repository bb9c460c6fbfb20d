"""The command that the window copies does what the window would do."""

import shlex
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sam2_studio.batch.command_words import export_command
from sam2_studio.cli.app import run_command
from sam2_studio.core.clip import Clip
from sam2_studio.core.commands import add_object
from sam2_studio.core.frames import FrameRange
from sam2_studio.core.store import ProjectFile
from sam2_studio.export.runner import ExportReport
from sam2_studio.export.scaling import Scale
from sam2_studio.export.spec import ExportSpec
from sam2_studio.export.treatment import Background, Hiding
from sam2_studio.media.probe import probe
from tests.media_factory import numbered_frames, write_video

PLAIN = ExportSpec(preset="png", target=Path("out dir/it's {clip}.####.png"))
SPECS = [
    PLAIN,
    replace(PLAIN, object_ids=(2, 1), separate=True, range=FrameRange(1, 3), step=2, scale=Scale(percent=50)),
    replace(PLAIN, bit_depth=16, provenance=True, overwrite=True, scale=Scale(width=80)),
    ExportSpec(preset="resolve", target=Path("a.mov"), premultiplied=True, constant_rate=True),
    ExportSpec(preset="nuke", target=Path("a"), compression="dwaa"),
    ExportSpec(preset="replace", target=Path("a.mp4"), background=Background(color="#102030")),
    ExportSpec(preset="replace", target=Path("a.mp4"), background=Background(blur=24.5)),
    ExportSpec(preset="replace", target=Path("a.mp4"), background=Background(picture=Path("behind us.png"))),
    ExportSpec(preset="pixelate", target=Path("a.mp4"), hiding=Hiding(strength=12, outside=True)),
]


@pytest.fixture
def file(tmp_path: Path) -> Iterator[ProjectFile]:
    clip = write_video(tmp_path / "clip.mp4", numbered_frames(4))
    made = ProjectFile.create(tmp_path / "my project.cutout")
    made.set_footage(Clip.whole(probe(clip)))
    for name in ("a dog", "--cat"):
        made.history.do(add_object(made.project, name))
    yield made
    made.close()


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: f"{spec.preset}-{SPECS.index(spec)}")
def test_the_command_means_the_same_export(
    spec: ExportSpec, file: ProjectFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []

    def export_project(path: Path, wanted: ExportSpec, edge: object) -> Iterator[ExportReport]:
        seen.append((path, wanted))
        yield ExportReport(files=(), frames=0, verified=True, faults=(), seconds=0, warnings=())

    monkeypatch.setattr("sam2_studio.batch.exporting.export_project", export_project)
    program, *words = shlex.split(export_command(file.path, file.project, spec))
    assert program == "sam2-studio"
    assert run_command(words) == 0
    assert seen == [(file.path, spec)]

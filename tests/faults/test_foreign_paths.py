"""Paths in a project that somebody else made are data: no address is opened, no device, no program (fault P1)."""

from dataclasses import replace
from pathlib import Path

import pytest
from sam2_studio.batch.footage import footage
from sam2_studio.core.store import ProjectFile
from sam2_studio.errors import StudioError
from tests.loopback import Loopback, hung_up


def say_footage(project: Path, path: str) -> None:
    """Let a project say that its footage is there, as a forger would."""
    file = ProjectFile.open(project)
    clip = file.project.clip
    assert clip is not None
    file.set_footage(replace(clip, info=replace(clip.info, path=path)))
    file.close()


@pytest.mark.parametrize(
    "path",
    ["concat:clip.mp4|clip.mp4", "file:clip.mp4", "lavfi:testsrc", "data:video/mp4;base64,AAAA", "pipe:0",
     "C:\\clip.mp4", "\\\\host\\clip.mp4", "../../x/clip.mp4", "/dev/zero", "/proc/self/environ"],
)  # fmt: skip
def test_footage_that_is_no_footage_is_refused(
    path: str, masked_project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(masked_project.parent)
    (masked_project.parent / "clip.mp4").write_bytes(b"other bytes than the footage's")
    say_footage(masked_project, path)
    file = ProjectFile.open(masked_project, read_only=True)
    with pytest.raises(StudioError) as caught, footage(file):
        pass
    file.close()
    assert caught.value.way_out


def test_an_address_is_never_asked(masked_project: Path) -> None:
    with Loopback([hung_up]) as server:
        say_footage(masked_project, server.url)
        file = ProjectFile.open(masked_project, read_only=True)
        with pytest.raises(StudioError), footage(file):
            pass
        file.close()
        assert server.requests == []

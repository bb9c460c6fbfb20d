"""Every exporter: the disk fails, the target is the source, odd names, languages with commas (D3, W2, W3, W7)."""

import errno
import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sam2_studio.batch.exporting import export_project
from sam2_studio.core import commands
from sam2_studio.core.clip import ClipKind
from sam2_studio.core.store import ProjectFile
from sam2_studio.errors import ExportError
from sam2_studio.export import staging
from sam2_studio.export.formats import PRESETS
from sam2_studio.export.runner import ExportReport
from sam2_studio.export.spec import ExportSpec
from tests.exporting import Case, names_in, still
from tests.media_factory import numbered_frame

WRITTEN = [pytest.param(p.name, suffix, id=f"{p.name}{suffix}") for p in PRESETS.values() for suffix in p.formats]
NAMES = [
    "a b",
    "émoji 🎬",
    "שלום",
    "-leading",
    "tab\there",
    "new\nline",
    "x" * 245,
    "per%cent %04d",
    "quote'\"",
    "a|b;c&d",
]


def case(count: int = 3, **info: Any) -> Case:
    noise = np.random.default_rng(2).random((48, 64)).astype(np.float32)
    return Case(still([numbered_frame(n, 64, 48) for n in range(count)], **info), alpha=noise)


class Failing:
    """A file whose n-th write fails."""

    def __init__(self, file: Any, number: int, fault: int) -> None:
        self._file, self._left, self._fault = file, number, fault

    def write(self, data: bytes) -> int:
        self._left -= 1
        if self._left <= 0:
            raise OSError(self._fault, os.strerror(self._fault))
        return int(self._file.write(data))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


@pytest.mark.parametrize(("preset", "suffix"), WRITTEN)
@pytest.mark.parametrize(
    ("number", "fault", "said"),
    [(1, errno.EDQUOT, "disk is full"), (1, errno.EIO, "can't be written"), (2, errno.ENOENT, "can't be written")],
)
def test_a_write_that_fails_leaves_nothing_and_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, preset: str, suffix: str, number: int, fault: int, said: str
) -> None:
    real = staging.PartFile.__init__

    def opened(self: staging.PartFile, path: Path) -> None:
        real(self, path)
        self._file = Failing(self._file, number, fault)  # type: ignore[assignment]

    out = tmp_path / "out"
    out.mkdir()
    with monkeypatch.context() as patched:
        patched.setattr(staging.PartFile, "__init__", opened)
        if number > 1 and suffix in (".png", ".exr", ".svg"):
            assert case().run(preset, out / f"o{suffix}").verified, "a picture is one write: it never comes to a second"
            return
        with pytest.raises(ExportError, match=said) as caught:
            case().run(preset, out / f"o{suffix}")
    assert str(out) in caught.value.message
    assert caught.value.way_out
    assert list(out.iterdir()) == []
    assert case().run(preset, out / f"o{suffix}").verified, "it works again when the disk does"


@pytest.mark.parametrize(("preset", "suffix"), WRITTEN)
def test_a_sync_that_fails_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, preset: str, suffix: str
) -> None:
    old = tmp_path / f"o{suffix}"
    old.write_bytes(b"old")

    def fails(handle: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(staging.os, "fsync", fails)
    with pytest.raises(ExportError, match="can't be written"):
        case(1, kind=ClipKind.STILL).run(preset, old, overwrite=True)
    assert [path for path in names_in(tmp_path) if path != "studio-home"] == [old.name]
    assert old.read_bytes() == b"old"


@pytest.mark.parametrize(("preset", "suffix"), WRITTEN)
def test_no_exporter_replaces_its_source(tmp_path: Path, preset: str, suffix: str) -> None:
    source = tmp_path / f"source{suffix}"
    source.write_bytes(b"footage")
    (tmp_path / "sub").mkdir()
    (tmp_path / f"hard{suffix}").hardlink_to(source)
    (tmp_path / f"soft{suffix}").symlink_to(source)
    (tmp_path / "linked").symlink_to(tmp_path)
    of = case(1, kind=ClipKind.STILL, path=source)
    spellings = [source, tmp_path / f"hard{suffix}", tmp_path / f"soft{suffix}", tmp_path / "linked" / source.name]
    for target in [*spellings, tmp_path / "sub" / ".." / source.name, Path(f"{tmp_path}/./{source.name}")]:
        with pytest.raises(ExportError, match="is the source itself"):
            of.run(preset, target, overwrite=True)
    assert source.read_bytes() == b"footage"


@pytest.mark.parametrize(("preset", "suffix"), WRITTEN)
def test_every_exporter_writes_every_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, preset: str, suffix: str
) -> None:
    monkeypatch.chdir(tmp_path)
    small = Case(still([numbered_frame(1, 16, 16)], kind=ClipKind.STILL))
    for stem in [*NAMES, os.fsdecode(b"\xff\xfe")]:
        report = small.run(preset, Path(stem + suffix))
        assert report.verified, report.faults
        assert Path(stem + suffix).stat().st_size
    assert len([name for name in names_in(tmp_path) if name.endswith(suffix)]) == len(NAMES) + 1
    with pytest.raises(ExportError, match="bytes long"):
        small.run(preset, Path("x" * 260 + suffix))


UNDER = """
    import hashlib, json, locale, sys
    from contextlib import suppress
    from pathlib import Path
    with suppress(locale.Error):
        locale.setlocale(locale.LC_ALL, "")
    from sam2_studio.export.formats import PRESETS
    from sam2_studio.export.scaling import parse_scale
    from tests.faults.test_exporters import case

    found = {}
    for preset in PRESETS.values():
        for suffix in preset.formats:
            target = Path(sys.argv[1], preset.name + suffix)
            report = case(2).run(preset.name, target, scale=parse_scale("62.5%"), provenance=True, made_with="nano 1.5")
            assert report.verified, report.faults
            random = suffix in (".webm", ".mkv")  # Matroska gives each file a number of its own
            found[target.name] = [
                len(p.read_bytes()) if random else hashlib.sha256(p.read_bytes()).hexdigest() for p in report.files
            ]
    print(json.dumps(found))
"""


def under(language: str, folder: Path) -> dict[str, Any]:
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(UNDER), str(folder)],
        capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2],
        env=os.environ | {"LC_ALL": language, "LANG": language},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_files_are_the_same_under_every_language(tmp_path: Path) -> None:
    plain = under("C.UTF-8", tmp_path / "C")
    assert len(plain) == len(WRITTEN)
    for language in ("de_DE.UTF-8", "tr_TR.UTF-8"):
        assert under(language, tmp_path / language) == plain


def test_stale_masks_are_named_in_the_report(masked_project: Path, tmp_path: Path) -> None:
    spec = ExportSpec(preset="matte-png", target=tmp_path / "out")
    *_, fresh = export_project(masked_project, spec)
    assert isinstance(fresh, ExportReport)
    assert fresh.warnings == ()
    file = ProjectFile.open(masked_project)
    track = file.project.track(1)
    stale = [(1, frame, track.get(frame).made_stale()) for frame in (2, 3)]  # type: ignore[union-attr]
    file.history.do(commands.put_masks(file.project, "Stale", stale))
    file.close()
    *_, report = export_project(masked_project, ExportSpec(preset="matte-png", target=tmp_path / "again"))
    assert isinstance(report, ExportReport)
    assert report.warnings == ("2 masks were stale: their prompts have changed since they were tracked.",)

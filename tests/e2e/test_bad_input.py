"""Everything wrong that can be given to the command line: a clear refusal each, and nothing left behind."""

import logging
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from sam2_studio.__main__ import main
from sam2_studio.core.clip import Clip
from sam2_studio.core.commands import add_object, put_masks
from sam2_studio.core.masks import Mask
from sam2_studio.core.schema import VERSION
from sam2_studio.core.store import ProjectFile
from sam2_studio.core.tracks import MaskRecord, Origin
from sam2_studio.media.open import fingerprint
from sam2_studio.media.probe import probe
from tests.e2e.command import Ended, refused
from tests.media_factory import cut_file, numbered_frame, numbered_frames, write_sound, write_video


@pytest.fixture
def run(
    studio_home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Ended]]:
    """The command line inside of this process: to start one takes ten times as long as to refuse."""
    monkeypatch.chdir(studio_home.parent)
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level

    def call(*words: object) -> Ended:
        capsys.readouterr()
        status = main([str(word) for word in words])
        return Ended(status, *capsys.readouterr())

    yield call
    for handler in set(root.handlers) - set(handlers):
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return write_video(tmp_path / "clip.mp4", numbered_frames(10))


@pytest.fixture
def still(tmp_path: Path) -> Path:
    path = tmp_path / "still.png"
    Image.fromarray(numbered_frame(3)).save(path)
    return path


@pytest.fixture
def project(tmp_path: Path, clip: Path) -> Path:
    """A project with one object that has a mask on every frame."""
    path = tmp_path / "p.cutout"
    file = ProjectFile.create(path)
    file.set_footage(Clip.whole(probe(clip), fingerprint(clip)))
    file.history.do(add_object(file.project, "thing"))
    pixels = numbered_frame(0)[..., 0] > 300
    pixels[20:60, 30:90] = True
    mask = Mask.from_array(pixels)
    records = [
        (1, n, MaskRecord(mask_id=file.add_mask(mask), origin=Origin.PAINTED, area=mask.area)) for n in range(10)
    ]
    file.history.do(put_masks(file.project, "Paint", records))
    file.close()
    return path


# Media


def missing(folder: Path) -> Path:
    return folder / "missing.mp4"


def empty(folder: Path) -> Path:
    (folder / "empty.mp4").touch()
    return folder / "empty.mp4"


def text(folder: Path) -> Path:
    (folder / "text.mp4").write_text("This is no video.\n" * 40)
    return folder / "text.mp4"


def cut_in_half(folder: Path) -> Path:
    whole = write_video(folder / "whole.mp4", numbered_frames(30))
    return cut_file(whole, folder / "half.mp4", 0.5)


def sound_only(folder: Path) -> Path:
    return write_sound(folder / "sound.m4a")


def noise(folder: Path) -> Path:
    (folder / "noise.mp4").write_bytes(bytes((n * 37 + n // 7) % 251 for n in range(50_000)))
    return folder / "noise.mp4"


@pytest.mark.parametrize("make", [missing, empty, text, cut_in_half, sound_only, noise])
@pytest.mark.parametrize("command", ["info", "track", "cutout"])
def test_media_that_is_none(
    make: Callable[[Path], Path], command: str, tmp_path: Path, run: Callable[..., Ended]
) -> None:
    media, out = make(tmp_path), tmp_path / ("out.cutout" if command == "track" else "out.png")
    words = {
        "info": ["info", media],
        "track": ["track", media, "--box", "0:10,10,60,60", "-o", out],
        "cutout": ["cutout", media, "--box", "10,10,60,60", "-o", out],
    }[command]
    refused(run(*words), media.name)
    assert not out.exists()


def test_info_tells_the_good_ones_beside_the_bad(clip: Path, tmp_path: Path, run: Callable[..., Ended]) -> None:
    ended = run("info", clip, missing(tmp_path), "--json")
    assert ended.status == 1
    assert [item["path"] for item in ended.document] == [str(clip)]
    assert "missing.mp4" in ended.err


# Prompts


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--box", "0:500,10,600,60"], ["500,10,600,60", "160x96"]),
        (["--box", "0:60,60,10,10"], ["60,60,10,10", "no area"]),
        (["--box", "0:10,10,10,60"], ["10,10,10,60", "no area"]),
        (["--box", "0:nan,10,50,60"], ["nan"]),
        (["--point", "0:160,10"], ["160,10", "160x96"]),
        (["--not", "0:-1,10"], ["-1,10"]),
        (["--box", "10:10,10,60,60"], ["Frame 10", "0 to 9"]),
        (["--point", "-1:10,10"], ["Frame -1", "0 to 9"]),
        ([], ["no prompt"]),
        (["--mask", "0:nothing.png"], ["nothing.png"]),
        (["--prompts", "nothing.json"], ["nothing.json"]),
        (["--box", "0:1,1,50,50", "--box", "0:1,1,60,60"], ["two box", "frame 0"]),
        (["--box", "0:1,1,50,50", "--range", "5:50"], ["5:50", "0 to 9"]),
        (["--box", "0:1,1,50,50", "--range", "5:5"], ["5:5"]),
        (["--box", "0:1,1,50,50", "--model", "nona"], ["nona", "nano"]),
        (["--box", "0:1,1,50,50", "--model", "sam2.1-tiny"], ["sam2.1-tiny"]),
        (["--box", "0:1,1,50,50", "--device", "abacus"], ["abacus", "cpu"]),
    ],
)
def test_prompts_that_do_not_fit(
    words: list[str], named: list[str], clip: Path, tmp_path: Path, run: Callable[..., Ended]
) -> None:
    out = tmp_path / "out.cutout"
    refused(run("track", clip, *words, "-o", out), *named)
    assert not out.exists()


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--box", "10,10,60,60"], "10,10,60,60"),
        (["--box", "0:10,10,60"], "10,10,60"),
        (["--box", "0:a,b,c,d"], "a,b,c,d"),
        (["--point", "zero:10,10"], "zero:10,10"),
        (["--range", "1-5", "--box", "0:1,1,50,50"], "1-5"),
        (["--direction", "sideways", "--box", "0:1,1,50,50"], "sideways"),
        (["--boxes", "0:1,1,50,50"], "--boxes"),
    ],
)
def test_words_that_mean_nothing(
    words: list[str], named: str, clip: Path, tmp_path: Path, run: Callable[..., Ended]
) -> None:
    refused(run("track", clip, *words, "-o", tmp_path / "out.cutout"), named, status=2)


@pytest.mark.parametrize(
    ("document", "named"),
    [
        ("{", "not JSON"),
        ("[]", "objects"),
        ('{"objects": []}', "objects"),
        ('{"objects": [{"name": "a", "prompts": []}]}', "objects[0]"),
        ('{"objects": [{"name": "a", "prompts": [{"box": [1, 2, 3, 4]}]}]}', "prompts[0]"),
        ('{"objects": [{"name": "a", "prompts": [{"frame": 0, "box": [1, 2, 3]}]}]}', "box"),
        ('{"objects": [{"name": "a", "prompts": [{"frame": 0, "box": [1, 2, 3, 4], "size": 1}]}]}', "size"),
        ('{"objects": [{"name": "a", "prompts": [{"frame": 12, "point": [1, 2]}]}]}', "Frame 12"),
    ],
)
def test_prompts_files_that_do_not_fit(
    document: str, named: str, clip: Path, tmp_path: Path, run: Callable[..., Ended]
) -> None:
    (tmp_path / "prompts.json").write_text(document)
    refused(run("track", clip, "--prompts", tmp_path / "prompts.json", "-o", tmp_path / "out.cutout"), named)


def test_mask_of_another_size(clip: Path, tmp_path: Path, run: Callable[..., Ended]) -> None:
    Image.new("L", (80, 48), 255).save(tmp_path / "small.png")
    mask = f"0:{tmp_path / 'small.png'}"
    refused(run("track", clip, "--mask", mask, "-o", tmp_path / "out.cutout"), "80x48", "160x96")


@pytest.mark.parametrize("words", [["--box", "200,10,300,60"], ["--box", "60,60,10,10"], ["--point", "10,99"], []])
def test_cutout_prompts_that_do_not_fit(
    words: list[str], still: Path, tmp_path: Path, run: Callable[..., Ended]
) -> None:
    refused(run("cutout", still, *words, "-o", tmp_path / "out.png"))
    assert not (tmp_path / "out.png").exists()


# Output


def test_existing_project_is_kept(clip: Path, project: Path, run: Callable[..., Ended]) -> None:
    before = project.read_bytes()
    refused(run("track", clip, "--box", "0:10,10,60,60", "-o", project), project.name, "--overwrite")
    assert project.read_bytes() == before


def test_existing_export_is_kept(project: Path, tmp_path: Path, run: Callable[..., Ended]) -> None:
    out = tmp_path / "out.mov"
    out.write_bytes(b"older")
    refused(run("export", project, "--preset", "after-effects", "-o", out), "out.mov")
    assert out.read_bytes() == b"older"
    assert run("export", project, "--preset", "after-effects", "-o", out, "--overwrite").status == 0
    assert out.stat().st_size > 1000


def test_existing_cutout_is_kept(still: Path, tmp_path: Path, run: Callable[..., Ended]) -> None:
    out = tmp_path / "out.png"
    out.write_bytes(b"older")
    refused(run("cutout", still, "--box", "10,10,60,60", "-o", out), "out.png")
    assert out.read_bytes() == b"older"


def test_a_source_is_never_replaced(project: Path, clip: Path, still: Path, run: Callable[..., Ended]) -> None:
    before = clip.read_bytes(), still.read_bytes()
    refused(run("export", project, "--preset", "replace", "-o", clip, "--overwrite"), clip.name, "source")
    refused(run("cutout", still, "--box", "10,10,60,60", "-o", still, "--overwrite"), still.name, "source")
    assert (clip.read_bytes(), still.read_bytes()) == before


def test_folders_that_can_not_be_written(
    project: Path, clip: Path, still: Path, tmp_path: Path, run: Callable[..., Ended]
) -> None:
    (tmp_path / "file").write_text("not a folder")
    inside = tmp_path / "file" / "deeper"
    refused(run("export", project, "--preset", "after-effects", "-o", inside / "out.mov"), "file")
    refused(run("track", clip, "--box", "0:10,10,60,60", "-o", inside / "out.cutout"), "file")
    refused(run("cutout", still, "--box", "10,10,60,60", "-o", inside / "out.png"), "file")


@pytest.mark.parametrize("name", ["out.mp4", "out.jpg", "out.avi"])
def test_formats_without_alpha(name: str, project: Path, tmp_path: Path, run: Callable[..., Ended]) -> None:
    refused(run("export", project, "--preset", "png", "-o", tmp_path / name), Path(name).suffix, "transparency")


def test_cutout_to_a_format_without_alpha(still: Path, tmp_path: Path, run: Callable[..., Ended]) -> None:
    refused(run("cutout", still, "--box", "10,10,60,60", "-o", tmp_path / "out.jpg"), ".jpg", "transparency")


def test_a_clip_is_no_picture(clip: Path, tmp_path: Path, run: Callable[..., Ended]) -> None:
    refused(run("cutout", clip, "--auto", "-o", tmp_path / "out.png"), clip.name, "video", "track")
    mask = f"0:{clip}"
    refused(run("track", clip, "--mask", mask, "-o", tmp_path / "out.cutout"), clip.name, "video")


def test_two_cutouts_of_one_name(still: Path, tmp_path: Path, run: Callable[..., Ended]) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / still.name).write_bytes(still.read_bytes())
    twins = [still, tmp_path / "other" / still.name]
    refused(run("cutout", *twins, "--auto", "-o", tmp_path / "out"), str(twins[1]), "both")
    refused(run("cutout", *twins, "--auto", "-o", tmp_path / "out.png"), "out.png", "both")
    assert not (tmp_path / "out").exists()


def test_project_name_without_its_ending(clip: Path, tmp_path: Path, run: Callable[..., Ended]) -> None:
    refused(run("track", clip, "--box", "0:10,10,60,60", "-o", tmp_path / "out.mp4"), "out.mp4", ".cutout")


# Projects


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--preset", "gif"], ["gif", "after-effects"]),
        (["--preset", "png", "--object", "dog"], ["dog", "thing"]),
        (["--preset", "png", "--range", "8:20"], ["8:20", "0 to 9"]),
        (["--preset", "web", "--bit-depth", "16"], ["16", "8"]),
    ],
)
def test_export_options_that_do_not_fit(
    words: list[str], named: list[str], project: Path, tmp_path: Path, run: Callable[..., Ended]
) -> None:
    refused(run("export", project, *words, "-o", tmp_path / "out"), *named)
    assert not (tmp_path / "out").exists()


def export_of(run: Callable[..., Ended], project: Path) -> Ended:
    return run("export", project, "--preset", "png", "-o", project.parent / "out")


def test_project_missing(tmp_path: Path, run: Callable[..., Ended]) -> None:
    refused(export_of(run, tmp_path / "none.cutout"), "none.cutout")


def test_project_that_is_something_else(clip: Path, tmp_path: Path, run: Callable[..., Ended]) -> None:
    other = tmp_path / "other.cutout"
    other.write_bytes(clip.read_bytes())
    refused(export_of(run, other), "other.cutout")


def test_project_damaged(project: Path, run: Callable[..., Ended]) -> None:
    data = bytearray(project.read_bytes())
    data[4096:8192] = bytes(4096)
    project.write_bytes(data)
    refused(export_of(run, project), project.name, "damaged")
    assert project.read_bytes() == data


def test_project_cut_short(project: Path, run: Callable[..., Ended]) -> None:
    data = project.read_bytes()[:9000]
    project.write_bytes(data)
    refused(export_of(run, project), project.name, "damaged")
    assert project.read_bytes() == data


def test_project_of_a_newer_program(project: Path, run: Callable[..., Ended]) -> None:
    with sqlite3.connect(project) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    connection.close()
    before = project.read_bytes()
    refused(export_of(run, project), project.name, "newer", str(VERSION + 1))
    assert project.read_bytes() == before


def test_project_whose_clip_is_gone(project: Path, clip: Path, run: Callable[..., Ended]) -> None:
    clip.unlink()
    refused(export_of(run, project), str(clip), "no longer")


def test_project_whose_clip_was_exchanged(project: Path, clip: Path, run: Callable[..., Ended]) -> None:
    clip.unlink()
    write_video(clip, numbered_frames(7))
    refused(export_of(run, project), clip.name, "7 frames", "10 frames")


def test_clip_moved_beside_its_project(project: Path, clip: Path, run: Callable[..., Ended]) -> None:
    folder = project.parent / "moved"
    folder.mkdir()
    project.rename(folder / project.name)
    clip.rename(folder / clip.name)
    ended = run("export", folder / project.name, "--preset", "png", "-o", folder / "out", "--json")
    assert ended.status == 0, ended.err
    assert ended.document["frames"] == 10


# The program itself


@pytest.mark.parametrize("words", [["nothing-of-the-kind"], ["export"], ["--what"], ["models", "list", "extra"]])
def test_wrong_usage(words: list[str], run: Callable[..., Ended]) -> None:
    ended = run(*words)
    assert ended.status == 2
    assert ended.err.strip()
    assert ended.out == ""


def test_unexpected_error_goes_to_the_log(studio_home: Path) -> None:
    code = (
        "import sam2_studio.cli.app as app, sys\n"
        "from sam2_studio.__main__ import main\n"
        "app.run_command = lambda words: 1 // 0\n"
        "sys.exit(main(['info', 'x']))"
    )
    environment = os.environ | {"SAM2_STUDIO_HOME": str(studio_home)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    log = studio_home / "logs" / "sam2-studio.log"
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert str(log) in done.stderr
    assert "ZeroDivisionError" in log.read_text()

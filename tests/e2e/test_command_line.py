"""The command line from end to end on the real network; what it writes is read back here."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import av
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image, ImageCms
from sam2_studio import __version__
from sam2_studio.core.store import ProjectFile
from tests.e2e.command import REPOSITORY, Ended, refused, studio
from tests.loopback import Loopback, answer
from tests.media_factory import numbered_frames, write_sequence, write_video
from tests.parity.stand_in import manifest_shapes
from tests.synthetic import Scene, hidden_scene, iou, moving_scene

Run = Callable[..., Ended]
LEAST_IOU = 0.7


@pytest.fixture
def run(studio_home: Path) -> Run:
    return lambda *words: studio(*words, home=studio_home)


def box_of(truth: NDArray[np.bool_], margin: int = 3) -> str:
    rows, columns = np.nonzero(truth.any(1))[0], np.nonzero(truth.any(0))[0]
    height, width = truth.shape
    left, top = max(0, columns[0] - margin), max(0, rows[0] - margin)
    right, bottom = min(width, columns[-1] + 1 + margin), min(height, rows[-1] + 1 + margin)
    return f"{left},{top},{right},{bottom}"


def clip_of(scene: Scene, path: Path) -> Path:
    return write_video(path, scene.frames, options={"crf": "14"})


def masks_of(project: Path, object_id: int = 1) -> dict[int, NDArray[np.bool_]]:
    file = ProjectFile.open(project, read_only=True)
    try:
        found = {number: file.mask_of(object_id, number) for number in file.project.track(object_id)}
        return {number: mask.to_array() for number, mask in found.items() if mask is not None}
    finally:
        file.close()


def mean_iou(masks: dict[int, NDArray[np.bool_]], truth: Sequence[NDArray[np.bool_]]) -> float:
    return float(np.mean([iou(masks[number], truth[number]) for number in range(len(truth))]))


def decoded(path: Path) -> list[av.VideoFrame]:
    with av.open(str(path)) as container:
        return list(container.decode(video=0))


# Tracking


@pytest.mark.slow
@pytest.mark.parametrize(
    "seed", [1, pytest.param(2, marks=pytest.mark.fault), pytest.param(3, marks=pytest.mark.fault)]
)
def test_a_moving_subject_is_tracked(seed: int, tmp_path: Path, run: Run) -> None:
    scene = moving_scene(seed, 24)
    clip, project = clip_of(scene, tmp_path / "clip.mp4"), tmp_path / "out.cutout"
    ended = run("track", clip, "--box", f"0:{box_of(scene.truth[0])}", "-o", project, "--json")
    assert ended.status == 0, ended.err
    result = ended.document
    assert result.keys() == {"project", "model", "frames", "seconds", "objects"}
    assert (result["project"], result["model"], result["frames"]) == (str(project), "nano", 24)
    assert result["objects"][0]["frames"] == 24
    assert mean_iou(masks_of(project), scene.truth) >= LEAST_IOU


@pytest.mark.slow
def test_a_hidden_subject_is_absent_and_found_again(tmp_path: Path, run: Run) -> None:
    scene = hidden_scene(5)
    clip, project = clip_of(scene, tmp_path / "clip.mp4"), tmp_path / "out.cutout"
    ended = run("track", clip, "--box", f"0:{box_of(scene.truth[0])}", "-o", project, "--json")
    assert ended.status == 0, ended.err
    hidden = {number for number, truth in enumerate(scene.truth) if not truth.any()}
    absent = set(ended.document["objects"][0]["absent"])
    assert len(hidden & absent) >= 0.5 * len(hidden)
    masks, whole = masks_of(project), 0.5 * scene.truth[0].sum()
    shown = [number for number, truth in enumerate(scene.truth) if truth.sum() > whole]
    assert any(number > max(hidden) for number in shown)
    assert np.mean([iou(masks[number], scene.truth[number]) for number in shown]) >= LEAST_IOU


def test_both_directions_a_range_and_several_objects(tmp_path: Path, run: Run) -> None:
    scene = moving_scene(1, 10)
    clip, project = clip_of(scene, tmp_path / "clip.mp4"), tmp_path / "out.cutout"
    Image.fromarray((scene.truth[6] * 255).astype(np.uint8)).save(tmp_path / "mask.png")
    document = {
        "objects": [
            {"name": "boxed", "prompts": [{"frame": 5, "box": [float(n) for n in box_of(scene.truth[5]).split(",")]}]},
            {"name": "masked", "prompts": [{"frame": 6, "mask": "mask.png"}]},
        ]
    }
    (tmp_path / "prompts.json").write_text(json.dumps(document))
    words = ["--prompts", tmp_path / "prompts.json", "--range", "2:9", "-o", project]
    ended = run("track", clip, *words, "--json")
    assert ended.status == 0, ended.err
    assert [(o["id"], o["name"], o["frames"]) for o in ended.document["objects"]] == [(1, "boxed", 7), (2, "masked", 7)]
    for object_id in (1, 2):
        masks = masks_of(project, object_id)
        assert sorted(masks) == list(range(2, 9))
        assert iou(masks[3], scene.truth[3]) >= LEAST_IOU
    assert np.array_equal(masks_of(project, 2)[6], scene.truth[6]), "a given mask is kept as it is"
    again = run("track", clip, *words, "--direction", "forward", "--overwrite", "--quiet")
    assert (again.status, again.err) == (0, "")
    assert sorted(masks_of(project)) == [5, 6, 7, 8]


def test_a_sequence_counts_as_its_files_do(tmp_path: Path, run: Run) -> None:
    scene = moving_scene(2, 4)
    folder = tmp_path / "shot"
    folder.mkdir()
    for number, picture in enumerate(scene.frames):
        Image.fromarray(picture).save(folder / f"shot.{1001 + number}.png")
    project = tmp_path / "out.cutout"
    ended = run("track", folder, "--box", f"1002:{box_of(scene.truth[1])}", "--range", "1001:1004", "-o", project)
    assert ended.status == 0, ended.err
    assert sorted(masks_of(project)) == [0, 1, 2]
    exported = run("export", project, "--preset", "png", "-o", tmp_path / "out", "--range", "1002:1004", "--json")
    assert [Path(name).name for name in exported.document["files"]] == ["shot.1002.png", "shot.1003.png"]
    refused = run("track", folder, "--box", f"0:{box_of(scene.truth[1])}", "-o", project, "--overwrite")
    assert refused.status == 1
    assert "1001 to 1004" in refused.err


def test_a_picture_is_a_clip_of_one_frame(tmp_path: Path, run: Run) -> None:
    scene = moving_scene(3, 1)
    Image.fromarray(scene.frames[0]).save(tmp_path / "one.png")
    ended = run("track", tmp_path / "one.png", "--box", f"0:{box_of(scene.truth[0])}", "-o", tmp_path / "o.cutout")
    assert ended.status == 0, ended.err
    assert iou(masks_of(tmp_path / "o.cutout")[0], scene.truth[0]) >= LEAST_IOU
    exported = run("export", tmp_path / "o.cutout", "--preset", "png", "-o", tmp_path / "out.png", "--json")
    assert exported.document["files"] == [str(tmp_path / "out.png")]


def stopped_while_tracking(how: signal.Signals, tmp_path: Path, home: Path) -> tuple[Path, int, str]:
    """The project of a track run that got a signal when it had told of 12 frames; its status and last words."""
    scene = moving_scene(1, 200, size=(160, 96), radius=20)  # so long that it can't end before the signal comes
    clip, project = clip_of(scene, tmp_path / "clip.mp4"), tmp_path / "out.cutout"
    words = ["track", str(clip), "--box", f"0:{box_of(scene.truth[0])}", "-o", str(project)]
    with subprocess.Popen(
        [sys.executable, "-m", "sam2_studio", *words],
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"SAM2_STUDIO_HOME": str(home)},
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if (told := re.match(r"Tracking: (\d+) of ", line)) and int(told[1]) >= 12:
                break
        process.send_signal(how)
        rest = process.stderr.read()
    return project, process.returncode, rest


def test_a_killed_run_keeps_what_came(tmp_path: Path, studio_home: Path) -> None:
    project, status, _ = stopped_while_tracking(signal.SIGKILL, tmp_path, studio_home)
    assert status == -signal.SIGKILL
    assert sorted(masks_of(project))[:12] == list(range(12)), "every frame that was told of is there"


def test_an_interrupted_run_ends_tidily(tmp_path: Path, studio_home: Path) -> None:
    project, status, rest = stopped_while_tracking(signal.SIGINT, tmp_path, studio_home)
    assert status == 1
    assert rest.splitlines()[-1] == "Stopped."
    assert "Traceback" not in rest
    assert sorted(masks_of(project))[:12] == list(range(12))
    assert [path.name for path in tmp_path.iterdir() if "out.cutout" in path.name] == ["out.cutout"]


# Exports


@pytest.fixture
def project(tmp_path: Path, run: Run) -> Path:
    scene = moving_scene(2, 5)
    clip = write_video(tmp_path / "clip.mp4", scene.frames, options={"crf": "14"}, audio=True)
    path = tmp_path / "p.cutout"
    ended = run("track", clip, "--box", f"0:{box_of(scene.truth[0])}", "-o", path, "--quiet")
    assert ended.status == 0, ended.err
    return path


def test_every_preset_is_written_and_read_back(project: Path, tmp_path: Path, run: Run) -> None:
    masks = masks_of(project)

    def exported(preset: str, name: str, *words: str) -> list[Path]:
        ended = run("export", project, "--preset", preset, "-o", tmp_path / name, *words, "--json")
        assert ended.status == 0, ended.err
        document = ended.document
        assert document.keys() == {"files", "frames", "verified", "seconds", "warnings"}
        assert (document["frames"], document["verified"]) == (5, True)
        return [Path(file) for file in document["files"]]

    pictures = exported("png", "pictures")
    assert [path.name for path in pictures] == [f"clip.{n:04d}.png" for n in range(5)]
    for number, path in enumerate(pictures):
        assert np.array_equal(np.array(Image.open(path))[..., 3] > 127, masks[number])
    [movie] = exported("after-effects", "movie.mov")
    for number, frame in enumerate(decoded(movie)):
        alpha = frame.to_ndarray(format="rgba")[..., 3] > 127
        assert iou(alpha, masks[number]) > 0.99
    [matte] = exported("matte-video", "matte.mkv")
    for number, frame in enumerate(decoded(matte)):
        assert np.array_equal(frame.to_ndarray(format="gray") > 127, masks[number])
    [web] = exported("web", "web.webm")
    assert len(decoded(web)) == 5
    assert exported("matte-png", "matte", "--bit-depth", "16")[0].suffix == ".png"
    [premultiplied] = exported("resolve", "resolve.mov", "--premultiplied")
    assert not decoded(premultiplied)[0].to_ndarray(format="rgba")[0, 0, :3].any()
    [hidden] = exported("pixelate", "hidden.mp4", "--strength", "12", "--outside")
    assert len(decoded(hidden)) == 5
    layered = exported("nuke", "comp.####.exr", "--compression", "zip", "--provenance")
    assert [path.name for path in layered] == [f"comp.{n:04d}.exr" for n in range(5)]
    [outlines] = exported("shapes", "outlines.json")
    shapes = json.loads(outlines.read_text(encoding="utf-8"))["annotations"]
    assert [shape["area"] for shape in shapes] == [masks[n].sum() for n in range(5)]
    words = ("--step", "2", "--size", "50%", "--separate", "--save-preset", "half")
    ended = run("export", project, "--preset", "web", "-o", tmp_path / "half.webm", *words, "--json")
    assert ended.document["frames"] == 3
    ended = run("export", project, "--preset", "half", "-o", tmp_path / "again.webm", "--step", "1", "--json")
    [again] = ended.document["files"]
    assert Path(again).name.startswith("again-")
    assert decoded(Path(again))[0].width * 2 == decoded(web)[0].width
    [replaced] = exported("replace", "replaced.mp4", "--background", "#00FF00")
    corner = decoded(replaced)[0].to_ndarray(format="rgb24")[0, 0].astype(int)
    assert np.abs(corner - (0, 255, 0)).max() <= 6
    with av.open(str(replaced)) as container:
        assert container.streams.audio, "the sound is kept"


# Stills


def test_a_still_is_cut_out_with_its_profile(tmp_path: Path, run: Run) -> None:
    scene = moving_scene(3, 1)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture = tmp_path / "thing.png"
    Image.fromarray(scene.frames[0]).save(picture, icc_profile=profile)
    rows, columns = np.nonzero(scene.truth[0])
    inside = f"{int(columns.mean())},{int(rows.mean())}"
    ended = run("cutout", picture, "--point", inside, "--box", box_of(scene.truth[0]), "-o", tmp_path / "out.png")
    assert ended.status == 0, ended.err
    assert ended.out.strip() == str(tmp_path / "out.png")
    result = Image.open(tmp_path / "out.png")
    assert result.mode == "RGBA"
    assert result.info.get("icc_profile") == profile
    pixels = np.array(result)
    mask = pixels[..., 3] > 127
    assert iou(mask, scene.truth[0]) >= LEAST_IOU
    assert set(np.unique(pixels[..., 3])) == {0, 255}
    assert np.array_equal(pixels[mask][:, :3], scene.frames[0][mask]), "colours of the subject are the picture's own"


def test_several_stills_go_to_a_folder(tmp_path: Path, run: Run) -> None:
    for seed in (1, 2):
        Image.fromarray(moving_scene(seed, 1).frames[0]).save(tmp_path / f"thing{seed}.png")
    ended = run(
        "cutout", tmp_path / "thing1.png", tmp_path / "thing2.png", "--auto", "--matte", "-o", tmp_path / "o", "--json"
    )
    assert ended.status == 0, ended.err
    assert ended.document["files"] == [str(tmp_path / "o" / f"thing{seed}.png") for seed in (1, 2)]
    assert ended.document["frames"] == 2
    alpha = np.array(Image.open(tmp_path / "o" / "thing1.png"))[..., 3]
    assert ((alpha > 0) & (alpha < 255)).any(), "a matte has a soft edge"


# What is printed


def test_info_lists_what_the_contract_names(tmp_path: Path, run: Run) -> None:
    clip = write_video(tmp_path / "c.mp4", numbered_frames(6), audio=True)
    folder = write_sequence(tmp_path / "s", [7, 8, 9])
    ended = run("info", clip, folder, "--json")
    assert ended.status == 0, ended.err
    video, sequence = ended.document
    assert video.keys() == {
        *("path", "kind", "frames", "width", "height", "rate", "duration", "variable_rate", "rotation", "pixel_format"),
        *("bit_depth", "color", "alpha", "audio", "timecode", "warnings"),
    }
    assert video["color"].keys() == {"range", "matrix", "primaries", "transfer"}
    assert (video["kind"], video["frames"], video["width"], video["height"]) == ("video", 6, 160, 96)
    assert (video["rate"], video["audio"], video["timecode"]) == ("25", "aac", None)
    assert (sequence["kind"], sequence["frames"]) == ("sequence", 3)
    assert run("info", clip).out.startswith(f"{clip}: video, 160x96, 6 frames at 25")


def test_models_are_listed_and_verified(run: Run) -> None:
    listed = run("models", "list", "--json").document
    assert [item["name"] for item in listed][:2] == ["nano", "sam2-tiny"]
    assert all(item.keys() == {"name", "version", "state", "bytes", "sha256", "licence", "path"} for item in listed)
    assert {item["name"]: item["state"] for item in listed}["nano"] == "bundled"
    assert run("models", "verify").status == 0
    assert run("models", "verify", "sam2-tiny").status == 1


def test_a_weight_file_that_was_changed_is_found(studio_home: Path, run: Run) -> None:
    [entry] = [item for item in run("models", "list", "--json").document if item["name"] == "sam2-tiny"]
    path = Path(entry["path"])
    assert path.is_relative_to(studio_home)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"not the weights")
    ended = run("models", "verify", "sam2-tiny", "--json")
    assert ended.status == 1
    assert [item["state"] for item in ended.document] == ["damaged"]


def test_a_weight_file_is_imported_where_it_lies_and_forgotten_again(tmp_path: Path, run: Run) -> None:
    path = tmp_path / "Tuned.pt"
    table = {key: torch.full((1,), 0.5).expand(shape) for key, shape in manifest_shapes("sam2_hiera_tiny").items()}
    torch.save({"model": table}, path)
    taken = run("models", "import", path, "--name", "mine", "--json").document
    assert (taken["name"], taken["version"], taken["state"], taken["path"]) == ("mine", "2.0", "present", str(path))
    assert run("models", "verify", "mine").status == 0
    assert run("models", "remove", "mine", "--json").document == {"name": "mine", "freed": 0}
    assert path.exists()
    assert run("models", "verify", "mine").status == 1


def test_a_download_of_other_bytes_is_refused(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with Loopback([answer("404 Not Found")]) as server:
        monkeypatch.setenv("SAM2_STUDIO_MIRROR", server.address)
        ended = run("models", "get", "sam2.1-tiny")
    refused(ended, "sam2.1-tiny can't be fetched", "404", "models import")
    [entry] = [item for item in run("models", "list", "--json").document if item["name"] == "sam2.1-tiny"]
    assert (entry["state"], Path(entry["path"]).exists()) == ("absent", False)
    assert run("models", "get", "nano").status == 0


def test_doctor_finds_this_machine_well(run: Run) -> None:
    ended = run("doctor", "--json")
    assert ended.status == 0, ended.out
    assert all(item["good"] for item in ended.document if item["needed"])


def test_version_and_help(run: Run) -> None:
    assert run("--version").out == f"sam2-studio {__version__}\n"
    helped = run("--help")
    assert helped.status == 0
    for command in ("demo", "info", "cutout", "track", "export", "models", "bench", "doctor"):
        assert command in helped.out


def test_every_command_is_described_in_the_guide(run: Run) -> None:
    guide = (REPOSITORY / "docs" / "command-line.md").read_text(encoding="utf-8")
    commands = ("demo", "info", "cutout", "track", "export", "bench", "doctor")
    for command in (*commands, "models list", "models get", "models verify", "models import", "models remove"):
        assert f"sam2-studio {command}" in guide

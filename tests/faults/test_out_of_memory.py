"""Memory runs out in every call of the network by turns (G1, G2): finished frames stay, the run goes on if it can."""

from fractions import Fraction
from pathlib import Path

import pytest
import torch
from sam2_studio.__main__ import main
from sam2_studio.core.clip import ClipInfo, ClipKind
from sam2_studio.core.frames import FrameRange
from sam2_studio.core.masks import Mask
from sam2_studio.core.prompts import PromptSet
from sam2_studio.core.store import ProjectFile
from sam2_studio.engine import relief
from sam2_studio.engine.embeddings import FeatureCache
from sam2_studio.engine.models import Model, load_model
from sam2_studio.engine.requests import Conditioning, Direction, FrameResult, TrackObject, TrackRequest
from sam2_studio.engine.segmenter import Segmenter
from sam2_studio.engine.tracker import Tracker
from sam2_studio.errors import ModelError
from tests.fakes import ArraySource
from tests.faulty_network import Calls, FaultyNetwork
from tests.media_factory import write_video
from tests.synthetic import Scene, iou, moving_scene

FRAMES = 4
pytestmark = pytest.mark.usefixtures("one_thread")
EMPTIED = "Memory ran short: what was held for speed was let go."
SMALLER = "Memory ran short: stand-in now works at 128 pixels instead of 256, edges are coarser."


def out() -> torch.OutOfMemoryError:
    return torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB.")


@pytest.fixture(scope="module")
def scene() -> Scene:
    return moving_scene(3, frames=FRAMES)


@pytest.fixture(scope="module")
def nano() -> Model:
    return load_model("nano", "cpu")


class Run:
    """Objects tracked both ways by a network with faults: results, recipes, what was said, how it ended."""

    def __init__(self, nano: Model, scene: Scene, calls: Calls, *, objects: int = 1, **options: object) -> None:
        self.results: list[FrameResult] = []
        self.recipes: list[str] = []
        self.said: list[str] = []
        self.error: ModelError | None = None
        network = FaultyNetwork(nano.network, calls, **options)
        model = Model("stand-in", "0" * 64, network, torch.device("cpu"))
        segmenter = Segmenter(model, FeatureCache(), self.said.append)
        self.calls_made: list[int] = []  # when each result came
        try:
            for result in Tracker(model, source(scene), segmenter).run(request(scene, objects)):
                self.results.append(result)
                self.calls_made.append(calls.made)
                self.recipes.append(segmenter.looks.model.recipe)
        except ModelError as error:
            self.error = error


def source(scene: Scene) -> ArraySource:
    height, width = scene.frames[0].shape[:2]
    info = ClipInfo(path="scene", kind=ClipKind.VIDEO, frames=FRAMES, width=width, height=height, rate=Fraction(25))
    return ArraySource(scene.frames, info)


def request(scene: Scene, objects: int) -> TrackRequest:
    truth = [Mask.from_array(one) for one in scene.truth]
    said = (Conditioning(PromptSet(box=truth[1].box)), Conditioning(mask=truth[2]))
    items = (TrackObject(1, {1: said[0]}), TrackObject(2, {2: said[1]}))
    return TrackRequest(objects=items[:objects], range=FrameRange(0, FRAMES), direction=Direction.BOTH)


# The small size is for speed: what is compared are runs of the same size with each other.
SMALL = 64
each_call = pytest.mark.parametrize("step", [4, pytest.param(1, marks=pytest.mark.fault)])  # a sample in each run


@each_call
def test_a_call_that_fails_once_changes_no_mask_whichever_it_is(nano: Model, scene: Scene, step: int) -> None:
    undisturbed = Run(nano, scene, Calls(), working_size=SMALL)
    calls = undisturbed.calls_made[-1]
    assert calls > 12
    for failing in range(1, calls + 1, step):
        once = Calls(lambda number, side, at=failing: out() if number == at else None)
        run = Run(nano, scene, once, working_size=SMALL)
        assert (run.results, run.error) == (undisturbed.results, None), f"call {failing}"
        assert run.said == [EMPTIED]


@each_call
def test_memory_gone_for_good_ends_the_run_after_what_was_finished(nano: Model, scene: Scene, step: int) -> None:
    undisturbed = Run(nano, scene, Calls(), working_size=SMALL)
    for failing in range(1, undisturbed.calls_made[-1] + 1, step):
        from_then_on = Calls(lambda number, side, since=failing: out() if number >= since else None)
        run = Run(nano, scene, from_then_on, working_size=SMALL)
        assert run.error is not None
        assert "isn't enough memory for stand-in on the device cpu" in run.error.message
        finished = sum(made < failing for made in undisturbed.calls_made)
        assert run.results == undisturbed.results[:finished], f"call {failing}"
        assert run.said == [EMPTIED]


@each_call
def test_a_run_goes_on_at_half_the_size_from_any_call_on(
    nano: Model, scene: Scene, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    monkeypatch.setattr(relief, "SMALLEST_SIDE", 128)
    undisturbed = Run(nano, scene, Calls(), objects=2)
    wanted = undisturbed.results
    for failing in range(1, undisturbed.calls_made[-1] + 1, 3 * step):
        calls = Calls(lambda number, side, since=failing: out() if number >= since and side > 128 else None)
        run = Run(nano, scene, calls, objects=2, sizes=(128,))
        assert run.error is None
        assert [(r.object_id, r.frame) for r in run.results] == [(r.object_id, r.frame) for r in wanted]
        finished = sum(made < failing for made in undisturbed.calls_made)
        assert run.results[:finished] == wanted[:finished]
        assert [recipe.endswith("/128") for recipe in run.recipes] == [n >= finished for n in range(len(wanted))]
        assert run.said == [EMPTIED, SMALLER]
        for result in run.results[finished:]:
            assert iou(result.mask.to_array().astype(bool), scene.truth[result.frame]) > 0.4, f"call {failing}"


def test_memories_are_remade_at_the_new_size(nano: Model, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """No memory of the old size may reach the network: a map of another size would be read at wrong places."""
    monkeypatch.setattr(relief, "SMALLEST_SIDE", 128)
    seen: list[tuple[int, set[int]]] = []
    condition = FaultyNetwork.condition

    def watched(network: FaultyNetwork, features: object, memories: list, **options: object) -> object:
        seen.append(
            (network.traits.working_size, {m.memory.map.shape[-1] * 16 for m in memories if m.memory.map is not None})
        )
        return condition(network, features, memories, **options)

    monkeypatch.setattr(FaultyNetwork, "condition", watched)
    calls = Calls(lambda number, side: out() if number >= 18 and side > 128 else None)
    Run(nano, scene, calls, objects=2, sizes=(128,))
    assert {side for side, _ in seen} == {256, 128}
    assert all(maps <= {side} for side, maps in seen)


# The command line


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return write_video(tmp_path / "clip.mp4", moving_scene(1, 8, size=(160, 96), radius=22).frames)


def track(
    clip: Path, nano: Model, calls: Calls, monkeypatch: pytest.MonkeyPatch, **options: object
) -> tuple[int, Path]:
    model = Model("stand-in", "0" * 64, FaultyNetwork(nano.network, calls, **options), torch.device("cpu"))
    monkeypatch.setattr("sam2_studio.engine.models.load_model", lambda *_: model)
    project = clip.with_suffix(".cutout")
    return main(["track", str(clip), "-o", str(project), "--box", "0:40,25,110,85"]), project


def recipes(project: Path) -> dict[int, str]:
    file = ProjectFile.open(project, read_only=True)
    try:
        track = file.project.track(1)
        return {number: record.recipe.partition(" ")[0] for number in track if (record := track.get(number))}
    finally:
        file.close()


def test_track_keeps_the_finished_frames_and_says_what_to_do(
    clip: Path, nano: Model, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    calls = Calls()
    calls.fault = lambda number, side: out() if calls.pictures >= 5 else None
    status, project = track(clip, nano, calls, monkeypatch)
    told = capsys.readouterr().err
    assert status == 1
    assert f"Note: {EMPTIED}" in told
    assert "isn't enough memory for stand-in" in told
    assert "Use a smaller model or another device" in told
    assert "Traceback" not in told
    assert sorted(recipes(project)) == [0, 1, 2, 3]


def test_track_goes_on_smaller_and_the_masks_say_so(
    clip: Path, nano: Model, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(relief, "SMALLEST_SIDE", 128)
    calls = Calls()
    calls.fault = lambda number, side: out() if calls.pictures >= 5 and side > 128 else None
    status, project = track(clip, nano, calls, monkeypatch, sizes=(128,))
    assert status == 0
    assert f"Note: {SMALLER}" in capsys.readouterr().err
    whole = f"stand-in@{'0' * 64}"
    assert recipes(project) == {n: whole if n < 4 else f"{whole}/128" for n in range(8)}
    file = ProjectFile.open(project, read_only=True)
    assert file.project.model == whole
    file.close()


def test_memory_that_runs_out_elsewhere_ends_the_command_calmly(
    clip: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*args: object) -> object:
        raise MemoryError

    monkeypatch.setattr("sam2_studio.media.probe.probe", refuse)
    assert main(["info", str(clip)]) == 1
    told = capsys.readouterr().err
    assert told.startswith("Memory ran out. Close other programs")
    assert "Traceback" not in told

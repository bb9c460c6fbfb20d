"""A decoder that crashes, hangs, lies or never ends costs a frame or a file, never the program (BUG-001, M20)."""

import logging
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import psutil
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot
from sam2_studio.batch.previewing import Previewer
from sam2_studio.cli import stills
from sam2_studio.core.clip import Clip, ClipInfo, ClipKind
from sam2_studio.core.geometry import Size
from sam2_studio.core.objects import CutObject
from sam2_studio.errors import Cancelled, ExportError, MediaError, PromptError
from sam2_studio.export.compose import fitted_picture
from sam2_studio.export.spec import ExportSpec
from sam2_studio.export.treatment import Background
from sam2_studio.media.isolated import IsolatedSource
from sam2_studio.media.masks import read_mask
from sam2_studio.media.open import open_media
from sam2_studio.media.worker import WORKERS, Worker, Workers
from tests.media_factory import numbered_frames, read_number, write_cover, write_video
from tests.window import close, go_to, opened, shown, until

QUICK = 0.6  # seconds without progress, so that a hang needn't last


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return write_video(tmp_path / "a.mp4", numbered_frames(12), gop=4)


@pytest.fixture
def workers() -> Iterator[Workers]:
    made = Workers(module="tests.faults.faulty_decoder")
    yield made
    made.end()


@pytest.fixture
def fault(monkeypatch: pytest.MonkeyPatch) -> object:
    return lambda text: monkeypatch.setenv("SAM2_STUDIO_FAULT", text)


def worker_of(source: IsolatedSource) -> Worker:
    assert source._worker is not None
    return source._worker


def test_a_killed_decoder_is_started_again_and_told_once(clip: Path, caplog: pytest.LogCaptureFixture) -> None:
    told: list[str] = []
    with open_media(clip) as plain, IsolatedSource(clip, on_notice=told.append) as source:
        for number in (3, 7, 1):
            os.kill(worker_of(source).pid, signal.SIGKILL)
            assert source.read(number).rgb.tobytes() == plain.read(number).rgb.tobytes()
    assert told == ["The decoder of a.mp4 crashed at frame 3; it was started again."]
    assert len([r for r in caplog.records if "started again" in r.getMessage()]) == 3


def test_a_frame_that_crashes_once_is_tried_again(clip: Path, workers: Workers, fault, tmp_path: Path) -> None:
    fault(f"crash-once 5 {tmp_path / 'crashed'}")
    with IsolatedSource(clip, workers=workers) as source:
        assert [read_number(source.read(number).rgb) for number in range(12)] == list(range(12))
    assert (tmp_path / "crashed").exists()


def test_a_frame_that_always_crashes_is_refused_and_the_others_are_read(clip: Path, workers: Workers, fault) -> None:
    fault("crash 5")
    told: list[str] = []
    with IsolatedSource(clip, workers=workers, on_notice=told.append) as source:
        for _ in range(2):
            with pytest.raises(MediaError, match=r"a\.mp4 makes its decoder crash at frame 5"):
                source.read(5)
        assert [read_number(source.read(number).rgb) for number in (4, 6, 11, 0)] == [4, 6, 11, 0]
    assert len(told) == 1


def test_a_hang_ends_after_a_while_without_progress(clip: Path, workers: Workers, fault) -> None:
    fault("hang 5")
    with IsolatedSource(clip, workers=workers, patience=QUICK) as source:
        hung = worker_of(source)
        with pytest.raises(MediaError, match=r"makes its decoder hang at frame 5"):
            source.read(5)
        assert not hung.is_alive
        assert read_number(source.read(6).rgb) == 6


def test_a_stopped_process_counts_as_hung(clip: Path) -> None:
    with IsolatedSource(clip, patience=QUICK) as source:
        os.kill(worker_of(source).pid, signal.SIGSTOP)
        with pytest.raises(MediaError, match="hang at frame 2"):
            source.read(2)
        assert read_number(source.read(3).rgb) == 3


def test_slow_but_steady_is_no_hang(clip: Path, workers: Workers, fault) -> None:
    fault("slow 0.2")
    with IsolatedSource(clip, workers=workers, patience=1.0) as source:
        assert [read_number(source.read(number).rgb) for number in range(6)] == list(range(6))


@pytest.mark.parametrize(("kind", "word"), [("open-crash", "crash"), ("open-hang", "hang")])
def test_a_file_that_cannot_even_be_opened_is_an_error(
    kind: str, word: str, clip: Path, workers: Workers, fault
) -> None:
    fault(kind)
    with pytest.raises(MediaError, match=rf"a\.mp4 makes its decoder {word} and can't be opened") as caught:
        IsolatedSource(clip, workers=workers, patience=QUICK)
    assert caught.value.way_out


def test_endless_input_is_given_up(tmp_path: Path, workers: Workers, fault) -> None:
    """A pipe that never says anything, taken for a file: opening it makes no progress."""
    fault("pipe")
    os.mkfifo(tmp_path / "endless.mkv")
    silent = os.open(tmp_path / "endless.mkv", os.O_RDWR)
    with pytest.raises(MediaError, match="hang"):
        IsolatedSource(tmp_path / "endless.mkv", workers=workers, patience=QUICK)
    os.close(silent)


@pytest.mark.parametrize("kind", ["open-hang", "hang 5"])
def test_cancel_ends_the_wait_and_the_process(kind: str, clip: Path, workers: Workers, fault) -> None:
    fault(kind)
    stop, ended = Event(), Event()
    pids: list[int] = []

    def wait() -> None:
        try:
            source = IsolatedSource(clip, workers=workers, stopped=stop.is_set)
            pids.append(worker_of(source).pid)
            source.read(5)
        except Cancelled:
            ended.set()

    thread = Thread(target=wait)
    thread.start()
    assert not ended.wait(0.3)
    stop.set()
    assert ended.wait(10)
    thread.join()
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_a_decoder_that_lies_is_not_believed(clip: Path, workers: Workers, fault) -> None:
    fault("lie")
    with IsolatedSource(clip, workers=workers) as source, pytest.raises(MediaError, match="gave another frame"):
        source.read(3)


def test_an_answer_without_sense_is_an_error_and_ends_the_decoder(clip: Path, workers: Workers, fault) -> None:
    fault("nonsense")
    with IsolatedSource(clip, workers=workers) as source:
        worker = worker_of(source)
        with pytest.raises(MediaError, match=r"decoder of a\.mp4 makes no sense"):
            source.read(3)
        assert not worker.is_alive


def test_an_interrupted_wait_leaves_no_answer_for_the_next(clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workers = Workers()
    with IsolatedSource(clip, workers=workers) as source:
        worker, answer = worker_of(source), Worker.answer

        def interrupted(*_: object) -> dict[str, object]:
            raise KeyboardInterrupt

        monkeypatch.setattr(Worker, "answer", interrupted)
        with pytest.raises(KeyboardInterrupt):
            source.read(3)
        monkeypatch.setattr(Worker, "answer", answer)
        assert not worker.is_alive
        assert read_number(source.read(7).rgb) == 7
    workers.end()


def test_errors_and_logs_come_through(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(MediaError, match=r"c\.mp4 has no video stream \(a cover picture is not a video\)"):
        IsolatedSource(write_cover(tmp_path / "c.mp4"))
    path = write_video(tmp_path / "a.mov", numbered_frames(6), codec="png", pix_fmt="rgb24")
    data = bytearray(path.read_bytes())
    place = -1
    for _ in range(4):
        place = data.index(b"\x89PNG", place + 1)
    data[place : place + 8] = bytes(8)
    path.write_bytes(data)
    with caplog.at_level(logging.WARNING), IsolatedSource(path) as source:
        assert read_number(source.read(3).rgb) == 2
        with pytest.raises(PromptError, match="Its frames are 0 to 5"):
            source.read(6)
    assert any("Frame 3" in record.getMessage() for record in caplog.records)


def test_a_clip_that_changed_meanwhile_is_not_taken_for_the_old_one(clip: Path) -> None:
    with IsolatedSource(clip) as source:
        write_video(clip, numbered_frames(7))
        os.kill(worker_of(source).pid, signal.SIGKILL)
        with pytest.raises(MediaError, match=r"a\.mp4 has changed since it was opened"):
            source.read(3)


@pytest.fixture
def all_faulty(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every decoder of the program has the fault."""
    WORKERS.end()
    monkeypatch.setattr(WORKERS, "_module", "tests.faults.faulty_decoder")
    yield
    WORKERS.end()


def test_pictures_that_crash_their_decoder_are_errors_too(all_faulty: None, fault, tmp_path: Path) -> None:
    """Masks that are imported, pictures behind the subject, previews of exports and `cutout`."""
    fault("open-crash")
    picture, target = tmp_path / "a.png", tmp_path / "o.png"
    Image.new("RGB", (16, 16), "white").save(picture)
    with pytest.raises(MediaError, match=r"a\.png makes its decoder crash"):
        read_mask(picture, Size(16, 16))
    with pytest.raises(ExportError, match=r"background picture .*a\.png can't be read"):
        fitted_picture(Background(picture=picture), Size(16, 16))
    with pytest.raises(MediaError, match=r"a\.png makes its decoder crash"):
        stills._checked([picture], target, None, overwrite=False)
    info = ClipInfo(path=str(picture), kind=ClipKind.STILL, frames=1, width=16, height=16)
    previewer = Previewer(Clip.whole(info), [CutObject(id=1, name="a", color="#FF0000")], {}, 0)
    with pytest.raises(MediaError, match=r"a\.png makes its decoder crash"):
        previewer.picture(ExportSpec(preset="png", target=target), 100)


def test_an_import_of_masks_ends_though_its_decoder_hangs(all_faulty: None, fault, tmp_path: Path) -> None:
    fault("open-hang")
    Image.new("RGB", (16, 16), "white").save(tmp_path / "a.png")
    with pytest.raises(Cancelled):
        read_mask(tmp_path / "a.png", Size(16, 16), lambda: True)


def test_workers_are_used_again_and_dead_ones_are_not(clip: Path) -> None:
    workers = Workers()
    with IsolatedSource(clip, workers=workers) as source:
        first = worker_of(source).pid
    with IsolatedSource(clip, workers=workers) as source:
        assert worker_of(source).pid == first
    os.kill(first, signal.SIGKILL)
    with IsolatedSource(clip, workers=workers) as source:
        assert worker_of(source).pid != first
        assert read_number(source.read(2).rgb) == 2
    workers.end()


@pytest.mark.skipif(not psutil.LINUX, reason="glibc's settings")
def test_a_decoder_keeps_its_memory_unless_the_user_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MALLOC_TRIM_THRESHOLD_", "4096")
    workers = Workers()
    worker = workers.take()
    settings = psutil.Process(worker.pid).environ()
    assert int(settings["MALLOC_MMAP_THRESHOLD_"]) > 1920 * 1080 * 3
    assert settings["MALLOC_TRIM_THRESHOLD_"] == "4096"
    worker.end()


def test_an_idle_worker_holds_no_file(clip: Path) -> None:
    workers = Workers()
    with IsolatedSource(clip, workers=workers) as source:
        pid = worker_of(source).pid
        source.read(3)
    with IsolatedSource(clip.parent / "a.mp4", workers=workers) as source:  # its answer says that closing is over
        source.read(0)
    workers.end()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_the_window_lives_on_when_its_decoder_is_killed(qtbot: QtBot, studio_home: Path, clip: Path) -> None:
    window = opened(qtbot, shown(qtbot), clip)
    source = window.loader._source
    assert source is not None
    os.kill(worker_of(source._source).pid, signal.SIGKILL)  # type: ignore[arg-type]
    source.clear()
    go_to(qtbot, window, 9)
    assert window.canvas.frame is not None
    assert read_number(window.canvas.frame.rgb) == 9
    until(qtbot, lambda: "was started again" in window.message_bar.text)
    assert window.message_bar.property("kind") == "warning"
    close(window)

"""Fixtures for every test: the folder of real clips, if it is there, and a home of its own for settings and caches."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent


def pytest_configure() -> None:
    """Let Ctrl+C reach programs that tests start: a shell that starts the tests in the background has it ignored."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def shared_media() -> Path:
    """The folder of real clips beside the checkout; the test is skipped where it isn't."""
    folder = REPOSITORY.parent / "shared" / "media"
    if not folder.is_dir():
        pytest.skip("the real clips (shared/media beside the checkout) are not here")
    return folder


@pytest.fixture
def sample_clip() -> Path:
    """The embedded sample: Big Buck Bunny, 1280x720, 132 frames at 25 a second."""
    return REPOSITORY / "resources" / "sample" / "bigbuckbunny.mp4"


@pytest.fixture(autouse=True)
def studio_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty SAM2_STUDIO_HOME and model cache, so that no test reads or writes what is the user's own."""
    home = tmp_path / "studio-home"
    monkeypatch.setenv("SAM2_STUDIO_HOME", str(home))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    return home


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Let torch compute on one thread: on a busy machine the threads of small steps mostly wait for each other."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)

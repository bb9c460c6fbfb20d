"""The job queue: who goes first, what replaces what, and that everything ends exactly once.."""

from collections.abc import Iterator

import pytest
from sam2_studio.engine.jobs import CancelToken, JobQueue, Priority
from sam2_studio.errors import Cancelled


class Log:
    """Notes items and ends in the order in which they came."""

    def __init__(self, queue: JobQueue) -> None:
        self.queue = queue
        self.seen: list[str] = []

    def submit(self, name: str, steps: int, *, key: str = "", priority: Priority = Priority.TRACK) -> None:
        def work(token: CancelToken) -> Iterator[object]:
            try:
                for n in range(steps):
                    yield f"{name}{n}"
            finally:
                self.seen.append(f"{name} closed")

        self.queue.submit(work, on_item=self.item, on_end=lambda e: self.end(name, e), key=key, priority=priority)

    def item(self, item: object) -> None:
        self.seen.append(str(item))

    def end(self, name: str, error: BaseException | None) -> None:
        self.seen.append(f"{name} ended {type(error).__name__ if error else 'well'}")


@pytest.fixture
def log() -> Log:
    return Log(JobQueue())


def test_a_job_gives_its_items_and_ends_once(log: Log) -> None:
    log.submit("a", 2)
    log.queue.run_until_idle()
    assert log.seen == ["a0", "a1", "a closed", "a ended well"]
    assert log.queue.step() is False


def test_a_click_goes_between_two_steps_of_a_track(log: Log) -> None:
    log.submit("track", 3)
    log.queue.step()
    log.submit("click", 1, priority=Priority.CLICK)
    log.queue.run_until_idle()
    assert [s for s in log.seen if s[-1].isdigit()] == ["track0", "click0", "track1", "track2"]


def test_jobs_of_one_priority_go_in_the_order_in_which_they_came(log: Log) -> None:
    log.submit("a", 2)
    log.submit("b", 1)
    log.queue.run_until_idle()
    assert [s for s in log.seen if s[-1].isdigit()] == ["a0", "a1", "b0"]


def test_the_latest_of_a_key_wins(log: Log) -> None:
    for n in range(50):
        log.submit(f"p{n}-", 1, key="preview", priority=Priority.PREVIEW)
    log.queue.run_until_idle()
    assert [s for s in log.seen if s.endswith("-0")] == ["p49-0"]
    assert sum(s.endswith("ended Cancelled") for s in log.seen) == 49


def test_a_newer_job_of_the_key_stops_one_under_way(log: Log) -> None:
    log.submit("old", 9, key="track")
    log.queue.step()
    log.submit("new", 1, key="track")
    log.queue.run_until_idle()
    assert log.seen == ["old0", "old closed", "old ended Cancelled", "new0", "new closed", "new ended well"]


def test_a_cancelled_job_ends_before_any_other_step(log: Log) -> None:
    log.submit("track", 9, key="track")
    log.queue.step()
    log.submit("click", 1, priority=Priority.CLICK)
    log.queue.cancel("track")
    log.queue.step()
    assert log.seen == ["track0", "track closed", "track ended Cancelled"]


def test_cancelling_one_key_leaves_the_others(log: Log) -> None:
    log.submit("a", 1, key="a")
    log.submit("b", 1, key="b")
    log.queue.cancel("a")
    log.queue.run_until_idle()
    assert "a0" not in log.seen
    assert "b0" in log.seen


def test_an_error_ends_its_own_job_and_no_other(log: Log) -> None:
    def broken(token: CancelToken) -> Iterator[object]:
        yield "x0"
        raise ValueError("no")

    log.queue.submit(broken, on_item=log.item, on_end=lambda e: log.end("x", e), priority=Priority.CLICK)
    log.submit("a", 1)
    log.queue.run_until_idle()
    assert log.seen == ["x0", "x ended ValueError", "a0", "a closed", "a ended well"]


def test_a_token_raises_in_the_middle_of_a_step() -> None:
    token = CancelToken()
    token.check()
    token.cancel()
    assert token.cancelled
    with pytest.raises(Cancelled):
        token.check()


def test_cancel_all_ends_everything(log: Log) -> None:
    log.submit("a", 5)
    log.submit("b", 5)
    log.queue.step()
    log.queue.cancel_all()
    assert log.seen == ["a0", "a closed", "a ended Cancelled", "b ended Cancelled"]
    assert log.queue.wait(timeout=0) is False


def test_waiting_ends_when_there_is_work(log: Log) -> None:
    log.submit("a", 1)
    assert log.queue.wait() is True

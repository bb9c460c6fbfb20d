"""A stand-in for the workers of the queue of clips: does nothing, and says of each item what the test tells it to."""

import queue
from collections.abc import Callable, Generator, Sequence

from sam2_studio.batch.items import Fate, Item, Outcome, Step

STOP = "stop"


class ToldPool:
    """Takes the place of `WorkerPool`.

    Attributes:
        answers: What becomes of the items, one after the other: "" for done, else why it failed. Each item waits for
            its answer.
        items: All that were handed out.
    """

    def __init__(self) -> None:
        self.answers: queue.Queue[str] = queue.Queue()
        self.items: list[Item] = []

    def __call__(self, workers: int, threads: int, work: object) -> "ToldPool":
        """Be made, as `WorkerPool` is."""
        assert workers == 1
        assert threads >= 1
        return self

    def stop(self) -> None:
        self.answers.put(STOP)

    def run_as_told(
        self, take: Callable[[Sequence[Item]], Item | None], *, at_most: int
    ) -> Generator[Step | Outcome, None, None]:
        assert at_most == 1
        while (item := take(())) is not None:
            self.items.append(item)
            yield Step(item.output, "Tracking", 1, 4)
            error = self.answers.get()
            if error == STOP:
                return
            fate = Fate.FAILED if error else Fate.DONE
            yield Outcome(output=item.output, line=1, said=item.said, fate=fate, error=error, frames=4, doubtful=1)

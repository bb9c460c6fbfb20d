"""What gives way when memory runs out, rung by rung, so that the work can go on: out of memory is a state, not an end.

1. The caches are emptied and the same step is done again; 2. fewer points are put to the network at once; 3. the
network works at half its size, if it can; 4. a GPU gives way to the processor. Only then the step fails, with a way
out. Each rung is said once. The first two change no arithmetic but the order of sums; a mask made at a smaller size
says so in its recipe.

Objects are no rung: the tracker computes them one after another anyway, and what it remembers of one (about 4 MB for
SAM 2) is little beside what a single step needs.
"""

import gc
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeVar
from weakref import WeakSet

import cv2
import psutil
import torch

from sam2_studio.engine.allocator import return_freed_memory
from sam2_studio.engine.device import choose_dtype
from sam2_studio.engine.embeddings import FeatureCache
from sam2_studio.engine.models import Model
from sam2_studio.engine.shortage import is_shortage
from sam2_studio.errors import ModelError

AT_A_TIME = 9  # lone points decoded together: more gains little and costs memory
SMALLEST_SIDE = 512  # no network is made to work below that
WORKING_ROOM = 2 << 30  # bytes of main memory that a network needs beside its weights

Answer = TypeVar("Answer")


def say_nothing(sentence: str) -> None:
    """Nobody wants to know."""


class Relief:
    """Holds the model as it computes now, and makes steps that run out of memory again with less.

    Attributes:
        model: The one loaded, or what is left of it: smaller, or on the processor.

    Args:
        model: As `load_model` gives it.
        on_notice: Told in a sentence what had to give way.
        borrowed: Whether somebody else owns the model: it must then stay as it is, and only caches give way.
    """

    def __init__(self, model: Model, on_notice: Callable[[str], None] = say_nothing, *, borrowed: bool = False) -> None:
        self.model = model
        self._whole = model.network
        self._on_notice = on_notice
        self._borrowed = borrowed
        self._caches: WeakSet[FeatureCache] = WeakSet()
        self._at_a_time = AT_A_TIME
        self._asks_many = False
        self._said: set[str] = set()
        self._busy = False

    def watch(self, features: FeatureCache) -> None:
        """Have this cache emptied when memory runs out."""
        self._caches.add(features)

    def points_at_once(self) -> int:
        """How many points a step may put to the network at once."""
        self._asks_many = True
        return self._at_a_time

    def restore(self) -> None:
        """Go back to the full size, for a new run; a network that went to the processor stays there."""
        if self.model.network is not self._whole:
            self.model = replace(self.model, network=self._whole, reduced_to=None)
        self._at_a_time = AT_A_TIME
        self._said.clear()

    def eased(self, step: Callable[[], Answer]) -> Answer:
        """Do a step, again with less where memory runs out. It must leave nothing behind when it fails.

        Raises:
            ModelError: nothing is left that could give way.
        """
        if self._busy:
            return step()  # a part of a step that is done again as a whole
        self._busy, self._asks_many = True, False
        rungs = iter((self._emptied, self._fewer_points, self._smaller, self._on_the_processor))
        try:
            while True:
                try:
                    return step()
                except (MemoryError, RuntimeError, OSError, cv2.error) as error:
                    if not is_shortage(error):
                        raise
                # after the handler: until it ends, the error holds on to all that the step had made
                self.empty()
                self._climb(rungs)
        finally:
            self._busy = False

    def _climb(self, rungs: Iterator[Callable[[], str]]) -> None:
        """Take the next rung that there is.

        Raises:
            ModelError: there is none.
        """
        for rung in rungs:
            if sentence := rung():
                self.empty()
                if sentence not in self._said:
                    self._said.add(sentence)
                    self._on_notice(sentence)
                return
        raise ModelError(
            f"There isn't enough memory for {self.model.name} on the device {self.model.device.type}.",
            "Use a smaller model or another device, or close other programs.",
        )

    def empty(self) -> None:
        """Let go of what is held for speed."""
        for cache in self._caches:
            cache.clear()
        empty_device_caches()

    # The rungs: what was done, in a sentence, or "" where it can't be done

    def _emptied(self) -> str:
        return "Memory ran short: what was held for speed was let go."

    def _fewer_points(self) -> str:
        if not self._asks_many or self._at_a_time == 1:
            return ""
        self._at_a_time = 1
        return "Memory ran short: points are now put to the model one by one."

    def _smaller(self) -> str:
        side = self.model.traits.working_size // 2
        may = side >= SMALLEST_SIDE and not self._borrowed
        smaller = self.model.network.resized(side) if may else None
        if smaller is None:
            return ""
        self.model = replace(self.model, network=smaller, reduced_to=side)
        return (
            f"Memory ran short: {self.model.name} now works at {side} pixels instead of {2 * side}, edges are coarser."
        )

    def _on_the_processor(self) -> str:
        model = self.model
        weights = sum(tensor.nbytes for tensor in model.network.state_dict().values())
        room = psutil.virtual_memory().available >= weights + WORKING_ROOM
        if self._borrowed or model.device.type == "cpu" or not room:
            return ""
        processor = torch.device("cpu")
        dtype = choose_dtype("auto", processor, half_precision=model.traits.half_precision)
        for network in (self._whole, model.network):  # they may share their weights
            network.to(processor).hold_weights(dtype)
        self.model = replace(model, device=processor, dtype=dtype)
        return f"Memory ran short on the GPU: {model.name} now computes on the processor, which takes longer."


def empty_device_caches() -> None:
    """Give back to the system what Python and torch hold without using it."""
    gc.collect()
    return_freed_memory()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    if torch.backends.mps.is_available():
        torch.mps.empty_cache()

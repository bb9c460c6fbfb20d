"""A network with faults on demand: it runs out of memory at chosen calls, or answers what is no number. Loads torch."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch
from sam2_studio.networks.interface import Decoded, FrameMemory, ImageFeatures, NetworkTraits, PromptableNetwork


class Calls:
    """Numbers the calls of a network and of those made from it, from 1; some raise.

    Args:
        fault: What a call raises, by its number and the working size of the network called; None for nothing.
    """

    def __init__(self, fault: Callable[[int, int], BaseException | None] = lambda number, side: None) -> None:
        self.fault = fault
        self.made = 0
        self.pictures = 0

    def make(self, side: int) -> None:
        self.made += 1
        error = self.fault(self.made, side)
        if error is not None:
            raise error


class FaultyNetwork(PromptableNetwork):
    """Does what another network does, but for what is to go wrong. It can be resized where `sizes` says so.

    Args:
        network: Answers.
        calls: Counts calls and raises.
        no_number_from: How many pictures it sees well; from the next one on its answers are NaN.
        sizes: Working sizes that it can be made to work at.
        traits: Changes to the network's own; no second look by default, so that a frame is one picture.
    """

    def __init__(
        self,
        network: PromptableNetwork,
        calls: Calls | None = None,
        *,
        no_number_from: int | None = None,
        sizes: tuple[int, ...] = (),
        **traits: Any,
    ) -> None:
        super().__init__()
        self.network = network
        self.calls = calls or Calls()
        self.no_number_from = no_number_from
        self.sizes = sizes
        self.held_in: list[torch.dtype] = []
        self._traits = replace(network.traits, **{"second_look": False, **traits})

    @property
    def traits(self) -> NetworkTraits:
        return self._traits

    def hold_weights(self, dtype: torch.dtype) -> None:
        self.held_in.append(dtype)

    def resized(self, side: int) -> "FaultyNetwork | None":
        if side not in self.sizes:
            return None
        inner = self.network.resized(side) or self.network
        return FaultyNetwork(inner, self.calls, no_number_from=self.no_number_from, sizes=self.sizes, working_size=side)

    def encode_image(self, rgb_bhwc: torch.Tensor) -> ImageFeatures:
        self.calls.make(self.traits.working_size)
        self.calls.pictures += 1
        return self.network.encode_image(rgb_bhwc)

    def condition(self, *args: Any, **options: Any) -> ImageFeatures:
        self.calls.make(self.traits.working_size)
        return self.network.condition(*args, **options)

    def decode(self, *args: Any) -> Decoded:
        self.calls.make(self.traits.working_size)
        decoded = self.network.decode(*args)
        broken = self.no_number_from is not None and self.calls.pictures > self.no_number_from
        return replace(decoded, masks=decoded.masks * float("nan")) if broken else decoded

    def encode_memory(self, *args: Any, **options: Any) -> FrameMemory:
        self.calls.make(self.traits.working_size)
        return self.network.encode_memory(*args, **options)

"""Stand-ins that several tests share: they hold no logic of the package."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sam2_studio.core.clip import ClipInfo
from sam2_studio.core.frames import Frame, Timestamp, checked_frame
from sam2_studio.networks.interface import Decoded, FrameMemory, ImageFeatures, NetworkTraits, PromptableNetwork


class ArraySource:
    """A FrameSource over arrays: (H, W, 3), uint8 or uint16, shown at `pts` ticks of `time_base`."""

    def __init__(
        self,
        frames: Sequence[NDArray[np.uint8] | NDArray[np.uint16]],
        info: ClipInfo,
        *,
        pts: Sequence[int] | None = None,
        time_base: Fraction | None = None,
        alpha: NDArray[np.uint8] | NDArray[np.uint16] | None = None,
    ) -> None:
        self.info = info
        self._frames, self._alpha = frames, alpha
        self._pts = range(len(frames)) if pts is None else pts
        self._base = time_base or 1 / info.rate

    def timestamp(self, number: int) -> Timestamp:
        return Timestamp(self._pts[checked_frame(number, len(self._frames))], self._base)

    def read(self, number: int) -> Frame:
        stamp = self.timestamp(number)
        return Frame(number, self._frames[number], stamp, self._alpha)

    def close(self) -> None:
        """Holds nothing."""


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
        return FaultyNetwork(
            self.network, self.calls, no_number_from=self.no_number_from, sizes=self.sizes, working_size=side
        )

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

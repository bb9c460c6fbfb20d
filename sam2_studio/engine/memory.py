"""What the tracker remembers of one object, bounded whatever the clip's length. Values in, values out; no network."""

from collections import OrderedDict, deque
from collections.abc import Callable, Iterable

import torch

from sam2_studio.networks.interface import FrameMemory, NetworkTraits, Remembered


class MemoryBank:
    """The memories of one object in one direction of tracking.

    Conditioning memories are made when first needed and dropped when others are nearer; recent ones push out old ones.

    Args:
        traits: How much the network attends to.
        conditioning: Frames on which the user said what the object is.
        make: Makes the memory of such a frame; called once for each that is needed, again only if it was dropped.
        step: 1 when tracking forwards, -1 backwards.
    """

    def __init__(
        self, traits: NetworkTraits, conditioning: Iterable[int], make: Callable[[int], FrameMemory], step: int
    ) -> None:
        self._traits = traits
        self._conditioning = tuple(sorted(conditioning))
        self._make = make
        self._step = step
        self._made: OrderedDict[int, FrameMemory] = OrderedDict()
        self._recent: deque[tuple[int, FrameMemory]] = deque(maxlen=traits.pointer_frames)

    @property
    def nbytes(self) -> int:
        """Bytes of all memories held."""
        return sum(m.nbytes for m in self._made.values()) + sum(m.nbytes for _, m in self._recent)

    def remember(self, frame: int, memory: FrameMemory) -> None:
        """Keep the memory of a tracked frame."""
        self._recent.append((frame, memory))
        keep_maps = self._traits.recent_memories
        for place in range(len(self._recent) - keep_maps):
            number, older = self._recent[place]
            self._recent[place] = (number, older.without_map())

    def forget_recent(self) -> None:
        """Begin a new stretch: what was tracked before it isn't its past."""
        self._recent.clear()

    def look_from_elsewhere(self, anchor: tuple[int, FrameMemory] | None) -> None:
        """The network sees another part of the picture now: maps don't fit any more, pointers have no place and stay.

        Args:
            anchor: A frame, and its memory as seen in the new part; conditioning memories are made again.
        """
        self._made.clear()
        kept = [(n, memory.without_map()) for n, memory in self._recent if anchor is None or n != anchor[0]]
        self._recent.clear()
        self._recent.extend(kept)
        if anchor is not None:
            self.remember(*anchor)

    def forget(self) -> None:
        """Forget everything: the network sees at another size now. Conditioning memories are made again."""
        self._made.clear()
        self._recent.clear()

    def move(self, device: torch.device) -> None:
        """Take all memories to where the network computes now."""
        for number, memory in self._made.items():
            self._made[number] = memory.on(device)
        for place, (number, memory) in enumerate(self._recent):
            self._recent[place] = (number, memory.on(device))

    def recall(self, frame: int) -> list[Remembered]:
        """What `frame` may attend to: the nearest conditioning memories, then the recent ones, oldest first."""
        nearest = self._nearest(frame)
        remembered = [Remembered(self._conditioning_memory(n), self._age(n, frame), True) for n in nearest]
        for number in [n for n in self._made if n not in nearest]:
            del self._made[number]
        for number, memory in self._recent:
            age = min(self._age(number, frame), self._traits.oldest_age)
            remembered.append(Remembered(memory, age, False))
        return remembered

    def _nearest(self, frame: int) -> list[int]:
        """The conditioning frames used at `frame`, nearest first; at equal distance the one already passed."""
        return sorted(self._conditioning, key=lambda n: (abs(n - frame), self._age(n, frame) < 0))[
            : self._traits.conditioning_limit
        ]

    def _conditioning_memory(self, number: int) -> FrameMemory:
        if number not in self._made:
            self._made[number] = self._make(number)
        return self._made[number]

    def _age(self, number: int, frame: int) -> int:
        return (frame - number) * self._step

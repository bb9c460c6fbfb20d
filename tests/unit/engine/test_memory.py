"""The memory bank: what it offers a frame, and that it stays small."""

import pytest
import torch
from sam2_studio.engine.memory import MemoryBank
from sam2_studio.networks.interface import FrameMemory, NetworkTraits


def traits(**changes: int) -> NetworkTraits:
    values = {"recent_memories": 3, "pointer_frames": 5, "oldest_age": 2, "conditioning_limit": 2} | changes
    return NetworkTraits(
        name="test",
        working_size=64,
        remembers_absence=False,
        remembers_answer=False,
        corrects_locally=False,
        second_look=False,
        window_pays=False,
        snap=False,
        half_precision=False,
        **values,
    )


def memory(number: int) -> FrameMemory:
    return FrameMemory(torch.full((1, 2, 4, 4), float(number)), torch.full((1, 8), float(number)))


class Maker:
    def __init__(self) -> None:
        self.made: list[int] = []

    def __call__(self, number: int) -> FrameMemory:
        self.made.append(number)
        return memory(number)


def test_recent_memories_come_oldest_first_with_capped_ages() -> None:
    bank = MemoryBank(traits(), [0], Maker(), 1)
    for frame in (1, 2, 3):
        bank.remember(frame, memory(frame))
    recalled = bank.recall(4)
    assert [(int(r.memory.pointer[0, 0]), r.age, r.conditioning) for r in recalled] == [
        (0, 4, True),
        (1, 2, False),
        (2, 2, False),
        (3, 1, False),
    ]


def test_older_ones_keep_their_pointer_only_and_then_go() -> None:
    bank = MemoryBank(traits(), [0], Maker(), 1)
    for frame in range(1, 9):
        bank.remember(frame, memory(frame))
    recent = bank.recall(9)[1:]
    assert [int(r.memory.pointer[0, 0]) for r in recent] == [4, 5, 6, 7, 8]
    assert [r.memory.map is None for r in recent] == [True, True, False, False, False]


def test_backwards_ages_count_down_the_clip() -> None:
    bank = MemoryBank(traits(), [9], Maker(), -1)
    bank.remember(8, memory(8))
    assert [(r.age, r.conditioning) for r in bank.recall(7)] == [(2, True), (1, False)]


def test_the_nearest_conditioning_frames_are_used_and_made_once() -> None:
    maker = Maker()
    bank = MemoryBank(traits(), [0, 10, 100], maker, 1)
    assert maker.made == []
    assert [r.age for r in bank.recall(2)] == [2, -8]
    assert [r.age for r in bank.recall(3)] == [3, -7]
    assert maker.made == [0, 10]
    assert [r.age for r in bank.recall(99)] == [-1, 89]
    assert maker.made == [0, 10, 100]


def test_at_equal_distance_the_frame_passed_already_wins() -> None:
    bank = MemoryBank(traits(conditioning_limit=1), [0, 10], Maker(), 1)
    assert [r.age for r in bank.recall(5)] == [5]


def test_forgetting_leaves_the_conditioning_frames() -> None:
    bank = MemoryBank(traits(), [0], Maker(), 1)
    bank.remember(1, memory(1))
    bank.forget_recent()
    assert [r.conditioning for r in bank.recall(2)] == [True]


def test_forgetting_everything_makes_the_conditioning_memories_anew() -> None:
    maker = Maker()
    bank = MemoryBank(traits(), [0], maker, 1)
    bank.recall(1)
    bank.remember(1, memory(1))
    bank.forget()
    assert bank.nbytes == 0
    assert [(r.age, r.conditioning) for r in bank.recall(2)] == [(2, True)]
    assert maker.made == [0, 0]


def test_moving_takes_every_memory_along() -> None:
    bank = MemoryBank(traits(), [0], Maker(), 1)
    bank.recall(1)
    for frame in range(1, 6):
        bank.remember(frame, memory(frame))
    elsewhere = torch.device("meta")
    bank.move(elsewhere)
    memories = [r.memory for r in bank.recall(6)]
    assert len(memories) == 6
    assert {m.pointer.device for m in memories} == {elsewhere}
    assert [m.map is None for m in memories] == [False, True, True, False, False, False]


@pytest.mark.parametrize("step", [1, -1])
def test_bytes_held_do_not_grow_with_the_clip(step: int) -> None:
    bank = MemoryBank(traits(), range(0, 3000, 50), Maker(), step)
    held = []
    for frame in range(3000)[::step]:
        bank.recall(frame)
        bank.remember(frame, memory(frame))
        held.append(bank.nbytes)
    assert max(held[300:]) <= max(held[:300])

"""Where and how the network computes: device, threads, memory in use. Loads torch only when asked to choose."""

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil

from sam2_studio.errors import ModelError

if TYPE_CHECKING:
    import torch

DEVICES = ("auto", "cpu", "cuda")


@dataclass(frozen=True)
class MemoryReport:
    """Bytes in use: of this process in main memory, of torch on the GPU (0 where there is none)."""

    process: int
    gpu: int


def choose_device(name: str = "auto") -> "torch.device":
    """The torch device for `auto`, `cpu` or `cuda`.

    Raises:
        ModelError: there is no such device here.
    """
    import torch

    if name not in DEVICES:
        raise ModelError(f"There is no device called {name}.", f"Use one of {', '.join(DEVICES)}.")
    if name == "cuda" and not torch.cuda.is_available():
        raise ModelError("There is no CUDA device that torch can use here.", "Use the device cpu or auto.")
    return torch.device("cuda" if name != "cpu" and torch.cuda.is_available() else "cpu")


def use_threads(count: int | None = None) -> int:
    """Let torch use `count` threads, by default one for each core this process may use; returns the number."""
    import torch

    wanted = max(1, count or len(os.sched_getaffinity(0)))
    torch.set_num_threads(wanted)
    return wanted


def process_bytes() -> int:
    """Main memory that this process holds; doesn't load torch."""
    return int(psutil.Process().memory_info().rss)


def memory_report() -> MemoryReport:
    """What this process holds now."""
    import torch

    gpu = torch.cuda.memory_allocated() if torch.cuda.is_available() else 0
    return MemoryReport(process_bytes(), gpu)

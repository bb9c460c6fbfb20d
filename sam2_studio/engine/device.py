"""Where and how the network computes: device, number type, threads, memory in use. Loads torch only when asked.

A GPU that is there but can't be used costs speed, not the work: `auto` then takes the processor and says so.
"""

import os
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil

from sam2_studio.engine.half_precision import bfloat16_gain, bfloat16_pays
from sam2_studio.errors import ModelError

if TYPE_CHECKING:
    import torch

DEVICES = ("auto", "cpu", "cuda", "mps")
DTYPES = ("auto", "float32", "bfloat16", "float16")
_GPUS = ("cuda", "mps")
_NATIVE_BFLOAT16 = (8, 0)  # CUDA compute capability from which the hardware multiplies bfloat16 itself


@dataclass(frozen=True)
class Place:
    """Where a network computes.

    Attributes:
        device: Where.
        dtype: The number type of its products; what it gives back to us is always float32.
        notice: One sentence for the user where it isn't what might be expected, or "".
    """

    device: "torch.device"
    dtype: "torch.dtype"
    notice: str = ""


@dataclass(frozen=True)
class MemoryReport:
    """Bytes in use: of this process in main memory, of torch on the GPU (0 where there is none)."""

    process: int
    gpu: int


def choose_place(device: str = "auto", dtype: str = "auto", *, half_precision: bool = True) -> Place:
    """Device and number type by name.

    Args:
        device: One of `DEVICES`; `auto` takes the first GPU that works, else the processor.
        dtype: One of `DTYPES`; `auto` takes what the device does best.
        half_precision: Whether `auto` may take a type shorter than float32.

    Raises:
        ModelError: there is no such device or type here, or the device can't compute in it.
    """
    place, notice = choose_device(device)
    return Place(place, choose_dtype(dtype, place, half_precision=half_precision), notice)


def choose_device(name: str = "auto") -> "tuple[torch.device, str]":
    """The torch device of a name, and a sentence where `auto` can't take the GPU that is there, or "".

    Raises:
        ModelError: there is no such device here, or it doesn't work.
    """
    import torch

    _check_name(name, DEVICES, "device")
    if name in _GPUS:
        fault = gpu_fault(name)
        if fault is not None:
            reason = fault or "torch finds none"
            raise ModelError(f"The device {name} can't be used here: {reason}.", "Use the device cpu or auto.")
        return torch.device(name), ""
    broken = ""
    for gpu in _GPUS if name == "auto" else ():
        fault = gpu_fault(gpu)
        if fault is None:
            return torch.device(gpu), ""
        broken = broken or (fault and f"The GPU can't be used, the processor computes instead: {fault}.")
    return torch.device("cpu"), broken


def choose_dtype(name: str, device: "torch.device", *, half_precision: bool = True) -> "torch.dtype":
    """The number type of a name on a device; `auto` never takes one shorter than float32 unless `half_precision`.

    Raises:
        ModelError: there is no such type, or the device can't compute in it.
    """
    import torch

    _check_name(name, DTYPES, "number type")
    if name == "auto":
        return _best_dtype(device) if half_precision else torch.float32
    dtype: torch.dtype = getattr(torch, name)
    if not _computes(device, dtype):
        raise ModelError(f"The device {device.type} can't compute in {name}.", "Use the number type float32 or auto.")
    return dtype


def gpu_fault(name: str) -> str | None:
    """Why the GPU `cuda` or `mps` can't be used: None where it can, "" where there is none, else the reason."""
    import torch

    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            found = torch.cuda.is_available() if name == "cuda" else torch.backends.mps.is_available()
            if found:
                torch.zeros(1, device=name).item()
        except (RuntimeError, AssertionError) as error:  # a driver that is gone or too old, a device taken by others
            return _first_line(error)
    if found:
        return None
    return next((_first_line(one.message) for one in said if "CUDA" in str(one.message)), "")


def name_of(dtype: "torch.dtype") -> str:
    """`float32` and so on."""
    return str(dtype).removeprefix("torch.")


def survey() -> list[tuple[str, str]]:
    """What can compute here and how well, as (what, in words): for people who look for a fault."""
    device, _ = choose_device("auto")
    chosen = name_of(choose_dtype("auto", device))
    rows = [("device cpu", "can be used")]
    for gpu in _GPUS:
        fault = gpu_fault(gpu)
        rows.append((f"device {gpu}", "can be used" if fault is None else fault or "none found"))
    rows.append(("bfloat16 on the processor", f"{bfloat16_gain():.1f} times as fast as float32"))
    return [*rows, ("chosen for SAM 2", f"{device.type} {chosen}")]


def use_threads(count: int = 0) -> int:
    """Let torch use `count` threads, with 0 one for each core this process may use; returns the number."""
    import torch

    wanted = max(1, count or cores())
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


def _best_dtype(device: "torch.device") -> "torch.dtype":
    import torch

    if device.type == "cuda":
        native = torch.cuda.get_device_capability(device) >= _NATIVE_BFLOAT16
        return torch.bfloat16 if native else torch.float16
    if device.type == "cpu" and bfloat16_pays():
        return torch.bfloat16
    return torch.float32


def _computes(device: "torch.device", dtype: "torch.dtype") -> bool:
    """Whether the device does what networks are made of in this type: tried, for no list of it can be trusted."""
    import torch
    import torch.nn.functional as F  # noqa: N812 - the field's idiom

    if dtype == torch.float32:
        return True
    try:
        with torch.inference_mode(), warnings.catch_warnings(), torch.autocast(device.type, dtype):
            warnings.simplefilter("ignore")
            x = torch.ones(1, 8, 8, 8, device=device)
            mapped = F.conv2d(x, torch.ones(8, 8, 3, 3, device=device), padding=1)
            tokens = F.linear(mapped.flatten(2), torch.ones(64, 64, device=device))
            read = F.scaled_dot_product_attention(tokens[None], tokens[None], tokens[None])
    except (RuntimeError, TypeError):
        return False
    return read.dtype == dtype and bool(torch.isfinite(read).all())


def _check_name(name: str, known: Sequence[str], what: str) -> None:
    if name not in known:
        raise ModelError(f"There is no {what} called {name}.", f"Use one of {', '.join(known)}.")


def _first_line(error: object) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")


def cores() -> int:
    """Cores that this process may use; not every system says which."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

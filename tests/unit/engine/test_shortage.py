"""Which errors mean that memory ran out, and which don't."""

import errno
import subprocess
import sys

import cv2
import pytest
import torch
from sam2_studio.engine.shortage import is_shortage, shortage_told


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        torch.OutOfMemoryError("any words"),
        RuntimeError("CUDA error: out of memory"),
        RuntimeError("MPS backend out of memory (MPS allocated: 9 GB)"),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
        RuntimeError(
            "[enforce fail at alloc_cpu.cpp:121] err == 0. DefaultCPUAllocator: can't allocate memory: you tried"
        ),
        RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 8589934592 bytes."),
        cv2.error("OpenCV(5.0) alloc.cpp:73: error: (-4:Insufficient memory) Failed to allocate 9 bytes"),
        OSError(errno.ENOMEM, "Cannot allocate memory"),
    ],
)
def test_memory_that_ran_out_is_known(error: BaseException) -> None:
    assert is_shortage(error)


@pytest.mark.parametrize(
    "error",
    [
        None,
        RuntimeError("shape '[2, 3]' is invalid for input of size 5"),
        ValueError("out of memory"),
        cv2.error("(-215:Assertion failed) !src.empty()"),
        OSError(errno.ENOSPC, "No space left on device"),
        KeyboardInterrupt(),
    ],
)
def test_other_errors_arent(error: BaseException | None) -> None:
    assert not is_shortage(error)


def test_what_torch_really_raises_is_known() -> None:
    with pytest.raises(RuntimeError) as caught:
        torch.empty(1 << 60, dtype=torch.uint8)
    assert is_shortage(caught.value)


def test_the_user_is_told_what_to_do() -> None:
    assert shortage_told().message == "Memory ran out."
    assert "Close other programs" in shortage_told().way_out


def test_it_loads_no_torch() -> None:
    code = "import sys, sam2_studio.engine.shortage; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

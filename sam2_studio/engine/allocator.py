"""What glibc's allocator does with memory that is freed. Loads neither torch nor OpenCV.

Frames and tensors of 0.1 to 32 MiB are made and freed all the time. glibc maps each anew, its pages to be cleared by
the system, until it has seen such a size freed (mallopt(3), M_MMAP_THRESHOLD); where MALLOC_TRIM_THRESHOLD_ is set, as
Dask does for its workers, it never learns. Elsewhere than in glibc nothing is changed.
"""

import ctypes
import os
import sys

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # of malloc.h
_LARGEST = 32 << 20  # bytes: as far as glibc's own learning goes on 64 bits


def keep_freed_memory() -> None:
    """Keep what is freed for the next frame from the start. Who set the size by the environment has the last word."""
    if "MALLOC_MMAP_THRESHOLD_" in os.environ or not (mallopt := _function("mallopt")):
        return
    mallopt(_MMAP_THRESHOLD, _LARGEST)
    mallopt(_TRIM_THRESHOLD, 2 * _LARGEST)


def return_freed_memory() -> None:
    """Give what is free back to the system."""
    if trim := _function("malloc_trim"):
        trim(0)


def _function(name: str) -> "ctypes._NamedFuncPointer | None":
    return getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None

"""Freed memory is kept for the next frame, and given back on demand."""

import os
import platform
import subprocess
import sys

import pytest

FRAME = 1 << 20  # bytes; of larger ones NumPy asks for huge pages, which are one fault each
PROGRAM = f"""
import resource, sys
import numpy as np
from sam2_studio.engine.allocator import keep_freed_memory, return_freed_memory

def held():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()

if sys.argv[1] == "keep":
    keep_freed_memory()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(20):
    np.ones({FRAME}, np.uint8)
faults = resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
kept = held()
return_freed_memory()
print(faults * resource.getpagesize() // {FRAME}, (kept - held()) // {FRAME // 2})
"""
glibc = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc's allocator has this to be set")


def measured(what: str, **environment: str) -> tuple[int, int]:
    """How many of twenty frames' memory the system had to clear, and how many halves of a frame it got back."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, what], env=clean | environment, capture_output=True, text=True, check=True
    )
    faults, returned = done.stdout.split()
    return int(faults), int(returned)


@glibc
def test_the_next_frame_gets_the_memory_of_the_last() -> None:
    faults, returned = measured("keep", MALLOC_TRIM_THRESHOLD_="65536")  # as Dask starts its workers
    assert faults <= 4
    assert returned >= 1


@glibc
def test_left_alone_each_is_mapped_anew() -> None:
    assert measured("leave", MALLOC_TRIM_THRESHOLD_="65536")[0] >= 19


@glibc
def test_who_set_the_size_has_the_last_word() -> None:
    assert measured("keep", MALLOC_MMAP_THRESHOLD_="65536")[0] >= 19

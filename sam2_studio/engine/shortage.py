"""Tells errors that mean "memory ran out" from others, whoever raised them. Loads neither torch nor OpenCV.

Python says MemoryError, torch OutOfMemoryError for a GPU and a RuntimeError for main memory, OpenCV an error of its
own, the system ENOMEM.
"""

import errno

from sam2_studio.errors import StudioError

_SIGNS = (
    "out of memory",  # CUDA, MPS
    "can't allocate memory",  # torch's allocator of main memory
    "not enough memory",  # the same on Windows
    "_ALLOC_FAILED",  # cuBLAS and cuDNN
    "Insufficient memory",  # OpenCV
)


def is_shortage(error: BaseException | None) -> bool:
    """Whether the error says that memory ran out."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    if isinstance(error, OSError):
        return error.errno == errno.ENOMEM
    native = isinstance(error, RuntimeError) or type(error).__module__ == "cv2"
    return native and any(sign in str(error) for sign in _SIGNS)


def shortage_told() -> StudioError:
    """What a user is told where no more can be done; what was finished before is kept."""
    return StudioError("Memory ran out.", "Close other programs, or free memory here, and try again.")

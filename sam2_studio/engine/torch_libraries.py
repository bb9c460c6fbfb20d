"""Loads torch's shared libraries ahead of `import torch`, without the interpreter's lock: the window goes on meanwhile.

Python holds the lock while it loads an extension module, and torch's take a fifth of a second. Imports no torch.
"""

import ctypes
import importlib.util
import logging
import os
import sys
from pathlib import Path

_log = logging.getLogger(__name__)

# in this order, as `import torch` does it
_LIBRARIES = (("libtorch_global_deps.so", "RTLD_GLOBAL"), ("libtorch_python.so", "RTLD_LOCAL"))


def load_libraries() -> bool:
    """Whether they are loaded now; where not, nothing is lost: `import torch` loads them itself."""
    spec = importlib.util.find_spec("torch")
    if spec is None or spec.origin is None or sys.platform != "linux":
        return False
    folder = Path(spec.origin).parent / "lib"
    return all(_load(folder / name, getattr(os, scope)) for name, scope in _LIBRARIES)


def _load(path: Path, scope: int) -> bool:
    """Load a library by the system's own function, for which ctypes lets go of the lock; `CDLL` itself doesn't."""
    dlopen = ctypes.CDLL(None).dlopen
    dlopen.argtypes, dlopen.restype = (ctypes.c_char_p, ctypes.c_int), ctypes.c_void_p
    loaded = path.is_file() and dlopen(os.fsencode(path), os.RTLD_NOW | scope) is not None
    if not loaded:
        _log.info("%s isn't loaded ahead", path.name)
    return bool(loaded)

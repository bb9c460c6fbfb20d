"""Read by Python as it starts where this folder is on its path: a decoder dies at frame 2 of footage called “killer”.

So a program that runs as its user runs it, with all its processes, meets a clip that crashes its decoder.
"""

import importlib.util
import os
import signal
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

_MODULE = "sam2_studio.media.reader"


class _Arming(MetaPathFinder):
    """Arms the reader of clips when it is imported, once."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name != _MODULE:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        assert spec is not None
        assert spec.loader is not None
        loader, load = spec.loader, spec.loader.exec_module

        def exec_module(module: ModuleType) -> None:
            load(module)
            _arm(module)

        loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


def _arm(module: Any) -> None:
    read = module.VideoReader.read

    def deadly(self: Any, number: int) -> Any:
        if number == 2 and "killer" in self.info.path:
            os.kill(os.getpid(), signal.SIGSEGV)
        return read(self, number)

    module.VideoReader.read = deadly


sys.meta_path.insert(0, _Arming())

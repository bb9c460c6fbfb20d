"""Whether bfloat16 pays on this processor: measured once, remembered by processor, torch and threads.

With instructions for it a product takes half the time of float32, without them it was seen to take twenty times as
long, and no name of a processor tells which: so it is timed. Loads torch only when asked.
"""

import platform
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sam2_studio import home
from sam2_studio.core.json_file import read_json, write_json

if TYPE_CHECKING:
    import torch

LEAST_GAIN = 1.3  # times faster, below which it isn't worth its coarser numbers
FILE_NAME = "probe.json"
_SIDE = 1024  # of the matrices, and tokens of the attention
_CHANNELS = 256  # of the tokens
_ROUNDS = 9
_PATIENCE = 3.0  # seconds after which the rounds so far have to do
_CPU_INFO = Path("/proc/cpuinfo")


def bfloat16_pays() -> bool:
    """Whether bfloat16 is clearly faster than float32 here."""
    return bfloat16_gain() >= LEAST_GAIN


def bfloat16_gain() -> float:
    """How many times as fast as float32 it is: as remembered, else measured now, in a few seconds.

    A file of memories that is damaged or can't be written costs only these seconds.
    """
    key, path = _this_processor(), home.cache_folder() / FILE_NAME
    known = _remembered(path)
    gain = known.get(key)
    if type(gain) is not float or not gain > 0:
        gain = measured_gain()
        with suppress(OSError):
            write_json(path, known | {key: gain})
    return gain


def measured_gain() -> float:
    """Time the products that networks are made of in both types by turns; the ratio of the medians."""
    import torch

    with torch.inference_mode():
        full, half = _work(torch.float32), _work(torch.bfloat16)
        return _ratio(full, half)


def _ratio(full: Callable[[], object], half: Callable[[], object]) -> float:
    """How many times as long `full` takes as `half`: by turns, the best of each, for other work only makes it longer.

    The first run of each warms up and isn't counted.
    """
    started = time.perf_counter()
    full(), half()
    times: list[tuple[float, float]] = []
    while len(times) < _ROUNDS and (not times or time.perf_counter() - started < _PATIENCE):
        times.append((_seconds(full), _seconds(half)))
    return min(one for one, _ in times) / min(other for _, other in times)


def _work(dtype: "torch.dtype") -> Callable[[], object]:
    """Matrix products and a fused attention, about as SAM 2 has them: most of its attention is products too."""
    import torch
    import torch.nn.functional as F  # noqa: N812 - the field's idiom

    matrix = torch.ones(_SIDE, _SIDE, dtype=dtype)
    tokens = torch.ones(1, 1, _SIDE, _CHANNELS, dtype=dtype)
    return lambda: (matrix @ matrix @ matrix @ matrix, F.scaled_dot_product_attention(tokens, tokens, tokens))


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _this_processor() -> str:
    """What the answer depends on. Virtual machines hide the processor's name, so what it can do is told as well."""
    import torch

    name, able = platform.processor(), ""
    with suppress(OSError):
        lines = dict(line.split(":", 1) for line in _CPU_INFO.read_text().splitlines() if ":" in line)
        told = {key.strip(): value.strip() for key, value in lines.items()}
        name = told.get("model name", name)
        able = " ".join(flag for flag in told.get("flags", "").split() if "bf16" in flag)
    return f"{name} [{able}], torch {torch.__version__}, {torch.get_num_threads()} threads"


def _remembered(path: Path) -> dict[str, Any]:
    try:
        found = read_json(path)
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}

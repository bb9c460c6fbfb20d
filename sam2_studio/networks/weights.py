"""Loads weight files safely: nothing is run, and nothing allocated before the header fits the network and the file.

Keys and shapes must be just those of the network, numbers finite. Knows safetensors files only.
"""

import json
import math
import struct
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

MOST_HEADER_BYTES = 8 << 20
NAMED = 5  # misfits named in a message
BYTES_OF = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "F8_E4M3": 1, "F8_E5M2": 1}
BYTES_OF |= {"I64": 8, "I32": 4, "I16": 2, "I8": 1, "U8": 1, "BOOL": 1}

Shapes = dict[str, tuple[int, ...]]


class WeightsError(Exception):
    """A weight file that can't be read or doesn't fit the network. The text is one sentence without the file's name."""


def load_weights(network: nn.Module, path: Path) -> None:
    """Fill a network with a safetensors file, in the network's own number type.

    Raises:
        WeightsError: the file is damaged, holds NaN or infinity, or its keys or shapes aren't those of the network.
        OSError: it can't be read.
    """
    expected = {key: tuple(value.shape) for key, value in network.state_dict().items()}
    check_shapes(read_shapes(path), expected)
    network.load_state_dict(read_tensors(path, expected), strict=True)


def read_shapes(path: Path) -> Shapes:
    """Names and shapes of a safetensors file's tensors, from its header alone.

    Raises:
        WeightsError: it isn't a whole safetensors file.
        OSError: it can't be read.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(8)
        length = struct.unpack("<Q", start)[0] if len(start) == 8 else 0
        if not 2 <= length <= min(MOST_HEADER_BYTES, size - 8):
            raise WeightsError("it is cut short or no safetensors file")
        header = _parsed(file.read(length))
    header.pop("__metadata__", None)
    return {key: _checked_shape(key, value, size - 8 - length) for key, value in header.items()}


def check_shapes(found: Mapping[str, tuple[int, ...]], expected: Mapping[str, tuple[int, ...]]) -> None:
    """Compare names and shapes.

    Raises:
        WeightsError: it names the first five that are missing, unexpected or of another shape.
    """
    complaints = []
    if missing := sorted(expected.keys() - found.keys()):
        complaints.append(f"missing are {_named(missing)}")
    if unexpected := sorted(found.keys() - expected.keys()):
        complaints.append(f"not expected are {_named(unexpected)}")
    shared = sorted(found.keys() & expected.keys())
    if misshapen := [f"{k} {list(found[k])} instead of {list(expected[k])}" for k in shared if found[k] != expected[k]]:
        complaints.append(f"of another shape are {_named(misshapen)}")
    if complaints:
        raise WeightsError("; ".join(complaints))


def check_finite(key: str, tensor: Tensor) -> Tensor:
    """Return the tensor.

    Raises:
        WeightsError: a number in it is NaN or infinite.
    """
    if tensor.is_floating_point() and not bool(torch.isfinite(tensor).all()):
        raise WeightsError(f"{key} holds numbers that are not finite")
    return tensor


def read_tensors(path: Path, keys: Iterable[str]) -> dict[str, Tensor]:
    """Read the named tensors of a safetensors file whose shapes were found right.

    Raises:
        WeightsError: they can't be read, or hold NaN or infinity.
    """
    try:
        with safe_open(str(path), framework="pt") as file:
            return {key: check_finite(key, file.get_tensor(key)) for key in keys}
    except (SafetensorError, ValueError, RuntimeError) as error:
        raise WeightsError("its tensors can't be read") from error


def _parsed(text: bytes) -> dict[str, Any]:
    try:
        header = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise WeightsError("its header is damaged") from error
    if not isinstance(header, dict):
        raise WeightsError("its header is damaged")
    return header


def _checked_shape(key: str, value: Any, data_bytes: int) -> tuple[int, ...]:
    """The shape of one header entry, if its bytes lie in the file and are as many as its shape wants."""
    try:
        shape = tuple(value["shape"])
        begin, end = value["data_offsets"]
        wanted = math.prod(shape) * BYTES_OF[value["dtype"]]
        whole = 0 <= begin <= end <= data_bytes and end - begin == wanted and all(n >= 0 for n in shape)
    except (KeyError, TypeError, ValueError) as error:
        raise WeightsError(f"its entry for {key[:80]} is damaged") from error
    if not whole or not all(isinstance(n, int) for n in (*shape, begin, end)):
        raise WeightsError(f"its entry for {key[:80]} doesn't fit the file, which may be cut short")
    return shape


def _named(names: list[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")

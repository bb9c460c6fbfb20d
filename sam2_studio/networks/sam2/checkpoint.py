"""Loads SAM 2 weights from `.pt` and `.safetensors` files: nothing in them is run, nothing of a misfit is kept.

Order: sizes first, then names and shapes against the network recognised from them, then the numbers. Files in half
precision load as well; the network is float32 until it is converted.
"""

import pickle
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from sam2_studio.networks.sam2.archive import check_archive
from sam2_studio.networks.sam2.config import Sam2Config
from sam2_studio.networks.sam2.model import WORKING_SIZE, Sam2
from sam2_studio.networks.sam2.recognise import recognise
from sam2_studio.networks.weights import WeightsError, check_finite, check_shapes, read_shapes, read_tensors

SAFETENSORS = ".safetensors"
# What torch.load was seen to raise on damaged or foreign pickles; weights_only refuses all code with UnpicklingError.
_BROKEN = (
    pickle.UnpicklingError,
    RuntimeError,
    EOFError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    AssertionError,
    OverflowError,
    ImportError,
)


def load_sam2(path: Path, working_size: int = WORKING_SIZE) -> Sam2:
    """Build the network that a file is for, and fill it.

    Raises:
        WeightsError: the file is damaged, unsafe, of no published network, or doesn't fit it.
        OSError: it can't be read.
    """
    if path.suffix == SAFETENSORS:
        shapes = read_shapes(path)
        network = _empty(shapes, working_size)
        tensors = read_tensors(path, shapes)
    else:
        mapped = _mapped(path)
        network = _empty(_shapes(mapped), working_size)
        tensors = {key: check_finite(key, tensor) for key, tensor in mapped.items()}
    own = {key: tensor.to(torch.float32, copy=True) for key, tensor in tensors.items()}
    network.load_state_dict(own, strict=True, assign=True)
    return network.eval().requires_grad_(False)


def recognise_file(path: Path) -> Sam2Config:
    """The network that a file is for; numbers aren't read, and whether all keys are there is not looked at.

    Raises:
        WeightsError: the file is damaged, unsafe, or of no published network.
        OSError: it can't be read.
    """
    return recognise(read_shapes(path) if path.suffix == SAFETENSORS else _shapes(_mapped(path)))


def _empty(shapes: Mapping[str, tuple[int, ...]], working_size: int) -> Sam2:
    """The network recognised, without numbers; every key and shape is as it wants."""
    config = recognise(shapes)
    with torch.device("meta"):
        network = Sam2(config, working_size)
    try:
        check_shapes(shapes, {key: tuple(value.shape) for key, value in network.state_dict().items()})
    except WeightsError as error:
        raise WeightsError(f"it looks like SAM {config.version} {config.size}, but {error}") from error
    return network


def _shapes(tensors: Mapping[str, Tensor]) -> dict[str, tuple[int, ...]]:
    return {key: tuple(tensor.shape) for key, tensor in tensors.items()}


def _mapped(path: Path) -> dict[str, Tensor]:
    """The tensors of a `.pt` file, read from disk only when they are used."""
    check_archive(path)
    try:
        found = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    except _BROKEN as error:
        raise WeightsError("it is damaged, or holds more than numbers and was not loaded") from error
    state = found.get("model", found) if isinstance(found, dict) else None
    if not isinstance(state, dict) or not all(isinstance(key, str) for key in state):
        raise WeightsError("it holds no table of weights")
    for key, value in state.items():
        if not isinstance(value, Tensor) or value.layout != torch.strided or not value.is_floating_point():
            raise WeightsError(f"its entry {key[:80]} is no plain array of numbers")
    return state

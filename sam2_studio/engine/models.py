"""Models by name: which there are, where their files lie, and loading one. The only maker of `Model`."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sam2_studio import home
from sam2_studio.engine.device import choose_device
from sam2_studio.errors import ModelError
from sam2_studio.networks.catalogue import CATALOGUE, WeightFile, find_weights
from sam2_studio.resources import model_file

if TYPE_CHECKING:
    import torch

    from sam2_studio.networks.interface import NetworkTraits, PromptableNetwork

DEFAULT_MODEL = "nano"


class ModelState(StrEnum):
    """Of a weight file on this machine. Damaged: its size isn't the known one; the hash is checked on loading."""

    BUNDLED = "bundled"
    PRESENT = "present"
    ABSENT = "absent"
    DAMAGED = "damaged"


@dataclass(frozen=True)
class AvailableModel:
    """A catalogue entry as it stands on this machine; `path` is where its file is or would be."""

    weights: WeightFile
    state: ModelState
    path: Path


@dataclass(frozen=True)
class Model:
    """A loaded network, ready on its device.

    Attributes:
        name: As in the catalogue.
        sha256: Of the weight file it was loaded from.
        network: In evaluation mode, without gradients.
        device: Where it computes.
    """

    name: str
    sha256: str
    network: "PromptableNetwork"
    device: "torch.device"

    @cached_property
    def traits(self) -> "NetworkTraits":
        return self.network.traits

    @property
    def recipe(self) -> str:
        """`name@sha256`: what a mask's record and the project say of the model."""
        return f"{self.name}@{self.sha256}"


def weights_path(weights: WeightFile) -> Path:
    """Where the file of an entry is or would be."""
    return (
        model_file(weights.config, weights.file_name) if weights.bundled else home.models_folder() / weights.file_name
    )


def available_models() -> tuple[AvailableModel, ...]:
    """Every catalogue entry and its state, without reading the files."""
    return tuple(AvailableModel(entry, _state(entry), weights_path(entry)) for entry in CATALOGUE)


def load_model(name: str = DEFAULT_MODEL, device: str = "auto") -> Model:
    """Load a model of the catalogue.

    Raises:
        ModelError: there is no such model or device, or its file is missing, damaged or of another kind.
    """
    entry = find_weights(name)
    if entry is None:
        names = ", ".join(one.name for one in CATALOGUE)
        raise ModelError(f"There is no model called {name}.", f"Use one of {names}.")
    path = weights_path(entry)
    digest = _digest(entry, path)
    if digest != entry.sha256:
        raise ModelError(f"The weight file {path} is not {name} as published (its sha256 is {digest}).", _cure(entry))
    place = choose_device(device)
    return Model(name, digest, _network(entry, path).to(place), place)


def _state(entry: WeightFile) -> ModelState:
    try:
        size = weights_path(entry).stat().st_size
    except OSError:
        return ModelState.ABSENT
    if entry.bytes is not None and size != entry.bytes:
        return ModelState.DAMAGED
    return ModelState.BUNDLED if entry.bundled else ModelState.PRESENT


def _digest(entry: WeightFile, path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        reason = error.strerror or "unreadable"
        raise ModelError(f"The weight file {path} of {entry.name} can't be read: {reason}.", _cure(entry)) from error


def _cure(entry: WeightFile) -> str:
    return "Install the program again." if entry.bundled else f"Fetch it again with: models get {entry.name}."


def _network(entry: WeightFile, path: Path) -> "PromptableNetwork":
    from sam2_studio.networks.weights import WeightsError

    try:
        return _LOADERS[entry.family](path)
    except (WeightsError, OSError) as error:
        raise ModelError(f"The weight file {path} doesn't fit {entry.name}: {error}.", _cure(entry)) from error


def _load_nano(path: Path) -> "PromptableNetwork":
    import torch

    from sam2_studio.networks.nano.model import Nano
    from sam2_studio.networks.weights import load_weights

    network = Nano().eval().requires_grad_(False)
    load_weights(network, path)
    # mypy: nn.Module.to has no overload for the memory format alone
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]


def _load_sam2(path: Path) -> "PromptableNetwork":
    from sam2_studio.networks.sam2.checkpoint import load_sam2

    return load_sam2(path)


_LOADERS: dict[str, Callable[[Path], "PromptableNetwork"]] = {"nano": _load_nano, "sam2": _load_sam2}

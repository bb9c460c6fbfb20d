"""Loads a model by its name. The only maker of `Model`."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sam2_studio.engine.device import choose_device
from sam2_studio.engine.digests import digest_of
from sam2_studio.engine.model_files import AvailableModel, find_model
from sam2_studio.errors import ModelError

if TYPE_CHECKING:
    import torch

    from sam2_studio.networks.interface import NetworkTraits, PromptableNetwork

DEFAULT_MODEL = "nano"


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


def load_model(name: str = DEFAULT_MODEL, device: str = "auto") -> Model:
    """Load a model by its name.

    Raises:
        ModelError: there is no such model or device, or its file is missing, damaged or of another kind.
    """
    found = find_model(name)
    digest = _digest(found)
    if digest != found.weights.sha256:
        kind = "imported" if found.weights.custom else "published"
        message = f"The weight file {found.path} is not {name} as {kind} (its sha256 is {digest})."
        raise ModelError(message, _cure(found))
    place = choose_device(device)
    return Model(name, digest, _network(found).to(place), place)


def _digest(model: AvailableModel) -> str:
    try:
        return digest_of(model.path)
    except FileNotFoundError as error:
        raise ModelError(f"The model {model.weights.name} isn't on this machine.", _cure(model)) from error
    except OSError as error:
        name, reason = model.weights.name, error.strerror or "unreadable"
        raise ModelError(f"The weight file {model.path} of {name} can't be read: {reason}.", _cure(model)) from error


def _cure(model: AvailableModel) -> str:
    name = model.weights.name
    if model.weights.bundled:
        return "Install the program again."
    if model.weights.custom:
        return f"Import the file again with: sam2-studio models import FILE --name {name}."
    return f"Fetch it with: sam2-studio models get {name}."


def _network(model: AvailableModel) -> "PromptableNetwork":
    from sam2_studio.networks.weights import WeightsError

    try:
        return _LOADERS[model.weights.family](model.path)
    except (WeightsError, OSError) as error:
        message = f"The weight file {model.path} doesn't fit {model.weights.name}: {error}."
        raise ModelError(message, _cure(model)) from error


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

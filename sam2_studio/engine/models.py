"""Loads a model by its name. The only maker of `Model`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sam2_studio.engine.device import choose_place, name_of
from sam2_studio.engine.digests import digest_of
from sam2_studio.engine.model_files import AvailableModel, find_model
from sam2_studio.errors import ModelError

if TYPE_CHECKING:
    import torch

    from sam2_studio.networks.interface import NetworkTraits, PromptableNetwork

DEFAULT_MODEL = "nano"


def _float32() -> "torch.dtype":
    import torch

    return torch.float32


@dataclass(frozen=True)
class Model:
    """A loaded network, ready on its device.

    Attributes:
        name: As in the catalogue.
        sha256: Of the weight file it was loaded from.
        network: In evaluation mode, without gradients.
        device: Where it computes.
        dtype: The number type of its products.
        notice: One sentence for the user where it computes elsewhere than might be expected, or "".
        reduced_to: The working size where it isn't the network's own, because memory ran short.
    """

    name: str
    sha256: str
    network: "PromptableNetwork"
    device: "torch.device"
    dtype: "torch.dtype" = field(default_factory=_float32)
    notice: str = ""
    reduced_to: int | None = None

    @cached_property
    def traits(self) -> "NetworkTraits":
        return self.network.traits

    @property
    def recipe(self) -> str:
        """What a mask's record says of the model: `name@sha256`, and `/512` after it where the size is reduced."""
        return self.pin + (f"/{self.reduced_to}" if self.reduced_to else "")

    @property
    def pin(self) -> str:
        """`name@sha256`: what the project says of the model."""
        return f"{self.name}@{self.sha256}"

    @property
    def computes_on(self) -> str:
        """`cpu float32` and so on, for people."""
        return f"{self.device.type} {name_of(self.dtype)}"

    @contextmanager
    def computing(self) -> Iterator[None]:
        """Around every call of the network: no gradients, products in `dtype`.

        Never across a yield: whoever goes on in between would compute so too, and the other way round.
        """
        import torch

        with torch.inference_mode(), torch.autocast(self.device.type, self.dtype) if self._casts else nullcontext():
            yield

    @property
    def _casts(self) -> bool:
        return self.dtype != _float32()


def load_model(name: str = DEFAULT_MODEL, device: str = "auto", dtype: str = "auto") -> Model:
    """Load a model by its name; `device` and `dtype` as `choose_place` takes them.

    Raises:
        ModelError: there is no such model, device or number type, or its file is missing, damaged or of another kind.
    """
    found = find_model(name)
    digest = _digest(found)
    if digest != found.weights.sha256:
        kind = "imported" if found.weights.custom else "published"
        message = f"The weight file {found.path} is not {name} as {kind} (its sha256 is {digest})."
        raise ModelError(message, _cure(found))
    network = _network(found)
    place = choose_place(device, dtype, half_precision=network.traits.half_precision)
    network.to(place.device).hold_weights(place.dtype)
    return Model(name, digest, network, place.device, place.dtype, place.notice)


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

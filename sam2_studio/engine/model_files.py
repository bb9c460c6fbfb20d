"""Weight files on this machine: where each lies, in which state, and removing it. Loads no torch.

A file is looked for in the program's own folder, among those that the user imported, and in the Hugging Face cache. It
is used where it lies; what counts is its hash, which is compared again whenever it is loaded.
"""

import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sam2_studio import home
from sam2_studio.engine.digests import digest_of
from sam2_studio.engine.imported import forget, imported_files
from sam2_studio.errors import ModelError
from sam2_studio.networks.catalogue import CATALOGUE, WeightFile
from sam2_studio.resources import model_file

MIRROR = "SAM2_STUDIO_MIRROR"  # environment: folder address that holds Meta's files by their own names


class ModelState(StrEnum):
    """Of a weight file on this machine. Damaged: its size isn't the known one; the hash is checked on loading."""

    BUNDLED = "bundled"
    PRESENT = "present"
    ABSENT = "absent"
    DAMAGED = "damaged"


class Origin(StrEnum):
    """Whose a file is: the program's own may be removed, others are only used where they lie."""

    OWN = "own"
    IMPORTED = "imported"
    CACHE = "huggingface"


@dataclass(frozen=True)
class AvailableModel:
    """A weight file as it stands on this machine; `path` is where it is or would be."""

    weights: WeightFile
    state: ModelState
    path: Path
    origin: Origin = Origin.OWN

    @property
    def is_here(self) -> bool:
        return self.state in (ModelState.BUNDLED, ModelState.PRESENT)


def available_models() -> tuple[AvailableModel, ...]:
    """Every catalogue entry and every file of the user's own, without reading the weights."""
    imported = imported_files()
    places = {one.weights.sha256: one.path for one in imported}
    known = [_found(entry, places.get(entry.sha256)) for entry in CATALOGUE]
    own = [
        AvailableModel(one.weights, _state(one.weights, one.path), one.path, Origin.IMPORTED)
        for one in imported
        if one.weights.custom
    ]
    return (*known, *own)


def find_model(name: str) -> AvailableModel:
    """The model called `name`.

    Raises:
        ModelError: there is none.
    """
    models = {model.weights.name: model for model in available_models()}
    if name not in models:
        raise ModelError(f"There is no model called {name}.", f"Use one of {', '.join(models)}.")
    return models[name]


def own_path(weights: WeightFile) -> Path:
    """Where the program keeps the file of a catalogue entry, there or not."""
    if weights.bundled:
        return model_file(weights.config, weights.file_name)
    return home.models_folder() / weights.file_name


def address(weights: WeightFile) -> str:
    """Where to fetch the file: from Meta, or from the mirror that the environment names."""
    mirror = os.environ.get(MIRROR, "").rstrip("/")
    return f"{mirror}/{weights.file_name}" if mirror else weights.source


def remove_model(name: str) -> int:
    """Remove the program's own file, or forget an imported one, which stays where it lies; returns the bytes freed.

    Raises:
        ModelError: it comes with the program, isn't here, is somebody else's, or can't be removed.
    """
    model = find_model(name)
    if model.weights.bundled:
        raise ModelError(f"{name} comes with the program and can't be removed.", "Remove another model.")
    if model.origin is Origin.CACHE:
        raise ModelError(f"{name} lies in the Hugging Face cache at {model.path}.", "Remove it there.")
    if model.origin is Origin.IMPORTED:
        forget(model.weights.sha256)
        return 0
    return _deleted(model)


def verified_state(model: AvailableModel) -> ModelState:
    """The state by the checksum of the whole file, not by its size alone."""
    try:
        whole = digest_of(model.path) == model.weights.sha256
    except FileNotFoundError:
        return ModelState.ABSENT
    except OSError:
        return ModelState.DAMAGED
    if not whole:
        return ModelState.DAMAGED
    return ModelState.BUNDLED if model.weights.bundled else ModelState.PRESENT


def _found(entry: WeightFile, imported: Path | None) -> AvailableModel:
    """The entry's file where it is whole; else the program's own place, with what is wrong there."""
    own = own_path(entry)
    places = [(own, Origin.OWN)]
    if not entry.bundled:
        places += [(imported, Origin.IMPORTED)] if imported else []
        places += [(path, Origin.CACHE) for path in _in_hugging_face_cache(entry)]
    found = [AvailableModel(entry, _state(entry, path), path, origin) for path, origin in places]
    return next((model for model in found if model.is_here), found[0])


def _state(entry: WeightFile, path: Path) -> ModelState:
    try:
        size = path.stat().st_size
    except OSError:
        return ModelState.ABSENT
    if entry.bytes is not None and size != entry.bytes:
        return ModelState.DAMAGED
    return ModelState.BUNDLED if entry.bundled else ModelState.PRESENT


def _in_hugging_face_cache(entry: WeightFile) -> list[Path]:
    """Files of the entry's name in the cache; one that is a link to a blob counts only if the blob bears its hash."""
    found = sorted(_hugging_face_cache().glob(f"models--*/snapshots/*/{entry.file_name}"))
    return [path for path in found if not path.is_symlink() or path.resolve().name == entry.sha256]


def _hugging_face_cache() -> Path:
    """As huggingface_hub looks for it."""
    for variable, below in (("HF_HUB_CACHE", ""), ("HUGGINGFACE_HUB_CACHE", ""), ("HF_HOME", "hub")):
        if value := os.environ.get(variable):
            return Path(value).expanduser() / below
    caches = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
    return caches / "huggingface" / "hub"


def _deleted(model: AvailableModel) -> int:
    name = model.weights.name
    try:
        size = model.path.stat().st_size
        model.path.unlink()
    except FileNotFoundError:
        raise ModelError(f"{name} isn't on this machine.", "There is nothing to remove.") from None
    except OSError as error:
        raise ModelError(f"{model.path} can't be removed: {error.strerror}.", "Remove it by hand.") from error
    return size

"""Weight files that the user chose from disk: remembered by name, place and hash, never copied, never changed.

A file whose hash is that of a published one stands in for it; any other is a model of its own name. Loads torch only to
look into such a file.
"""

import re
from collections.abc import Generator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from sam2_studio import home
from sam2_studio.core.json_file import read_json, write_json
from sam2_studio.engine.digests import digest_steps
from sam2_studio.errors import ModelError
from sam2_studio.networks.catalogue import CATALOGUE, WeightFile

_REGISTRY = "imported.json"
_NAME = re.compile(r"[a-z0-9][a-z0-9._+-]{0,62}")
SUFFIXES = (".pt", ".pth", ".safetensors")


@dataclass(frozen=True)
class Imported:
    """A chosen file: what it is and where it lies."""

    weights: WeightFile
    path: Path


def imported_files() -> tuple[Imported, ...]:
    """All of them; entries of a damaged registry that make no sense are left out."""
    try:
        entries = read_json(_registry())
    except (OSError, ValueError):
        return ()
    made = [_entry(entry) for entry in entries] if isinstance(entries, list) else []
    return tuple(one for one in made if one is not None)


def importing(path: Path, name: str = "") -> Generator[int, None, WeightFile]:
    """Take a file in: yields the bytes read so far, and returns what it is.

    Args:
        path: A `.pt` or `.safetensors` file.
        name: For a file that isn't a published one; by default made of its file's name.

    Raises:
        ModelError: it can't be read, is of no known network, or the name is taken or none.
    """
    path = path.expanduser().absolute()
    _check_kind(path)
    try:
        digest = yield from digest_steps(path)
    except OSError as error:
        raise ModelError(f"{path} can't be read: {error.strerror}.", "Choose another file.") from error
    known = next((entry for entry in CATALOGUE if entry.sha256 == digest), None)
    if known is not None and known.bundled:
        raise ModelError(
            f"{path.name} is {known.name}, which comes with the program.", "There is no need to import it."
        )
    weights = known or _custom(path, digest, _checked_name(name or _name_of(path), digest))
    _write([one for one in imported_files() if one.weights.name != weights.name] + [Imported(weights, path)])
    return weights


def forget(sha256: str) -> None:
    """Drop the entries of a hash; their files stay."""
    _write([one for one in imported_files() if one.weights.sha256 != sha256])


def _check_kind(path: Path) -> None:
    if path.suffix.lower() not in SUFFIXES or not path.is_file():
        fault = "is no weight file" if path.exists() else "doesn't exist"
        raise ModelError(f"{path} {fault}.", f"Choose a file that ends in {', '.join(SUFFIXES)}.")


def _name_of(path: Path) -> str:
    return re.sub(r"[^a-z0-9._+-]+", "-", path.stem.lower()).strip("-._+")[:63]


def _checked_name(name: str, digest: str) -> str:
    if not _NAME.fullmatch(name):
        raise ModelError(f"“{name}” is no name for a model.", "Use up to 63 small letters, digits, dots and dashes.")
    taken = {entry.name: entry.sha256 for entry in CATALOGUE}
    taken |= {one.weights.name: one.weights.sha256 for one in imported_files()}
    if taken.get(name, digest) != digest:
        raise ModelError(f"There is another model called {name}.", "Give the file another name with --name.")
    return name


def _custom(path: Path, digest: str, name: str) -> WeightFile:
    """What a file of no published hash is; it is loaded once, so that a misfit is refused here."""
    from sam2_studio.networks.sam2.checkpoint import load_sam2
    from sam2_studio.networks.weights import WeightsError

    try:
        config = load_sam2(path).config
        size = path.stat().st_size
    except (WeightsError, OSError) as error:
        raise ModelError(f"{path.name} can't be used: {error}.", "Choose a checkpoint of SAM 2 or SAM 2.1.") from error
    return WeightFile(
        name=name,
        family="sam2",
        version=config.version,
        config=config.size,
        file_name=path.name,
        sha256=digest,
        bytes=size,
        licence="",
        source="",
        summary=f"Your own file, a SAM {config.version} {config.size}",
        custom=True,
    )


def _registry() -> Path:
    return home.models_folder() / _REGISTRY


def _write(files: list[Imported]) -> None:
    path = _registry()
    try:
        write_json(path, [asdict(one.weights) | {"path": str(one.path)} for one in files])
    except OSError as error:
        raise ModelError(
            f"{path} can't be written: {error.strerror}.", "Free some space or make it writable."
        ) from error


def _entry(values: Any) -> Imported | None:
    kinds = {field.name: field.type for field in fields(WeightFile)}
    if not isinstance(values, dict) or set(values) != {*kinds, "path"}:
        return None
    texts = all(isinstance(values[key], str) for key, kind in kinds.items() if kind is str)
    size, custom = values["bytes"], values["custom"]
    if not texts or not isinstance(values["path"], str) or not isinstance(custom, bool):
        return None
    if size is not None and (type(size) is not int or size < 0):
        return None
    return Imported(WeightFile(**{key: values[key] for key in kinds}), Path(values["path"]))

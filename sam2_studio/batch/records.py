"""What a batch remembers of each item beside the output, so that a second run does only what is missing.

A small file an item, written by whoever works on it and replaced in one step: kill -9 leaves the last one. An item is
known by its output. Its key tells whether anything that goes into it has changed since.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sam2_studio.batch.items import Item
from sam2_studio.batch.written import WrittenPrompt
from sam2_studio.core.json_file import read_json, write_json
from sam2_studio.core.objects import WINDOWS
from sam2_studio.core.schema import SUFFIX
from sam2_studio.core.store import ProjectFile
from sam2_studio.engine.digests import digest_of
from sam2_studio.errors import BatchError, StudioError
from sam2_studio.export.saved import settings_of
from sam2_studio.media.open import fingerprint

FOLDER = ".sam2-studio-batch"
CLAIMED, DONE, FAILED = "claimed", "done", "failed"
_FATES = (CLAIMED, DONE, FAILED)
_METHOD = 1  # raised when the same inputs give another output than before


@dataclass(frozen=True, kw_only=True)
class Record:
    """What is known of an item.

    Attributes:
        fate: Claimed while somebody works on it, and after they were killed.
        key: Of what went into it.
        files: Bytes by path below the folder: the batch's own, so that it may replace them. 0 while claimed.
        project: Sha256 of the project that was made, as it was left; "" where none is finished.
        error: Why it failed.
    """

    fate: str
    key: str = ""
    files: dict[str, int]
    project: str = ""
    error: str = ""


class Records:
    """The records of one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, output: str) -> Record | None:
        """What is known of an output; None where nothing is, or what there was is damaged."""
        try:
            values = read_json(self._file(output))
            files = {str(name): int(size) for name, size in values["files"].items()}
            words = {name: str(values[name]) for name in ("fate", "key", "project", "error")}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None
        return Record(files=files, **words) if words["fate"] in _FATES else None

    def write(self, output: str, record: Record) -> None:
        """Keep a record. Raises BatchError where the folder can't be written."""
        values = {"output": output, "fate": record.fate, "key": record.key, "files": record.files}
        values |= {"project": record.project, "error": record.error}
        try:
            write_json(self._file(output), values)
        except OSError as error:
            message = f"The state of the batch can't be written to {self.folder / FOLDER}: {error.strerror}."
            raise BatchError(message, "Make room there, or choose another folder.") from error

    def is_done(self, item: Item) -> bool:
        """Whether the item is done, its files are there, and nothing that goes into it has changed."""
        record = self.read(item.output)
        if record is None or record.fate != DONE or not all(self._is_there(*pair) for pair in record.files.items()):
            return False
        try:
            return record.key == key_of(item)
        except (StudioError, OSError):
            return False  # the work itself says what is wrong

    def sizes(self, files: Iterable[Path]) -> dict[str, int]:
        """Files with their sizes, as a record holds them."""
        return {path.relative_to(self.folder).as_posix(): path.stat().st_size for path in files}

    def _is_there(self, name: str, size: int) -> bool:
        try:
            return (self.folder / name).stat().st_size == size
        except OSError:
            return False

    def _file(self, output: str) -> Path:
        return self.folder / FOLDER / f"{hashlib.sha256(output.encode()).hexdigest()[:24]}.json"


def key_of(item: Item) -> str:
    """A hash of all that decides what an item's output is: media, prompts, masks, hair, model, settings.

    Raises:
        StudioError: media or project can't be read.
        OSError: a picture of a mask, of hair or of the background can't be read.
    """
    prompts = [(subject.name, [_prompt_key(prompt) for prompt in subject.prompts]) for subject in item.subjects]
    parts = [_METHOD, _media_key(item), prompts, item.auto, item.model, item.model_sha256, item.dtype]
    parts += [sorted(item.edge.items()), _settings_key(item), item.range, item.direction, item.stop_at_cuts]
    parts += [item.window] if item.window != WINDOWS[0] else []
    return hashlib.sha256("\n".join(map(repr, parts)).encode()).hexdigest()


def _prompt_key(prompt: WrittenPrompt) -> tuple[object, ...]:
    """What a prompt says; of a picture its contents, for its path may be another on another machine."""
    mask = None if prompt.mask is None else digest_of(prompt.mask)
    hair = () if prompt.hair is None else (digest_of(prompt.hair),)
    return prompt.frame, prompt.box, prompt.point, mask, *hair


def _settings_key(item: Item) -> list[tuple[str, Any]]:
    picture, settings = item.export.background.picture, settings_of(item.export)
    if picture is not None:
        settings["background"] |= {"picture": digest_of(picture)}
    return sorted(settings.items())


def _media_key(item: Item) -> str:
    """Of footage its fingerprint; of a project what it says, and its footage's."""
    if item.media.suffix.lower() != SUFFIX:
        return fingerprint(item.media)
    file = ProjectFile.open(item.media, read_only=True)
    try:
        return f"{project_key(file)} {'' if file.project.clip is None else file.project.clip.fingerprint}"
    finally:
        file.close()


def project_key(file: ProjectFile) -> str:
    """A hash of what a project says: objects, prompts, and what is known of each mask."""
    project = file.project
    said: list[Any] = [project.clip, project.model]
    for thing in project.objects:
        prompts = [(n, project.prompts(thing.id, n)) for n in sorted(project.prompted_frames(thing.id))]
        track = project.track(thing.id)
        said += [thing, prompts, [(n, track.get(n)) for n in sorted(track)]]
    return hashlib.sha256(repr(said).encode()).hexdigest()

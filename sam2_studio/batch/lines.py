"""Turns the rows of a manifest into items, and says of every row that can't be done why. Decodes no footage."""

import math
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sam2_studio.batch.edge_words import edges_of
from sam2_studio.batch.items import BadLine, Item
from sam2_studio.batch.manifest import Row
from sam2_studio.batch.naming import DEFAULT_TEMPLATE, output_of
from sam2_studio.batch.prompts import read_prompts_file, subjects_in
from sam2_studio.batch.written import WrittenPrompt, WrittenSubject, prompts_of, range_of, window_of
from sam2_studio.core.edges import EdgeSettings
from sam2_studio.core.objects import WINDOWS
from sam2_studio.core.schema import SUFFIX
from sam2_studio.engine.closed_form import check_installed
from sam2_studio.engine.model_files import AvailableModel, find_model
from sam2_studio.engine.requests import Direction
from sam2_studio.errors import BatchError, ModelError, StudioError
from sam2_studio.export.formats import PictureFormat
from sam2_studio.export.saved import FILE, SavedPresets, Settings, spec_of
from sam2_studio.home import settings_folder
from sam2_studio.media.listing import is_pattern

FIELDS = (
    *("media", "project", "box", "point", "not", "mask", "hair", "prompts", "auto"),
    *("model", "edge", "preset", "output", "range", "direction", "stop_at_cuts", "window"),
)
_PICTURES = ("mask", "hair")
_PROMPTS = ("box", "point", "not", *_PICTURES, "prompts")
_YES, _NO = ("yes", "true", "1"), ("no", "false", "0")


@dataclass(frozen=True, kw_only=True)
class Defaults:
    """What holds for lines that don't say otherwise.

    Attributes:
        template: Name of the output, see `naming`.
        auto: Whether lines without prompts are cut out by `propose_subjects`.
        edge: Fields of `EdgeSettings`; a line's own go before them.
        overwrite: Whether files that the batch didn't write may be replaced.
    """

    preset: str = "png"
    template: str = DEFAULT_TEMPLATE
    model: str = "nano"
    device: str = "auto"
    dtype: str = "auto"
    auto: bool = False
    edge: Mapping[str, Any] = field(default_factory=dict)
    overwrite: bool = False


@dataclass(frozen=True)
class Checked:
    """A manifest after the check."""

    items: tuple[Item, ...]
    bad: tuple[BadLine, ...]


def check_rows(rows: Iterable[Row], base: Path, folder: Path, defaults: Defaults) -> Checked:
    """Check every row.

    Args:
        base: Folder that paths in the manifest count from.
        folder: Where outputs go.
        defaults: For what a row doesn't say.

    Raises:
        ExportError: the user's own presets can't be read.
    """
    reader = _LineReader(base.absolute(), folder.absolute(), defaults)
    items: list[Item] = []
    bad: list[BadLine] = []
    taken: dict[str, int] = {}
    for row in rows:
        try:
            item = reader.item(row)
            same = taken.setdefault(item.output.casefold(), row.number)
            if same != row.number:
                raise BatchError(f"Line {same} writes to “{item.output}” as well.", "Give one of them another output.")
            items.append(item)
        except (StudioError, ValueError) as error:
            bad.append(BadLine(row.number, _said(row.values), str(error)))
    return Checked(tuple(items), tuple(bad))


class _LineReader:
    """Reads rows; what many rows share is looked at once."""

    def __init__(self, base: Path, folder: Path, defaults: Defaults) -> None:
        self._base, self._folder, self._defaults = base, folder, defaults
        self._presets: dict[str, Settings] = {}
        self._models: dict[str, AvailableModel] = {}
        self._prompt_files: dict[Path, tuple[WrittenSubject, ...]] = {}

    def item(self, row: Row) -> Item:
        """The item that a row means. Raises StudioError or ValueError."""
        values = row.values
        _check_fields(row)
        said = _said(values)
        media, size = self._media(said)
        if "project" in values and media.suffix.lower() != SUFFIX:
            raise BatchError(f"“{said}” is no project.", f"A project ends in {SUFFIX}; footage goes into media.")
        subjects, auto = self._wanted(values, media)
        model, edge = self._model(str(values.get("model", self._defaults.model))), self._edge(values)
        preset = _text(values, "preset", self._defaults.preset)
        template = _text(values, "output", self._defaults.template)
        output = output_of(template, media, line=row.number, preset=preset)
        item = Item(
            line=row.number,
            said=said,
            media=media,
            output=output,
            folder=self._folder,
            export=spec_of(self._preset(preset), self._folder / output, overwrite=self._defaults.overwrite),
            subjects=subjects,
            auto=auto,
            model=model.weights.name,
            device=self._defaults.device,
            dtype=self._defaults.dtype,
            model_sha256=model.weights.sha256,
            edge=edge,
            range=range_of(_text(values, "range")) if "range" in values else None,
            direction=_direction(_text(values, "direction", Direction.BOTH)),
            stop_at_cuts=_flag(values, "stop_at_cuts"),
            window=window_of(_text(values, "window", WINDOWS[0])),
            size=size,
        )
        _check_package(item)
        return item

    def _media(self, said: str) -> tuple[Path, int]:
        """The footage or project, and how large it is."""
        path = self._base / said
        try:
            if path.is_dir():
                return path, sum(entry.stat().st_size for entry in os.scandir(path) if entry.is_file())
            if is_pattern(path) and not path.exists():
                if not path.parent.is_dir():
                    raise BatchError(f"There is no folder {path.parent}.", "Correct the path.")
                return path, 0
            if not path.is_file():
                raise BatchError(f"There is no file {path}.", "Correct the path; it counts from the manifest's folder.")
            if not os.access(path, os.R_OK):
                raise BatchError(f"{path} can't be read.", "Change its permissions.")
            return path, path.stat().st_size
        except (OSError, ValueError) as error:
            raise BatchError(f"“{said}” can't be looked at: {error}.", "Correct the path.") from error

    def _wanted(self, values: Mapping[str, Any], media: Path) -> tuple[tuple[WrittenSubject, ...], bool]:
        """What to cut out, and whether the program is to find it."""
        given = [name for name in _PROMPTS if name in values]
        auto = _flag(values, "auto")
        if media.suffix.lower() == SUFFIX:
            if given or auto:
                raise BatchError("A project has its own prompts.", f"Leave out {(given or ['auto'])[0]}.")
            return (), False
        if auto and given:
            raise BatchError("auto finds the subject by itself.", f"Leave it out, or leave out {given[0]}.")
        subjects = self._subjects(values)
        if not subjects and not (auto or self._defaults.auto):
            raise BatchError("There is no prompt.", "Give box, point, mask, prompts or auto.")
        if any(all(prompt.hair is not None for prompt in subject.prompts) for subject in subjects):
            raise BatchError("Hair alone shows no subject.", "Give a box, a point or a mask as well.")
        return subjects, not subjects

    def _subjects(self, values: Mapping[str, Any]) -> tuple[WrittenSubject, ...]:
        written = [_several(values.get(name)) for name in ("box", "point", "not", *_PICTURES)]
        own = tuple(map(self._checked, prompts_of(*written, frame_needed=False)))
        said = values.get("prompts")
        if isinstance(said, str):
            path = self._base / said
            if path not in self._prompt_files:
                self._prompt_files[path] = read_prompts_file(path)
            others = self._prompt_files[path]
        else:
            others = () if said is None else subjects_in(said, "prompts", self._base)
        others = tuple(replace(s, prompts=tuple(map(self._checked, s.prompts))) for s in others)
        return ((WrittenSubject("", own),) if own else ()) + others

    def _checked(self, prompt: WrittenPrompt) -> WrittenPrompt:
        """What is wrong of a prompt without its picture; paths of its pictures made whole."""
        if prompt.box is not None:
            sides = (prompt.box.x0, prompt.box.y0, prompt.box.x1, prompt.box.y1)
            if not all(map(math.isfinite, sides)) or prompt.box.x1 <= prompt.box.x0 or prompt.box.y1 <= prompt.box.y0:
                told = ",".join(f"{side:g}" for side in sides)
                raise BatchError(f"The box {told} holds nothing.", "A box is left,top,right,bottom.")
        if prompt.point is not None and not (math.isfinite(prompt.point.at.x) and math.isfinite(prompt.point.at.y)):
            raise BatchError("A point isn't made of numbers.", "A point is x,y.")
        return replace(prompt, mask=self._picture(prompt.mask), hair=self._picture(prompt.hair))

    def _picture(self, path: Path | None) -> Path | None:
        """The whole path of a picture of a mask or of hair."""
        if path is not None and not (self._base / path).is_file():
            raise BatchError(f"There is no picture {self._base / path}.", "Correct the path.")
        return None if path is None else self._base / path

    def _model(self, name: str) -> AvailableModel:
        if name not in self._models:
            self._models[name] = find_model(name)
        found = self._models[name]
        if not found.is_here:
            state = "isn't on this machine" if found.state.value == "absent" else "is damaged"
            raise ModelError(f"The model {name} {state}.", f"Fetch it with: sam2-studio models get {name}.")
        return found

    def _edge(self, values: Mapping[str, Any]) -> dict[str, Any]:
        said = values.get("edge", "")
        texts = [f"{name}={_word(value)}" for name, value in said.items()] if isinstance(said, dict) else _several(said)
        edge = dict(self._defaults.edge) | edges_of(texts)
        settings = EdgeSettings(**edge)
        if settings.matte and settings.method == "best":
            check_installed()
        return edge

    def _preset(self, name: str) -> Settings:
        if name not in self._presets:
            self._presets[name] = SavedPresets(settings_folder() / FILE).find(name)
        return self._presets[name]


def _check_fields(row: Row) -> None:
    if row.extra:
        raise BatchError("There are cells beyond the named columns.", "Put cells that hold the separator into quotes.")
    unknown = sorted(row.values.keys() - set(FIELDS))
    if unknown:
        raise BatchError(f"“{unknown[0]}” means nothing here.", f"There are: {', '.join(FIELDS)}.")
    if ("media" in row.values) == ("project" in row.values):
        raise BatchError("A line needs either media or project.", "Say what to work on.")


def _check_package(item: Item) -> None:
    written = item.export.format
    if isinstance(written, PictureFormat) and written.package and find_spec(written.package) is None:
        raise BatchError(f"{written.label} files need the package {written.package}.", "Install it first.")


def _said(values: Mapping[str, Any]) -> str:
    return str(values.get("media", values.get("project", "")))


def _text(values: Mapping[str, Any], name: str, default: str = "") -> str:
    value = values.get(name, default)
    if not isinstance(value, str):
        raise BatchError(f"{name} is {value!r}.", "Write it in quotes.")
    return value


def _direction(word: str) -> Direction:
    try:
        return Direction(word.lower())
    except ValueError:
        raise BatchError(f"“{word}” is no direction.", f"Use one of {', '.join(Direction)}.") from None


def _flag(values: Mapping[str, Any], name: str) -> bool:
    word = str(values.get(name, "no")).lower()
    if word not in _YES + _NO:
        raise BatchError(f"{name} is “{word}”.", "Use yes or no.")
    return word in _YES


def _several(value: Any) -> list[str]:
    """Prompts or settings of one field: parted by `;`, or a list of texts or of numbers."""
    if value is None:
        return []
    if isinstance(value, str):
        return [part.strip() for part in value.split(";") if part.strip()]
    if isinstance(value, list) and value:
        if all(isinstance(one, str) for one in value):
            return list(value)
        if all(type(one) in (int, float) for one in value):
            return [",".join(map(repr, value))]
    raise BatchError(f"{value!r} can't be understood.", "Write it in quotes, or as a list.")


def _word(value: Any) -> str:
    """A value of JSON or TOML as `--edge` writes it."""
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)

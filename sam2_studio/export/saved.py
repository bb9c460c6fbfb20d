"""Export settings that the user saved under a name, and those of the last export, in one small JSON file.

What is saved is how to write, never what or where: no objects, frames, target or leave to overwrite.
"""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sam2_studio.core.json_file import read_json, write_json
from sam2_studio.core.plain import checked
from sam2_studio.errors import ExportError
from sam2_studio.export.formats import PRESETS
from sam2_studio.export.scaling import Scale
from sam2_studio.export.spec import ExportSpec
from sam2_studio.export.treatment import Background, Hiding

Settings = Mapping[str, Any]

FILE = "export-presets.json"
LONGEST_NAME = 60  # characters
_VERSION = 1
_PLAIN: dict[str, tuple[type, ...]] = {
    "preset": (str,),
    "bit_depth": (int, type(None)),
    "separate": (bool,),
    "step": (int,),
    "constant_rate": (bool,),
    "square_pixels": (bool,),
    "premultiplied": (bool,),
    "compression": (str,),
    "provenance": (bool,),
}


def settings_of(spec: ExportSpec) -> dict[str, Any]:
    """How an export writes, as plain values for JSON."""
    background = asdict(spec.background)
    background["picture"] = None if spec.background.picture is None else str(spec.background.picture)
    own = {name: getattr(spec, name) for name in _PLAIN}
    own |= {"scale": asdict(spec.scale), "background": background, "hiding": asdict(spec.hiding)}
    return own | {"suffix": spec.target.suffix.lower() if spec.target.suffix.lower() in spec.rules.formats else ""}


def spec_of(settings: Settings, target: Path, **chosen: Any) -> ExportSpec:
    """The export that saved settings mean.

    Args:
        target: Where to; where it has no ending, it gets that of the settings, if the preset has several.
        chosen: Other fields of the spec, these first.

    Raises:
        ExportError: the settings are damaged, or a field has no such value.
    """
    try:
        values = {name: _of_kind(name, settings[name]) for name in _PLAIN if name in settings}
        if "scale" in settings:
            values["scale"] = checked(Scale(**settings["scale"]))
        if "background" in settings:
            picture = settings["background"]["picture"]
            values["background"] = Background(**{**settings["background"], "picture": picture and Path(picture)})
        if "hiding" in settings:
            values["hiding"] = checked(Hiding(**settings["hiding"]))
        return ExportSpec(target=_with_ending(target, settings), **values | chosen)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ExportError(
            f"Saved export settings are damaged: {error}.", "Save them again under the same name."
        ) from error


def _of_kind(name: str, value: Any) -> Any:
    if type(value) not in _PLAIN[name]:
        raise TypeError(f"{name} is {value!r}")
    return value


def _with_ending(target: Path, settings: Settings) -> Path:
    preset, suffix = PRESETS.get(str(settings["preset"])), str(settings.get("suffix", ""))
    if preset is None or suffix not in preset.formats or suffix == preset.suffix or target.suffix:
        return target
    return target.with_name(target.name + suffix)


class SavedPresets:
    """The file. It is read at each use: a second window and the command line write it too."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def all(self) -> dict[str, Settings]:
        """Settings by name, in the order in which they were first saved; empty where there is no file.

        Raises:
            ExportError: the file can't be read, or is damaged.
        """
        found = self._read()["presets"]
        return {str(name): settings for name, settings in found.items() if isinstance(settings, dict)}

    def last(self) -> Settings | None:
        """The settings of the last export; None where there are none. Raises ExportError, as `all`."""
        found = self._read().get("last")
        return found if isinstance(found, dict) else None

    def find(self, name: str) -> Settings:
        """The settings of a preset, the program's own or a saved one.

        Raises:
            ExportError: there is none of that name, or the file can't be read.
        """
        if name in PRESETS:
            return {"preset": name}
        saved = self.all()
        if name not in saved:
            own = f" Saved ones: {', '.join(saved)}." if saved else ""
            raise ExportError(f'There is no export preset "{name}".', f"Use one of: {', '.join(PRESETS)}.{own}")
        return saved[name]

    def save(self, name: str, spec: ExportSpec) -> None:
        """Keep the settings of an export under a name; one of that name is replaced.

        Raises:
            ExportError: the name can't be used, or the file can't be written.
        """
        checked_name(name)
        values = self._read()
        values["presets"][name] = settings_of(spec)
        self._write(values)

    def remove(self, name: str) -> None:
        """Forget a saved preset; one that isn't there changes nothing. Raises ExportError, as `save`."""
        values = self._read()
        values["presets"].pop(name, None)
        self._write(values)

    def remember(self, spec: ExportSpec) -> None:
        """Keep the settings of the last export. Raises ExportError, as `save`."""
        self._write(self._read() | {"last": settings_of(spec)})

    def _read(self) -> dict[str, Any]:
        try:
            values = read_json(self._path)
        except FileNotFoundError:
            return {"version": _VERSION, "presets": {}}
        except (OSError, ValueError) as error:
            raise self._damaged(error) from error
        if not isinstance(values, dict) or not isinstance(values.get("presets"), dict):
            raise self._damaged("it holds something else")
        return values

    def _write(self, values: dict[str, Any]) -> None:
        try:
            write_json(self._path, values)
        except OSError as error:
            raise ExportError(
                f"{self._path} can't be written: {error.strerror}.", "Make the folder of the settings writable."
            ) from error

    def _damaged(self, why: object) -> ExportError:
        return ExportError(
            f"The saved export presets in {self._path} can't be read: {why}.", "Delete or mend that file."
        )


def checked_name(name: str) -> str:
    """Return the name.

    Raises:
        ExportError: it is empty, too long, has signs that can't be typed, or is one of the program's own.
    """
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable() or name != name.strip():
        raise ExportError(f"“{name}” can't be the name of a preset.", f"Use 1 to {LONGEST_NAME} letters and digits.")
    if name in PRESETS:
        raise ExportError(f"“{name}” is a preset of the program itself.", "Choose another name.")
    return name

"""Makes lines of the queue of clips from open projects, and names what they will write."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from sam2_studio.batch.clip_queue import Lines, QueueLine, outputs_in, unused
from sam2_studio.batch.records import Records
from sam2_studio.core.clip import Clip, ClipKind
from sam2_studio.export.formats import PRESETS
from sam2_studio.export.saved import SavedPresets
from sam2_studio.ui.dialogs.export_target import clip_stem, target_name

_NO_TEMPLATE = str.maketrans("{}", "()")  # in the name of an output, braces stand for something


def line_for(project: Path, clip: Clip, objects: Sequence[str], *, model: str, preset: str, folder: Path) -> QueueLine:
    """A line for an open project; where its output goes is still to be said by `redirected`."""
    return QueueLine(
        project=project.absolute(),
        clip=Path(clip.info.path).name,
        stem=clip_stem(clip).translate(_NO_TEMPLATE).lstrip("."),
        still=clip.info.kind is ClipKind.STILL,
        objects=tuple(objects),
        model=model,
        preset=preset,
        folder=folder,
    )


def redirected(lines: Lines, ids: Collection[str], saved: SavedPresets) -> Lines:
    """Name the outputs of these lines anew where they have none: after the clip, like no other output there.

    Raises:
        ExportError: a preset isn't there, or those of the user can't be read.
    """
    made = list(lines)
    for place, line in enumerate(made):
        if line.id in ids and not line.output:
            made[place] = replace(line, output=_output(line, made, saved))
    return tuple(made)


def _output(line: QueueLine, lines: Sequence[QueueLine], saved: SavedPresets) -> str:
    settings = saved.find(line.preset)
    preset = PRESETS[settings["preset"]]
    name = target_name(line.stem, preset, still=line.still)
    suffix = str(settings.get("suffix", ""))
    if suffix in preset.formats and Path(name).suffix in preset.formats:
        name = str(Path(name).with_suffix(suffix))
    taken, records = outputs_in(lines, line.folder), Records(line.folder)
    return unused(name, lambda output: output.casefold() in taken or records.read(output) is not None)

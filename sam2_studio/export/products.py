"""What one export makes: files of all chosen objects together, or files of each object. Names only, no pixels."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sam2_studio.core.clip import Clip
from sam2_studio.core.objects import CutObject
from sam2_studio.errors import ExportError
from sam2_studio.export.naming import file_names
from sam2_studio.export.spec import ExportSpec
from sam2_studio.export.targets import planned_paths


@dataclass(frozen=True)
class Product:
    """Files that belong together, one for a video, else one a frame, and the objects in them."""

    objects: tuple[CutObject, ...]
    files: tuple[Path, ...]


def chosen_objects(spec: ExportSpec, objects: Sequence[CutObject]) -> tuple[CutObject, ...]:
    """The objects that `spec` names, or all visible ones.

    Raises:
        ExportError: an id isn't there, or nothing is left to export.
    """
    known = {thing.id: thing for thing in objects}
    for wanted in spec.object_ids:
        if wanted not in known:
            there = ", ".join(f"{thing.id} ({thing.name})" for thing in objects) or "none"
            raise ExportError(f"There is no object {wanted} to export.", f"The objects are: {there}.")
    chosen = tuple(known[i] for i in spec.object_ids) or tuple(thing for thing in objects if thing.visible)
    if not chosen:
        raise ExportError("There is no visible object to export.", "Select a subject, or show a hidden one.")
    return chosen


def planned_products(spec: ExportSpec, clip: Clip, objects: Sequence[CutObject]) -> tuple[Product, ...]:
    """What the export will write. Raises ExportError and PromptError, as `chosen_objects` and `ExportSpec.frames`."""
    chosen = chosen_objects(spec, objects)
    labels = file_names(chosen)
    groups = [((thing,), labels[thing.id]) for thing in chosen] if spec.separate else [(chosen, "")]
    return tuple(
        Product(group, planned_paths(spec.rules, spec.target, clip, spec.numbers(clip), label))
        for group, label in groups
    )


def planned_files(spec: ExportSpec, clip: Clip, objects: Sequence[CutObject]) -> tuple[Path, ...]:
    """All files that the export will write."""
    return tuple(path for product in planned_products(spec, clip, objects) for path in product.files)

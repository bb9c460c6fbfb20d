"""What the user has to answer before an export starts: files to be replaced, masks that are stale. Words only."""

from collections.abc import Sequence
from pathlib import Path

from sam2_studio.core.clip import Clip
from sam2_studio.core.objects import CutObject
from sam2_studio.export.products import planned_products
from sam2_studio.export.spec import ExportSpec
from sam2_studio.export.targets import stale_files
from sam2_studio.ui.language import tr, tr_count


def questions(spec: ExportSpec, clip: Clip, objects: Sequence[CutObject], stale_frames: int) -> tuple[str, str]:
    """The question that is owed, and what "yes" is called; empty texts where none is."""
    products = planned_products(spec, clip, objects)
    existing = [path for product in products for path in product.files if path.exists()]
    older = [path for product in products for path in stale_files(product.files)]
    parts = [_stale(stale_frames)] if stale_frames else []
    parts += [_replace(existing)] if existing else []
    parts += [_beside(older)] if older and parts else []
    if not parts:
        return "", ""
    return " ".join(parts), tr("Replace") if existing else tr("Export as they are")


def _stale(count: int) -> str:
    return tr_count(
        "{count} mask is stale: its prompts have changed since it was tracked. Export it as it is?",
        "{count} masks are stale: their prompts have changed since they were tracked. Export them as they are?",
        count,
    )


def _replace(existing: Sequence[Path]) -> str:
    name, folder, more = existing[0].name, existing[0].parent, len(existing) - 1
    alone = tr("“{name}” exists already in {folder}. Replace?", name=name, folder=folder)
    many = tr_count(
        "“{name}” and {count} more exist already in {folder}. Replace?",
        "“{name}” and {count} more exist already in {folder}. Replace?",
        more,
        name=name,
        folder=folder,
    )
    return many if more else alone


def _beside(older: Sequence[Path]) -> str:
    return tr_count(
        "{count} picture of an older, longer export stays beside them, such as {name}.",
        "{count} pictures of an older, longer export stay beside them, such as {name}.",
        len(older),
        name=older[0].name,
    )

"""Cuts one subject out of one picture: no project, no tracking. Loads torch."""

from pathlib import Path

from sam2_studio.batch.exporting import ExportRun, check_methods
from sam2_studio.core.clip import Clip
from sam2_studio.core.edges import EdgeSettings
from sam2_studio.core.frame_source import FrameSource
from sam2_studio.core.masks import Mask
from sam2_studio.core.objects import the_subject
from sam2_studio.core.prompts import PromptSet
from sam2_studio.engine.foreground import foreground
from sam2_studio.engine.matting import make_matte
from sam2_studio.engine.requests import SegmentSettings
from sam2_studio.engine.segmenter import Segmenter
from sam2_studio.engine.subject import propose_subjects
from sam2_studio.errors import PromptError
from sam2_studio.export.runner import run_export
from sam2_studio.export.spec import ExportSpec
from sam2_studio.media.masks import read_mask

_DEFAULTS = SegmentSettings()
_PLAIN = EdgeSettings()


def cut_out_still(
    source: FrameSource,
    spec: ExportSpec,
    segmenter: Segmenter,
    prompts: PromptSet | None,
    *,
    edge: EdgeSettings = _PLAIN,
    hair: Path | None = None,
    settings: SegmentSettings = _DEFAULTS,
) -> ExportRun:
    """Make the mask of the subject and export it; the last item is the report.

    Args:
        source: The picture, frame 0.
        spec: Where to.
        segmenter: Answers the prompts.
        prompts: Checked against the picture; None for its main subject.
        edge: Clean-up and matte.
        hair: A picture of the same size, white where the matte's band is wider.
        settings: Second look and snap.

    Raises:
        PromptError: no subject is found, nothing is under the prompts, or the picture of the hair doesn't fit.
        MatteError: the best matte is wanted, and the extra for it isn't installed.
        MediaError: the picture of the hair can't be read.
        ExportError: as `run_export`.
    """
    clip = Clip.whole(source.info)
    thing = the_subject(edge)
    check_methods((thing,))
    strokes = None if hair is None else read_mask(hair, source.info.size)
    mask = _mask(source, segmenter, prompts, settings)
    yield from run_export(
        spec,
        source=source,
        clip=clip,
        objects=(thing,),
        masks=lambda object_id, number: mask,
        matte=lambda frame, mask, edge, ids: make_matte(frame.rgb, mask, edge, strokes),
        foreground=foreground,
        made_with=segmenter.looks.model.recipe,
    )


def _mask(source: FrameSource, segmenter: Segmenter, prompts: PromptSet | None, settings: SegmentSettings) -> Mask:
    frame = source.read(0)
    if prompts is None:
        found = propose_subjects(segmenter, frame)
        if not found:
            raise PromptError(f"No subject stands out in {source.info.path}.", "Show it with --box or --point.")
        return found[0].prediction.mask
    mask = segmenter.segment(frame, prompts, still=True, settings=settings).mask
    if mask.is_empty:
        raise PromptError(f"Nothing was found under the prompts in {source.info.path}.", "Try a box round the subject.")
    return mask

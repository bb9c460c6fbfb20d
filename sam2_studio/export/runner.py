"""Runs an export: frame, masks, matte, composition, encoding, checking, renaming. Knows no Qt, no network, no project.

The caller hands over the callables that make mattes and foreground colours, and owns thread, progress and cancel.
Closing the generator, or any failure, removes what was written and leaves an old file as it was.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sam2_studio import __version__
from sam2_studio.core.clip import Clip
from sam2_studio.core.frames import FrameRange, FrameSource
from sam2_studio.core.objects import CutObject
from sam2_studio.errors import ExportError
from sam2_studio.export.compose import Picture
from sam2_studio.export.outputs import Output, open_output
from sam2_studio.export.pictures import ForegroundMaker, Masks, MatteMaker, PictureMaker, chosen_objects
from sam2_studio.export.spec import ExportSpec, check, notes
from sam2_studio.export.staging import Staging, explained
from sam2_studio.export.targets import stale_files
from sam2_studio.export.verify import sampled

_NAMED = 8  # numbers listed in a warning before it says "and more"


@dataclass(frozen=True, kw_only=True)
class ExportProgress:
    """How far an export is.

    Attributes:
        done, total: Frames.
        seconds: Since the start.
        seconds_left: Expected, None before the first frame is done.
        what: What is being done, for the user.
    """

    done: int
    total: int
    seconds: float
    seconds_left: float | None
    what: str


@dataclass(frozen=True, kw_only=True)
class ExportReport:
    """What an export did.

    Attributes:
        files: Written, in order.
        frames: Their number.
        verified: Whether reading back found what was meant.
        faults: What it found instead, one sentence each.
        seconds: That it took.
        warnings: What the user should know, one sentence each.
        unmatted: (object id, frame) whose soft edge failed: the clean mask took its place.
    """

    files: tuple[Path, ...]
    frames: int
    verified: bool
    faults: tuple[str, ...]
    seconds: float
    warnings: tuple[str, ...]
    unmatted: tuple[tuple[int, int], ...] = ()


def run_export(
    spec: ExportSpec,
    *,
    source: FrameSource,
    clip: Clip,
    objects: Sequence[CutObject],
    masks: Masks,
    matte: MatteMaker,
    foreground: ForegroundMaker,
    made_with: str = "",
) -> Iterator[ExportProgress | ExportReport]:
    """Check the request at once, then export frame by frame as the result is iterated; its last item is the report.

    Args:
        objects: All of the project; `spec` chooses.
        masks: Object id and frame number to its mask; None where there is none.
        matte: (H, W, 3) uint8 or uint16, mask and edge settings to soft alpha; where it raises MatteError it is asked
            again without `EdgeSettings.matte`.
        foreground: (H, W, 3), matte, and the mattes that it is joined from with their settings, to the subject's own
            colours, of the same type; asked only for soft edges and despill.
        made_with: Model and hash, written to the files if `spec.provenance`.

    Raises:
        ExportError: the export can't start; while iterating: it can't be written or read back.
        PromptError: the range doesn't fit the clip.
    """
    files = check(spec, clip)
    if not clip.fits(source.info):
        raise ExportError(f"The source {clip.info.path} has changed since it was opened.", "Link the clip anew.")
    chosen = chosen_objects(spec, objects)
    maker = PictureMaker(spec, source, clip, chosen, masks, matte, foreground)
    comment = f"Cut out with sam2_studio {__version__}{', ' if made_with else ''}{made_with}" if spec.provenance else ""
    return _Run(spec, clip, source, files, maker, comment).steps()


@dataclass
class _Run:
    spec: ExportSpec
    clip: Clip
    source: FrameSource
    files: tuple[Path, ...]
    maker: PictureMaker
    comment: str
    started: float = field(default_factory=time.monotonic)
    meant: dict[int, Picture] = field(default_factory=dict)
    done: int = 0

    def steps(self) -> Iterator[ExportProgress | ExportReport]:
        stale = stale_files(self.files)
        staging = Staging(self.files)
        try:
            with self._explained(None):
                output = open_output(
                    self.spec,
                    self.clip,
                    self.source,
                    staging.parts,
                    objects=self.maker.objects,
                    comment=self.comment,
                )
            try:
                yield from self._write(output)
                yield self._progress("Checking")
                with self._explained(output):
                    faults = output.verify(self.meant)
            finally:
                output.abandon()
            staging.publish()
        finally:
            staging.discard()
        yield self._report(output, faults, stale)

    def _write(self, output: Output) -> Iterator[ExportProgress]:
        compared = sampled(len(self._frames))
        yield self._progress("Writing")
        for place, number in enumerate(self._frames):
            picture = self.maker.picture(number)
            if place in compared:
                self.meant[place] = picture
            with self._explained(output):
                output.write(picture)
            self.done = place + 1
            yield self._progress("Writing")
        with self._explained(output):
            output.finish()

    @property
    def _frames(self) -> FrameRange:
        return self.spec.frames(self.clip)

    @contextmanager
    def _explained(self, output: Output | None) -> Iterator[None]:
        """Turn what the file system refuses into a message with path, cause and, if the disk is full, the need."""
        try:
            yield
        except OSError as error:
            written = output.bytes_written if output and self.done else 0
            missing = written * (len(self._frames) - self.done) // max(1, self.done)
            raise explained(error, self.files[min(self.done, len(self.files) - 1)], missing) from error

    def _progress(self, what: str) -> ExportProgress:
        seconds, total = time.monotonic() - self.started, len(self._frames)
        left = seconds / self.done * (total - self.done) if self.done else None
        return ExportProgress(done=self.done, total=total, seconds=seconds, seconds_left=left, what=what)

    def _report(self, output: Output, faults: Sequence[str], stale: Sequence[Path]) -> ExportReport:
        warnings = [*notes(self.spec, self.clip), *output.warnings]
        if self.maker.unmasked:
            numbers = _listed([str(self.clip.source_number(number)) for number in self.maker.unmasked])
            shown = "hide nothing" if self.spec.rules.hides else "show nothing of the subject"
            warnings.append(f"{len(self.maker.unmasked)} frames have no mask and {shown}: {numbers}.")
        if self.maker.unmatted:
            frames = sorted({number for _, number in self.maker.unmatted})
            numbers = _listed([str(self.clip.source_number(number)) for number in frames])
            warnings.append(f"No soft edge could be made on {len(frames)} frames, the clean mask is used: {numbers}.")
        if stale:
            names = _listed([path.name for path in stale])
            warnings.append(f"{len(stale)} files of an older export lie beside the new ones: {names}.")
        return ExportReport(
            files=self.files,
            frames=len(self._frames),
            verified=not faults,
            faults=tuple(faults),
            seconds=time.monotonic() - self.started,
            warnings=tuple(warnings),
            unmatted=tuple(sorted(self.maker.unmatted)),
        )


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_NAMED])
    return shown if len(names) <= _NAMED else f"{shown} and {len(names) - _NAMED} more"

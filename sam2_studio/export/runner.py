"""Runs an export: frame, masks, matte, composition, encoding, checking, renaming. Knows no Qt, no network, no project.

The caller hands over the callables that make mattes and foreground colours, and owns thread, progress and cancel.
Closing the generator, or any failure, removes what was written and leaves an old file as it was.
"""

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sam2_studio import __version__
from sam2_studio.core.clip import Clip
from sam2_studio.core.frame_source import FrameSource
from sam2_studio.core.objects import CutObject
from sam2_studio.errors import ExportError
from sam2_studio.export.ahead import abreast, made_ahead
from sam2_studio.export.checks import check
from sam2_studio.export.compose import Picture
from sam2_studio.export.outputs import Output, open_output
from sam2_studio.export.pictures import ForegroundMaker, Masks, MatteMaker, PictureMaker
from sam2_studio.export.products import Product, planned_products
from sam2_studio.export.spec import ExportSpec, notes
from sam2_studio.export.staging import Staging, explained
from sam2_studio.export.targets import stale_files
from sam2_studio.export.times import Times, export_times
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
) -> Generator[ExportProgress | ExportReport, None, None]:
    """Check the request at once, then export frame by frame as the result is iterated; its last item is the report.

    Args:
        objects: All of the project; `spec` chooses.
        masks: Object id and frame number to its mask; None where there is none.
        matte: Frame, mask, edge settings and the ids of the objects that the mask is of, to soft alpha; where it raises
            MatteError it is asked again without `EdgeSettings.matte`. Called on several threads at once.
        foreground: (H, W, 3), matte, and the mattes that it is joined from with their settings, to the subject's own
            colours, of the same type; asked only for soft edges and despill, on several threads at once.
        made_with: Model and hash, written to the files if `spec.provenance`.

    Raises:
        ExportError: the export can't start; while iterating: it can't be written or read back.
        PromptError: the range doesn't fit the clip.
    """
    check(spec, clip, objects)
    if not clip.fits(source.info):
        raise ExportError(f"The source {clip.info.path} has changed since it was opened.", "Link the clip anew.")
    comment = f"Cut out with sam2_studio {__version__}{', ' if made_with else ''}{made_with}" if spec.provenance else ""
    times = export_times(source, spec.frames(clip), step=spec.step, constant=spec.constant_rate)
    works = tuple(
        _Work(product, PictureMaker(spec, clip, product.objects, masks, matte, foreground))
        for product in planned_products(spec, clip, objects)
    )
    return _Run(spec, clip, source, times, comment, works).steps()


@dataclass
class _Work:
    """One product on its way: who makes its pictures, where they go, which are compared in the end."""

    product: Product
    maker: PictureMaker
    meant: dict[int, Picture] = field(default_factory=dict)
    output: Output | None = None

    @property
    def opened(self) -> Output:
        if self.output is None:
            raise RuntimeError("the output isn't open")
        return self.output

    def abandon(self) -> None:
        if self.output is not None:
            self.output.abandon()


@dataclass
class _Run:
    spec: ExportSpec
    clip: Clip
    source: FrameSource
    times: Times
    comment: str
    works: tuple[_Work, ...]
    started: float = field(default_factory=time.monotonic)
    done: int = 0

    def steps(self) -> Generator[ExportProgress | ExportReport, None, None]:
        files = tuple(path for work in self.works for path in work.product.files)
        stale = [path for work in self.works for path in stale_files(work.product.files)]
        staging = Staging(files)
        try:
            try:
                self._open(staging.parts)
                yield from self._write()
                yield self._progress("Checking")
                faults = self._verify()
            finally:
                for work in self.works:
                    work.abandon()
            staging.publish()
        finally:
            staging.discard()
        yield self._report(files, faults, stale)

    def _open(self, parts: Sequence[Path]) -> None:
        place = 0
        for work in self.works:
            own, place = parts[place : place + len(work.product.files)], place + len(work.product.files)
            with self._explained(work):
                work.output = open_output(
                    self.spec,
                    self.clip,
                    self.source,
                    own,
                    times=self.times,
                    objects=work.product.objects,
                    comment=self.comment,
                )

    def _write(self) -> Iterator[ExportProgress]:
        compared = sampled(len(self.times.numbers))
        yield self._progress("Writing")
        at_once = abreast(self.source.info.size.area)
        with closing(made_ahead(self.times.numbers, self._begin, at_once)) as made:
            try:
                for place, pictures in enumerate(made):
                    for work, picture in zip(self.works, pictures, strict=True):
                        self._put(work, place, picture, keep=place in compared)
                    self.done = place + 1
                    yield self._progress("Writing")
            finally:
                for work in self.works:
                    work.maker.give_up()
        for work in self.works:
            with self._explained(work):
                work.opened.finish()

    def _begin(self, number: int) -> Callable[[], list[Picture]]:
        """What makes of a frame the picture of each product: all is read here, on one thread, and made on any."""
        frame = self.source.read(number)
        gathered = [(work.maker, work.maker.gathered(frame)) for work in self.works]
        return lambda: [maker.made(given) for maker, given in gathered]

    def _put(self, work: _Work, place: int, picture: Picture, *, keep: bool) -> None:
        if keep:
            work.meant[place] = picture
        with self._explained(work):
            work.opened.write(picture)

    def _verify(self) -> list[str]:
        """What reads back otherwise than meant; with the object's name where each has files of its own."""
        found: list[str] = []
        for work in self.works:
            with self._explained(work):
                faults = work.opened.verify(work.meant)
            whose = f"{work.product.objects[0].name}: " if self.spec.separate else ""
            found += [f"{whose}{fault}" for fault in faults]
        return found

    @contextmanager
    def _explained(self, work: _Work) -> Iterator[None]:
        """Turn what the file system refuses into a message with path, cause and, if the disk is full, the need."""
        try:
            yield
        except OSError as error:
            written = sum(each.output.bytes_written for each in self.works if each.output) if self.done else 0
            missing = written * (len(self.times.numbers) - self.done) // max(1, self.done)
            files = work.product.files
            raise explained(error, files[min(self.done, len(files) - 1)], missing) from error

    def _progress(self, what: str) -> ExportProgress:
        seconds, total = time.monotonic() - self.started, len(self.times.numbers)
        left = seconds / self.done * (total - self.done) if self.done else None
        return ExportProgress(done=self.done, total=total, seconds=seconds, seconds_left=left, what=what)

    def _report(self, files: tuple[Path, ...], faults: Sequence[str], stale: Sequence[Path]) -> ExportReport:
        warnings = [
            *notes(self.spec, self.clip),
            *dict.fromkeys(w for each in self.works for w in each.opened.warnings),
        ]
        warnings += [line for work in self.works if (line := self._unmasked(work))]
        unmatted = {pair for work in self.works for pair in work.maker.unmatted}
        if unmatted:
            frames = sorted({number for _, number in unmatted})
            numbers = _listed([str(self.clip.source_number(number)) for number in frames])
            warnings.append(f"No soft edge could be made on {len(frames)} frames, the clean mask is used: {numbers}.")
        if stale:
            names = _listed([path.name for path in stale])
            warnings.append(f"{len(stale)} files of an older export lie beside the new ones: {names}.")
        return ExportReport(
            files=files,
            frames=len(self.times.numbers),
            verified=not faults,
            faults=tuple(faults),
            seconds=time.monotonic() - self.started,
            warnings=tuple(warnings),
            unmatted=tuple(sorted(unmatted)),
        )

    def _unmasked(self, work: _Work) -> str:
        """Which frames have no mask, in a sentence; "" where all have one."""
        frames = work.maker.unmasked
        if not frames:
            return ""
        numbers = _listed([str(self.clip.source_number(number)) for number in frames])
        whose = f"{work.product.objects[0].name}: " if self.spec.separate else ""
        if self.spec.rules.hides:
            shown = "has no mask and hides nothing" if len(frames) == 1 else "have no mask and hide nothing"
        else:
            shown = "has no mask and shows" if len(frames) == 1 else "have no mask and show"
            shown = f"{shown} nothing of the subject"
        return f"{whose}{len(frames)} frame{'' if len(frames) == 1 else 's'} {shown}: {numbers}."


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_NAMED])
    return shown if len(names) <= _NAMED else f"{shown} and {len(names) - _NAMED} more"

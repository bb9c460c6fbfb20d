"""A project's footage: found where the project says or beside the project, and checked to be the same."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sam2_studio.core.clip import Clip
from sam2_studio.core.frame_source import FrameSource
from sam2_studio.core.store import ProjectFile
from sam2_studio.errors import MediaError, ProjectError
from sam2_studio.media.cache import DEFAULT_BYTES, CachedSource
from sam2_studio.media.isolated import IsolatedSource
from sam2_studio.media.open import fingerprint

_HELD_FRAMES = 128


@contextmanager
def footage(file: ProjectFile) -> Iterator[tuple[Clip, FrameSource]]:
    """The clip of a project, with its path as found, and a reader of one's own, which is closed at the end.

    Raises:
        ProjectError: the project has no clip.
        MediaError: the clip is gone, can't be read, or has another size or length than it had.
    """
    clip = file.project.clip
    if clip is None:
        raise ProjectError(f"There is no footage in “{file.path}”.", "Open it in the window and add a clip.")
    found = clip.relinked(str(_located(clip, file.path)))
    with source_of(found) as source:
        yield found, source


@contextmanager
def source_of(clip: Clip) -> Iterator[FrameSource]:
    """A reader of one's own of a clip, which is closed at the end.

    Raises:
        MediaError: the clip is gone, can't be read, or has another size or length than it had.
    """
    source = _cached(IsolatedSource(clip.media_path, reading=clip.reading))
    try:
        if not clip.fits(source.info):
            was, now = _told(clip.info.frames, clip.info.size), _told(source.info.frames, source.info.size)
            raise MediaError(
                f"The clip {clip.info.path} has changed: it has {now}, the project was made on {was}.",
                "Put the original back, or start a new project.",
            )
        yield source
    finally:
        source.close()


def _cached(source: FrameSource) -> CachedSource:
    """A run goes through a clip frame by frame: only steps backwards gain from memory, and of a short stretch."""
    info = source.info
    stretch = _HELD_FRAMES * info.size.area * (6 if info.bit_depth > 8 else 3)
    return CachedSource(source, min(stretch, DEFAULT_BYTES))


def _located(clip: Clip, project: Path) -> Path:
    """Where the clip is. A file beside the project is taken for it only if its contents are the same."""
    path = Path(clip.info.path)
    if path.exists():
        return path
    beside = project.parent / path.name
    if clip.fingerprint and beside.exists() and fingerprint(clip.relinked(str(beside)).media_path) == clip.fingerprint:
        return beside
    raise MediaError(
        f"The clip {path} of the project “{project}” is no longer there.",
        "Put it back or beside the project, or open the project in the window and choose its new place.",
    )


def _told(frames: int, size: object) -> str:
    return f"{frames} frame{'' if frames == 1 else 's'} of {size}"

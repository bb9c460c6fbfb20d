"""Says what a piece of media is, as the `info` command and the open dialog show it."""

from pathlib import Path

from sam2_studio.core.clip import ClipInfo
from sam2_studio.media.container import PIXEL_LIMIT
from sam2_studio.media.isolated import IsolatedSource


def probe(path: str | Path, pixel_limit: int = PIXEL_LIMIT) -> ClipInfo:
    """Scan a video, still, folder of numbered pictures or pattern; nothing said in its headers is trusted unseen.

    Raises:
        MediaError: nothing can be opened there; it names path, cause and way out.
    """
    with IsolatedSource(path, pixel_limit) as reader:
        return reader.info

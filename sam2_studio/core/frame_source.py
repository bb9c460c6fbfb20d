"""What a source of frames must offer; knows no decoder."""

from typing import Protocol

from sam2_studio.core.clip import ClipInfo
from sam2_studio.core.frames import Frame, Timestamp


class FrameSource(Protocol):
    """What hands out frames: a video, a numbered sequence or a still. Not thread-safe: one thread at a time."""

    @property
    def info(self) -> ClipInfo: ...

    def timestamp(self, number: int) -> Timestamp:
        """When frame `number` is shown. Raises PromptError where there is no such frame."""

    def read(self, number: int) -> Frame:
        """Frame `number`, always the same bytes as a linear decode. Raises PromptError or MediaError."""

    def close(self) -> None: ...

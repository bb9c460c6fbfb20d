"""FrameSources over pictures: a numbered sequence, and a still, which is a clip of one frame."""

import logging
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sam2_studio.core.clip import AS_STORED, ClipInfo, ClipKind, Reading
from sam2_studio.core.frames import Frame, Timestamp, checked_frame
from sam2_studio.errors import MediaError
from sam2_studio.media.container import PIXEL_LIMIT, local_file
from sam2_studio.media.listing import Listing, is_pattern, list_folder, list_pattern
from sam2_studio.media.parts import Picture, PictureHeader
from sam2_studio.media.picture import read_header, read_picture
from sam2_studio.media.straight import unmultiplied

_log = logging.getLogger(__name__)
_RATE = Fraction(25)


class StillReader:
    """A FrameSource over one picture file.

    Attributes:
        info: What the file is.
        icc_profile: The embedded colour profile, or None.
    """

    def __init__(self, path: str | Path, pixel_limit: int = PIXEL_LIMIT, reading: Reading = AS_STORED) -> None:
        """Read the picture.

        Raises:
            MediaError: it can't be read.
        """
        picture = read_as(reading, read_picture(local_file(path), pixel_limit))
        self.icc_profile = picture.icc_profile
        self._frame: Frame | None = Frame(0, picture.rgb, Timestamp(0, Fraction(1)), picture.alpha, picture.light)
        self.info = ClipInfo(
            path=str(path),
            kind=ClipKind.STILL,
            frames=1,
            width=picture.size.width,
            height=picture.size.height,
            rate=Fraction(1),
            duration=1.0,
            rotation=picture.rotation,
            pixel_format=picture.pixel_format,
            bit_depth=picture.bit_depth,
            color=picture.color,
            pixel_aspect=picture.pixel_aspect,
            alpha=picture.alpha is not None,
            warnings=picture.warnings,
        )

    def timestamp(self, number: int) -> Timestamp:
        """When frame `number` is shown. Raises PromptError where there is no such frame."""
        checked_frame(number, 1)
        return Timestamp(0, Fraction(1))

    def read(self, number: int) -> Frame:
        """Frame 0. Raises PromptError for any other, MediaError once closed."""
        self.timestamp(number)
        if self._frame is None:
            raise MediaError(f"{self.info.path} is closed.", "Open it again.")
        return self._frame

    def close(self) -> None:
        """Let go of the pixels."""
        self._frame = None

    def __enter__(self) -> "StillReader":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class SequenceReader:
    """A FrameSource over numbered pictures, in the order of the last number in their names.

    For a missing number, a picture of another size than most and one that can't be read, the picture before is held;
    what the headers tell of it is named in `info.warnings`, what only the pixels tell in the log.

    Attributes:
        info: What the sequence is; frame 0 is the lowest number.
        icc_profile: The first picture's colour profile, or None.
    """

    def __init__(self, path: str | Path, pixel_limit: int = PIXEL_LIMIT, reading: Reading = AS_STORED) -> None:
        """Read all headers and the first picture.

        Args:
            path: A folder, or a pattern such as `shot.####.png`.

        Raises:
            MediaError: there is no numbered picture, or none can be read.
        """
        self._pixel_limit, self._reading = pixel_limit, reading
        self._told: set[Path] = set()
        self._last: Frame | None = None
        self._closed = False
        listing = _listed(Path(path))
        headers, unread = _headers(listing, pixel_limit)
        misfits = _misfits(headers)
        self._files = {number: listing.files[number] for number in headers if number not in misfits}
        first = self._first_picture(unread)
        self.icc_profile = first.icc_profile
        self._deep = any(headers[number].bit_depth > 8 for number in self._files)
        self._alpha = any(headers[number].alpha for number in self._files)
        gaps = [number for number in range(min(self._files), max(self._files)) if number not in listing.files]
        warnings = (*listing.warnings, *_gap_text(gaps), *unread, *misfits.values(), *first.warnings)
        self.info = self._describe(
            first, max(headers[number].bit_depth for number in self._files), listing.pattern, warnings
        )

    def timestamp(self, number: int) -> Timestamp:
        """When frame `number` is shown, at 25 a second. Raises PromptError where there is no such frame."""
        checked_frame(number, self.info.frames, self.info.first_number)
        return Timestamp(number, 1 / self.info.rate)

    def read(self, number: int) -> Frame:
        """Frame `number`, from 0.

        Raises:
            PromptError: there is no such frame.
            MediaError: the reader is closed, or neither the picture nor any before it can be read.
        """
        timestamp = self.timestamp(number)
        if self._closed:
            raise MediaError(f"{self.info.path} is closed.", "Open it again.")
        if self._last is None or self._last.number != number:
            picture = self._picture(self.info.first_number + number)
            rgb, alpha = self._like_all(read_as(self._reading, picture))
            self._last = Frame(number, rgb, timestamp, alpha, picture.light)
        return self._last

    def close(self) -> None:
        """Let go of the pixels; a closed reader reads no more."""
        self._closed = True
        self._last = None

    def __enter__(self) -> "SequenceReader":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _first_picture(self, unread: list[str]) -> Picture:
        """Pixels of the first picture that can be read; those before it are dropped and told in `unread`."""
        for number in sorted(self._files):
            try:
                return read_picture(self._files[number], self._pixel_limit)
            except MediaError as error:
                del self._files[number]
                unread.append(f"{error.message} It is left out.")
        raise MediaError(f"None of the pictures can be read: {unread[0]}", "Copy or export them again.")

    def _describe(self, first: Picture, bit_depth: int, pattern: str, warnings: tuple[str, ...]) -> ClipInfo:
        start, count = min(self._files), max(self._files) - min(self._files) + 1
        return ClipInfo(
            path=str(self._files[start]),
            kind=ClipKind.SEQUENCE,
            frames=count,
            width=first.size.width,
            height=first.size.height,
            rate=_RATE,
            duration=float(count / _RATE),
            first_number=start,
            rotation=first.rotation,
            pixel_format=first.pixel_format,
            bit_depth=bit_depth,
            color=first.color,
            pixel_aspect=first.pixel_aspect,
            alpha=self._alpha,
            pattern=pattern,
            warnings=warnings,
        )

    def _picture(self, number: int) -> Picture:
        """The picture `number`, or of the nearest one before it that can be read."""
        for earlier in range(number, self.info.first_number - 1, -1):
            file = self._files.get(earlier)
            if file is None:
                continue
            try:
                picture = read_picture(file, self._pixel_limit)
                if picture.size != self.info.size:
                    raise MediaError(
                        f"{file.name} is now {picture.size}, not {self.info.size}.", "Open the sequence again."
                    )
                return picture
            except MediaError as error:
                self._tell(file, error)
        raise MediaError(f"Frame {number} of {self.info.pattern} can't be read.", "Copy or export its pictures again.")

    def _like_all(self, picture: Picture) -> tuple[NDArray[Any], NDArray[Any] | None]:
        """The pixels at the sequence's depth, with alpha where any picture has it."""
        rgb, alpha = picture.rgb, picture.alpha
        if self._alpha and alpha is None:
            alpha = np.full(rgb.shape[:2], np.iinfo(rgb.dtype).max, rgb.dtype)
        if self._deep and rgb.dtype == np.uint8:
            rgb = rgb.astype(np.uint16) * 257
            alpha = None if alpha is None else alpha.astype(np.uint16) * 257
        return rgb, alpha

    def _tell(self, file: Path, error: MediaError) -> None:
        if file not in self._told:
            self._told.add(file)
            _log.warning("%s The picture before it stands in.", error.message)


def read_as(reading: Reading, picture: Picture) -> Picture:
    """The picture as the user wants it read; OpenEXR is straight already."""
    if not reading.premultiplied or picture.alpha is None or picture.light is not None:
        return picture
    return replace(picture, rgb=unmultiplied(picture.rgb, picture.alpha))


def _listed(path: Path) -> Listing:
    return list_pattern(path) if is_pattern(path) and not path.is_dir() else list_folder(path)


def _headers(listing: Listing, pixel_limit: int) -> tuple[dict[int, PictureHeader], list[str]]:
    """The headers that can be read, by number, and a sentence for each that can't."""
    headers: dict[int, PictureHeader] = {}
    unread = []
    for number, file in listing.files.items():
        try:
            headers[number] = read_header(local_file(file), pixel_limit)
        except MediaError as error:
            unread.append(f"{error.message} The picture before it is held.")
    if not headers:
        raise MediaError(f"None of the pictures {listing.pattern} can be read: {unread[0]}", "Export them again.")
    return headers, unread


def _misfits(headers: dict[int, PictureHeader]) -> dict[int, str]:
    """A sentence for each picture that hasn't the size of most, by number."""
    size = Counter(header.size for header in headers.values()).most_common(1)[0][0]
    return {
        number: f"Frame {number} is {header.size}, not {size} as the others; the picture before it is held."
        for number, header in headers.items()
        if header.size != size
    }


def _gap_text(gaps: list[int]) -> list[str]:
    if not gaps:
        return []
    shown = ", ".join(str(number) for number in gaps[:10]) + (f" and {len(gaps) - 10} more" if len(gaps) > 10 else "")
    text = f"Frame {shown} is missing" if len(gaps) == 1 else f"{len(gaps)} frames are missing ({shown})"
    return [f"{text}; the picture before is held."]

"""What is done to a picture besides cutting out: what is laid behind the subject, how it is hidden. Values only."""

import re
from dataclasses import dataclass
from pathlib import Path

from sam2_studio.core.geometry import Size
from sam2_studio.errors import ExportError

_COLOR = re.compile(r"#[0-9A-Fa-f]{6}")
_MOST_BLUR = 500.0
_LEAST_HIDING = 2.0


@dataclass(frozen=True, kw_only=True)
class Background:
    """What the preset `replace` lays behind the subject: a picture, else a blur, else a colour.

    Attributes:
        color: `#RRGGBB`, in the source's own transfer.
        picture: A picture file, upright by its EXIF tag.
        fit: `cover` fills the frame and crops; `contain` shows all of it, the rest in `color`.
        blur: Standard deviation in pixels of the blurred source without the subject, above 0 to 500.
    """

    color: str = "#FFFFFF"
    picture: Path | None = None
    fit: str = "cover"
    blur: float | None = None

    def __post_init__(self) -> None:
        if not _COLOR.fullmatch(self.color):
            raise ExportError(f'"{self.color}" is no colour.', "Write it as #RRGGBB, such as #FFFFFF for white.")
        if self.fit not in ("cover", "contain"):
            raise ExportError(f'A background picture can\'t be fitted by "{self.fit}".', "Use cover or contain.")
        if self.blur is not None and not 0 < self.blur <= _MOST_BLUR:
            raise ExportError(
                f"The background can't be blurred by {self.blur:g} pixels.", "Use more than 0, up to 500."
            )

    @property
    def rgb(self) -> tuple[int, int, int]:
        """The colour, 0 to 255 each."""
        red, green, blue = bytes.fromhex(self.color[1:])
        return red, green, blue


def parse_background(text: str) -> Background:
    """A background as it is written on the command line: `#RRGGBB`, `blur:N` with N pixels, or a picture's path.

    Raises:
        ExportError: it is none of these; whether a picture is there is seen when the export is checked.
    """
    kind, _, amount = text.partition(":")
    if kind == "blur":
        try:
            return Background(blur=float(amount))
        except ValueError as error:
            raise ExportError(f'"{text}" is no blur.', "Write it as blur:N, N in pixels, such as blur:24.") from error
    return Background(color=text) if text.startswith("#") else Background(picture=Path(text))


@dataclass(frozen=True, kw_only=True)
class Hiding:
    """How the presets `pixelate` and `blur` hide.

    Attributes:
        strength: Side of the squares, or standard deviation of the blur, in pixels, 2 to 500; None for a 36th of the
            picture's shorter side, at least 8.
        outside: Whether all but the subject is hidden.
    """

    strength: float | None = None
    outside: bool = False

    def __post_init__(self) -> None:
        if self.strength is not None and not _LEAST_HIDING <= self.strength <= _MOST_BLUR:
            raise ExportError(
                f"The strength can't be {self.strength:g} pixels.",
                f"Use {_LEAST_HIDING:g} to {_MOST_BLUR:g}: the side of the squares, or the blur's width.",
            )

    def strength_for(self, size: Size) -> float:
        """The strength in pixels for pictures of `size`."""
        return max(8.0, min(size.width, size.height) / 36) if self.strength is None else self.strength

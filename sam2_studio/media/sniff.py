"""Says from a file's first bytes and its suffix what kind of media it is; decodes nothing."""

from pathlib import Path

from sam2_studio.errors import MediaError

PICTURE_SUFFIXES = frozenset(
    [
        ".png",
        ".jpg",
        ".jpeg",
        ".jpe",
        ".tif",
        ".tiff",
        ".webp",
        ".bmp",
        ".dib",
        ".exr",
        ".dpx",
        ".ppm",
        ".pgm",
        ".pnm",
        ".pbm",
        ".tga",
        ".avif",
        ".jp2",
        ".gif",
    ]
)
VIDEO_SUFFIXES = frozenset(
    [
        ".mp4",
        ".mov",
        ".m4v",
        ".mkv",
        ".webm",
        ".avi",
        ".mxf",
        ".ts",
        ".mts",
        ".m2ts",
        ".mpg",
        ".mpeg",
        ".vob",
        ".wmv",
        ".flv",
        ".ogv",
        ".3gp",
        ".nut",
        ".ivf",
        ".h264",
        ".hevc",
    ]
)
_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"II+\x00", "TIFF"),
    (b"MM\x00+", "TIFF"),
    (b"BM", "BMP"),
    (b"GIF8", "GIF"),
    (b"v/1\x01", "EXR"),
    (b"SDPX", "DPX"),
    (b"XPDS", "DPX"),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "JPEG2000"),
    (b"\xff\x4f\xff\x51", "JPEG2000"),
)


def picture_format(path: Path) -> str | None:
    """Name of the picture format that the first bytes tell (`PNG`, `JPEG`, `EXR`, ...), or None."""
    with path.open("rb") as file:
        head = file.read(16)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    if head[4:12] in (b"ftypavif", b"ftypavis"):
        return "AVIF"
    if len(head) > 2 and head[:1] == b"P" and head[1:2] in b"123456" and head[2:3].isspace():
        return "PPM"
    found = next((name for magic, name in _MAGIC if head.startswith(magic)), None)
    if found == "JPEG" and path.suffix.lower() in (".mjpeg", ".mjpg"):
        return None  # a row of JPEGs without a container
    return "TGA" if found is None and path.suffix.lower() == ".tga" else found


def is_moving(path: Path, picture: str) -> bool:
    """Whether a picture format that can move holds several frames that FFmpeg decodes: GIF and APNG."""
    data = path.read_bytes() if picture in ("GIF", "PNG") else b""
    if picture == "PNG":
        return b"acTL" in data[: data.find(b"IDAT")]
    return (
        picture == "GIF" and data.count(b"\x00\x21\xf9\x04") + data.startswith(b"GIF87a") * data.count(b"\x00\x2c") > 1
    )


def check_suffix(path: Path, picture: str | None) -> None:
    """Refuse a picture that calls itself a video, and the reverse.

    Args:
        picture: What `picture_format` found.

    Raises:
        MediaError: name and content disagree.
    """
    suffix = path.suffix.lower()
    if picture is not None and suffix in VIDEO_SUFFIXES:
        raise MediaError(
            f"{path.name} is named like a video but is a {picture} picture.",
            f"Rename it to {path.stem}.{picture.lower()} and open that.",
        )


def called_picture(path: Path) -> MediaError:
    """The error for a video whose name says that it is a picture."""
    return MediaError(
        f"{path.name} is named like a picture but is a video.",
        f"Rename it to {path.stem}.mp4 or what it is, and open that.",
    )

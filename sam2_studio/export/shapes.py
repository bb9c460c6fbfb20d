"""Outlines of objects into files: one JSON for all frames, laid out as COCO's, or an SVG a frame. See docs/shapes.md.

A pixel belongs to an object where its alpha is a half or more, so the edge settings count here too.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

import numpy as np

from sam2_studio.core.clip import Clip, ClipKind
from sam2_studio.core.geometry import Size
from sam2_studio.core.masks import Mask
from sam2_studio.core.objects import CutObject
from sam2_studio.errors import ExportError
from sam2_studio.export.compose import Picture
from sam2_studio.export.naming import layer_names
from sam2_studio.export.outline import Bits, filled, outlines
from sam2_studio.export.rle import decode_rle, encode_rle
from sam2_studio.export.staging import PartFile
from sam2_studio.export.yuv import Pixels, full_scale

VERSION = 1
_SVG = "{http://www.w3.org/2000/svg}"


def inside(alpha: Pixels) -> Bits:
    """Which pixels belong to an object."""
    return np.asarray(alpha > full_scale(alpha) // 2)


@dataclass(frozen=True, kw_only=True)
class ShapeHead:
    """What the JSON says besides the shapes.

    Attributes:
        numbers: Frames by index, in order.
        seconds: When each is shown, from the clip's first frame on.
        comment: Who made the file, or "".
    """

    clip: Clip
    objects: tuple[CutObject, ...]
    numbers: Sequence[int]
    seconds: Sequence[float]
    comment: str = ""


class ShapeWriter:
    """Writes the JSON frame by frame, a shape a line. Call `finish` once, or `abandon`."""

    warnings: Sequence[str] = ()

    def __init__(self, part: Path, head: ShapeHead) -> None:
        self._part, self._head = part, head
        self._count = self._shapes = 0
        self._images: list[dict[str, Any]] = []
        self._file = PartFile(part)
        about, things = _text(_info(head)), _text(_categories(head.objects))
        try:
            self._put(f'{{"info": {about},\n"categories": {things},\n"annotations": [')
        except OSError:
            self._file.close()
            raise

    @property
    def bytes_written(self) -> int:
        return self._file.written

    def write(self, picture: Picture) -> None:
        """Add the shapes of the next frame. Raises OSError."""
        image = _image(self._head, self._count, picture.size)
        self._images.append(image)
        self._count += 1
        for object_id, alpha in picture.layers.items():
            bits = inside(alpha)
            if bits.any():
                self._shapes += 1
                shape = _annotation(self._shapes, image["id"], object_id, bits)
                self._put(f"{',' if self._shapes > 1 else ''}\n{_text(shape)}")

    def finish(self) -> None:
        """End the file and sync it. Raises OSError."""
        lines = ",\n".join(_text(image) for image in self._images)
        self._put(f'\n],\n"images": [\n{lines}\n]}}\n')
        self._file.close()
        self._file.check()

    def abandon(self) -> None:
        """Write no more. Never raises."""
        self._file.close()

    def verify(self, meant: Mapping[int, Picture]) -> list[str]:
        """Decode the shapes of some frames, by other code than wrote them, and compare."""
        wanted = {self._images[place]["id"]: (place, picture) for place, picture in meant.items()}
        found: dict[tuple[int, int], dict[str, Any]] = {}
        count = 0
        for shape in _annotations_in(self._part):
            count += 1
            if shape["image_id"] in wanted:
                found[shape["image_id"], shape["category_id"]] = shape
        faults = [] if count == self._shapes else [f"{count} shapes are in the file instead of {self._shapes}."]
        for image_id, (place, picture) in wanted.items():
            for object_id, alpha in picture.layers.items():
                if not _is_shape(found.get((image_id, object_id)), inside(alpha)):
                    faults.append(f"The shape of object {object_id} on frame {place + 1} reads back as another.")
        return faults

    def _put(self, text: str) -> None:
        self._file.write(text.encode())


def encode_svg(picture: Picture, objects: Sequence[CutObject]) -> bytes:
    """The bytes of an SVG with a path for each object."""
    size, names = picture.size, layer_names(objects)
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" {_frame_of(size)}>']
    for thing in objects:
        if thing.id in picture.layers:
            drawn = "".join(_path_of(polygon) for polygon in outlines(inside(picture.layers[thing.id])))
            marks = f'id={quoteattr(names[thing.id])} fill="{thing.color}" fill-rule="evenodd"'
            lines.append(f'<path {marks} d="{drawn}"><title>{escape(_printable(thing.name))}</title></path>')
    return "\n".join([*lines, "</svg>", ""]).encode()


def svg_faults(path: Path, picture: Picture, objects: Sequence[CutObject]) -> list[str]:
    """What reads back otherwise than meant. Raises ValueError where it isn't an SVG."""
    names = layer_names(objects)
    try:
        root = ElementTree.fromstring(path.read_bytes())
    except ElementTree.ParseError as error:
        raise ValueError(str(error)) from error
    drawn = {found.get("id", ""): found.get("d", "") for found in root.iter(f"{_SVG}path")}
    wrong = []
    for object_id, alpha in picture.layers.items():
        parts = [part.replace("L", " ").split() for part in drawn.get(names[object_id], "").split("M")[1:]]
        polygons = [[float(value) for value in part[:-1]] for part in parts]  # the last one is Z
        if not np.array_equal(filled(polygons, picture.size), inside(alpha)):
            wrong.append(names[object_id])
    return [f"has other outlines: {', '.join(wrong)}"] if wrong else []


def _info(head: ShapeHead) -> dict[str, Any]:
    info = head.clip.info
    known = {"format": "sam2_studio shapes", "version": VERSION, "clip": Path(info.path).name, "rate": str(info.rate)}
    return (
        known | {"width": info.width, "height": info.height} | ({"description": head.comment} if head.comment else {})
    )


def _categories(objects: Sequence[CutObject]) -> list[dict[str, Any]]:
    return [{"id": thing.id, "name": thing.name, "supercategory": "object", "color": thing.color} for thing in objects]


def _image(head: ShapeHead, place: int, size: Size) -> dict[str, Any]:
    clip = head.clip
    shown = clip.source_number(head.numbers[place])
    named = {"id": shown, "file_name": _file_name(clip, shown), "frame": shown}
    return named | {"time": round(head.seconds[place], 6), "width": size.width, "height": size.height}


def _file_name(clip: Clip, shown: int) -> str:
    """The frame's own file; for a video the one that the preset `png` would write."""
    if clip.info.pattern:
        return re.sub("#+", lambda run: f"{shown:0{len(run[0])}d}", Path(clip.info.pattern).name)
    path = Path(clip.info.path)
    return path.name if clip.info.kind is ClipKind.STILL else f"{path.stem}.{shown:04d}.png"


def _annotation(shape_id: int, image_id: int, object_id: int, bits: Bits) -> dict[str, Any]:
    mask = Mask.from_array(bits)
    return {
        "id": shape_id,
        "image_id": image_id,
        "category_id": object_id,
        "bbox": [mask.left, mask.top, mask.columns, mask.rows],
        "area": mask.area,
        "iscrowd": 0,
        "segmentation": {"size": [mask.size.height, mask.size.width], "counts": encode_rle(bits)},
        "outlines": outlines(bits),
    }


def _annotations_in(part: Path) -> Iterator[dict[str, Any]]:
    """The shapes of a written file, one at a time. Raises ExportError where it isn't whole."""
    try:
        with part.open(encoding="utf-8") as lines:
            while not next(lines).startswith('"annotations"'):
                pass
            while (line := next(lines).rstrip(",\n")) != "]":
                yield json.loads(line)
            json.loads("{" + "".join(lines))
    except (StopIteration, ValueError) as error:
        raise ExportError(f"The export {part} can't be read back.", "Try again, or another preset.") from error


def _is_shape(shape: dict[str, Any] | None, meant: Bits) -> bool:
    """Whether run lengths and outlines both give the mask; no shape means an empty one."""
    if shape is None:
        return not meant.any()
    size = Size(meant.shape[1], meant.shape[0])
    return np.array_equal(decode_rle(shape["segmentation"]["counts"], size), meant) and np.array_equal(
        filled(shape["outlines"], size), meant
    )


def _frame_of(size: Size) -> str:
    return f'width="{size.width}" height="{size.height}" viewBox="0 0 {size.width} {size.height}"'


def _path_of(polygon: Sequence[float]) -> str:
    points = [f"{x} {y}" for x, y in zip(polygon[::2], polygon[1::2], strict=True)]
    return f"M{'L'.join(points)} Z "


def _printable(text: str) -> str:
    """XML knows no control signs."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

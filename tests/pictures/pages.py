"""Pictures for the pages of the guide, cut out of those of the window.

python -m tests.pictures out --only window,view-,menu-objects,frame-,preferences-5,history
python -m tests.pictures.pages out/en-dark-1 docs
"""

import sys
from pathlib import Path

from PIL import Image

_GAP = 12
_GROUND = "#141517"
_CANVAS, _TIMELINE, _PANEL = (48, 40, 1158, 612), (48, 660, 1440, 868), (1156, 40, 1440, 656)
_VIEWS = ("outline", "matte", "cutout", "difference")


def main(taken: Path, folder: Path) -> None:
    """Write `timeline.jpg`, `looking.jpg`, `objects.jpg`, `health.jpg` and `everyday.jpg`."""

    def picture(name: str) -> Image.Image:
        return Image.open(taken / f"{name}.png").convert("RGB")

    def save(image: Image.Image, name: str) -> None:
        image.save(folder / f"{name}.jpg", quality=88)

    views = [picture(f"view-{view}").crop(_CANVAS).resize((555, 286), Image.Resampling.LANCZOS) for view in _VIEWS]
    save(_below(_beside(*views[:2]), _beside(*views[2:])), "looking")
    save(picture("window").crop(_TIMELINE), "timeline")
    save(_beside(picture("window").crop(_PANEL), picture("menu-objects")), "objects")
    doubtful, found = picture("frame-doubtful"), picture("frame-found")
    save(_beside(doubtful.crop(_PANEL), found.crop((560, 40, 1440, 656))), "health")
    save(_beside(picture("preferences-5"), picture("history")), "everyday")


def _beside(*images: Image.Image) -> Image.Image:
    width = sum(image.width for image in images) + _GAP * (len(images) - 1)
    made, left = Image.new("RGB", (width, max(image.height for image in images)), _GROUND), 0
    for image in images:
        made.paste(image, (left, 0))
        left += image.width + _GAP
    return made


def _below(*images: Image.Image) -> Image.Image:
    height = sum(image.height for image in images) + _GAP * (len(images) - 1)
    made, top = Image.new("RGB", (max(image.width for image in images), height), _GROUND), 0
    for image in images:
        made.paste(image, (0, top))
        top += image.height + _GAP
    return made


main(*map(Path, sys.argv[1:]))

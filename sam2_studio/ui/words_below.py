"""Texts that the layers below make in English, in the user's language: edits, presets, models, reasons of doubt.

Those layers also serve the command line and keep some of these texts in the project file; so they are translated here,
where the window shows them. A text that isn't known here stays English, as the errors of those layers do.
"""

import re

from sam2_studio.export.formats import PRESETS
from sam2_studio.networks.catalogue import CATALOGUE
from sam2_studio.ui.language import later, tr

# A table reads as a table. A name in braces stands for a part that varies.
# fmt: off
_EDITS = (
    later("Set in and out"), later("Change model"), later("Reorder objects"), later("Add point"),
    later("Add point to remove"), later("Move point"), later("Delete point"), later("Draw box"), later("Delete box"),
    later("Give mask"), later("Mask"), later("Clear prompts"), later("Lock frame"), later("Unlock frame"),
    later("Accept frame"), later("Accept {count} frames"), later("Copy mask"), later("Track from painted mask"),
    later("Keep painted mask for this frame"), later("Remove painted mask"), later("Edit markers"),
    later("Add marker"), later("Edit marker"), later("Move marker"), later("Delete marker"),
    later("Duplicate {name}"), later("Merge {other} into {name}"), later("Subtract {other} from {name}"),
    later("Clear track of {name}"), later("Add {name}"), later("Delete {name}"), later("Track {count} objects"),
    later("Track {name}"), later("Doubt soft edges"), later("Select subject"), later("Track"), later("Edge"),
)
_REASONS = (
    later("score {number}"), later("area fell by {number} %"), later("area grew by {number} %"),
    later("outline jumps {number} px against motion"), later("{number} px from where it was expected"),
    later("1 island"), later("{number} islands"), later("1 hole"), later("{number} holes"),
    later("outline {number} px off its usual shape"), later("{number} % of it looks like the ground"),
    later("{number} % of the surroundings look like it"), later("gone at once"), later("lost at {number}"),
    later("back at {number}"), later("both sides agree by {number} % only"),
    later("no soft edge could be made"), later("outline moves {number} px against the picture"),
)
_EXPORTS = (
    later("Checking"), later("Writing"), later("Looking for cuts"), later("Tracking"),
    later("Export {count} frame, {format} {depth} bit"), later("Export {count} frames, {format} {depth} bit"),
    later("Export {count} picture, {format} {depth} bit"), later("Export {count} pictures, {format} {depth} bit"),
    later("Export {count} frame, {format}"), later("Export {count} frames, {format}"),
    later("Export {count} picture, {format}"), later("Export {count} pictures, {format}"),
    later("{format} needs even sizes: {size} is padded to {padded} at the right and lower edge."),
    later("{format} can't say the shape of pixels: they are made square."),
    later("Pixels keep their shape, {aspect}, and the files say so."),
    later("The pictures are scaled from {size} to {scaled}."),
    later("One frame in {count} is written: the rate becomes {rate}, speed and sound stay."),
    later("One frame in {count} is written: each frame lasts until the next one, speed and sound stay."),
    later("The varying rate becomes {rate}: frames are repeated or left out so that the speed stays."),
    later("Colour is premultiplied: say so where the receiving program asks for the kind of alpha."),
    later("Programs built on FFmpeg misread DWAA beside layers; those that use OpenEXR's own library don't."),
    later("Frame times are rounded to 1/{tick} second, the finest that this file can say."),
    later("The source is HDR: 8 bits keep its colours and tags, but smooth skies may show steps."),
)
_MODELS = (later("Your own file, a SAM {version} {size}"),)
# fmt: on


def _templates() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Those texts of the tables that have a part which varies, as patterns."""
    varying = [text for text in (*_EDITS, *_REASONS, *_EXPORTS, *_MODELS) if "{" in text]
    return tuple((re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+?)", re.escape(text))), text) for text in varying)


_TEMPLATES = _templates()


def shown(text: str) -> str:
    """A text of a lower layer in the user's language."""
    found = tr(text)
    if found != text:
        return found
    for pattern, template in _TEMPLATES:
        if match := pattern.fullmatch(text):
            parts = match.groupdict()
            if "format" in parts:
                parts["format"] = tr(parts["format"])
            return tr(template, **parts)
    return text


def shown_reasons(words: str) -> str:
    """Reasons of doubt, joined by commas as `core.health.in_words` joins them."""
    return ", ".join(shown(part) for part in words.split(", "))


def texts() -> frozenset[str]:
    """All texts of the lower layers that a catalogue should have beside those marked in the window's own code."""
    presets = {text for preset in PRESETS.values() for text in (preset.label, preset.description)}
    formats = {written.label for preset in PRESETS.values() for written in preset.formats.values()}
    return frozenset(presets | formats | {weights.summary for weights in CATALOGUE})

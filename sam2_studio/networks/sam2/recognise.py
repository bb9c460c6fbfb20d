"""Tells version and size of a SAM 2 network from the keys and shapes of its weights, whatever their file is called."""

import re
from collections.abc import Mapping

from sam2_studio.networks.sam2.config import CONFIGS, Sam2Config, TrunkConfig
from sam2_studio.networks.weights import WeightsError

_WIDTH_KEY = "image_encoder.trunk.patch_embed.proj.weight"
_BLOCK = re.compile(r"image_encoder\.trunk\.blocks\.(\d+)\.")
_ONLY_IN_21 = ("no_obj_embed_spatial", "obj_ptr_tpos_proj.weight", "obj_ptr_tpos_proj.bias")

Shapes = Mapping[str, tuple[int, ...]]


def recognise(shapes: Shapes) -> Sam2Config:
    """The network that weights of these names and shapes are for; whether all are there is not looked at.

    Raises:
        WeightsError: they are for none of the published networks.
    """
    width = shapes.get(_WIDTH_KEY, (0,))[0]
    blocks = len({found[1] for key in shapes if (found := _BLOCK.match(key))})
    version = "2.1" if any(key in shapes for key in _ONLY_IN_21) else "2.0"
    for config in CONFIGS:
        if config.version == version and _is_of(config.trunk, width, blocks):
            return config
    if not blocks:
        raise WeightsError("it holds no image encoder of SAM 2")
    raise WeightsError(f"its image encoder has {blocks} blocks from {width} channels up, as no published SAM 2 has")


def _is_of(trunk: TrunkConfig, width: int, blocks: int) -> bool:
    return trunk.width == width and sum(trunk.depths) == blocks

"""Stand-in weights for the parity tests of SAM 2: each tensor is a pure function of its key and shape.

The rule is the one by which the fixtures in data/sam2 were made, so no published checkpoint is needed. SplitMix64 in
counter mode gives the bits, the sum of four 16-bit uniforms the values: alike on every machine, bit for bit.
"""

import json
import math
import zlib
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from sam2_studio.networks.sam2.config import CONFIGS
from sam2_studio.networks.sam2.model import Sam2
from torch import Tensor

MANIFESTS = Path(__file__).parent / "data" / "manifests"
GAMMA, FIRST, SECOND = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
LOW = np.uint64(0xFFFF)
SPREAD = math.sqrt((65536.0**2 - 1.0) / 3.0)  # of the sum of four uniforms on 0..65535
CHUNK = 1 << 18

PLAIN = {
    "maskmem_tpos_enc": 0.5,
    "no_mem_embed": 0.3,
    "no_mem_pos_enc": 0.3,
    "no_obj_ptr": 0.5,
    "no_obj_embed_spatial": 0.5,
    "image_encoder.trunk.pos_embed": 0.5,
    "image_encoder.trunk.pos_embed_window": 0.2,
}
OUTPUT_TOKENS = ("iou_token.weight", "mask_tokens.weight", "obj_score_token.weight")
EMBEDDINGS = (
    *(f"point_embeddings.{n}.weight" for n in range(4)),
    "not_a_point_embed.weight",
    "no_mask_embed.weight",
)
BIASES = {
    "sam_mask_decoder.pred_obj_score_head.layers.2.bias": (6.0, 0.0),
    "sam_mask_decoder.iou_prediction_head.layers.2.bias": (0.0, 0.0),
}
GAINS = {  # by part of the key, the first that fits
    "sam_mask_decoder.pred_obj_score_head.layers.2": 10.0,
    "sam_mask_decoder.iou_prediction_head.layers.2": 3.0,
    "output_hypernetworks_mlps": 1.35,
    "sam_mask_decoder.transformer.layers.0.self_attn.v_proj.": 2.0,
    "sam_mask_decoder.transformer.layers.1.self_attn.v_proj.": 2.0,
    "cross_attn_token_to_image.v_proj.": 2.0,
    "final_attn_token_to_image.v_proj.": 2.0,
    ".q_proj.": 1.5,
    ".k_proj.": 1.5,
    ".attn.qkv.": 1.3,
    "mlp.layers": 1.3,
    ".linear1.": 1.4,
    "obj_ptr_proj": 1.4,
    "mask_downsample.": 0.25,
}


def manifest_shapes(model: str) -> dict[str, tuple[int, ...]]:
    """Keys and shapes of a published checkpoint, `sam2.1_hiera_tiny` and so on."""
    manifest = json.loads((MANIFESTS / f"{model}.json").read_text(encoding="utf-8"))
    return {key: tuple(entry["shape"]) for key, entry in manifest["tensors"].items()}


@lru_cache(maxsize=1)
def stand_in_weights(model: str) -> dict[str, Tensor]:
    """A whole checkpoint in float32; the same tensors again on the next call, so don't write into them."""
    return {key: torch.from_numpy(_tensor(key, shape)) for key, shape in manifest_shapes(model).items()}


def published_name(name: str) -> str:
    """The checkpoint's name, such as `sam2.1_hiera_tiny`, of what the catalogue calls `sam2.1-tiny`."""
    family, size = name.split("-", 1)
    return f"{family}_hiera_{size.replace('-', '_')}"


def stand_in_network(model: str = "sam2.1_hiera_tiny", side: int = 1024) -> Sam2:
    """The network of a published checkpoint with stand-in weights, in evaluation mode, without gradients."""
    network = Sam2(next(c for c in CONFIGS if published_name(c.name) == model), side).eval().requires_grad_(False)
    network.load_state_dict(stand_in_weights(model), strict=True)
    return network


def _tensor(key: str, shape: tuple[int, ...]) -> NDArray[np.float32]:
    mean, spread = _moments(key, shape)
    out = np.empty(math.prod(shape), np.float32)
    with np.errstate(over="ignore"):
        start = _mixed(np.array([zlib.crc32(key.encode()) + 1], np.uint64))
        for low in range(0, len(out), CHUNK):
            count = np.arange(low + 1, min(low + CHUNK, len(out)) + 1, dtype=np.uint64)
            bits = _mixed(start + count * GAMMA)
            total = (
                (bits & LOW) + (bits >> np.uint64(16) & LOW) + (bits >> np.uint64(32) & LOW) + (bits >> np.uint64(48))
            )
            out[low : low + CHUNK] = (total.astype(np.float64) - 131070.0) / SPREAD * spread + mean
    return out.reshape(shape)


def _mixed(z: NDArray[np.uint64]) -> NDArray[np.uint64]:
    z = (z ^ (z >> np.uint64(30))) * FIRST
    z = (z ^ (z >> np.uint64(27))) * SECOND
    return z ^ (z >> np.uint64(31))


def _moments(key: str, shape: tuple[int, ...]) -> tuple[float, float]:
    """Mean and standard deviation."""
    if key in PLAIN:
        return 0.0, PLAIN[key]
    if key.endswith(OUTPUT_TOKENS):
        return 0.0, 0.4
    if key.endswith((*EMBEDDINGS, "positional_encoding_gaussian_matrix")):
        return 0.0, 1.0
    if key.endswith(".gamma"):
        return 0.5, 0.1
    if len(shape) == 1:
        return (1.0, 0.1) if key.endswith(".weight") else BIASES.get(key, (0.0, 0.1))
    inputs = shape[0] if "output_upscaling" in key else math.prod(shape[1:])
    gain = next((gain for part, gain in GAINS.items() if part in key), 1.0)
    return 0.0, gain / math.sqrt(inputs)

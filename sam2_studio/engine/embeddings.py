"""Image features of pictures seen lately, bounded in bytes.

Keyed by the pixels that the network sees, not by clip and frame: a click, a preview and the tracker share what they
have in common, and footage that was relinked or replaced can never be answered from the old one.
"""

import hashlib
from collections import OrderedDict

import numpy as np
import torch
from numpy.typing import NDArray

from sam2_studio.engine.models import Model
from sam2_studio.networks.interface import ImageFeatures

DEFAULT_BYTES = 256 << 20


class FeatureCache:
    """Least recently used features go first. One thread at a time.

    Args:
        limit_bytes: Most that is held, but for one picture, which always is.
        beside: Another cache to look into first: what it holds isn't held twice.
    """

    def __init__(self, limit_bytes: int = DEFAULT_BYTES, beside: "FeatureCache | None" = None) -> None:
        self._limit = limit_bytes
        self._beside = beside
        self._held: OrderedDict[bytes, ImageFeatures] = OrderedDict()
        self.nbytes = 0

    def __len__(self) -> int:
        return len(self._held)

    def features(self, model: Model, picture: NDArray[np.uint8]) -> ImageFeatures:
        """Features of a picture at the model's working size, (S, S, 3) RGB."""
        key = hashlib.blake2b(picture.tobytes(), key=model.sha256[:64].encode(), digest_size=16).digest()
        if self._beside is not None and key in self._beside._held:
            return self._beside._held[key]
        held = self._held.pop(key, None)
        if held is None:
            held = _encode(model, picture)
            self.nbytes += held.nbytes
        self._held[key] = held
        self._make_room()
        return held

    def set_limit(self, limit_bytes: int) -> None:
        """Hold no more than this from now on."""
        self._limit = limit_bytes
        self._make_room()

    def clear(self) -> None:
        """Forget everything."""
        self._held.clear()
        self.nbytes = 0

    def _make_room(self) -> None:
        while self.nbytes > self._limit and len(self._held) > 1:
            self.nbytes -= self._held.popitem(last=False)[1].nbytes


def _encode(model: Model, picture: NDArray[np.uint8]) -> ImageFeatures:
    with model.computing():
        return model.network.encode_image(torch.from_numpy(picture)[None].to(model.device))

"""The cache of image features: same pixels, same features, never more bytes than allowed."""

import numpy as np
import torch
from sam2_studio.engine.embeddings import FeatureCache
from sam2_studio.engine.models import Model


def picture(value: int) -> np.ndarray:
    return np.full((256, 256, 3), value, np.uint8)


def test_the_same_pixels_are_encoded_once(nano: Model) -> None:
    cache = FeatureCache()
    first = cache.features(nano, picture(9))
    assert cache.features(nano, picture(9)) is first
    assert cache.features(nano, picture(10)) is not first
    assert cache.nbytes == 2 * first.nbytes


def test_the_least_recently_used_goes_first(nano: Model) -> None:
    size = FeatureCache().features(nano, picture(0)).nbytes
    cache = FeatureCache(limit_bytes=2 * size)
    first = cache.features(nano, picture(0))
    cache.features(nano, picture(1))
    cache.features(nano, picture(0))
    cache.features(nano, picture(2))
    assert len(cache) == 2
    assert cache.nbytes == 2 * size
    assert cache.features(nano, picture(0)) is first


def test_one_picture_is_held_however_small_the_limit(nano: Model) -> None:
    cache = FeatureCache(limit_bytes=1)
    cache.features(nano, picture(0))
    cache.features(nano, picture(1))
    assert len(cache) == 1


def test_a_smaller_limit_acts_at_once(nano: Model) -> None:
    cache = FeatureCache()
    for value in range(3):
        size = cache.features(nano, picture(value)).nbytes
    cache.set_limit(2 * size)
    assert (len(cache), cache.nbytes) == (2, 2 * size)


def test_encoding_again_gives_the_same_bits(nano: Model) -> None:
    cache = FeatureCache()
    first = cache.features(nano, picture(77)).embedding
    cache.clear()
    assert cache.nbytes == 0
    assert torch.equal(cache.features(nano, picture(77)).embedding, first)


def test_a_cache_beside_another_uses_what_that_holds_and_holds_the_rest_itself(nano: Model) -> None:
    shared = FeatureCache()
    first = shared.features(nano, picture(1))
    own = FeatureCache(first.nbytes, beside=shared)
    assert own.features(nano, picture(1)) is first
    assert len(own) == 0
    own.features(nano, picture(2))
    own.features(nano, picture(3))
    assert (len(own), len(shared)) == (1, 1)

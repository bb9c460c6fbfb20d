"""The catalogue: names and digests are what the rest of the program and the users count on."""

import hashlib

from sam2_studio.networks.catalogue import CATALOGUE, NANO, find_weights
from sam2_studio.resources import model_file


def test_names_are_as_the_manual_lists_them() -> None:
    sizes = ("tiny", "small", "base-plus", "large")
    expected = ["nano", *(f"sam2-{size}" for size in sizes), *(f"sam2.1-{size}" for size in sizes)]
    assert [entry.name for entry in CATALOGUE] == expected


def test_digests_are_whole_and_different() -> None:
    digests = {entry.sha256 for entry in CATALOGUE}
    assert len(digests) == len(CATALOGUE)
    assert all(len(digest) == 64 and int(digest, 16) for digest in digests)


def test_the_bundled_file_is_the_one_described() -> None:
    data = model_file("nano", NANO.file_name).read_bytes()
    assert NANO.bundled
    assert len(data) == NANO.bytes
    assert hashlib.sha256(data).hexdigest() == NANO.sha256


def test_file_names_and_sources_are_as_published() -> None:
    entry = find_weights("sam2.1-base-plus")
    assert entry is not None
    assert entry.file_name == "sam2.1_hiera_base_plus.pt"
    assert entry.source.endswith("/092824/sam2.1_hiera_base_plus.pt")
    assert find_weights("nothing") is None

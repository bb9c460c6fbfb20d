"""Checksums of whole files: at once, or slice by slice where somebody waits for it."""

import hashlib
from collections.abc import Generator
from pathlib import Path

SLICE = 8 << 20  # bytes


def digest_of(path: Path) -> str:
    """The sha256 of a file. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest_steps(path: Path) -> Generator[int, None, str]:
    """Yield the bytes read so far, and return the sha256. Raises OSError."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while data := file.read(SLICE):
            digest.update(data)
            yield file.tell()
    return digest.hexdigest()

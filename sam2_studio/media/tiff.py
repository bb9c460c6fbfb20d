"""What a TIFF says that its decoder must not act on: which way up it is. Knows the layout of its directory only."""

import struct

import numpy as np
from numpy.typing import NDArray

_ORIENTATION = 274


def without_orientation(data: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The bytes of a TIFF whose first picture is stored as it is read: nobody else turns it.

    Raises:
        struct.error: the directory lies beyond the end.
    """
    whole = data.tobytes()
    order = "<" if whole[:2] == b"II" else ">"
    big = struct.unpack_from(order + "H", whole, 2)[0] == 43
    place = struct.unpack_from(order + ("Q" if big else "I"), whole, 8 if big else 4)[0]
    count = struct.unpack_from(order + ("Q" if big else "H"), whole, place)[0]
    first, step = place + (8 if big else 2), 20 if big else 12
    for entry in range(first, first + step * min(count, 4096), step):
        if struct.unpack_from(order + "H", whole, entry)[0] == _ORIENTATION:
            upright = bytearray(whole)
            struct.pack_into(order + "H", upright, entry + (12 if big else 8), 1)
            return np.frombuffer(bytes(upright), np.uint8)
    return data

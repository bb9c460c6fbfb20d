"""The shape of pixels that a file tells: what of it is believed, and what the user is told. Reads no files."""

from fractions import Fraction

_SQUARE = Fraction(1)
_MOST = 8  # times as wide as high, or the reverse: no camera goes that far, a damaged header does


def believed(said: Fraction | float | None) -> Fraction:
    """Width to height of a pixel: what the file said, square where it said nothing or something impossible."""
    exact = _SQUARE if said is None else Fraction(said).limit_denominator(1000)
    return exact if Fraction(1, _MOST) <= exact <= _MOST else _SQUARE


def shape_told(said: Fraction | float | None) -> tuple[str, ...]:
    """A sentence about it, where there is something to tell."""
    aspect = believed(said)
    if aspect != 1:
        shape = f"{aspect.numerator}:{aspect.denominator}"
        return (f"Its pixels aren't square ({shape}); they are shown in that shape, masks lie on the stored pixels.",)
    if said and abs(float(said) - 1) > 0.001:
        return ("The shape that it says its pixels have is impossible; they are taken as square.",)
    return ()

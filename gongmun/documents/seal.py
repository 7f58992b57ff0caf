"""The seal (직인) of the sender, as rows of characters for a square.

It is drawn from the name in the settings; no seal or emblem of a real body is ever shipped.
"""

from math import isqrt

# Customary endings: "seal", "seal of", "official seal of". The one that fills the square is taken.
_ENDINGS = ("인", "의인", "의직인")


def seal_rows(head: str) -> list[str]:
    """The characters of the seal of `head` in rows of equal length, the last one perhaps shorter."""
    name = "".join(head.split())
    text = next((name + end for end in _ENDINGS if _is_square(len(name + end))), name + _ENDINGS[0])
    side = isqrt(len(text) - 1) + 1
    return [text[start : start + side] for start in range(0, len(text), side)]


def _is_square(number: int) -> bool:
    return isqrt(number) ** 2 == number

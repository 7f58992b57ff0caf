"""The seed (추첨 시드): committed to beforehand, revealed afterwards, and the numbers that follow from it.

Everything is SHA-256 over text, so that anybody can do it again; docs/sortition.md says how in a page.

The order is what makes it fair. The pool and the lottery are fixed and their hashes published; the office then commits to a
secret seed, and names a public number that nobody knows yet, such as a coming draw of the national lottery. The
numbers follow from both: the office alone cannot choose who is drawn, and neither can whoever makes the public number.
Without a public number the office could have tried seeds until it liked one; the files say so then.
"""

import hashlib
import re
from collections.abc import MutableSequence
from typing import TypeVar

COMMITMENT, LOTTERY = "gongmun-commitment-1", "gongmun-draw-1"
_SEED = re.compile(r"[0-9a-f]{64}")
Item = TypeVar("Item")


def is_seed(text: str) -> bool:
    """Whether it is a seed: 64 hexadecimal digits in lower case."""
    return bool(_SEED.fullmatch(text))


def sha256(content: bytes) -> str:
    """The SHA-256 of bytes, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def commitment(seed: str, pool_sha256: str, lottery_sha256: str, source: str) -> str:
    """What is published before the draw. `source` names the public number to come, on one line; empty: none."""
    return sha256("\n".join((COMMITMENT, seed, pool_sha256, lottery_sha256, source)).encode())


def draw_key(seed: str, lottery_sha256: str, public: str) -> str:
    """What all numbers of a draw follow from. `public` is the public number, as it was published; empty: none."""
    return sha256("\n".join((LOTTERY, seed, lottery_sha256, public)).encode())


class Numbers:
    """Whole numbers that follow from a key and the name of what they are for, one after the other.

    Block k, counted from 0, is the SHA-256 of the lines key, name and k.
    """

    def __init__(self, key: str, name: str) -> None:
        self._prefix = f"{key}\n{name}\n"
        self._blocks = 0

    def below(self, limit: int) -> int:
        """A number from 0 to `limit` - 1, each as likely.

        As many blocks as `limit` needs are one large number. One in the last part, which is not a whole multiple
        of the limit, is passed over; otherwise it is the remainder.
        """
        width = (limit.bit_length() + 255) // 256
        space: int = 1 << (256 * width)
        while True:
            number = int("".join(self._block() for _ in range(width)), 16)
            if number < space - space % limit:
                return number % limit

    def _block(self) -> str:
        self._blocks += 1
        return sha256(f"{self._prefix}{self._blocks - 1}".encode())

    def shuffle(self, items: MutableSequence[Item]) -> None:
        """Put items into an order, each as likely (Fisher-Yates, from the end)."""
        for last in range(len(items) - 1, 0, -1):
            other = self.below(last + 1)
            items[last], items[other] = items[other], items[last]

"""Dice that fall by what they are thrown for: the same seed and the same words give the same number."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Dice:
    """The chance of one simulated world."""

    seed: int

    def number(self, *what: object) -> float:
        """A number from 0 up to, and without, 1."""
        words = "|".join(map(str, (self.seed, *what)))
        digest = hashlib.blake2b(words.encode(), digest_size=8).digest()
        return int.from_bytes(digest) / 2**64

    def falls(self, chance: float, *what: object) -> bool:
        """Whether it happens, by this chance."""
        return self.number(*what) < chance

    def between(self, least: int, most: int, *what: object) -> int:
        """A whole number, both ends included."""
        return least + int(self.number(*what) * (most - least + 1))

    def pick(self, choices: Sequence[T], *what: object) -> T:
        """One of them."""
        return choices[int(self.number(*what) * len(choices))]

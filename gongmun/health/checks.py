"""One thing that was examined, and how it stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from gongmun.errors import GongmunError
from gongmun.text import Bilingual


class Standing(StrEnum):
    """How it stands, best first."""

    WELL = "well"
    CARE = "care"  # it works, and will not for long, or not as in service
    WRONG = "wrong"


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """What was examined. Where it does not stand well, `remedy` helps, or `found` says it in the same breath.

    `code` is for machines: letters and underscores, and it does not change. Neither text holds a secret; both
    may name hosts and folders, so that only an operator is shown them.
    """

    code: str
    name: Bilingual
    standing: Standing
    found: Bilingual
    remedy: Bilingual | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """What is examined: its code and its name."""

    code: str
    name: Bilingual

    def well(self, ko: str, en: str) -> Check:
        """It stands well."""
        return self._check(Standing.WELL, Bilingual(ko=ko, en=en), None)

    def care(self, found: Bilingual, remedy: Bilingual) -> Check:
        """It asks for care."""
        return self._check(Standing.CARE, found, remedy)

    def wrong(self, found: Bilingual, remedy: Bilingual) -> Check:
        """It is wrong."""
        return self._check(Standing.WRONG, found, remedy)

    def refused(self, error: GongmunError) -> Check:
        """It is wrong in the words of an error of ours, which names the remedy in the same breath."""
        return self._check(
            Standing.WRONG, Bilingual(ko=error.message_ko, en=error.message_en), None
        )

    def _check(self, standing: Standing, found: Bilingual, remedy: Bilingual | None) -> Check:
        return Check(code=self.code, name=self.name, standing=standing, found=found, remedy=remedy)


def worst(checks: Iterable[Check]) -> Standing:
    """How the whole stands: as its worst part."""
    return max((check.standing for check in checks), key=badness, default=Standing.WELL)


def badness(standing: Standing) -> int:
    """To sort by: the worse, the larger."""
    return list(Standing).index(standing)

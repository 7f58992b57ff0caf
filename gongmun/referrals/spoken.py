"""What was said in the course of a case, in the words of whoever said it.

Questions, requests and their reasons are rows of rooms above this one; the paper that tells of a case is written
here. So each of these rooms puts its reader here when it is imported, which is before it has a row.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session


@dataclass(frozen=True, kw_only=True, slots=True)
class Spoken:
    """Words that belong to one event of a referral's ledger: of this kind, at this moment. No names."""

    referral_id: int
    kind: str
    at: datetime
    words: str


Reader = Callable[[Session, Collection[int]], Iterable[Spoken]]
# Which event of which referral, and when.
Occasion = tuple[int, str, datetime]

_readers: dict[str, Reader] = {}


def reads(reader: Reader) -> Reader:
    """Have `reader` asked for the words about some referrals, whenever a case is told."""
    _readers[f"{reader.__module__}.{reader.__qualname__}"] = reader
    return reader


def spoken(session: Session, referral_ids: Collection[int]) -> Mapping[Occasion, str]:
    """All that was said about these referrals, by the occasion."""
    return {
        (each.referral_id, each.kind, each.at): each.words
        for reader in _readers.values()
        for each in reader(session, referral_ids)
    }

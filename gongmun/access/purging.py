"""Forget what nobody needs any more: attempts that no limit counts, codes and sessions long over.

Links stay, because they tell which organisation was given access to what; the address of a delegate goes.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from gongmun.access import limits, queries
from gongmun.db import Database

# Kept after their end, for questions about who was there; then the addresses in them go.
KEPT = timedelta(days=90)


@dataclass(frozen=True, kw_only=True, slots=True)
class Purged:
    """How many rows went."""

    attempts: int
    codes: int
    sessions: int
    addresses: int


def purge(db: Database, now: datetime) -> Purged:
    """Delete what is over. May run at any time, twice, and beside everything else."""
    with db.transaction() as session:
        attempts = queries.forget_attempts(session, before=now - limits.LONGEST)
        sessions = queries.forget_sessions(session, before=now - KEPT)
        codes = queries.forget_codes(session, before=now - KEPT)
        addresses = queries.forget_addresses(session, before=now - KEPT)
    return Purged(attempts=attempts, codes=codes, sessions=sessions, addresses=addresses)

"""Forget people (참여 희망자·참여단원 정보 파기): sign-ups that nobody confirmed, and all when their retention is over.

Then nobody knows any more who the members of a panel were either: its `keep_until`, for a call that of the call,
covers its term.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from gongmun.clock import seoul_date
from gongmun.db import Database
from gongmun.surveys.panels import call_queries

# After its last moment a link still says why it is of no use. With `CONFIRM_DAYS`, and over a weekend without a run,
# that stays within the two weeks that the form promises.
_TOLD = timedelta(days=3)


@dataclass(frozen=True, kw_only=True, slots=True)
class Forgotten:
    """How many rows went: sign-ups without a confirmation, those that were kept, people behind members."""

    unconfirmed: int
    kept: int
    enrolled: int


def forget_volunteers(db: Database, now: datetime) -> Forgotten:
    """Delete what is over. May run at any time, twice, and beside everything else."""
    with db.transaction() as session:
        return Forgotten(
            unconfirmed=call_queries.forget_unconfirmed(session, before=now - _TOLD),
            kept=call_queries.forget_kept(session, today=seoul_date(now)),
            enrolled=call_queries.forget_enrolled(session, today=seoul_date(now)),
        )

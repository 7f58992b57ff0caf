"""Which wrap-ups are due, and when. The flow turns each into one scheduled run."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from gongmun.clock import seoul_date
from gongmun.db import Database
from gongmun.forums import queries
from gongmun.forums.life import Status as OutcomeStatus
from gongmun.forums.models import Forum
from gongmun.forums.routing import routes_of

SCHEDULE_SWEEP = "schedule-wrap-ups"


@dataclass(frozen=True, kw_only=True, slots=True)
class WrapUpDue:
    """A wrap-up to run at `at`. Equal `key`s mean the same wrap-up: schedule it once."""

    forum_id: int
    forum_code: str
    at: datetime
    key: str


def wrap_ups_due(db: Database, *, now: datetime) -> Sequence[WrapUpDue]:
    """The first wrap-up of each forum at its end, and later ones for suggestions left over.

    An outcome that waits for its approval, or was sent back, is a person's turn: nothing is due.
    """
    with db.reading() as session:
        first = [_first(forum) for forum in queries.not_wrapped_up(session)]
        left = _left_over(session, now)
        later = [
            _later(session, forum, left[forum.id], now)
            for forum in queries.wrapped_up(session)
            if forum.id in left
        ]
    return [*first, *(due for due in later if due is not None)]


def _left_over(session: Session, now: datetime) -> Mapping[int, Sequence[int]]:
    """What ended forums have that has a route and no referral, by forum."""
    unreferred = queries.unreferred_of_ended(session, now)
    routes = routes_of(session, unreferred, seoul_date(now))
    left: defaultdict[int, list[int]] = defaultdict(list)
    for suggestion in unreferred:
        if routes[suggestion.id] is not None:
            left[suggestion.forum_id].append(suggestion.id)
    return left


def _first(forum: Forum) -> WrapUpDue:
    assert forum.ends_at is not None
    return WrapUpDue(
        forum_id=forum.id,
        forum_code=forum.code,
        at=forum.ends_at,
        # An end that is moved makes another wrap-up; the earlier one finds the forum still running
        # and ends without doing anything.
        key=f"wrap-up:{forum.id}:{forum.ends_at.isoformat()}",
    )


def _later(session: Session, forum: Forum, left: Sequence[int], now: datetime) -> WrapUpDue | None:
    latest = queries.latest_outcome(session, forum.id)
    if latest is not None and latest.status is not OutcomeStatus.ISSUED:
        return None
    signature = hashlib.sha256(repr(left).encode()).hexdigest()[:16]
    return WrapUpDue(
        forum_id=forum.id,
        forum_code=forum.code,
        at=now,
        key=f"wrap-up:{forum.id}:left:{signature}",
    )

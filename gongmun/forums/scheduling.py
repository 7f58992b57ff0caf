"""Which wrap-ups are due, and when. The flow turns each into one scheduled run."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from gongmun.clock import seoul_date
from gongmun.db import Database
from gongmun.forums import queries
from gongmun.forums.life import Status as OutcomeStatus
from gongmun.forums.models import Forum
from gongmun.forums.routing import route_of

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
        later = [_later(session, forum, now) for forum in queries.wrapped_up(session)]
    return [*first, *(due for due in later if due is not None)]


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


def _later(session: Session, forum: Forum, now: datetime) -> WrapUpDue | None:
    latest = queries.latest_outcome(session, forum.id)
    if latest is not None and latest.status is not OutcomeStatus.ISSUED:
        return None
    left = _routed_but_unreferred(session, forum.id, now)
    if not left:
        return None
    signature = hashlib.sha256(repr(left).encode()).hexdigest()[:16]
    return WrapUpDue(
        forum_id=forum.id,
        forum_code=forum.code,
        at=now,
        key=f"wrap-up:{forum.id}:left:{signature}",
    )


def _routed_but_unreferred(session: Session, forum_id: int, now: datetime) -> list[int]:
    today = seoul_date(now)
    return [
        suggestion.id
        for suggestion in queries.unreferred(session, forum_id)
        if route_of(session, suggestion, today) is not None
    ]

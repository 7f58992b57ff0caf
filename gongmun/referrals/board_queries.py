"""Every SELECT of the board: counts, because what is open may be hundreds of thousands of rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session

from gongmun.referrals.life import Status
from gongmun.referrals.models import IS_CHASED, Referral

# Without the sum SQLite takes the index over the ministry for the order, and reads the whole history.
_MINISTRY = Referral.organisation_id + literal(0, literal_execute=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class Alike:
    """How many open referrals of one ministry stand alike; those whose clock stands still, since when."""

    organisation_id: int
    status: Status
    answer_due: date
    paused_at: datetime | None
    count: int


def open_ones(session: Session) -> Sequence[Alike]:
    """All that is with a ministry, counted."""
    columns = (Referral.status, Referral.answer_due, Referral.paused_at)
    rows = session.execute(
        select(_MINISTRY, *columns, func.count()).where(IS_CHASED).group_by(_MINISTRY, *columns)
    )
    return [
        Alike(
            organisation_id=organisation_id,
            status=status,
            answer_due=answer_due,
            paused_at=paused_at,
            count=count,
        )
        for organisation_id, status, answer_due, paused_at, count in rows
    ]

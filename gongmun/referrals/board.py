"""The board (현황판): open referrals by ministry, the most overdue first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from gongmun.calendar import calendar
from gongmun.clock import seoul_date
from gongmun.organisations import queries as organisation_queries
from gongmun.referrals import queries
from gongmun.referrals.clocks import days_overdue
from gongmun.referrals.life import CHASED, Status


@dataclass(frozen=True, kw_only=True, slots=True)
class BoardLine:
    """One ministry: its open referrals, how many of them are unacknowledged and overdue."""

    code: str
    name_ko: str
    name_en: str
    open: int
    unacknowledged: int
    overdue: int
    most_days_overdue: int  # working days
    next_due: date | None


def board(session: Session, now: datetime) -> Sequence[BoardLine]:
    """A line for each ministry that owes an answer."""
    today = seoul_date(now)
    lines: list[BoardLine] = []
    for organisation_id, referrals in queries.by_organisation(session, CHASED):
        ministry = organisation_queries.by_id(session, organisation_id)
        due = [referral.clocks.answer_due for referral in referrals]
        # A clock that stands still is as late as it was.
        late = [
            days_overdue(referral.clocks.answer_due, referral.counted_on(today), calendar())
            for referral in referrals
            if referral.clocks.answer_due < referral.counted_on(today)
        ]
        lines.append(
            BoardLine(
                code=ministry.code,
                name_ko=ministry.name_ko,
                name_en=ministry.name_en,
                open=len(referrals),
                unacknowledged=sum(r.status is Status.DISPATCHED for r in referrals),
                overdue=len(late),
                most_days_overdue=max(late, default=0),
                next_due=min((day for day in due if day >= today), default=None),
            )
        )
    return sorted(lines, key=lambda line: (-line.most_days_overdue, line.code))

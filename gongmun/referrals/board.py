"""The board (현황판): open referrals by ministry, the most overdue first."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from gongmun.calendar import calendar
from gongmun.clock import seoul_date
from gongmun.organisations import Organisation
from gongmun.referrals import board_queries, paper_queries
from gongmun.referrals.board_queries import Alike, Owed
from gongmun.referrals.clocks import days_overdue
from gongmun.referrals.life import Status
from gongmun.referrals.models import counted_on

# As the ladder reminds a last time before the due day.
SOON = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class BoardLine:
    """One ministry: its open referrals, and how urgent they are."""

    code: str
    name_ko: str
    name_en: str
    open: int
    unacknowledged: int
    overdue: int
    most_days_overdue: int  # working days
    due_soon: int  # within SOON working days, today among them
    paused: int  # the ball is with us: their clock stands still
    next_due: date | None


def board(session: Session, now: datetime) -> Sequence[BoardLine]:
    """A line for each ministry that owes an answer."""
    today = seoul_date(now)
    groups: dict[int, list[Alike]] = defaultdict(list)
    for alike in board_queries.open_ones(session):
        groups[alike.organisation_id].append(alike)
    ministries = paper_queries.names(session, groups)
    lines = [_line(ministries[number], found, today) for number, found in groups.items()]
    return sorted(lines, key=lambda line: (-line.most_days_overdue, line.code))


@dataclass(frozen=True, kw_only=True, slots=True)
class UrgentLine:
    """One open referral on the board. `days_overdue` are working days; `paused`: the ball is with us."""

    owed: Owed
    days_overdue: int
    paused: bool


def urgent(session: Session, now: datetime, *, limit: int) -> Sequence[UrgentLine]:
    """The open referrals whose answer was or will be due first, at most so many: overdue ones before the others."""
    today = seoul_date(now)
    return [
        UrgentLine(
            owed=owed,
            days_overdue=days_overdue(
                owed.answer_due, counted_on(owed.paused_at, today), calendar()
            ),
            paused=owed.paused_at is not None,
        )
        for owed in board_queries.most_urgent(session, limit)
    ]


def _line(ministry: Organisation, found: Sequence[Alike], today: date) -> BoardLine:
    late = [
        days_overdue(each.answer_due, counted_on(each.paused_at, today), calendar())
        for each in found
    ]
    soon = calendar().shift(today, SOON)
    return BoardLine(
        code=ministry.code,
        name_ko=ministry.name_ko,
        name_en=ministry.name_en,
        open=sum(each.count for each in found),
        unacknowledged=sum(each.count for each in found if each.status is Status.DISPATCHED),
        overdue=sum(
            each.count for each in found if each.answer_due < counted_on(each.paused_at, today)
        ),
        most_days_overdue=max(late),
        due_soon=sum(
            each.count
            for each in found
            if each.paused_at is None and today <= each.answer_due <= soon
        ),
        paused=sum(each.count for each in found if each.paused_at is not None),
        next_due=min((each.answer_due for each in found if each.answer_due >= today), default=None),
    )

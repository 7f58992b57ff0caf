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
from gongmun.referrals.board_queries import Alike
from gongmun.referrals.clocks import days_overdue
from gongmun.referrals.life import Status
from gongmun.referrals.models import counted_on


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
    groups: dict[int, list[Alike]] = defaultdict(list)
    for alike in board_queries.open_ones(session):
        groups[alike.organisation_id].append(alike)
    ministries = paper_queries.names(session, groups)
    lines = [_line(ministries[number], found, today) for number, found in groups.items()]
    return sorted(lines, key=lambda line: (-line.most_days_overdue, line.code))


def _line(ministry: Organisation, found: Sequence[Alike], today: date) -> BoardLine:
    late = [
        days_overdue(each.answer_due, counted_on(each.paused_at, today), calendar())
        for each in found
    ]
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
        next_due=min((each.answer_due for each in found if each.answer_due >= today), default=None),
    )

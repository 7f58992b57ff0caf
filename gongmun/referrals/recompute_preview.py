"""Which open deadlines a changed calendar would move (기한 재계산 미리보기): how many, of whom, and why. Reads only."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache

from sqlalchemy.orm import Session

from gongmun.calendar import WorkingCalendar
from gongmun.calendar.overrides import Override
from gongmun.clock import seoul_date
from gongmun.db import without_collector
from gongmun.organisations import Organisation
from gongmun.referrals import change_queries, declared_days, noted_days, paper_queries
from gongmun.referrals.declared_days import Moved
from gongmun.referrals.ladder import Clock
from gongmun.referrals.recounts import Recount
from gongmun.text import Bilingual


@dataclass(frozen=True, kw_only=True, slots=True)
class PreviewLine:
    """Referrals of one ministry with a deadline that moves from one day to another, and why."""

    code: str
    ministry: Bilingual
    clock: Clock
    old: date
    new: date
    why: Bilingual
    referral_ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """What would move on a day. `declared` are the days off that explain it, if they could be found.

    `before` are the lines by which days were changed until now: one that is taken back has its name from them.
    """

    today: date
    declared: tuple[date, ...]
    lines: tuple[PreviewLine, ...]
    before: Mapping[date, Override] = field(default_factory=dict)

    @property
    def referral_ids(self) -> Sequence[int]:
        """Every referral with a deadline that moves, in order of number."""
        return sorted({number for line in self.lines for number in line.referral_ids})


def disagreeing(session: Session, *, cal: WorkingCalendar, now: datetime) -> int:
    """How many different deadlines do not stand on the day that the calendar says. Cheap."""
    answers, receipts = _found(session, Recount(cal, seoul_date(now)))
    return len(answers) + len(receipts)


def preview(session: Session, *, cal: WorkingCalendar, now: datetime) -> Preview:
    """Which deadlines `recompute` would move, by ministry and by day. Reads only."""
    with without_collector():
        return _preview(session, cal, seoul_date(now))


def _preview(session: Session, cal: WorkingCalendar, today: date) -> Preview:
    recount = Recount(cal, today)
    answers, receipts = _found(session, recount)
    if not answers and not receipts:
        return Preview(today=today, declared=(), lines=())
    before = noted_days.noted(session)
    days = declared_days.declared([*answers, *receipts], cal, today, before)
    why = reasons(days, cal, before)
    grouped: defaultdict[tuple[int, Clock, date, date, Bilingual], list[int]] = defaultdict(list)
    for standing in change_queries.standing_on(
        session, answers={each.old for each in answers}, receipts={each.old for each in receipts}
    ):
        for clock, moved in recount.moves(standing).items():
            key = (standing.organisation_id, clock, moved.old, moved.new, why(moved))
            grouped[key].append(standing.id)
    ministries = paper_queries.names(session, {key[0] for key in grouped})
    lines = [_line(ministries[key[0]], *key[1:], ids) for key, ids in grouped.items()]
    lines.sort(key=lambda line: (line.code, line.clock.value, line.new, line.referral_ids))
    return Preview(today=today, declared=days, lines=tuple(lines), before=before)


def reasons(
    days: Sequence[date], cal: WorkingCalendar, before: Mapping[date, Override]
) -> Callable[[Moved], Bilingual]:
    """Why each deadline moved; many move as one."""
    return cache(lambda moved: declared_days.reason(days, moved, cal, before))


def _found(session: Session, recount: Recount) -> tuple[Sequence[Moved], Sequence[Moved]]:
    """The deadlines of answers and of acknowledgements that move, each once."""
    answers = [recount.answer(*each) for each in change_queries.countings(session)]
    receipts = [recount.receipt(*each) for each in change_queries.receipts_due(session)]
    return [each for each in answers if each], [each for each in receipts if each]


def _line(
    ministry: Organisation, clock: Clock, old: date, new: date, why: Bilingual, ids: Sequence[int]
) -> PreviewLine:
    return PreviewLine(
        code=ministry.code,
        ministry=Bilingual(ko=ministry.name_ko, en=ministry.name_en),
        clock=clock,
        old=old,
        new=new,
        why=why,
        referral_ids=tuple(ids),
    )

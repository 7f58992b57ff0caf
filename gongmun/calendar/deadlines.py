"""Deadlines (처리기한): pure counting from a dated rule, with the explanation in two languages.

Periods by working hours, by working days, by the calendar, and in months; see DeadlineRule. A start on a day off is
counted from the next working day, whatever the unit, and an end on a day off moves to the next
working day (Civil Act art. 161; Civil Petitions Treatment Act art. 19).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from gongmun.calendar import hours
from gongmun.calendar.counting import CountedIn, Counting, end_of_months
from gongmun.calendar.working_days import SATURDAY, SUNDAY, WorkingCalendar
from gongmun.clock import SEOUL, seoul_date, seoul_time
from gongmun.text import Bilingual, english_date, korean_date, with_particle


class Unit(StrEnum):
    """What a period is counted in."""

    WORKING_HOURS = "working_hours"  # eight of them are a day
    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"
    MONTHS = "months"


# Periods in which days off count as any other; only an end on one moves.
BY_CALENDAR = frozenset({Unit.CALENDAR_DAYS, Unit.MONTHS})


class Pause(StrEnum):
    """A state in which a clock stands still (처리기간에 산입하지 않는 기간)."""

    QUESTION = "question"  # a question of the ministry waits for us


_LENGTH_KO = {
    Unit.WORKING_HOURS: "근무시간 {}시간",
    Unit.WORKING_DAYS: "근무일 {}일",
    Unit.CALENDAR_DAYS: "{}일",
    Unit.MONTHS: "{}개월",
}
_UNIT_EN = {
    Unit.WORKING_HOURS: "working hour",
    Unit.WORKING_DAYS: "working day",
    Unit.CALENDAR_DAYS: "calendar day",
    Unit.MONTHS: "month",
}


def period(unit: Unit, length: int) -> Bilingual:
    """So many of a unit in words: `근무일 14일`, `14 working days`."""
    plural = "s" if length > 1 else ""
    return Bilingual(ko=_LENGTH_KO[unit].format(length), en=f"{length} {_UNIT_EN[unit]}{plural}")


@dataclass(frozen=True, kw_only=True, slots=True)
class DeadlineRule:
    """One version of a rule: how long a period is, how it is counted, and what says so.

    `first_day_counts` says whether the day of the start is the first of the period (초일 산입) or the
    day after it (초일 불산입). The period may be extended `extensions` times, by at most `extension` of
    its unit each time; None stands for as long as the first period. Its clock stands still in `pauses`.
    `for_answers`: ministries answer by it, and a forum may name it.
    """

    code: str
    version: int
    name_ko: str
    name_en: str
    unit: Unit
    length: int
    first_day_counts: bool
    citation_ko: str
    citation_en: str
    valid_from: date
    extensions: int = 0
    extension: int | None = None
    pauses: frozenset[Pause] = frozenset()
    for_answers: bool = False

    def __post_init__(self) -> None:
        """Refuse a period without a day, and less than no extension."""
        if self.length < 1:
            raise ValueError("length must be 1 or more")
        if self.extensions < 0 or (self.extension is not None and self.extension < 1):
            raise ValueError("extensions must be 0 or more, and extension 1 or more")


@dataclass(frozen=True, kw_only=True, slots=True)
class Deadline:
    """A deadline that explains itself. It is met until the moment `due_at`, on the day `due` in Seoul.

    That is the midnight after that day, or the end of the last working hour. `first_day` is the first day
    that counts; `skipped` are the days off that made `due` later, each with the reason.
    """

    due: date
    due_at: datetime
    counting: Counting
    rule: DeadlineRule
    start: datetime
    first_day: date
    skipped: tuple[tuple[date, Bilingual], ...]

    def explain(self) -> Bilingual:
        """How it was counted, and the citation."""
        counted, rule = self.explain_counting(), self.rule
        return Bilingual(
            ko=f"{counted.ko} 근거: {rule.citation_ko}.",
            en=f"{counted.en} Basis: {rule.citation_en}.",
        )

    def explain_counting(self) -> Bilingual:
        """The rule and its version, the start, what was counted and what was not."""
        rule = self.rule
        started, due = self._ends()
        length = period(rule.unit, rule.length)
        off = self._off()
        return Bilingual(
            ko=f"'{rule.name_ko}' 기한(규칙 제{rule.version}판)은 {started.ko}에 시작되어, "
            f"{korean_date(self.first_day, weekday=True)}부터 {length.ko}을 계산한 {due.ko}까지입니다. "
            f"{off.ko}".rstrip(),
            en=f"The deadline '{rule.name_en}' (version {rule.version}) started on "
            f"{started.en} and runs for {length.en} with {english_date(self.first_day, weekday=True)} as the "
            f"first day, until {due.en}. "
            f"{off.en}".rstrip(),
        )

    def _off(self) -> Bilingual:
        """The days off that made it later: skipped, or an end by the calendar that moved over them."""
        skipped = [(day, why) for day, why in self.skipped if day >= self.first_day]
        if not skipped:
            return Bilingual(ko="", en="")
        days = _describe(skipped)
        if self.rule.unit not in BY_CALENDAR:
            return Bilingual(ko=f"계산에서 제외한 날: {days.ko}.", en=f"Not counted: {days.en}.")
        # Days off within the period count: only those on which it would have ended do not.
        end, _ = skipped[0]
        return Bilingual(
            ko=f"기간의 말일인 {with_particle(korean_date(end, weekday=True), '은(는)')} 휴무일이므로 다음 "
            f"근무일을 기한으로 합니다({days.ko}).",
            en=f"The period ends on {english_date(end, weekday=True)}, a day off, so it is due on the next "
            f"working day ({days.en}).",
        )

    def _ends(self) -> tuple[Bilingual, Bilingual]:
        """The start and the end: days, with the time of the clock where hours are counted."""
        started = seoul_date(self.start)
        begin = Bilingual(
            ko=korean_date(started, weekday=True), en=english_date(started, weekday=True)
        )
        due = Bilingual(
            ko=korean_date(self.due, weekday=True), en=english_date(self.due, weekday=True)
        )
        if self.rule.unit is not Unit.WORKING_HOURS:
            return begin, Bilingual(ko=due.ko, en=f"the end of {due.en}")
        at, until = (f"{moment.astimezone(SEOUL):%H:%M}" for moment in (self.start, self.due_at))
        return (
            Bilingual(ko=f"{begin.ko} {at}", en=f"{begin.en} at {at}"),
            Bilingual(ko=f"{due.ko} {until}", en=f"{due.en} at {until}"),
        )


def deadline(rule: DeadlineRule, start: datetime, calendar: WorkingCalendar) -> Deadline:
    """When the period of `rule` that starts at the moment `start` ends.

    Raises:
        NaiveDatetime: `start` has no time zone.
        YearNotCovered: the period leaves the years the calendar covers.
    """
    counting, started = counting_by(rule, start), seoul_date(start)
    due = counting.due(calendar)
    if rule.unit is Unit.WORKING_HOURS:
        # What comes after the work of a day is counted from the next day's.
        first, skipped = (
            seoul_date(hours.opening(start, calendar)),
            _days_off(started, due, calendar),
        )
    elif rule.unit is Unit.WORKING_DAYS:
        begin = started + timedelta(days=not rule.first_day_counts)
        if not calendar.is_working_day(started):
            begin = started
        first, skipped = calendar.shift(begin, 0), _days_off(begin, due, calendar)
    else:
        first = counting.first_day(calendar)
        # After a working day the day after counts, whatever day it is.
        skipped = () if calendar.is_working_day(started) else _days_off(started, first, calendar)
        skipped += _days_off(counting.last_day(calendar), due, calendar)
    return Deadline(
        due=due,
        due_at=counting.due_at(calendar),
        counting=counting,
        rule=rule,
        start=start,
        first_day=first,
        skipped=skipped,
    )


def counting_by(rule: DeadlineRule, start: datetime) -> Counting:
    """How a period of `rule` that starts at the moment `start` is counted, by whatever calendar.

    Raises:
        NaiveDatetime: `start` has no time zone.
    """
    if rule.unit is Unit.WORKING_HOURS:
        return Counting.time(start, timedelta(hours=rule.length))
    started = seoul_date(start)
    if rule.unit is Unit.WORKING_DAYS:
        # The n-th working day after the day before the first one that may count.
        return Counting.days(started - timedelta(days=rule.first_day_counts), rule.length)
    unit = _COUNTED_IN[rule.unit, rule.first_day_counts]
    return Counting(unit=unit, since=seoul_time(started), amount=rule.length)


# A period by the calendar, with the day of the start and without it.
_COUNTED_IN = {
    (Unit.CALENDAR_DAYS, True): CountedIn.CALENDAR_DAYS,
    (Unit.CALENDAR_DAYS, False): CountedIn.CALENDAR_DAYS_AFTER,
    (Unit.MONTHS, True): CountedIn.MONTHS,
    (Unit.MONTHS, False): CountedIn.MONTHS_AFTER,
}


def latest_extension(rule: DeadlineRule, due: date, calendar: WorkingCalendar) -> date:
    """The last day to which a period of `rule` that ends on `due` may be extended in one go.

    The days after `due` count from the first of them; an end on a day off moves to the next working
    day, as that of the period itself.

    Raises:
        YearNotCovered: it leaves the years the calendar covers.
    """
    length = rule.extension or rule.length
    if rule.unit is Unit.WORKING_HOURS:
        return calendar.shift(due, -(-length // 8))  # by whole days: a person names a day
    if rule.unit is Unit.WORKING_DAYS:
        return calendar.shift(due, length)
    if rule.unit is Unit.CALENDAR_DAYS:
        return calendar.shift(due + timedelta(days=length), 0)
    return calendar.shift(end_of_months(due + timedelta(days=1), length), 0)


def _days_off(
    start: date, end: date, calendar: WorkingCalendar
) -> tuple[tuple[date, Bilingual], ...]:
    """The days off from `start` up to the day before `end`."""
    days = (start + timedelta(days=number) for number in range((end - start).days))
    return tuple((day, why) for day in days if (why := calendar.why_off(day)))


def _describe(skipped: Sequence[tuple[date, Bilingual]]) -> Bilingual:
    """Weekends as a number, holidays by name."""
    named = [(day, why) for day, why in skipped if why not in (SATURDAY, SUNDAY)]
    weekend = len(skipped) - len(named)
    parts_ko = [f"{korean_date(day, weekday=True)} {why.ko}" for day, why in named]
    parts_en = [f"{english_date(day, weekday=True)} ({why.en})" for day, why in named]
    if weekend:
        parts_ko.insert(0, f"토·일요일 {weekend}일")
        parts_en.insert(0, f"{weekend} weekend day{'s' if weekend > 1 else ''}")
    return Bilingual(ko=", ".join(parts_ko), en=", ".join(parts_en))

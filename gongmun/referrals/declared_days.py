"""Which days off explain that deadlines moved (휴무일 변경). Pure.

Deadlines are kept as they were counted, the calendar of that day is not: it is found again from what it
came to, and from the lines that were noted (noted_days.py). That is for the words only; the new day needs no reason.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import combinations

from gongmun.calendar import WorkingCalendar
from gongmun.calendar.overrides import Override
from gongmun.calendar.working_days import SATURDAY, SUNDAY
from gongmun.clock import SEOUL
from gongmun.text import Bilingual, english_date, korean_date

# More days than these are not declared at once; more candidates are not tried.
_MOST, _CANDIDATES = 3, 12
# So many different deadlines say enough.
_ENOUGH = 200
_TEMPORARY = "임시"

_NOTHING: Mapping[date, Override] = {}
_UNKNOWN = Bilingual(ko="휴무일 변경", en="the days off have changed")


# Not compared: many have one and the same, and what is said of it is kept by it.
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Moved:
    """A deadline that `recount` puts on another day than `old`; its period began on `since`.

    `hours` are given where it is the same day, and the period ends later on it: when it ended, and when it does.
    """

    recount: Callable[[WorkingCalendar], date | datetime]
    since: date
    old: date
    new: date
    hours: tuple[datetime, datetime] | None = None

    @property
    def is_told(self) -> bool:
        """Whether its ministry is told: the day that it knows still holds where only the hour moves."""
        return self.hours is None

    def came_of(self, cal: WorkingCalendar) -> bool:
        """Whether it stood where it did by this calendar."""
        return self.recount(cal) == (self.hours[0] if self.hours else self.old)

    def comes_of(self, cal: WorkingCalendar) -> bool:
        """Whether it stands where it does by this calendar."""
        return self.recount(cal) == (self.hours[1] if self.hours else self.new)

    @property
    def last(self) -> date:
        """The later one of both days."""
        return max(self.old, self.new)


def declared(
    moved: Sequence[Moved],
    cal: WorkingCalendar,
    today: date,
    before: Mapping[date, Override] = _NOTHING,
) -> tuple[date, ...]:
    """The fewest days that, turned over, give every old day again; none where there are no such days.

    Of several that would, those come first of which the lines `before` said another thing than `cal`, then
    those of the override file, then temporary holidays, then days that are yet to come: it is these that
    are declared late.
    """
    if not moved:
        return ()
    candidates = _candidates(moved, cal, today, _taken_back(before, cal))
    evidence = moved[:_ENOUGH]
    for size in range(1, _MOST + 1):
        for days in combinations(candidates, size):
            was = cal.turned(days)
            if all(each.came_of(was) for each in evidence):
                return tuple(sorted(days))
    return ()


def _taken_back(before: Mapping[date, Override], cal: WorkingCalendar) -> Collection[date]:
    return {day for day, line in before.items() if cal.is_working_day(day) is not line.working}


def _candidates(
    moved: Sequence[Moved], cal: WorkingCalendar, today: date, taken_back: Collection[date]
) -> Sequence[date]:
    first, last = min(each.since for each in moved), max(each.last for each in moved)
    holidays = {day: why.ko for day, why in cal.days_off(first, last) if why not in _WEEKEND}
    days = {
        *holidays,
        *(day for day in (*cal.overridden, *taken_back) if first <= day <= last),
    }

    def likely(day: date) -> tuple[bool, bool, bool, bool, date]:
        return (
            day not in taken_back,
            day not in cal.overridden,
            _TEMPORARY not in holidays.get(day, ""),
            day < today,
            day,
        )

    return sorted(days, key=likely)[:_CANDIDATES]


_WEEKEND = (SATURDAY, SUNDAY)


def reason(
    days: Sequence[date],
    moved: Moved,
    cal: WorkingCalendar,
    before: Mapping[date, Override] = _NOTHING,
) -> Bilingual:
    """Why one deadline moved: those of the declared days within its period without which it would not have.

    Days off within a period by the calendar count as any other: only its start and its end move.
    """
    within = tuple(day for day in days if moved.since <= day <= moved.last)
    tells = tuple(day for day in within if not moved.comes_of(_turned(cal, day)))
    why = _reason(tuple((day, before.get(day)) for day in tells or within), cal)
    if moved.hours is None:
        return why
    at = f"{moved.hours[1].astimezone(SEOUL):%H:%M}"
    return Bilingual(ko=f"{why.ko}(같은 날 {at}까지)", en=f"{why.en} (until {at} on the same day)")


# A day is asked for of many deadlines.
@lru_cache(maxsize=64)
def _turned(cal: WorkingCalendar, day: date) -> WorkingCalendar:
    return cal.turned([day])


# Many deadlines move for the same few days.
@lru_cache(maxsize=64)
def _reason(days: tuple[tuple[date, Override | None], ...], cal: WorkingCalendar) -> Bilingual:
    named = [_named(day, cal, before) for day, before in days]
    if not named:
        return _UNKNOWN
    return Bilingual(
        ko=", ".join(each.ko for each in named), en="; ".join(each.en for each in named)
    )


def _named(day: date, cal: WorkingCalendar, before: Override | None) -> Bilingual:
    why, ko, en = cal.why_off(day), korean_date(day, weekday=True), english_date(day, weekday=True)
    if why is None and before is not None and not before.working:
        return Bilingual(
            ko=f"{ko} {before.name.ko} 지정 취소",
            en=f"{en} is a working day after all ({before.name.en} was taken back)",
        )
    if why is None:
        return Bilingual(ko=f"{ko} 휴무 취소", en=f"{en} is a working day after all")
    return Bilingual(ko=f"{ko} {why.ko} 지정", en=f"{en} became a day off ({why.en})")

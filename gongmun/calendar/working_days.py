"""Working days (근무일) of Korean government offices.

A day off (휴무일) is a Saturday, a Sunday, a public holiday (관공서의 공휴일: fixed, substitute, temporary
and election days, from the `holidays` package), or what an override file says. The files have the
last word, that of the installation before that of the package: a holiday is sometimes declared a few
weeks before, sooner than a package is released. Korean names are those of the law, where the package has
others.

1 May (노동절) and 17 July (제헌절) are days off for government offices since 2026, by the amended Public
Holidays Act (공휴일에 관한 법률), with substitute days. Before, 1 May was a paid holiday of employees
under the labour law and offices of the state were open; `holidays` lists it in its category "bank"
for those years, and only the category "public" is read here.
"""

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from datetime import date, timedelta
from functools import cached_property, lru_cache
from importlib.metadata import version
from itertools import accumulate
from pathlib import Path
from threading import Lock
from typing import Self

import holidays
import numpy as np

from gongmun.calendar.overrides import Override, read_overrides
from gongmun.calendar.years import FIRST_YEAR, LAST_YEAR
from gongmun.errors import GongmunError
from gongmun.settings import settings
from gongmun.text import Bilingual

_FIRST, _LAST, _ONE = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31), timedelta(days=1)
_DAYS = tuple(_FIRST + timedelta(days=number) for number in range((_LAST - _FIRST).days + 1))
OVERRIDES = Path(__file__).parent / "data" / "overrides.csv"

# Working hours (근무시간), from and to after midnight: State Public Officials' Service Regulations
# (국가공무원 복무규정), art. 9, without the lunch hour.
OFFICE_HOURS = (
    (timedelta(hours=9), timedelta(hours=12)),
    (timedelta(hours=13), timedelta(hours=18)),
)

SATURDAY = Bilingual(ko="토요일", en="Saturday")
SUNDAY = Bilingual(ko="일요일", en="Sunday")
_WEEKEND = {5: SATURDAY, 6: SUNDAY}
# Names as in the Regulation on Public Holidays of Government Offices (관공서의 공휴일에 관한 규정), arts. 2 and 3.
_LEGAL = (
    ("대체 휴일", "대체공휴일"),
    ("부처님오신날", "부처님 오신 날"),
    ("삼일절", "3·1절"),
    ("신정연휴", "1월 1일"),
)
# What knows the holidays that no file names, for whoever asks what says so.
PUBLIC_HOLIDAYS = Bilingual(
    ko=f"holidays {version('holidays')} 공휴일 자료",
    en=f"the package holidays {version('holidays')}",
)
_TURNED = Bilingual(ko="휴무일", en="day off")


class YearNotCovered(GongmunError):
    """A day outside the years of which the holidays are known."""

    code = "calendar.year_not_covered"
    ko = (
        "{day}은(는) 근무일을 셀 수 있는 기간({first}년~{last}년) 밖입니다. 날짜를 확인해 주십시오. 날짜가 맞다면 "
        "공휴일 자료의 적용 연도를 늘려야 합니다."
    )
    en = (
        "{day} lies outside the years of which the holidays are known ({first} to {last}). Check the "
        "date; if it is right, the covered years must be extended."
    )


class WorkingCalendar:
    """Counts working days from 1 January 2015 to 31 December 2035; immutable.

    `hours` are the spans of work of a working day, `overridden` the lines that changed its days.
    """

    def __init__(
        self,
        overrides: Iterable[Override] = (),
        *,
        hours: Sequence[tuple[timedelta, timedelta]] = OFFICE_HOURS,
    ) -> None:
        """Public holidays of South Korea, changed by `overrides`, of which the last one on a day holds."""
        overrides = tuple(overrides)
        self.hours = tuple(hours)
        self.overridden: Mapping[date, Override] = {line.day: line for line in overrides}
        self._set(_days_off(overrides))

    def is_working_day(self, day: date) -> bool:
        """Whether government offices are open on `day`.

        Raises:
            YearNotCovered: as all methods, for a day outside the covered years.
        """
        return self.why_off(day) is None

    def why_off(self, day: date) -> Bilingual | None:
        """Why offices are closed on `day`; None on a working day. A holiday goes before a weekend."""
        return self._reasons.get(_covered(day))

    def days_off(self, first: date, last: date) -> Sequence[tuple[date, Bilingual]]:
        """The days off from `first` up to and including `last`, each with the reason."""
        days = _DAYS[_place(first) : _place(last) + 1]
        return [(day, why) for day in days if (why := self._reasons.get(day))]

    def shift(self, day: date, n: int) -> date:
        """The n-th working day after `day`, or before it where `n` is negative.

        `day` itself is never counted. With n = 0: `day`, or the next working day if it is one off.
        """
        place = _place(day)
        found = self._before[place + 1] + n - 1 if n > 0 else self._before[place] + n
        if not 0 <= found < len(self._working):
            raise _not_covered(_LAST + _ONE if n >= 0 else _FIRST - _ONE)
        return self._working[found]

    def count(self, start: date, end: date) -> int:
        """Working days from `start` up to the day before `end`; negative if `end` comes first."""
        return self._before[_place(end)] - self._before[_place(start)]

    @cached_property
    def numpy(self) -> np.busdaycalendar:
        """The same days off for whole arrays of days."""
        # Saturdays and Sundays are in the list of days off rather than in the week mask, because an
        # override can turn one into a working day.
        off = np.array(sorted(self._reasons), dtype="datetime64[D]")
        return np.busdaycalendar(weekmask="1111111", holidays=off)

    def turned(self, days: Iterable[date]) -> Self:
        """This calendar with each of these days the other way round: off where it was not, and back."""
        reasons = dict(self._reasons)
        for day in days:
            if reasons.pop(_covered(day), None) is None:
                reasons[day] = _TURNED
        other = copy(self)
        vars(other).pop("numpy", None)
        other._set(reasons)
        return other

    def _set(self, reasons: Mapping[date, Bilingual]) -> None:
        self._reasons = reasons
        self._working = [day for day in _DAYS if day not in reasons]
        # By its place among the covered days: how many working days come before a day.
        self._before = [0, *accumulate(day not in reasons for day in _DAYS)]


def calendar() -> WorkingCalendar:
    """The calendar of this moment: the overrides of the package, then the file of the settings.

    The same object as long as no line of them changes, so what is kept by the calendar may be kept for it.
    A file that was changed is read again, in a process that has long been running too.

    Raises:
        OverridesInvalid: a file cannot be used; nothing is counted by an older one instead.
    """
    own = settings().calendar_overrides
    with _ONE_AT_A_TIME:
        return _calendar_of(OVERRIDES, own, own and _seen(own))


_ONE_AT_A_TIME = Lock()


def _seen(path: Path) -> Sequence[int]:
    """A file as it is now: whatever changes its content changes one of these."""
    try:
        found = path.stat()
    except OSError:
        return ()  # reading it says what is wrong
    return found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_size


@lru_cache(maxsize=1)
def _calendar_of(package: Path, own: Path | None, _seen: Sequence[int] | None) -> WorkingCalendar:
    return _calendar_with(read_overrides(package) + (read_overrides(own) if own else ()))


# A file that was only touched, or put back, makes no new calendar.
@lru_cache(maxsize=4)
def _calendar_with(overrides: tuple[Override, ...]) -> WorkingCalendar:
    return WorkingCalendar(overrides)


def _covered(day: date) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise _not_covered(day)
    return day


def _not_covered(day: date) -> YearNotCovered:
    return YearNotCovered(day=day.isoformat(), first=FIRST_YEAR, last=LAST_YEAR)


def _place(day: date) -> int:
    return (_covered(day) - _FIRST).days


def _days_off(overrides: Iterable[Override]) -> Mapping[date, Bilingual]:
    reasons = dict(_known_days_off())
    for override in overrides:
        _covered(override.day)
        if override.working:
            reasons.pop(override.day, None)
        else:
            reasons[override.day] = override.name
    return reasons


@lru_cache(maxsize=1)
def _known_days_off() -> Mapping[date, Bilingual]:
    years = range(FIRST_YEAR, LAST_YEAR + 1)
    # The language is named: otherwise it depends on the locale of the process.
    korean = holidays.country_holidays("KR", years=years, language="ko")
    english = holidays.country_holidays("KR", years=years, language="en_US")

    reasons: dict[date, Bilingual] = {}
    for day in _DAYS:
        if day in korean:
            reasons[day] = Bilingual(
                ko=", ".join(map(_legal, korean.get_list(day))),
                en=", ".join(english.get_list(day)),
            )
        elif day.weekday() in _WEEKEND:
            reasons[day] = _WEEKEND[day.weekday()]
    return reasons


def _legal(name: str) -> str:
    for used, legal in _LEGAL:
        name = name.replace(used, legal)
    return name

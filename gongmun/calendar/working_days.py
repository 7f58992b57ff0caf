"""Working days (근무일) of Korean government offices.

A day off (휴무일) is a Saturday, a Sunday, a public holiday (관공서의 공휴일: fixed, substitute, temporary
and election days, from the `holidays` package), or what the override file says. The file has the
last word: a holiday is sometimes declared a few weeks before, sooner than a package is released.

1 May (노동절) and 17 July (제헌절) are days off for government offices since 2026, by the amended Public
Holidays Act (공휴일에 관한 법률), with substitute days. Before, 1 May was a paid holiday of employees
under the labour law and offices of the state were open; `holidays` lists it in its category "bank"
for those years, and only the category "public" is read here.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

import holidays
import numpy as np

from gongmun.calendar.overrides import Override, read_overrides
from gongmun.errors import GongmunError
from gongmun.text import Bilingual

# Deadlines are counted in these years. A test fails when the next year is not covered.
FIRST_YEAR, LAST_YEAR = 2015, 2035
OVERRIDES = Path(__file__).parent / "data" / "overrides.csv"

SATURDAY = Bilingual(ko="토요일", en="Saturday")
SUNDAY = Bilingual(ko="일요일", en="Sunday")
_WEEKEND = {5: SATURDAY, 6: SUNDAY}


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
    """Counts working days from 1 January 2015 to 31 December 2035; immutable."""

    def __init__(self, overrides: Iterable[Override] = ()) -> None:
        """Public holidays of South Korea, changed by `overrides`."""
        self._reasons = _days_off(overrides)
        # Saturdays and Sundays are in the list of days off rather than in the week mask, because an
        # override can turn one into a working day.
        self._numpy = np.busdaycalendar(
            weekmask="1111111", holidays=np.array(sorted(self._reasons), dtype="datetime64[D]")
        )

    def is_working_day(self, day: date) -> bool:
        """Whether government offices are open on `day`.

        Raises:
            YearNotCovered: as all methods, for a day outside the covered years.
        """
        return self.why_off(day) is None

    def why_off(self, day: date) -> Bilingual | None:
        """Why offices are closed on `day`; None on a working day. A holiday goes before a weekend."""
        return self._reasons.get(_covered(day))

    def shift(self, day: date, n: int) -> date:
        """The n-th working day after `day`, or before it where `n` is negative.

        `day` itself is never counted. With n = 0: `day`, or the next working day if it is one off.
        """
        # numpy first rolls a day off onto a working day, and counts from there.
        shifted = np.busday_offset(
            np.datetime64(_covered(day), "D"),
            n,
            roll="backward" if n > 0 else "forward",
            busdaycal=self._numpy,
        )
        return _covered(shifted.astype(date))

    def count(self, start: date, end: date) -> int:
        """Working days from `start` up to the day before `end`; negative if `end` comes first."""
        if end < start:
            return -self.count(end, start)
        return int(np.busday_count(_covered(start), _covered(end), busdaycal=self._numpy))


@lru_cache(maxsize=1)
def calendar() -> WorkingCalendar:
    """The calendar of this process, with the overrides of the package; made once.

    Raises:
        OverridesInvalid: the override file cannot be used.
    """
    return WorkingCalendar(read_overrides(OVERRIDES))


def _covered(day: date) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise YearNotCovered(day=day.isoformat(), first=FIRST_YEAR, last=LAST_YEAR)
    return day


def _days_off(overrides: Iterable[Override]) -> Mapping[date, Bilingual]:
    years = range(FIRST_YEAR, LAST_YEAR + 1)
    # The language is named: otherwise it depends on the locale of the process.
    korean = holidays.country_holidays("KR", years=years, language="ko")
    english = holidays.country_holidays("KR", years=years, language="en_US")

    reasons: dict[date, Bilingual] = {}
    day = date(FIRST_YEAR, 1, 1)
    while day.year <= LAST_YEAR:
        if day in korean:
            reasons[day] = Bilingual(
                ko=", ".join(korean.get_list(day)), en=", ".join(english.get_list(day))
            )
        elif day.weekday() in _WEEKEND:
            reasons[day] = _WEEKEND[day.weekday()]
        day += timedelta(days=1)

    for override in overrides:
        _covered(override.day)
        if override.working:
            reasons.pop(override.day, None)
        else:
            reasons[override.day] = override.name
    return reasons

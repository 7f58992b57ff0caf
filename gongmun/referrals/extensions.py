"""The days by which an answer is due now, after a clock that went on, or an extension (연장) and what it added."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.calendar import (
    BY_CALENDAR,
    CountedDay,
    Counting,
    Deadline,
    WorkingCalendar,
    days_after,
    days_of,
    deadline,
    rule,
)
from gongmun.clock import seoul_date
from gongmun.text import Bilingual, english_date, korean_date

_GRANTED = "referral.extension_granted"
# After these the clock goes on from their day with what was left of it; after the other one anew.
_GOES_ON = frozenset({"referral.resumed", "referral.sent_back"})
_REOPENED = "referral.reopened"


@dataclass(frozen=True, kw_only=True, slots=True)
class LongerPeriod:
    """An extension: `before` are the days up to `old_due`, `days` those that were added, up to `new_due`."""

    old_due: date
    new_due: date
    before: Sequence[CountedDay]
    days: Sequence[CountedDay]

    def told(self, due: date) -> Bilingual:
        """What it moved; and that it is `due` on another day since, where the days off changed."""
        old, new = self.old_due, self.new_due
        said = Bilingual(
            ko=f"이후 회신 기한을 {korean_date(old, weekday=True)}에서 {korean_date(new, weekday=True)}까지로 "
            "연장하였습니다.",
            en=f"It was extended since, from {english_date(old, weekday=True)} to "
            f"{english_date(new, weekday=True)}.",
        )
        if due == new:
            return said
        return Bilingual(
            ko=f"{said.ko} 휴무일이 변경되어 {korean_date(due, weekday=True)}까지입니다.",
            en=f"{said.en} The days off have changed since: it is {english_date(due, weekday=True)}.",
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Way:
    """What a clock came by: `first` as it began, the day on which it went on last, what was granted since."""

    first: Deadline
    went_on: date | None = None
    granted: Mapping[str, Any] | None = None


def extension_of(
    session: Session, referral_id: int, counting: Counting, first: Deadline, cal: WorkingCalendar
) -> LongerPeriod | None:
    """The extension that set this counting of a referral; None where something else did, or nothing.

    `first` is its deadline as it was counted when its document left.
    """
    way = _way(session, referral_id, first, cal)
    if way.granted is None:
        return None
    old, new = (date.fromisoformat(way.granted[name]) for name in ("old_due", "new_due"))
    if counting != Counting.days(new):
        return None
    unit = way.first.rule.unit
    return LongerPeriod(
        old_due=old,
        new_due=new,
        before=[day for day in days_of(way.first, cal) if day.day <= old]
        if way.went_on is None
        else days_after(way.went_on, old, unit, cal),
        days=days_after(old, new, unit, cal),
    )


def days_left(
    session: Session, referral_id: int, counting: Counting, first: Deadline, cal: WorkingCalendar
) -> Sequence[CountedDay]:
    """The days of a counting that no extension set; `first` as above.

    A period by the calendar that stood still is kept by its last day: its days are those after it went on.
    """
    last, way = seoul_date(counting.since), _way(session, referral_id, first, cal)
    unit = way.first.rule.unit
    if (
        unit in BY_CALENDAR
        and way.went_on is not None
        and way.went_on < last
        and counting == Counting.days(last)
    ):
        return days_after(way.went_on, last, unit, cal)
    return days_of(counting, cal)


def _way(session: Session, referral_id: int, first: Deadline, cal: WorkingCalendar) -> _Way:
    way = _Way(first=first)
    kinds = {_GRANTED, _REOPENED, *_GOES_ON}
    for event in ledger.histories(session, "referral", [referral_id], kinds).get(referral_id, ()):
        day = seoul_date(event.occurred_at)
        if event.kind == _GRANTED:
            way = replace(way, granted=event.data)
        elif event.kind == _REOPENED:
            way = _Way(first=deadline(rule(way.first.rule.code, day), event.occurred_at, cal))
        else:
            way = _Way(first=way.first, went_on=day)
    return way

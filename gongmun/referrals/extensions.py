"""The extension (연장) by which an answer is due now, day by day: what was counted before it, and what it added."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.calendar import (
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


def extension_of(
    session: Session, referral_id: int, counting: Counting, first: Deadline, cal: WorkingCalendar
) -> LongerPeriod | None:
    """The extension that set this counting of a referral; None where something else did, or nothing.

    `first` is its deadline as it was counted when its document left.
    """
    went_on, granted = None, None
    kinds = {_GRANTED, _REOPENED, *_GOES_ON}
    for event in ledger.histories(session, "referral", [referral_id], kinds).get(referral_id, ()):
        day = seoul_date(event.occurred_at)
        if event.kind == _GRANTED:
            granted = event.data
        elif event.kind == _REOPENED:
            first = deadline(rule(first.rule.code, day), event.occurred_at, cal)
            went_on, granted = None, None
        else:
            went_on, granted = day, None
    if granted is None:
        return None
    old, new = (date.fromisoformat(granted[name]) for name in ("old_due", "new_due"))
    if counting != Counting.days(new):
        return None
    unit = first.rule.unit
    return LongerPeriod(
        old_due=old,
        new_due=new,
        before=[day for day in days_of(first, cal) if day.day <= old]
        if went_on is None
        else days_after(went_on, old, unit, cal),
        days=days_after(old, new, unit, cal),
    )

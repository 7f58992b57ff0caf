"""The lines by which the calendar's days were changed (휴무일 보정), as they stood when it was counted by.

A line that is taken out of the operator's file leaves no trace there: the ledger keeps it, so that a holiday that
was taken back still has its name.
"""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.calendar import WorkingCalendar
from gongmun.calendar.overrides import Override
from gongmun.text import Bilingual

# There is one calendar; the days off that a sweep has met are another account of it (days_met.py).
_SUBJECT = ("calendar_lines", 0)
_NOTED = "calendar.lines_noted"


def noted(session: Session) -> Mapping[date, Override]:
    """Every line that was ever noted, by its day; of several on a day the last one."""
    found = {}
    for event in ledger.history(session, *_SUBJECT):
        for line in event.data["lines"]:
            day = date.fromisoformat(line["day"])
            name = Bilingual(ko=line["ko"], en=line["en"])
            found[day] = Override(day=day, working=line["working"], name=name)
    return found


def note(session: Session, cal: WorkingCalendar, now: datetime) -> None:
    """Note the lines of a calendar that were not noted yet, in the caller's transaction."""
    before = noted(session)
    new = [
        line
        for day, line in sorted(cal.overridden.items())
        if day not in before or (before[day].working, before[day].name) != (line.working, line.name)
    ]
    if not new:
        return
    ledger.record(
        session,
        _NOTED,
        subject=_SUBJECT,
        now=now,
        lines=[
            {
                "day": line.day.isoformat(),
                "working": line.working,
                "ko": line.name.ko,
                "en": line.name.en,
            }
            for line in new
        ],
    )

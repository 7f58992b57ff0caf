"""The days off that the sweep has met: where they are others, every rung is looked for anew, once.

A rung is counted from its day by working days. A holiday that is declared, or taken back, may move it where the
deadline stays, be it to come or over: so no row tells that it has moved. The sweep notes in the ledger by which days
off it has looked, and the one that meets others looks at every open referral.
"""

from datetime import date, datetime
from functools import lru_cache
from hashlib import sha256

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.calendar import WorkingCalendar
from gongmun.calendar.years import FIRST_YEAR, LAST_YEAR
from gongmun.clock import seoul_date
from gongmun.db import Database
from gongmun.referrals import change_queries, noted_days

# There is one calendar.
_SUBJECT = ("calendar", 0)
_MET = "calendar.met"


def is_met(session: Session, cal: WorkingCalendar) -> bool:
    """Whether a sweep has looked by these days off, and by no others since."""
    met = ledger.history(session, *_SUBJECT)
    return bool(met) and met[-1].data["days_off"] == _digest(cal)


def meet(db: Database, cal: WorkingCalendar, now: datetime) -> None:
    """Let this sweep look at everything that is open, and note by which days off; nothing where it is noted."""
    with db.reading() as session:
        if is_met(session, cal):
            return
    with db.transaction() as session:
        change_queries.look_again(session, seoul_date(now))
        note(session, cal, now)


def note(session: Session, cal: WorkingCalendar, now: datetime) -> None:
    """Note that everything has been looked at by these days off."""
    ledger.record(session, _MET, subject=_SUBJECT, now=now, days_off=_digest(cal))
    noted_days.note(session, cal, now)


@lru_cache(maxsize=4)
def _digest(cal: WorkingCalendar) -> str:
    off = cal.days_off(date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31))
    return sha256("".join(day.isoformat() for day, _ in off).encode()).hexdigest()

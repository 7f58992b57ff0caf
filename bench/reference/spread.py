"""Open referrals with deadlines on different days: for the bench of a late holiday.

What `national.make` leaves open is due on one day. Here it is due on each of five working days, counted from the
dispatch, so that a holiday declared for the last of them moves a fifth.
"""

from datetime import timedelta

from sqlalchemy import update

from bench.reference.national import MINISTRIES, NOW, TODAY
from gongmun.calendar import CountedIn, calendar
from gongmun.clock import seoul_date
from gongmun.db import Database
from gongmun.referrals.life import Status
from gongmun.referrals.models import Referral

_DAYS = 5
_SENT = NOW - timedelta(days=60)
# One in five rows of ministries is open.
_LOT = (Referral.id - 1) // MINISTRIES // 5 % _DAYS
# The day that is declared late.
DECLARED = calendar().shift(TODAY, _DAYS)


def spread(db: Database) -> None:
    """Give what `make` has left open, and not due today, a day of its own."""
    with db.transaction() as session:
        for day in range(_DAYS):
            on = calendar().shift(TODAY, day + 1)
            session.execute(
                update(Referral)
                .where(
                    Referral.status == Status.ACKNOWLEDGED,
                    Referral.next_action_on > TODAY,
                    day == _LOT,
                )
                .values(
                    answer_due=on,
                    answer_counted_in=CountedIn.WORKING_DAYS,
                    answer_counted_since=_SENT,
                    answer_counted=calendar().count(seoul_date(_SENT), on),
                ),
                execution_options={"synchronize_session": False},
            )

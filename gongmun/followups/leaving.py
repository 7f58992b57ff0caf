"""A reminder's mail is looked at once more right before its envelope: of referrals, and of commitments."""

from datetime import datetime, timedelta

from gongmun.calendar import calendar, hours
from gongmun.clock import seoul_date, seoul_time
from gongmun.db import Database
from gongmun.followups import queries
from gongmun.followups.wording import COMMITMENTS_INTENT, Reminder, worded
from gongmun.mail import Dispatch
from gongmun.mail.compose import Composed
from gongmun.mail.reviewing import NotBefore
from gongmun.organisations import queries as organisation_queries
from gongmun.referrals import leaving as referrals_leaving
from gongmun.referrals.chase_pause_queries import paused_organisations


def review(db: Database, dispatch: Dispatch, now: datetime) -> Composed | NotBefore | None:
    """The words with which a claimed mail leaves now; what is no reminder is not touched."""
    if dispatch.intent != COMMITMENTS_INTENT:
        return referrals_leaving.review(db, dispatch, now)
    working = calendar()
    with db.reading() as session:
        # One that went to the backup contact carries what the mail before it carried.
        carried = queries.carried_by(session, dispatch.instead_of_id or dispatch.id)
        if not carried:
            return None
        today = seoul_date(now)
        if carried[0][1].organisation_id in paused_organisations(session, today):
            tomorrow = seoul_time(today + timedelta(days=1))
            return NotBefore(at=hours.opening(tomorrow, working))
        if not hours.is_open(now, working):
            return NotBefore(at=hours.opening(now, working))
        ministry = organisation_queries.by_id(session, carried[0][1].organisation_id)
        reminders = [
            Reminder(commitment=commitment, referral=referral, rung=rung)
            for commitment, referral, rung in carried
        ]
        return worded(session, ministry, reminders, today)

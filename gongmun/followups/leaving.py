"""A reminder's mail is looked at once more right before its envelope: of referrals, and of commitments."""

from datetime import datetime

from gongmun.clock import seoul_date
from gongmun.db import Database
from gongmun.followups import queries
from gongmun.followups.wording import COMMITMENTS_INTENT, Reminder, worded
from gongmun.mail import Dispatch
from gongmun.mail.compose import Composed
from gongmun.mail.reviewing import NotBefore
from gongmun.organisations import queries as organisation_queries
from gongmun.referrals import leaving
from gongmun.referrals.chase_pause_queries import paused_organisations


def review(db: Database, dispatch: Dispatch, now: datetime) -> Composed | NotBefore | None:
    """The words with which a claimed mail leaves now; what is no reminder is not touched.

    A promise that passed on since the mail was queued is not spoken of to the ministry that had it: the next
    sweep reminds its successor.
    """
    if dispatch.intent != COMMITMENTS_INTENT:
        return leaving.review(db, dispatch, now)
    today = seoul_date(now)
    with db.transaction() as session:
        # One that went to the backup contact carries what the mail before it carried.
        mail_id = dispatch.instead_of_id or dispatch.id
        reminders = []
        for commitment, referral, rung in queries.carried_by(session, mail_id):
            ministry = organisation_queries.by_id(session, referral.organisation_id)
            if ministry.code == dispatch.organisation_code:
                reminders.append(Reminder(commitment=commitment, referral=referral, rung=rung))
            else:
                queries.take_back(session, commitment, mail_id, today)
        if not reminders:
            return None
        ministry = organisation_queries.by_id(session, reminders[0].referral.organisation_id)
        held = ministry.has_ended(today) or ministry.id in paused_organisations(session, today)
        later = leaving.not_before(now, held=held)
        return later if later is not None else worded(session, ministry, reminders, today)

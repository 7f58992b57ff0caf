"""A notice's mail is looked at once more right before its envelope.

Between the outbox and the relay lie minutes, and days where the relay is down or the mailbox is greylisted. A
reminder that leaves after the answer is the one thing that nobody is to be sent, so its words are made again
from what holds now: a mail of which nothing does is recalled (회수) and its notice suppressed, and one that was
about to leave outside of working hours, to or about a ministry whose reminders are paused, or to one that is
no more, waits.

A document that is enclosed has its number, and says what was true on its day.
"""

from datetime import datetime, timedelta

from gongmun.calendar import calendar, hours
from gongmun.clock import seoul_date, seoul_time
from gongmun.db import Database
from gongmun.documents import queries as document_queries
from gongmun.mail import Dispatch
from gongmun.mail.compose import Composed
from gongmun.mail.reviewing import NotBefore, unchanged
from gongmun.organisations import queries as organisation_queries
from gongmun.referrals import paper_queries, queries
from gongmun.referrals.holding import held_back
from gongmun.referrals.mailing import notice_of
from gongmun.referrals.notices import suppress
from gongmun.referrals.wording import still_true, timely, worded


def review(db: Database, dispatch: Dispatch, now: datetime) -> Composed | NotBefore | None:
    """The words with which a claimed mail leaves now; those of others than notices are not touched."""
    with db.reading() as session:
        notice_id = notice_of(session, dispatch)
    if notice_id is None:
        return unchanged(db, dispatch, now)
    with db.transaction() as session:
        notice = queries.notice(session, notice_id)
        today = seoul_date(now)
        lines = still_true(session, [notice])[notice_id]
        listed = paper_queries.listed(session, {line.referral_id for line in lines})
        lines = timely(lines, listed, today)
        if not lines:
            suppress(session, notice, now, dispatch_id=dispatch.id)
            return None
        later = not_before(now, held=notice_id in held_back(session, [notice], today))
        if later is not None:
            return later
        files = document_queries.unread(session, notice.document_ids)
        return worded(
            session,
            notice,
            organisation_queries.by_id(session, notice.addressee_id),
            lines,
            listed=listed,
            documents=[files[document_id] for document_id in notice.document_ids],
            today=today,
        )


def not_before(now: datetime, *, held: bool) -> NotBefore | None:
    """When a reminder is asked about again that may not leave now, be it held back or out of hours; None where it may."""
    working = calendar()
    if held:
        tomorrow = seoul_time(seoul_date(now) + timedelta(days=1))
        return NotBefore(at=hours.opening(tomorrow, working))
    return None if hours.is_open(now, working) else NotBefore(at=hours.opening(now, working))

"""The five weeks after the dispatch, in compressed time.

The sweeps are the flows themselves, called with `as_of`; ministries and the coordinator act in the afternoon.
Days on which nothing is due are passed over.
"""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

from deployments.demo import cast, saying
from deployments.demo.coordinator import Coordinator
from deployments.demo.moment import Moment
from deployments.demo.officers import browser
from deployments.demo.offices import Offices
from deployments.demo.serving import serving
from flows.chase_referrals import chase_referrals
from flows.collect_replies import collect_replies
from flows.dispatch_mail import dispatch_mail
from flows.follow_up import follow_up
from flows.issue_outcomes import issue_outcomes
from gongmun import clock, wiring
from gongmun.calendar import calendar
from gongmun.db import Database
from gongmun.documents import queries as document_queries
from gongmun.portal import create
from gongmun.referrals import queries as referral_queries

LAST_DAY = 28  # working days after the dispatch: the escalation is sent by then

Say = Callable[[str, str], None]


def play(db: Database, mailboxes: Path, sent: datetime, say: Say) -> None:
    """Let the weeks pass after the dispatch at `sent`."""
    moment = Moment(sent)
    app = create(
        db, store=wiring.file_store(), received=wiring.received_store(), now=lambda: moment.now
    )
    coordinator = Coordinator(db, moment)
    with serving(app) as url, browser(url) as client:
        offices = Offices(db, mailboxes, client, moment)
        _collect(sent)
        first = calendar().shift(clock.seoul_date(sent), 0)
        for number in range(1, LAST_DAY + 1):
            day = calendar().shift(first, number)
            if _is_anything_to_do(db, number, day):
                moment.now = clock.seoul_time(day, 9, 10)
                _day(offices, coordinator, moment, number, say)
    follow_up(as_of=moment.now)


def _day(offices: Offices, coordinator: Coordinator, moment: Moment, number: int, say: Say) -> None:
    """One working day, from the morning's chase to what the coordinator decides in the evening."""
    day = clock.seoul_date(moment.now)
    mails = chase_referrals(as_of=moment.now)
    moment.now = clock.seoul_time(day, 11)
    if coordinator.approves_escalations():
        mails += chase_referrals(as_of=moment.now)
    if mails:
        dispatch_mail(as_of=moment.now)
    moment.now = clock.seoul_time(day, 14)
    done = offices.act(number)
    if done.by_mail:
        _collect(moment.now)
    moment.now = clock.seoul_time(day, 17)
    decided = coordinator.decides()
    if decided.documents:
        issue_outcomes(as_of=moment.now)
    if decided.documents or decided.mails:
        dispatch_mail(as_of=moment.now)
    if told := saying.of_a_day(mails, [*done.told, *decided.told]):
        say(f"{saying.short_date(day)} {told.ko}", told.en)


def _collect(now: datetime) -> None:
    """Replies and notices of delivery come in; what they give rise to goes out."""
    collect_replies(as_of=now)
    dispatch_mail(as_of=now)


def _is_anything_to_do(db: Database, number: int, day: date) -> bool:
    """Whether the ladder, a ministry or the coordinator has something to do on this day."""
    if any(number in part.days for part in cast.CAST):
        return True
    with db.reading() as session:
        next_action = referral_queries.next_action_on(session)
        return bool(document_queries.drafted_escalations(session)) or (
            next_action is not None and next_action <= day
        )

"""Note what the relay has accepted: documents have gone out, their referrals' clocks start.

And what came back. The clocks are the ministry's time with the document, so they cannot run while
nobody there has it. The relay's word that it took the mail starts them, because proof of delivery may
never come; a bounce takes that word back:

- A dispatched referral whose clocks were started by mail that came back is approved again, as if it
  had never been sent: no due dates, nothing for the ladder to do. It does not matter whether the bounce
  was hard or soft, nor how long it took.
- The mail to the backup contact, or the one that a coordinator released to another address, starts the
  clocks afresh from the moment the relay took *it*, with a new arming: the ministry has the whole
  period, each rung can fire again, and what a notice was about to say of the old clock is suppressed.
- A ministry that acknowledged, asked or answered has the document by whatever way: then a bounce stops
  nothing.
- Of several mails that are not known to have come back, the first that the relay took counts.
- The document stays dispatched on the day it first went out: that is what was done, and its number and
  date are printed.
"""

import logging
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.calendar import calendar
from gongmun.clock import seoul_date
from gongmun.db import Database, DatabaseUnavailable
from gongmun.documents import queries as document_queries
from gongmun.documents.dispatched import note_dispatched
from gongmun.errors import GongmunError
from gongmun.referrals import dispatch_queries, queries
from gongmun.referrals.clocks import NO_ANSWER_CLOCK, answer_values, start_clocks
from gongmun.referrals.ladder import Clocks, Ladder, decide
from gongmun.referrals.life import Event, Status
from gongmun.referrals.mailing import mails_of

log = logging.getLogger(__name__)


def note_dispatches(db: Database, *, ladder: Ladder, now: datetime) -> Sequence[int]:
    """Note each document that has gone out, and start the clocks of its approved referrals.

    Returns the ids of the referrals whose clocks were started; a second call finds none. The clocks
    count from the moment the relay accepted the mail, however late that is noted. Before, those of
    documents that came back from everybody are stopped.
    """
    _note_bounces(db, now)
    _note_documents(db, now)
    with db.reading() as session:
        waiting = [referral.id for referral, _ in dispatch_queries.dispatched_but_unnoted(session)]
    moved: list[int] = []
    for referral_id in waiting:
        # A transaction each: one that fails does not hold up the others.
        try:
            with db.transaction() as session:
                if _note(session, referral_id, ladder, now):
                    moved.append(referral_id)
        except DatabaseUnavailable:
            raise
        except GongmunError as error:
            log.warning("referral %s: %s", referral_id, error)
    return moved


def _note_bounces(db: Database, now: datetime) -> None:
    with db.reading() as session:
        ids = [referral.id for referral in dispatch_queries.dispatched_to_nobody(session)]
    for referral_id in ids:
        with db.transaction() as session:
            referral = queries.by_id(session, referral_id)
            if referral.status is Status.DISPATCHED and queries.move(
                session,
                referral,
                Event.BOUNCED,
                dispatched_at=None,
                acknowledge_due=None,
                **NO_ANSWER_CLOCK,
                overdue_noted_on=None,
                next_action_on=None,
            ):
                ledger.record(
                    session,
                    "referral.bounced",
                    subject=("referral", referral_id),
                    now=now,
                    document_id=referral.document_id,
                )


def _note_documents(db: Database, now: datetime) -> None:
    with db.reading() as session:
        waiting = [document.id for document in document_queries.undispatched(session)]
        alone = dispatch_queries.first_accepted(session, waiting)
        sent = [
            (document_id, alone[document_id])
            if document_id in alone
            else (document_id, _accepted_with_others(session, document_id))
            for document_id in waiting
        ]
    for document_id, at in sent:
        if at is None:
            continue
        with db.transaction() as session:
            note_dispatched(session, document_id, at=at, now=now)


def _accepted_with_others(session: Session, document_id: int) -> datetime | None:
    """The same of a document whose mail carries several."""
    first = next(iter(mails_of(session, document_id)), None)
    return first.accepted_at if first else None


def _note(session: Session, referral_id: int, ladder: Ladder, now: datetime) -> bool:
    referral = queries.by_id(session, referral_id)
    dispatch = dispatch_queries.accepted_dispatch(session, referral)
    if referral.status is not Status.APPROVED or dispatch is None:
        return False
    assert dispatch.accepted_at is not None
    clocks = start_clocks(referral.answer_rule, dispatch.accepted_at, calendar())
    first = decide(
        ladder,
        Clocks(
            answer_rule=referral.answer_rule,
            acknowledge_due=clocks.acknowledge.due,
            acknowledged=False,
            answer_due=clocks.answer.due,
        ),
        fired=frozenset(),
        today=seoul_date(dispatch.accepted_at),
        shift=calendar().shift,
    )
    if not queries.move(
        session,
        referral,
        Event.DISPATCHED,
        arming=referral.arming + 1,
        dispatched_at=dispatch.accepted_at,
        acknowledge_due=clocks.acknowledge.due,
        **answer_values(clocks.answer.counting, calendar()),
        overdue_noted_on=None,
        next_action_on=first.look_again(seoul_date(dispatch.accepted_at)),
    ):
        return False
    ledger.record(
        session,
        "referral.dispatched",
        subject=("referral", referral.id),
        now=now,
        dispatch_id=dispatch.id,
        document_id=referral.document_id,
        acknowledge_due=clocks.acknowledge.due.isoformat(),
        answer_due=clocks.answer.due.isoformat(),
    )
    return True

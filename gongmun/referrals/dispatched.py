"""Note that the relay has accepted an outcome document: its referrals' clocks start."""

from collections.abc import Sequence
from datetime import datetime

from gongmun import ledger
from gongmun.calendar import calendar
from gongmun.clock import seoul_date
from gongmun.db import Database
from gongmun.referrals import queries
from gongmun.referrals.clocks import start_clocks
from gongmun.referrals.ladder import Clocks, Ladder, decide
from gongmun.referrals.life import Event


def note_dispatches(db: Database, *, ladder: Ladder, now: datetime) -> Sequence[int]:
    """Start the clocks of every approved referral whose document has gone out.

    Returns the ids of the referrals that were moved; a second call finds none. The clocks count
    from the moment the relay accepted the mail, however late that is noted.
    """
    moved: list[int] = []
    with db.transaction() as session:
        for referral, dispatch in queries.dispatched_but_unnoted(session):
            assert dispatch.accepted_at is not None
            clocks = start_clocks(referral.answer_rule, dispatch.accepted_at, calendar())
            first = decide(
                ladder,
                Clocks(
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
                answer_due=clocks.answer.due,
                next_action_on=first.look_again(seoul_date(dispatch.accepted_at)),
            ):
                continue
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
            moved.append(referral.id)
    return moved

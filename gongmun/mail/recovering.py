"""After a crash: what a dispatcher left behind is put back, or its outcome found out.

What was only claimed was not sent and goes back into the queue. What was being sent may have arrived:
the witness is asked; a person decides without a witness, and where its memory does not reach so far.
It is never resent on a guess.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gongmun import clock
from gongmun.db import Database
from gongmun.mail import queries
from gongmun.mail.life import Event, Status
from gongmun.mail.models import Dispatch
from gongmun.mail.witness import Witness, WitnessUnavailable

# The relay may still have been working on a message when its dispatcher died, and the journal's copy
# takes its own way.
SETTLING = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True, slots=True)
class RecoveryReport:
    """What became of dispatches whose dispatcher went away, in numbers.

    `waiting` could not be decided, as the witness cannot look just now.
    """

    returned: int = 0
    seen: int = 0
    unseen: int = 0
    uncertain: int = 0
    waiting: int = 0


def recover(
    db: Database, *, witness: Witness | None, now: datetime, settling: timedelta = SETTLING
) -> RecoveryReport:
    """Take care of every lease that ran out, and ask the witness about what is uncertain.

    Leases are real time of the machine, so they are compared with the clock, not with `now`. The
    witness is asked `settling` after a lease ran out.
    """
    real = clock.now()
    with db.transaction() as session:
        returned = queries.return_expired(session, before=real)
    with db.reading() as session:
        left = queries.expired_sending(session, before=real if witness is None else real - settling)
        doubted = queries.uncertain(session) if witness is not None else ()
    if witness is None:
        lost = sum(_move(db, dispatch, Event.LOST, now) for dispatch in left)
        return RecoveryReport(returned=returned, uncertain=lost)
    try:
        seen_ids = {
            dispatch.id for dispatch in (*left, *doubted) if witness.saw(dispatch.message_id)
        }
    except WitnessUnavailable:
        return RecoveryReport(returned=returned, waiting=len(left))
    seen, rest = _split([*left, *doubted], seen_ids)
    # An uncertain dispatch is a person's to resend; the witness can only clear it.
    sending = [dispatch for dispatch in rest if dispatch.status is Status.SENDING]
    covered = {
        dispatch.id
        for dispatch in sending
        if dispatch.sending_at is not None and witness.covers(dispatch.sending_at)
    }
    unseen, unknown = _split(sending, covered)
    return RecoveryReport(
        returned=returned,
        seen=sum(_move(db, dispatch, Event.SEEN, now) for dispatch in seen),
        unseen=sum(_move(db, dispatch, Event.UNSEEN, now) for dispatch in unseen),
        uncertain=sum(_move(db, dispatch, Event.LOST, now) for dispatch in unknown),
    )


def _split(dispatches: Sequence[Dispatch], ids: set[int]) -> tuple[list[Dispatch], list[Dispatch]]:
    inside = [dispatch for dispatch in dispatches if dispatch.id in ids]
    return inside, [dispatch for dispatch in dispatches if dispatch.id not in ids]


def _move(db: Database, dispatch: Dispatch, event: Event, now: datetime) -> bool:
    values: dict[Event, dict[str, object]] = {
        Event.SEEN: {"accepted_at": now},
        Event.UNSEEN: {"next_attempt_at": now},
        Event.LOST: {"last_error": "dispatcher ended while sending"},
    }
    with db.transaction() as session:
        return queries.move(
            session,
            dispatch.id,
            status=dispatch.status,
            event=event,
            now=now,
            owner=dispatch.owner,
            values=values[event],
        )

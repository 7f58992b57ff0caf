"""Delivery is proved, not assumed: what the relay's log and the journal say of what was sent."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.db import Database
from gongmun.mail import delivery_queries
from gongmun.mail.delivering import DeliveryReport, arrived, bounced, delayed
from gongmun.mail.life import Status
from gongmun.mail.models import Dispatch, Proof
from gongmun.mail.relay_log import Outcome, RelayLog
from gongmun.mail.witness import Witness, WitnessUnavailable

_Note = Callable[[Session, Dispatch], tuple[str, ...]]


def note_proofs(
    db: Database, *, journal: Witness | None, relay_log: RelayLog | None, now: datetime
) -> DeliveryReport:
    """Ask both about everything that has no proof yet; each that has news in its own transaction.

    The log tells whether the ministry's server took it, refused it or puts it off. The journal only
    tells that it left: that is noted beside the status, and the log is still asked. A voice that
    cannot be heard just now is heard the next time.
    """
    if journal is None and relay_log is None:
        return DeliveryReport()
    blind: WitnessUnavailable | None = None
    if relay_log is not None:
        try:
            relay_log.read()
        except WitnessUnavailable as error:
            relay_log, blind = None, error
    with db.reading() as session:
        asked = delivery_queries.unproved(session, journal_is_enough=relay_log is None)
    counts: Counter[str] = Counter()
    for dispatch in asked:
        try:
            note = _news(dispatch, journal, relay_log, now)
        except WitnessUnavailable as error:
            journal, blind = None, error
            continue
        if note is None:
            continue
        with db.transaction() as session:
            counts.update(note(session, delivery_queries.locked(session, dispatch.id)))
    return DeliveryReport(**counts, blind=blind, problems=())


def _news(
    dispatch: Dispatch, journal: Witness | None, relay_log: RelayLog | None, now: datetime
) -> _Note | None:
    """What there is to note about a dispatch; None if there is nothing new."""
    line = relay_log and relay_log.delivery(dispatch.message_id, dispatch.address or "")
    if line:
        match line.outcome:
            case Outcome.SENT:
                return lambda session, row: arrived(session, row, Proof.RELAY_LOG, now)
            case Outcome.BOUNCED:
                return lambda session, row: bounced(session, row, line.code, now)
            case Outcome.DEFERRED if dispatch.delayed_at is None:
                return lambda session, row: delayed(session, row, now)
    if (
        journal is not None
        and dispatch.proof is None
        # An uncertain one is cleared up by `recover`, which asks the journal as well.
        and dispatch.status is Status.ACCEPTED
        and journal.saw(dispatch.message_id)
    ):
        return lambda session, row: _left(session, row, now)
    return None


def _left(session: Session, dispatch: Dispatch, now: datetime) -> tuple[str, ...]:
    if dispatch.proof is not None:
        return ()
    dispatch.proof = Proof.JOURNAL
    ledger.record(
        session, "mail.proved", subject=("dispatch", dispatch.id), now=now, proof=Proof.JOURNAL
    )
    return ("proved",)

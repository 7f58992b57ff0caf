"""What became of a mail after the relay took it: it arrived, is delayed, or came back.

Three voices tell: notices in the inbox (DSN), the relay's log, and the journal (proving.py). Whichever
speaks first moves the dispatch on; the others then change nothing. What came back for good goes once
to the ministry's backup contact. Without one, and whenever that comes back too, a coordinator decides.
"""

import logging
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.db import Database
from gongmun.errors import GongmunError, InvalidTransition
from gongmun.mail import delivery_queries, queries
from gongmun.mail.life import Event, Status, advance
from gongmun.mail.models import Dispatch, IncomingKind, IncomingMail, Proof
from gongmun.mail.outbox import enqueue
from gongmun.mail.witness import WitnessUnavailable
from gongmun.organisations import ContactHealth, ContactRole, note_health
from gongmun.organisations import queries as organisation_queries

log = logging.getLogger(__name__)

NOTICES = (IncomingKind.DELIVERED, IncomingKind.DELAYED, IncomingKind.BOUNCED)
_CODE = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
# Enhanced codes (RFC 3463) that say nothing against the address: a full mailbox, a message that is too
# large, not understood or not wanted. The same mailbox may take the next one.
_OF_THE_MESSAGE = frozenset({("2", "2"), ("2", "3"), ("3", "4")})
_OF_THE_MESSAGE_AT_ALL = frozenset({"6", "7"})


class NoticeNotNoted(GongmunError):
    """A notice that could not be taken up, for a reason nobody thought of. It stays, with its raw file."""

    code = "mail.notice_not_noted"
    ko = (
        "배달 통지인 수신 메일 {incoming_id}번을 처리하지 못했습니다({reason}). 메일은 그대로 보관되어 있고 다음 "
        "점검에서 다시 처리합니다. 계속되면 운영자에게 알려 주십시오."
    )
    en = (
        "The delivery notice in incoming mail {incoming_id} could not be taken up ({reason}). It is "
        "kept as it is, and the next sweep tries again. If this goes on, tell whoever runs this "
        "installation."
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryReport:
    """What was learnt, in numbers.

    `replaced`, of `bounced`, went to the backup contact. `proved` left this house, by the journal; whether
    they arrived is not known. `unmatched` are notices about no mail of ours, or about one that has been
    sent again since. `blind` is why the relay's log or the journal could not be read, `problems` are the
    notices that could not be taken up.
    """

    delivered: int = 0
    proved: int = 0
    delayed: int = 0
    bounced: int = 0
    replaced: int = 0
    unmatched: int = 0
    blind: WitnessUnavailable | None = None
    problems: tuple[GongmunError, ...] = ()


def severity(diagnosis: str | None) -> ContactHealth:
    """What a bounce says of the mailbox, from its enhanced status code.

    Hard, unless the code is about the message, or the time that the mailbox was given ran out (4.x).
    """
    found = _CODE.search(diagnosis or "")
    if found is None:
        return ContactHealth.HARD
    kind, subject, detail = found.groups()
    soft = kind == "4" or subject in _OF_THE_MESSAGE_AT_ALL or (subject, detail) in _OF_THE_MESSAGE
    return ContactHealth.SOFT if soft else ContactHealth.HARD


def note_notices(db: Database, *, now: datetime) -> DeliveryReport:
    """Take up every notice that was read: each in its own transaction, and once.

    A notice about a mail that is just being sent, or whose dispatcher died over it, waits until that
    is cleared up. One that cannot be taken up does not stop the others: the next sweep tries it again.
    """
    counts: Counter[str] = Counter()
    problems: list[GongmunError] = []
    with db.reading() as session:
        ids = [notice.id for notice in queries.unhandled(session, *NOTICES)]
    for notice_id in ids:
        try:
            with db.transaction() as session:
                notice = delivery_queries.lock_unhandled(session, notice_id)
                outcomes = _note(session, notice, now) if notice else ()
        except GongmunError as error:
            problems.append(error)
        except Exception as error:  # a stranger's mail must not hold up the others' notices
            log.warning("incoming mail %s", notice_id, exc_info=True)
            problems.append(NoticeNotNoted(incoming_id=notice_id, reason=type(error).__name__))
        else:
            counts.update(outcomes)
    return DeliveryReport(**counts, blind=None, problems=tuple(problems))


def _note(session: Session, notice: IncomingMail, now: datetime) -> tuple[str, ...]:
    dispatch = (
        delivery_queries.locked(session, notice.dispatch_id)
        if notice.dispatch_id is not None
        else None
    )
    if dispatch is not None and dispatch.status in (Status.CLAIMED, Status.SENDING):
        return ()
    notice.handled_at = now
    outcomes: tuple[str, ...] = ()
    if dispatch is not None and not _is_late(notice, dispatch):
        match notice.kind:
            case IncomingKind.DELIVERED:
                outcomes = arrived(session, dispatch, Proof.DSN, now)
            case IncomingKind.DELAYED:
                outcomes = delayed(session, dispatch, now)
            case _:
                outcomes = bounced(session, dispatch, notice.diagnosis, now)
    if outcomes:
        return outcomes
    ledger.record(
        session,
        "mail.notice_unmatched",
        subject=("incoming_mail", notice.id),
        now=now,
        dispatch=notice.dispatch_id,
    )
    return ("unmatched",)


def _is_late(notice: IncomingMail, dispatch: Dispatch) -> bool:
    """Whether a notice is about an earlier mail of a dispatch that bounced and was sent again."""
    return (
        dispatch.bounced_at is not None
        and notice.sent_at is not None
        and (dispatch.sending_at is None or notice.sent_at < dispatch.sending_at)
    )


def arrived(session: Session, dispatch: Dispatch, proof: Proof, now: datetime) -> tuple[str, ...]:
    """There is proof that a dispatch, whose row is locked, lies in the mailbox. What was counted."""
    values = {
        "delivered_at": now,
        "proof": proof,
        "accepted_at": dispatch.accepted_at or now,
        "last_error": None,
    }
    if not _moved(session, dispatch, Event.DELIVERED, values, now, proof=proof):
        return ()
    # A mailbox that was full takes mail again.
    note_health(session, dispatch.address or "", ContactHealth.OK, now=now)
    return ("delivered",)


def delayed(session: Session, dispatch: Dispatch, now: datetime) -> tuple[str, ...]:
    """A server on the way still tries. So the relay has the mail, also where its answer was lost."""
    if dispatch.status is Status.UNCERTAIN:
        _moved(session, dispatch, Event.SEEN, {"accepted_at": now, "last_error": None}, now)
    elif dispatch.status is not Status.ACCEPTED:
        return ()
    dispatch.delayed_at = now
    ledger.record(session, "mail.delayed", subject=("dispatch", dispatch.id), now=now)
    note_health(session, dispatch.address or "", ContactHealth.SOFT, now=now)
    return ("delayed",)


def bounced(
    session: Session, dispatch: Dispatch, diagnosis: str | None, now: datetime
) -> tuple[str, ...]:
    """A dispatch, whose row is locked, came back.

    The health of its contact changes, and a hard bounce makes one new dispatch to the backup contact.
    """
    found = _CODE.search(diagnosis or "")
    code = found[0] if found else None
    is_first = dispatch.bounced_at is None
    values = {"bounced_at": now, "accepted_at": dispatch.accepted_at or now, "last_error": code}
    if not _moved(session, dispatch, Event.BOUNCED, values, now, code=code):
        return ()
    health = severity(diagnosis)
    note_health(session, dispatch.address or "", health, now=now)
    if health is ContactHealth.HARD and is_first and _replaced(session, dispatch, now):
        return ("bounced", "replaced")
    return ("bounced",)


def note_refusal(session: Session, dispatch_id: int, answer: str, now: datetime) -> None:
    """The relay itself refused a dispatch for good: no such mailbox is a hard bounce, only sooner.

    Only a code that says so counts (5.1.x): a relay that is set up wrongly refuses everybody.
    """
    found = _CODE.search(answer)
    if found is None or found.groups()[:2] != ("5", "1"):
        return
    dispatch = delivery_queries.locked(session, dispatch_id)
    is_first, dispatch.bounced_at = dispatch.bounced_at is None, now
    note_health(session, dispatch.address or "", ContactHealth.HARD, now=now)
    if is_first:
        _replaced(session, dispatch, now)


def _replaced(session: Session, dispatch: Dispatch, now: datetime) -> bool:
    """Send what bounced at a ministry's contact to its backup; False where there is nobody to send it to.

    A mail to anybody else (a delegate, a proposer, an address that a coordinator gave) is that person's,
    and a code is of no use by now.
    """
    primary, backup = (
        organisation_queries.contact_of(session, dispatch.organisation_code, role)
        for role in (ContactRole.PRIMARY, ContactRole.BACKUP)
    )
    address = (dispatch.address or "").lower()
    if (
        not dispatch.wants_proof
        or dispatch.instead_of_id is not None
        or primary is None
        or primary.email.lower() != address
        or backup is None
        or backup.email.lower() == address
        or not backup.valid
        or backup.health is ContactHealth.HARD
    ):
        return False
    message = dispatch.message()
    enqueue(
        session,
        replace(message, key=f"backup:{dispatch.id}", address=backup.email),
        now,
        instead_of=dispatch.id,
    )
    return True


def _moved(
    session: Session,
    dispatch: Dispatch,
    event: Event,
    values: Mapping[str, object],
    now: datetime,
    **data: object,
) -> bool:
    try:
        advance(dispatch.status, event)
    except InvalidTransition:
        return False  # another voice was faster, or it was sent again
    return queries.move(
        session,
        dispatch.id,
        status=dispatch.status,
        event=event,
        now=now,
        values=values,
        data=data,
    )

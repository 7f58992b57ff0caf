"""Send what is due, in three steps a message, so that nothing is sent twice (house rule 4).

A batch is claimed under a lease and committed. Then, message by message: a look at whether it still
says what holds (reviewing.py); the envelope, which may be repeated freely; the commit of `sending`; the message itself; the commit of its outcome. No
transaction is open while the relay is spoken to, and every update is fenced by owner and status.
Several connections share a batch (sharing.py).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from gongmun import clock
from gongmun.db import Database
from gongmun.db.restored import unsettled
from gongmun.mail import queries
from gongmun.mail.backoff import is_greylisting, next_attempt
from gongmun.mail.compose import Composed
from gongmun.mail.delivering import note_refusal
from gongmun.mail.doubting import hold_repetitions
from gongmun.mail.files import AttachmentUnreadable, BatchFiles
from gongmun.mail.life import Event, Status
from gongmun.mail.mailer import (
    Connection,
    ConnectionCut,
    Mailer,
    Notices,
    RelayRefused,
    RelayUnreachable,
)
from gongmun.mail.message import BLANK, Sender, wire
from gongmun.mail.models import Dispatch, HoldReason
from gongmun.mail.outbox import AddressRefused, agency_sender, checked_address
from gongmun.mail.recovering import RecoveryReport, recover
from gongmun.mail.reviewing import NotBefore, Review, unchanged
from gongmun.mail.sharing import send_all
from gongmun.mail.tokens import address_with
from gongmun.mail.witness import Witness
from gongmun.settings import settings

DISPATCH_SWEEP = "dispatch-mail"
# Longer than the slowest answer to one message; it is renewed when a message begins to be sent.
LEASE = timedelta(minutes=30)
_LONGEST_NOTE = 200
# Makes the secret of a dispatch, in a transaction that writes; None if it has none.
Fill = Callable[[Session, Dispatch], str | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class DispatchReport:
    """What one call sent, in numbers, and the ids of what it sent.

    `retried` were refused for now and come again by themselves; `recalled` do not leave, because nothing
    they say holds any more, and `postponed` not now; `returned` were not tried, because of `trouble` with
    the relay; `skipped` were taken over by another process meanwhile; `recovered`
    tells of what earlier dispatchers left.
    """

    recovered: RecoveryReport
    accepted: int = 0
    retried: int = 0
    failed: int = 0
    uncertain: int = 0
    held: int = 0
    recalled: int = 0
    postponed: int = 0
    returned: int = 0
    skipped: int = 0
    trouble: RelayUnreachable | None = None
    # Those counted as accepted. Not by the time of day: two dispatchers at once each tell of their own.
    sent: tuple[int, ...] = field(default=(), compare=False)


def dispatch_due(
    db: Database,
    *,
    mailer: Mailer,
    attachments: Callable[[str], bytes],
    now: datetime,
    owner: str,
    limit: int = 100,
    witness: Witness | None = None,
    at: Callable[[], datetime] | None = None,
    fill: Fill | None = None,
    review: Review = unchanged,
) -> DispatchReport:
    """Recover what earlier dispatchers left, then send up to `limit` due dispatches.

    `attachments` gives the bytes of a file by its SHA-256; it is called once for each file of the
    batch, never by two threads at once. `at` tells the time when the relay accepts a message, which
    starts the clocks (`now` where it is left out): a batch may run over midnight. `owner` names the
    caller for a reader of the table. With a `witness`, give it in every call: without one, the outcome
    of an interrupted send is a person's to find out. `fill` makes the secret of a body with a BLANK;
    where there is none, the mail is held. `review` has the last word on each. While a restore waits for
    a person nothing is done; what may have left before it is left to a person as well.

    Raises:
        WitnessUnavailable: after a restore, and what may have left before cannot be told from what did not.
    """
    sender = agency_sender()
    with db.reading() as session:
        if unsettled(session) is not None:
            return DispatchReport(recovered=RecoveryReport())
    recovered = recover(db, witness=witness, now=now)
    # Unique, so that a caller who comes back under the same name never passes for his former self.
    token = f"{owner[:40]}/{uuid4().hex[:16]}"
    with db.transaction() as session:
        claimed = queries.claim_due(
            session, now=now, owner=token, lease_until=clock.now() + LEASE, limit=limit
        )
    batch, doubted = hold_repetitions(db, claimed, witness=witness, owner=token, now=now)
    if not batch:
        return DispatchReport(recovered=recovered, uncertain=doubted)
    run = _Run(
        db=db,
        owner=token,
        sender=sender,
        attachment=BatchFiles(attachments, batch),
        now=now,
        at=at or (lambda: now),
        fill=fill,
        review=review,
    )
    sent: list[int] = []

    def send(connection: Connection, dispatch: Dispatch) -> str:
        outcome = run.send(connection, dispatch)
        if outcome == "accepted":
            sent.append(dispatch.id)
        return outcome

    counts, trouble = send_all(send, mailer, batch)
    counts["uncertain"] += doubted
    if trouble is not None:
        with db.transaction() as session:
            counts["returned"] = queries.return_claimed(
                session, owner=token, reason=_note(trouble.params["reason"])
            )
        # The other connections may have sent all the same: then there is nothing to tell.
        trouble = trouble if counts["returned"] else None
    return DispatchReport(**counts, trouble=trouble, recovered=recovered, sent=tuple(sorted(sent)))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Run:
    """One batch: sends its dispatches and records what became of each.

    The methods return the name of the number of DispatchReport that the outcome counts for.
    """

    db: Database
    owner: str
    sender: Sender
    attachment: Callable[[str], bytes]
    now: datetime
    at: Callable[[], datetime]
    fill: Fill | None
    review: Review

    def send(self, connection: Connection, dispatch: Dispatch) -> str:
        return_address = address_with(dispatch.token)
        try:
            recipient = checked_address(dispatch.address or "")
            words = self.review(self.db, dispatch, self.at())
            if not isinstance(words, Composed):
                return self._kept_back(dispatch, words)
            content = replace(dispatch.message(), subject=words.subject, body=words.body)
            if BLANK in content.body:
                secret = self._secret(dispatch)
                if secret is None:
                    return self._held(dispatch, HoldReason.NO_LINK, "no link or code")
                content = replace(content, body=content.body.replace(BLANK, secret))
            message = wire(
                content,
                message_id=dispatch.message_id,
                recipient=recipient,
                sender=self.sender,
                now=self.now,
                attachment=self.attachment,
                reply_to=return_address,
            )
        except AddressRefused:
            return self._held(dispatch, HoldReason.BAD_ADDRESS, "address refused")
        except AttachmentUnreadable as error:
            note = f"{error.params['sha256']} {error.params['reason']}"
            return self._held(dispatch, HoldReason.ATTACHMENT_UNREADABLE, note)
        try:
            connection.envelope(
                return_address or self.sender.address, recipient, _notices(dispatch, return_address)
            )
        except RelayRefused as error:
            return self._refused(dispatch, Status.CLAIMED, error)
        except ConnectionCut as error:
            return self._deferred(dispatch, Status.CLAIMED, error.params["reason"])
        if not self._started(dispatch, words):
            return "skipped"
        try:
            reply = connection.data(message)
        except RelayRefused as error:
            return self._refused(dispatch, Status.SENDING, error)
        except ConnectionCut as error:
            # The relay may have it: this must never become "try again".
            lost = {"last_error": _note(error.params["reason"])}
            return self._record(dispatch, Status.SENDING, Event.LOST, "uncertain", lost)
        values = {
            "accepted_at": self.at(),
            "relay_reply": _note(f"{reply.code} {reply.text}"),
            "last_error": None,
        }
        return self._record(dispatch, Status.SENDING, Event.ACCEPTED, "accepted", values)

    def _secret(self, dispatch: Dispatch) -> str | None:
        if self.fill is None:
            return None
        with self.db.transaction() as session:
            return self.fill(session, dispatch)

    def _kept_back(self, dispatch: Dispatch, until: NotBefore | None) -> str:
        event, outcome = (Event.RETURNED, "postponed") if until else (Event.RECALLED, "recalled")
        with self.db.transaction() as session:
            moved = queries.move(
                session,
                dispatch.id,
                status=Status.CLAIMED,
                event=event,
                owner=self.owner,
                now=self.now,
                # The wait is ours: the relay has its 72 hours from its next refusal on.
                values={"next_attempt_at": until.at if until else None, "deferred_since": None},
            )
        return outcome if moved else "skipped"

    def _started(self, dispatch: Dispatch, words: Composed) -> bool:
        # What is kept is what left.
        is_new = (words.subject, words.body) != (dispatch.subject, dispatch.body)
        said = {"subject": words.subject, "body": words.body} if is_new else {}
        with self.db.transaction() as session:
            return queries.move(
                session,
                dispatch.id,
                status=Status.CLAIMED,
                event=Event.STARTED,
                owner=self.owner,
                now=self.now,
                values={"sending_at": self.now, "lease_until": clock.now() + LEASE} | said,
            )

    def _held(self, dispatch: Dispatch, reason: HoldReason, note: str) -> str:
        values = {"hold_reason": reason, "last_error": _note(note)}
        return self._record(
            dispatch, Status.CLAIMED, Event.HELD, "held", values, {"reason": reason}
        )

    def _refused(self, dispatch: Dispatch, status: Status, error: RelayRefused) -> str:
        code, text = error.params["reply"], error.params["text"]
        if error.retryable:
            return self._deferred(
                dispatch, status, f"{code} {text}", greylisted=is_greylisting(code, text), code=code
            )
        values = {"last_error": _note(f"{code} {text}")}
        return self._record(
            dispatch, status, Event.REFUSED, "failed", values, {"code": code}, refused_with=text
        )

    def _deferred(
        self,
        dispatch: Dispatch,
        status: Status,
        note: str,
        *,
        greylisted: bool = False,
        code: int | None = None,
    ) -> str:
        since = dispatch.deferred_since or self.now
        again = next_attempt(
            message_id=dispatch.message_id,
            attempts=dispatch.attempts + 1,
            since=since,
            now=self.now,
            greylisted=greylisted,
        )
        values = {"last_error": _note(note), "deferred_since": since, "next_attempt_at": again}
        event, outcome = (Event.DEFERRED, "retried") if again else (Event.REFUSED, "failed")
        return self._record(dispatch, status, event, outcome, values, {"code": code})

    def _record(
        self,
        dispatch: Dispatch,
        status: Status,
        event: Event,
        outcome: str,
        values: Mapping[str, Any],
        data: Mapping[str, Any] | None = None,
        *,
        refused_with: str | None = None,
    ) -> str:
        with self.db.transaction() as session:
            recorded = queries.move(
                session,
                dispatch.id,
                status=status,
                event=event,
                owner=self.owner,
                now=self.now,
                values={"attempts": dispatch.attempts + 1, **values},
                data=data,
            )
            if recorded and refused_with is not None:
                note_refusal(session, dispatch.id, refused_with, self.now)
        return outcome if recorded else "skipped"


def _notices(dispatch: Dispatch, return_address: str | None) -> Notices | None:
    # Without an inbox, notices would only fill the sender's mailbox: nobody reads them there.
    if return_address is None or not settings().mail.dsn:
        return None
    return Notices(envelope_id=dispatch.token, success=dispatch.wants_proof)


def _note(text: str) -> str:
    line = " ".join(text.encode("ascii", "replace").decode().split())
    return line if len(line) <= _LONGEST_NOTE else line[: _LONGEST_NOTE - 3] + "..."

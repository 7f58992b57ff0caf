"""Send what is due, in three steps a message, so that nothing is sent twice (house rule 4).

A batch is claimed under a lease and committed. Then, message by message: the envelope, which may be
repeated freely; the commit of `sending`; the message itself; the commit of its outcome. No
transaction is open while the relay is spoken to, and every update is fenced by owner and status.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from gongmun import clock
from gongmun.db import Database
from gongmun.errors import GongmunError
from gongmun.mail import queries
from gongmun.mail.backoff import is_greylisting, next_attempt
from gongmun.mail.life import Event, Status
from gongmun.mail.mailer import (
    Connection,
    ConnectionCut,
    Mailer,
    RelayRefused,
    RelayUnreachable,
)
from gongmun.mail.message import Sender, encoded, wire
from gongmun.mail.models import Dispatch, HoldReason
from gongmun.mail.outbox import AddressRefused, agency_sender, checked_address
from gongmun.mail.recovering import RecoveryReport, recover
from gongmun.mail.witness import Witness

# Longer than the slowest answer to one message; it is renewed when a message begins to be sent.
LEASE = timedelta(minutes=30)
_LONGEST_NOTE = 200


class AttachmentUnreadable(GongmunError):
    """A file of a message is missing, or its bytes are not those its SHA-256 names."""

    code = "mail.attachment_unreadable"
    ko = "첨부 파일 {sha256}을(를) 읽을 수 없습니다: {reason}. 문서 보관소를 확인해 주십시오."
    en = "The attachment {sha256} cannot be read: {reason}. Check the document store."


@dataclass(frozen=True, kw_only=True, slots=True)
class DispatchReport:
    """What one call sent, in numbers.

    `retried` were refused for now and come again by themselves; `returned` were not tried, because of
    `trouble` with the relay; `skipped` were taken over by another process meanwhile; `recovered`
    tells of what earlier dispatchers left.
    """

    recovered: RecoveryReport
    accepted: int = 0
    retried: int = 0
    failed: int = 0
    uncertain: int = 0
    held: int = 0
    returned: int = 0
    skipped: int = 0
    trouble: RelayUnreachable | None = None


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
) -> DispatchReport:
    """Recover what earlier dispatchers left, then send up to `limit` due dispatches.

    `attachments` gives the bytes of a file by its SHA-256; it is called once for each file of the
    batch. `at` tells the time when the relay accepts a message, which starts the clocks (`now` where it
    is left out): a batch may run over midnight. `owner` names the caller for a reader of the table. With a journal, give its `witness` in
    every call: without one, the outcome of an interrupted send is a person's to find out.
    """
    sender = agency_sender()
    recovered = recover(db, witness=witness, now=now)
    # Unique, so that a caller who comes back under the same name never passes for his former self.
    token = f"{owner[:40]}/{uuid4().hex[:16]}"
    with db.transaction() as session:
        batch = queries.claim_due(
            session, now=now, owner=token, lease_until=clock.now() + LEASE, limit=limit
        )
    if not batch:
        return DispatchReport(recovered=recovered)
    run = _Run(
        db=db,
        owner=token,
        sender=sender,
        attachment=_Files(attachments, batch),
        now=now,
        at=at or (lambda: now),
    )
    counts: Counter[str] = Counter()
    trouble = None
    try:
        with mailer.connection() as connection:
            for dispatch in batch:
                counts[run.send(connection, dispatch)] += 1
    except RelayUnreachable as error:
        trouble = error
        with db.transaction() as session:
            counts["returned"] = queries.return_claimed(
                session, owner=token, reason=_note(error.params["reason"])
            )
    return DispatchReport(**counts, trouble=trouble, recovered=recovered)


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

    def send(self, connection: Connection, dispatch: Dispatch) -> str:
        try:
            recipient = checked_address(dispatch.address or "")
            message = wire(
                dispatch.message(),
                message_id=dispatch.message_id,
                recipient=recipient,
                sender=self.sender,
                now=self.now,
                attachment=self.attachment,
            )
        except AddressRefused:
            return self._held(dispatch, HoldReason.BAD_ADDRESS, "address refused")
        except AttachmentUnreadable as error:
            note = f"{error.params['sha256']} {error.params['reason']}"
            return self._held(dispatch, HoldReason.ATTACHMENT_UNREADABLE, note)
        try:
            connection.envelope(self.sender.address, recipient)
        except RelayRefused as error:
            return self._refused(dispatch, Status.CLAIMED, error)
        except ConnectionCut as error:
            return self._deferred(dispatch, Status.CLAIMED, error.params["reason"])
        if not self._started(dispatch):
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

    def _started(self, dispatch: Dispatch) -> bool:
        with self.db.transaction() as session:
            return queries.move(
                session,
                dispatch.id,
                status=Status.CLAIMED,
                event=Event.STARTED,
                owner=self.owner,
                now=self.now,
                values={"sending_at": self.now, "lease_until": clock.now() + LEASE},
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
        return self._record(dispatch, status, Event.REFUSED, "failed", values, {"code": code})

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
        return outcome if recorded else "skipped"


class _Files:
    """The encoded attachments of a batch: each is read once and kept while it is still needed."""

    def __init__(self, read: Callable[[str], bytes], batch: Iterable[Dispatch]) -> None:
        self._read = read
        self._uses = Counter(
            attachment["sha256"] for dispatch in batch for attachment in dispatch.attachments
        )
        self._kept: dict[str, bytes] = {}

    def __call__(self, sha256: str) -> bytes:
        data = self._kept.pop(sha256, None) or encoded(self._checked(sha256))
        self._uses[sha256] -= 1
        if self._uses[sha256] > 0:
            self._kept[sha256] = data
        return data

    def _checked(self, sha256: str) -> bytes:
        try:
            data = self._read(sha256)
        except (OSError, GongmunError) as error:
            raise AttachmentUnreadable(sha256=sha256, reason=type(error).__name__) from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise AttachmentUnreadable(sha256=sha256, reason="other bytes than its name says")
        return data


def _note(text: str) -> str:
    line = " ".join(text.encode("ascii", "replace").decode().split())
    return line if len(line) <= _LONGEST_NOTE else line[: _LONGEST_NOTE - 3] + "..."

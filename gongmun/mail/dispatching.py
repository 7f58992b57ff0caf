"""Send what is due, in three steps a message, so that nothing is sent twice (house rule 4).

A batch is claimed under a lease and committed. Then, message by message: the envelope, which may be
repeated freely; the commit of `sending`; the message itself; the commit of its outcome. No
transaction is open while the relay is spoken to, and every update is fenced by owner and status.
Several connections share a batch, each in a thread of its own.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from gongmun import clock
from gongmun.db import Database
from gongmun.mail import queries
from gongmun.mail.backoff import is_greylisting, next_attempt
from gongmun.mail.files import AttachmentUnreadable, BatchFiles
from gongmun.mail.life import Event, Status
from gongmun.mail.mailer import (
    Connection,
    ConnectionCut,
    Mailer,
    RelayRefused,
    RelayUnreachable,
)
from gongmun.mail.message import Sender, wire
from gongmun.mail.models import Dispatch, HoldReason
from gongmun.mail.outbox import AddressRefused, agency_sender, checked_address
from gongmun.mail.recovering import RecoveryReport, recover
from gongmun.mail.witness import Witness

# Longer than the slowest answer to one message; it is renewed when a message begins to be sent.
LEASE = timedelta(minutes=30)
_LONGEST_NOTE = 200


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
    batch, never by two threads at once. `at` tells the time when the relay accepts a message, which
    starts the clocks (`now` where it is left out): a batch may run over midnight. `owner` names the
    caller for a reader of the table. With a journal, give its `witness` in every call: without one,
    the outcome of an interrupted send is a person's to find out.
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
        attachment=BatchFiles(attachments, batch),
        now=now,
        at=at or (lambda: now),
    )
    counts, trouble = _send_all(run, mailer, batch)
    if trouble is not None:
        with db.transaction() as session:
            counts["returned"] = queries.return_claimed(
                session, owner=token, reason=_note(trouble.params["reason"])
            )
        # The other connections may have sent all the same: then there is nothing to tell.
        trouble = trouble if counts["returned"] else None
    return DispatchReport(**counts, trouble=trouble, recovered=recovered)


# The mails of each recipient that no connection took yet.
_Waiting = deque[list[Dispatch]]
_Sent = tuple[Counter[str], RelayUnreachable | None]


def _send_all(run: "_Run", mailer: Mailer, batch: Sequence[Dispatch]) -> _Sent:
    """Send a batch over the mailer's connections, each in a thread of its own.

    All mail to one recipient goes over one connection and keeps its order: an outcome before its
    reminder. What a connection in trouble did not begin is left to the others. An unexpected error
    is raised when the others are done.
    """
    by_recipient: dict[str, list[Dispatch]] = {}
    for dispatch in batch:
        by_recipient.setdefault((dispatch.address or "").casefold(), []).append(dispatch)
    waiting = deque(by_recipient.values())
    threads = min(mailer.connections, len(waiting))
    with ThreadPoolExecutor(threads, thread_name_prefix="gongmun-mail") as pool:
        try:
            parts = [pool.submit(_send_part, run, mailer, waiting) for _ in range(threads)]
            wait(parts)
        finally:
            waiting.clear()  # after an interrupt the threads only end what they began
    sent, troubles = zip(*(part.result() for part in parts), strict=True)
    return sum(sent, Counter()), next(filter(None, troubles), None)


def _send_part(run: "_Run", mailer: Mailer, waiting: _Waiting) -> _Sent:
    counts: Counter[str] = Counter()
    try:
        with mailer.connection() as connection:
            for dispatch in _taken(waiting):
                counts[run.send(connection, dispatch)] += 1
    except RelayUnreachable as error:
        return counts, error
    return counts, None


def _taken(waiting: _Waiting) -> Iterator[Dispatch]:
    while True:
        try:
            mails = waiting.popleft()
        except IndexError:
            return
        yield from mails


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


def _note(text: str) -> str:
    line = " ".join(text.encode("ascii", "replace").decode().split())
    return line if len(line) <= _LONGEST_NOTE else line[: _LONGEST_NOTE - 3] + "..."

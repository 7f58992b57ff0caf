"""Collecting mail (메일 수집): what lies in the inbox is kept first, and read afterwards.

Both may be run again, and by two at once, at any time: a mail is one row by its bytes, and is not
fetched again from where it lay. One mail that cannot be read never stops the others.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.db import Database
from gongmun.errors import GongmunError
from gongmun.mail import incoming_queries, queries
from gongmun.mail.bounces import Notice
from gongmun.mail.incoming import Incoming, MailUnreadable, envelope, parse
from gongmun.mail.mailbox import Mailbox
from gongmun.mail.models import Dispatch, IncomingKind
from gongmun.mail.quotes import visible
from gongmun.mail.tokens import tokens_in

# Name of the sweep that collects, reads and files replies.
COLLECT_SWEEP = "collect"

Keep = Callable[[bytes], str]
_BATCH = 50
_LONGEST_DIAGNOSIS = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class CollectReport:
    """How many mails a collection took, and how many it had under another name already."""

    new: int
    again: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadReport:
    """How many mails were read, by what they are; `unknown` are notices about no mail of ours."""

    kinds: Mapping[IncomingKind, int]
    unknown: int

    @property
    def read(self) -> int:
        """All of them."""
        return sum(self.kinds.values())


def collect(db: Database, *, mailbox: Mailbox, keep: Keep, now: datetime) -> CollectReport:
    """Take what is new in `mailbox`: each mail is kept whole, then noted.

    Raises:
        InboxUnavailable: nothing, or not all, could be fetched; what was fetched is kept.
    """
    with db.reading() as session:
        known = incoming_queries.known_keys(session, mailbox.name)
    counts: Counter[bool] = Counter()
    for mail in mailbox.new(lambda validity, uid: (validity, uid) in known):
        sha256 = keep(mail.content)
        key = {"mailbox": mailbox.name, "uid_validity": mail.uid_validity, "uid": mail.uid}
        values = {
            "raw_sha256": sha256,
            "size": len(mail.content),
            "collected_at": now,
            # A mail that is collected has arrived, whatever the clock of the server says.
            "arrived_at": min(mail.arrived_at or now, now),
            "tokens": [],
            "references": [],
            "attachments": [],
        }
        with db.transaction() as session:
            incoming_id = incoming_queries.add(session, values, key)
            if incoming_id is not None:
                ledger.record(
                    session, "mail.collected", subject=("incoming_mail", incoming_id), now=now
                )
        counts[incoming_id is not None] += 1
    return CollectReport(new=counts[True], again=counts[False])


def read(db: Database, *, raw: Callable[[str], bytes], keep: Keep, now: datetime) -> ReadReport:
    """Read what was collected: parse it, say what it is, keep its files.

    A mail that cannot be parsed becomes UNREADABLE, with the reason and what its headers say. A store
    that does not answer raises, and the mail waits.
    """
    kinds: Counter[IncomingKind] = Counter()
    unknown, last = 0, 0
    while True:
        with db.reading() as session:
            batch = incoming_queries.unread(session, after=last, limit=_BATCH)
        if not batch:
            return ReadReport(kinds=dict(kinds), unknown=unknown)
        for mail in batch:
            last = mail.id
            values, notice = _read(mail.raw_sha256, raw, keep)
            with db.transaction() as session:
                if notice:
                    values |= _about(session, values["tokens"], notice)
                if not incoming_queries.note_read(session, mail.id, {**values, "read_at": now}):
                    continue
                ledger.record(
                    session,
                    "mail.read",
                    subject=("incoming_mail", mail.id),
                    now=now,
                    what=values["kind"],
                    dispatch=values["dispatch_id"],
                )
            kinds[values["kind"]] += 1
            unknown += notice is not None and values["dispatch_id"] is None


def _read(
    sha256: str, raw: Callable[[str], bytes], keep: Keep
) -> tuple[dict[str, Any], Notice | None]:
    """The columns that a mail's bytes give; its notice, if it is one."""
    try:
        content = raw(sha256)
    except GongmunError as error:
        if error.retryable:
            raise
        # The raw mail was lost or changed: that is told of this mail, and not of the others.
        return _unreadable(b"", error.code), None
    try:
        incoming = parse(content)
    except MailUnreadable as error:
        return _unreadable(content, error.params["reason"]), None
    return {
        **_columns(incoming),
        "attachments": [
            {
                "filename": file.filename,
                "media_type": file.media_type,
                "sha256": keep(file.content),
                "size": len(file.content),
                "inline": file.inline,
            }
            for file in incoming.files
        ],
    }, incoming.notice


def _columns(incoming: Incoming) -> dict[str, Any]:
    head = incoming.envelope
    return {
        "kind": incoming.kind,
        "message_id": head.message_id,
        "sender": head.sender,
        "subject": head.subject,
        "sent_at": head.sent_at,
        "tokens": list(head.tokens),
        "references": list(head.references),
        "text": incoming.text,
        "shown": visible(incoming.text),
        "attachments": [],
        "dispatch_id": None,
        "diagnosis": None,
    }


def _unreadable(content: bytes, reason: str) -> dict[str, Any]:
    """A mail of which only the headers could be read, for the person who looks at it."""
    incoming = Incoming(
        envelope=envelope(content), kind=IncomingKind.UNREADABLE, text="", files=(), notice=None
    )
    return {**_columns(incoming), "diagnosis": reason[:_LONGEST_DIAGNOSIS]}


def _about(session: Session, tokens: Sequence[str], notice: Notice) -> dict[str, Any]:
    """What a notice tells of which dispatch; of no mail of ours it tells nothing that counts."""
    dispatch = _dispatch(session, tokens, notice)
    outcome = notice.about(dispatch.address if dispatch else None)
    return {
        "kind": outcome.kind,
        "diagnosis": outcome.status,
        "dispatch_id": dispatch.id if dispatch else None,
    }


def _dispatch(session: Session, tokens: Sequence[str], notice: Notice) -> Dispatch | None:
    """The mail that a notice is about: by our token, else by the Message-ID of what came back.

    A token is a secret of that mail. A Message-ID is not, so there the recipient must be right too.
    """
    for token in (*tokens, *tokens_in(notice.returned)):
        if dispatch := queries.by_token(session, token):
            return dispatch
    for dispatch in queries.by_message_ids(session, notice.message_ids):
        if notice.names(dispatch.address):
            return dispatch
    return None

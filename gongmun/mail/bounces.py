"""Notices about mail of ours (DSN): not delivered, late, delivered.

RFC 3464 is read first, by the standard library; then what flufl.bounce knows of old servers; then what
Korean mail services write in plain words. All of it is a claim: it counts only for a dispatch that is
found by our token, or by the Message-ID of the mail that came back.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.parser import HeaderParser
from itertools import islice

import flufl.bounce

from gongmun.mail import decoding
from gongmun.mail.models import IncomingKind

_KINDS = {
    "failed": IncomingKind.BOUNCED,
    "delayed": IncomingKind.DELAYED,
    "delivered": IncomingKind.DELIVERED,
    # The next server took it and tells no more: as much as a relay's log can say.
    "relayed": IncomingKind.DELIVERED,
    "expanded": IncomingKind.DELIVERED,
}
_CLASSES = {"5": IncomingKind.BOUNCED, "4": IncomingKind.DELAYED, "2": IncomingKind.DELIVERED}
# The worst of several recipients is what a person must know of.
_WORST_FIRST = (IncomingKind.BOUNCED, IncomingKind.DELAYED, IncomingKind.DELIVERED)
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_ID = re.compile(r"<[^<>\s]{3,900}>")
_RETURNED_ID = re.compile(r"^[ \t>]*Message-ID:\s*(<[^<>\s]{3,900}>)", re.IGNORECASE | re.MULTILINE)
_SERVERS = re.compile(r"\s*(mailer-?daemon|postmaster|mail-?daemon|bounces?)\b", re.IGNORECASE)
_FULL = re.compile(
    r"(mailbox|inbox|quota).{0,40}(full|exceed)|over ?quota|용량.{0,20}(초과|부족)"
    r"|(메일함|편지함|사서함).{0,20}(가득|꽉)",
    re.IGNORECASE,
)
_LATE = re.compile(r"(전송|발송|배달|전달).{0,10}지연|재시도 ?(중|하고)|delayed", re.IGNORECASE)
_UNDELIVERED = re.compile(
    r"(메일|편지)?.{0,4}(전송|발송|배달|전달|수신).{0,6}(실패|[되하]지 [않못]|할 수 없|불가|거부)|반송"
    r"|(받는 ?사람|수신자|사용자|계정|메일 ?주소).{0,30}(없는|없습|존재하지|찾을 수 없|잘못)"
)
_RETURNED_SUBJECT = re.compile(
    r"undeliver|delivery (status|fail|has failed|delay)|failure notice|returned mail|mail delivery"
    r"|반송|(전송|발송|배달|전달) ?(실패|지연|불가|오류)|수신 ?(실패|거부)",
    re.IGNORECASE,
)
_RETURNED = frozenset(
    {"message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers"}
    | {"message/global-headers"}
)
_FULL_STATUS = "5.2.2"
# Ours has one.
_MOST_RECIPIENTS = 500
# What flufl.bounce and the words are looked for in; a returned document may be large.
_LONGEST_TEXT = 200_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What a notice says of one recipient; `status` is the enhanced status code (RFC 3463)."""

    kind: IncomingKind
    status: str
    addresses: frozenset[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """A notice about a mail: what became of it, and what of it came back.

    `returned` are the headers that came back: our addresses, with their tokens, stand in them.
    """

    outcomes: tuple[Outcome, ...]
    message_ids: tuple[str, ...]
    returned: tuple[str, ...]

    def about(self, address: str | None) -> Outcome:
        """What it says of this recipient; of several, or of unnamed ones, the worst."""
        named = [one for one in self.outcomes if address and address.casefold() in one.addresses]
        return min(named or self.outcomes, key=lambda one: _WORST_FIRST.index(one.kind))

    def names(self, address: str | None) -> bool:
        """Whether it is about this recipient, or names nobody."""
        named = frozenset().union(*(one.addresses for one in self.outcomes))
        return not named or (address or "").casefold() in named


def notice(message: EmailMessage, text: str) -> Notice | None:
    """The notice that this mail is; None if it is another mail. `text` is its whole text."""
    outcomes = tuple(_standard(message))
    if not outcomes and _by_a_server(message):
        outcomes = _known(message, text) or _in_words(message, text)
    if not outcomes:
        return None
    returned = list(_returned(message))
    ids = [match for one in returned for match in _ID.findall(str(one.get("Message-ID") or ""))]
    ids += _RETURNED_ID.findall(text[:_LONGEST_TEXT])
    ids += _ID.findall(str(message.get("In-Reply-To") or ""))
    ours = ("Reply-To", "Return-Path", "From", "Sender")
    return Notice(
        outcomes=outcomes,
        message_ids=tuple(dict.fromkeys(ids)),
        returned=tuple(value for one in returned for value in decoding.addresses_text(one, ours)),
    )


def _standard(message: EmailMessage) -> Iterator[Outcome]:
    """By RFC 3464: only of a report, or of a machine; a person may send one on."""
    is_report = message.get_content_type() == "multipart/report"
    if not (is_report or _is_from_nobody(message) or _by_a_server(message)):
        return
    for part in _top_parts(message):
        if part.get_content_type() in (
            "message/delivery-status",
            "message/global-delivery-status",
        ):
            for block in islice(_blocks(part), _MOST_RECIPIENTS):
                action = str(block.get("Action") or "").strip().lower().partition(" ")[0]
                found = _STATUS.search(str(block.get("Status") or ""))
                status = found[1] if found else ""
                # Some say `failed` of 4.4.7: the server gave up, and that is a bounce of this mail.
                kind = _KINDS.get(action) or _CLASSES.get(status[:1])
                if kind is not None:
                    yield Outcome(
                        kind=kind,
                        status=status or _class_status(kind),
                        addresses=_recipients(block),
                    )


def _class_status(kind: IncomingKind) -> str:
    return {value: key for key, value in _CLASSES.items()}[kind] + ".0.0"


def _recipients(block: EmailMessage) -> frozenset[str]:
    values = (block.get(name) for name in ("Final-Recipient", "Original-Recipient"))
    found = (str(value).rpartition(";")[2].strip().strip("<>") for value in values if value)
    return frozenset(address.casefold() for address in found if "@" in address)


def _blocks(part: EmailMessage) -> Iterator[EmailMessage]:
    """The groups of fields of a delivery status."""
    blocks = decoding.inner(part)
    yield from blocks
    # Encoded, it is not parsed at all; of one kind of status, the groups after the first are a body.
    rest = part if not blocks else blocks[0]
    data = rest.get_payload(decode=True)
    if isinstance(data, bytes):
        for group in re.split(r"\r?\n[ \t]*\r?\n", decoding.decode(data, None)[:_LONGEST_TEXT]):
            yield HeaderParser(policy=decoding.POLICY).parsestr(group.lstrip())


def _top_parts(message: EmailMessage) -> Iterator[EmailMessage]:
    """The parts of a mail, without those of mails within it."""
    if message.get_content_maintype() == "multipart":
        for part in decoding.inner(message):
            yield part
            yield from _top_parts(part)


def _returned(message: EmailMessage) -> Iterator[EmailMessage]:
    """What came back of the mail, or its headers."""
    for part in _top_parts(message):
        if part.get_content_type() in _RETURNED:
            mails = decoding.inner(part)
            yield from mails[:1]
            data = None if mails else part.get_payload(decode=True)
            if isinstance(data, bytes):
                text = decoding.decode(data, None).lstrip()
                yield HeaderParser(policy=decoding.POLICY).parsestr(text[:_LONGEST_TEXT])


def _is_from_nobody(message: EmailMessage) -> bool:
    return str(message.get("Return-Path") or "").replace(" ", "") == "<>"


def _by_a_server(message: EmailMessage) -> bool:
    """Whether a mail server wrote it, by its name; absence notes also come from nobody."""
    sender = str(message.get("From") or "")
    if message.get("X-Failed-Recipients") or _SERVERS.match(decoding.address_of(sender) or sender):
        return True
    subject = decoding.text_of(message, "Subject")
    return _is_from_nobody(message) and _RETURNED_SUBJECT.search(subject) is not None


def _known(message: EmailMessage, text: str) -> tuple[Outcome, ...]:
    """What flufl.bounce finds."""
    try:
        temporary, permanent = flufl.bounce.all_failures(message)
    except Exception:  # noqa: BLE001 (its readers are written for what honest servers send)
        return ()
    found = (
        (IncomingKind.BOUNCED, permanent),
        (IncomingKind.DELAYED, temporary),
    )
    return tuple(
        Outcome(
            kind=kind,
            status=_status_in(text, kind),
            addresses=frozenset(_text(address).casefold() for address in addresses),
        )
        for kind, addresses in found
        if addresses
    )


def _text(address: bytes | str) -> str:
    return decoding.decode(address, None) if isinstance(address, bytes) else address


def _in_words(message: EmailMessage, text: str) -> tuple[Outcome, ...]:
    """What Korean mail services write, without any form that programs share."""
    words = f"{decoding.text_of(message, 'Subject')}\n{text[:_LONGEST_TEXT]}"
    if _LATE.search(words):
        kind = IncomingKind.DELAYED
    elif _UNDELIVERED.search(words) or _FULL.search(words):
        kind = IncomingKind.BOUNCED
    else:
        return ()
    return (Outcome(kind=kind, status=_status_in(words, kind), addresses=frozenset()),)


def _status_in(text: str, kind: IncomingKind) -> str:
    """The status code that a text names, or one that says as much as is known."""
    start = text[:_LONGEST_TEXT]
    named: Sequence[str] = _STATUS.findall(start)
    fitting = [status for status in named if _CLASSES[status[0]] is kind]
    if fitting:
        return fitting[0]
    if kind is IncomingKind.BOUNCED and _FULL.search(start):
        return _FULL_STATUS
    # A server that gave up after days names what it met all the while: 4.x.
    return next((status for status in named if status[0] == "4"), _class_status(kind))

"""A message: what a caller hands over, and the bytes that go over the wire.

The MIME structure is put together here, by hand: the standard library's generator takes most of the
time of a send and folds some headers wrongly (ids of 77 characters, spaces between encoded words).
Everything is ASCII with CRLF line ends; texts and attachments are base64, so nothing in them can end
a header, a part or the message.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import quote

import numpy as np

from gongmun.clock import SEOUL
from gongmun.text import clean_line

# CPython folds ids of 77 characters and more wrongly; other software has limits of its own.
_LONGEST_ID = 60
# Bytes of a hash, and the characters of base32 that they make.
_ID_BYTES, _ID_CHARACTERS = 20, 32
_BASE32 = np.frombuffer(b"abcdefghijklmnopqrstuvwxyz234567", dtype=np.uint8)
_PLACES = np.array([16, 8, 4, 2, 1], dtype=np.uint8)
_ID = re.compile(r"<[!-;=?-~]+@[!-;=?-~]+>", re.ASCII)
_LONGEST_FOREIGN_ID = 900  # a line of mail may have 998 characters
# An invitation says its method in the type itself (RFC 6047): the one type with parameters.
_MEDIA_TYPE = re.compile(
    r"[a-z0-9.+-]+/[a-z0-9.+-]+|text/calendar(; (method=[A-Z]+|charset=utf-8))*"
)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})?(, ?[A-Za-z]{2,3})*")
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ,.:()/-]*")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9 ]+")
_LONGEST_PLAIN = 60
# A line with an encoded word may have 76 characters; 39 bytes make 52 of base64, and 12 stand around
# them, after "Subject: ".
_WORD_BYTES = 39
_SEGMENT = 54


# Stands in a body for a secret (a link, a code) that is made when the mail leaves: the row keeps this.
BLANK = "⟦link⟧"


@dataclass(frozen=True, kw_only=True, slots=True)
class Attachment:
    """A file of a message, named by the SHA-256 of its bytes."""

    filename: str
    media_type: str
    sha256: str


@dataclass(frozen=True, kw_only=True, slots=True)
class OutgoingMessage:
    """A message to one mailbox, before it has a row.

    `key` makes it one dispatch, however often it is enqueued. `address` is None where the ministry
    has no mailbox. `references` are the Message-IDs of earlier mails of the thread, oldest first.
    `wants_proof` is false for what is of no use after minutes: nobody looks after it when it bounces.
    """

    key: str
    intent: str
    organisation_code: str
    address: str | None
    subject: str
    body: str
    attachments: tuple[Attachment, ...] = ()
    references: tuple[str, ...] = ()
    language: str = "ko"
    document_id: int | None = None
    wants_proof: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Sender:
    """Who a message is from: a display name and a mailbox."""

    name: str
    address: str


def message_id(key: str, sender_address: str) -> str:
    """The Message-ID of the dispatch with this key: always the same, at most 60 characters."""
    [one] = message_ids([key], sender_address)
    return one


def message_ids(keys: Sequence[str], sender_address: str) -> Sequence[str]:
    """The Message-ID of each of these dispatches, in their order."""
    domain = id_domain(sender_address)
    length = min(_ID_CHARACTERS, _LONGEST_ID - 3 - len(domain))
    digests = b"".join(hashlib.sha256(key.encode()).digest()[:_ID_BYTES] for key in keys)
    # In base32, by numpy: one by one it takes three times as long as the hash.
    bits = np.unpackbits(np.frombuffer(digests, dtype=np.uint8)).reshape(-1, 5)
    text = _BASE32[bits @ _PLACES].tobytes().decode()
    starts = range(0, len(text), _ID_CHARACTERS)
    return [f"<{text[start : start + length]}@{domain}>" for start in starts]


def id_domain(sender_address: str) -> str:
    """What stands behind the @ of our Message-IDs: the sender's domain, cut from the left if too long."""
    domain = sender_address.rpartition("@")[2]
    while len(domain) > _LONGEST_ID - 19 and "." in domain:
        domain = domain.partition(".")[2]
    return domain


def usable_references(ids: Iterable[str]) -> tuple[str, ...]:
    """The ids that may stand in a header.

    The others are left out: a thread is a convenience, the mail is not.
    """
    return tuple(
        one for one in ids if len(one) <= _LONGEST_FOREIGN_ID and _ID.fullmatch(one) is not None
    )


_LINE = 76


def encoded(data: bytes) -> bytes:
    """Base64 in lines of 76 characters, each ended by CRLF."""
    text = binascii.b2a_base64(data, newline=False)
    # Laid out by numpy: line by line in Python takes five times as long.
    full = len(text) // _LINE * _LINE
    lines = np.empty((full // _LINE, _LINE + 2), dtype=np.uint8)
    lines[:, :_LINE] = np.frombuffer(text, dtype=np.uint8, count=full).reshape(-1, _LINE)
    lines[:, _LINE:] = (13, 10)  # CRLF
    rest = text[full:]
    return lines.tobytes() + (rest + b"\r\n" if rest or not text else b"")


def wire(
    message: OutgoingMessage,
    *,
    message_id: str,
    recipient: str,
    sender: Sender,
    now: datetime,
    attachment: Callable[[str], bytes],
    reply_to: str | None = None,
) -> bytes:
    """The message as SMTP takes it (without dot-stuffing).

    `attachment` gives the `encoded` bytes of an attachment by its SHA-256; what it raises passes
    through. `recipient` and `reply_to` are checked addresses.
    """
    headers = [
        f"From: {_phrase(sender.name)}\r\n <{sender.address}>",
        *([f"Reply-To: <{reply_to}>"] if reply_to else []),
        f"To: <{recipient}>",
        f"Subject: {_unstructured(message.subject)}",
        f"Date: {format_datetime(now.astimezone(SEOUL))}",
        f"Message-ID: {message_id}",
        *_thread(message.references),
        "Auto-Submitted: auto-generated",
        "X-Auto-Response-Suppress: OOF, AutoReply",
        *_language(message.language),
        "MIME-Version: 1.0",
    ]
    text = [
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: base64",
    ]
    body = encoded(message.body.encode())
    if not message.attachments:
        return _block(headers + text) + body
    # An underscore never stands in base64, so no part can contain the boundary.
    boundary = f"=_{hashlib.sha256(message_id.encode()).hexdigest()[:24]}"
    delimiter = f"--{boundary}\r\n".encode()
    pieces = [
        _block([*headers, f'Content-Type: multipart/mixed; boundary="{boundary}"']),
        delimiter,
        _block(text),
        body,
    ]
    for part in message.attachments:
        pieces += [delimiter, _block(_part_headers(part)), attachment(part.sha256)]
    pieces.append(f"--{boundary}--\r\n".encode())
    return b"".join(pieces)


def _block(lines: Sequence[str]) -> bytes:
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")


def _thread(references: Sequence[str]) -> Iterator[str]:
    if references:
        yield f"In-Reply-To: {references[-1]}"
        yield "References: " + "\r\n ".join(references)


def _language(language: str) -> Iterator[str]:
    if _LANGUAGE.fullmatch(language):
        yield f"Content-Language: {language}"


def _part_headers(part: Attachment) -> list[str]:
    media_type = part.media_type if _MEDIA_TYPE.fullmatch(part.media_type) else None
    return [
        f"Content-Type: {media_type or 'application/octet-stream'}",
        "Content-Transfer-Encoding: base64",
        "Content-Disposition: attachment" + _filename(part.filename),
    ]


def _filename(name: str) -> str:
    """The parameter `filename` by RFC 2231, in segments that end between characters."""
    segments = [""]
    for character in clean_line(name).replace("/", "_").replace("\\", "_") or "file":
        quoted = quote(character, safe="")
        if len(segments[-1]) + len(quoted) > _SEGMENT:
            segments.append("")
        segments[-1] += quoted
    if len(segments) == 1:
        return f";\r\n filename*=utf-8''{segments[0]}"
    return f";\r\n filename*0*=utf-8''{segments[0]}" + "".join(
        f";\r\n filename*{number}*={segment}" for number, segment in enumerate(segments[1:], 1)
    )


def _unstructured(text: str) -> str:
    line = clean_line(text)
    if len(line) <= _LONGEST_PLAIN and _PLAIN.fullmatch(line):
        return line
    return _encoded_words(line)


def _phrase(name: str) -> str:
    line = clean_line(name)
    if len(line) <= _LONGEST_PLAIN and _PLAIN_NAME.fullmatch(line):
        return line
    return _encoded_words(line)


def _encoded_words(line: str) -> str:
    """All of `line` as RFC 2047 words, each of whole characters, one to a line of the header."""
    words = [b""]
    for character in line:
        octets = character.encode()
        if len(words[-1]) + len(octets) > _WORD_BYTES:
            words.append(b"")
        words[-1] += octets
    return "\r\n ".join(f"=?utf-8?b?{base64.b64encode(word).decode()}?=" for word in words)

"""A mail that came in (수신 메일), read: who, what about, its text and files, and what kind it is.

Pure: bytes in, values out. The parser is the standard library's with `policy=default`'s rules for the
structure; headers are read by `decoding`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesHeaderParser, BytesParser
from email.utils import parsedate_to_datetime

from gongmun.errors import GongmunError
from gongmun.mail import bounces, decoding, tokens
from gongmun.mail.html_text import html_text
from gongmun.mail.models import IncomingKind
from gongmun.text import lay_out

# Larger mails are kept, and a person looks at them: to read one takes many times its size in memory.
LARGEST = 64 * 2**20
# More files than any officer sends; they are kept with the raw mail.
MOST_FILES = 500
_DEEPEST = 40
_HEAD = 2**18
_MOST_REFERENCES = 100
_RECIPIENTS = (
    "To",
    "Cc",
    "Delivered-To",
    "X-Original-To",
    "Envelope-To",
    "X-Envelope-To",
    "X-Delivered-To",
    "Apparently-To",
    "Resent-To",
    "Resent-Cc",
)
_ID = re.compile(r"<[^<>\s]{3,900}>")
_MEDIA_TYPE = re.compile(r"[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,100}")
_UNNAMED = {"message/rfc822": "message.eml", "text/calendar": "invite.ics"}
_AUTO_HEADERS = ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Auto-Response-Suppress")
# `list` is none: some ministries' mailboxes are lists, and people write through them.
_AUTO_PRECEDENCE = frozenset({"auto_reply", "auto-reply", "bulk", "junk"})
# A link of ours in what a reply quotes: its token is kept nowhere else either.
_SECRET = re.compile(r"(/[ap]/)[\w-]{40,}")
# At the beginning only: a person may answer to a mail with such a subject.
_AUTO_SUBJECT = re.compile(
    r"[\[(<【\s]{0,3}(자동 ?(회신|응답|답장|답변)|부재 ?중|부재 ?(알림|안내|자동)|휴가 ?중|출장 ?중"
    r"|auto(matic)?[ -]?(reply|response)|auto:|out of (the )?office|away from)",
    re.IGNORECASE,
)


class MailUnreadable(GongmunError):
    """A mail whose structure no program of ours can read. It is kept as it came."""

    code = "mail.unreadable"
    ko = "메일을 읽을 수 없습니다({reason}). 원문은 보관되어 있으니 메일 프로그램으로 확인해 주십시오."
    en = (
        "The mail cannot be read ({reason}). It is kept as it came: look at it with a mail program."
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """A file of a mail. `inline` is a picture within the text, often only a logo."""

    filename: str
    media_type: str
    content: bytes
    inline: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Envelope:
    """What the headers of a mail say; anything may be missing."""

    message_id: str | None
    sender: str | None
    subject: str
    sent_at: datetime | None
    tokens: tuple[str, ...]
    references: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Incoming:
    """A mail, read. `notice` is what it tells of a mail of ours, if it is such a notice."""

    envelope: Envelope
    kind: IncomingKind
    text: str
    files: tuple[File, ...]
    notice: bounces.Notice | None


def parse(content: bytes) -> Incoming:
    """Read a mail.

    Raises:
        MailUnreadable: it is too large, nested too deeply, or no mail at all.
    """
    if len(content) > LARGEST:
        raise MailUnreadable(reason=f"larger than {LARGEST} bytes")
    try:
        message = BytesParser(policy=decoding.POLICY).parsebytes(content)
        _check(message)
        text = _SECRET.sub(r"\1…", lay_out(_text(message)))
        notice = bounces.notice(message, text)
        files = () if notice else tuple(_files(message))
    except MailUnreadable:
        raise
    except Exception as error:
        # Whatever breaks the parser: the mail is kept, and the others go on.
        raise MailUnreadable(reason=type(error).__name__) from error
    return Incoming(
        envelope=_envelope(message),
        kind=_kind(message, notice),
        text=text,
        files=files,
        notice=notice,
    )


def envelope(content: bytes) -> Envelope:
    """The headers alone, of a mail that cannot be read; nothing is raised."""
    head = re.split(rb"\r?\n\r?\n", content[:_HEAD], maxsplit=1)[0]
    return _envelope(BytesHeaderParser(policy=decoding.POLICY).parsebytes(head))


def _check(message: EmailMessage) -> None:
    if not message.keys():
        raise MailUnreadable(reason="no headers")
    level: Sequence[EmailMessage] = [message]
    for _ in range(_DEEPEST):
        level = [part for parent in level for part in _children(parent)]
    if level:
        raise MailUnreadable(reason=f"nested more than {_DEEPEST} times")


def _children(part: EmailMessage) -> Sequence[EmailMessage]:
    return decoding.inner(part) if part.get_content_maintype() == "multipart" else ()


def _kind(message: EmailMessage, notice: bounces.Notice | None) -> IncomingKind:
    if notice:
        return notice.about(None).kind
    return IncomingKind.AUTO_REPLY if is_automatic(message) else IncomingKind.REPLY


def is_automatic(message: EmailMessage) -> bool:
    """Whether a program answered, by RFC 3834 and by what mail services do instead."""
    if str(message.get("Auto-Submitted") or "no").partition(";")[0].strip().lower() != "no":
        return True
    if any(message.get(name) for name in _AUTO_HEADERS):
        return True
    if str(message.get("Precedence") or "").strip().lower() in _AUTO_PRECEDENCE:
        return True
    if str(message.get("Return-Path") or "").replace(" ", "") == "<>":
        return True
    # A receipt that the mail was opened, or a complaint: also written by programs.
    if message.get_content_type() == "multipart/report":
        return True
    return _AUTO_SUBJECT.match(decoding.text_of(message, "Subject")) is not None


def _envelope(message: EmailMessage) -> Envelope:
    ids = [
        one
        for name in ("References", "In-Reply-To")
        for value in decoding.addresses_text(message, (name,))
        for one in _ID.findall(decoding.words(value))
    ]
    own = _ID.search(str(message.get("Message-ID") or ""))
    return Envelope(
        message_id=_ascii(own[0]) if own else None,
        sender=decoding.address_of(str(message.get("From") or message.get("Sender") or "")),
        subject=decoding.text_of(message, "Subject"),
        sent_at=_moment(str(message.get("Date") or "")),
        tokens=tokens.tokens_in(decoding.addresses_text(message, _RECIPIENTS)),
        references=tuple(dict.fromkeys(_ascii(one) for one in ids))[-_MOST_REFERENCES:],
    )


def _ascii(text: str) -> str:
    return "".join(c if " " < c < "\x7f" else "?" for c in text)


def _moment(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _text(part: EmailMessage) -> str:
    """The text of a part and of those within it; of alternatives the plain one, if it says it all."""
    if part.get_content_maintype() == "multipart":
        texts = [(child, _text(child)) for child in _children(part)]
        if part.get_content_type() == "multipart/alternative":
            return _fullest(texts)
        return "\n\n".join(text.strip("\n") for _, text in texts if text.strip())
    if not _is_text(part):
        return ""
    data = part.get_payload(decode=True)
    page = decoding.decode(data if isinstance(data, bytes) else b"", _charset(part))
    return html_text(page) if part.get_content_subtype() == "html" else page


def _fullest(texts: Sequence[tuple[EmailMessage, str]]) -> str:
    plain = next((t for p, t in texts if p.get_content_type() == "text/plain" and t.strip()), "")
    other = next((t for p, t in texts if p.get_content_type() != "text/plain" and t.strip()), "")
    # Some programs write "your mail program shows no HTML" instead of the text.
    return other if len(plain.strip()) * 5 < len(other.strip()) else plain


def _charset(part: EmailMessage) -> str | None:
    found = part.get_param("charset")
    return found[2] if isinstance(found, tuple) else found


def _is_text(part: EmailMessage) -> bool:
    """Whether a part is text to read, rather than a file."""
    return (
        part.get_content_type() in ("text/plain", "text/html", "text/enriched")
        and part.get_content_disposition() != "attachment"
        and not decoding.filename_of(part)
    )


def _files(message: EmailMessage) -> Iterator[File]:
    count = 0
    for part in _leaves(message):
        if _is_text(part):
            continue
        content = _bytes(part)
        if not content:
            continue
        count += 1
        if count > MOST_FILES:
            raise MailUnreadable(reason=f"more than {MOST_FILES} files")
        kind = part.get_content_type().lower()
        yield File(
            filename=decoding.filename_of(part) or _UNNAMED.get(kind, "file"),
            media_type=kind if _MEDIA_TYPE.fullmatch(kind) else "application/octet-stream",
            content=content,
            inline=(
                part.get_content_maintype() == "image"
                and part.get_content_disposition() != "attachment"
                and bool(part.get("Content-ID"))
            ),
        )


def _leaves(part: EmailMessage) -> Iterator[EmailMessage]:
    children = _children(part)
    if not children:
        yield part
    for child in children:
        yield from _leaves(child)


def _bytes(part: EmailMessage) -> bytes:
    """The content of a file; a mail within the mail as it stood there."""
    if mails := decoding.inner(part):
        whole = decoding.POLICY.clone(refold_source="none", linesep="\r\n", max_line_length=None)
        return b"".join(mail.as_bytes(policy=whole) for mail in mails)
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""

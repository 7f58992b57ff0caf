"""The bytes on the wire, read back by the standard library's parser."""

import base64
import hashlib
import re
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongmun.mail.message import (
    Attachment,
    OutgoingMessage,
    Sender,
    encoded,
    message_id,
    message_ids,
    usable_references,
    wire,
)
from gongmun.text import clean_line
from tests.mail.conftest import MESSAGE

NOW = datetime(2026, 10, 12, 0, 30, tzinfo=UTC)
SENDER = Sender(name="국민참여처", address="forum@participation.example")
ID = message_id("outcome:1", SENDER.address)
PDF = b"%PDF-1.7 " + bytes(range(256)) * 40
SHA = hashlib.sha256(PDF).hexdigest()


def _wire(message: OutgoingMessage, files: dict[str, bytes] | None = None) -> bytes:
    return wire(
        message,
        message_id=ID,
        recipient="office@molit.example",
        sender=SENDER,
        now=NOW,
        attachment=lambda sha256: encoded((files or {SHA: PDF})[sha256]),
    )


def _parsed(raw: bytes) -> EmailMessage:
    """The parsed message, after checks by hand that hold for any parser."""
    assert raw.isascii()
    assert raw.endswith(b"\r\n")
    assert raw.count(b"\n") == raw.count(b"\r") == raw.count(b"\r\n")
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert not any(line.startswith(b".") for line in raw.split(b"\r\n"))
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    for part in message.walk():
        assert not part.defects
        for _, header in part.items():
            assert not header.defects
    return message


def _body(message: EmailMessage) -> str:
    part = message.get_body()
    assert part is not None
    text: str = part.get_content()
    return text


def test_the_headers_say_what_they_must() -> None:
    message = _parsed(_wire(MESSAGE))
    assert message["From"].addresses[0].display_name == "국민참여처"
    assert message["From"].addresses[0].addr_spec == "forum@participation.example"
    assert message["To"].addresses[0].addr_spec == "office@molit.example"
    assert message["Subject"] == "열린소통포럼 결과 통보"
    assert message["Date"] == "Mon, 12 Oct 2026 09:30:00 +0900"
    assert message["Message-ID"] == ID
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    assert message["Content-Language"] == "ko"
    assert message["MIME-Version"] == "1.0"
    assert message["In-Reply-To"] is None
    assert message["References"] is None
    assert message.get_content_type() == "text/plain"
    assert _body(message) == MESSAGE.body.replace("\r\n", "\n")


def test_attachments_come_through_whole() -> None:
    other = b"\r\n.\r\n--=_\r\nFrom nobody\n"
    files = {SHA: PDF, "b" * 64: other, "c" * 64: b""}
    raw = _wire(
        replace(
            MESSAGE,
            attachments=(
                Attachment(filename="1234 결과.pdf", media_type="application/pdf", sha256=SHA),
                Attachment(filename="x.bin", media_type="no type\r\nX: y", sha256="b" * 64),
                Attachment(filename="", media_type="text/plain", sha256="c" * 64),
            ),
        ),
        files,
    )
    message = _parsed(raw)
    parts = list(message.iter_attachments())
    assert [part.get_filename() for part in parts] == ["1234 결과.pdf", "x.bin", "file"]
    assert [part.get_content_type() for part in parts] == [
        "application/pdf",
        "application/octet-stream",
        "text/plain",
    ]
    assert [part.get_payload(decode=True) for part in parts] == [PDF, other, b""]
    assert _body(message) == MESSAGE.body


def test_a_thread_is_told_by_its_ids_even_long_ones() -> None:
    long_id = f"<{'a' * 150}@ministry.example>"
    message = _parsed(_wire(replace(MESSAGE, references=("<first@x.example>", long_id))))
    assert message["In-Reply-To"] == long_id
    assert message["References"].split() == ["<first@x.example>", long_id]


@pytest.mark.parametrize("length", [1, 10, 75, 300])
def test_long_korean_subjects_and_file_names(length: int) -> None:
    subject = ("제12차 열린소통포럼 결과 통보 " * 20)[:length].strip()
    name = "1234-" + ("결과통보 및 회신요청" * 30)[:length] + ".pdf"
    attachment = Attachment(filename=name, media_type="application/pdf", sha256=SHA)
    raw = _wire(replace(MESSAGE, subject=subject, attachments=(attachment,)))
    message = _parsed(raw)
    assert message["Subject"] == subject
    assert [part.get_filename() for part in message.iter_attachments()] == [name]
    head = raw.split(b"\r\n\r\n")[0]
    assert max(map(len, head.split(b"\r\n"))) <= 76
    for word in re.findall(rb"=\?[^ ]+\?=", head):
        assert len(word) <= 75
        base64.b64decode(word.split(b"?")[3]).decode()  # whole characters in every word
    assert b"1234-" in raw


HOSTILE = [
    "제목\r\nBcc: everybody@x.example",
    "a\nb",
    "a\rb",
    "\x00\x1b[31m",
    "=?utf-8?b?aGVsbG8=?=",
    '"; filename="evil.exe',
    "../../etc/passwd",
    "..\\..\\boot.ini",
    "a" * 2000,
    "",
    "   ",
    "\u202egpj.exe",
    "\ud800",
    "😀" * 200,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_cannot_leave_its_place(text: str) -> None:
    attachment = Attachment(filename=text, media_type=text, sha256=SHA)
    raw = wire(
        replace(
            MESSAGE,
            subject=text,
            body=text.replace("\ud800", ""),
            language=text,
            attachments=(attachment,),
        ),
        message_id=ID,
        recipient="office@molit.example",
        sender=Sender(name=text, address=SENDER.address),
        now=NOW,
        attachment=lambda _: encoded(PDF),
    )
    message = _parsed(raw)
    assert message["Bcc"] is None
    assert str(message["Subject"]).strip() == clean_line(text)
    assert [address.addr_spec for address in message["From"].addresses] == [SENDER.address]
    [part] = message.iter_attachments()
    name = part.get_filename()
    assert name == (clean_line(text).replace("/", "_").replace("\\", "_") or "file")


TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=300)


@settings(deadline=None)  # machines may be busy
@given(subject=TEXTS, body=TEXTS, name=TEXTS, data=st.binary(max_size=2000))
def test_what_goes_in_comes_out(subject: str, body: str, name: str, data: bytes) -> None:
    attachment = Attachment(filename=name, media_type="application/pdf", sha256="a" * 64)
    raw = _wire(
        replace(MESSAGE, subject=subject, body=body, attachments=(attachment,)), {"a" * 64: data}
    )
    message = _parsed(raw)
    assert str(message["Subject"]).strip() == clean_line(subject)
    part = message.get_body()
    assert part is not None
    assert part.get_payload(decode=True) == body.encode()
    [file] = message.iter_attachments()
    assert file.get_payload(decode=True) == data
    assert file.get_filename() == (clean_line(name).replace("/", "_").replace("\\", "_") or "file")


@settings(deadline=None)  # machines may be busy
@given(st.binary(max_size=5000))
def test_encoded_is_base64_in_lines(data: bytes) -> None:
    assert encoded(data) == (base64.encodebytes(data) or b"\n").replace(b"\n", b"\r\n")


@pytest.mark.parametrize(
    "address",
    [
        "forum@participation.example",
        "a@b.kr",
        f"a@{'very-' * 10}long.division.ministry.go.kr",
        f"a@{'x' * 41}",
    ],
)
def test_a_message_id_is_short_and_always_the_same(address: str) -> None:
    made = message_id("outcome:1:molit", address)
    assert made == message_id("outcome:1:molit", address)
    assert made != message_id("outcome:2:molit", address)
    assert len(made) <= 60
    assert re.fullmatch(r"<[a-z2-7]{16,32}@[A-Za-z0-9.-]+>", made)
    assert address.endswith(made.partition("@")[2].rstrip(">"))


def test_ids_that_could_break_a_header_are_left_out() -> None:
    good = "<a.b@c.example>"
    bad = [
        "a@b",
        "<a b@c>",
        "<a@b>\r\nBcc: x@y.example",
        "<a@b",
        "<가@b.example>",
        f"<{'a' * 999}@b>",
    ]
    assert usable_references([good, *bad]) == (good,)


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("text/calendar; method=REQUEST; charset=utf-8", "text/calendar"),
        ("text/calendar; charset=utf-8; method=CANCEL", "text/calendar"),
        ("text/calendar; method=REQUEST\r\nBcc: a@b.example", "application/octet-stream"),
        ("text/calendar; name=x", "application/octet-stream"),
        ("application/pdf; method=REQUEST", "application/octet-stream"),
    ],
)
def test_an_invitation_says_its_method(given: str, sent: str) -> None:
    file = Attachment(filename="invite.ics", media_type=given, sha256=SHA)
    message = _parsed(_wire(replace(MESSAGE, attachments=(file,))))
    [part] = message.iter_attachments()
    assert part.get_content_type() == sent
    if sent == "text/calendar":
        assert part["Content-Type"].params["method"] in {"REQUEST", "CANCEL"}
        assert part["Content-Type"].params["charset"] == "utf-8"


def test_replies_go_where_they_are_asked_to() -> None:
    raw = wire(
        MESSAGE,
        message_id=ID,
        recipient="office@molit.example",
        sender=SENDER,
        now=NOW,
        attachment=lambda _: b"",
        reply_to="forum+0123456789abcdef@participation.example",
    )
    assert _parsed(raw)["Reply-To"].addresses[0].addr_spec == (
        "forum+0123456789abcdef@participation.example"
    )


@given(st.lists(st.text(max_size=40), max_size=20))
def test_the_ids_of_many_are_those_of_each_in_base32(keys: list[str]) -> None:
    made = message_ids(keys, SENDER.address)
    assert list(made) == [message_id(key, SENDER.address) for key in keys]
    for key, one in zip(keys, made, strict=True):
        written = base64.b32encode(hashlib.sha256(key.encode()).digest()).decode().lower()
        assert written.startswith(one.removeprefix("<").partition("@")[0])

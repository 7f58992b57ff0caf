"""Notices about mail of ours: what servers of all kinds write, and what none should be believed."""

from pathlib import Path

import pytest

from gongmun.mail.bounces import Notice
from gongmun.mail.incoming import parse
from gongmun.mail.models import IncomingKind
from gongmun.settings import settings
from tests.mail.mails import INBOX, MESSAGE_ID, RECIPIENT, TOKEN, mail, multipart, sample

REPORT = "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"


@pytest.fixture(autouse=True)
def inbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings().inbox, "maildir", Path("/var/mail/reply"))
    monkeypatch.setattr(settings().inbox, "address", INBOX)


def notice(content: bytes) -> Notice:
    found = parse(content).notice
    assert found is not None
    return found


def report(*groups: str, kind: str = "report; report-type=delivery-status") -> bytes:
    content_type, body = multipart(
        kind.partition(";")[0],
        "Content-Type: text/plain\r\n\r\nSorry.",
        REPORT + "\r\n".join(f"{group}\r\n" for group in groups),
    )
    return mail(kind=content_type + "; " + kind.partition(";")[2], body=body)


@pytest.mark.parametrize(
    ("name", "kind", "status"),
    [
        ("postfix_bounce", IncomingKind.BOUNCED, "5.1.1"),
        ("postfix_delayed", IncomingKind.DELAYED, "4.4.1"),
        ("postfix_expired", IncomingKind.BOUNCED, "4.4.7"),
        ("postfix_delivered", IncomingKind.DELIVERED, "2.0.0"),
        ("postfix_relayed", IncomingKind.DELIVERED, "2.0.0"),
        ("mailbox_full", IncomingKind.BOUNCED, "5.2.2"),
        ("qmail_bounce", IncomingKind.BOUNCED, "5.1.1"),
        ("naver_bounce", IncomingKind.BOUNCED, "5.1.1"),
    ],
)
def test_samples(name: str, kind: IncomingKind, status: str) -> None:
    about = notice(sample(name)).about(RECIPIENT)
    assert (about.kind, about.status) == (kind, status)
    assert parse(sample(name)).envelope.tokens == (TOKEN,)
    assert parse(sample(name)).files == ()


@pytest.mark.parametrize("name", ["postfix_bounce", "qmail_bounce"])
def test_the_mail_that_came_back_is_named(name: str) -> None:
    assert MESSAGE_ID in notice(sample(name)).message_ids


@pytest.mark.parametrize(
    ("group", "kind", "status"),
    [
        ("Action: failed\r\nStatus: 5.1.1", IncomingKind.BOUNCED, "5.1.1"),
        ("Action: FAILED (expired)\r\nStatus: 4.4.7 (x)", IncomingKind.BOUNCED, "4.4.7"),
        ("Action: delayed\r\nStatus: 4.0.0", IncomingKind.DELAYED, "4.0.0"),
        ("Action: expanded\r\nStatus: 2.0.0", IncomingKind.DELIVERED, "2.0.0"),
        ("Status: 5.7.1", IncomingKind.BOUNCED, "5.7.1"),
        ("Status: 4.2.2", IncomingKind.DELAYED, "4.2.2"),
        ("Status: 2.1.5", IncomingKind.DELIVERED, "2.1.5"),
        ("Action: failed", IncomingKind.BOUNCED, "5.0.0"),
        ("Action: failed\r\nStatus: 550", IncomingKind.BOUNCED, "5.0.0"),
    ],
)
def test_reports(group: str, kind: IncomingKind, status: str) -> None:
    about = notice(report(f"Final-Recipient: rfc822; {RECIPIENT}\r\n{group}")).about(RECIPIENT)
    assert (about.kind, about.status) == (kind, status)


@pytest.mark.parametrize(
    "group", ["Action: maybe", "Status: 9.9.9", "Action: displayed\r\nStatus: 3.0.0", "X: y"]
)
def test_a_report_that_says_nothing_is_none(group: str) -> None:
    read = parse(report(group))
    assert read.notice is None
    assert read.kind is IncomingKind.AUTO_REPLY


def test_of_several_recipients_ours_counts_and_else_the_worst() -> None:
    several = notice(
        report(
            "Final-Recipient: rfc822; a@x.example\r\nAction: delivered\r\nStatus: 2.0.0",
            "Final-Recipient: rfc822;<B@x.example>\r\nAction: failed\r\nStatus: 5.1.1",
            "Final-Recipient: rfc822; c@x.example\r\nOriginal-Recipient: rfc822; Office@molit.example"
            "\r\nAction: delayed\r\nStatus: 4.0.0",
        )
    )
    assert several.about("A@x.example").kind is IncomingKind.DELIVERED
    assert several.about("b@x.example").kind is IncomingKind.BOUNCED
    assert several.about(RECIPIENT).kind is IncomingKind.DELAYED
    assert several.about("other@x.example").kind is IncomingKind.BOUNCED
    assert several.about(None).kind is IncomingKind.BOUNCED
    assert several.names("B@X.example")
    assert not several.names("other@x.example")


def test_a_report_of_the_new_kind() -> None:
    """RFC 6533: the parser takes its status for a mail."""
    kind, body = multipart(
        "report",
        "Content-Type: text/plain\r\n\r\nSorry.",
        "Content-Type: message/global-delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {RECIPIENT}\r\nAction: failed\r\nStatus: 5.1.1\r\n",
        f"Content-Type: message/global-headers\r\n\r\nMessage-ID: {MESSAGE_ID}\r\n",
    )
    found = notice(mail(kind=kind, body=body))
    assert found.about(RECIPIENT).status == "5.1.1"
    assert found.names(RECIPIENT)
    assert found.message_ids == (MESSAGE_ID,)


def test_a_report_that_a_person_sends_on_is_a_reply() -> None:
    inner = sample("postfix_bounce")
    kind, body = multipart(
        "mixed",
        "Content-Type: text/plain; charset=utf-8\r\n\r\n이런 메일이 왔습니다.",
        b"Content-Type: message/rfc822\r\n\r\n" + inner,
    )
    read = parse(mail(kind=kind, body=body))
    assert (read.kind, read.notice) == (IncomingKind.REPLY, None)
    assert [file.filename for file in read.files] == ["message.eml"]
    # … and a person's mail is none because such a part stands in it.
    attached = report("Action: failed\r\nStatus: 5.1.1", kind="mixed;")
    assert parse(attached).kind is IncomingKind.REPLY


def test_a_machines_report_without_the_right_type_is_one() -> None:
    attached = report("Action: failed\r\nStatus: 5.1.1", kind="mixed;")
    from_server = attached.replace(b"From: office@", b"From: MAILER-DAEMON@")
    assert notice(from_server).about(None).status == "5.1.1"
    assert notice(b"Return-Path: <>\r\n" + attached).about(None).status == "5.1.1"


@pytest.mark.parametrize(
    ("text", "kind", "status"),
    [
        ("메일이 전송되지 못했습니다.", IncomingKind.BOUNCED, "5.0.0"),
        ("받는 사람의 메일함 용량이 초과되었습니다.", IncomingKind.BOUNCED, "5.2.2"),
        ("수신자를 찾을 수 없습니다. 550 5.1.1 no such user", IncomingKind.BOUNCED, "5.1.1"),
        ("메일이 반송되었습니다. 4.4.7", IncomingKind.BOUNCED, "4.4.7"),
        ("메일 발송이 지연되고 있습니다.", IncomingKind.DELAYED, "4.0.0"),
    ],
)
def test_what_korean_services_write_in_words(text: str, kind: IncomingKind, status: str) -> None:
    about = notice(mail("From: Mailer-Daemon@hiworks.example", body=text)).about(None)
    assert (about.kind, about.status) == (kind, status)
    by_subject = mail("Return-Path: <>", "Subject: [반송] 열린소통포럼", body=text)
    assert notice(by_subject).about(None).kind is kind


@pytest.mark.parametrize(
    "headers",
    [
        ("From: office@molit.example",),
        ("From: office@molit.example", "Subject: 발송 실패 안내"),
        ("From: postmaster-team@molit.example".replace("postmaster-", "post"),),
        ("Return-Path: <>", "Subject: 자동 회신: 결과"),
    ],
)
def test_the_same_words_of_a_person_are_none(headers: tuple[str, ...]) -> None:
    assert parse(mail(*headers, body="메일이 전송되지 못했습니다. 5.1.1")).notice is None


def test_a_server_that_says_nothing_known_is_an_automatic_reply_or_a_reply() -> None:
    assert parse(mail("From: postmaster@molit.example", body="안녕하세요.")).notice is None

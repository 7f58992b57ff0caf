"""The mailbox port: one contract for the Maildir and for IMAP, the latter with a real Dovecot."""

import gc
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from gongmun import wiring
from gongmun.mail.imap import ImapMailbox
from gongmun.mail.mailbox import InboxUnavailable, Mailbox, RawMail
from gongmun.mail.maildir import MaildirMailbox
from gongmun.settings import InboxSettings, TlsMode, settings
from tests.mail import dovecot
from tests.smtp_servers import HOST

pytestmark = pytest.mark.long

MAIL = "From: kim@molit.example\r\nSubject: =?utf-8?b?7ZqM7Iug?=\r\n\r\n{}\r\n"


def nothing_known(validity: str, uid: str) -> bool:
    return False


@dataclass(kw_only=True)
class Inbox:
    """A mailbox, and how a server puts mail into it."""

    mailbox: Mailbox
    maildir: Path
    count: int = 0

    def deliver(self, content: bytes) -> Path:
        self.count += 1
        path = self.maildir / "new" / f"17{self.count:06}.{uuid4().hex}.mail"
        (self.maildir / "tmp" / path.name).write_bytes(content)
        # Delivered one after the other, also on a file system whose clock is coarse.
        os.utime(self.maildir / "tmp" / path.name, (self.count, self.count))
        (self.maildir / "tmp" / path.name).rename(path)
        return path

    def files(self) -> list[str]:
        return sorted(
            path.name for folder in ("new", "cur") for path in (self.maildir / folder).iterdir()
        )


@pytest.fixture(scope="module")
def server() -> Iterator[dovecot.Dovecot]:
    if why := dovecot.reason():
        pytest.skip(why)
    with dovecot.running() as running:
        yield running


def imap_settings(server: dovecot.Dovecot, **changes: Any) -> InboxSettings:
    return InboxSettings(
        **{
            "host": HOST,
            "port": server.port,
            "username": dovecot.USER,
            "password": dovecot.PASSWORD,
            "tls": TlsMode.NONE,
            "test_server": True,
            "address": "forum@participation.example",
            "timeout": 5,
            **changes,
        }
    )


@pytest.fixture(params=["maildir", "imap"])
def inbox(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Inbox]:
    """Each kind of mailbox, empty."""
    if request.param == "maildir":
        for name in ("new", "cur", "tmp"):
            (tmp_path / "inbox" / name).mkdir(parents=True)
        yield Inbox(mailbox=MaildirMailbox(tmp_path / "inbox"), maildir=tmp_path / "inbox")
        return
    running: dovecot.Dovecot = request.getfixturevalue("server")
    yield Inbox(mailbox=ImapMailbox(imap_settings(running)), maildir=running.maildir)
    for folder in ("new", "cur"):
        for path in (running.maildir / folder).iterdir():
            path.unlink()


def contents(mails: Iterator[RawMail]) -> list[bytes]:
    return [mail.content for mail in mails]


def test_an_empty_mailbox_gives_nothing(inbox: Inbox) -> None:
    assert list(inbox.mailbox.new(nothing_known)) == []


def test_mails_come_whole_and_oldest_first(inbox: Inbox) -> None:
    sent = [MAIL.format(text).encode("cp949") for text in ("하나", "둘\r\n.\r\n", "From 셋")]
    sent.append(MAIL.format("").encode() + bytes(set(range(1, 256)) - {10, 13}))
    for content in sent:
        inbox.deliver(content)
    assert contents(inbox.mailbox.new(nothing_known)) == sent


def test_a_mail_is_the_same_each_time_and_a_known_one_is_not_fetched(inbox: Inbox) -> None:
    inbox.deliver(MAIL.format("하나").encode())
    first = list(inbox.mailbox.new(nothing_known))
    assert list(inbox.mailbox.new(nothing_known)) == first
    known = {(mail.uid_validity, mail.uid) for mail in first}
    inbox.deliver(MAIL.format("둘").encode())
    (second,) = inbox.mailbox.new(lambda validity, uid: (validity, uid) in known)
    assert second.content == MAIL.format("둘").encode()
    assert (second.uid_validity, second.uid) not in known


def test_a_mail_has_arrived_when_the_mailbox_got_it(inbox: Inbox) -> None:
    """Not when the sender says, in the header or in a body that looks like the server's answer."""
    claims = 'Date: Mon, 01 Jan 2001 00:00:00 +0000\r\nSubject: x\r\n\r\nINTERNALDATE "01-Jan-2001 00:00:00 +0000"'
    path = inbox.deliver(f"{claims}\r\n".encode())
    moment = datetime(2026, 10, 29, 8, 58, 1, tzinfo=UTC)
    os.utime(path, (moment.timestamp(), moment.timestamp()))
    (mail,) = inbox.mailbox.new(nothing_known)
    assert mail.arrived_at == moment
    path.rename(inbox.maildir / "cur" / f"{path.name}:2,S")  # somebody has read it
    (mail,) = inbox.mailbox.new(nothing_known)
    assert mail.arrived_at == moment


def test_nothing_in_the_mailbox_is_changed(inbox: Inbox) -> None:
    path = inbox.deliver(MAIL.format("하나").encode())
    contents(inbox.mailbox.new(nothing_known))
    assert inbox.files() == [path.name]  # no flag, which would stand after `:2,`


def test_it_does_not_matter_that_somebody_has_read_a_mail(inbox: Inbox) -> None:
    path = inbox.deliver(MAIL.format("하나").encode())
    before = list(inbox.mailbox.new(nothing_known))
    path.rename(inbox.maildir / "cur" / f"{path.name}:2,RS")
    assert list(inbox.mailbox.new(nothing_known)) == before


def test_a_mail_that_was_deleted_meanwhile_is_left_out(inbox: Inbox) -> None:
    first = inbox.deliver(MAIL.format("하나").encode())
    second = inbox.deliver(MAIL.format("둘").encode())
    third = inbox.deliver(MAIL.format("셋").encode())
    mails = inbox.mailbox.new(nothing_known)
    assert next(mails).content == first.read_bytes()
    second.unlink()
    assert third.read_bytes() in contents(mails)


def test_who_stops_early_leaves_nothing_open(inbox: Inbox) -> None:
    for _ in range(3):
        inbox.deliver(MAIL.format("하나").encode())
    mails = inbox.mailbox.new(nothing_known)
    next(mails)
    mails.close()  # type: ignore[attr-defined]
    del mails
    gc.collect()  # an open socket would be told of, and warnings are errors
    assert len(contents(inbox.mailbox.new(nothing_known))) == 3


def test_a_large_mail_comes_whole(inbox: Inbox) -> None:
    content = MAIL.format("가" * 100).encode() + b"x" * 76 * 100_000
    inbox.deliver(content)
    (mail,) = inbox.mailbox.new(nothing_known)
    assert mail.content == content


def test_two_at_once_read_the_same(inbox: Inbox) -> None:
    for number in range(20):
        inbox.deliver(MAIL.format(number).encode())
    found: list[list[bytes]] = []
    threads = [
        threading.Thread(target=lambda: found.append(contents(inbox.mailbox.new(nothing_known))))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2
    assert found[0] == found[1]
    assert len(found[0]) == 20


def test_one_file_that_cannot_be_read_stops_no_other_and_is_told_of(tmp_path: Path) -> None:
    for name in ("new", "cur"):
        (tmp_path / name).mkdir()
    (tmp_path / "new" / "1.locked").symlink_to("/proc/self/mem")  # not even root can read it
    (tmp_path / "new" / "2.good").write_bytes(b"good")
    (tmp_path / "new" / ".hidden").write_bytes(b"no mail")
    (tmp_path / "new" / "3.folder").mkdir()
    taken: list[RawMail] = []
    with pytest.raises(InboxUnavailable, match="1 files"):
        _collected(MaildirMailbox(tmp_path), taken)
    assert [mail.content for mail in taken] == [b"good"]


def test_a_maildir_that_is_not_there_is_told_of(tmp_path: Path) -> None:
    with pytest.raises(InboxUnavailable) as told:
        list(MaildirMailbox(tmp_path / "none").new(nothing_known))
    assert told.value.retryable


@pytest.mark.parametrize("tls", [TlsMode.IMPLICIT, TlsMode.STARTTLS])
def test_tls_is_spoken_and_the_certificate_is_verified(
    server: dovecot.Dovecot, tls: TlsMode, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = server.tls_port if tls is TlsMode.IMPLICIT else server.port
    mailbox = ImapMailbox(imap_settings(server, tls=tls, port=port))
    with pytest.raises(InboxUnavailable, match="CERTIFICATE_VERIFY_FAILED"):
        list(mailbox.new(nothing_known))
    gc.collect()
    monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
    assert list(mailbox.new(nothing_known)) == []


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"password": "wrong"}, "AUTHENTICATIONFAILED"),
        ({"password": "틀린 비밀번호"}, "AUTHENTICATIONFAILED"),
        ({"folder": "없는 편지함"}, "Mailbox doesn't exist"),
        ({"host": "no such host"}, "mail.inbox_unavailable"),
        ({"port": 1}, "refused"),
    ],
)
def test_what_is_set_wrongly_is_told_without_the_password(
    server: dovecot.Dovecot, changes: dict[str, Any], reason: str
) -> None:
    mailbox = ImapMailbox(imap_settings(server, **changes))
    with pytest.raises(InboxUnavailable, match=reason) as told:
        list(mailbox.new(nothing_known))
    assert str(changes.get("password")) not in str(told.value)
    gc.collect()


@contextmanager
def server_that(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """Somebody who is no IMAP server, for one connection."""
    with socket.create_server((HOST, 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                answer(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            thread.join()


def _silent(connection: socket.socket) -> None:
    connection.recv(1)  # until the other side gives up


def _nonsense(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def _leaving(connection: socket.socket) -> None:
    connection.sendall(b"* BYE overloaded\r\n")


def _without_validity(connection: socket.socket) -> None:
    with connection.makefile("rwb") as stream:
        stream.write(b"* OK [CAPABILITY IMAP4rev1] here\r\n")
        stream.flush()
        for line in stream:
            tag, command = line.split()[:2]
            if command == b"CAPABILITY":
                stream.write(b"* CAPABILITY IMAP4rev1\r\n")
            if command == b"LOGOUT":
                stream.write(b"* BYE\r\n")
            stream.write(tag + b" OK done\r\n")
            stream.flush()


@pytest.mark.parametrize("answer", [_silent, _nonsense, _leaving, _without_validity])
def test_a_server_that_is_none_is_given_up_after_the_time_out(
    answer: Callable[[socket.socket], None],
) -> None:
    with server_that(answer) as port:
        mailbox = ImapMailbox(
            InboxSettings(
                host=HOST,
                port=port,
                username="x",
                password="y",
                tls=TlsMode.NONE,
                test_server=True,
                address="forum@participation.example",
                timeout=0.3,
            )
        )
        with pytest.raises(InboxUnavailable):
            list(mailbox.new(nothing_known))
        gc.collect()


def _one_refused(connection: socket.socket) -> None:
    """Three mails, of which the second cannot be given."""
    with connection.makefile("rwb") as stream:
        stream.write(b"* OK [CAPABILITY IMAP4rev1] here\r\n")
        stream.flush()
        for line in stream:
            tag, command, *rest = line.split()
            done = b" OK done\r\n"
            if command == b"CAPABILITY":
                stream.write(b"* CAPABILITY IMAP4rev1\r\n")
            elif command == b"EXAMINE":
                stream.write(b"* 3 EXISTS\r\n* OK [UIDVALIDITY 7] here\r\n")
            elif rest[:1] == [b"SEARCH"]:
                stream.write(b"* SEARCH 12 9 10\r\n")
            elif rest[:1] == [b"FETCH"]:
                assert b"BODY.PEEK[]" in line
                if rest[1] == b"10":
                    done = b" NO [SERVERBUG] corrupt\r\n"
                else:
                    body = b"mail " + rest[1]
                    stream.write(b"* 1 FETCH (FLAGS ())\r\n")
                    stream.write(
                        b"* 1 FETCH (UID %s BODY[] {%d}\r\n%s)\r\n" % (rest[1], len(body), body)
                    )
            elif command == b"LOGOUT":
                stream.write(b"* BYE\r\n")
            stream.write(tag + done)
            stream.flush()


def test_one_mail_that_cannot_be_fetched_stops_no_other_and_is_told_of() -> None:
    with server_that(_one_refused) as port:
        mailbox = ImapMailbox(
            InboxSettings(
                host=HOST,
                port=port,
                username="x",
                password="y",
                tls=TlsMode.NONE,
                test_server=True,
                address="forum@participation.example",
                timeout=5,
            )
        )
        taken: list[RawMail] = []
        with pytest.raises(InboxUnavailable, match="1 mails"):
            _collected(mailbox, taken)
        assert [(mail.uid_validity, mail.uid, mail.content) for mail in taken] == [
            ("7", "9", b"mail 9"),
            ("7", "12", b"mail 12"),
        ]
        gc.collect()


def _collected(mailbox: Mailbox, taken: list[RawMail]) -> None:
    for mail in mailbox.new(nothing_known):
        taken.append(mail)


def test_the_inbox_of_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert wiring.inbox() is None
    inbox = settings().inbox
    monkeypatch.setattr(inbox, "maildir", tmp_path)
    maildir = wiring.inbox()
    assert isinstance(maildir, MaildirMailbox)
    monkeypatch.setattr(inbox, "maildir", None)
    monkeypatch.setattr(inbox, "host", "Imap.Example")
    monkeypatch.setattr(inbox, "username", "forum")
    imap = wiring.inbox()
    assert isinstance(imap, ImapMailbox)
    assert imap.name == "imap:forum@imap.example/INBOX"
    assert maildir.name != imap.name

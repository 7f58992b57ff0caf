"""Collecting and reading: once each, whatever happens, and one bad mail stops no other."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from gongmun import ledger
from gongmun.db import Database
from gongmun.documents import LocalStore
from gongmun.documents.store import StoreUnavailable
from gongmun.mail import Dispatch, collecting, incoming
from gongmun.mail.collecting import CollectReport, collect, read
from gongmun.mail.mailbox import InboxUnavailable, IsKnown, RawMail
from gongmun.mail.maildir import MaildirMailbox
from gongmun.mail.models import IncomingKey, IncomingKind, IncomingMail
from gongmun.settings import settings
from tests.mail.conftest import Put
from tests.mail.mails import INBOX, MESSAGE_ID, TOKEN, mail, multipart, sample, samples
from tests.postgresql import ON_BOTH, ON_SQLITE

# Which kinds of database: see tests/conftest.py.
pytestmark = ON_SQLITE


@pytest.fixture(autouse=True)
def inbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings().inbox, "maildir", Path("/var/mail/reply"))
    monkeypatch.setattr(settings().inbox, "address", INBOX)


@dataclass(kw_only=True)
class Lying:
    """A mailbox in memory: (validity, uid, content), and where it breaks off."""

    mails: list[tuple[str, str, bytes]]
    name: str = "imap:forum@mail.example/INBOX"
    breaks_after: int | None = None
    fetched: list[str] = field(default_factory=list)

    def new(self, is_known: IsKnown) -> Iterator[RawMail]:
        for number, (validity, uid, content) in enumerate(self.mails):
            if number == self.breaks_after:
                raise InboxUnavailable(reason="gone")
            if not is_known(validity, uid):
                self.fetched.append(uid)
                yield RawMail(uid_validity=validity, uid=uid, content=content)


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "received", ending="")


def rows(db: Database) -> list[IncomingMail]:
    with db.reading() as session:
        return list(session.scalars(select(IncomingMail).order_by(IncomingMail.id)))


def only(db: Database) -> IncomingMail:
    (row,) = rows(db)
    return row


def keys(db: Database) -> int:
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(IncomingKey)) or 0


def take(db: Database, store: LocalStore, now: datetime, *contents: bytes) -> None:
    """Collect these mails and read them."""
    collect(
        db,
        mailbox=Lying(mails=[("1", str(n), content) for n, content in enumerate(contents)]),
        keep=store.put,
        now=now,
    )
    read(db, raw=store.get, keep=store.put, now=now)


def with_token(db: Database, dispatch: Dispatch, **values: object) -> None:
    with db.transaction() as session:
        row = session.get_one(Dispatch, dispatch.id)
        for name, value in {"token": TOKEN, **values}.items():
            setattr(row, name, value)


@ON_BOTH
def test_a_mail_is_collected_once(db: Database, store: LocalStore, now: datetime) -> None:
    box = Lying(mails=[("1", "1", sample("naver_reply")), ("1", "2", sample("gmail_reply"))])
    assert collect(db, mailbox=box, keep=store.put, now=now) == CollectReport(new=2, again=0)
    assert collect(db, mailbox=box, keep=store.put, now=now) == CollectReport(new=0, again=0)
    assert box.fetched == ["1", "2"]
    first, second = rows(db)
    assert (first.kind, first.collected_at, first.size) == (None, now, len(sample("naver_reply")))
    assert store.get(second.raw_sha256) == sample("gmail_reply")
    with db.reading() as session:
        assert [e.kind for e in ledger.history(session, "incoming_mail", first.id)] == [
            "mail.collected"
        ]


@pytest.mark.parametrize(("hours", "expected"), [(-5, -5), (5, 0), (None, 0)])
def test_a_mail_arrived_when_the_mailbox_says_but_not_after_it_was_collected(
    db: Database, store: LocalStore, now: datetime, hours: int | None, expected: int
) -> None:
    @dataclass
    class Saying:
        name = "imap:forum@mail.example/INBOX"

        def new(self, is_known: IsKnown) -> Iterator[RawMail]:
            since = None if hours is None else now + timedelta(hours=hours)
            yield RawMail(
                uid_validity="1", uid="1", content=sample("naver_reply"), arrived_at=since
            )

    collect(db, mailbox=Saying(), keep=store.put, now=now)
    row = only(db)
    assert (row.arrived_at, row.collected_at) == (now + timedelta(hours=expected), now)


@ON_BOTH
def test_the_same_bytes_elsewhere_are_the_same_mail(
    db: Database, store: LocalStore, now: datetime
) -> None:
    """The server numbered anew, the folder was moved, a copy came twice."""
    content = sample("naver_reply")
    for box in (
        Lying(mails=[("1", "1", content), ("1", "2", content)]),
        Lying(mails=[("2", "1", content)]),
        Lying(mails=[("1", "1", content)], name="maildir:/var/mail"),
    ):
        collect(db, mailbox=box, keep=store.put, now=now)
        report = collect(db, mailbox=box, keep=store.put, now=now)
        assert report == CollectReport(new=0, again=0)
    assert only(db).size == len(content)
    assert keys(db) == 4


@ON_BOTH
def test_another_mail_under_an_old_number_is_new(
    db: Database, store: LocalStore, now: datetime
) -> None:
    collect(db, mailbox=Lying(mails=[("1", "1", b"A: 1\r\n\r\n")]), keep=store.put, now=now)
    collect(db, mailbox=Lying(mails=[("2", "1", b"A: 2\r\n\r\n")]), keep=store.put, now=now)
    assert len(rows(db)) == 2


def test_what_came_before_a_break_is_kept(db: Database, store: LocalStore, now: datetime) -> None:
    mails = [("1", str(n), mail(f"Subject: {n}")) for n in range(3)]
    broken = Lying(mails=mails, breaks_after=2)
    with pytest.raises(InboxUnavailable):
        collect(db, mailbox=broken, keep=store.put, now=now)
    assert len(rows(db)) == 2
    report = collect(db, mailbox=Lying(mails=mails), keep=store.put, now=now)
    assert report == CollectReport(new=1, again=0)


def test_the_raw_mail_is_kept_before_it_is_noted(
    db: Database, store: LocalStore, now: datetime
) -> None:
    def full(content: bytes) -> str:
        raise StoreUnavailable(reason="full")

    box = Lying(mails=[("1", "1", sample("naver_reply"))])
    with pytest.raises(StoreUnavailable):
        collect(db, mailbox=box, keep=full, now=now)
    assert (rows(db), keys(db)) == ([], 0)
    assert collect(db, mailbox=box, keep=store.put, now=now).new == 1


@ON_BOTH
def test_two_collectors_at_once_take_each_mail_once(
    db: Database, store: LocalStore, now: datetime
) -> None:
    names = samples()
    boxes = [
        Lying(mails=[("1", name, sample(name)) for name in order])
        for order in (names, names, names[::-1])
    ]
    reports: list[CollectReport] = []

    def work(box: Lying) -> None:
        reports.append(collect(db, mailbox=box, keep=store.put, now=now))
        read(db, raw=store.get, keep=store.put, now=now)

    threads = [threading.Thread(target=work, args=(box,)) for box in boxes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(report.new for report in reports) == len(names)
    assert len(rows(db)) == keys(db) == len(names)
    with db.reading() as session:
        assert ledger.verify(session) == 2 * len(names)  # collected once, read once


def test_a_real_maildir(db: Database, store: LocalStore, now: datetime, tmp_path: Path) -> None:
    for folder in ("new", "cur", "tmp"):
        (tmp_path / "inbox" / folder).mkdir(parents=True)
    for name in samples():
        (tmp_path / "inbox" / "new" / name).write_bytes(sample(name))
    box = MaildirMailbox(tmp_path / "inbox")
    assert collect(db, mailbox=box, keep=store.put, now=now).new == len(samples())
    assert collect(db, mailbox=box, keep=store.put, now=now).new == 0


@ON_BOTH
def test_what_is_read_of_a_reply(db: Database, store: LocalStore, now: datetime) -> None:
    take(db, store, now, sample("naver_reply"))
    row = only(db)
    assert row.kind is IncomingKind.REPLY
    assert (row.read_at, row.handled_at, row.dispatch_id) == (now, None, None)
    assert row.sender == "office@molit.example"
    assert row.tokens == [TOKEN]
    assert row.references == [MESSAGE_ID]
    assert row.text is not None
    assert row.shown is not None
    assert "Original Message" in row.text
    assert "Original Message" not in row.shown
    (file,) = row.attachments
    assert file["filename"] == "검토의견서(대중교통과).pdf"
    assert file["size"] == len(store.get(file["sha256"])) == 15
    with db.reading() as session:
        _, event = ledger.history(session, "incoming_mail", row.id)
    assert (event.kind, event.data) == ("mail.read", {"what": "reply", "dispatch": None})


@ON_BOTH
def test_reading_again_changes_nothing(db: Database, store: LocalStore, now: datetime) -> None:
    take(db, store, now, *(sample(name) for name in samples()))
    before = [(row.id, row.kind, row.read_at) for row in rows(db)]
    assert read(db, raw=store.get, keep=store.put, now=now).read == 0
    assert [(row.id, row.kind, row.read_at) for row in rows(db)] == before


@ON_BOTH
def test_mails_beyond_one_batch_are_read(
    db: Database, store: LocalStore, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collecting, "_BATCH", 2)
    take(db, store, now, *(mail(f"Subject: {n}") for n in range(7)))
    assert [row.subject for row in rows(db)] == [str(n) for n in range(7)]


@ON_BOTH
def test_bad_mails_stop_no_other(
    db: Database, store: LocalStore, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = mail("Subject: large", body="x" * 10_000)
    monkeypatch.setattr(incoming, "LARGEST", 9_000)
    deep = b"Subject: deep\r\n" + b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(100)
    )
    bad = [b"", b"\x00\xff" * 500, large, deep]
    take(db, store, now, *bad, sample("hiworks_reply"))
    *unreadable, good = rows(db)
    assert {row.kind for row in unreadable} == {IncomingKind.UNREADABLE}
    assert [row.subject for row in unreadable] == ["", "", "large", "deep"]
    assert all(row.diagnosis for row in unreadable)
    assert unreadable[2].tokens == [TOKEN]
    assert store.get(unreadable[2].raw_sha256) == large
    assert good.kind is IncomingKind.REPLY


@ON_BOTH
def test_whatever_breaks_the_parser_stops_no_other(
    db: Database, store: LocalStore, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    text_of = incoming.html_text

    def breaking(page: str) -> str:
        if "bomb" in page:
            raise RecursionError
        return text_of(page)

    monkeypatch.setattr(incoming, "html_text", breaking)
    take(
        db, store, now, mail(body="<p>bomb", kind="text/html"), mail(body="<p>ok", kind="text/html")
    )
    assert [(row.kind, row.diagnosis) for row in rows(db)] == [
        (IncomingKind.UNREADABLE, "RecursionError"),
        (IncomingKind.REPLY, None),
    ]


def test_a_raw_mail_that_was_lost_or_changed_is_told_of(
    db: Database, store: LocalStore, now: datetime
) -> None:
    box = Lying(mails=[("1", str(n), mail(f"Subject: {n}")) for n in range(3)])
    collect(db, mailbox=box, keep=store.put, now=now)
    lost, changed, _ = rows(db)
    store.path(lost.raw_sha256).unlink()
    store.path(changed.raw_sha256).write_bytes(b"Subject: forged\r\n\r\n")
    read(db, raw=store.get, keep=store.put, now=now)
    assert [row.diagnosis for row in rows(db)] == [
        "documents.file_missing",
        "documents.file_changed",
        None,
    ]


def test_a_store_that_does_not_answer_is_no_fault_of_the_mail(
    db: Database, store: LocalStore, now: datetime
) -> None:
    collect(db, mailbox=Lying(mails=[("1", "1", mail())]), keep=store.put, now=now)

    def gone(sha256: str) -> bytes:
        raise StoreUnavailable(reason="gone")

    with pytest.raises(StoreUnavailable):
        read(db, raw=gone, keep=store.put, now=now)
    assert only(db).kind is None


@ON_BOTH
def test_hostile_characters_can_be_stored(db: Database, store: LocalStore, now: datetime) -> None:
    kind, body = multipart(
        "mixed",
        b"Content-Type: text/plain; charset=utf-8\r\n\r\na\x00b\xed\xa0\x80c",
        b'Content-Type: x/y; name="a\x00\xed\xa0\x80\r\n b"\r\n\r\nx\x00',
    )
    headers = (
        "Subject: \udced\udca0\udc80\x00",
        "From: <\udcff@x\x00.example>",
        "Message-ID: <" + "x" * 890 + ">",
    )
    take(db, store, now, mail(*headers, kind=kind, body=body))
    row = only(db)
    assert row.kind is IncomingKind.REPLY
    assert row.text is not None
    assert "\x00" not in row.text


@ON_BOTH
@pytest.mark.parametrize(
    ("name", "kind", "status"),
    [
        ("postfix_bounce", IncomingKind.BOUNCED, "5.1.1"),
        ("postfix_delayed", IncomingKind.DELAYED, "4.4.1"),
        ("postfix_delivered", IncomingKind.DELIVERED, "2.0.0"),
        ("mailbox_full", IncomingKind.BOUNCED, "5.2.2"),
        ("naver_bounce", IncomingKind.BOUNCED, "5.1.1"),
        ("qmail_bounce", IncomingKind.BOUNCED, "5.1.1"),
    ],
)
def test_a_notice_finds_its_dispatch_by_the_token(
    db: Database,
    store: LocalStore,
    now: datetime,
    put: Put,
    name: str,
    kind: IncomingKind,
    status: str,
) -> None:
    put(key="other")
    dispatch = put()
    with_token(db, dispatch)
    take(db, store, now, sample(name))
    row = only(db)
    assert (row.kind, row.dispatch_id, row.diagnosis) == (kind, dispatch.id, status)
    assert row.handled_at is None


def test_a_notice_finds_its_dispatch_by_what_came_back(
    db: Database, store: LocalStore, now: datetime, put: Put
) -> None:
    dispatch = put()
    with_token(db, dispatch, token="0" * 16, message_id=MESSAGE_ID)
    take(db, store, now, sample("bounce_without_token"))
    assert only(db).dispatch_id == dispatch.id


@pytest.mark.parametrize(
    "forge",
    [
        lambda content: content,  # neither our token nor our Message-ID
        lambda content: content.replace(MESSAGE_ID.encode(), b"<another@participation.example>"),
    ],
)
def test_a_notice_of_no_mail_of_ours_is_believed_nothing(
    db: Database, store: LocalStore, now: datetime, put: Put, forge: Callable[[bytes], bytes]
) -> None:
    put()
    report = forge(sample("postfix_bounce"))
    collect(db, mailbox=Lying(mails=[("1", "1", report)]), keep=store.put, now=now)
    assert read(db, raw=store.get, keep=store.put, now=now).unknown == 1
    assert (only(db).kind, only(db).dispatch_id) == (IncomingKind.BOUNCED, None)


@ON_BOTH
def test_a_message_id_alone_is_not_enough_for_another_recipient(
    db: Database, store: LocalStore, now: datetime, put: Put
) -> None:
    """Whoever knows an id of ours cannot make another ministry's mail bounce."""
    dispatch = put(address="other@me.example")
    with_token(db, dispatch, token="0" * 16, message_id=MESSAGE_ID)
    take(db, store, now, sample("bounce_without_token"))
    assert only(db).dispatch_id is None


def test_an_out_of_office_note_with_a_token_is_no_notice(
    db: Database, store: LocalStore, now: datetime, put: Put
) -> None:
    with_token(db, put())
    take(db, store, now, sample("exchange_out_of_office"), sample("naver_absence"))
    assert [(row.kind, row.dispatch_id) for row in rows(db)] == [
        (IncomingKind.AUTO_REPLY, None)
    ] * 2

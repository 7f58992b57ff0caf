"""What is due is sent once; each way a send can go wrong leaves the row where it belongs."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from threading import Barrier, Semaphore, get_ident

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.db import Database
from gongmun.errors import NotFound
from gongmun.mail import Attachment, Dispatch, DispatchReport, RecoveryReport, dispatch_due
from gongmun.mail.dispatching import Fill
from gongmun.mail.life import Status
from gongmun.mail.mailer import Connection, FakeMailer, Notices, RelayUnreachable, Reply
from gongmun.mail.message import BLANK
from gongmun.mail.models import HoldReason
from gongmun.settings import settings
from tests.mail.conftest import Put
from tests.postgresql import ON_BOTH, ON_SQLITE

# Which kinds of database: see tests/conftest.py.
pytestmark = ON_SQLITE

ADDRESS = "office@molit.example"
NOTHING = RecoveryReport()
Reload = Callable[[Dispatch], Dispatch]


@dataclass
class Files:
    """A store of documents in memory that counts how often each is read."""

    contents: dict[str, bytes]
    reads: Counter[str]

    def add(self, data: bytes) -> Attachment:
        sha256 = hashlib.sha256(data).hexdigest()
        self.contents[sha256] = data
        return Attachment(filename="1234.pdf", media_type="application/pdf", sha256=sha256)

    def __call__(self, sha256: str) -> bytes:
        self.reads[sha256] += 1
        if sha256 not in self.contents:
            raise NotFound(thing_ko=sha256, thing_en=sha256)
        return self.contents[sha256]


@pytest.fixture
def files() -> Files:
    return Files({}, Counter())


Send = Callable[..., DispatchReport]


@pytest.fixture
def send(db: Database, files: Files, now: datetime) -> Send:
    def sent(
        mailer: object, at: datetime = now, limit: int = 100, fill: Fill | None = None
    ) -> DispatchReport:
        return dispatch_due(
            db,
            mailer=mailer,  # type: ignore[arg-type]
            attachments=files,
            now=at,
            owner="test",
            limit=limit,
            fill=fill,
        )

    return sent


@ON_BOTH
def test_due_mail_is_sent_once(
    db: Database, put: Put, send: Send, reload: Reload, files: Files, now: datetime
) -> None:
    pdf = files.add(b"%PDF-1.7")
    dispatch = put(attachments=(pdf,))
    mailer = FakeMailer()
    assert send(mailer) == DispatchReport(recovered=NOTHING, accepted=1)
    assert send(mailer) == DispatchReport(recovered=NOTHING)
    [(recipient, raw)] = mailer.sent
    message = message_from_bytes(raw, policy=policy.default)
    assert recipient == ADDRESS
    assert message["Message-ID"] == dispatch.message_id
    assert [part.get_content() for part in message.iter_attachments()] == [b"%PDF-1.7"]
    row = reload(dispatch)
    assert (row.status, row.attempts, row.accepted_at, row.relay_reply) == (
        Status.ACCEPTED,
        1,
        now,
        "250 ok",
    )
    assert (row.owner, row.lease_until) == (None, None)
    with db.reading() as session:
        kinds = [event.kind for event in ledger.history(session, "dispatch", dispatch.id)]
        ledger.verify(session)
    assert kinds == ["mail.queued", "mail.accepted"]


def test_each_dispatcher_tells_of_what_it_sent_itself(put: Put, send: Send) -> None:
    dispatches = [put(key=str(number)) for number in range(3)]
    mine, others = FakeMailer(), FakeMailer()
    first, second = send(mine, limit=2), send(others)
    assert (len(first.sent), len(second.sent)) == (2, 1)
    assert {*first.sent, *second.sent} == {each.id for each in dispatches}


@ON_BOTH
def test_what_is_not_due_waits_and_what_is_long_due_goes_first(
    put: Put, send: Send, now: datetime
) -> None:
    first, second = put(key="1", address="a@x.example"), put(key="2", address="b@x.example")
    mailer = FakeMailer()
    assert send(mailer, now - timedelta(seconds=1)).accepted == 0
    assert send(mailer, now + timedelta(days=365), limit=1).accepted == 1
    assert send(mailer, now + timedelta(days=365), limit=1).accepted == 1
    assert [recipient for recipient, _ in mailer.sent] == [first.address, second.address]


def test_a_file_is_read_once_for_all_messages_of_a_batch(
    put: Put, send: Send, files: Files
) -> None:
    shared, own = files.add(b"shared"), files.add(b"own")
    for number in range(5):
        put(key=str(number), attachments=(shared, own) if number == 2 else (shared,))
    mailer = FakeMailer()
    assert send(mailer).accepted == 5
    assert files.reads == {shared.sha256: 1, own.sha256: 1}


@ON_BOTH
@pytest.mark.parametrize("lost", ["missing", "changed"])
def test_an_unreadable_attachment_holds_its_message_only(
    put: Put, send: Send, reload: Reload, files: Files, lost: str
) -> None:
    pdf = files.add(b"%PDF")
    bad = put(key="bad", attachments=(pdf,))
    good = put(key="good", address="good@x.example")
    if lost == "missing":
        del files.contents[pdf.sha256]
    else:
        files.contents[pdf.sha256] = b"%PDF forged"
    mailer = FakeMailer()
    assert send(mailer) == DispatchReport(recovered=NOTHING, accepted=1, held=1)
    row = reload(bad)
    assert (row.status, row.hold_reason) == (Status.HELD, HoldReason.ATTACHMENT_UNREADABLE)
    assert pdf.sha256 in (row.last_error or "")
    assert reload(good).status is Status.ACCEPTED


def test_an_address_gone_bad_in_the_table_holds_its_message_only(
    db: Database, put: Put, send: Send, reload: Reload
) -> None:
    bad, good = put(key="bad"), put(key="good")
    with db.transaction() as session:
        session.execute(
            update(Dispatch)
            .where(Dispatch.id == bad.id)
            .values(address="a@x.example>\r\nRCPT TO:<b@x.example")
        )
    mailer = FakeMailer()
    assert send(mailer) == DispatchReport(recovered=NOTHING, accepted=1, held=1)
    assert reload(bad).hold_reason is HoldReason.BAD_ADDRESS
    assert reload(good).status is Status.ACCEPTED


@pytest.mark.parametrize("stage", ["refusing", "refusing_data"])
def test_a_5xx_fails_and_names_the_reply(put: Put, send: Send, reload: Reload, stage: str) -> None:
    bad, good = put(key="bad"), put(key="good", address="good@x.example")
    mailer = FakeMailer(**{stage: {ADDRESS: 550}})
    assert send(mailer) == DispatchReport(recovered=NOTHING, accepted=1, failed=1)
    assert (reload(bad).status, reload(bad).last_error) == (Status.FAILED, "550 fake")
    assert reload(good).status is Status.ACCEPTED


@pytest.mark.parametrize("stage", ["refusing", "refusing_data"])
def test_a_4xx_is_tried_again_until_72_hours_are_over(
    put: Put, send: Send, reload: Reload, now: datetime, stage: str
) -> None:
    dispatch = put()
    mailer = FakeMailer(**{stage: {ADDRESS: 451}})
    at, tries = now, 0
    while reload(dispatch).status is Status.QUEUED:
        report = send(mailer, at)
        tries += 1
        assert report.retried + report.failed == 1
        assert send(mailer, at) == DispatchReport(recovered=NOTHING)  # not before its time
        at = reload(dispatch).next_attempt_at or at
    assert reload(dispatch).status is Status.FAILED
    assert reload(dispatch).attempts == tries
    assert at == now + timedelta(hours=72)


def test_after_an_outage_of_our_own_a_greylisted_mail_has_its_72_hours(
    put: Put, send: Send, reload: Reload, now: datetime
) -> None:
    dispatch = put()
    late = now + timedelta(days=10)
    assert send(FakeMailer(refusing={ADDRESS: 450}), late).retried == 1
    assert reload(dispatch).next_attempt_at is not None
    assert send(FakeMailer(), late + timedelta(hours=1)).accepted == 1


def test_a_cut_before_the_message_is_tried_again(put: Put, send: Send, reload: Reload) -> None:
    bad, good = put(key="bad"), put(key="good", address="good@x.example")
    mailer = FakeMailer(cutting=frozenset({ADDRESS}))
    assert send(mailer) == DispatchReport(recovered=NOTHING, accepted=1, retried=1)
    assert reload(bad).status is Status.QUEUED
    assert reload(good).status is Status.ACCEPTED


def test_a_cut_within_the_message_is_uncertain_and_never_sent_again_by_itself(
    put: Put, send: Send, reload: Reload, now: datetime
) -> None:
    bad, good = put(key="bad"), put(key="good", address="good@x.example")
    mailer = FakeMailer(cutting_data=frozenset({ADDRESS}))
    assert send(mailer) == DispatchReport(recovered=NOTHING, accepted=1, uncertain=1)
    assert reload(bad).status is Status.UNCERTAIN
    assert reload(good).status is Status.ACCEPTED
    assert send(FakeMailer(), now + timedelta(days=30)) == DispatchReport(recovered=NOTHING)


@ON_BOTH
def test_a_relay_out_of_reach_returns_the_whole_batch_and_says_why(
    db: Database, put: Put, send: Send, reload: Reload
) -> None:
    dispatches = [put(key=str(number)) for number in range(3)]
    report = send(FakeMailer(reachable=False))
    assert (report.returned, report.accepted) == (3, 0)
    assert report.trouble is not None
    assert report.trouble.retryable
    for dispatch in map(reload, dispatches):
        assert (dispatch.status, dispatch.owner, dispatch.attempts) == (Status.QUEUED, None, 0)
        assert dispatch.last_error == "fake"
    assert send(FakeMailer()).accepted == 3
    assert reload(dispatches[0]).last_error is None


def test_nothing_is_connected_when_nothing_is_due(send: Send) -> None:
    assert send(FakeMailer(reachable=False)) == DispatchReport(recovered=NOTHING)


class _Interrupting:
    """A mailer in whose envelope something else happens to the rows."""

    connections = 1

    def __init__(self, happening: Callable[[], None]) -> None:
        self.sent = 0
        self._happening = happening

    @contextmanager
    def connection(self) -> Iterator["_Interrupting"]:
        yield self

    def envelope(self, sender: str, recipient: str, notices: Notices | None = None) -> None:
        self._happening()

    def data(self, message: bytes) -> Reply:
        self.sent += 1
        return Reply(code=250, text="ok")


@ON_BOTH
def test_a_dispatcher_whose_lease_was_taken_over_does_not_send(
    db: Database, put: Put, send: Send, reload: Reload
) -> None:
    dispatch = put()

    def take_over() -> None:
        with db.transaction() as session:
            session.execute(update(Dispatch).values(owner="somebody else"))

    mailer = _Interrupting(take_over)
    assert send(mailer) == DispatchReport(recovered=NOTHING, skipped=1)
    assert mailer.sent == 0
    assert (reload(dispatch).status, reload(dispatch).owner) == (Status.CLAIMED, "somebody else")


@ON_BOTH
def test_sending_is_committed_before_the_message_goes(
    db: Database, put: Put, send: Send, reload: Reload
) -> None:
    dispatch = put()
    seen: list[Status] = []

    class Looking(_Interrupting):
        def data(self, message: bytes) -> Reply:
            seen.append(reload(dispatch).status)
            return super().data(message)

    assert send(Looking(lambda: seen.append(reload(dispatch).status))).accepted == 1
    assert seen == [Status.CLAIMED, Status.SENDING]


@ON_BOTH
def test_three_dispatchers_at_once_send_nothing_twice(
    db: Database, put: Put, now: datetime
) -> None:
    for number in range(60):
        put(key=str(number), address=f"office{number}@x.example")
    mailer = FakeMailer()
    together = Barrier(3)

    def work(name: int) -> int:
        together.wait()
        accepted = 0
        while True:
            report = dispatch_due(
                db,
                mailer=mailer,
                attachments=lambda _: b"",
                now=now,
                owner="same name",
                limit=7,
            )
            if report.accepted == 0:
                return accepted
            accepted += report.accepted

    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(work, range(3))) == 60
    assert Counter(recipient for recipient, _ in mailer.sent) == {
        f"office{number}@x.example": 1 for number in range(60)
    }
    with db.reading() as session:
        ledger.verify(session)


class _Paired(FakeMailer):
    """Two connections that begin only when both are open; `broken` recipients raise at the envelope."""

    def __init__(self, broken: Mapping[str, Exception] | None = None) -> None:
        super().__init__(connections=2)
        self._broken = broken or {}
        self._both = Barrier(2, timeout=30)
        self.threads: defaultdict[str, set[int]] = defaultdict(set)

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        with super().connection() as connection:
            self._both.wait()
            yield _PairedConnection(self, connection)

    def begin(self, recipient: str) -> None:
        self.threads[recipient].add(get_ident())
        if recipient in self._broken:
            raise self._broken[recipient]


@dataclass
class _PairedConnection:
    mailer: _Paired
    inner: Connection

    def envelope(self, sender: str, recipient: str, notices: Notices | None = None) -> None:
        self.mailer.begin(recipient)
        self.inner.envelope(sender, recipient, notices)

    def data(self, message: bytes) -> Reply:
        return self.inner.data(message)


@ON_BOTH
def test_each_recipient_has_one_connection_and_the_order_of_the_outbox(
    put: Put, send: Send
) -> None:
    # Addresses are the same in capitals: the mailbox is.
    names = ["a@x.example", "b@x.example", "c@x.example", "A@x.example"]
    ids = defaultdict(list)
    for number in range(40):
        address = names[number % 4]
        ids[address.casefold()].append(put(key=str(number), address=address).message_id)
    mailer = _Paired()
    assert send(mailer).accepted == 40
    sent = defaultdict(list)
    for recipient, raw in mailer.sent:
        sent[recipient.casefold()].append(message_from_bytes(raw)["Message-ID"])
    assert sent == ids
    assert all(len(threads) == 1 for threads in mailer.threads.values())
    assert mailer.threads[names[0]] == mailer.threads[names[3]]


def test_one_recipient_needs_one_connection(put: Put, send: Send) -> None:
    for number in range(3):
        put(key=str(number))
    opened = []

    class Counting(FakeMailer):
        @contextmanager
        def connection(self) -> Iterator[Connection]:
            opened.append(self)
            with super().connection() as connection:
                yield connection

    assert send(Counting(connections=8)).accepted == 3
    assert len(opened) == 1


def test_a_relay_gone_on_one_connection_returns_what_that_one_began(
    put: Put, send: Send, reload: Reload, now: datetime
) -> None:
    gone = [put(key=f"gone{number}", address="gone@x.example") for number in range(3)]
    for number in range(6):
        put(key=f"good{number}", address=f"good{number}@x.example")
    trouble = RelayUnreachable(reason="421 closing")
    report = send(_Paired({"gone@x.example": trouble}))
    assert report == DispatchReport(recovered=NOTHING, accepted=6, returned=3, trouble=trouble)
    for dispatch in map(reload, gone):
        assert (dispatch.status, dispatch.last_error) == (Status.QUEUED, "421 closing")
    assert send(FakeMailer()).accepted == 3


def test_a_relay_that_allows_one_connection_gets_all_over_it(put: Put, send: Send) -> None:
    for number in range(6):
        put(key=str(number), address=f"office{number}@x.example")
    refused = Semaphore(1)

    class Single(FakeMailer):
        @contextmanager
        def connection(self) -> Iterator[Connection]:
            if not refused.acquire(blocking=False):
                raise RelayUnreachable(reason="421 too many connections")
            with super().connection() as connection:
                yield connection

    assert send(Single(connections=3)) == DispatchReport(recovered=NOTHING, accepted=6)


@ON_BOTH
def test_an_unexpected_error_is_raised_when_the_others_are_done(
    put: Put, send: Send, reload: Reload
) -> None:
    bad = [put(key=f"bad{number}", address="bad@x.example") for number in range(2)]
    good = [put(key=str(number), address=f"good{number}@x.example") for number in range(6)]
    with pytest.raises(ZeroDivisionError):
        send(_Paired({"bad@x.example": ZeroDivisionError()}))
    assert {reload(dispatch).status for dispatch in good} == {Status.ACCEPTED}
    # Nobody knows what is wrong with it: it comes again when the lease runs out, not at once.
    assert {reload(dispatch).status for dispatch in bad} == {Status.CLAIMED}


SECRET = "https://check.participation.example/a/secret"
INBOX = "reply@participation.example"


def _body(mailer: FakeMailer) -> str:
    message = message_from_bytes(mailer.sent[-1][1], policy=policy.default)
    part = message.get_body()
    assert part is not None
    text: str = part.get_content()
    return text


def test_a_secret_is_made_when_the_mail_leaves_and_kept_nowhere(
    db: Database, put: Put, send: Send, reload: Reload
) -> None:
    dispatch = put(body=f"아래 주소를 여십시오.\n{BLANK}\n감사합니다.")
    asked: list[int] = []

    def fill(session: Session, row: Dispatch) -> str:
        # A transaction that writes, in which the lease is still ours.
        assert session.get_one(Dispatch, row.id).status is Status.CLAIMED
        ledger.record(session, "test.filled", subject=("dispatch", row.id), now=row.created_at)
        asked.append(row.id)
        return SECRET

    mailer = FakeMailer()
    assert send(mailer, fill=fill).accepted == 1
    assert _body(mailer) == f"아래 주소를 여십시오.\n{SECRET}\n감사합니다.\n"
    assert asked == [dispatch.id]
    assert SECRET not in str(vars(reload(dispatch)))
    assert BLANK in reload(dispatch).body
    with db.reading() as session:
        assert "test.filled" in [e.kind for e in ledger.history(session, "dispatch", dispatch.id)]


def test_a_mail_without_a_blank_asks_for_no_secret(put: Put, send: Send) -> None:
    put(body="비밀 없음")

    def fill(session: Session, row: Dispatch) -> str:
        raise AssertionError

    assert send(FakeMailer(), fill=fill).accepted == 1


@pytest.mark.parametrize("fill", [None, lambda _session, _row: None])
def test_the_mark_of_a_secret_never_leaves(
    put: Put, send: Send, reload: Reload, fill: Fill | None
) -> None:
    bad, good = put(key="bad", body=f"a {BLANK}"), put(key="good", address="good@x.example")
    mailer = FakeMailer()
    assert send(mailer, fill=fill) == DispatchReport(recovered=NOTHING, accepted=1, held=1)
    assert (reload(bad).status, reload(bad).hold_reason) == (Status.HELD, HoldReason.NO_LINK)
    assert [recipient for recipient, _ in mailer.sent] == [good.address]


def test_each_attempt_has_a_secret_of_its_own(
    put: Put, send: Send, reload: Reload, now: datetime
) -> None:
    put(body=BLANK)
    secrets = iter("ab")
    greylisting, mailer = FakeMailer(refusing={ADDRESS: 450}), FakeMailer()
    fill: Fill = lambda _session, _row: next(secrets)  # noqa: E731
    assert send(greylisting, fill=fill).retried == 1
    assert send(mailer, now + timedelta(hours=1), fill=fill).accepted == 1
    assert _body(mailer) == "b\n"


@pytest.fixture
def inbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An installation with an inbox."""
    monkeypatch.setenv("GONGMUN_INBOX__MAILDIR", "/nonexistent")
    monkeypatch.setenv("GONGMUN_INBOX__ADDRESS", INBOX)
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


@pytest.mark.usefixtures("inbox")
def test_what_comes_back_carries_the_token_of_its_dispatch(put: Put, send: Send) -> None:
    dispatch = put()
    mailer = FakeMailer()
    assert send(mailer).accepted == 1
    address = f"reply+{dispatch.token}@participation.example"
    message = message_from_bytes(mailer.sent[0][1], policy=policy.default)
    assert message["Reply-To"].addresses[0].addr_spec == address
    assert message["From"].addresses[0].addr_spec == "forum@participation.example"
    assert mailer.envelopes == [(address, Notices(envelope_id=dispatch.token, success=True))]


@pytest.mark.usefixtures("inbox")
def test_the_arrival_of_a_code_needs_no_proof(put: Put, send: Send) -> None:
    dispatch = put(wants_proof=False)
    mailer = FakeMailer()
    send(mailer)
    assert mailer.envelopes[0][1] == Notices(envelope_id=dispatch.token, success=False)


@pytest.mark.usefixtures("inbox")
def test_notices_are_asked_for_by_the_settings(
    put: Put, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GONGMUN_MAIL__DSN", "false")
    settings.cache_clear()
    put()
    mailer = FakeMailer()
    send(mailer)
    [(sender, notices)] = mailer.envelopes
    assert sender.startswith("reply+")
    assert notices is None


def test_without_an_inbox_everything_goes_to_the_sender(put: Put, send: Send) -> None:
    put()
    mailer = FakeMailer()
    send(mailer)
    assert mailer.envelopes == [("forum@participation.example", None)]
    assert message_from_bytes(mailer.sent[0][1])["Reply-To"] is None

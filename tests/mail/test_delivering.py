"""Notices and bounces: the dispatch moves on, the contact's health changes, the backup gets its chance."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from gongmun import ledger
from gongmun.db import Database
from gongmun.mail import Attachment, Dispatch, delivering, dispatch_due, queries, release
from gongmun.mail.delivering import DeliveryReport, NoticeNotNoted, note_notices, severity
from gongmun.mail.life import Status
from gongmun.mail.mailer import FakeMailer
from gongmun.mail.models import IncomingKind, IncomingMail, Proof
from gongmun.organisations import Contact, ContactHealth, ContactRole, set_contact
from tests.mail.conftest import Put
from tests.postgresql import ON_BOTH, ON_SQLITE
from tests.world import organise

# Which kinds of database: see tests/conftest.py.
pytestmark = ON_SQLITE

Reload = Callable[[Dispatch], Dispatch]
PRIMARY, BACKUP = "office@molit.example", "backup@molit.example"
CODE = "MOLIT"
NO_SUCH, FULL = "5.1.1", "5.2.2"


@pytest.fixture
def ministry(db: Database, now: datetime) -> str:
    """A ministry with both contacts."""
    organise(db, now)
    set_contact(db, CODE, ContactRole.PRIMARY, PRIMARY, now)
    set_contact(db, CODE, ContactRole.BACKUP, BACKUP, now)
    return CODE


Sent = Callable[..., Dispatch]


@pytest.fixture
def sent(db: Database, put: Put, ministry: str, now: datetime) -> Sent:
    """A mail that the relay has accepted."""

    def accepted(status: Status = Status.ACCEPTED, **changes: Any) -> Dispatch:
        dispatch = put(**({"organisation_code": ministry, "address": PRIMARY} | changes))
        _set(db, dispatch.id, status=status, accepted_at=now, sending_at=now)
        return dispatch

    return accepted


def _set(db: Database, dispatch_id: int, **values: Any) -> None:
    with db.transaction() as session:
        session.execute(update(Dispatch).where(Dispatch.id == dispatch_id).values(**values))


Notice = Callable[..., int]


@pytest.fixture
def notice(db: Database, now: datetime) -> Notice:
    """A notice that came in and was read."""
    count = iter(range(1000))

    def noticed(kind: IncomingKind, dispatch: Dispatch | None, **values: Any) -> int:
        row = {
            "raw_sha256": f"{next(count):064}",
            "size": 1,
            "collected_at": now,
            "arrived_at": now,
            "read_at": now,
            "kind": kind,
            "dispatch_id": dispatch and dispatch.id,
            "sent_at": now,
        } | values
        with db.transaction() as session:
            mail = IncomingMail(**row)
            session.add(mail)
            session.flush()
            return mail.id

    return noticed


def _health(db: Database, role: ContactRole = ContactRole.PRIMARY) -> ContactHealth:
    with db.reading() as session:
        address = PRIMARY if role is ContactRole.PRIMARY else BACKUP
        return session.scalars(select(Contact).where(Contact.email == address)).one().health


def _backups(db: Database, dispatch: Dispatch) -> list[Dispatch]:
    with db.reading() as session:
        return list(queries.replacements(session, dispatch.id))


def _for_a_person(db: Database) -> list[int]:
    with db.reading() as session:
        return [dispatch.id for dispatch in queries.needing_a_person(session)]


@ON_BOTH
@pytest.mark.parametrize("status", [Status.ACCEPTED, Status.UNCERTAIN])
def test_a_success_notice_proves_delivery(
    db: Database, sent: Sent, notice: Notice, reload: Reload, now: datetime, status: Status
) -> None:
    dispatch = sent(status)
    notice(IncomingKind.DELIVERED, dispatch)
    later = now + timedelta(minutes=3)
    assert note_notices(db, now=later) == DeliveryReport(delivered=1)
    row = reload(dispatch)
    assert (row.status, row.delivered_at, row.proof) == (Status.DELIVERED, later, Proof.DSN)
    assert row.accepted_at == now
    # A second run finds nothing, and a second notice changes nothing.
    assert note_notices(db, now=later) == DeliveryReport()
    notice(IncomingKind.DELIVERED, dispatch)
    assert note_notices(db, now=later).delivered == 0
    with db.reading() as session:
        kinds = [event.kind for event in ledger.history(session, "dispatch", dispatch.id)]
        ledger.verify(session)
    assert kinds.count("mail.delivered") == 1


@ON_BOTH
def test_a_hard_bounce_goes_once_to_the_backup_contact(
    db: Database, sent: Sent, notice: Notice, reload: Reload, now: datetime
) -> None:
    pdf = Attachment(filename="1.pdf", media_type="application/pdf", sha256="a" * 64)
    dispatch = sent(attachments=(pdf,), references=("<a@b.example>",), intent="chase")
    notice(IncomingKind.BOUNCED, dispatch, diagnosis=NO_SUCH)
    notice(IncomingKind.BOUNCED, dispatch, diagnosis=NO_SUCH)
    assert note_notices(db, now=now) == DeliveryReport(bounced=1, replaced=1, unmatched=1)
    assert note_notices(db, now=now) == DeliveryReport()
    row = reload(dispatch)
    assert (row.status, row.bounced_at, row.last_error) == (Status.BOUNCED, now, NO_SUCH)
    assert _health(db) is ContactHealth.HARD
    [backup] = _backups(db, dispatch)
    assert (backup.address, backup.status) == (BACKUP, Status.QUEUED)
    assert replace(backup.message(), key="", address="") == replace(
        dispatch.message(), key="", address=""
    )
    assert backup.message_id != dispatch.message_id
    assert _for_a_person(db) == []


def test_when_the_backup_bounces_too_a_coordinator_decides(
    db: Database, sent: Sent, notice: Notice, now: datetime
) -> None:
    dispatch = sent()
    notice(IncomingKind.BOUNCED, dispatch, diagnosis=NO_SUCH)
    note_notices(db, now=now)
    [backup] = _backups(db, dispatch)
    _set(db, backup.id, status=Status.ACCEPTED, accepted_at=now)
    notice(IncomingKind.BOUNCED, backup, diagnosis=NO_SUCH)
    assert note_notices(db, now=now) == DeliveryReport(bounced=1)
    assert _for_a_person(db) == [backup.id]
    assert _health(db, ContactRole.BACKUP) is ContactHealth.HARD


@pytest.mark.parametrize(
    "unusable", ["none", "retired", "broken", "same", "delegate", "code", "unknown ministry"]
)
def test_where_nobody_else_may_have_it_a_bounce_is_a_persons(
    db: Database, put: Put, sent: Sent, notice: Notice, now: datetime, unusable: str
) -> None:
    changes: dict[str, Any] = {
        "delegate": {"address": "colleague@molit.example"},
        "code": {"wants_proof": False},
        "unknown ministry": {"organisation_code": ""},
    }.get(unusable, {})
    dispatch = sent(**changes)
    with db.transaction() as session:
        backup = session.scalars(select(Contact).where(Contact.email == BACKUP)).one()
        match unusable:
            case "none":
                session.delete(backup)
            case "retired":
                backup.valid = False
            case "broken":
                backup.health = ContactHealth.HARD
            case "same":
                backup.email = PRIMARY.upper()
    notice(IncomingKind.BOUNCED, dispatch, diagnosis=NO_SUCH)
    assert note_notices(db, now=now) == DeliveryReport(bounced=1)
    assert _backups(db, dispatch) == []
    # A code is of no use to anybody by then.
    assert _for_a_person(db) == ([] if unusable == "code" else [dispatch.id])


@pytest.mark.parametrize("diagnosis", [FULL, "4.4.7", "smtp; 552 5.2.2 over quota", "5.7.1"])
def test_a_soft_bounce_is_noted_and_the_contact_is_still_written_to(
    db: Database, sent: Sent, notice: Notice, reload: Reload, now: datetime, diagnosis: str
) -> None:
    dispatch = sent()
    notice(IncomingKind.BOUNCED, dispatch, diagnosis=diagnosis)
    assert note_notices(db, now=now) == DeliveryReport(bounced=1)
    assert _health(db) is ContactHealth.SOFT
    assert _for_a_person(db) == [dispatch.id]
    second = sent(key="next")
    notice(IncomingKind.DELIVERED, second)
    note_notices(db, now=now)
    assert _health(db) is ContactHealth.OK


def test_a_delay_is_noted_and_the_mail_stays_on_its_way(
    db: Database, sent: Sent, notice: Notice, reload: Reload, now: datetime
) -> None:
    dispatch, doubted = sent(), sent(Status.UNCERTAIN, key="doubted", address="x@molit.example")
    notice(IncomingKind.DELAYED, dispatch, diagnosis="4.2.0")
    notice(IncomingKind.DELAYED, doubted, diagnosis="4.2.0")
    assert note_notices(db, now=now) == DeliveryReport(delayed=2)
    assert (reload(dispatch).status, reload(dispatch).delayed_at) == (Status.ACCEPTED, now)
    # Whoever delays it has it.
    assert reload(doubted).status is Status.ACCEPTED
    assert _health(db) is ContactHealth.SOFT


def test_some_mailboxes_bounce_what_they_took(
    db: Database, sent: Sent, notice: Notice, reload: Reload, now: datetime
) -> None:
    dispatch = sent()
    notice(IncomingKind.DELIVERED, dispatch)
    notice(IncomingKind.BOUNCED, dispatch, diagnosis=NO_SUCH)
    # Later than the bounce: an old notice heals nothing.
    notice(IncomingKind.DELIVERED, dispatch)
    assert note_notices(db, now=now) == DeliveryReport(
        delivered=1, bounced=1, replaced=1, unmatched=1
    )
    assert reload(dispatch).status is Status.BOUNCED
    assert _health(db) is ContactHealth.HARD


@ON_BOTH
def test_a_released_bounce_is_not_thrown_by_late_notices_of_the_first_mail(
    db: Database, sent: Sent, notice: Notice, reload: Reload, now: datetime
) -> None:
    dispatch = sent()
    notice(IncomingKind.BOUNCED, dispatch, diagnosis=FULL)
    note_notices(db, now=now)
    tomorrow = now + timedelta(days=1)
    release(
        db,
        dispatch.id,
        address="new@molit.example",
        name="한소통",
        reason="연락처 확인",
        now=tomorrow,
    )
    row = reload(dispatch)
    assert (row.status, row.accepted_at) == (Status.QUEUED, None)
    notice(IncomingKind.BOUNCED, dispatch, diagnosis=FULL)
    assert note_notices(db, now=tomorrow) == DeliveryReport(unmatched=1)
    _set(db, dispatch.id, status=Status.ACCEPTED, sending_at=tomorrow, accepted_at=tomorrow)
    notice(IncomingKind.BOUNCED, dispatch, diagnosis=FULL)
    assert note_notices(db, now=tomorrow) == DeliveryReport(unmatched=1)
    assert reload(dispatch).status is Status.ACCEPTED
    # One about the second mail counts; it has no second backup.
    notice(IncomingKind.BOUNCED, dispatch, diagnosis=NO_SUCH, sent_at=tomorrow)
    assert note_notices(db, now=tomorrow) == DeliveryReport(bounced=1)
    assert _for_a_person(db) == [dispatch.id]


@ON_BOTH
@pytest.mark.parametrize("status", [Status.CLAIMED, Status.SENDING])
def test_a_notice_about_what_is_being_sent_waits(
    db: Database, sent: Sent, notice: Notice, reload: Reload, now: datetime, status: Status
) -> None:
    dispatch = sent(status)
    notice(IncomingKind.DELIVERED, dispatch)
    assert note_notices(db, now=now) == DeliveryReport()
    _set(db, dispatch.id, status=Status.UNCERTAIN)
    assert note_notices(db, now=now) == DeliveryReport(delivered=1)
    assert reload(dispatch).status is Status.DELIVERED


def test_a_notice_about_no_mail_of_ours_is_put_away(
    db: Database, notice: Notice, now: datetime
) -> None:
    notice(IncomingKind.BOUNCED, None, diagnosis=NO_SUCH)
    notice(IncomingKind.REPLY, None)
    assert note_notices(db, now=now) == DeliveryReport(unmatched=1)
    assert note_notices(db, now=now) == DeliveryReport()


def test_a_coordinator_heals_a_contact_also_with_the_same_address(
    db: Database, sent: Sent, notice: Notice, now: datetime
) -> None:
    notice(IncomingKind.BOUNCED, sent(), diagnosis=NO_SUCH)
    note_notices(db, now=now)
    assert _health(db) is ContactHealth.HARD
    set_contact(db, CODE, ContactRole.PRIMARY, PRIMARY, now)
    assert _health(db) is ContactHealth.OK


def test_nothing_personal_is_told_to_the_ledger(
    db: Database, sent: Sent, notice: Notice, now: datetime
) -> None:
    dispatch = sent()
    notice(IncomingKind.BOUNCED, dispatch, diagnosis=f"5.1.1 <{PRIMARY}> unknown")
    note_notices(db, now=now)
    with db.reading() as session:
        events = ledger.history(session, "dispatch", dispatch.id)
        assert all("@" not in str(event.data) for event in events)
        assert events[-1].data == {"code": NO_SUCH}


@pytest.mark.parametrize(
    ("diagnosis", "health"),
    [
        ("5.1.1", ContactHealth.HARD),
        ("5.2.1", ContactHealth.HARD),
        ("5.0.0", ContactHealth.HARD),
        ("5.4.4", ContactHealth.HARD),
        ("", ContactHealth.HARD),
        (None, ContactHealth.HARD),
        ("550 at 10.5.2.2", ContactHealth.HARD),  # an address of a machine is no code
        ("5.2.2", ContactHealth.SOFT),
        ("5.2.3", ContactHealth.SOFT),
        ("5.3.4", ContactHealth.SOFT),
        ("5.6.1", ContactHealth.SOFT),
        ("5.7.26", ContactHealth.SOFT),
        ("4.4.7", ContactHealth.SOFT),
    ],
)
def test_what_a_code_says_of_the_mailbox(diagnosis: str | None, health: ContactHealth) -> None:
    assert severity(diagnosis) is health


@pytest.mark.parametrize(
    ("answer", "hard"),
    [
        ("5.1.1 no such mailbox", True),
        ("5.1.10 null MX", True),
        ("5.7.1 relay access denied", False),
        ("relay not permitted", False),
        ("5.2.2 full", False),
    ],
)
def test_a_refusal_by_the_relay_counts_only_if_it_is_about_the_address(
    db: Database, put: Put, ministry: str, reload: Reload, now: datetime, answer: str, hard: bool
) -> None:
    dispatch = put(organisation_code=ministry, address=PRIMARY)
    mailer = FakeMailer(refusing={PRIMARY: 550}, words=answer)
    report = dispatch_due(db, mailer=mailer, attachments=lambda _: b"", now=now, owner="test")
    assert report.failed == 1
    assert _health(db) is (ContactHealth.HARD if hard else ContactHealth.OK)
    assert [d.address for d in _backups(db, dispatch)] == ([BACKUP] if hard else [])
    assert _for_a_person(db) == ([] if hard else [dispatch.id])
    if hard:
        # Released to the same address, and refused again: that is a person's.
        release(
            db,
            dispatch.id,
            address=PRIMARY,
            name="한소통",
            reason="연락처 확인",
            now=now + timedelta(minutes=1),
        )
        later = now + timedelta(minutes=2)
        dispatch_due(db, mailer=mailer, attachments=lambda _: b"", now=later, owner="test")
        assert len(_backups(db, dispatch)) == 1
        assert _for_a_person(db) == [dispatch.id]


@ON_BOTH
def test_one_notice_that_nobody_thought_of_does_not_stop_the_others(
    db: Database,
    sent: Sent,
    notice: Notice,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    bad = notice(IncomingKind.DELAYED, sent(key="test:bad"))
    notice(IncomingKind.DELIVERED, sent(key="test:good"))
    with monkeypatch.context() as patched:

        def broken(*_: object) -> tuple[str, ...]:
            raise ValueError("something nobody thought of")

        patched.setattr(delivering, "delayed", broken)
        report = note_notices(db, now=now)
    assert report.delivered == 1
    (problem,) = report.problems
    assert isinstance(problem, NoticeNotNoted)
    assert f"incoming mail {bad}" in caplog.text
    assert note_notices(db, now=now) == DeliveryReport(delayed=1)  # tried again, and taken

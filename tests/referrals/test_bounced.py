"""An outcome document that came back: the clocks are the ministry's time with it, and nobody had it."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from gongmun import ledger
from gongmun.db import Database
from gongmun.documents import queries as document_queries
from gongmun.documents.life import Status as DocumentStatus
from gongmun.mail import Dispatch, queries, release
from gongmun.mail.delivering import note_notices
from gongmun.mail.life import Status as DispatchStatus
from gongmun.mail.models import IncomingKind, IncomingMail
from gongmun.organisations import ContactHealth, ContactRole, retire_contact, set_contact
from gongmun.organisations.models import Contact
from gongmun.referrals.answering import acknowledge
from gongmun.referrals.chasing import sweep
from gongmun.referrals.dispatched import note_dispatches
from gongmun.referrals.life import Status
from gongmun.referrals.mailing import mailbox
from gongmun.referrals.models import Referral
from tests.postgresql import ON_BOTH, ON_SQLITE
from tests.world import LADDER, World, at

# Which kinds of database: see tests/conftest.py.
pytestmark = ON_SQLITE

PRIMARY, BACKUP = "office@molit.example", "backup@molit.example"


@pytest.fixture
def sent(world: World) -> Referral:
    """A referral whose document the relay took, to a ministry with both contacts."""
    set_contact(world.db, "MOLIT", ContactRole.PRIMARY, PRIMARY, world.now)
    set_contact(world.db, "MOLIT", ContactRole.BACKUP, BACKUP, world.now)
    ids = world.dispatched("public_transport")
    [found] = [r for r in map(world.referral, ids) if world.code(r) == "MOLIT"]
    assert found.status is Status.DISPATCHED
    return found


def _mails(world: World, referral: Referral) -> list[Dispatch]:
    with world.db.reading() as session:
        return list(
            session.scalars(
                select(Dispatch)
                .where(Dispatch.document_id == referral.document_id)
                .order_by(Dispatch.id)
            )
        )


def _bounce(world: World, dispatch: Dispatch, code: str, *, days: int = 0) -> None:
    now = world.now + timedelta(days=days)
    with world.db.transaction() as session:
        session.add(
            IncomingMail(
                raw_sha256=f"{dispatch.id}:{now.isoformat()}",
                size=1,
                collected_at=now,
                arrived_at=now,
                read_at=now,
                sent_at=now,
                kind=IncomingKind.BOUNCED,
                dispatch_id=dispatch.id,
                diagnosis=code,
            )
        )
    assert note_notices(world.db, now=now).bounced == 1


@ON_BOTH
def test_the_clocks_start_afresh_when_the_backup_has_it(world: World, sent: Referral) -> None:
    [mail] = _mails(world, sent)
    _bounce(world, mail, "5.1.1", days=2)
    later = world.now + timedelta(days=2)
    assert world.dispatch(later).accepted == 1
    _, backup = _mails(world, sent)
    assert (backup.address, backup.status) == (BACKUP, DispatchStatus.ACCEPTED)
    now = world.referral(sent.id)
    assert (now.status, now.dispatched_at, now.arming) == (Status.DISPATCHED, later, 2)
    assert now.answer_due is not None
    assert sent.answer_due is not None
    assert now.answer_due > sent.answer_due
    with world.db.reading() as session:
        kinds = [event.kind for event in ledger.history(session, "referral", sent.id)]
        document = document_queries.by_id(session, backup.document_id or 0)
    assert kinds.count("referral.bounced") == 1
    # The document went out when it first did: that is what was done.
    assert (document.status, document.dispatched_at) == (DocumentStatus.DISPATCHED, world.now)


def test_nobody_is_chased_for_what_nobody_has(world: World, sent: Referral) -> None:
    retire_contact(world.db, "MOLIT", ContactRole.BACKUP, world.now)
    [mail] = _mails(world, sent)
    _bounce(world, mail, "5.1.1")
    assert note_dispatches(world.db, ladder=LADDER, now=world.now) == []
    waiting = world.referral(sent.id)
    assert waiting.status is Status.APPROVED
    assert (waiting.dispatched_at, waiting.acknowledge_due, waiting.answer_due) == (None,) * 3
    assert waiting.next_action_on is None
    before = len(world.sent())
    world.chase(date(2026, 12, 15))
    assert [to for to, _ in world.sent()[before:] if "molit" in to] == []
    # A coordinator finds another address: now they have it.
    set_contact(world.db, "MOLIT", ContactRole.PRIMARY, "new@molit.example", world.now)
    resent = at(date(2026, 12, 16))
    release(
        world.db,
        mail.id,
        address="new@molit.example",
        name="한소통",
        reason="연락처 확인",
        now=resent,
    )
    world.dispatch(resent)
    assert world.referral(sent.id).status is Status.DISPATCHED
    assert world.referral(sent.id).dispatched_at == resent


def test_a_full_mailbox_stops_the_clocks_as_well(world: World, sent: Referral) -> None:
    [mail] = _mails(world, sent)
    _bounce(world, mail, "5.2.2")
    note_dispatches(world.db, ladder=LADDER, now=world.now)
    assert world.referral(sent.id).status is Status.APPROVED
    assert len(_mails(world, sent)) == 1


def test_a_ministry_that_acknowledged_has_it_by_whatever_way(world: World, sent: Referral) -> None:
    assert sent.document_id is not None
    acknowledge(world.db, sent.document_id, registration_number=None, now=world.now, ladder=LADDER)
    [mail] = _mails(world, sent)
    _bounce(world, mail, "5.1.1")
    world.dispatch()
    kept = world.referral(sent.id)
    assert (kept.status, kept.answer_due, kept.arming) == (Status.ACKNOWLEDGED, sent.answer_due, 1)


def test_while_one_mail_has_not_come_back_the_clocks_run(world: World, sent: Referral) -> None:
    [mail] = _mails(world, sent)
    _bounce(world, mail, "5.1.1")
    world.dispatch()
    _, backup = _mails(world, sent)
    later = world.now + timedelta(days=1)
    release(world.db, mail.id, address=PRIMARY, name="한소통", reason="연락처 확인", now=later)
    world.dispatch(later)
    _bounce(world, mail, "5.1.1", days=1)
    note_dispatches(world.db, ladder=LADDER, now=later)
    kept = world.referral(sent.id)
    assert (kept.status, kept.dispatched_at) == (Status.DISPATCHED, backup.accepted_at)


@ON_BOTH
def test_a_notice_that_was_about_the_old_clock_is_suppressed(world: World, sent: Referral) -> None:
    """The sweep took it up, and the bounce is noted before its mail is queued."""
    day = date(2026, 10, 19)
    assert sweep(world.db, ladder=LADDER, now=at(day)).notices
    [mail] = _mails(world, sent)
    _bounce(world, mail, "5.2.2")
    note_dispatches(world.db, ladder=LADDER, now=at(day))
    before = len(world.sent())
    world.send_notices(at(day))
    assert [to for to, _ in world.sent()[before:] if "molit" in to] == []


def _health(db: Database, address: str, health: ContactHealth) -> None:
    with db.transaction() as session:
        session.execute(update(Contact).where(Contact.email == address).values(health=health))


def test_nothing_goes_to_a_mailbox_that_bounced_for_good(world: World, sent: Referral) -> None:
    def to(*, backup: bool = False) -> str | None:
        with world.db.reading() as session:
            return mailbox(session, sent.organisation_id, backup=backup)

    assert (to(), to(backup=True)) == (PRIMARY, BACKUP)
    _health(world.db, PRIMARY, ContactHealth.SOFT)
    assert to() == PRIMARY
    _health(world.db, PRIMARY, ContactHealth.HARD)
    assert (to(), to(backup=True)) == (BACKUP, BACKUP)
    _health(world.db, BACKUP, ContactHealth.HARD)
    assert (to(), to(backup=True)) == (None, None)


def test_a_chase_to_a_broken_ministry_is_held_for_a_person(world: World, sent: Referral) -> None:
    for address in (PRIMARY, BACKUP):
        _health(world.db, address, ContactHealth.HARD)
    world.chase(date(2026, 10, 19))
    with world.db.reading() as session:
        held = [d for d in queries.needing_a_person(session) if d.organisation_code == "MOLIT"]
    assert [(d.intent, d.status, d.address) for d in held] == [("chase", DispatchStatus.HELD, None)]

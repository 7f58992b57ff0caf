"""After an older backup was restored: no mail leaves twice, no number is given twice, and a person has the last word."""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from gongmun import ledger
from gongmun.backups import Restored, doubts, restore, save, settle
from gongmun.backups.settling import NothingToSettle, NumberTooLow
from gongmun.db import Database
from gongmun.db.restored import unsettled
from gongmun.db.schema import upgrade
from gongmun.decisions import DecisionIncomplete
from gongmun.forums.waiting import waiting
from gongmun.mail import (
    Dispatch,
    DispatchReport,
    JournalWitness,
    OutgoingMessage,
    Status,
    dispatch_due,
    enqueue,
    queries,
)
from gongmun.mail import settle as settle_one
from gongmun.mail.smtp import SmtpMailer
from gongmun.mail.witness import WitnessUnavailable
from gongmun.settings import MailSettings, TlsMode, settings
from tests import smtp_servers
from tests.conftest import NOW
from tests.postgresql import fresh_database
from tests.smtp_servers import HOST, Relay
from tests.world import World

pytestmark = pytest.mark.long

LATER = NOW + timedelta(hours=3)
DIVISION = "공론소통과"
TOPICS = ("housing", "education")


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with all migrations run, as a backup wants it."""
    path = tmp_path_factory.mktemp("migrated") / "gongmun.db"
    db = Database(f"sqlite:///{path}")
    upgrade(db)
    db.dispose()
    return path


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[Relay]:
    with smtp_servers.running(tmp_path / "relay") as running:
        yield running


@pytest.fixture
def approved(migrated: Path, tmp_path: Path) -> Iterator[World]:
    """An installation with an approved outcome for two ministries."""
    shutil.copy(migrated, tmp_path / "former.db")
    db = Database(f"sqlite:///{tmp_path / 'former.db'}")
    world = World(db=db, folder=tmp_path / "former", now=NOW)
    forum_id = world.forum()
    for topic in TOPICS:
        world.suggest(forum_id, topic)
    outcome_id = world.wrap_up(forum_id).outcome_id
    assert outcome_id is not None
    world.decide(outcome_id)
    yield world
    db.dispose()


def dispatch(world: World, relay: Relay, now: datetime = LATER) -> DispatchReport:
    """Send what is due to the relay, with its journal as the witness."""
    mailer = SmtpMailer(
        MailSettings.model_validate(
            {"host": HOST, "port": relay.port, "tls": TlsMode.NONE, "test_relay": True}
        )
    )
    return dispatch_due(
        world.db,
        mailer=mailer,
        attachments=world.store.get,
        witness=JournalWitness(relay.journal),
        now=now,
        owner="test",
        limit=999,
        fill=lambda *_: "",
    )


def stores(folder: Path) -> dict[str, Path]:
    return {"documents": folder / "documents", "received": folder / "received"}


Restore = Callable[..., tuple[World, Restored]]


@pytest.fixture
def restored(migrated: Path, tmp_path: Path, postgresql_url: str) -> Iterator[Restore]:
    """Restores a backup into a new installation, on either kind of database."""
    databases: list[Database] = []
    with fresh_database(postgresql_url) as postgresql:

        def make(backup: Path, kind: str = "sqlite", **how: bool) -> tuple[World, Restored]:
            folder = tmp_path / f"later-{len(databases)}"
            db = postgresql if kind == "postgresql" else Database(f"sqlite:///{folder}.db")
            if kind == "sqlite":
                shutil.copy(migrated, f"{folder}.db")
            databases.append(db)
            report = restore(db, stores(folder), backup, now=LATER, **how)
            world = World(db=db, folder=folder, now=LATER)
            return world, report

        yield make
        for each in databases:
            each.dispose()


def settled(world: World, relay: Relay | None, last_number: int, *, resend: bool = False) -> int:
    return settle(
        world.db,
        division=DIVISION,
        last_number=last_number,
        resend=resend,
        name="한소통",
        reason="발송 사본함과 대조하였습니다.",
        witness=JournalWitness(relay.journal) if relay else None,
        journal=relay.journal if relay else None,
        now=LATER,
    )


def dispatches(world: World) -> list[Dispatch]:
    with world.db.reading() as session:
        return list(session.scalars(select(Dispatch).order_by(Dispatch.id)))


def mails(relay: Relay) -> Counter[str]:
    """How many mails each mailbox has."""
    boxes = [path for path in relay.root.iterdir() if path != relay.journal]
    return Counter({box.name: len(relay.stored(box.name)) for box in boxes})


def numbers(world: World) -> list[int]:
    from gongmun.documents import Document

    with world.db.reading() as session:
        found = session.scalars(select(Document.serial).order_by(Document.serial))
        return [serial for serial in found if serial is not None]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_mail_that_left_after_the_backup_is_not_sent_again(
    approved: World, relay: Relay, restored: Restore, tmp_path: Path, kind: str
) -> None:
    approved.issue()
    save(approved.db, stores(approved.folder), tmp_path / "backup", now=NOW)
    assert dispatch(approved, relay).accepted == 2

    world, report = restored(tmp_path / "backup", kind)
    assert report.doubted == 2
    assert {each.status for each in dispatches(world)} == {Status.UNCERTAIN}
    with world.db.reading() as session:
        assert not queries.is_anything_due(session, LATER + timedelta(days=1))
        assert ledger.history(session, "dispatch", 1)[-1].kind == "mail.doubted"
    assert dispatch(world, relay).accepted == 0
    left = doubts(
        world.db,
        division=DIVISION,
        witness=JournalWitness(relay.journal),
        journal=relay.journal,
        now=LATER,
    )
    assert (left.waiting, left.seen, left.registered, left.sent) == (2, 2, 2, 2)
    assert settled(world, relay, 2, resend=True) == 0
    dispatch(world, relay)
    assert {each.status for each in dispatches(world)} == {Status.ACCEPTED}
    assert set(mails(relay).values()) == {1}
    with world.db.reading() as session:
        ledger.verify(session)
        kinds = [event.kind for event in ledger.history(session, "dispatch", 1)]
    assert kinds[-2:] == ["mail.doubted", "mail.seen"]


def test_what_the_journal_has_not_seen_waits_for_a_person_or_is_sent_on_their_word(
    approved: World, relay: Relay, restored: Restore, tmp_path: Path
) -> None:
    approved.issue()
    save(approved.db, stores(approved.folder), tmp_path / "backup", now=NOW)
    careful, _ = restored(tmp_path / "backup")
    assert settled(careful, relay, 2) == 2
    assert dispatch(careful, relay).accepted == 0
    settle_one(careful.db, 1, accepted=False, name="한소통", reason="기관에 확인", now=LATER)
    assert dispatch(careful, relay).accepted == 1
    assert [each.status for each in dispatches(careful)] == [Status.ACCEPTED, Status.UNCERTAIN]

    # Another life of the same backup, whose journal knows of the one.
    sure, _ = restored(tmp_path / "backup")
    assert settled(sure, relay, 2, resend=True) == 0
    assert dispatch(sure, relay).accepted == 1
    assert sorted(mails(relay).values()) == [1, 1]
    assert {each.status for each in dispatches(sure)} == {Status.ACCEPTED}


def test_numbers_that_left_after_the_backup_are_not_given_again_nor_is_their_mail_sent_again(
    approved: World, relay: Relay, restored: Restore, tmp_path: Path
) -> None:
    save(approved.db, stores(approved.folder), tmp_path / "backup", now=NOW)
    approved.issue()
    assert dispatch(approved, relay).accepted == 2
    assert numbers(approved) == [1, 2]

    world, report = restored(tmp_path / "backup")
    assert report.doubted == 0
    assert world.issue().documents == ()
    assert numbers(world) == []
    with pytest.raises(NumberTooLow, match="공론소통과-2"):
        settled(world, relay, 1)
    with world.db.reading() as session:
        assert unsettled(session) is not None
        assert waiting(session, LATER)[0].remedy == "gongmun restored show"
    settled(world, relay, 2)
    # The sweep takes up what was approved: it does not know that it has done so before.
    world.issue()
    assert numbers(world) == [3, 4]
    report_2 = dispatch(world, relay)
    assert (report_2.accepted, report_2.uncertain) == (0, 2)
    assert set(mails(relay).values()) == {1}
    with world.db.reading() as session:
        (passed,) = ledger.history(session, "register", 2026)
    assert (passed.kind, passed.data["first"], passed.data["last"]) == (
        "register.passed_over",
        1,
        2,
    )
    # A person who wants the one of them to leave once more is obeyed, and not asked again.
    settle_one(world.db, 1, accepted=False, name="한소통", reason="새 번호로 발송", now=LATER)
    assert dispatch(world, relay).accepted == 1
    assert sorted(mails(relay).values()) == [1, 2]


def test_ids_that_are_given_once_more_make_no_message_id_once_more(
    approved: World, relay: Relay, restored: Restore, tmp_path: Path
) -> None:
    """The key of a mail names a row; after a restore another row has its id."""
    save(approved.db, stores(approved.folder), tmp_path / "backup", now=NOW)
    message = OutgoingMessage(
        key="question:1",
        intent="question",
        organisation_code="MOE",
        address="forum@moe.example",
        subject="질의 답변",
        body="답변",
    )
    with approved.db.transaction() as session:
        former = enqueue(session, message, NOW).message_id
    lives = [restored(tmp_path / "backup")[0] for _ in range(2)]
    ids = {former}
    for moment, world in enumerate(lives):
        settled(world, None, 0)
        with world.db.transaction() as session:
            restoration = unsettled(session)
            assert restoration is None
            other = replace(message, subject=f"다른 답변 {moment}")
            ids.add(enqueue(session, other, LATER).message_id)
    # Both lives began at the same moment of this test.
    assert len(ids) == 2


def test_nothing_is_concluded_from_a_journal_that_cannot_be_read(
    approved: World, relay: Relay, restored: Restore, tmp_path: Path
) -> None:
    save(approved.db, stores(approved.folder), tmp_path / "backup", now=NOW)
    approved.issue()
    dispatch(approved, relay)
    world, _ = restored(tmp_path / "backup")
    settled(world, relay, 2)
    world.issue()
    relay.journal.rename(tmp_path / "elsewhere")
    with pytest.raises(WitnessUnavailable):
        dispatch(world, relay)
    assert {each.status for each in dispatches(world)} == {Status.QUEUED}
    (tmp_path / "elsewhere").rename(relay.journal)
    assert dispatch(world, relay).uncertain == 2
    assert set(mails(relay).values()) == {1}


def test_a_move_of_a_stopped_installation_goes_on_at_once(
    approved: World, relay: Relay, restored: Restore, tmp_path: Path
) -> None:
    approved.issue()
    save(approved.db, stores(approved.folder), tmp_path / "backup", now=NOW)
    world, report = restored(tmp_path / "backup", moved=True)
    assert report.doubted == 0
    with pytest.raises(NothingToSettle):
        settled(world, relay, 2)
    assert dispatch(world, relay).accepted == 2
    assert set(mails(relay).values()) == {1}


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_of_two_who_settle_at_once_one_is_told_that_it_is_settled(
    approved: World, restored: Restore, tmp_path: Path, kind: str
) -> None:
    save(approved.db, stores(approved.folder), tmp_path / "backup", now=NOW)
    world, _ = restored(tmp_path / "backup", kind)

    def one(_: int) -> bool:
        try:
            settled(world, None, 5)
        except NothingToSettle:
            return False
        return True

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(one, range(2))) == [False, True]
    world.issue()
    assert numbers(world) == [6, 7]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_restore_is_settled_once_and_by_somebody(
    approved: World, restored: Restore, tmp_path: Path, kind: str
) -> None:
    save(approved.db, stores(approved.folder), tmp_path / "backup", now=NOW)
    world, _ = restored(tmp_path / "backup", kind)
    with pytest.raises(DecisionIncomplete):
        settle(
            world.db,
            division=settings().agency.register_division,
            last_number=0,
            resend=False,
            name=" ",
            reason="확인",
            witness=None,
            journal=None,
            now=LATER,
        )
    settled(world, None, 5)
    with pytest.raises(NothingToSettle):
        settled(world, None, 5)
    world.issue()
    assert numbers(world) == [6, 7]

"""The relay's log and the journal as proof: what they say moves the dispatch on, and nothing else does."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from gongmun import ledger
from gongmun.db import Database
from gongmun.mail import Dispatch, queries
from gongmun.mail.delivering import DeliveryReport
from gongmun.mail.life import Status
from gongmun.mail.models import Proof
from gongmun.mail.proving import note_proofs
from gongmun.mail.relay_log import RelayLog
from gongmun.mail.witness import WitnessUnavailable
from gongmun.organisations import ContactRole, load, set_contact
from tests.mail.conftest import Put

Reload = Callable[[Dispatch], Dispatch]
ADDRESS = "office@molit.example"


@dataclass
class Log:
    """A relay's log to write into."""

    path: Path
    queue: int = 100000
    reader: RelayLog = field(init=False)

    def __post_init__(self) -> None:
        self.path.write_text("")
        self.reader = RelayLog(self.path, domain="participation.example")

    def say(self, dispatch: Dispatch, status: str, code: str, *, to: str | None = None) -> None:
        self.queue += 1
        said = (
            f"to=<{to or dispatch.address}>, relay=mx.x.example[192.0.2.1]:25, delay=1, "
            f"delays=1/0/0/0, dsn={code}, status={status} (said)"
        )
        with self.path.open("a") as file:
            for daemon, rest in (
                ("cleanup", f"message-id={dispatch.message_id}"),
                ("qmgr", "from=<f@x.example>, size=9, nrcpt=1 (queue active)"),
                ("smtp", said),
            ):
                file.write(
                    f"2026-10-12T00:30:00+00:00 x postfix/{daemon}[1]: {self.queue}: {rest}\n"
                )


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return Log(tmp_path / "mail.log")


@dataclass
class Journal:
    """A journal in memory."""

    ids: set[str] = field(default_factory=set)
    able: bool = True

    def saw(self, message_id: str) -> bool:
        if not self.able:
            raise WitnessUnavailable(reason="fake")
        return message_id in self.ids

    def covers(self, moment: datetime) -> bool:
        return True


@pytest.fixture
def sent(db: Database, put: Put, now: datetime) -> Callable[..., Dispatch]:
    def accepted(status: Status = Status.ACCEPTED, **changes: Any) -> Dispatch:
        dispatch = put(**({"address": ADDRESS} | changes))
        with db.transaction() as session:
            session.execute(
                update(Dispatch)
                .where(Dispatch.id == dispatch.id)
                .values(status=status, sending_at=now, accepted_at=now)
            )
        return dispatch

    return accepted


Sent = Callable[..., Dispatch]


@pytest.mark.parametrize("status", [Status.ACCEPTED, Status.UNCERTAIN])
def test_the_log_proves_delivery_once(
    db: Database, sent: Sent, log: Log, reload: Reload, now: datetime, status: Status
) -> None:
    dispatch, other = sent(status), sent(key="2", address="other@x.example")
    log.say(dispatch, "sent", "2.0.0")
    later = now + timedelta(minutes=1)
    note = {"journal": None, "relay_log": log.reader, "now": later}
    assert note_proofs(db, **note) == DeliveryReport(delivered=1)
    row = reload(dispatch)
    assert (row.status, row.proof, row.delivered_at) == (
        Status.DELIVERED,
        Proof.RELAY_LOG,
        later,
    )
    assert reload(other).status is Status.ACCEPTED
    assert note_proofs(db, **note) == DeliveryReport()
    with db.reading() as session:
        assert ledger.history(session, "dispatch", dispatch.id)[-1].data == {"proof": "relay_log"}


def test_a_copy_for_somebody_else_proves_nothing(
    db: Database, sent: Sent, log: Log, now: datetime
) -> None:
    log.say(sent(), "sent", "2.0.0", to="journal@relay.example")
    assert note_proofs(db, journal=None, relay_log=log.reader, now=now) == DeliveryReport()


def test_a_bounce_in_the_log_goes_to_the_backup(
    db: Database, sent: Sent, log: Log, now: datetime
) -> None:
    load(db, now)
    set_contact(db, "MOLIT", ContactRole.PRIMARY, ADDRESS, now)
    set_contact(db, "MOLIT", ContactRole.BACKUP, "backup@molit.example", now)
    dispatch = sent(organisation_code="MOLIT")
    log.say(dispatch, "bounced", "5.1.1")
    report = note_proofs(db, journal=None, relay_log=log.reader, now=now)
    assert report == DeliveryReport(bounced=1, replaced=1)
    with db.reading() as session:
        [backup] = queries.replacements(session, dispatch.id)
    assert backup.address == "backup@molit.example"
    assert note_proofs(db, journal=None, relay_log=log.reader, now=now) == DeliveryReport()


def test_a_delay_in_the_log_is_noted_once(
    db: Database, sent: Sent, log: Log, reload: Reload, now: datetime
) -> None:
    dispatch = sent()
    log.say(dispatch, "deferred", "4.7.1")
    assert note_proofs(db, journal=None, relay_log=log.reader, now=now) == DeliveryReport(delayed=1)
    assert note_proofs(db, journal=None, relay_log=log.reader, now=now) == DeliveryReport()
    assert (reload(dispatch).status, reload(dispatch).delayed_at) == (Status.ACCEPTED, now)


def test_the_journal_proves_that_it_left_and_no_more(
    db: Database, sent: Sent, log: Log, reload: Reload, now: datetime
) -> None:
    dispatch, doubted = sent(), sent(Status.UNCERTAIN, key="2")
    journal = Journal({dispatch.message_id, doubted.message_id})
    assert note_proofs(db, journal=journal, relay_log=None, now=now) == DeliveryReport(proved=1)
    row = reload(dispatch)
    assert (row.status, row.proof, row.delivered_at) == (Status.ACCEPTED, Proof.JOURNAL, None)
    assert reload(doubted).status is Status.UNCERTAIN  # that is for `recover`
    assert note_proofs(db, journal=journal, relay_log=None, now=now) == DeliveryReport()
    # The log says more, and is still asked.
    log.say(dispatch, "sent", "2.0.0")
    assert note_proofs(db, journal=journal, relay_log=log.reader, now=now).delivered == 1
    assert reload(dispatch).proof is Proof.RELAY_LOG


def test_a_voice_that_cannot_be_heard_silences_no_other(
    db: Database, sent: Sent, log: Log, now: datetime, tmp_path: Path
) -> None:
    dispatch = sent()
    gone = RelayLog(tmp_path / "gone" / "mail.log", domain="participation.example")
    report = note_proofs(db, journal=Journal({dispatch.message_id}), relay_log=gone, now=now)
    assert report.proved == 1
    assert report.blind is not None
    log.say(dispatch, "sent", "2.0.0")
    report = note_proofs(db, journal=Journal(able=False), relay_log=log.reader, now=now)
    assert report.delivered == 1


def test_nobody_is_asked_about_a_code_or_without_settings(
    db: Database, sent: Sent, log: Log, now: datetime
) -> None:
    log.say(sent(wants_proof=False), "sent", "2.0.0")
    assert note_proofs(db, journal=Journal(), relay_log=log.reader, now=now) == DeliveryReport()
    assert note_proofs(db, journal=None, relay_log=None, now=now) == DeliveryReport()

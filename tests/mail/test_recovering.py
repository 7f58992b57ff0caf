"""What a killed dispatcher left is put back or found out, never guessed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from deployments.demo.ministries import maildir, store
from gongmun import clock, ledger
from gongmun.db import Database
from gongmun.mail import Dispatch, JournalWitness, RecoveryReport, dispatch_due, queries, recover
from gongmun.mail.life import Status
from gongmun.mail.mailer import FakeMailer
from gongmun.mail.recovering import SETTLING
from gongmun.mail.witness import WitnessUnavailable
from tests.mail.conftest import Put

Reload = Callable[[Dispatch], Dispatch]
ADDRESS = "office@molit.example"


@dataclass
class Seen:
    """A witness in memory."""

    ids: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    able: bool = True
    remembers: bool = True

    def saw(self, message_id: str) -> bool:
        if not self.able:
            raise WitnessUnavailable(reason="fake")
        self.asked.append(message_id)
        return message_id in self.ids

    def covers(self, moment: datetime) -> bool:
        return self.remembers


Leave = Callable[..., Dispatch]


@pytest.fixture
def leave(db: Database, put: Put) -> Leave:
    """A dispatch as a killed dispatcher left it, its lease ended some time ago."""

    def left(key: str, status: Status, ended: timedelta = SETTLING * 2) -> Dispatch:
        dispatch = put(key=key)
        with db.transaction() as session:
            session.execute(
                update(Dispatch)
                .where(Dispatch.id == dispatch.id)
                .values(
                    status=status,
                    owner="killed",
                    lease_until=clock.now() - ended,
                    sending_at=clock.now() - ended,
                )
            )
        return dispatch

    return left


def test_what_was_only_claimed_is_queued_again(
    db: Database, leave: Leave, reload: Reload, now: datetime
) -> None:
    dispatch = leave("1", Status.CLAIMED)
    alive = leave("2", Status.CLAIMED, -timedelta(minutes=1))
    assert recover(db, witness=None, now=now) == RecoveryReport(returned=1)
    assert (reload(dispatch).status, reload(dispatch).owner) == (Status.QUEUED, None)
    assert reload(alive).status is Status.CLAIMED


def test_without_a_witness_an_interrupted_send_is_a_persons(
    db: Database, leave: Leave, reload: Reload, now: datetime
) -> None:
    dispatch = leave("1", Status.SENDING)
    alive = leave("2", Status.SENDING, -timedelta(minutes=1))
    assert recover(db, witness=None, now=now) == RecoveryReport(uncertain=1)
    assert reload(dispatch).status is Status.UNCERTAIN
    assert reload(alive).status is Status.SENDING
    assert recover(db, witness=None, now=now) == RecoveryReport()


def test_the_witness_decides_about_an_interrupted_send(
    db: Database, leave: Leave, reload: Reload, now: datetime
) -> None:
    arrived, lost = leave("arrived", Status.SENDING), leave("lost", Status.SENDING)
    witness = Seen({arrived.message_id})
    assert recover(db, witness=witness, now=now) == RecoveryReport(seen=1, unseen=1)
    assert (reload(arrived).status, reload(arrived).accepted_at) == (Status.ACCEPTED, now)
    assert (reload(lost).status, reload(lost).next_attempt_at) == (Status.QUEUED, now)
    with db.reading() as session:
        assert ledger.history(session, "dispatch", arrived.id)[-1].kind == "mail.seen"
        assert ledger.history(session, "dispatch", lost.id)[-1].kind == "mail.unseen"


def test_the_witness_is_asked_only_when_things_have_settled(
    db: Database, leave: Leave, reload: Reload, now: datetime
) -> None:
    dispatch = leave("1", Status.SENDING, SETTLING / 2)
    witness = Seen()
    assert recover(db, witness=witness, now=now) == RecoveryReport()
    assert witness.asked == []
    assert recover(db, witness=witness, now=now, settling=timedelta(0)).unseen == 1
    assert reload(dispatch).status is Status.QUEUED


def test_a_witness_that_cannot_look_decides_nothing(
    db: Database, leave: Leave, reload: Reload, now: datetime
) -> None:
    dispatch, claimed = leave("1", Status.SENDING), leave("2", Status.CLAIMED)
    assert recover(db, witness=Seen(able=False), now=now) == RecoveryReport(returned=1, waiting=1)
    assert reload(dispatch).status is Status.SENDING
    assert reload(claimed).status is Status.QUEUED
    assert recover(db, witness=Seen({dispatch.message_id}), now=now).seen == 1


def test_what_a_forgetful_witness_has_not_seen_is_a_persons(
    db: Database, leave: Leave, reload: Reload, now: datetime
) -> None:
    """A log that was rotated away, or does not reach so far, proves nothing by its silence."""
    arrived, lost = leave("1", Status.SENDING), leave("2", Status.SENDING)
    witness = Seen({arrived.message_id}, remembers=False)
    assert recover(db, witness=witness, now=now) == RecoveryReport(seen=1, uncertain=1)
    assert reload(lost).status is Status.UNCERTAIN


def test_the_witness_clears_an_uncertain_dispatch_but_never_resends_it(
    db: Database, put: Put, reload: Reload, now: datetime
) -> None:
    arrived, lost = put(key="arrived"), put(key="lost")
    cut = FakeMailer(cutting_data=frozenset({ADDRESS}))
    dispatch_due(db, mailer=cut, attachments=lambda _: b"", now=now, owner="test")
    witness = Seen({arrived.message_id})
    mailer = FakeMailer()
    report = dispatch_due(
        db, mailer=mailer, attachments=lambda _: b"", now=now, owner="test", witness=witness
    )
    assert report.recovered == RecoveryReport(seen=1)
    assert mailer.sent == []
    assert reload(arrived).status is Status.ACCEPTED
    assert reload(lost).status is Status.UNCERTAIN


def test_an_owner_that_came_back_to_life_wins_over_recovery(
    db: Database, leave: Leave, reload: Reload, now: datetime
) -> None:
    """Between looking and deciding, the slow dispatcher records its outcome after all."""
    dispatch = leave("1", Status.SENDING)

    class Slow(Seen):
        def saw(self, message_id: str) -> bool:
            with db.transaction() as session:
                row = session.get_one(Dispatch, dispatch.id)
                row.status, row.owner = Status.ACCEPTED, None
            return False

    assert recover(db, witness=Slow(), now=now) == RecoveryReport()
    assert reload(dispatch).status is Status.ACCEPTED


def _mail(message_id: str, *, field: str = "Message-ID", body: str = "") -> bytes:
    return f"From: a@x.example\r\n{field}: {message_id}\r\nSubject: x\r\n\r\n{body}\r\n".encode()


def test_the_journal_knows_what_arrives_in_it(tmp_path: Path) -> None:
    maildir(tmp_path)
    witness = JournalWitness(tmp_path)
    assert not witness.saw("<one@x.example>")
    store(tmp_path, "1", _mail("<one@x.example>", field="Message-Id"))
    store(tmp_path, "2", _mail("\r\n <folded@x.example>"))
    assert witness.saw("<one@x.example>")
    assert witness.saw("<folded@x.example>")
    (tmp_path / "new" / "1").rename(tmp_path / "cur" / "1:2,S")
    store(tmp_path, "3", _mail("<three@x.example>"))
    (tmp_path / "new" / "3").rename(tmp_path / "cur" / "3:2,S")
    assert witness.saw("<one@x.example>")
    assert witness.saw("<three@x.example>")


def test_an_id_that_is_only_quoted_is_not_seen(tmp_path: Path) -> None:
    maildir(tmp_path)
    ours = "<ours@x.example>"
    store(tmp_path, "1", _mail("<reply@y.example>", body=f"Message-ID: {ours}"))
    store(tmp_path, "2", _mail(ours, field="In-Reply-To"))
    store(tmp_path, "3", b"\x00\xff" * 100_000)
    store(tmp_path, "4", b"")
    assert not JournalWitness(tmp_path).saw(ours)


@pytest.mark.parametrize("missing", ["", "new", "cur"])
def test_a_journal_that_is_not_there_is_not_a_no(tmp_path: Path, missing: str) -> None:
    maildir(tmp_path)
    (tmp_path / missing).rename(tmp_path.parent / f"{tmp_path.name}-gone")
    with pytest.raises(WitnessUnavailable):
        JournalWitness(tmp_path).saw("<ours@x.example>")


def test_a_file_renamed_while_looking_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    maildir(tmp_path)
    store(tmp_path, "1", _mail("<ours@x.example>"))
    (tmp_path / "new" / "1").rename(tmp_path / "cur" / "1:2,")
    opened = Path.open

    def renamed_first(path: Path, *arguments: object) -> object:
        monkeypatch.setattr(Path, "open", opened)
        path.rename(tmp_path / "cur" / "1:2,S")
        return opened(path, *arguments)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", renamed_first)
    assert JournalWitness(tmp_path).saw("<ours@x.example>")


def test_sqlite_finds_ended_leases_by_the_partial_index(sqlite_db: Database, now: datetime) -> None:
    with sqlite_db.reading() as session:
        assert queries.expired_sending(session, before=now) == []
        plan = session.connection().exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT * FROM dispatches WHERE lease_until < ? AND status = ?",
            ("2026", "sending"),
        )
        assert "ix_dispatches_leased" in str(plan.all())

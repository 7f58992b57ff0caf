"""A sweep of many ministries at once: the same as one by one, in a few statements, once."""

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from bench.reference.national import NOW, TODAY, make
from bench.rivals.bare_sweep import Statement, recorded, replay
from gongmun import ledger
from gongmun.calendar import calendar
from gongmun.db import Database
from gongmun.documents import Document
from gongmun.ledger import LedgerEvent
from gongmun.mail import Dispatch
from gongmun.organisations import ContactRole, retire_contact
from gongmun.organisations.models import Organisation
from gongmun.referrals import chase_pauses, chasing, drafting_notices, queries
from gongmun.referrals.chasing import ChaseReport, sweep
from gongmun.referrals.ladder import Rung
from gongmun.referrals.life import Status
from gongmun.referrals.models import LadderStep, Notice, NoticeKind, Referral
from gongmun.referrals.notices import enqueue_notices, prepare_notices
from tests.world import LADDER, World, at

pytestmark = pytest.mark.long

DUE = 1000


@pytest.fixture
def small(sqlite_db: Database, tmp_path: Path, now: datetime) -> World:
    """An installation on SQLite."""
    return World(db=sqlite_db, folder=tmp_path, now=now)


def steps_of(db: Database) -> Counter[tuple[str, bool]]:
    with db.reading() as session:
        rows = session.execute(
            select(LadderStep.rung, LadderStep.skipped)
            .where(LadderStep.fired_on == TODAY)
            # What the world was made with was written as fired on that day too, without a notice.
            .where((LadderStep.notice_id.is_not(None)) | (LadderStep.rung == Rung.SILENCE))
        )
        return Counter((rung.value, skipped) for rung, skipped in rows)


def test_many_ministries_are_swept_as_each_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reports: list[ChaseReport] = []
    days: list[list[tuple[int, date | None]]] = []
    for batch in (10_000, 1):
        monkeypatch.setattr(chasing, "_BATCH", batch)
        db = Database(f"sqlite:///{tmp_path / f'{batch}.db'}")
        make(db, referrals=5 * DUE, due=DUE)
        reports.append(sweep(db, ladder=LADDER, now=NOW))
        assert steps_of(db) == {
            ("nudge", False): 200,
            ("courtesy_late", False): 400,
            ("first_reminder", False): 200,
            ("second_reminder", False): 100,
            ("escalation", False): 50,
            ("silence", False): 50,
        }
        with db.reading() as session:
            kinds = Counter(notice.kind for notice in session.scalars(select(Notice)))
            assert kinds == {NoticeKind.CHASE: 50, NoticeKind.ESCALATION: 50}
            rows = session.execute(
                select(Referral.id, Referral.next_action_on).order_by(Referral.id)
            ).all()
            days.append([(referral_id, on) for referral_id, on in rows])
            assert (
                session.scalar(select(func.count()).where(LedgerEvent.kind == "referral.overdue"))
                == 200
            )
        db.dispose()
    together, alone = reports
    assert (together.fired, together.skipped) == (alone.fired, alone.skipped)
    assert len(together.notices) == len(alone.notices) == 100
    assert days[0] == days[1]
    assert all(on is None or on > TODAY for _, on in days[0])


def test_the_sweep_takes_a_few_statements_and_none_that_reads_what_is_not_due(
    sqlite_db: Database,
) -> None:
    make(sqlite_db, referrals=10 * DUE, due=DUE)
    with recorded(sqlite_db) as said:
        report = sweep(sqlite_db, ladder=LADDER, now=NOW)
        prepare_notices(sqlite_db, now=NOW)
    assert len(report.notices) == 100
    assert len([each for each in said if each.text]) < 60
    plans = [plan for each in said for plan in plan_of(sqlite_db, each)]
    assert any("ix_referrals_next_action" in plan for plan in plans)
    scanned = {plan for plan in plans if plan.startswith("SCAN")}
    assert not [p for p in scanned if re.search(r"referrals|ladder_steps|suggestions|ledger", p)]


def plan_of(db: Database, statement: Statement) -> list[str]:
    if not statement.text or not statement.text.startswith(("SELECT", "UPDATE")):
        return []
    parameters = statement.parameters[0] if statement.many else statement.parameters
    with db.engine.connect() as connection:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement.text}", parameters)
        return [row[3] for row in rows]


def test_the_rival_of_the_bench_does_the_same_work(tmp_path: Path) -> None:
    written: list[tuple[int, ...]] = []
    said: list[Statement] = []
    for name in ("ours", "rival"):
        db = Database(f"sqlite:///{tmp_path / f'{name}.db'}")
        make(db, referrals=5 * DUE, due=DUE)
        if name == "ours":
            with recorded(db) as said:
                sweep(db, ladder=LADDER, now=NOW)
        else:
            db.dispose()
            replay(db.url, said)
        with db.reading() as session:
            counts = [
                session.scalar(select(func.count()).select_from(table)) or 0
                for table in (LadderStep, Notice, Document, LedgerEvent)
            ]
            due = session.scalar(select(func.count()).where(Referral.next_action_on <= TODAY))
            written.append((*counts, due or 0))
        db.dispose()
    assert written[0] == written[1]
    assert written[0][-1] == 0


def test_sweeps_at_once_write_one_message_to_each_ministry(db: Database) -> None:
    make(db, referrals=5 * DUE, due=DUE)
    with ThreadPoolExecutor(3) as pool:
        reports = list(pool.map(lambda _: sweep(db, ladder=LADDER, now=NOW), range(3)))
    assert not [problem for report in reports for problem in report.problems]
    assert sum(sum(report.fired.values()) for report in reports) == DUE
    with db.reading() as session:
        notices = session.execute(select(Notice.kind, Notice.organisation_id)).all()
    assert len(notices) == len(set(notices)) == 100


@pytest.mark.parametrize("hour", [8, 12, 18, 23])
def test_outside_of_working_hours_nothing_is_claimed_and_nothing_queued(
    small: World, hour: int
) -> None:
    (referral_id,) = small.dispatched("statistics")
    today = date(2026, 10, 26)
    assert sweep(small.db, ladder=LADDER, now=at(today, hour)).quiet
    assert small.referral(referral_id).next_action_on == date(2026, 10, 16)
    sweep(small.db, ladder=LADDER, now=at(today, 17))
    report = enqueue_notices(small.db, now=at(today, hour))
    # A courtesy to the main contact, and to the backup one that it has not acknowledged.
    assert (report.enqueued, len(report.waiting)) == ((), 2)
    assert len(enqueue_notices(small.db, now=at(today, 17, 59)).enqueued) == 2


def test_a_paused_ministry_is_left_alone_and_caught_up_afterwards(small: World) -> None:
    paused, other = small.dispatched("statistics", "privacy")
    code = small.code(small.referral(paused))
    chase_pauses.pause(
        small.db, code, until=date(2026, 11, 9), name="한소통", reason="국정감사", now=small.now
    )
    for day in (date(2026, 10, 20), date(2026, 10, 30), date(2026, 11, 9)):
        swept, _ = small.chase(day)
        assert swept.paused == (small.referral(paused).organisation_id,)
    with small.db.reading() as session:
        assert queries.steps(session, paused) == []
        assert queries.steps(session, other) != []
    assert small.referral(paused).next_action_on == date(2026, 10, 16)
    small.chase(date(2026, 11, 10))
    with small.db.reading() as session:
        fired = {s.rung for s in queries.steps(session, paused) if not s.skipped}
    assert fired == {Rung.SECOND_REMINDER}


def test_a_ministry_that_is_no_more_is_not_written_to(small: World) -> None:
    gone, other = small.dispatched("statistics", "privacy")
    with small.db.transaction() as session:
        session.execute(
            update(Organisation)
            .where(Organisation.id == small.referral(gone).organisation_id)
            .values(valid_to=date(2026, 10, 29))
        )
    small.chase(date(2026, 10, 30))
    with small.db.reading() as session:
        assert queries.steps(session, gone) == []
        assert queries.steps(session, other) != []
    assert small.referral(gone).next_action_on == date(2026, 10, 16)


def test_a_notice_says_nothing_of_what_has_passed_to_another_ministry(small: World) -> None:
    first, second, third = small.dispatched("statistics", "statistics", "privacy")
    today = date(2026, 10, 30)
    sweep(small.db, ladder=LADDER, now=at(today))
    with small.db.transaction() as session:
        session.execute(
            update(Referral)
            .where(Referral.id == first)
            .values(organisation_id=small.referral(third).organisation_id)
        )
    small.send_notices(at(today, 10))
    code = small.code(small.referral(second)).lower()
    *_, mail = [mail for to, mail in small.sent() if to == f"forum@{code}.example"]
    body = mail.get_body(("plain",))
    assert body is not None
    assert "OCF-2026-10-001" not in body.get_content()
    assert "OCF-2026-10-002" in body.get_content()


def test_more_than_a_document_holds_goes_into_several_of_one_mail(
    small: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafting_notices, "ROW_LIMIT", 2)
    small.dispatched("statistics", "statistics", "statistics")
    small.chase(date(2026, 10, 30))
    with small.db.reading() as session:
        (notice,) = session.scalars(select(Notice)).all()
        mail = session.scalars(select(Dispatch).where(Dispatch.intent == "chase")).one()
        documents = [session.get_one(Document, i) for i in notice.document_ids]
    assert [len(document.context["items"]) for document in documents] == [2, 1]
    assert len(mail.attachments) == 2


def test_one_whose_deadline_cannot_be_counted_holds_up_nobody_in_its_batch(small: World) -> None:
    broken, sound = small.dispatched("statistics", "privacy")
    with small.db.transaction() as session:
        queries.by_id(session, broken).answer_due = date(2035, 12, 20)
    swept, _ = small.chase(date(2026, 10, 30))
    assert [problem.code for problem in swept.problems] == ["calendar.year_not_covered"]
    with small.db.reading() as session:
        assert {s.rung for s in queries.steps(session, sound) if not s.skipped} == {
            Rung.FIRST_REMINDER
        }
        assert queries.steps(session, broken) == []
        assert ledger.verify(session) > 0


def test_an_open_request_keeps_a_referral_quiet_for_another_day(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    with small.db.transaction() as session:
        queries.by_id(session, referral_id).asks_since = small.now
    today = date(2026, 10, 30)
    assert small.chase(today)[0].fired == {}
    assert small.referral(referral_id).next_action_on == calendar().shift(today, 1)
    assert small.referral(referral_id).status is Status.DISPATCHED


def test_a_sweep_with_nothing_due_writes_nothing(small: World) -> None:
    small.dispatched("statistics")
    sweep(small.db, ladder=LADDER, now=at(date(2026, 10, 12)))  # the first one notes the days off
    with recorded(small.db) as said:
        sweep(small.db, ladder=LADDER, now=at(date(2026, 10, 13)))
    asked = [each.text or "" for each in said]
    assert not [one for one in asked if one.startswith(("INSERT", "UPDATE", "BEGIN IMMEDIATE"))]
    assert (
        len([one for one in asked if one.startswith("SELECT")]) <= 3
    )  # due, paused, by which days off


def test_a_mail_lists_the_most_urgent_first(small: World) -> None:
    # Without a backup contact all is said to the main one.
    retire_contact(small.db, "MODS", ContactRole.BACKUP, small.now)
    small.dispatched("statistics")
    small.chase(date(2026, 10, 29))
    _, mail = small.sent()[-1]
    body = mail.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    # Neither acknowledged nor answered: due today goes before the request to acknowledge.
    assert text.index("회신 기한 당일 안내") < text.index("접수 확인 요청")
    assert "회신 기한 당일 안내" in str(mail["Subject"])

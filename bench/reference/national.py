"""Referrals of a whole country, made by bulk SQL: for the bench of the sweep.

A fifth of the referrals is open, and some of those are due on TODAY, spread evenly over the table and the
ministries: courtesy notices, requests to acknowledge, both formal reminders, escalations and silences. What is due
has the same shape however many referrals there are besides. All have steps and events behind them.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Date,
    Integer,
    MetaData,
    String,
    Table,
    case,
    func,
    insert,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.orm import Session

from gongmun.calendar import CountedIn, calendar
from gongmun.clock import seoul_date, seoul_time
from gongmun.db import Base, Database, UtcDateTime
from gongmun.db.schema import load_models
from gongmun.organisations import load
from gongmun.organisations.models import Organisation, OrganisationKind
from gongmun.referrals import days_met
from gongmun.referrals.ladder import Rung

TODAY = date(2026, 11, 3)
NOW = seoul_time(TODAY, 9, 10)
MINISTRIES = 50
# A normal year has as many forums; each has one document for each ministry.
_FORUMS = 25
_SENT = NOW - timedelta(days=60)
_BODY = (
    "버스 정류장에 그늘막과 긴 의자를 설치해 주십시오. 한여름 낮에는 기다리는 사람이 많습니다. " * 3
)
_TOPICS = ("statistics", "childcare", "privacy", "housing")

# One in twenty of what is due: status, working days from the acknowledgement's and the answer's due day until
# today, and the rungs behind it.
_COURTESIES = (Rung.COURTESY_EARLY, Rung.COURTESY_LATE, Rung.COURTESY_DUE)
_COURTESY = ("acknowledged", 8, -3, _COURTESIES[:1])
_NUDGE = ("dispatched", 1, -10, ())
_FIRST = ("acknowledged", 12, 1, _COURTESIES)
_SECOND = ("acknowledged", 18, 7, (*_COURTESIES, Rung.FIRST_REMINDER))
_ESCALATION = ("acknowledged", 25, 14, (*_SECOND[3], Rung.SECOND_REMINDER))
_SILENCE = ("acknowledged", 41, 30, (*_ESCALATION[3], Rung.ESCALATION))
_DUE = (*[_COURTESY] * 8, *[_NUDGE] * 4, *[_FIRST] * 4, *[_SECOND] * 2, _ESCALATION, _SILENCE)
_OPEN, _CLOSED = len(_DUE), len(_DUE) + 1
_SHAPES: Sequence[tuple[str, int, int, tuple[Rung, ...]]] = (
    *_DUE,
    ("acknowledged", 5, -6, _COURTESIES[:1]),
    ("closed", 20, 10, _COURTESIES[:2]),
)

_HELP = MetaData()
_NUMBERS = Table(
    "bench_numbers", _HELP, Column("n", Integer, primary_key=True, autoincrement=False)
)
_MINISTRIES = Table(
    "bench_ministries",
    _HELP,
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("id", Integer),
)
_KINDS = Table(
    "bench_kinds",
    _HELP,
    Column("kind", Integer, primary_key=True, autoincrement=False),
    Column("status", String),
    Column("acknowledge_due", Date),
    Column("answer_due", Date),
    Column("answer_counted_since", UtcDateTime),
    Column("answer_counted", Integer),
    Column("next_action_on", Date),
    Column("overdue_noted_on", Date),
)
_STEPS = Table(
    "bench_steps", _HELP, Column("kind", Integer), Column("rung", String), Column("due_on", Date)
)


def make(db: Database, *, referrals: int, due: int) -> None:
    """Fill an empty database. `due` is a multiple of 20 and MINISTRIES, `referrals` one of `5 * due`."""
    load_models()
    Base.metadata.create_all(db.engine)
    load(db, NOW - timedelta(days=200))
    with db.transaction() as session:
        connection = session.connection()
        _HELP.create_all(connection)
        _forums(connection, _ministries(session))
        _referrals(connection, referrals, due)
        _HELP.drop_all(connection)
        # As in an installation that is swept every day: only what is due is looked at.
        days_met.note(session, calendar(), NOW - timedelta(days=1))
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE" if db.is_sqlite else "VACUUM ANALYZE")


def _ministries(session: Session) -> Sequence[Organisation]:
    return session.scalars(
        select(Organisation)
        .where(Organisation.valid_to.is_(None), Organisation.kind != OrganisationKind.OVERSIGHT)
        .order_by(Organisation.id)
        .limit(MINISTRIES)
    ).all()


def _forums(connection: Connection, ministries: Sequence[Organisation]) -> None:
    """Forums with their outcomes, and for each ministry the document and its mail."""
    assert len(ministries) == MINISTRIES
    connection.execute(
        insert(_MINISTRIES),
        [{"place": place, "id": each.id} for place, each in enumerate(ministries)],
    )
    numbers = range(1, _FORUMS + 1)
    places = [
        (forum * MINISTRIES + place + 1, each)
        for forum in range(_FORUMS)
        for place, each in enumerate(ministries)
    ]
    _put(connection, "forums", [_forum(number) for number in numbers])
    _put(connection, "suggestion_imports", [_import(number) for number in numbers])
    _put(connection, "outcomes", [_outcome(number) for number in numbers])
    _put(connection, "documents", [_document(number, each.code) for number, each in places])
    _put(connection, "dispatches", [_mail(number, each.code) for number, each in places])


def _put(connection: Connection, table: str, rows: Sequence[dict[str, Any]]) -> None:
    connection.execute(Base.metadata.tables[table].insert(), rows)
    _count_on(connection, table)


def _count_on(connection: Connection, table: str) -> None:
    """Let PostgreSQL's sequence go on after the ids that were given here."""
    if connection.dialect.name == "postgresql":
        connection.execute(
            text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")
        )


def _forum(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "code": f"BENCH-{number}",
        "kind": "open_forum",
        "title_ko": "생활 속 불편 함께 고치기",
        "title_en": "Fixing everyday problems",
        "starts_at": _SENT,
        "ends_at": _SENT,
        "answer_rule": "suggestion",
    }


def _import(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "forum_id": number,
        "file_name": "bench.csv",
        "sha256": "0" * 64,
        "mapping": {},
        "started_at": _SENT,
        "complete": True,
        "rows": 0,
        "accepted": 0,
        "already_there": 0,
        "rejected": 0,
    }


def _outcome(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "forum_id": number,
        "round": 1,
        "key": f"bench-{number}",
        "status": "issued",
        "revision": 0,
        "drafted_at": _SENT,
    }


def _document(number: int, code: str) -> dict[str, Any]:
    return {
        "id": number,
        "kind": "outcome",
        "key": f"bench:{number}",
        "recipient_code": code,
        "title": "열린소통포럼 결과 통보",
        "language": "ko",
        "status": "dispatched",
        "context": {},
        "division": "벤치과",
        "year": 2026,
        "serial": number,
        "created_at": _SENT,
        "numbered_at": _SENT,
    }


def _mail(number: int, code: str) -> dict[str, Any]:
    return {
        "id": number,
        "key": f"bench:{number}",
        "message_id": f"<{number}@participation.example>",
        "intent": "outcome",
        "organisation_code": code,
        "subject": "열린소통포럼 결과 통보",
        "body": "",
        "attachments": [],
        "wants_proof": True,
        "references": [],
        "language": "ko",
        "document_id": number,
        "status": "accepted",
        "attempts": 1,
        "created_at": _SENT,
        "accepted_at": _SENT,
        "token": f"{number:020}",
    }


def _referrals(connection: Connection, referrals: int, due: int) -> None:
    """Referral `n` goes to ministry `n % 50`; of every so many rows of ministries one is due."""
    _help(connection, referrals)
    tables = Base.metadata.tables
    n, every = _NUMBERS.c.n, referrals // due
    row = n // MINISTRIES
    lot = row // every
    forum = lot % _FORUMS + 1
    kind = case((row % every == 0, lot % len(_DUE)), (row % 5 == 0, _OPEN), else_=_CLOSED)
    suggestions = {
        "id": n + 1,
        "forum_id": forum,
        "key": literal("website:") + n.cast(String),
        "number": n + 1,
        "reference": literal("BENCH-") + n.cast(String),
        "channel": literal("website"),
        "title": literal("버스 정류장 그늘막 설치 ") + n.cast(String),
        "body": literal(_BODY),
        "topic": case(*[(lot % 4 == i, topic) for i, topic in enumerate(_TOPICS)]),
        "selected": literal(True),
        "content_hash": n.cast(String),
        "imported_at": literal(_SENT, tables["suggestions"].c.imported_at.type),
        "import_id": forum,
    }
    rows = {
        "id": n + 1,
        "outcome_id": forum,
        "suggestion_id": n + 1,
        "organisation_id": _MINISTRIES.c.id,
        "role": literal("lead"),
        "status": _KINDS.c.status,
        "document_id": (forum - 1) * MINISTRIES + n % MINISTRIES + 1,
        "answer_rule": literal("suggestion"),
        "arming": literal(1),
        "dispatched_at": literal(_SENT, tables["referrals"].c.dispatched_at.type),
        "acknowledge_due": _KINDS.c.acknowledge_due,
        "answer_counted_in": literal(CountedIn.WORKING_DAYS.value),
        "answer_counted_since": _KINDS.c.answer_counted_since,
        "answer_counted": _KINDS.c.answer_counted,
        "answer_due": _KINDS.c.answer_due,
        "next_action_on": _KINDS.c.next_action_on,
        "overdue_noted_on": _KINDS.c.overdue_noted_on,
    }
    steps = {
        "referral_id": n + 1,
        "arming": literal(1),
        "rung": _STEPS.c.rung,
        "due_on": _STEPS.c.due_on,
        "fired_on": _STEPS.c.due_on,
        "skipped": literal(False),
    }
    behind = connection.scalar(select(func.max(tables["ledger_events"].c.seq))) or 0
    events = {
        "seq": n + 1 + behind,
        "occurred_at": literal(_SENT, tables["ledger_events"].c.occurred_at.type),
        "actor": literal("system"),
        "kind": literal("referral.dispatched"),
        "subject_kind": literal("referral"),
        "subject_id": n + 1,
        "data": literal({}, tables["ledger_events"].c.data.type),
        "previous_hash": literal("0" * 64),
        "hash": literal("bench:") + n.cast(String),
    }
    of_kind = _NUMBERS.join(_KINDS, _KINDS.c.kind == kind).join(
        _MINISTRIES, _MINISTRIES.c.place == n % MINISTRIES
    )
    with_steps = _NUMBERS.join(_STEPS, _STEPS.c.kind == kind)
    for table, columns, source in (
        ("suggestions", suggestions, _NUMBERS),
        ("referrals", rows, of_kind),
        ("ladder_steps", steps, with_steps),
        ("ledger_events", events, _NUMBERS),
    ):
        query = select(*[value.label(name) for name, value in columns.items()])
        connection.execute(
            insert(tables[table]).from_select(
                list(columns), query.select_from(source).order_by(n), include_defaults=False
            )
        )
        if table != "ledger_events":
            _count_on(connection, table)
    head = tables["ledger_head"]
    connection.execute(update(head).values(seq=behind + referrals))


def _help(connection: Connection, referrals: int) -> None:
    """Numbers from zero, what each kind of referral looks like, and what is behind it."""
    digits = range(10)
    connection.execute(insert(_NUMBERS), [{"n": n} for n in digits])
    power = 10
    while power < referrals:
        further = [
            select((_NUMBERS.c.n + power * digit).label("n")).where(_NUMBERS.c.n < power)
            for digit in digits[1:]
        ]
        for each in further:
            connection.execute(insert(_NUMBERS).from_select(["n"], each))
        power *= 10
    connection.execute(_NUMBERS.delete().where(_NUMBERS.c.n >= referrals))
    for kind, (status, acknowledge, answer, behind) in enumerate(_SHAPES):
        answer_due = calendar().shift(TODAY, -answer)
        # A day that is still to come is one that was named: only `spread` says what a late holiday moves.
        since = seoul_time(answer_due) if answer < 0 else _SENT
        connection.execute(
            insert(_KINDS).values(
                kind=kind,
                status=status,
                acknowledge_due=calendar().shift(TODAY, -acknowledge),
                answer_due=answer_due,
                answer_counted_since=since,
                answer_counted=calendar().count(seoul_date(since), answer_due),
                overdue_noted_on=calendar().shift(TODAY, 1 - answer) if answer > 1 else None,
                next_action_on=None
                if kind == _CLOSED
                else TODAY + timedelta(days=3 if kind == _OPEN else 0),
            )
        )
        if behind:
            connection.execute(
                insert(_STEPS),
                [{"kind": kind, "rung": rung.value, "due_on": TODAY} for rung in behind],
            )

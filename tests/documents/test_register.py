"""The register: gapless per division and Seoul year, under writers at once."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from gongmun.db import Database
from gongmun.documents import DocumentKind, Status, approve, draft, queries
from gongmun.documents.register import register
from tests.documents import samples

DIVISION = "공론소통과"


def _drafts(db: Database, now: datetime, count: int) -> list[int]:
    with db.transaction() as session:
        ids = []
        for number in range(count):
            document = draft(
                session,
                kind=DocumentKind.OUTCOME,
                key=f"outcome:{number}",
                recipient_code="MOLIT",
                context=samples.outcome(),
                now=now,
            )
            approve(session, document, None, now)
            ids.append(document.id)
    return ids


def _register(db: Database, document_id: int, now: datetime, division: str = DIVISION) -> int:
    with db.transaction() as session:
        document = queries.locked(session, document_id)
        return register(session, document, division=division, now=now)


def _register_at(url: str, document_ids: list[int], now: datetime) -> None:
    database = Database(url)
    for document_id in document_ids:
        _register(database, document_id, now)
    database.dispose()


def _serials(db: Database, year: int, division: str = DIVISION) -> list[int]:
    with db.reading() as session:
        return [entry.serial for entry in queries.register_entries(session, division, year)]


def test_threads_at_once_leave_no_gap_even_where_some_roll_back(
    db: Database, now: datetime
) -> None:
    ids = _drafts(db, now, 40)

    def write(document_id: int) -> None:
        if document_id % 4 == 0:
            with pytest.raises(ZeroDivisionError), db.transaction() as session:
                document = queries.locked(session, document_id)
                register(session, document, division=DIVISION, now=now)
                raise ZeroDivisionError
        _register(db, document_id, now)

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(write, ids))
    assert _serials(db, 2026) == list(range(1, 41))


def test_processes_at_once_leave_no_gap(postgresql_db: Database, now: datetime) -> None:
    ids = _drafts(postgresql_db, now, 40)
    url = postgresql_db.url.render_as_string(hide_password=False)
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as processes:
        for done in [
            processes.submit(_register_at, url, part, now) for part in (ids[::2], ids[1::2])
        ]:
            done.result()
    assert _serials(postgresql_db, 2026) == list(range(1, 41))


def test_the_year_turns_at_midnight_in_seoul(db: Database, now: datetime) -> None:
    first, second, third = _drafts(db, now, 3)
    midnight = datetime(2026, 12, 31, 15, 0, tzinfo=UTC)
    assert _register(db, first, midnight - timedelta(seconds=1)) == 1
    assert _register(db, second, midnight) == 1
    assert _register(db, third, midnight) == 2
    assert (_serials(db, 2026), _serials(db, 2027)) == ([1], [1, 2])


def test_divisions_count_apart(db: Database, now: datetime) -> None:
    first, second = _drafts(db, now, 2)
    assert _register(db, first, now) == 1
    assert _register(db, second, now, division="참여정책과") == 1


def test_the_number_of_a_document(db: Database, now: datetime) -> None:
    (document_id,) = _drafts(db, now, 1)
    _register(db, document_id, now)
    with db.reading() as session:
        document = queries.by_id(session, document_id)
    assert document.number == "공론소통과-1"
    assert document.status is Status.APPROVED

"""The register: gapless per division and Seoul year, under writers at once."""

import multiprocessing
import multiprocessing.connection
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection

import pytest

from gongmun.db import Database
from gongmun.documents import DocumentKind, Status, approve, draft, queries, register_queries
from gongmun.documents.register import register
from tests.documents import samples

pytestmark = pytest.mark.long

DIVISION, OTHER = "공론소통과", "참여정책과"


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


def _serials(db: Database, year: int, division: str = DIVISION) -> list[int]:
    with db.reading() as session:
        return [
            entry.serial for entry in register_queries.register_entries(session, division, year)
        ]


def _write_or_roll_back(db: Database, document_id: int, now: datetime) -> None:
    """Register the document; every fourth one only at the second try."""
    if document_id % 4 == 0:
        with pytest.raises(ZeroDivisionError), db.transaction() as session:
            document = queries.locked(session, document_id)
            register(session, document, division=_division(document_id), now=now)
            session.flush()
            raise ZeroDivisionError
    _register(db, document_id, now, _division(document_id))


def _division(document_id: int) -> str:
    return OTHER if document_id % 5 == 0 else DIVISION


def _write_at(url: str, document_ids: list[int], now: datetime) -> None:
    """A writer process."""
    database = Database(url)
    for document_id in document_ids:
        _write_or_roll_back(database, document_id, now)
    database.dispose()


def _die_at(url: str, document_ids: list[int], now: datetime, pipe: Connection) -> None:
    """A writer process that never ends: it holds the number of its last document until killed."""
    database = Database(url)
    *written, last = document_ids
    for document_id in written:
        _register(database, document_id, now, _division(document_id))
    with database.transaction() as session:
        register(session, queries.locked(session, last), division=_division(last), now=now)
        session.flush()
        pipe.send("holding")
        pipe.recv()


def test_threads_and_processes_at_once_leave_no_gap_where_some_roll_back_or_are_killed(
    db: Database, now: datetime
) -> None:
    ids = _drafts(db, now, 60)
    url = db.url.render_as_string(hide_password=False)
    spawn = multiprocessing.get_context("spawn")
    process = spawn.Process(target=_write_at, args=(url, ids[:20], now))
    pipes, victims = [], []
    for part in (ids[20:24], ids[24:28]):
        ours, theirs = spawn.Pipe()
        pipes.append(ours)
        victims.append(spawn.Process(target=_die_at, args=(url, part, now, theirs)))
    try:
        for started in (process, *victims):
            started.start()
        with ThreadPoolExecutor(4) as threads:
            written = [threads.submit(_write_or_roll_back, db, one, now) for one in ids[28:]]
            # One victim holds the counter while the other waits for it, and all other writers too.
            for ready in _each_ready(pipes):
                assert ready.recv() == "holding"
                victim = victims[pipes.index(ready)]
                victim.kill()
                victim.join()
            for each in written:
                each.result()
        process.join()
    finally:
        for started in (process, *victims):
            started.kill()
    assert process.exitcode == 0
    # The killed writers' last documents have no number; a later call gives them the next ones.
    with db.reading() as session:
        without = [one for one in ids if queries.by_id(session, one).serial is None]
    assert without == [ids[23], ids[27]]
    for division in (DIVISION, OTHER):
        count = sum(_division(one) == division for one in ids if one not in without)
        assert _serials(db, 2026, division) == list(range(1, count + 1))
    for document_id in without:
        _register(db, document_id, now, _division(document_id))
    with db.reading() as session:
        numbers = {queries.by_id(session, one).number for one in ids}
    assert len(numbers) == len(ids)


def _each_ready(pipes: list[Connection]) -> Iterator[Connection]:
    waiting = list(pipes)
    while waiting:
        ready = multiprocessing.connection.wait(waiting, timeout=120)
        assert ready, "no writer came as far as its last document"
        for pipe in ready:
            assert isinstance(pipe, Connection)
            waiting.remove(pipe)
            yield pipe


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
    assert _register(db, second, now, division=OTHER) == 1


def test_the_number_of_a_document(db: Database, now: datetime) -> None:
    (document_id,) = _drafts(db, now, 1)
    _register(db, document_id, now)
    with db.reading() as session:
        document = queries.by_id(session, document_id)
    assert document.number == "공론소통과-1"
    assert document.status is Status.APPROVED

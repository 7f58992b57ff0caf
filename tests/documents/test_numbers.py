"""Numbers that people name: serials begin anew each year, so a number may be of several years."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest

from gongmun.db import Database
from gongmun.documents import FakeRenderer, LocalStore, approve, draft, issue, queries
from gongmun.documents.exporting import FileFormat, FileNotMade, export
from gongmun.documents.queries import NumberOfSeveralYears
from gongmun.errors import NotFound
from tests.documents import samples

NUMBER = "공론소통과-1"


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "documents")


@pytest.fixture
def ids(db: Database, store: LocalStore, now: datetime) -> Sequence[int]:
    """The first document of 2026, the first of 2027, the second of 2027, and one that is a draft."""
    next_year = now.replace(year=2027)
    found = []
    for key, at in (("a", now), ("b", next_year), ("c", next_year), ("d", next_year)):
        context = samples.outcome()
        with db.transaction() as session:
            document = draft(
                session, kind=context.kind, key=key, recipient_code="MOE", context=context, now=at
            )
            if key != "d":
                approve(session, document, None, at)
        issue(db, [document.id], renderer=FakeRenderer(), store=store, now=at)
        found.append(document.id)
    return found


def test_a_number_of_several_years_names_them_and_is_not_guessed(
    db: Database, ids: Sequence[int]
) -> None:
    with db.reading() as session:
        for find in (queries.by_number, queries.named):
            with pytest.raises(NumberOfSeveralYears) as caught:
                find(session, NUMBER)
            for message in (caught.value.message_ko, caught.value.message_en):
                assert f"{NUMBER}@2027, {NUMBER}@2026" in message
            assert find(session, f"{NUMBER}@2026").id == ids[0]
            assert find(session, f"{NUMBER}@2027").id == ids[1]
            assert find(session, "공론소통과-2").id == ids[2]


@pytest.mark.parametrize(
    "year", ["", "2025", "26", "2026@2026", "２０２６", "99999999999999999999"]
)
def test_a_year_without_this_number_has_none(db: Database, ids: Sequence[int], year: str) -> None:
    with db.reading() as session, pytest.raises(NotFound) as caught:
        queries.by_number(session, f"{NUMBER}@{year}")
    assert f"{NUMBER}@{year}" in caught.value.message_ko


def test_a_number_on_a_copy_is_of_the_newest_year(db: Database, ids: Sequence[int]) -> None:
    with db.reading() as session:
        newest = queries.newest_by_number(session, NUMBER)
        assert newest is not None
        assert newest.id == ids[1]
        assert queries.newest_by_number(session, "공론소통과-9") is None
        assert queries.newest_by_number(session, "no number") is None


def test_export_takes_a_number_with_its_year_or_an_id(
    db: Database, store: LocalStore, ids: Sequence[int]
) -> None:
    def exported(name: str) -> bytes:
        return export(db, name, format=FileFormat.PDF, renderer=_never_opened, store=store)

    for name in (f"{NUMBER}@2026", str(ids[0])):
        with db.reading() as session:
            sha256 = queries.by_id(session, ids[0]).file_sha256
        assert sha256
        assert exported(name) == store.get(sha256)
    with pytest.raises(NumberOfSeveralYears):
        exported(NUMBER)
    with pytest.raises(FileNotMade, match=str(ids[3])):
        exported(str(ids[3]))


def _never_opened() -> FakeRenderer:
    raise AssertionError("nothing is to be printed")

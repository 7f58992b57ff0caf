"""Selecting and routing: each change once, and told to the ledger."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from gongmun import ledger
from gongmun.db import Database
from gongmun.errors import NotFound
from gongmun.ledger import Actor
from gongmun.suggestions import queries, selection
from gongmun.suggestions.intake import import_file
from gongmun.suggestions.mapping import ColumnMapping
from gongmun.suggestions.queries import SuggestionCounts
from gongmun.suggestions.topics import InvalidTopicCode


@pytest.fixture
def suggestion_id(
    db: Database,
    forum_id: int,
    title_only: ColumnMapping,
    write: Callable[[str, str], Path],
    now: datetime,
) -> int:
    path = write("a.csv", "title\n가로등을 고쳐 주십시오\n버스를 늘려 주십시오\n")
    import_file(db, path, title_only, forum_id=forum_id, now=now)
    return 1


def _kinds(db: Database, suggestion_id: int) -> list[str]:
    with db.reading() as session:
        return [event.kind for event in ledger.history(session, "suggestion", suggestion_id)]


def test_select_and_deselect(
    db: Database, forum_id: int, suggestion_id: int, now: datetime
) -> None:
    for _ in range(2):
        selection.select(db, suggestion_id, now=now)
    with db.reading() as session:
        assert [s.id for s in queries.selected_of_forum(session, forum_id)] == [suggestion_id]
        assert queries.counts(session, forum_id) == SuggestionCounts(
            all=2, selected=1, selected_without_topic=1
        )
    for _ in range(2):
        selection.deselect(db, suggestion_id, now=now)
    with db.reading() as session:
        assert queries.selected_of_forum(session, forum_id) == []
    assert _kinds(db, suggestion_id) == ["suggestion.selected", "suggestion.deselected"]


def test_a_topic_is_given_once(db: Database, suggestion_id: int, now: datetime) -> None:
    for _ in range(2):
        selection.set_topic(db, suggestion_id, "telecom", now=now)
    with db.reading() as session:
        assert queries.by_id(session, suggestion_id).topic == "telecom"
        (event,) = ledger.history(session, "suggestion", suggestion_id)
    assert (event.kind, event.data) == ("suggestion.topic_set", {"topic": "telecom"})
    assert event.actor == Actor.COORDINATOR


@pytest.mark.parametrize("word", ["", "t", "Telecom", "tele com", "통신", "1st", "a" * 41, "ab\n"])
def test_what_is_no_topic_code_is_refused(
    db: Database, suggestion_id: int, now: datetime, word: str
) -> None:
    with pytest.raises(InvalidTopicCode):
        selection.set_topic(db, suggestion_id, word, now=now)
    assert _kinds(db, suggestion_id) == []


def test_an_unknown_suggestion_is_refused(db: Database, now: datetime) -> None:
    with pytest.raises(NotFound):
        selection.select(db, 99, now=now)
    with pytest.raises(NotFound):
        selection.deselect(db, 99, now=now)
    with pytest.raises(NotFound):
        selection.set_topic(db, 99, "telecom", now=now)

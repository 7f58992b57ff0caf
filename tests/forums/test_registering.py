"""A forum names the period in which ministries answer: only one that is such a period."""

from datetime import datetime
from pathlib import Path

import pytest

from gongmun.calendar import UnknownRule, rule
from gongmun.clock import seoul_date
from gongmun.db import Database
from gongmun.forums.models import ForumKind
from gongmun.forums.registering import ForumFile, NotAnAnswerRule, register_forum
from tests.rules import rules_of, without_pauses


def _file(now: datetime, answer_rule: str) -> ForumFile:
    return ForumFile(
        code="OCF-2026-10",
        kind=ForumKind.OPEN_FORUM,
        title_ko="생활 속 불편 함께 고치기",
        title_en="Fixing everyday problems",
        starts_at=now,
        answer_rule=answer_rule,
    )


@pytest.mark.parametrize("code", ["suggestion", "peoples_proposal", "petition", "at_once"])
def test_a_period_for_answers_is_taken(sqlite_db: Database, now: datetime, code: str) -> None:
    first = register_forum(sqlite_db, _file(now, code), now=now)
    assert register_forum(sqlite_db, _file(now, code), now=now) == first


def test_what_a_period_is_for_is_not_guessed_from_when_it_stands_still(
    sqlite_db: Database, now: datetime, tmp_path: Path
) -> None:
    with rules_of(tmp_path, without_pauses()):
        assert register_forum(sqlite_db, _file(now, "suggestion"), now=now)
        with pytest.raises(NotAnAnswerRule, match="suggestion"):
            register_forum(sqlite_db, _file(now, "reexamination"), now=now)


@pytest.mark.parametrize("code", ["acknowledgement", "reexamination", "unadopted"])
def test_a_period_for_something_else_is_refused(
    sqlite_db: Database, now: datetime, code: str
) -> None:
    assert rule(code, seoul_date(now)).code == code
    with pytest.raises(NotAnAnswerRule, match="suggestion"):
        register_forum(sqlite_db, _file(now, code), now=now)


def test_a_period_that_does_not_exist_is_refused(sqlite_db: Database, now: datetime) -> None:
    with pytest.raises(UnknownRule):
        register_forum(sqlite_db, _file(now, "suggestions"), now=now)

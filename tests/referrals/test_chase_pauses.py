"""Pauses of the chase: with a reason and an end, one at a time for each ministry."""

import re
from datetime import date, datetime, timedelta

import pytest

from gongmun import ledger
from gongmun.clock import seoul_time
from gongmun.db import Database
from gongmun.errors import NotFound
from gongmun.referrals import chase_pause_queries as queries
from gongmun.referrals.chase_pauses import (
    LONGEST,
    AlreadyPaused,
    EndOutOfRange,
    NotPaused,
    PauseIncomplete,
    pause,
    resume,
    standing,
)
from gongmun.referrals.models import ChasePause
from tests.world import organise

NOW = seoul_time(date(2026, 11, 23), 10)
TODAY = date(2026, 11, 23)
UNTIL = date(2026, 11, 27)
REASON = "국정감사 기간"


@pytest.fixture
def organised_db(sqlite_db: Database) -> Database:
    """With the organisations loaded."""
    organise(sqlite_db, NOW)
    return sqlite_db


def begin(
    db: Database,
    code: str = "MOIS",
    *,
    until: date = UNTIL,
    name: str = "한소통",
    reason: str = REASON,
    now: datetime = NOW,
) -> ChasePause:
    return pause(db, code, until=until, name=name, reason=reason, now=now)


def held(db: Database, day: date) -> list[str]:
    with db.reading() as session:
        return [one.reason for one in queries.paused_organisations(session, day).values()]


def test_a_pause_holds_from_today_until_the_end_of_its_last_day(organised_db: Database) -> None:
    begin(organised_db)
    assert held(organised_db, TODAY) == held(organised_db, UNTIL) == [REASON]
    assert held(organised_db, UNTIL + timedelta(days=1)) == []


def test_it_can_be_ended_before(organised_db: Database) -> None:
    begin(organised_db)
    ended = resume(organised_db, "MOIS", name="김소통", now=NOW + timedelta(days=1))
    assert ended.ended_by == "김소통"
    assert held(organised_db, UNTIL) == []
    with pytest.raises(NotPaused):
        resume(organised_db, "MOIS", name="김소통", now=NOW)


def test_one_ministry_is_paused_once_and_another_one_apart(organised_db: Database) -> None:
    begin(organised_db)
    with pytest.raises(AlreadyPaused, match="2026"):
        begin(organised_db, until=UNTIL + timedelta(days=3))
    begin(organised_db, "MOE")
    assert len(held(organised_db, TODAY)) == 2


def test_after_it_has_run_out_another_can_begin(organised_db: Database) -> None:
    begin(organised_db)
    later = NOW + timedelta(days=10)
    begin(organised_db, until=UNTIL + timedelta(days=10), now=later)
    with organised_db.reading() as session:
        assert len(queries.all_pauses(session)) == 2


@pytest.mark.parametrize(
    ("wrong", "option"),
    [
        ({"until": TODAY - timedelta(days=1)}, "--until"),
        ({"until": TODAY + LONGEST + timedelta(days=1)}, "--until"),
        ({"reason": " \n"}, "--reason"),
        ({"reason": "가" * 501}, "--reason"),
        ({"name": "  "}, "--name"),
        ({"name": "가" * 101}, "--name"),
    ],
)
def test_what_is_missing_is_refused_and_named(
    organised_db: Database, wrong: dict[str, object], option: str
) -> None:
    with pytest.raises((PauseIncomplete, EndOutOfRange)) as caught:
        begin(organised_db, **wrong)  # type: ignore[arg-type]
    for said in (caught.value.message_ko, caught.value.message_en):
        assert {"--until", "--reason", "--name"} & set(re.findall("--[a-z]+", said)) == {option}
    assert held(organised_db, TODAY) == []


def test_a_pause_is_ended_by_somebody(organised_db: Database) -> None:
    begin(organised_db)
    with pytest.raises(PauseIncomplete, match="성명") as caught:
        resume(organised_db, "MOIS", name=" ", now=NOW)
    assert "보류하지 않았습니다" not in caught.value.message_ko
    assert held(organised_db, TODAY) == [REASON]


def test_those_that_stand_are_listed(organised_db: Database) -> None:
    begin(organised_db, "MOIS")
    begin(organised_db, "MOE")
    resume(organised_db, "MOIS", name="김소통", now=NOW)
    with organised_db.reading() as session:
        assert [(one.code, one.until) for one in standing(session, TODAY)] == [("MOE", UNTIL)]
        assert standing(session, UNTIL + timedelta(days=1)) == []


def test_a_ministry_that_is_gone_or_never_was_is_not_paused(organised_db: Database) -> None:
    for code in ("ME-2025", "NOBODY"):
        with pytest.raises(NotFound):
            begin(organised_db, code)


def test_the_ledger_has_it_without_names(organised_db: Database) -> None:
    begun = begin(organised_db)
    resume(organised_db, "MOIS", name="김소통", now=NOW)
    with organised_db.reading() as session:
        events = ledger.history(session, "chase_pause", begun.id)
    assert [event.kind for event in events] == ["chase.paused", "chase.resumed"]
    assert "소통" not in str([event.data for event in events])

"""A referral whose answer is due within hours: dispatch, a question over night, more time, all to the minute."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from gongmun.answers import asking, extending
from gongmun.answers.models import Channel
from gongmun.calendar import Counting, WorkingCalendar, calendar
from gongmun.calendar.overrides import Override
from gongmun.clock import SEOUL
from gongmun.db import Database
from gongmun.documents import Decision
from gongmun.forums.models import Forum
from gongmun.referrals import explaining
from gongmun.referrals.clocks import answer_values, is_late
from gongmun.referrals.ladder import Clock
from gongmun.referrals.life import Status
from gongmun.referrals.models import Referral
from gongmun.referrals.recompute_preview import preview
from gongmun.referrals.recomputing import recompute
from gongmun.referrals.retelling import retold
from gongmun.text import Bilingual
from tests.world import LADDER, World

MONDAY = datetime(2026, 10, 12, 9, 30, tzinfo=SEOUL)


@pytest.fixture
def world(sqlite_db: Database, tmp_path: Path) -> World:
    return World(db=sqlite_db, folder=tmp_path, now=MONDAY)


def referred(world: World, rule: str) -> int:
    """A referral of a forum whose answers are due by that rule, dispatched on Monday at half past nine."""
    forum_id = world.forum()
    with world.db.transaction() as session:
        session.execute(update(Forum).values(answer_rule=rule))
    world.suggest(forum_id, "housing")
    outcome_id = world.wrap_up(forum_id).outcome_id
    assert outcome_id is not None
    world.decide(outcome_id)
    world.issue()
    world.dispatch()
    return world.referrals(outcome_id)[0].id


def due(referral: Referral, *, of_day: bool = False) -> str:
    """When it is due; the end `of_day` is the next day's midnight."""
    assert referral.answer_due_at is not None
    last = referral.answer_due_at - timedelta(seconds=of_day)
    assert referral.answer_due == last.astimezone(SEOUL).date()
    return f"{referral.answer_due_at.astimezone(SEOUL):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("rule", "until"),
    [
        ("at_once", "2026-10-12 13:30"),  # over the lunch hour
        ("three_days", "2026-10-15 09:30"),
        ("five_days", "2026-10-19 09:30"),
    ],
)
def test_hours_run_from_the_dispatch(world: World, rule: str, until: str) -> None:
    assert due(world.referral(referred(world, rule))) == until


def test_a_question_over_night_leaves_the_hours_that_were_left(world: World) -> None:
    referral_id = referred(world, "at_once")
    asked = MONDAY + timedelta(minutes=30, seconds=1)
    question = asking.ask(
        world.db, referral_id, text="범위가 어디까지입니까?", channel=Channel.PORTAL, now=asked
    )
    assert world.referral(referral_id).paused_at == asked
    answered = datetime(2026, 10, 12, 20, 0, tzinfo=SEOUL)
    asking.answer(
        world.db, question.id, answer="모두입니다.", name="한소통", ladder=LADDER, now=answered
    )
    referral = world.referral(referral_id)
    # Two hours and a half but one second, from nine on Tuesday.
    assert due(referral) == "2026-10-13 11:29"
    said = explaining.in_short(referral, calendar())
    assert said is not None
    assert said.ko.endswith("기한이 2026. 10. 13.(화) 11:29까지로 조정되었습니다.")
    assert referral.answer_due_at is not None
    assert referral.answer_due_at.second == 59
    assert not is_late(referral.answer_due_at, referral.answer_due_at)


@pytest.mark.parametrize("answered_on", [12, 13, 17])
def test_hours_that_have_run_out_are_not_given_back_by_a_question(
    world: World, answered_on: int
) -> None:
    """It was due at half past one, and asks us at three: what it was late stays late."""
    referral_id = referred(world, "at_once")
    question = asking.ask(
        world.db,
        referral_id,
        text="범위가 어디까지입니까?",
        channel=Channel.PORTAL,
        now=MONDAY.replace(hour=15),
    )
    answered = datetime(2026, 10, answered_on, 18, 30, tzinfo=SEOUL)
    asking.answer(
        world.db, question.id, answer="모두입니다.", name="한소통", ladder=LADDER, now=answered
    )
    referral = world.referral(referral_id)
    assert referral.answer_due_at is not None
    assert is_late(referral.answer_due_at, answered)
    if answered_on == MONDAY.day:
        assert due(referral) == "2026-10-12 13:30"
    else:
        # As late in whole working days as it was: by none, so it was due on the last working day.
        assert calendar().count(referral.answer_due or MONDAY.date(), answered.date()) == 1


def test_a_later_hour_of_the_same_day_is_counted_again(world: World) -> None:
    """Friday is declared off when it has passed: Monday it stays, three hours from its morning on."""
    world.now = datetime(2026, 10, 16, 16, 0, tzinfo=SEOUL)
    referral_id = referred(world, "at_once")
    assert due(world.referral(referral_id)) == "2026-10-19 10:00"
    off = Bilingual(ko="임시공휴일", en="Temporary Holiday")
    friday = WorkingCalendar([Override(day=date(2026, 10, 16), working=False, name=off)])
    sunday = datetime(2026, 10, 18, 10, tzinfo=SEOUL)
    with world.db.reading() as session:
        found = preview(session, cal=friday, now=sunday)
    (line,) = (each for each in found.lines if each.clock is Clock.ANSWER)
    assert (line.old, line.new) == (date(2026, 10, 19), date(2026, 10, 19))
    assert line.why.ko == "2026. 10. 16.(금) 임시공휴일 지정(같은 날 12:00까지)"
    done = recompute(world.db, cal=friday, ladder=LADDER, now=sunday)
    assert done.moved == len(found.lines)
    assert due(world.referral(referral_id)) == "2026-10-19 12:00"
    with world.db.reading() as session:
        told = [each.text.ko for each in retold(session, referral_id)]
    assert any(
        "회신 시각 조정(2026. 10. 19. 12:00까지): 2026. 10. 16.(금) 임시공휴일 지정" in each
        for each in told
    )
    again = recompute(world.db, cal=friday, ladder=LADDER, now=sunday)
    assert again.moved == 0
    # Taken back the same day: the hour that was given is not taken away.
    recompute(world.db, cal=calendar(), ladder=LADDER, now=sunday)
    assert due(world.referral(referral_id)) == "2026-10-19 12:00"
    said = explaining.in_short(world.referral(referral_id), calendar())
    assert said is not None
    assert said.ko.endswith("변경 전에 안내한 2026. 10. 19.(월) 12:00까지 회신하시면 됩니다.")


def test_an_hour_that_moves_names_the_holiday_that_moved_it(world: World) -> None:
    """Not another one of the period, which was known when it was counted."""
    world.now = datetime(2026, 10, 16, 16, 0, tzinfo=SEOUL)
    known, late = (
        Override(day=day, working=False, name=Bilingual(ko=name, en=name))
        for day, name in ((date(2026, 10, 20), "known"), (date(2026, 10, 16), "late"))
    )
    referral_id = referred(world, "at_once")
    with world.db.transaction() as session:
        # As if the one on Tuesday had been known: three days from Friday, 16:00.
        counting = Counting.time(world.now, timedelta(hours=24))
        clock = answer_values(counting, WorkingCalendar([known]))
        session.execute(update(Referral).values(clock | {"status": Status.ACKNOWLEDGED}))
    assert due(world.referral(referral_id)) == "2026-10-22 16:00"
    with world.db.reading() as session:
        found = preview(session, cal=WorkingCalendar([known, late]), now=world.now)
    (line,) = (each for each in found.lines if each.clock is Clock.ANSWER)
    assert (
        line.why.en == "Fri 16 October 2026 became a day off (late) (until 18:00 on the same day)"
    )


def test_more_time_until_the_end_of_a_day_is_not_cut_short_by_a_question(world: World) -> None:
    """It was granted in whole days, of which the evening is one part: a pause in the evening takes nothing."""
    referral_id = referred(world, "three_days")
    friday = date(2026, 10, 16)
    with world.db.transaction() as session:
        session.execute(update(Referral).values(answer_values(Counting.days(friday), calendar())))
    evening = MONDAY.replace(hour=19)
    question = asking.ask(
        world.db, referral_id, text="범위는?", channel=Channel.PORTAL, now=evening
    )
    asking.answer(
        world.db,
        question.id,
        answer="모두",
        name="한소통",
        ladder=LADDER,
        now=evening + timedelta(hours=1),
    )
    assert due(world.referral(referral_id), of_day=True) == "2026-10-17 00:00"


def test_more_time_is_asked_for_until_the_hour_and_counted_in_days(world: World) -> None:
    referral_id = referred(world, "three_days")
    thursday = datetime(2026, 10, 15, 9, 30, tzinfo=SEOUL)
    ask: dict[str, Any] = {
        "until": date(2026, 10, 20),
        "reason": "현장 확인 중입니다.",
        "channel": Channel.PORTAL,
    }
    with pytest.raises(extending.ExtensionTooLate):
        extending.request(world.db, referral_id, now=thursday + timedelta(minutes=1), **ask)
    # As long as the first period: three days more, to Tuesday at the latest.
    with pytest.raises(extending.ExtensionOutOfRange):
        extending.request(
            world.db, referral_id, now=thursday, **(ask | {"until": date(2026, 10, 21)})
        )
    extension = extending.request(world.db, referral_id, now=thursday, **ask)
    extending.decide(
        world.db,
        extension.id,
        decision=Decision.APPROVE,
        name="한소통",
        reason="타당합니다.",
        new_due=None,
        ladder=LADDER,
        now=thursday,
    )
    assert due_day(world.referral(referral_id)) == date(2026, 10, 20)


def test_what_is_due_at_once_cannot_be_extended(world: World) -> None:
    referral_id = referred(world, "at_once")
    with pytest.raises(extending.ExtensionUsed):
        extending.request(
            world.db,
            referral_id,
            until=date(2026, 10, 13),
            reason="현장 확인 중입니다.",
            channel=Channel.PORTAL,
            now=MONDAY,
        )


def due_day(referral: Referral) -> date:
    """The day of a clock of days: it lasts until the midnight after it."""
    assert referral.answer_due is not None
    assert referral.answer_due_at is not None
    midnight = referral.answer_due_at.astimezone(SEOUL)
    assert (midnight.hour, midnight.minute) == (0, 0)
    assert midnight.date() == referral.answer_due + timedelta(days=1)
    return referral.answer_due

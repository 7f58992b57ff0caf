"""`gongmun deadline`: what moves when a holiday is declared late, and why."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import update

from gongmun.answers.extending import decide, request
from gongmun.answers.models import Channel
from gongmun.calendar import Counting
from gongmun.db.sweeps import lease
from gongmun.forums.models import Forum
from gongmun.referrals import pausing, queries
from gongmun.referrals.recomputing import RECOMPUTE
from gongmun.settings import settings
from tests.cli.conftest import Gongmun
from tests.world import LADDER, World, at

HEADER = "date,name_ko,name_en,kind,source\n"
HOLIDAY = "2026-10-23,임시공휴일,Temporary holiday,off,관보 제1호(2026-10-14)\n"
DAY = ("--as-of", "2026-10-14T10:00")


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The operator's file of days off, with nothing in it."""
    file = tmp_path / "days-off.csv"
    file.write_text(HEADER, encoding="utf-8")
    monkeypatch.setenv("GONGMUN_CALENDAR_OVERRIDES", str(file))
    settings.cache_clear()
    yield file
    monkeypatch.undo()
    settings.cache_clear()


def test_a_late_holiday_from_the_preview_to_the_explanation(
    own: Path, gongmun: Gongmun, installation: World
) -> None:
    (referral_id,) = installation.dispatched("statistics")
    nothing = gongmun("deadline", "recompute", *DAY).out
    assert "현재 휴무일과 다른 기한이 없습니다." in nothing
    assert "조정할 것이 없습니다. 바뀐 것은 없습니다." in nothing
    assert "--apply" not in nothing
    own.write_text(HEADER + HOLIDAY, encoding="utf-8")
    assert "gongmun deadline recompute" in gongmun("waiting", *DAY).flat
    seen = gongmun("deadline", "recompute", *DAY)
    assert seen.code == 0
    for part in ("MODS", "2026-10-29", "2026-10-30", "2026. 10. 23.(금) 임시공휴일 지정", "1건"):
        assert part in seen.flat
    assert "미리 보기이며, 아직 바뀐 것은 없습니다." in seen.flat
    assert "nothing was changed" in seen.flat
    assert 'gongmun deadline recompute --apply --name "성명" --reason "사유"' in seen.flat
    assert str(installation.referral(referral_id).answer_due) == "2026-10-29"

    # Until then the day that the ministry was told holds, and that is said.
    for command in (("referral", "show", referral_id), ("deadline", "explain", "--referral", 1)):
        shown = gongmun(*command).flat
        assert "지금까지 안내한 기한은 2026. 10. 29.(목)" in shown
        assert "회신 기한: 2026. 10. 29.(목)" in shown
        assert "연장·질의" not in shown
    for unsigned in ((), ("--name", "한소통"), ("--name", " ", "--reason", "관보 제1호")):
        refused = gongmun("deadline", "recompute", "--apply", *unsigned, *DAY)
        assert (refused.code, "deadline.unsigned" in refused.err) == (1, True)
        assert "--name" in refused.err
        assert "--reason" in refused.err
    words = ("--apply", "--name", "한소통", "--reason", "관보 제1호")
    applied = gongmun("deadline", "recompute", *words, *DAY)
    assert "기한 1건을 조정했습니다. 기관에 보낼 메일 1통을 발송함에 넣었습니다." in applied.flat
    assert "아직 바뀐 것은" not in applied.flat
    again = gongmun("deadline", "recompute", *words, *DAY).flat
    assert "다른 기한이 없습니다" in again
    assert "조정한 기한이 없고, 보낼 메일도 없습니다." in again
    assert "0" not in again
    for command in (("referral", "show", referral_id), ("deadline", "explain", "--referral", 1)):
        assert "임시공휴일 지정 [한소통: 관보 제1호]" in gongmun(*command).flat
    assert (
        "조정된 기한을 소관 기관에 안내 the ministry was told"
        in gongmun("referral", "show", 1).flat
    )

    explained = gongmun("deadline", "explain", "--referral", referral_id)
    assert explained.code == 0
    assert "휴무일 변경에 따른 회신 기한 조정(2026. 10. 29. → 2026. 10. 30.)" in explained.flat
    assert "당초 안내한 기한: 2026. 10. 29.(목)" in explained.flat
    assert "회신 기한: 2026. 10. 30.(금)" in explained.flat
    shown = gongmun("referral", "show", referral_id).flat
    assert "휴무일 변경에 따른 회신 기한 조정" in shown
    assert "회신 기한: 2026. 10. 30.(금)" in shown
    assert "당초 안내한 기한: 2026. 10. 29.(목)" in shown


def test_on_a_sunday_deadlines_move_and_the_mail_waits(
    own: Path, gongmun: Gongmun, installation: World
) -> None:
    installation.dispatched("statistics")
    own.write_text(HEADER + HOLIDAY, encoding="utf-8")
    words = ("--apply", "--name", "한소통", "--reason", "관보 제1호")
    applied = gongmun("deadline", "recompute", *words, "--as-of", "2026-10-18T16:06").flat
    assert "기한 1건을 조정했습니다. 지금 보낼 메일은 없습니다." in applied
    assert "2026. 10. 19.(월) 09:00 이후 근무시간에 메일로 알립니다" in applied


def test_the_deadline_that_holds_is_shown_after_more_time_was_granted(
    gongmun: Gongmun, installation: World
) -> None:
    (referral_id,) = installation.dispatched("statistics")
    with installation.db.transaction() as session:
        pausing.rearm(
            session,
            queries.by_id(session, referral_id),
            counting=Counting.days(date(2026, 11, 12)),
            ladder=LADDER,
            now=at(date(2026, 10, 14)),
        )
    shown = gongmun("referral", "show", referral_id).flat
    assert "회신 기한: 2026. 11. 12.(목)" in shown
    assert "연장·질의·보완·재검토" in shown


def test_both_deadlines_are_explained_day_by_day(gongmun: Gongmun, installation: World) -> None:
    (referral_id,) = installation.dispatched("statistics")
    explained = gongmun("deadline", "explain", "--referral", referral_id)
    receipt, answer = explained.out.split("접수 기한 계산")[1].split("회신 기한 계산 The days")
    ends = [
        [line.split()[:2] for line in part.splitlines() if line.startswith("2026-10-")][-1]
        for part in (receipt, answer)
    ]
    assert [(day[:10], place) for day, place in ends] == [("2026-10-15", "3"), ("2026-10-29", "14")]
    assert "접수 기한: 2026. 10. 15.(목)" in explained.flat


def _rows(shown: str) -> dict[str, list[str]]:
    """The rows of a table of days, by the day."""
    return {
        line[:10]: line.split()[1:]
        for line in shown.splitlines()
        if line.startswith(("2026-", "2027-"))
    }


def _extend(world: World, referral_id: int, until: date, *, on: date) -> None:
    asked = request(
        world.db,
        referral_id,
        until=until,
        reason="협의 중",
        channel=Channel.PORTAL,
        now=at(on, 11),
    )
    decide(
        world.db,
        asked.id,
        decision="approve",
        name="한소통",
        reason="타당함",
        ladder=LADDER,
        now=at(on, 15),
    )


def test_an_extension_is_named_and_counted_day_by_day(
    gongmun: Gongmun, installation: World
) -> None:
    (referral_id,) = installation.dispatched("statistics")
    _extend(installation, referral_id, date(2026, 11, 10), on=date(2026, 10, 21))
    explained = gongmun("deadline", "explain", "--referral", referral_id)
    assert (
        "이후 회신 기한을 2026. 10. 29.(목)에서 2026. 11. 10.(화)까지로 연장하였습니다."
        in explained.flat
    )
    assert "연장·질의" not in explained.flat
    counted, added = (
        _rows(part)
        for part in explained.out.split("회신 기한 계산 The days")[1].split("연장된 기간 계산")
    )
    assert next(iter(counted)) == "2026-10-12"
    assert list(counted)[-1] == "2026-10-29"
    assert counted["2026-10-29"][0] == "14"
    # Every day of it: working days with their number, the others with their reason.
    assert len(added) == 12
    assert added["2026-10-30"][:2] == ["1", "근무일"]
    assert added["2026-10-31"][:2] == ["–", "토요일"]
    assert added["2026-11-10"][:2] == ["8", "근무일"]
    assert "회신 기한: 2026. 11. 10.(화)" in explained.flat


def test_an_extension_after_a_question_is_counted_from_the_answer_to_it(
    gongmun: Gongmun, installation: World
) -> None:
    (referral_id,) = installation.dispatched("statistics")
    for day, act in ((date(2026, 10, 14), pausing.pause), (date(2026, 10, 19), pausing.resume)):
        with installation.db.transaction() as session:
            ladder = {"ladder": LADDER} if act is pausing.resume else {}
            act(session, queries.by_id(session, referral_id), now=at(day), **ladder)
    due = installation.referral(referral_id).answer_due
    assert due == date(2026, 11, 3)
    _extend(installation, referral_id, date(2026, 11, 5), on=date(2026, 10, 21))
    counted, added = (
        _rows(part)
        for part in gongmun("deadline", "explain", "--referral", referral_id)
        .out.split("회신 기한 계산 The days")[1]
        .split("연장된 기간 계산")
    )
    assert (next(iter(counted)), counted["2026-11-03"][0]) == ("2026-10-20", "11")
    assert {day: place for day, (place, *_) in added.items()} == {
        "2026-11-04": "1",
        "2026-11-05": "2",
    }


def _petition(world: World) -> int:
    """A referral that left on 12 October 2026, to be answered within ninety days by the calendar."""
    forum_id = world.forum()
    world.suggest(forum_id, "statistics")
    with world.db.transaction() as session:
        session.execute(update(Forum).values(answer_rule="petition"))
    outcome_id = world.wrap_up(forum_id).outcome_id
    assert outcome_id is not None
    world.decide(outcome_id)
    world.issue()
    world.dispatch()
    (referral,) = world.referrals(outcome_id)
    return referral.id


def test_a_period_by_the_calendar_is_counted_on_from_the_answer_to_a_question(
    gongmun: Gongmun, installation: World
) -> None:
    referral_id = _petition(installation)
    assert installation.referral(referral_id).answer_due == date(2027, 1, 11)
    for day, act in ((date(2026, 12, 28), pausing.pause), (date(2026, 12, 31), pausing.resume)):
        with installation.db.transaction() as session:
            ladder = {"ladder": LADDER} if act is pausing.resume else {}
            act(session, queries.by_id(session, referral_id), now=at(day), **ladder)
    # Fourteen days were left after the day of the question; the new year's day counts as any other.
    shown = gongmun("deadline", "explain", "--referral", referral_id)
    left = _rows(shown.out.split("회신 기한 계산 The days")[1])
    assert installation.referral(referral_id).answer_due == date(2027, 1, 14)
    assert [place for place, *_ in left.values()] == [str(place) for place in range(1, 15)]
    assert (next(iter(left)), list(left)[-1]) == ("2027-01-01", "2027-01-14")


def test_two_recounts_do_not_run_beside_each_other(gongmun: Gongmun, installation: World) -> None:
    words = ("--apply", "--name", "한소통", "--reason", "관보 제1호")
    with lease(installation.db, RECOMPUTE):
        refused = gongmun("deadline", "recompute", *words, *DAY)
    assert (refused.code, "sweep.busy" in refused.err) == (1, True)
    assert gongmun("deadline", "recompute", *words, *DAY).code == 0


@pytest.mark.parametrize("what", [(), ("--rule", "suggestion", "--referral", 1)])
def test_one_thing_is_explained_at_a_time(
    what: tuple[object, ...], gongmun: Gongmun, installation: World
) -> None:
    ended = gongmun("deadline", "explain", *what)
    assert (ended.code, "deadline.nothing_to_explain" in ended.err) == (1, True)


def test_a_referral_that_is_not_there_has_no_deadline(
    gongmun: Gongmun, installation: World
) -> None:
    ended = gongmun("deadline", "explain", "--referral", 99)
    assert ended.code == 1
    assert "Traceback" not in ended.err

"""`gongmun deadline`: what moves when a holiday is declared late, and why."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from gongmun.calendar import Counting
from gongmun.db.sweeps import lease
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
    assert "현재 휴무일과 다른 기한이 없습니다." in gongmun("deadline", "recompute", *DAY).out
    own.write_text(HEADER + HOLIDAY, encoding="utf-8")
    assert "gongmun deadline recompute" in gongmun("waiting", *DAY).flat
    seen = gongmun("deadline", "recompute", *DAY)
    assert seen.code == 0
    for part in ("MODS", "2026-10-29", "2026-10-30", "2026. 10. 23.(금) 임시공휴일 지정", "1건"):
        assert part in seen.flat
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
    assert "기한 1건을 조정하고, 기관에 보낼 메일 1통" in applied.flat
    assert "다른 기한이 없습니다" in gongmun("deadline", "recompute", *words, *DAY).flat
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
    assert "기한 1건을 조정하고, 기관에 보낼 메일 0통" in applied
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
    receipt, answer = explained.out.split("접수 기한 계산")[1].split("회신 기한 계산")
    ends = [
        [line.split()[:2] for line in part.splitlines() if line.startswith("2026-10-")][-1]
        for part in (receipt, answer)
    ]
    assert [(day[:10], place) for day, place in ends] == [("2026-10-15", "3"), ("2026-10-29", "14")]
    assert "접수 기한: 2026. 10. 15.(목)" in explained.flat


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

"""`gongmun deadline`: what moves when a holiday is declared late, and why."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gongmun.settings import settings
from tests.cli.conftest import Gongmun
from tests.world import World

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

    refused = gongmun("deadline", "recompute", "--apply", *DAY)
    assert (refused.code, "approval.incomplete" in refused.err) == (1, True)
    words = ("--apply", "--name", "한소통", "--reason", "관보 제1호")
    applied = gongmun("deadline", "recompute", *words, *DAY)
    assert "기한 1건을 조정하고, 기관에 보낼 메일 1통" in applied.flat
    assert "다른 기한이 없습니다" in gongmun("deadline", "recompute", *words, *DAY).flat

    explained = gongmun("deadline", "explain", "--referral", referral_id)
    assert explained.code == 0
    assert "휴무일 변경에 따른 회신 기한 조정(2026. 10. 29. → 2026. 10. 30.)" in explained.flat
    assert "당초 안내한 기한: 2026. 10. 29.(목)" in explained.flat
    assert "회신 기한: 2026. 10. 30.(금)" in explained.flat
    assert "휴무일 변경에 따른 회신 기한 조정" in gongmun("referral", "show", referral_id).flat


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

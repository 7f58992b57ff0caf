"""The recount under Prefect: a preview that changes nothing, then the move; again is harmless."""

from datetime import date
from pathlib import Path

import pytest

from flows.chase_referrals import chase_referrals
from flows.recompute_deadlines import recompute_deadlines
from gongmun.settings import settings
from tests.flows.test_flows import artifact
from tests.world import World, at

pytestmark = [pytest.mark.long, pytest.mark.prefect]

NOW = at(date(2026, 10, 14))


def test_a_preview_and_a_move(
    installation: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (referral_id,) = installation.dispatched("statistics")
    file = tmp_path / "days-off.csv"
    file.write_text(
        "date,name_ko,name_en,kind,source\n2026-10-23,임시공휴일,Holiday,off,관보\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("GONGMUN_CALENDAR_OVERRIDES", str(file))
    settings.cache_clear()
    assert recompute_deadlines(as_of=NOW) == 1
    shown = artifact("recompute-deadlines").replace("\\", "")
    assert "2026. 10. 29.(목) | 2026. 10. 30.(금) | 1 | 1 |" in shown
    assert "Nothing" not in shown
    assert "dry_run" in shown.replace("`", "")
    assert installation.referral(referral_id).answer_due == date(2026, 10, 29)
    assert recompute_deadlines(as_of=NOW, dry_run=False) == 1
    assert "mails to ministries | 1 |" in artifact("recompute-deadlines").replace("\\", "")
    assert installation.referral(referral_id).answer_due == date(2026, 10, 30)
    assert recompute_deadlines(as_of=NOW, dry_run=False) == 0


def test_on_a_sunday_the_chase_of_monday_tells_of_it(
    installation: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation.dispatched("statistics")
    file = tmp_path / "days-off.csv"
    file.write_text(
        "date,name_ko,name_en,kind,source\n2026-10-23,임시공휴일,Holiday,off,관보\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("GONGMUN_CALENDAR_OVERRIDES", str(file))
    settings.cache_clear()
    assert recompute_deadlines(as_of=at(date(2026, 10, 18), 16), dry_run=False) == 1
    shown = artifact("recompute-deadlines").replace("\\", "")
    assert "mails to ministries | 0 |" in shown
    assert "다음 독촉 점검에서" in shown
    chase_referrals(as_of=at(date(2026, 10, 19)))
    assert "mails about moved deadlines | 1 |" in artifact("chase-referrals").replace("\\", "")

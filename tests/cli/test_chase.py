"""`gongmun chase`: what the next sweep would do, and ministries that are not reminded for a while."""

from datetime import date, timedelta

import pytest
from rich.cells import cell_len
from sqlalchemy import update

from gongmun.cli import output
from gongmun.referrals.models import ChasePause
from tests.cli.conftest import Gongmun
from tests.conftest import NOW
from tests.world import World

ME = ("--name", "한소통", "--reason", "국정감사 기간")


def test_a_pause_that_is_over_says_when_and_by_whom(gongmun: Gongmun, installation: World) -> None:
    day, later = ("--as-of", "2026-10-12T10:00"), ("--as-of", "2026-10-14T10:00")
    assert gongmun("chase", "pause", "MOIS", "--until", "2026-10-30", *ME, *day).code == 0
    assert "보류 중" in gongmun("chase", "pauses", *later).flat
    assert gongmun("chase", "resume", "MOIS", "--name", "김담당", *later).code == 0
    said = gongmun("chase", "pauses", *later).flat
    assert "2026-10-14 종료(김담당)" in said
    # Nobody ends one that passes on to the body that a ministry becomes.
    with installation.db.transaction() as session:
        session.execute(update(ChasePause).values(ended_by=None, ended_at=NOW + timedelta(days=3)))
    assert "2026-10-15 종료(승계)" in gongmun("chase", "pauses", *later).flat


def test_a_preview_is_one_line_for_a_ministry_and_rung_with_its_address(
    gongmun: Gongmun, installation: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation.dispatched(*["statistics"] * 9, "privacy")
    day = ("--as-of", "2026-10-30 10:00")  # the day after the answers were due
    monkeypatch.setattr(output.console, "width", 80)
    for role in ((), ("--backup",)):
        assert gongmun("contact", "retire", "PIPC", *role).code == 0
    seen = gongmun("chase", "preview", *day)
    assert seen.code == 0
    assert max(map(cell_len, seen.out.splitlines())) <= 80
    rows = [line for line in seen.out.splitlines() if "1차 독촉" in line]
    assert len(rows) == 2
    assert [row.split() for row in rows] == [
        ["국가데이터처", "(MODS)", "1차", "독촉", "9", "보냄"],
        ["개인정보보호위원회", "(PIPC)", "1차", "독촉", "1", "보냄"],
    ]
    assert "→ forum@mods.example" in seen.out
    assert "→ 연락처 없음 no mailbox" in seen.out
    # Nobody is written to about the rungs below.
    assert "당일 안내" not in seen.out
    assert "상위 단계로 갈음하는 단계: 50건" in seen.flat
    assert "OCF-2026-10-001" not in seen.out
    assert "--details" in seen.flat
    listed = gongmun("chase", "preview", "--details", *day)
    for number in range(1, 11):
        assert f"OCF-2026-10-{number:03}" in listed.out
    assert len(seen.out.splitlines()) < len(listed.out.splitlines()) / 3


def test_a_preview_says_to_whom_an_escalation_goes(gongmun: Gongmun, installation: World) -> None:
    (referral_id,) = installation.dispatched("statistics")
    due = installation.referral(referral_id).answer_due
    assert due is not None
    for shift in (1, 7):
        installation.chase(date.fromordinal(due.toordinal() + shift))
    seen = gongmun("chase", "preview", "--as-of", "2026-11-18").flat
    assert "상향 통보" in seen
    assert "기안하여 결재를 기다림" in seen
    assert "→ 국무조정실 forum@opc.example" in seen

"""`gongmun chase`: ministries that are not reminded for a while."""

from datetime import timedelta

from sqlalchemy import update

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

"""`gongmun white-paper`, as a coordinator types it: from the draft to the public page."""

from tests.cli.conftest import Gongmun
from tests.white_papers.conftest import a_year
from tests.world import World

DAY = ("--as-of", "2027-01-15 10:00")
ME = ("--name", "이결재", "--reason", "수치를 확인함")


def test_from_the_draft_to_the_public(gongmun: Gongmun, installation: World) -> None:
    a_year(installation)
    missing = gongmun("white-paper", "show", "2026")
    assert missing.code != 0
    assert "2026년 백서" in missing.err
    assert gongmun("white-paper", "draft", "2026", *DAY).code == 0
    shown = gongmun("white-paper", "show", "2026").flat
    assert "접수한 제안 5" in shown
    assert "기안 drafted" in shown
    assert "white-paper show 2026" in gongmun("waiting", *DAY).flat
    assert "다시 기안" in gongmun("white-paper", "return", "2026", *ME, *DAY).flat
    refused = gongmun("white-paper", "approve", "2026", *ME, *DAY)
    assert refused.code != 0
    assert "결재를 기다리고 있지 않습니다" in refused.err
    assert gongmun("white-paper", "draft", "2026", *DAY).code == 0
    approved = gongmun("white-paper", "approve", "2026", *ME, *DAY)
    assert approved.code == 0, approved.err
    assert "시행하여 공개했습니다" in approved.flat
    assert "시행 issued" in gongmun("white-paper", "show", "2026").flat
    assert "시행할 백서가 없습니다" in gongmun("white-paper", "issue", *DAY).flat
    settled = gongmun("white-paper", "draft", "2026", *DAY)
    assert settled.code != 0
    assert "document correct" in settled.err

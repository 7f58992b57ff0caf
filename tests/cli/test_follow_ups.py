"""Commitments and meetings on the command line, as a coordinator uses them."""

from datetime import date
from pathlib import Path

from gongmun.followups.chasing import chase_commitments
from gongmun.referrals.models import ResponseDecision
from tests.cli.conftest import Gongmun
from tests.cli.test_journey import accomplished, shows
from tests.followups.conftest import DUE, Followed
from tests.followups.test_commitments import PDF
from tests.world import World, at

LATER = "2026-12-15T10:00"


def test_commitments_are_listed_done_and_withdrawn(
    gongmun: Gongmun, installation: World, tmp_path: Path
) -> None:
    followed = Followed(installation)
    referral_id, other = installation.dispatched("statistics", "privacy")
    followed.published(
        referral_id, ResponseDecision.ACCEPTED, "매달 [bold]공표[/bold]합니다.", "고칩니다."
    )
    followed.published(other)
    first, second = followed.commitments(referral_id)
    listed = gongmun("commitment", "list", "--as-of", LATER)
    assert shows(listed, "매달 [bold]공표[/bold]합니다.", "MODS", "PIPC", "2일 경과", "이행 중")
    only = accomplished(gongmun("commitment", "list", "--ministry", "MODS", "--as-of", LATER))
    assert "PIPC" not in only
    mistyped = gongmun("commitment", "list", "--ministry", "NONE")
    assert (mistyped.code, mistyped.out) == (1, "")

    nothing = gongmun("commitment", "done", first.id, "--as-of", LATER)
    assert nothing.code == 1
    assert "증빙" in nothing.err
    file = tmp_path / "공표 화면.pdf"
    file.write_bytes(PDF)
    done = gongmun("commitment", "done", first.id, "--file", file, "--as-of", LATER)
    assert "이행 완료로 기록했습니다" in accomplished(done)
    again = gongmun("commitment", "done", first.id, "--file", file, "--as-of", LATER)
    assert again.code == 1
    assert "이미 처리되었습니다" in again.err
    withdrawn = gongmun(
        *("commitment", "withdraw", second.id, "--reason", "법이 바뀌었습니다.", "--as-of", LATER)
    )
    assert "철회로 기록했습니다" in accomplished(withdrawn)
    assert "MODS" not in accomplished(gongmun("commitment", "list"))
    everything = gongmun("commitment", "list", "--all")
    assert shows(everything, "이행 완료", "철회", "MODS")
    assert gongmun("commitment", "done", 999).code == 1
    assert len(chase_commitments(installation.db, now=at(DUE)).mails) == 1


def test_a_meeting_from_proposal_to_minutes(
    gongmun: Gongmun, installation: World, tmp_path: Path
) -> None:
    (referral_id,) = installation.dispatched("statistics")
    proposed = gongmun(
        *("meeting", "propose", referral_id, "--agenda", "남은 일", "--as-of", "2026-11-02")
    )
    assert "후속 협의 1번을 등록했습니다" in accomplished(proposed)
    assert shows(gongmun("waiting", "--as-of", "2026-11-02"), "gongmun meeting date 1")
    when = ("--starts", "2026-11-20T14:00", "--minutes", 90, "--place", "6동 회의실")
    dated = gongmun("meeting", "date", 1, *when, "--as-of", "2026-11-02")
    assert "초대 메일이 발송 대기열에 있습니다" in accomplished(dated)
    assert shows(gongmun("meeting", "list"), "2026-11-20 14:00", "6동 회의실", "일정 확정")
    Followed(installation).send(at(date(2026, 11, 2), 11))
    assert [to for to, mail in installation.sent() if "후속 협의" in mail["Subject"]]
    early = gongmun("meeting", "hold", 1, "--minutes", "?", "--as-of", "2026-11-20T13:00")
    assert early.code == 1
    file = tmp_path / "회의록.pdf"
    file.write_bytes(PDF)
    held = gongmun(
        *("meeting", "hold", 1, "--minutes", "살펴보았다.", "--decisions", "정하였다."),
        *("--file", file, "--as-of", "2026-11-20T16:00"),
    )
    assert "회의록을 기록했습니다" in accomplished(held)
    accomplished(gongmun("meeting", "attach", 1, "--file", file, "--as-of", "2026-11-21"))
    assert shows(gongmun("meeting", "list", "--all"), "개최")
    assert "개최" not in accomplished(gongmun("meeting", "list"))
    assert gongmun("meeting", "cancel", 1).code == 1
    assert gongmun("meeting", "date", 99, *when, "--as-of", "2026-11-02").code == 1

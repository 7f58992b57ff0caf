"""`gongmun reply`: a coordinator reads, files, completes, confirms."""

from pathlib import Path

import pytest

from gongmun import wiring
from gongmun.db import Base
from gongmun.settings import settings
from tests.answers.mails import INBOX, PDF, Inbox, reply_to
from tests.answers.test_replies import outcome, sent
from tests.cli.conftest import Gongmun
from tests.conftest import NOW
from tests.world import World

DAY = ("--as-of", "2026-10-13")
ME = ("--name", "한소통")


@pytest.fixture
def inbox(var: Path, monkeypatch: pytest.MonkeyPatch) -> Inbox:
    monkeypatch.setenv("GONGMUN_INBOX__MAILDIR", str(var / "inbox"))
    monkeypatch.setenv("GONGMUN_INBOX__ADDRESS", INBOX)
    settings.cache_clear()
    var.mkdir()
    Base.metadata.create_all(wiring.database().engine)
    world = World(db=wiring.database(), folder=var, now=NOW)
    outcome(world, "정류장 그늘막 설치", "저상버스 늘리기")
    world.store = wiring.received_store()
    return Inbox(world)


def test_a_reply_is_read_completed_and_confirmed(inbox: Inbox, gongmun: Gongmun) -> None:
    text = "1. 정류장: 수용\n설치합니다.\n2. 저상버스: 수용곤란\n예산이 없습니다."
    files = [("계획.pdf", PDF), ("나쁜.exe", b"MZ" + b"\0" * 99)]
    inbox.take(reply_to(sent(inbox.world)[0], text, subject="RE: 결과 통보", files=files))
    assert "확인 대기" in gongmun("reply", "list").flat
    shown = gongmun("reply", "show", 1).flat
    for told in (
        "hong@molit.example",
        "답장한 주소의 회신 코드",
        "수용곤란",
        "파일을 받지 않았습니다",
    ):
        assert told in shown
    refused = gongmun("reply", "confirm", 1, *ME, *DAY)
    assert (refused.code, "이행과제를 한 건 이상" in refused.err) == (1, True)
    # The coordinator reads which suggestion it is, not only our number of it.
    assert "[1 OCF-2026-10-001]" in refused.err
    commitment = ("--commitment", "그늘막 설치|도시과|2027-06-30")
    done = gongmun("reply", "complete", 1, 1, "--decision", "accepted", *commitment, *DAY)
    assert done.code == 0
    assert "제출하였습니다" in gongmun("reply", "confirm", 1, *ME, *DAY).flat
    assert "처리 완료" not in gongmun("reply", "list").flat
    assert "처리 완료" in gongmun("reply", "list", "--all").flat
    assert "초안이 없습니다" in gongmun("reply", "confirm", 1, *ME).err


def test_a_held_reply_is_filed_by_number_or_dismissed(
    inbox: Inbox, gongmun: Gongmun, tmp_path: Path
) -> None:
    hostile = [("../../etc/passwd", PDF), ("x.p/d", PDF + b"\n")]
    inbox.take(
        reply_to(None, "소관이 아닙니다.", subject="회신", files=hostile),
        reply_to(None, "광고입니다.", subject="특가", sender="spam@example.org"),
    )
    shown = gongmun("reply", "show", 1, "--save", tmp_path / "saved")
    assert "보낸 주소의 도메인이 같은 기관" in shown.flat
    assert sorted(f.name for f in (tmp_path / "saved").iterdir()) == ["01", "02", "mail.eml"]
    assert "초안으로 옮겼으며" in gongmun("reply", "file", 1, "공론소통과-1", *ME, *DAY).flat
    again = gongmun("reply", "file", 1, "공론소통과-1", *ME)
    assert (again.code, "이미 처리되었습니다" in again.err) == (1, True)
    assert "gongmun reply unfile 1" in gongmun("reply", "show", 1).flat
    assert "분류 대기로 되돌리고" in gongmun("reply", "unfile", 1, *DAY).flat
    assert "이미 처리되었습니다" in gongmun("reply", "unfile", 1).err
    assert gongmun("reply", "file", 1, "공론소통과-1", *ME, *DAY).code == 0
    assert gongmun("reply", "dismiss", 2, *ME, *DAY).code == 0
    assert gongmun("reply", "file", 2, "없는과-1", *ME).code == 1
    assert gongmun("reply", "show", 99).code == 1


def test_what_was_taken_for_automatic_is_found_and_taken_up(inbox: Inbox, gongmun: Gongmun) -> None:
    inbox.take(reply_to(sent(inbox.world)[0], "수용곤란", subject="부재중 건 회신"))
    assert "부재중 건 회신" not in gongmun("reply", "list", "--all").flat
    assert "부재중 건 회신" in gongmun("reply", "list", "--automatic").flat
    assert "회신 메일 1번이 되었습니다" in gongmun("reply", "take", 1, *DAY).flat
    assert "부재중 건 회신" in gongmun("reply", "list").flat
    assert "부재중 건 회신" not in gongmun("reply", "list", "--automatic").flat
    again = gongmun("reply", "take", 1)
    assert (again.code, "찾을 수 없습니다" in again.err) == (1, True)

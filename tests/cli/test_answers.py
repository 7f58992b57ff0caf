"""Answers from the command line: recorded by telephone, reviewed, sent back, published."""

from datetime import date
from pathlib import Path

import pytest

from gongmun import wiring
from gongmun.answers import files
from gongmun.answers.models import Channel
from gongmun.referrals.life import Status
from tests.cli.conftest import Ended, Gongmun
from tests.world import World, at

DAY = ("--as-of", "2026-10-20T10:00")
NAME = ("--name", "한소통")


@pytest.fixture
def referral_id(installation: World) -> int:
    (referral_id,) = installation.dispatched("statistics")
    return referral_id


def ok(ended: Ended) -> str:
    assert ended.code == 0, ended
    return ended.flat


def test_an_answer_by_telephone_is_reviewed_sent_back_and_published(
    gongmun: Gongmun, installation: World, referral_id: int, tmp_path: Path
) -> None:
    files.add(
        installation.db,
        referral_id,
        filename="../이행 [bold]계획.txt",
        content=b"memo",
        channel=Channel.COORDINATOR,
        store=wiring.received_store(),
        scanner=None,
        now=at(date(2026, 10, 20)),
    )
    respond = (
        "referral",
        "respond",
        referral_id,
        "--decision",
        "accepted",
        "--reason",
        "수용합니다.",
    )
    refused = gongmun(*respond, *DAY)
    assert refused.code == 1
    assert "answers.not_taken" in refused.err
    assert "이행과제를 한 건 이상" in refused.err
    refused = gongmun(*respond, "--commitment", "지침 개정|통계정책과", *DAY)
    assert "언제까지" in refused.err
    ok(
        gongmun(
            *respond,
            *("--commitment", "지침 | 개정|통계정책과|2027-03-31"),
            *("--commitment", "안내문 배포|대변인실|2027. 6. 30."),
            *DAY,
        )
    )
    assert gongmun(*respond, "--promised", "2027-03-31", *DAY).code == 1
    assert "수용" in ok(gongmun("answer", "list"))
    shown = ok(gongmun("answer", "show", 1))
    for words in (
        "수용합니다.",
        "지침 | 개정",
        "통계정책과",
        "2027-03-31",
        "대변인실",
        "2027-06-30",
    ):
        assert words in shown
    assert "이행 [bold]계획.txt" in shown
    assert shown.count("공개 전") == 2
    assert "이행 중" not in shown
    folder = tmp_path / "saved"
    listed = ok(gongmun("answer", "files", 1, "--save", folder))
    (saved,) = folder.iterdir()
    assert saved.read_bytes() == b"memo"
    assert saved.name == "01 이행 [bold]계획.txt"
    assert "1개를 저장했습니다" in listed

    assert gongmun("answer", "send-back", 1, "--note", " ", *NAME, *DAY).code == 1
    ok(gongmun("answer", "send-back", 1, "--note", "담당자를 적어 주십시오.", *NAME, *DAY))
    assert installation.referral(referral_id).status is Status.ACKNOWLEDGED
    assert "담당자를 적어 주십시오." in ok(gongmun("answer", "show", 1))
    assert "OCF" not in ok(gongmun("answer", "list"))
    again = gongmun("answer", "publish", 1, *NAME, *DAY)
    assert "answers.response_decided" in again.err

    ok(gongmun(*respond, "--promised", "2027-03-31", *DAY))
    assert "이행과제는 기한에 맞추어" in ok(gongmun("answer", "publish", 2, *NAME, *DAY))
    assert installation.referral(referral_id).status is Status.CLOSED
    listed = ok(gongmun("answer", "list", "--all"))
    assert "보완 요청" in listed
    assert "published" in listed
    shown = ok(gongmun("answer", "show", 2))
    assert "국가데이터처" in shown  # who does it, where only a date was given
    assert "이행 중" in shown


def test_a_review_keeps_its_day(gongmun: Gongmun, installation: World, referral_id: int) -> None:
    ok(
        gongmun(
            *("referral", "respond", referral_id, "--decision", "long_term_review"),
            *("--reason", "용역 결과를 보고 검토하겠습니다.", "--promised", "2027-06-30", *DAY),
        )
    )
    assert "2027-06-30" in ok(gongmun("answer", "show", 1))
    assert "붙은 파일이 없습니다" in ok(gongmun("answer", "files", 1))
    # Nothing was promised, so nothing will be chased.
    assert ok(gongmun("answer", "publish", 1, *NAME, *DAY)) == "공개했습니다. Published."


@pytest.mark.parametrize("command", ["show", "files", "publish", "send-back"])
def test_an_answer_that_does_not_exist(gongmun: Gongmun, installation: World, command: str) -> None:
    name = NAME if command in ("publish", "send-back") else ()
    note = ("--note", "보완") if command == "send-back" else ()
    ended = gongmun("answer", command, 99, *name, *note)
    assert ended.code == 1
    assert ended.err.startswith("not_found")

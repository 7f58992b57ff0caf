"""What ministries ask, as a coordinator sees and settles it."""

from tests.cli.conftest import Ended, Gongmun
from tests.world import World

ME = ("--name", "한소통", "--reason", "사유를 확인하였습니다.")
DAY = ("--as-of", "2026-10-21T10:00")
LATER = ("--as-of", "2026-10-26T10:00")


def accomplished(ended: Ended) -> str:
    assert ended.code == 0, ended
    assert ended.err == ""
    return ended.flat


def refused(ended: Ended, code: str) -> str:
    assert ended.code == 1, ended
    assert code in ended.err
    return ended.err


def test_a_question_is_recorded_shown_and_answered(gongmun: Gongmun, installation: World) -> None:
    (referral_id,) = installation.dispatched("statistics")
    asked = gongmun("question", "ask", referral_id, "--text", "[red]어느 지역[/red]?", *DAY)
    assert "질의 1번" in accomplished(asked)
    listed = accomplished(gongmun("question", "list"))
    assert "[red]어느 지역[/red]?" in listed
    assert "MODS" in listed
    assert "gongmun question answer 1" in accomplished(gongmun("waiting", *DAY))
    assert "질의로 정지" in accomplished(gongmun("referral", "list", *DAY))
    answer = ("question", "answer", 1, "--answer", "전국입니다.", "--name", "한소통", *LATER)
    assert "2026. 11. 3.(화)" in accomplished(gongmun(*answer))
    refused(gongmun(*answer), "request.decided")
    assert "전국입니다." in accomplished(gongmun("question", "show", 1))
    shown = accomplished(gongmun("referral", "show", referral_id))
    assert "소관 기관 질의(회신 기한 계산 정지)" in shown
    assert "질의에 답변(회신 기한 2026. 11. 3.)" in shown


def test_an_extension_is_recorded_and_granted_or_refused(
    gongmun: Gongmun, installation: World
) -> None:
    first, second = installation.dispatched("statistics", "housing")
    for referral_id in (first, second):
        asked = gongmun(
            "extension", "request", referral_id, "--until", "2026-11-12", "--reason", "협의", *DAY
        )
        assert "연장 요청" in accomplished(asked)
    assert accomplished(gongmun("extension", "list")).count("2026-11-12") == 2
    granted = gongmun("extension", "grant", 1, *ME, "--until", "2026-11-05", *LATER)
    assert "2026. 11. 5.(목)까지 연장" in accomplished(granted)
    assert "당초 기한이 유지" in accomplished(gongmun("extension", "refuse", 2, *ME, *LATER))
    refused(gongmun("extension", "grant", 2, *ME, *LATER), "request.decided")
    assert "2026-11-12" not in accomplished(gongmun("extension", "list"))
    shown = accomplished(gongmun("referral", "show", first))
    assert "회신 기한 연장(2026. 10. 29. → 2026. 11. 5.)" in shown
    assert "독촉 단계를 새로 시작" in shown
    assert "기한 연장" in accomplished(gongmun("document", "list"))


def test_a_transfer_is_recorded_and_granted_or_refused(
    gongmun: Gongmun, installation: World
) -> None:
    first, second = installation.dispatched("statistics", "housing")
    for referral_id in (first, second):
        asked = gongmun(
            "transfer", "request", referral_id, "--to", "MOE", "--reason", "소관 아님", *DAY
        )
        assert "이관 요청" in accomplished(asked)
    assert accomplished(gongmun("transfer", "list")).count("교육부") == 2
    refused(gongmun("transfer", "grant", 1, *ME, "--to", "NOPE", *LATER), "transfer.target_unknown")
    assert "새 이송 3번" in accomplished(gongmun("transfer", "grant", 1, *ME, *LATER))
    assert "이관하지 않기로" in accomplished(gongmun("transfer", "refuse", 2, *ME, *LATER))
    shown = accomplished(gongmun("referral", "show", first))
    assert "다른 기관으로 이관(보유 기간: 근무일 10일)" in shown
    assert "이관 불승인" in accomplished(gongmun("referral", "show", second))
    assert "교육부" in accomplished(gongmun("referral", "list", *LATER))


def test_ids_that_do_not_exist_are_told(gongmun: Gongmun, installation: World) -> None:
    answer = ("--answer", "예", "--name", "한소통")
    refused(gongmun("question", "answer", 9, *answer), "not_found")
    refused(gongmun("question", "show", 9), "not_found")
    for noun in ("extension", "transfer"):
        for verb in ("grant", "refuse"):
            refused(gongmun(noun, verb, 9, *ME), "not_found")
    assert installation.sent() == []

"""An escalation goes to the parent body, once a coordinator says so, with what is still true."""

from datetime import date

import pytest

from gongmun.answers.deciding import send_back
from gongmun.documents import DecisionIncomplete, Document
from gongmun.documents import Status as DocumentStatus
from gongmun.documents import queries as document_queries
from gongmun.errors import NotFound
from gongmun.referrals import queries
from gongmun.referrals.escalating import EscalationDecided, EscalationMoot, decide_escalation
from tests.postgresql import ON_BOTH, ON_SQLITE
from tests.world import LADDER, World, at

# Which kinds of database: see tests/conftest.py.
pytestmark = ON_SQLITE

DAY = date(2026, 11, 18)


@pytest.fixture
def referral_ids(world: World) -> list[int]:
    return list(world.dispatched("statistics", "statistics"))


@pytest.fixture
def document_id(world: World, referral_ids: list[int]) -> int:
    for day in (date(2026, 10, 30), date(2026, 11, 9), DAY):
        world.chase(day)
    with world.db.reading() as session:
        (document,) = document_queries.drafted_escalations(session)
    return document.id


def decide(world: World, document_id: int, decision: str = "approve", name: str = "한소통") -> None:
    decide_escalation(
        world.db,
        document_id,
        decision=decision,
        name=name,
        reason="두 차례 독촉에도 회신이 없습니다.",
        now=at(DAY, 10),
    )


def answer(world: World, referral_id: int) -> None:
    world.respond(referral_id, at(DAY, 9, 30))


def document(world: World, document_id: int) -> Document:
    with world.db.reading() as session:
        return document_queries.by_id(session, document_id)


def test_nothing_goes_out_before_the_approval(world: World, document_id: int) -> None:
    assert document(world, document_id).number is None
    sent = len(world.mailer.sent)
    world.chase(date(2026, 11, 19))
    assert len(world.mailer.sent) == sent


@ON_BOTH
def test_approved_it_is_numbered_and_mailed_to_the_parent_body(
    world: World, document_id: int
) -> None:
    decide(world, document_id)
    world.chase(date(2026, 11, 19))
    escalation = document(world, document_id)
    assert escalation.number is not None
    recipient, mail = world.sent()[-1]
    parent = escalation.recipient_code.lower()
    assert recipient == f"forum@{parent}.example"
    assert escalation.number in str(mail["Subject"])
    assert mail["In-Reply-To"] is None
    for case in escalation.context["cases"]:
        texts = [line["text"]["ko"] for line in case["history"]]
        assert any("1차 독촉" in text for text in texts)
        assert any("2차 독촉" in text for text in texts)


def test_what_was_answered_meanwhile_is_left_out(
    world: World, document_id: int, referral_ids: list[int]
) -> None:
    assert len(document(world, document_id).context["items"]) == 2
    answer(world, referral_ids[0])
    decide(world, document_id)
    (item,) = document(world, document_id).context["items"]
    assert item["reference"] == "OCF-2026-10-002"


def test_an_escalation_of_nothing_is_refused(
    world: World, document_id: int, referral_ids: list[int]
) -> None:
    for referral_id in referral_ids:
        answer(world, referral_id)
    with pytest.raises(EscalationMoot):
        decide(world, document_id)
    world.chase(date(2026, 11, 19))
    assert document(world, document_id).status is DocumentStatus.DISCARDED
    with world.db.reading() as session:
        assert document_queries.drafted_escalations(session) == []
        assert queries.waiting_notices(session) == []


def test_returned_it_is_never_sent(world: World, document_id: int) -> None:
    decide(world, document_id, "return")
    sent = len(world.mailer.sent)
    for day in (date(2026, 11, 19), date(2026, 11, 20), date(2026, 12, 1)):
        world.chase(day)
    assert len(world.mailer.sent) == sent


@ON_BOTH
def test_an_empty_form_and_a_second_decision_are_refused(world: World, document_id: int) -> None:
    with pytest.raises(DecisionIncomplete):
        decide(world, document_id, name=" ")
    decide(world, document_id)
    with pytest.raises(EscalationDecided):
        decide(world, document_id, "return")


def test_only_an_escalation_can_be_decided(world: World, document_id: int) -> None:
    with pytest.raises(NotFound):
        decide(world, 1)


def test_after_an_outage_it_claims_no_reminder_that_was_not_sent(world: World) -> None:
    world.dispatched("statistics")
    world.chase(DAY)
    with world.db.reading() as session:
        (escalation,) = document_queries.drafted_escalations(session)
    decide(world, escalation.id)
    world.chase(date(2026, 11, 19))
    body = world.sent()[-1][1].get_body(("plain",))
    assert body is not None
    said = world.renderer.rendered[-1].replace("\u2060", "") + body.get_content()
    assert "미회신" in said
    for untrue in ("독촉", "두 차례", "거듭", "reminder"):
        assert untrue not in said


def test_what_is_answered_between_approval_and_numbering_is_left_out_of_the_document(
    world: World, document_id: int, referral_ids: list[int]
) -> None:
    decide(world, document_id)
    answer(world, referral_ids[0])
    world.chase(date(2026, 11, 19))
    escalation = document(world, document_id)
    assert escalation.number is not None
    assert [item["reference"] for item in escalation.context["items"]] == ["OCF-2026-10-002"]
    body = world.sent()[-1][1].get_body(("plain",))
    assert body is not None
    assert "OCF-2026-10-001" not in body.get_content()


def test_answered_wholly_after_the_approval_it_gets_no_number(
    world: World, document_id: int, referral_ids: list[int]
) -> None:
    decide(world, document_id)
    for referral_id in referral_ids:
        answer(world, referral_id)
    sent = len(world.mailer.sent)
    world.chase(date(2026, 11, 19))
    assert document(world, document_id).status is DocumentStatus.DISCARDED
    assert len(world.mailer.sent) == sent


def test_a_reminder_that_was_refused_is_no_part_of_the_history(world: World) -> None:
    world.dispatched("statistics")
    world.chase(date(2026, 10, 30))
    world.mailer.refusing = {"forum@mods.example": 550}
    world.chase(date(2026, 11, 9))
    world.chase(DAY)
    with world.db.reading() as session:
        (escalation,) = document_queries.drafted_escalations(session)
    (case,) = escalation.context["cases"]
    texts = " ".join(line["text"]["ko"] for line in case["history"])
    assert "1차 독촉 공문 발송" in texts
    assert "2차 독촉" not in texts


def test_each_case_is_told_apart_with_what_was_suggested_and_said(world: World) -> None:
    """Two cases that went different ways: neither is told in the words of the other."""
    first, second = world.dispatched("statistics", "statistics")
    response = world.respond(first, at(date(2026, 10, 20), 11))
    note = "대안을 함께 적어 주십시오."
    send_back(
        world.db,
        response.id,
        note=note,
        name="한소통",
        ladder=LADDER,
        now=at(date(2026, 10, 21), 11),
    )
    for day in (date(2026, 10, 30), date(2026, 11, 9), date(2026, 11, 19)):
        world.chase(day)
    with world.db.reading() as session:
        (escalation,) = document_queries.drafted_escalations(session)
        outcome = document_queries.by_id(session, queries.by_id(session, second).document_id or 0)
    cases = {case["reference"]: case for case in escalation.context["cases"]}
    assert list(cases) == ["OCF-2026-10-001", "OCF-2026-10-002"]
    for case in cases.values():
        assert case["body"] == "버스 정류장에 그늘막을 설치해 주십시오."
        assert case["original_number"] == outcome.number
        days = [line["on"] for line in case["history"]]
        assert days == sorted(days)
        told = [line["text"]["ko"] for line in case["history"]]
        assert told[0] == f"결과 통보 공문 발송({outcome.number})"
        assert told.count("회신 기한") == 1
        assert told[-1] == "현재까지 회신 없음"
        due = next(line["on"] for line in case["history"] if line["text"]["ko"] == "회신 기한")
        assert due == case["due_on"]
    assert cases["OCF-2026-10-001"]["due_on"] != cases["OCF-2026-10-002"]["due_on"]
    said = {line["words"]: line["text"]["ko"] for line in cases["OCF-2026-10-001"]["history"]}
    assert said[response.reason] == "소관 기관 회신(수용곤란)"
    assert said[note].startswith("회신 보완 요청")
    assert not any(line["words"] for line in cases["OCF-2026-10-002"]["history"])
    # The words go to the parent body, and never a name.
    assert "한소통" not in str(escalation.context)

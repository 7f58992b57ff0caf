"""Submitting: all of it or nothing, once, and only of what is one's own."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from gongmun import ledger
from gongmun.answers import queries, receipts
from gongmun.answers.checks import Field, NotTaken
from gongmun.answers.content import Content
from gongmun.answers.drafting import draft, save
from gongmun.answers.models import Channel, Commitment, Receipt, ResponseDraft
from gongmun.answers.receipts import What, acknowledge_document
from gongmun.answers.submitting import AlreadyTaken, record
from gongmun.db import Database
from gongmun.errors import GongmunError, NotFound
from gongmun.mail import Dispatch
from gongmun.referrals import queries as referral_queries
from gongmun.referrals.answering import BeforeDispatch
from gongmun.referrals.life import Status
from gongmun.referrals.models import Response, ResponseDecision, ResponseStatus
from gongmun.referrals.pausing import NotWithMinistry, hold, pause
from tests.answers.officer import ADDRESS, DAY, MOMENT, Officer
from tests.answers.writing import acceptance, refusal
from tests.world import LADDER, World, at


@pytest.fixture
def world(sqlite_db: Database, tmp_path: Path) -> World:
    return World(db=sqlite_db, folder=tmp_path, now=at(date(2026, 10, 12)))


@pytest.fixture
def officer(world: World) -> Officer:
    """Three suggestions in one document, and a ministry beside."""
    world.dispatched("statistics", "statistics", "statistics", "housing")
    return Officer.of(world, 1)


def statuses(officer: Officer) -> list[Status]:
    return [officer.world.referral(each).status for each in officer.ids]


def count(world: World, row: type) -> int:
    with world.db.reading() as session:
        return len(session.scalars(select(row)).all())


def test_one_is_answered_and_the_rest_is_left_open(officer: Officer) -> None:
    first, second, third = officer.ids
    kept = Content(reason="쓰다 만")
    for each in officer.ids:
        save(officer.world.db, each, content=kept, channel=Channel.PORTAL, now=MOMENT)
    due = officer.world.referral(second).answer_due
    receipt = officer.submit({first: acceptance()}, {second, third})
    assert statuses(officer) == [Status.ANSWERED, Status.DISPATCHED, Status.DISPATCHED]
    with officer.world.db.reading() as session:
        assert draft(session, first) is None
        assert draft(session, second) == kept
        response = session.scalars(select(Response)).one()
        (commitment,) = queries.commitments_of(session, response.id)
        told = ledger.history(session, "referral", first)[-1]
    assert (response.status, response.promised_on) == (ResponseStatus.RECEIVED, date(2027, 3, 31))
    assert (commitment.text, commitment.owner, commitment.next_action_on) == (
        "지침 개정",
        "통계정책과",
        None,
    )
    assert officer.world.referral(second).answer_due == due
    assert (told.kind, told.actor) == ("referral.answered", "ministry")
    assert "지침" not in str(told.data)
    (item,) = receipts.items(receipt)
    assert (item.what, item.referral_id, item.commitments) == (What.ANSWERED, first, 1)
    # The rest follows in a second submission, which need not name the first.
    officer.submit({second: refusal(), third: refusal()})
    assert set(statuses(officer)) == {Status.ANSWERED}


def test_the_receipt_lists_each_file_and_its_hash_on_the_page_and_by_mail(
    officer: Officer,
) -> None:
    first, second, third = officer.ids
    file = officer.attach(first, b"memo", "이행 계획.txt")
    other = officer.attach(second, b"not yet")
    receipt = officer.submit({first: acceptance()}, {second, third})
    (item,) = receipts.items(receipt)
    assert [(each.filename, each.sha256) for each in item.files] == [("이행 계획.txt", file.sha256)]
    assert len(receipt.name) == 32
    with officer.world.db.reading() as session:
        assert queries.receipt(session, receipt.name).id == receipt.id
        with pytest.raises(NotFound):
            queries.receipt(session, "x")
    ((recipient, mail),) = officer.mails()
    assert recipient == ADDRESS
    text = mail.get_content()
    assert file.sha256 in text
    assert other.sha256 not in text
    assert "이행 계획.txt" in text
    assert text.index("수신") < text.index("To:")
    assert "[접수증]" in mail["Subject"]
    assert mail["In-Reply-To"]
    # What lay with the other draft still does.
    assert [each.id for each in officer.sees(second).files] == [other.id]
    assert officer.sees(first).files == ()
    answered = officer.sees(first).response
    assert answered is not None
    assert [each.sha256 for each in answered.files] == [file.sha256]


def test_without_a_mailbox_of_the_session_the_receipt_goes_to_the_contact(
    officer: Officer,
) -> None:
    officer.submit({each: refusal() for each in officer.ids}, address=None)
    ((recipient, mail),) = officer.mails()
    assert recipient == "forum@mods.example"
    assert "3건" in mail["Subject"]


@pytest.mark.parametrize(
    ("answers", "left_open", "fields"),
    [
        ({}, set(), {(1, Field.LEFT_OPEN), (2, Field.LEFT_OPEN), (3, Field.LEFT_OPEN)}),
        ({}, {1, 2, 3}, {(1, Field.LEFT_OPEN), (2, Field.LEFT_OPEN), (3, Field.LEFT_OPEN)}),
        ({1: refusal()}, {2}, {(3, Field.LEFT_OPEN)}),
        ({1: refusal()}, {1, 2, 3}, {(1, Field.LEFT_OPEN)}),
        ({1: refusal(), 2: Content()}, {3}, {(2, Field.DECISION), (2, Field.REASON)}),
    ],
)
def test_one_problem_and_nothing_is_taken(
    officer: Officer,
    answers: dict[int, Content],
    left_open: set[int],
    fields: set[tuple[int, Field]],
) -> None:
    assert list(officer.ids) == [1, 2, 3]
    with pytest.raises(NotTaken) as caught:
        officer.submit(answers, left_open)
    assert {(each.referral_id, each.field) for each in caught.value.problems} == fields
    assert set(statuses(officer)) == {Status.DISPATCHED}
    for row in (Response, Commitment, Receipt):
        assert count(officer.world, row) == 0


def test_a_double_click_is_taken_once_and_told_politely(officer: Officer) -> None:
    answers = {each: refusal() for each in officer.ids}
    officer.submit(answers)
    with pytest.raises(AlreadyTaken) as caught:
        officer.submit(answers)
    assert "OCF-2026-10-001" in caught.value.message_ko
    assert "이미 회신" in caught.value.message_ko
    assert count(officer.world, Response) == 3
    assert count(officer.world, Receipt) == 1


def test_what_a_colleague_answered_meanwhile_is_not_answered_over(officer: Officer) -> None:
    first, second, third = officer.ids
    officer.submit({first: refusal("먼저 쓴 사유입니다.")}, {second, third})
    with pytest.raises(AlreadyTaken) as caught:
        officer.submit({first: refusal("나중 사유"), second: refusal()}, {third})
    assert caught.value.params["references"] == "OCF-2026-10-001"
    assert officer.response(first).reason == "먼저 쓴 사유입니다."
    assert statuses(officer)[1] is Status.DISPATCHED
    # Declaring it open does not matter any more: it is answered.
    officer.submit({second: refusal()}, {first, third})


def test_where_all_is_answered_there_is_nothing_to_submit(officer: Officer) -> None:
    officer.submit({each: refusal() for each in officer.ids})
    for left_open in (set(officer.ids), set[int]()):
        with pytest.raises(AlreadyTaken):
            officer.submit({}, left_open)


def test_what_waits_for_us_needs_no_word(officer: Officer) -> None:
    first, second, third = officer.ids
    with officer.world.db.transaction() as session:
        pause(session, referral_queries.by_id(session, first), now=MOMENT)
        hold(session, referral_queries.by_id(session, second), now=MOMENT)
    for answers in ({}, {first: refusal()}):
        with pytest.raises(NotTaken):
            officer.submit(answers)
    officer.submit({third: refusal()})
    assert statuses(officer) == [Status.DISPATCHED] * 2 + [Status.ANSWERED]
    # It may be answered nevertheless.
    officer.submit({first: refusal()}, {second})
    assert officer.world.referral(first).status is Status.ANSWERED


def test_of_two_at_once_one_is_taken(db: Database, tmp_path: Path) -> None:
    world = World(db=db, folder=tmp_path, now=at(date(2026, 10, 12)))
    world.dispatched("statistics", "statistics")
    officer = Officer.of(world, 1)
    first, second = officer.ids
    for each in officer.ids:
        save(db, each, content=acceptance(), channel=Channel.PORTAL, now=MOMENT)
    ways: list[Callable[[], Receipt]] = [
        lambda: officer.submit({first: refusal("하나"), second: refusal("하나")}),
        lambda: officer.submit({second: acceptance(reason="둘"), first: acceptance(reason="둘")}),
        lambda: officer.submit({first: refusal("셋")}, {second}),
        lambda: officer.submit({second: refusal("넷")}, {first}),
    ]

    def attempt(way: Callable[[], Receipt]) -> bool:
        try:
            way()
        except AlreadyTaken:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        taken = sum(pool.map(attempt, ways))
    assert count(world, Receipt) == taken
    assert 1 <= taken <= 2
    with db.reading() as session:
        responses = session.scalars(select(Response)).all()
    assert len({each.referral_id for each in responses}) == len(responses)
    assert count(world, ResponseDraft) == 2 - len(responses)


def test_another_ministrys_referrals_are_as_if_there_were_none(officer: Officer) -> None:
    stranger = 4
    assert officer.world.referral(stranger).organisation_id != officer.organisation_id
    whole = {each: refusal() for each in officer.ids}
    refused: list[GongmunError] = []
    for answers, left_open in (
        (whole | {stranger: refusal()}, set[int]()),
        (whole, {stranger}),
        (whole | {999: refusal()}, set[int]()),
    ):
        with pytest.raises(NotFound) as caught:
            officer.submit(answers, left_open)
        refused.append(caught.value)
    assert len({str(error) for error in refused}) == 1
    other = Officer.of(officer.world, stranger)
    intruder = Officer(officer.world, other.document_id, officer.organisation_id, other.ids)
    with pytest.raises(NotFound):
        intruder.submit({stranger: refusal()})
    with pytest.raises(NotFound):
        intruder.desk()
    assert officer.world.referral(stranger).status is Status.DISPATCHED
    assert set(statuses(officer)) == {Status.DISPATCHED}


def test_nothing_is_submitted_before_the_dispatch(world: World) -> None:
    forum_id = world.forum()
    world.suggest(forum_id, "statistics")
    outcome_id = world.wrap_up(forum_id).outcome_id
    assert outcome_id is not None
    (referral,) = world.referrals(outcome_id)
    drafted = Officer.of(world, referral.id)
    with pytest.raises(NotFound):
        drafted.submit({referral.id: refusal()})
    world.decide(outcome_id)
    with pytest.raises(AlreadyTaken):
        drafted.submit({referral.id: refusal()})
    world.issue()
    world.dispatch()
    with pytest.raises(BeforeDispatch):
        drafted.submit({referral.id: refusal()}, now=at(date(2026, 10, 11)))
    drafted.submit({referral.id: refusal()})


def test_hostile_text_reaches_the_database_and_the_mail_as_plain_text(officer: Officer) -> None:
    reason = "<script>alert(1)</script>\x00\x1b[31m\u202e{{ 7*7 }}\r\nBcc: x@y.example"
    officer.submit({each: refusal(reason) for each in officer.ids})
    kept = officer.response(officer.ids[0]).reason
    assert "<script>alert(1)</script>" in kept
    assert not re.search("[\x00\x1b\u202e\r]", kept)
    ((_, mail),) = officer.mails()
    assert mail["Bcc"] is None
    assert "49" not in mail.get_content().splitlines()[0]


def test_a_coordinator_records_one_answer_whatever_else_is_open(officer: Officer) -> None:
    first = officer.ids[0]

    def by_telephone(content: Content) -> Receipt:
        return record(
            officer.world.db, first, content=content, channel=Channel.COORDINATOR, now=MOMENT
        )

    with pytest.raises(NotTaken):
        by_telephone(Content(decision=ResponseDecision.ACCEPTED, reason="수용합니다."))
    by_telephone(acceptance())
    assert statuses(officer) == [Status.ANSWERED, Status.DISPATCHED, Status.DISPATCHED]
    with officer.world.db.reading() as session:
        assert ledger.history(session, "referral", first)[-1].actor == "coordinator"
    with pytest.raises(NotWithMinistry):
        by_telephone(acceptance())
    with pytest.raises(NotFound):
        record(officer.world.db, 999, content=refusal(), channel=Channel.MAIL, now=MOMENT)


# Acknowledging


def acknowledge(officer: Officer, number: str | None = "통계-77") -> Receipt | None:
    return acknowledge_document(
        officer.world.db,
        officer.document_id,
        organisation_id=officer.organisation_id,
        registration_number=number,
        channel=Channel.PORTAL,
        address=ADDRESS,
        ladder=LADDER,
        now=MOMENT,
    )


def test_an_acknowledgement_has_a_receipt_and_a_second_one_has_none(officer: Officer) -> None:
    receipt = acknowledge(officer)
    assert receipt is not None
    listed = receipts.items(receipt)
    assert [item.referral_id for item in listed] == officer.ids
    assert {(item.what, item.registration_number) for item in listed} == {
        (What.ACKNOWLEDGED, "통계-77")
    }
    assert set(statuses(officer)) == {Status.ACKNOWLEDGED}
    ((_, mail),) = officer.mails()
    assert "접수번호: 통계-77" in mail.get_content()
    assert acknowledge(officer, "통계-78") is None
    assert count(officer.world, Receipt) == 1


def test_nobody_acknowledges_for_another_ministry(officer: Officer) -> None:
    other = Officer.of(officer.world, 4)
    with pytest.raises(NotFound):
        acknowledge(Officer(officer.world, other.document_id, officer.organisation_id, ()))
    assert officer.world.referral(4).status is Status.DISPATCHED


def test_a_reply_to_the_receipt_leads_to_the_document(officer: Officer) -> None:
    acknowledge(officer)
    with officer.world.db.reading() as session:
        dispatch = session.scalars(select(Dispatch).where(Dispatch.intent == "receipt")).one()
    assert dispatch.document_id == officer.document_id
    assert "⟦" not in dispatch.body
    assert str(DAY) in dispatch.body

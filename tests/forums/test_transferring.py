"""A granted transfer ends one referral and begins another, by the ordinary way; a refused one changes nothing."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import select

from gongmun import ledger
from gongmun.answers.models import Channel, RequestStatus, Transfer
from gongmun.answers.requesting import (
    TransferTargetHasIt,
    TransferTargetUnknown,
    TransferToItself,
    request_transfer,
)
from gongmun.answers.undecided import RequestDecided
from gongmun.db import Database
from gongmun.documents import Document, DocumentKind, Role
from gongmun.documents import queries as document_queries
from gongmun.errors import NotFound
from gongmun.forums.overview import outcome_overview
from gongmun.forums.transferring import decide_transfer
from gongmun.forums.waiting import waiting
from gongmun.referrals import queries
from gongmun.referrals.ladder import Rung
from gongmun.referrals.life import Status
from gongmun.referrals.models import Referral
from tests.world import World, at

DISPATCHED, DUE = date(2026, 10, 12), date(2026, 10, 29)
ASKED, DECIDED = date(2026, 10, 21), date(2026, 10, 26)


@pytest.fixture
def small(sqlite_db: Database, tmp_path: Path, now: datetime) -> World:
    """A world on SQLite: where the kind of database does not matter."""
    return World(db=sqlite_db, folder=tmp_path, now=now)


def ask(world: World, referral_id: int, to: str = "MOE", on: date = ASKED) -> Transfer:
    return request_transfer(
        world.db,
        referral_id,
        to_code=to,
        reason="교육부 소관입니다.",
        channel=Channel.PORTAL,
        now=at(on, 11),
    )


def settle(
    world: World,
    transfer: Transfer,
    decision: str = "approve",
    *,
    to: str | None = None,
    on: date = DECIDED,
) -> Referral | None:
    return decide_transfer(
        world.db,
        transfer.id,
        decision=decision,
        name="한소통",
        reason="소관을 확인하였습니다.",
        to_code=to,
        now=at(on, 10),
    )


def granted(world: World, referral_id: int, to: str = "MOE") -> Referral:
    new = settle(world, ask(world, referral_id, to))
    assert new is not None
    return new


def send(world: World, on: date) -> dict[str, EmailMessage]:
    """What the issuing sweep of a day and the mail after it have sent, by recipient."""
    before, world.now = len(world.mailer.sent), at(on, 16)
    world.issue()
    world.dispatch(world.now)
    return dict(world.sent()[before:])


def text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_the_other_ministry_gets_a_document_and_its_own_clocks(small: World) -> None:
    (old_id,) = small.dispatched("statistics")
    new = granted(small, old_id)
    old = small.referral(old_id)
    assert (old.status, old.next_action_on, old.asks_since) == (Status.TRANSFERRED, None, None)
    # Nothing is overwritten.
    assert (old.answer_due, old.document_id is not None) == (DUE, True)
    assert old.dispatched_at is not None
    assert (new.status, new.transferred_from_id, new.dispatched_at) == (
        Status.APPROVED,
        old_id,
        None,
    )
    assert (new.outcome_id, new.suggestion_id, new.role, new.answer_rule) == (
        old.outcome_id,
        old.suggestion_id,
        Role.LEAD,
        "suggestion",
    )
    mails = send(small, DECIDED)
    assert set(mails) == {"forum@moe.example", "forum@mods.example"}
    new = small.referral(new.id)
    with small.db.reading() as session:
        document = document_queries.by_id(session, new.document_id or 0)
        before = document_queries.by_id(session, old.document_id or 0)
    assert document.number is not None
    assert document.number != before.number
    assert document.approval_id is not None
    assert document.recipient_code == "MOE"
    assert document.context["letter"]["references"] == [
        {"number": before.number, "on": "2026-10-12"}
    ]
    assert document.context["suggestions"][0]["lead_name"]["ko"] == "교육부"
    # Whoever receives it reads where it comes from, and by which document.
    assert document.context["transferred_from"] == {
        "ministry_name": {"ko": "국가데이터처", "en": "Ministry of Data and Statistics"},
        "document": {"number": before.number, "on": "2026-10-12"},
    }
    mail = text(mails["forum@moe.example"])
    assert f"국가데이터처에서 이관된 제안입니다(먼저 이송한 공문: {before.number})" in mail
    assert (
        f"transferred from the Ministry of Data and Statistics (first sent by {before.number})"
        in mail
    )
    (attached,) = mails["forum@moe.example"].iter_attachments()
    assert attached.get_content_type() == "application/pdf"
    # 14 working days from the dispatch, the first day counted.
    assert (new.status, new.answer_due) == (Status.DISPATCHED, date(2026, 11, 12))
    assert new.arming == 1
    told = text(mails["forum@mods.example"])
    assert "OCF-2026-10-001을 교육부로 이관하였습니다" in told
    assert "/a/" not in told
    # A second sweep sends nothing.
    assert send(small, date(2026, 10, 27)) == {}


def test_the_old_one_is_chased_no_more_and_the_new_one_by_its_own_dates(small: World) -> None:
    (old_id,) = small.dispatched("statistics")
    new = granted(small, old_id)
    send(small, DECIDED)
    for number in range(26):
        small.chase(DECIDED + timedelta(days=number))
    with small.db.reading() as session:
        assert queries.steps(session, old_id) == []
        fired = {s.rung: s.fired_on for s in queries.steps(session, new.id) if not s.skipped}
    assert fired[Rung.NUDGE] == date(2026, 10, 30)
    assert fired[Rung.FIRST_REMINDER] == date(2026, 11, 13)


def test_a_refusal_is_told_with_its_reason_and_the_ladder_goes_on(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    transfer = ask(small, referral_id)
    assert settle(small, transfer, "return", on=date(2026, 10, 30)) is None
    referral = small.referral(referral_id)
    assert (referral.status, referral.asks_since) == (Status.ACKNOWLEDGED, None)
    assert referral.answer_due == DUE
    mails = send(small, date(2026, 10, 30))
    told = text(mails["forum@mods.example"])
    assert "소관을 확인하였습니다." in told
    assert "/a/" in told
    small.chase(date(2026, 11, 2))
    with small.db.reading() as session:
        (step,) = (s for s in queries.steps(session, referral_id) if not s.skipped)
        assert session.get_one(Transfer, transfer.id).status is RequestStatus.REFUSED
    assert (step.rung, step.fired_on) == (Rung.FIRST_REMINDER, date(2026, 11, 2))


def test_the_parent_body_reads_in_the_case_that_it_was_refused(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    settle(small, ask(small, referral_id), "return")
    for day in (date(2026, 10, 30), date(2026, 11, 9), date(2026, 11, 18), date(2026, 11, 19)):
        small.chase(day)
    with small.db.reading() as session:
        (escalation,) = document_queries.drafted_escalations(session)
    (case,) = escalation.context["cases"]
    assert "이관 불승인" in [line["text"]["ko"] for line in case["history"]]


def test_a_coordinator_may_name_another_ministry(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    transfer = ask(small, referral_id)
    for wrong, error in (
        ("MODS", TransferToItself),
        ("KOSTAT", TransferTargetUnknown),
        ("?", TransferTargetUnknown),
    ):
        with pytest.raises(error):
            settle(small, transfer, to=wrong)
    new = settle(small, transfer, to="NTS")
    assert new is not None
    assert small.code(new) == "NTS"
    # What was asked for stays as it was asked.
    with small.db.reading() as session:
        asked = session.get_one(Transfer, transfer.id).to_organisation_id
    assert asked != new.organisation_id


def test_cooperation_goes_on_beside_the_new_lead(small: World) -> None:
    ids = small.dispatched("childcare")
    by_code = {small.code(small.referral(each)): each for each in ids}
    new = granted(small, by_code["MOE"], "MOHW")
    send(small, DECIDED)
    assert new.role is Role.LEAD
    with small.db.reading() as session:
        document = document_queries.by_id(session, new.document_id or 0)
        others = queries.of_suggestion(session, new.outcome_id, new.suggestion_id)
        overview = outcome_overview(session, new.outcome_id, small.now)
    (item,) = document.context["suggestions"]
    assert item["lead_name"]["ko"] == "보건복지부"
    assert [name["ko"] for name in item["cooperating_names"]] == ["성평등가족부"]
    assert {other.id for other in others} == {by_code["MOGEF"], new.id}
    assert {line.code for line in overview.ministries} == {"MOE", "MOGEF", "MOHW"}


def test_two_referrals_of_a_suggestion_cannot_go_to_one_ministry(world: World) -> None:
    ids = world.dispatched("childcare")
    transfers = [ask(world, each, "MOHW") for each in ids]

    def attempt(transfer: Transfer) -> bool:
        try:
            settle(world, transfer)
        except TransferTargetHasIt:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(attempt, transfers)) == [False, True]
    with world.db.reading() as session:
        assert ledger.verify(session) > 0


def test_decisions_at_once_are_one(world: World) -> None:
    (referral_id,) = world.dispatched("statistics")
    transfer = ask(world, referral_id)

    def attempt(decision: str) -> bool:
        try:
            settle(world, transfer, decision)
        except RequestDecided:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(attempt, ["approve", "approve", "return", "approve"])) == 1


def test_what_was_answered_or_decided_is_not_decided_again(small: World) -> None:
    first, second = small.dispatched("statistics", "statistics")
    transfer = ask(small, first)
    small.respond(first, at(date(2026, 10, 22)))
    with pytest.raises(RequestDecided):
        settle(small, transfer)
    transfer = ask(small, second)
    settle(small, transfer)
    with pytest.raises(RequestDecided):
        settle(small, transfer, "return")
    with pytest.raises(NotFound):
        decide_transfer(small.db, 999, decision="approve", name="한소통", reason="x", now=small.now)


def test_it_may_come_back_and_the_whole_chain_is_told(small: World) -> None:
    (first_id,) = small.dispatched("statistics")
    second = granted(small, first_id)
    send(small, DECIDED)
    back = settle(small, ask(small, second.id, "MODS", on=date(2026, 10, 29)), on=date(2026, 11, 2))
    assert back is not None
    send(small, date(2026, 11, 2))
    third = small.referral(back.id)
    assert small.code(third) == "MODS"
    assert third.answer_due is not None
    for number in range(50):
        small.chase(date(2026, 11, 3) + timedelta(days=number))
    with small.db.reading() as session:
        escalation = session.scalars(
            select(Document).where(Document.kind == DocumentKind.ESCALATION)
        ).one()
        event = next(
            event
            for event in ledger.history(session, "referral", first_id)
            if event.kind == "referral.transferred"
        )
    # Held by the first from 12 to 26 October: ten working days.
    assert event.data["held_working_days"] == 10
    (case,) = escalation.context["cases"]
    told = [line["text"]["ko"] for line in case["history"]]
    assert "[국가데이터처] 다른 기관으로 이관(보유 기간: 근무일 10일)" in told
    assert "[교육부] 다른 기관으로 이관(보유 기간: 근무일 5일)" in told
    assert sum("결과 통보 공문 발송" in line for line in told) == 3
    words = [line["words"] for line in case["history"]]
    assert words.count("교육부 소관입니다.") == words.count("소관을 확인하였습니다.") == 2


def test_it_waits_on_the_list_until_it_is_decided_and_sent(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    transfer = ask(small, referral_id)
    with small.db.reading() as session:
        (line,) = (i for i in waiting(session, small.now) if "transfer" in i.remedy)
    assert line.remedy == f"gongmun transfer grant {transfer.id} --name … --reason …"
    settle(small, transfer)
    with small.db.reading() as session:
        assert [i.remedy for i in waiting(session, small.now)] == ["gongmun outcome issue"]
    send(small, DECIDED)
    with small.db.reading() as session:
        assert not any("outcome issue" in i.remedy for i in waiting(session, small.now))

"""Extensions: asked for in time and once, decided by a named coordinator, told by a numbered document."""

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import select

from gongmun import ledger
from gongmun.answers import request_queries
from gongmun.answers.extending import (
    ExtensionOutOfRange,
    ExtensionTooLate,
    ExtensionUsed,
    decide,
    longest,
    request,
)
from gongmun.answers.models import Channel, Extension, RequestStatus
from gongmun.answers.undecided import RequestDecided, RequestIncomplete
from gongmun.calendar import calendar, latest_extension, rule
from gongmun.db import Database
from gongmun.documents import (
    DecisionIncomplete,
    Document,
    DocumentKind,
    FakeRenderer,
)
from gongmun.documents import queries as document_queries
from gongmun.documents.printing import RenderFailed
from gongmun.forums.waiting import waiting
from gongmun.referrals import queries
from gongmun.referrals.ladder import Rung
from gongmun.referrals.pausing import NotWithMinistry, WaitsForUs
from tests.world import LADDER, World, at

DISPATCHED, DUE = date(2026, 10, 12), date(2026, 10, 29)
ASKED = date(2026, 10, 21)
UNTIL = date(2026, 11, 12)


@pytest.fixture
def small(sqlite_db: Database, tmp_path: Path, now: datetime) -> World:
    """A world on SQLite: where the kind of database does not matter."""
    return World(db=sqlite_db, folder=tmp_path, now=now)


def ask(
    world: World,
    referral_id: int,
    *,
    until: date = UNTIL,
    on: date = ASKED,
    reason: str = "협의 중",
) -> Extension:
    return request(
        world.db, referral_id, until=until, reason=reason, channel=Channel.PORTAL, now=at(on, 11)
    )


def settle(
    world: World,
    extension: Extension,
    decision: str = "approve",
    *,
    on: date = date(2026, 10, 22),
    new_due: date | None = None,
    name: str = "한소통",
) -> Extension:
    return decide(
        world.db,
        extension.id,
        decision=decision,
        name=name,
        reason="부처 협의에 필요합니다.",
        new_due=new_due,
        ladder=LADDER,
        now=at(on, 15),
    )


def send(world: World, on: date) -> Sequence[tuple[str, EmailMessage]]:
    """What the issuing sweep of a day and the mail after it have sent."""
    before, world.now = len(world.mailer.sent), at(on, 16)
    world.issue()
    world.dispatch(world.now)
    return world.sent()[before:]


def rungs(world: World, referral_id: int) -> list[tuple[Rung, date]]:
    with world.db.reading() as session:
        steps = queries.steps(session, referral_id)
    return [(step.rung, step.fired_on) for step in steps if not step.skipped]


def chase(world: World, start: date, end: date) -> None:
    for number in range((end - start).days + 1):
        world.chase(start + timedelta(days=number))


def longest_of(world: World, referral_id: int) -> date | None:
    with world.db.reading() as session:
        return longest(session, queries.by_id(session, referral_id))


@pytest.mark.parametrize(
    ("code", "latest"),
    [
        # As many working days again as the first period has.
        ("suggestion", date(2026, 11, 18)),
        # A month more by the calendar: from 30 October to 29 November, a Sunday.
        ("peoples_proposal", date(2026, 11, 30)),
        # 60 days more: 28 December.
        ("petition", date(2026, 12, 28)),
    ],
)
def test_the_longest_extension_is_that_of_the_rule(code: str, latest: date) -> None:
    assert latest_extension(rule(code, DISPATCHED), DUE, calendar()) == latest
    assert rule(code, DISPATCHED).extensions == 1


def test_an_acknowledgement_cannot_be_extended() -> None:
    assert rule("acknowledgement", DISPATCHED).extensions == 0


def test_a_granted_extension_moves_the_day_and_arms_the_ladder_anew(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    chase(small, DISPATCHED, date(2026, 10, 20))
    assert [rung for rung, _ in rungs(small, referral_id)] == [Rung.NUDGE, Rung.COURTESY_EARLY]
    assert longest_of(small, referral_id) == date(2026, 11, 18)
    extension = ask(small, referral_id)
    assert (extension.old_due, extension.arming) == (DUE, 1)
    assert longest_of(small, referral_id) is None
    extension = settle(small, extension)
    referral = small.referral(referral_id)
    assert (extension.status, extension.new_due) == (RequestStatus.GRANTED, UNTIL)
    assert (extension.old_due, referral.answer_due, referral.arming) == (DUE, UNTIL, 2)
    assert referral.asks_since is None
    chase(small, date(2026, 10, 22), date(2026, 11, 13))
    assert rungs(small, referral_id)[2:] == [
        (Rung.COURTESY_EARLY, date(2026, 11, 3)),
        (Rung.COURTESY_LATE, date(2026, 11, 9)),
        (Rung.COURTESY_DUE, UNTIL),
        (Rung.FIRST_REMINDER, date(2026, 11, 13)),
    ]


def test_nobody_is_reminded_while_it_waits_and_the_ladder_goes_on_when_refused(
    small: World,
) -> None:
    (referral_id,) = small.dispatched("statistics")
    extension = ask(small, referral_id, on=DUE)
    chase(small, DUE, date(2026, 11, 6))
    assert rungs(small, referral_id) == []
    assert len(small.mailer.sent) == 1  # the outcome document
    extension = settle(small, extension, "return", on=date(2026, 11, 6))
    referral = small.referral(referral_id)
    assert (extension.status, extension.new_due) == (RequestStatus.REFUSED, None)
    assert (referral.answer_due, referral.arming) == (DUE, 1)
    # The clock has run all the time.
    small.chase(date(2026, 11, 9))
    assert rungs(small, referral_id) == [(Rung.SECOND_REMINDER, date(2026, 11, 9))]


@pytest.mark.parametrize("decision", ["approve", "return"])
def test_the_decision_is_a_numbered_document_mailed_with_its_pdf_and_a_link(
    small: World, decision: str
) -> None:
    (referral_id,) = small.dispatched("statistics")
    extension = settle(small, ask(small, referral_id, reason="관계 기관\n협의 중"), decision)
    ((_, mail),) = send(small, date(2026, 10, 22))
    with small.db.reading() as session:
        document = document_queries.by_id(session, extension.document_id or 0)
        outcome = document_queries.by_id(session, small.referral(referral_id).document_id or 0)
    assert document.kind is DocumentKind.EXTENSION
    assert document.number is not None
    assert document.approval_id == extension.approval_id
    assert document.number in str(mail["Subject"])
    (attached,) = mail.iter_attachments()
    assert attached.get_content_type() == "application/pdf"
    body = mail.get_body(("plain",))
    assert body is not None
    granted = decision == "approve"
    assert ("2026. 11. 12.(목)" in body.get_content()) is granted
    assert "/a/" in body.get_content()
    assert document.context["letter"]["references"][0]["number"] == outcome.number
    (item,) = document.context["items"]
    assert (item["due_on"], item["new_due"]) == ("2026-10-29", "2026-11-12" if granted else None)
    # As it is read: words are kept together by marks between their letters.
    printed = re.sub(r"<[^>]*>|[\u2060\u200b]", "", small.renderer.rendered[-1])
    for said in ("관계 기관 협의 중", "부처 협의에 필요합니다.", "한소통"):
        assert said in printed
    # A second sweep sends nothing.
    assert send(small, date(2026, 10, 23)) == []


def test_the_mail_waits_for_the_document_and_goes_out_when_it_can_be_rendered(
    small: World,
) -> None:
    (referral_id,) = small.dispatched("statistics")
    settle(small, ask(small, referral_id))
    small.renderer = FakeRenderer(lambda _html: RenderFailed(reason="test"))
    assert send(small, date(2026, 10, 22)) == []
    with small.db.reading() as session:
        remedies = [item.remedy for item in waiting(session, small.now)]
    assert remedies.count("gongmun outcome issue") == 2  # not issued, and why
    small.renderer = FakeRenderer()
    assert len(send(small, date(2026, 10, 23))) == 1
    with small.db.reading() as session:
        remedies = [item.remedy for item in waiting(session, small.now)]
    assert "gongmun outcome issue" not in remedies


def test_a_clock_is_extended_once(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    settle(small, ask(small, referral_id))
    with pytest.raises(ExtensionUsed):
        ask(small, referral_id, until=date(2026, 11, 16), on=date(2026, 10, 26))


def test_asking_again_after_a_refusal_does_not_keep_the_ladder_quiet(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    settle(small, ask(small, referral_id), "return")
    with pytest.raises(ExtensionUsed):
        ask(small, referral_id, on=date(2026, 10, 26))
    assert small.referral(referral_id).asks_since is None


def test_an_answer_that_is_sent_back_gives_no_second_extension(small: World) -> None:
    from gongmun.answers.deciding import send_back

    (referral_id,) = small.dispatched("statistics")
    settle(small, ask(small, referral_id))
    response = small.respond(referral_id, at(date(2026, 10, 28)))
    send_back(
        small.db,
        response.id,
        note="근거를 적어 주십시오.",
        name="한소통",
        ladder=LADDER,
        now=at(date(2026, 10, 30)),
    )
    with pytest.raises(ExtensionUsed):
        ask(small, referral_id, until=date(2026, 11, 20), on=date(2026, 11, 2))


@pytest.mark.parametrize(
    "until", [date(2026, 10, 28), DUE, date(2026, 11, 19), date(1900, 1, 1), date(9999, 12, 31)]
)
def test_a_day_that_the_rule_does_not_allow_is_refused(small: World, until: date) -> None:
    (referral_id,) = small.dispatched("statistics")
    with pytest.raises(ExtensionOutOfRange, match=r"2026\. 10\. 30\..*2026\. 11\. 18\."):
        ask(small, referral_id, until=until)
    assert small.referral(referral_id).asks_since is None
    assert small.referral(referral_id).acknowledged_at is None


def test_a_day_off_stands_for_the_next_working_day(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    assert ask(small, referral_id, until=date(2026, 10, 31)).until == date(2026, 11, 2)


def test_it_may_be_asked_for_on_the_due_day_and_not_later(small: World) -> None:
    first, second = small.dispatched("statistics", "statistics")
    ask(small, first, on=DUE)
    with pytest.raises(ExtensionTooLate):
        ask(small, second, on=date(2026, 10, 30))
    assert small.referral(second).asks_since is None


def test_a_coordinator_may_grant_another_day_within_the_rule(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    extension = ask(small, referral_id)
    for wrong in (DUE, date(2026, 11, 19)):
        with pytest.raises(ExtensionOutOfRange):
            settle(small, extension, new_due=wrong)
    assert settle(small, extension, new_due=date(2026, 11, 5)).new_due == date(2026, 11, 5)
    assert small.referral(referral_id).answer_due == date(2026, 11, 5)


def test_a_day_that_has_passed_meanwhile_is_not_granted(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    extension = ask(small, referral_id, until=date(2026, 10, 30))
    with pytest.raises(ExtensionOutOfRange, match=r"2026\. 11\. 4\..*2026\. 11\. 18\."):
        settle(small, extension, on=date(2026, 11, 4))
    # Nothing of the decision stays behind.
    with small.db.reading() as session:
        assert len(request_queries.open_extensions(session)) == 1
        assert document_queries.listed(session, DocumentKind.EXTENSION) == []
    assert settle(
        small, extension, on=date(2026, 11, 4), new_due=date(2026, 11, 6)
    ).new_due == date(2026, 11, 6)


def test_a_decision_needs_a_name_and_is_made_once(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    extension = ask(small, referral_id)
    with pytest.raises(DecisionIncomplete):
        settle(small, extension, name=" ")
    settle(small, extension)
    with pytest.raises(RequestDecided):
        settle(small, extension, "return")
    assert small.referral(referral_id).answer_due == UNTIL


def test_decisions_at_once_are_one(world: World) -> None:
    (referral_id,) = world.dispatched("statistics")
    extension = ask(world, referral_id)

    def attempt(decision: str) -> bool:
        try:
            settle(world, extension, decision)
        except RequestDecided:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(attempt, ["approve", "return", "approve", "return"])) == 1
    with world.db.reading() as session:
        assert len(document_queries.listed(session, DocumentKind.EXTENSION)) == 1
        stored = session.scalars(select(Extension)).one()
    due = UNTIL if stored.status is RequestStatus.GRANTED else DUE
    assert world.referral(referral_id).answer_due == due


def test_one_thing_at_a_time_waits_for_us(small: World) -> None:
    from gongmun.answers.asking import ask as put

    (referral_id,) = small.dispatched("statistics")
    ask(small, referral_id)
    with pytest.raises(WaitsForUs):
        ask(small, referral_id)
    with pytest.raises(WaitsForUs):
        put(small.db, referral_id, text="?", channel=Channel.PORTAL, now=at(ASKED, 12))


def test_an_answer_ends_the_request(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    extension = ask(small, referral_id)
    small.respond(referral_id, at(date(2026, 10, 22)))
    with pytest.raises(RequestDecided):
        settle(small, extension)
    with pytest.raises(NotWithMinistry):
        ask(small, referral_id)


@pytest.mark.parametrize("reason", ["", " \n", "가" * 1001])
def test_a_request_needs_a_reason(small: World, reason: str) -> None:
    (referral_id,) = small.dispatched("statistics")
    with pytest.raises(RequestIncomplete):
        ask(small, referral_id, reason=reason)


def test_a_later_reminder_cites_the_decision_and_the_history_tells_of_it(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    extension = settle(small, ask(small, referral_id))
    send(small, date(2026, 10, 22))
    chase(small, date(2026, 11, 12), date(2026, 12, 2))
    with small.db.reading() as session:
        decision = document_queries.by_id(session, extension.document_id or 0)
        reminder = session.scalars(
            select(Document).where(Document.kind == DocumentKind.FIRST_REMINDER)
        ).one()
        escalation = session.scalars(
            select(Document).where(Document.kind == DocumentKind.ESCALATION)
        ).one()
        events = [event.kind for event in ledger.history(session, "referral", referral_id)]
    cited = [reference["number"] for reference in reminder.context["letter"]["references"]]
    assert cited[1:] == [decision.number]
    assert reminder.context["items"][0]["due_on"] == "2026-11-12"
    (case,) = escalation.context["cases"]
    told = [(line["on"], line["text"]["ko"], line["words"]) for line in case["history"]]
    asked = "소관 기관이 2026. 11. 12.까지 회신 기한 연장 요청"
    assert ("2026-10-21", asked, extension.reason) in told
    granted = "회신 기한 연장(2026. 10. 29. → 2026. 11. 12.)"
    assert ("2026-10-22", granted, "부처 협의에 필요합니다.") in told
    assert ("2026-11-12", "회신 기한", "") in told
    assert "referral.extension_granted" in events


def test_it_waits_on_the_list_with_its_command_until_it_is_decided(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    extension = ask(small, referral_id, reason="담당자 홍길동 휴가")
    with small.db.reading() as session:
        (line,) = (i for i in waiting(session, small.now) if "extension" in i.remedy)
        told = [str(event.data) for event in ledger.history(session, "referral", referral_id)]
    assert line.remedy == f"gongmun extension grant {extension.id} --name … --reason …"
    assert "홍길동" not in str(line.what) + "".join(told)
    settle(small, extension, "return")
    with small.db.reading() as session:
        assert not any("extension grant" in i.remedy for i in waiting(session, small.now))

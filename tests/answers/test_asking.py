"""A question stops the clock and the ladder; the answer lets both go on with what was left."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from gongmun import ledger
from gongmun.answers import request_queries
from gongmun.answers.asking import answer, ask
from gongmun.answers.models import Channel, Question
from gongmun.answers.undecided import RequestDecided, RequestIncomplete
from gongmun.db import Database
from gongmun.documents import Document, DocumentKind
from gongmun.documents.life import Status as DocumentStatus
from gongmun.errors import GongmunError, NotFound
from gongmun.forums.reconciling import reconcile
from gongmun.forums.waiting import waiting
from gongmun.referrals import queries
from gongmun.referrals.answering import acknowledge
from gongmun.referrals.board import board
from gongmun.referrals.chasing import sweep
from gongmun.referrals.escalating import EscalationMoot, decide_escalation
from gongmun.referrals.ladder import Rung
from gongmun.referrals.life import Status
from gongmun.referrals.pausing import NotWithMinistry, WaitsForUs
from tests.rules import rules_of, without_pauses
from tests.world import LADDER, World, at

DISPATCHED, DUE = date(2026, 10, 12), date(2026, 10, 29)


@pytest.fixture
def small(sqlite_db: Database, tmp_path: Path, now: datetime) -> World:
    """A world on SQLite: where the kind of database does not matter."""
    return World(db=sqlite_db, folder=tmp_path, now=now)


def put(
    world: World, referral_id: int, on: date, text: str = "대상 지역이 어디입니까?"
) -> Question:
    return ask(world.db, referral_id, text=text, channel=Channel.PORTAL, now=at(on, 11))


def reply(world: World, question: Question, on: date, text: str = "전국입니다.") -> Question:
    return answer(world.db, question.id, answer=text, name="한소통", ladder=LADDER, now=at(on, 15))


def test_where_the_rule_knows_no_pause_the_clock_runs_and_only_the_ladder_waits(
    small: World, tmp_path: Path
) -> None:
    with rules_of(tmp_path, without_pauses()):
        (referral_id,) = small.dispatched("statistics")
        asked = put(small, referral_id, date(2026, 10, 14))
        referral = small.referral(referral_id)
        assert (referral.paused_at, referral.asks_since) == (None, asked.asked_at)
        with small.db.reading() as session:
            assert [one.id for one, _ in request_queries.open_questions(session)] == [asked.id]
            assert reconcile(session, ladder=LADDER, now=at(date(2026, 10, 28))) == []
        for day in days(date(2026, 10, 14), date(2026, 10, 27)):
            small.chase(day)
        assert rungs(small, referral_id) == {}
        with pytest.raises(WaitsForUs):
            put(small, referral_id, date(2026, 10, 27))
        reply(small, asked, date(2026, 10, 28))
        referral = small.referral(referral_id)
        assert (referral.answer_due, referral.asks_since) == (DUE, None)
        small.chase(date(2026, 10, 29))
        assert Rung.COURTESY_DUE in rungs(small, referral_id)
        small.dispatch(at(date(2026, 10, 29), 11))
    answered = next(body for body in bodies(small) if "전국입니다." in body)
    assert "질의하신 동안에도 멈추지 않습니다" in answered
    assert "넣어 계산하지 않습니다" not in answered
    assert "ran on meanwhile" in answered


def bodies(world: World) -> list[str]:
    found = [mail.get_body() for _, mail in world.sent()]
    return [" ".join(body.get_content().split()) for body in found if body is not None]


def days(start: date, end: date) -> list[date]:
    return [start + timedelta(days=n) for n in range((end - start).days + 1)]


def rungs(world: World, referral_id: int) -> dict[Rung, date]:
    with world.db.reading() as session:
        return {
            step.rung: step.fired_on
            for step in queries.steps(session, referral_id)
            if not step.skipped
        }


def mails(world: World, intent: str) -> list[str]:
    """The bodies of the mails that the relay has, by the start of their subject."""
    return [
        body.get_content()
        for _, mail in world.sent()
        if intent in str(mail["Subject"]) and (body := mail.get_body(("plain",)))
    ]


def test_the_clock_stands_still_and_goes_on_with_what_was_left(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    question = put(small, referral_id, date(2026, 10, 20))
    paused = small.referral(referral_id)
    assert paused.paused_at == at(date(2026, 10, 20), 11)
    assert paused.next_action_on is None
    for day in days(date(2026, 10, 20), date(2026, 11, 30)):
        small.chase(day)
    # Seven working days were left, and none is lost in six weeks; nobody was nagged meanwhile.
    assert rungs(small, referral_id) == {}
    reply(small, question, date(2026, 12, 1))
    resumed = small.referral(referral_id)
    assert (resumed.paused_at, resumed.answer_due) == (None, date(2026, 12, 10))
    for day in days(date(2026, 12, 1), date(2026, 12, 14)):
        small.chase(day)
    assert rungs(small, referral_id) == {
        Rung.COURTESY_EARLY: date(2026, 12, 1),
        Rung.COURTESY_LATE: date(2026, 12, 7),
        Rung.COURTESY_DUE: date(2026, 12, 10),
        Rung.FIRST_REMINDER: date(2026, 12, 11),
    }


def test_rungs_that_have_fired_do_not_fire_again_after_the_pause(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    for day in days(DISPATCHED, date(2026, 10, 26)):
        small.chase(day)
    before = rungs(small, referral_id)
    assert before[Rung.COURTESY_LATE] == date(2026, 10, 26)
    question = put(small, referral_id, date(2026, 10, 26))
    reply(small, question, date(2026, 11, 9))
    assert small.referral(referral_id).answer_due == date(2026, 11, 12)
    for day in days(date(2026, 11, 9), date(2026, 11, 12)):
        small.chase(day)
    assert rungs(small, referral_id) == before | {Rung.COURTESY_DUE: date(2026, 11, 12)}


def test_who_was_overdue_stays_as_overdue_and_is_reminded_again(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    question = put(small, referral_id, date(2026, 11, 2))  # two working days late
    with small.db.reading() as session:
        (line,) = board(session, at(date(2026, 11, 20)))
    assert line.most_days_overdue == 2
    reply(small, question, date(2026, 11, 20))
    with small.db.reading() as session:
        (line,) = board(session, at(date(2026, 11, 20)))
    assert line.most_days_overdue == 2
    small.dispatch(at(date(2026, 11, 20), 16))
    (body,) = mails(small, "질의 답변")
    assert "지체 없이 회신" in body
    small.chase(date(2026, 11, 23))
    assert rungs(small, referral_id) == {Rung.FIRST_REMINDER: date(2026, 11, 23)}


def test_a_question_counts_as_acknowledgement_of_the_whole_document(small: World) -> None:
    first, second = small.dispatched("statistics", "statistics")
    put(small, first, DISPATCHED)
    assert small.referral(first).status is Status.ACKNOWLEDGED
    assert small.referral(second).status is Status.ACKNOWLEDGED
    for day in days(DISPATCHED, date(2026, 10, 20)):
        small.chase(day)
    assert rungs(small, first) == {}
    assert rungs(small, second) == {Rung.COURTESY_EARLY: date(2026, 10, 20)}
    # The registration number that comes later is still taken.
    document_id = small.referral(first).document_id
    assert document_id is not None
    acknowledge(
        small.db,
        document_id,
        registration_number="통계-77",
        now=at(date(2026, 10, 21)),
        ladder=LADDER,
    )
    assert small.referral(first).registration_number == "통계-77"
    assert small.referral(first).next_action_on is None


def test_the_ministry_gets_question_answer_new_date_and_a_link(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    question = put(small, referral_id, date(2026, 10, 20), "첫째 줄\n둘째 줄 <b>{{ x }}</b>")
    reply(small, question, date(2026, 10, 27), "예.\n\n전국입니다.")
    small.dispatch(at(date(2026, 10, 27), 16))
    (body,) = mails(small, "질의 답변")
    assert "질의: 첫째 줄\n         둘째 줄 <b>{{ x }}</b>" in body
    assert "전국입니다." in body
    assert "2026. 10. 29.에서 2026. 11. 5.(목)까지" in body
    assert "지체 없이" not in body
    assert "https://check.participation.example/a/" in body
    with small.db.reading() as session:
        stored = request_queries.question(session, question.id)
        assert (stored.answered_by, stored.answer) == ("한소통", "예.\n\n전국입니다.")


def test_one_open_question_a_referral_and_one_answer(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    question = put(small, referral_id, date(2026, 10, 20))
    with pytest.raises(WaitsForUs):
        put(small, referral_id, date(2026, 10, 20))
    reply(small, question, date(2026, 10, 21))
    due = small.referral(referral_id).answer_due
    with pytest.raises(RequestDecided):
        reply(small, question, date(2026, 10, 28))
    assert small.referral(referral_id).answer_due == due
    # The next one is another question.
    assert put(small, referral_id, date(2026, 10, 22)).id != question.id


def test_questions_at_once_are_one(world: World) -> None:
    (referral_id,) = world.dispatched("statistics")

    def attempt(_: int) -> bool:
        try:
            put(world, referral_id, date(2026, 10, 20))
        except WaitsForUs:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(attempt, range(4))) == [False, False, False, True]
    with world.db.reading() as session:
        assert len(request_queries.open_questions(session)) == 1
        assert ledger.verify(session) > 0


def test_a_question_and_a_sweep_at_once_nag_nobody(world: World) -> None:
    (referral_id,) = world.dispatched("statistics")
    today = date(2026, 10, 30)
    with ThreadPoolExecutor(2) as pool:
        asked = pool.submit(put, world, referral_id, today)
        swept = pool.submit(sweep, world.db, ladder=LADDER, now=at(today))
        asked.result()
        swept.result()
    world.send_notices(at(today, 14))
    assert rungs(world, referral_id) == {}
    assert mails(world, "독촉") == []


@pytest.mark.parametrize("text", ["", "  \n ", "가" * 5001])
def test_an_empty_or_endless_question_is_refused(small: World, text: str) -> None:
    (referral_id,) = small.dispatched("statistics")
    with pytest.raises(RequestIncomplete):
        put(small, referral_id, date(2026, 10, 20), text)
    assert small.referral(referral_id).paused_at is None
    question = put(small, referral_id, date(2026, 10, 20))
    with pytest.raises(RequestIncomplete):
        reply(small, question, date(2026, 10, 21), text)
    assert small.referral(referral_id).paused_at is not None


def test_only_what_is_with_a_ministry_can_be_asked_about(small: World) -> None:
    forum_id = small.forum()
    small.suggest(forum_id, "statistics")
    outcome_id = small.wrap_up(forum_id).outcome_id
    assert outcome_id is not None
    (drafted,) = small.referrals(outcome_id)
    with pytest.raises(NotWithMinistry):
        put(small, drafted.id, DISPATCHED)
    with pytest.raises(NotFound):
        put(small, 999, DISPATCHED)
    with pytest.raises(NotFound):
        answer(small.db, 999, answer="예", name="한소통", ladder=LADDER, now=small.now)


def test_an_answer_of_the_ministry_ends_its_question(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    question = put(small, referral_id, date(2026, 10, 20))
    small.respond(referral_id, at(date(2026, 10, 22)))
    with pytest.raises(RequestDecided):
        reply(small, question, date(2026, 10, 23))
    with small.db.reading() as session:
        assert request_queries.open_questions(session) == []
    with pytest.raises(NotWithMinistry):
        put(small, referral_id, date(2026, 10, 23))


def test_what_was_claimed_and_not_sent_falls_due_again_after_the_answer(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    today = date(2026, 10, 30)
    sweep(small.db, ladder=LADDER, now=at(today))
    assert Rung.FIRST_REMINDER in rungs(small, referral_id)
    question = put(small, referral_id, today)
    assert small.send_notices(at(today, 14)).enqueued == ()
    assert rungs(small, referral_id) == {}
    with small.db.reading() as session:
        reminder = session.scalars(
            select(Document).where(Document.kind == DocumentKind.FIRST_REMINDER)
        ).one()
        assert reminder.status is DocumentStatus.DISCARDED
    reply(small, question, date(2026, 11, 4))
    small.chase(date(2026, 11, 5))
    assert rungs(small, referral_id)[Rung.FIRST_REMINDER] == date(2026, 11, 5)


def test_a_notice_about_several_leaves_out_the_one_that_is_asked_about(small: World) -> None:
    first, second = small.dispatched("statistics", "statistics")
    today = date(2026, 10, 26)
    sweep(small.db, ladder=LADDER, now=at(today))
    put(small, first, today)
    small.send_notices(at(today, 14))
    (body,) = mails(small, "회신 기한")
    assert "OCF-2026-10-002" in body
    assert "OCF-2026-10-001" not in body
    assert Rung.COURTESY_LATE in rungs(small, second)


def test_an_escalation_that_waits_is_moot_and_comes_again(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    for day in days(date(2026, 11, 9), date(2026, 11, 18)):
        small.chase(day)
    with small.db.reading() as session:
        escalation = session.scalars(
            select(Document).where(Document.kind == DocumentKind.ESCALATION)
        ).one()
    question = put(small, referral_id, date(2026, 11, 19))
    with pytest.raises(EscalationMoot):
        decide_escalation(
            small.db,
            escalation.id,
            decision="approve",
            name="한소통",
            reason="장기 미회신",
            now=at(date(2026, 11, 19), 14),
        )
    reply(small, question, date(2026, 11, 23))
    small.chase(date(2026, 11, 24))
    assert rungs(small, referral_id)[Rung.ESCALATION] == date(2026, 11, 24)
    with small.db.reading() as session:
        drafted = session.scalars(
            select(Document).where(
                Document.kind == DocumentKind.ESCALATION,
                Document.status == DocumentStatus.DRAFTED,
            )
        ).one()
    (case,) = drafted.context["cases"]
    told = {line["words"]: line["text"]["ko"] for line in case["history"]}
    assert told[question.text] == "소관 기관 질의(회신 기한 계산 정지)"
    assert told["전국입니다."].startswith("질의에 답변")
    # The words go to the parent body, not who said them.
    assert "한소통" not in str(drafted.context)


def test_it_waits_on_the_list_with_its_command_until_it_is_answered(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    secret = "홍길동 010-1234-5678"
    question = put(small, referral_id, date(2026, 10, 20), secret)
    with small.db.reading() as session:
        (line,) = (i for i in waiting(session, small.now) if "question" in i.remedy)
        told = [str(event.data) for event in ledger.history(session, "question", question.id)]
    assert line.remedy == f"gongmun question answer {question.id} --answer … --name …"
    # The list is published in runs, and the ledger is for ever.
    assert secret not in str(line.what)
    assert told
    assert not any("홍길동" in each for each in told)
    reply(small, question, date(2026, 10, 21))
    with small.db.reading() as session:
        assert not any("question" in item.remedy for item in waiting(session, small.now))


def test_its_errors_name_no_words_of_the_ministry(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    with pytest.raises(GongmunError) as caught:
        put(small, referral_id, date(2026, 10, 20), "홍길동 " * 2000)
    assert "홍길동" not in str(caught.value)

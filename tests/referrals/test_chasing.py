"""The chase on working days: what goes to whom and when, once, however the sweeps run."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from gongmun import ledger
from gongmun.clock import seoul_date
from gongmun.documents import Document, FakeRenderer
from gongmun.documents.models import RegisterEntry
from gongmun.documents.printing import RenderFailed
from gongmun.forums.waiting import waiting
from gongmun.mail import Dispatch
from gongmun.referrals import queries
from gongmun.referrals.answering import acknowledge
from gongmun.referrals.chasing import sweep
from gongmun.referrals.ladder import Rung
from gongmun.referrals.life import Status
from gongmun.referrals.models import LadderStep
from tests.postgresql import ON_BOTH, ON_SQLITE
from tests.world import LADDER, World, at

# Which kinds of database: see tests/conftest.py.
pytestmark = ON_SQLITE

DISPATCHED = date(2026, 10, 12)
DUE = date(2026, 10, 29)


def days(start: date, end: date) -> list[date]:
    return [start + timedelta(days=n) for n in range((end - start).days + 1)]


def rungs(world: World, referral_id: int) -> dict[Rung, date]:
    with world.db.reading() as session:
        return {
            step.rung: step.fired_on
            for step in queries.steps(session, referral_id)
            if not step.skipped
        }


def answer(world: World, referral_id: int, on: date) -> None:
    world.respond(referral_id, at(on, 8))


def chase_mails(world: World, code: str) -> list[Dispatch]:
    with world.db.reading() as session:
        return list(
            session.scalars(
                select(Dispatch).where(
                    Dispatch.organisation_code == code, Dispatch.intent == "chase"
                )
            )
        )


@ON_BOTH
def test_a_silent_ministry_walks_the_whole_ladder(world: World) -> None:
    (referral_id,) = world.dispatched("statistics")
    assert world.referral(referral_id).answer_due == DUE
    for day in days(DISPATCHED, date(2026, 11, 30)):
        world.chase(day)
    assert rungs(world, referral_id) == {
        Rung.NUDGE: date(2026, 10, 16),
        Rung.COURTESY_EARLY: date(2026, 10, 20),
        Rung.BACKUP_NUDGE: date(2026, 10, 21),
        Rung.COURTESY_LATE: date(2026, 10, 26),
        Rung.COURTESY_DUE: DUE,
        Rung.FIRST_REMINDER: date(2026, 10, 30),
        Rung.SECOND_REMINDER: date(2026, 11, 9),
        Rung.ESCALATION: date(2026, 11, 18),
    }
    code = world.code(world.referral(referral_id))
    mails = chase_mails(world, code)
    # Seven messages: all rungs but the escalation, which waits for its approval.
    assert len(mails) == 7
    recipients = Counter(to for to, _ in world.sent())
    assert recipients[f"forum@{code.lower()}.example"] == 7
    assert sum(recipients.values()) == 8  # one of them to the backup contact
    with world.db.reading() as session:
        kinds = session.scalars(select(Document.kind).order_by(Document.id)).all()
        assert [kind.value for kind in kinds] == [
            "outcome",
            "first_reminder",
            "second_reminder",
            "escalation",
        ]
        assert any(
            item.remedy.startswith("gongmun escalation") for item in waiting(session, at(DUE))
        )


def test_one_mail_a_ministry_a_sweep_lists_all_its_items(world: World) -> None:
    ids = world.dispatched("statistics", "statistics", "statistics")
    assert len(ids) == 3
    world.chase(date(2026, 10, 30))
    code = world.code(world.referral(ids[0]))
    (mail,) = chase_mails(world, code)
    (_, parsed) = world.sent()[-1]
    body = parsed.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    for number in (1, 2, 3):
        assert text.count(f"OCF-2026-10-{number:03}") >= 1
    # The formal reminder is the one numbered document that the mail carries.
    (attached,) = parsed.iter_attachments()
    assert attached.get_content_type() == "application/pdf"
    assert len(mail.attachments) == 1
    assert str(parsed["In-Reply-To"]).startswith("<")


@pytest.mark.parametrize("missed_until", [date(2026, 10, 30), date(2026, 11, 9), date(2026, 12, 1)])
def test_what_was_missed_is_caught_up_with_one_mail(world: World, missed_until: date) -> None:
    (referral_id,) = world.dispatched("statistics")
    world.chase(missed_until)
    fired = rungs(world, referral_id)
    with world.db.reading() as session:
        all_steps = {step.rung for step in queries.steps(session, referral_id)}
        due = {
            rung
            for rung, on in {
                Rung.FIRST_REMINDER: date(2026, 10, 30),
                Rung.SECOND_REMINDER: date(2026, 11, 9),
                Rung.ESCALATION: date(2026, 11, 18),
            }.items()
            if on <= missed_until
        }
    assert due <= all_steps
    assert set(fired.values()) == {missed_until}
    assert len(chase_mails(world, world.code(world.referral(referral_id)))) == 1
    assert world.chase(missed_until)[1].enqueued == ()


def test_a_second_sweep_of_the_day_sends_nothing(world: World) -> None:
    world.dispatched("statistics", "childcare")
    first = world.chase(date(2026, 10, 16))[1]
    assert first.enqueued
    assert world.chase(date(2026, 10, 16))[1].enqueued == ()
    count = len(world.mailer.sent)
    world.dispatch(at(date(2026, 10, 16), 18))
    assert len(world.mailer.sent) == count


@ON_BOTH
def test_sweeps_at_once_fire_each_rung_once(world: World) -> None:
    ids = world.dispatched("statistics", "childcare", "privacy", "housing")
    now = at(date(2026, 10, 30))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: sweep(world.db, ladder=LADDER, now=now), range(4)))
    with world.db.reading() as session:
        steps = session.execute(select(LadderStep.referral_id, LadderStep.rung)).all()
        assert len(steps) == len(set(steps))
        assert {referral_id for referral_id, _ in steps} == set(ids)
        assert len(queries.waiting_notices(session)) == len(
            {r.organisation_id for r in queries.with_status(session, [Status.DISPATCHED])}
        )


def test_nothing_is_sent_on_a_day_off_and_nothing_is_lost(world: World) -> None:
    (referral_id,) = world.dispatched("statistics")
    saturday, monday = date(2026, 10, 31), date(2026, 11, 2)
    swept, notices = world.chase(saturday)
    assert swept.quiet
    assert notices.enqueued == ()
    assert rungs(world, referral_id) == {}
    world.chase(monday)
    assert Rung.FIRST_REMINDER in rungs(world, referral_id)


def test_an_answer_ends_the_ladder(world: World) -> None:
    (referral_id,) = world.dispatched("statistics")
    world.chase(date(2026, 10, 30))
    answer(world, referral_id, date(2026, 11, 2))
    before = len(world.mailer.sent)
    for day in days(date(2026, 11, 2), date(2026, 12, 31)):
        world.chase(day)
    assert len(world.mailer.sent) == before


def test_an_acknowledgement_ends_its_own_rungs_and_keeps_the_answers(world: World) -> None:
    (referral_id,) = world.dispatched("statistics")
    referral = world.referral(referral_id)
    assert referral.document_id is not None
    done = acknowledge(
        world.db,
        referral.document_id,
        registration_number="통계-77",
        now=at(date(2026, 10, 13)),
        ladder=LADDER,
    )
    assert done == [referral_id]
    assert world.referral(referral_id).next_action_on == date(2026, 10, 20)
    for day in days(date(2026, 10, 13), DUE):
        world.chase(day)
    assert rungs(world, referral_id).keys() == {
        Rung.COURTESY_EARLY,
        Rung.COURTESY_LATE,
        Rung.COURTESY_DUE,
    }


def test_an_answer_between_the_sweep_and_the_mail_suppresses_it(world: World) -> None:
    (referral_id,) = world.dispatched("statistics")
    today = date(2026, 10, 30)
    sweep(world.db, ladder=LADDER, now=at(today))
    answer(world, referral_id, today)
    sent = len(world.mailer.sent)
    notices = world.send_notices(at(today, 10))
    assert notices.enqueued == notices.waiting == ()
    assert len(world.mailer.sent) == sent
    with world.db.reading() as session:
        assert queries.waiting_notices(session) == []
        # It was not numbered either: the register has the outcome document only.
        assert len(session.scalars(select(RegisterEntry)).all()) == 1


def test_a_mail_leaves_out_what_was_answered_meanwhile(world: World) -> None:
    first, second = world.dispatched("statistics", "statistics")
    today = date(2026, 10, 26)
    sweep(world.db, ladder=LADDER, now=at(today))
    answer(world, first, today)
    world.send_notices(at(today, 10))
    body = world.sent()[-1][1].get_body(("plain",))
    assert body is not None
    assert "OCF-2026-10-001" not in body.get_content()
    assert "OCF-2026-10-002" in body.get_content()
    assert world.referral(second).status is Status.DISPATCHED


def test_a_reminder_that_cannot_be_rendered_waits_and_goes_out_later(world: World) -> None:
    world.dispatched("statistics")
    world.renderer = FakeRenderer(lambda _html: RenderFailed(reason="test"))
    today = date(2026, 10, 30)
    _, notices = world.chase(today)
    assert (notices.enqueued, len(notices.waiting)) == ((), 1)
    with world.db.reading() as session:
        assert any("문서 시행 실패" in item.what.ko for item in waiting(session, at(today)))
    world.renderer = FakeRenderer()
    _, notices = world.chase(today)
    assert len(notices.enqueued) == 1
    assert len(world.sent()[-1][1].get_payload()) == 2


def test_what_was_never_delivered_is_not_chased_but_waits_visibly(world: World) -> None:
    world.mailer.refusing = {"forum@mods.example": 550}
    (referral_id,) = world.dispatched("statistics")
    assert world.referral(referral_id).status is Status.APPROVED
    for day in days(DISPATCHED, date(2026, 12, 31)):
        world.chase(day)
    assert rungs(world, referral_id) == {}
    with world.db.reading() as session:
        (item,) = waiting(session, at(DUE))
    assert "failed" in item.what.en


def test_after_thirty_days_the_silence_is_an_event_and_the_ladder_ends(world: World) -> None:
    (referral_id,) = world.dispatched("statistics")
    for day in days(DISPATCHED, date(2026, 12, 31)):
        world.chase(day)
    assert rungs(world, referral_id)[Rung.SILENCE] == date(2026, 12, 10)
    assert world.referral(referral_id).next_action_on is None
    with world.db.reading() as session:
        chased = [
            event.data["rung"]
            for event in ledger.history(session, "referral", referral_id)
            if event.kind == "referral.chased"
        ]
        assert chased[-1] == "silence"
        assert ledger.verify(session) > 0


def test_clocks_count_from_the_acceptance_however_late_it_is_noted(world: World) -> None:
    forum_id = world.forum()
    world.suggest(forum_id, "statistics")
    outcome_id = world.wrap_up(forum_id).outcome_id
    assert outcome_id is not None
    world.decide(outcome_id)
    world.issue()
    from gongmun.access import links
    from gongmun.mail import dispatch_due
    from gongmun.referrals.dispatched import note_dispatches

    dispatch_due(
        world.db,
        mailer=world.mailer,
        attachments=world.store.get,
        now=world.now,
        owner="test",
        limit=9,
        fill=links.fill,
    )
    late = at(date(2026, 11, 2))
    assert len(note_dispatches(world.db, ladder=LADDER, now=late)) == 1
    assert note_dispatches(world.db, ladder=LADDER, now=late) == []
    (referral,) = world.referrals(outcome_id)
    assert referral.dispatched_at == world.now
    assert seoul_date(referral.dispatched_at) == DISPATCHED
    assert referral.answer_due == DUE


@ON_BOTH
def test_a_ministry_whose_sweep_fails_holds_up_nobody_else(world: World) -> None:
    broken, sound = world.dispatched("statistics", "privacy")
    with world.db.transaction() as session:
        queries.by_id(session, broken).answer_rule = "no_such_rule"
    swept, notices = world.chase(date(2026, 10, 30))
    assert [error.code for error in swept.problems] == ["calendar.unknown_rule"]
    assert len(notices.enqueued) == 1
    assert rungs(world, broken) == {}
    assert Rung.FIRST_REMINDER in rungs(world, sound)


def test_crossing_the_due_day_is_told_once(world: World) -> None:
    (referral_id,) = world.dispatched("statistics")
    for day in days(DUE, date(2026, 11, 20)):
        world.chase(day)
    with world.db.reading() as session:
        told = [
            event.occurred_at
            for event in ledger.history(session, "referral", referral_id)
            if event.kind == "referral.overdue"
        ]
    assert [seoul_date(moment) for moment in told] == [date(2026, 10, 30)]

"""What a sweep has claimed and what has come since: nobody is sent both, nor what he may not be sent any more."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from gongmun import ledger
from gongmun.calendar import WorkingCalendar
from gongmun.calendar.overrides import Override
from gongmun.db import Database
from gongmun.documents import Document, DocumentKind
from gongmun.documents.life import Status as DocumentStatus
from gongmun.forums.models import Forum
from gongmun.organisations import ContactRole, Organisation, retire_contact, set_contact
from gongmun.organisations.models import OrganisationKind, Succession
from gongmun.referrals import queries
from gongmun.referrals.answering import acknowledge
from gongmun.referrals.chase_pauses import pause, resume
from gongmun.referrals.chase_preview import Fate, preview
from gongmun.referrals.chasing import NobodyAbove, sweep
from gongmun.referrals.escalating import decide_escalation
from gongmun.referrals.ladder import Rung
from gongmun.referrals.models import LadderStep, Notice
from gongmun.referrals.recomputing import recompute
from gongmun.text import Bilingual
from tests.world import LADDER, World, at

DUE = date(2026, 10, 29)
FIRST, SECOND, ESCALATED = date(2026, 10, 30), date(2026, 11, 9), date(2026, 11, 18)
MONDAY = date(2026, 11, 23)


@pytest.fixture
def small(sqlite_db: Database, tmp_path: Path, now: datetime) -> World:
    """A world on SQLite: where the kind of database does not matter."""
    return World(db=sqlite_db, folder=tmp_path, now=now)


def acknowledged(world: World, referral_id: int) -> None:
    acknowledge(
        world.db,
        world.referral(referral_id).document_id,
        registration_number="통계-1",
        now=at(date(2026, 10, 12), 11),
        ladder=LADDER,
    )


def steps(world: World, referral_id: int) -> dict[Rung, bool]:
    """Each rung that was reached, and whether it was skipped."""
    with world.db.reading() as session:
        return {step.rung: step.skipped for step in queries.steps(session, referral_id)}


def new_mails(world: World, before: int) -> list[tuple[str, str, str]]:
    """To whom, the subject and the text."""
    return [
        (to, str(mail["Subject"]), str(mail.get_body(("plain",)).get_content()))  # type: ignore[union-attr]
        for to, mail in world.sent()[before:]
    ]


def documents(world: World, kind: DocumentKind) -> list[Document]:
    with world.db.reading() as session:
        return list(session.scalars(select(Document).where(Document.kind == kind)))


def escalated(world: World, on: date = ESCALATED, decision: str = "approve") -> Document:
    """The draft that a sweep made, decided on."""
    (document,) = documents(world, DocumentKind.ESCALATION)
    decide_escalation(
        world.db, document.id, decision=decision, name="한소통", reason="예", now=at(on, 10)
    )
    return document


def test_a_sweep_killed_after_its_claim_and_the_next_one_send_one_mail(world: World) -> None:
    (referral_id,) = world.dispatched("statistics")
    acknowledged(world, referral_id)
    sweep(world.db, ladder=LADDER, now=at(DUE))  # and nothing after it
    sent = len(world.sent())
    world.chase(FIRST)
    ((_, _, text),) = new_mails(world, sent)
    assert "1차 독촉" in text
    assert "오늘이 회신 기한입니다" not in text
    reached = steps(world, referral_id)
    assert reached[Rung.COURTESY_DUE]
    assert not reached[Rung.FIRST_REMINDER]
    with world.db.reading() as session:
        told = [event.kind for event in ledger.history(session, "referral", referral_id)]
        assert "referral.chase_overtaken" in told
        assert queries.waiting_notices(session) == []


def test_a_reminder_that_could_not_leave_gives_way_to_the_escalation(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    acknowledged(small, referral_id)
    sweep(small.db, ladder=LADDER, now=at(FIRST))
    sent = len(small.sent())
    small.chase(ESCALATED)
    assert new_mails(small, sent) == []
    assert steps(small, referral_id)[Rung.FIRST_REMINDER]
    # It never got a number: the register has no gap and no letter that nobody was sent.
    (reminder,) = documents(small, DocumentKind.FIRST_REMINDER)
    assert (reminder.status, reminder.number) == (DocumentStatus.DISCARDED, None)


def test_a_mail_in_the_outbox_gives_way_as_well(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    acknowledged(small, referral_id)
    small.mailer.reachable = False
    small.chase(FIRST)
    sent = len(small.sent())
    small.mailer.reachable = True
    sweep(small.db, ladder=LADDER, now=at(SECOND))
    small.send_notices(at(SECOND))
    ((_, _, text),) = new_mails(small, sent)
    assert "2차 독촉" in text
    assert "1차 독촉" not in text
    assert steps(small, referral_id)[Rung.FIRST_REMINDER]


def test_what_waited_goes_with_what_is_due_today(world: World) -> None:
    first, second = world.dispatched("statistics", "statistics")
    for referral_id in (first, second):
        acknowledged(world, referral_id)
    sweep(world.db, ladder=LADDER, now=at(date(2026, 10, 13)))  # notes the days off
    with world.db.transaction() as session:
        # The one is looked at today, the other tomorrow.
        queries.by_id(session, second).next_action_on = DUE + timedelta(days=1)
    sweep(world.db, ladder=LADDER, now=at(date(2026, 10, 26)))
    with world.db.transaction() as session:
        queries.by_id(session, second).next_action_on = date(2026, 10, 27)
    sent = len(world.sent())
    world.chase(date(2026, 10, 27))
    ((_, _, text),) = new_mails(world, sent)
    assert "OCF-2026-10-001" in text
    assert "OCF-2026-10-002" in text
    with world.db.reading() as session:
        notices = session.scalars(select(Notice).order_by(Notice.id)).all()
        assert [notice.suppressed_at is None for notice in notices] == [False, True]
        told = ledger.history(session, "notice", notices[0].id)
        assert told[-1].kind == "notice.merged"
    world.chase(date(2026, 10, 27))
    assert len(new_mails(world, sent)) == 1


def test_nobody_is_asked_to_acknowledge_beside_a_formal_reminder(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    sent = len(small.sent())
    small.chase(SECOND)
    ((_, _, text),) = new_mails(small, sent)
    assert text.count("OCF-2026-10-001") == 2  # once in each language
    assert "접수 확인" not in text
    reached = steps(small, referral_id)
    assert reached[Rung.NUDGE]
    assert reached[Rung.BACKUP_NUDGE]


def test_the_backup_contact_is_asked_what_the_main_one_was_asked(small: World) -> None:
    set_contact(small.db, "MODS", ContactRole.PRIMARY, "main@mods.example", small.now)
    set_contact(small.db, "MODS", ContactRole.BACKUP, "backup@mods.example", small.now)
    small.dispatched("statistics")
    for day in (16, 20):
        small.chase(date(2026, 10, day))
    sent = len(small.sent())
    small.chase(date(2026, 10, 21))
    ((to, _, text),) = new_mails(small, sent)
    assert to == "backup@mods.example"
    assert "예비 연락처로 알려 드립니다" in text


def test_without_a_backup_contact_the_main_one_is_asked_again_in_its_own_words(
    small: World,
) -> None:
    retire_contact(small.db, "MODS", ContactRole.BACKUP, small.now)
    small.dispatched("statistics")
    for day in (16, 20):
        small.chase(date(2026, 10, day))
    sent = len(small.sent())
    small.chase(date(2026, 10, 21))
    ((to, _, text),) = new_mails(small, sent)
    assert to == "forum@mods.example"
    assert "예비" not in text
    assert "아직 접수가 확인되지 않았습니다" in text


def test_a_courtesy_is_the_main_contacts_own(small: World) -> None:
    set_contact(small.db, "MODS", ContactRole.PRIMARY, "main@mods.example", small.now)
    set_contact(small.db, "MODS", ContactRole.BACKUP, "backup@mods.example", small.now)
    (referral_id,) = small.dispatched("statistics")
    sent = len(small.sent())
    small.chase(date(2026, 10, 21))  # D-6, and nobody has acknowledged for four days
    reached = {to: text for to, _, text in new_mails(small, sent)}
    assert set(reached) == {"main@mods.example", "backup@mods.example"}
    assert "회신 기한 안내" in reached["main@mods.example"]
    assert "회신 기한 안내" not in reached["backup@mods.example"]
    assert not steps(small, referral_id)[Rung.COURTESY_EARLY]


def test_a_holiday_on_the_day_of_the_acknowledgement_holds_the_request_for_it(
    small: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    forum_id = small.forum()
    with small.db.transaction() as session:
        # Its answer is due a month later, wherever days off fall.
        session.get_one(Forum, forum_id).answer_rule = "peoples_proposal"
    small.suggest(forum_id, "statistics")
    outcome_id = small.wrap_up(forum_id).outcome_id
    assert outcome_id is not None
    small.decide(outcome_id)
    small.issue()
    small.dispatch()
    (referral,) = small.referrals(outcome_id)
    assert referral.acknowledge_due == date(2026, 10, 15)
    off = Override(
        day=date(2026, 10, 15), working=False, name=Bilingual(ko="임시공휴일", en="holiday")
    )
    declared = WorkingCalendar([off])
    for module in ("chasing", "chase_preview"):
        monkeypatch.setattr(f"gongmun.referrals.{module}.calendar", lambda: declared)
    day = date(2026, 10, 16)
    with small.db.reading() as session:
        (line,) = preview(session, ladder=LADDER, now=at(day)).lines
        assert line.fate is Fate.RECOUNT
    swept, _ = small.chase(day)
    assert not swept.fired
    assert recompute(small.db, cal=declared, ladder=LADDER, now=at(day)).moved == 1
    swept, _ = small.chase(date(2026, 10, 19))
    assert dict(swept.fired) == {"nudge": 1}


def test_a_pause_takes_back_what_was_claimed_and_not_a_letter_is_numbered(world: World) -> None:
    (referral_id,) = world.dispatched("statistics")
    acknowledged(world, referral_id)
    sweep(world.db, ladder=LADDER, now=at(FIRST))
    until = date(2026, 11, 6)
    pause(world.db, "MODS", until=until, name="한소통", reason="감사", now=at(FIRST, 10))
    sent = len(world.sent())
    world.send_notices(at(FIRST, 11))
    world.chase(date(2026, 11, 3))
    assert new_mails(world, sent) == []
    assert Rung.FIRST_REMINDER not in steps(world, referral_id)
    assert not [d for d in documents(world, DocumentKind.FIRST_REMINDER) if d.number]
    world.chase(SECOND)
    ((_, _, text),) = new_mails(world, sent)
    assert "2차 독촉" in text
    assert "1차 독촉" not in text
    (reminder,) = (
        d
        for d in documents(world, DocumentKind.SECOND_REMINDER)
        if d.status is not DocumentStatus.DISCARDED
    )
    assert reminder.number is not None


def test_nothing_goes_to_a_paused_parent_body_either(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    acknowledged(small, referral_id)
    small.chase(ESCALATED)
    document = escalated(small)
    pause(
        small.db,
        document.recipient_code,
        until=MONDAY,
        name="한",
        reason="감사",
        now=at(ESCALATED, 11),
    )
    sent = len(small.sent())
    small.chase(date(2026, 11, 19))
    assert new_mails(small, sent) == []
    (kept,) = documents(small, DocumentKind.ESCALATION)
    assert (kept.status, kept.number) == (DocumentStatus.APPROVED, None)
    with small.db.reading() as session:
        fates = {line.fate for line in preview(session, ladder=LADDER, now=at(MONDAY)).lines}
        assert fates == {Fate.PAUSED}
    resume(small.db, document.recipient_code, name="한", now=at(date(2026, 11, 19), 11))
    small.chase(date(2026, 11, 20))
    assert len(new_mails(small, sent)) == 1


def test_the_preview_says_that_an_approved_escalation_goes_out(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    acknowledged(small, referral_id)
    small.chase(ESCALATED)

    def fates() -> list[Fate]:
        with small.db.reading() as session:
            return [each.fate for each in preview(session, ladder=LADDER, now=at(MONDAY)).lines]

    assert fates() == [Fate.WAITING]
    escalated(small)
    assert fates() == [Fate.SENT]
    sent = len(small.sent())
    small.chase(MONDAY)
    assert len(new_mails(small, sent)) == 1
    assert Fate.SENT not in fates()


def ends(world: World, code: str, on: date) -> None:
    """The organisation ends on that day; nobody takes over."""
    with world.db.transaction() as session:
        session.execute(update(Organisation).where(Organisation.code == code).values(valid_to=on))


def parent_of(world: World, code: str) -> str:
    with world.db.reading() as session:
        found = session.scalars(
            select(Organisation.parent_code).where(Organisation.code == code)
        ).one()
    assert found is not None
    return found


def test_nobody_is_escalated_to_himself_because_his_parent_is_gone(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    acknowledged(small, referral_id)
    ends(small, parent_of(small, "MODS"), FIRST)
    with small.db.reading() as session:
        view = preview(session, ladder=LADDER, now=at(ESCALATED, 10))
    escalations = [line for line in view.lines if line.rung is Rung.ESCALATION]
    assert [(line.fate, line.to == line.ministry) for line in escalations] == [
        (Fate.NO_PARENT, True)
    ]
    swept, _ = small.chase(ESCALATED)
    assert [type(problem) for problem in swept.problems] == [NobodyAbove]
    assert documents(small, DocumentKind.ESCALATION) == []
    assert Rung.ESCALATION not in steps(small, referral_id)
    # It is looked at again on the next working day, until somebody is named.
    assert small.referral(referral_id).next_action_on == date(2026, 11, 19)


def test_a_reorganisation_that_is_yet_to_come_holds_no_escalation(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    acknowledged(small, referral_id)
    old = parent_of(small, "MODS")
    with small.db.transaction() as session:
        last = date(2027, 1, 31)
        session.execute(update(Organisation).where(Organisation.code == old).values(valid_to=last))
        session.add(
            Organisation(
                code="NEXT",
                name_ko="새 기관",
                name_en="The next body",
                kind=OrganisationKind.OFFICE,
                head_ko="새 기관장",
                head_en="Head",
                valid_from=date(2027, 2, 1),
            )
        )
        session.flush()
        session.add(
            Succession(
                predecessor_code=old,
                successor_code="NEXT",
                effective_on=date(2027, 2, 1),
                remark_ko="명칭 변경",
                remark_en="renamed",
            )
        )
        # The file of organisations names the parent of the last day.
        session.execute(
            update(Organisation).where(Organisation.code == "MODS").values(parent_code="NEXT")
        )
    swept, _ = small.chase(ESCALATED)
    assert swept.problems == ()
    (document,) = documents(small, DocumentKind.ESCALATION)
    assert document.recipient_code == old


def test_an_escalation_approved_after_its_addressee_ended_waits(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    acknowledged(small, referral_id)
    small.chase(ESCALATED)
    ends(small, parent_of(small, "MODS"), date(2026, 11, 19))
    (document,) = documents(small, DocumentKind.ESCALATION)
    with pytest.raises(NobodyAbove):
        decide_escalation(
            small.db,
            document.id,
            decision="approve",
            name="한소통",
            reason="예",
            now=at(date(2026, 11, 20), 10),
        )
    (document,) = documents(small, DocumentKind.ESCALATION)
    assert document.status is DocumentStatus.DRAFTED


def test_a_ministry_that_ended_after_the_claim_is_not_written_to(small: World) -> None:
    small.dispatched("statistics")
    sweep(small.db, ladder=LADDER, now=at(FIRST))
    ends(small, "MODS", FIRST)
    sent = len(small.sent())
    small.send_notices(at(date(2026, 11, 2)))
    assert new_mails(small, sent) == []
    assert not [d for d in documents(small, DocumentKind.FIRST_REMINDER) if d.number]


def test_a_returned_escalation_is_not_drafted_again_by_a_recount(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    acknowledged(small, referral_id)
    small.chase(ESCALATED)
    escalated(small, decision="return")
    small.send_notices(at(ESCALATED, 11))
    off = Override(
        day=date(2026, 10, 23), working=False, name=Bilingual(ko="임시공휴일", en="holiday")
    )
    recompute(small.db, cal=WorkingCalendar([off]), ladder=LADDER, now=at(ESCALATED, 14))
    for day in (19, 20, 23):
        small.chase(date(2026, 11, day))
    assert len(documents(small, DocumentKind.ESCALATION)) == 1
    with small.db.reading() as session:
        rungs = [step.rung for step in session.scalars(select(LadderStep))]
    assert rungs.count(Rung.ESCALATION) == 1

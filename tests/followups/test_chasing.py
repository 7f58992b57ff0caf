"""Commitments are chased: what goes to whom and when, once, however the sweeps run."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, select, update

from gongmun import ledger
from gongmun.answers.models import Commitment, CommitmentStatus
from gongmun.followups import queries
from gongmun.followups.chasing import chase_commitments
from gongmun.followups.commitments import settle
from gongmun.followups.models import CommitmentRung, CommitmentStep
from gongmun.mail.life import Status as Mail
from gongmun.mail.message import BLANK
from gongmun.organisations import Contact, ContactRole, set_contact
from gongmun.referrals.models import ResponseDecision
from tests.followups.conftest import DUE, PUBLISHED, Followed
from tests.followups.test_rungs import WALK
from tests.world import at

MODS = "forum@mods.example"


def steps(followed: Followed) -> list[tuple[date, CommitmentRung, int]]:
    with followed.db.reading() as session:
        rows = session.scalars(select(CommitmentStep).order_by(CommitmentStep.id)).all()
        return [(row.fired_on, row.rung, row.count) for row in rows]


def done(followed: Followed, commitment_id: int, on: date) -> None:
    settle(
        followed.db,
        commitment_id,
        organisation_id=None,
        status=CommitmentStatus.DONE,
        account="설치하였습니다.",
        now=at(on, 8),
    )


def test_it_is_chased_on_its_own_dates_until_it_is_done(followed: Followed) -> None:
    (referral_id,) = followed.world.dispatched("statistics")
    followed.published(referral_id)
    day = PUBLISHED
    while day <= date(2027, 1, 31):
        followed.chase(day)
        day += timedelta(days=1)
    assert {day: (rung, count) for day, rung, count in steps(followed)} == WALK
    assert len(followed.mails("commitments")) == len(WALK)
    (commitment,) = followed.commitments(referral_id)
    assert commitment.next_action_on == date(2027, 2, 11)  # Seollal: 8 and 9 February are off
    done(followed, commitment.id, date(2027, 2, 1))
    for later in range(60):
        followed.chase(date(2027, 2, 1) + timedelta(days=later))
    assert len(followed.mails("commitments")) == len(WALK)
    with followed.db.reading() as session:
        told = ledger.history(session, "commitment", commitment.id)
        assert [event.kind for event in told] == ["commitment.chased"] * 5 + ["commitment.done"]
        assert ledger.verify(session) > 0


def test_one_mail_a_ministry_lists_all_with_a_link(followed: Followed) -> None:
    first, second, other = followed.world.dispatched("statistics", "statistics", "privacy")
    followed.published(
        first, ResponseDecision.ACCEPTED, "통계를 매달 공표합니다.", "누리집을 고칩니다."
    )
    followed.published(second, ResponseDecision.PARTIALLY_ACCEPTED, "안내서를 냅니다.")
    followed.published(other, ResponseDecision.ACCEPTED, "점검합니다.")
    report = followed.chase(DUE)
    assert len(report.mails) == 2
    assert report.taken == {CommitmentRung.DUE: 4}
    text = followed.texts(MODS)[-1]
    for words in ("통계를 매달 공표합니다.", "누리집을 고칩니다.", "안내서를 냅니다."):
        assert text.count(words) == 1
    assert "점검합니다." not in text
    assert "https://check.participation.example/a/" in text
    assert BLANK not in text
    mail = next(m for m in followed.mails("commitments") if m.organisation_code == "MODS")
    assert BLANK in mail.body  # the outbox keeps no secret
    assert mail.document_id == followed.referral(first).document_id
    assert mail.references


@pytest.mark.parametrize("back", [date(2026, 12, 14), date(2027, 1, 29)])
def test_a_month_without_sweeps_is_caught_up_with_one_mail(followed: Followed, back: date) -> None:
    (referral_id,) = followed.world.dispatched("statistics")
    followed.published(referral_id)
    assert len(followed.chase(back).mails) == 1
    assert len(steps(followed)) == 1
    assert followed.chase(back).mails == ()
    assert followed.chase(back + timedelta(days=1)).mails == ()


def test_nothing_is_chased_before_its_answer_is_published(followed: Followed) -> None:
    (referral_id,) = followed.world.dispatched("statistics")
    response_id = followed.answered(referral_id, ResponseDecision.ACCEPTED, "설치합니다.")
    assert followed.chase(DUE).mails == ()
    # Whatever is written in the row: only a published response counts.
    with followed.db.transaction() as session:
        session.execute(update(Commitment).values(next_action_on=PUBLISHED))
    assert followed.chase(DUE).mails == ()
    followed.publish(response_id, DUE)
    assert len(followed.chase(DUE).mails) == 1


def test_a_day_off_is_quiet_and_nothing_is_lost(followed: Followed) -> None:
    (referral_id,) = followed.world.dispatched("statistics")
    followed.published(referral_id, due=date(2026, 12, 25))
    quiet = followed.chase(date(2026, 12, 26))
    assert quiet.quiet
    assert steps(followed) == []
    assert len(followed.chase(date(2026, 12, 28)).mails) == 1


def test_what_is_settled_before_the_sweep_is_not_in_the_mail(followed: Followed) -> None:
    (referral_id,) = followed.world.dispatched("statistics")
    followed.published(referral_id, ResponseDecision.ACCEPTED, "첫째 과제", "둘째 과제")
    first, _ = followed.commitments(referral_id)
    done(followed, first.id, DUE)
    followed.chase(DUE)
    text = followed.texts(MODS)[-1]
    assert "둘째 과제" in text
    assert "첫째 과제" not in text


def test_what_is_settled_before_the_mail_leaves_is_not_in_it(followed: Followed) -> None:
    (referral_id,) = followed.world.dispatched("statistics")
    followed.published(referral_id, ResponseDecision.ACCEPTED, "첫째 과제", "둘째 과제")
    first, _ = followed.commitments(referral_id)
    followed.world.mailer.refusing = {MODS: 451}
    followed.chase(DUE)
    followed.world.mailer.refusing = {}
    done(followed, first.id, DUE)
    followed.send(at(DUE, 20))  # not in the evening
    assert followed.mails("commitments")[-1].status is Mail.QUEUED
    followed.send(at(DUE + timedelta(days=3), 9, 30))  # Monday
    (mail,) = followed.mails("commitments")
    assert mail.status is Mail.ACCEPTED
    assert "둘째 과제" in mail.body  # what is kept is what left
    assert "첫째 과제" not in mail.body
    assert "1건" in mail.body


def test_a_reminder_of_which_all_is_settled_is_recalled(followed: Followed) -> None:
    (referral_id,) = followed.world.dispatched("statistics")
    followed.published(referral_id)
    (commitment,) = followed.commitments(referral_id)
    followed.world.mailer.reachable = False
    followed.chase(DUE)
    followed.world.mailer.reachable = True
    done(followed, commitment.id, DUE)
    followed.send(at(DUE, 15))
    assert not [text for text in followed.texts(MODS) if "이행 기한" in text]
    assert followed.mails("commitments")[-1].status is Mail.RECALLED


def test_sweeps_at_once_send_one_mail(on_both: Followed) -> None:
    ids = on_both.world.dispatched("statistics", "statistics", "privacy")
    for referral_id in ids:
        on_both.published(referral_id)
    with ThreadPoolExecutor(4) as pool:
        reports = list(
            pool.map(lambda _: chase_commitments(on_both.db, now=at(DUE, 9, 20)), range(4))
        )
    assert [error for report in reports for error in report.problems] == []
    assert len(on_both.mails("commitments")) == 2
    assert sum(len(report.mails) for report in reports) == 2
    assert sorted(steps(on_both)) == [(DUE, CommitmentRung.DUE, 1)] * 3


def test_reminders_to_a_broken_mailbox_stop_and_are_caught_up(followed: Followed) -> None:
    (referral_id,) = followed.world.dispatched("statistics")
    followed.published(referral_id)
    with followed.db.transaction() as session:
        session.execute(
            delete(Contact).where(
                Contact.organisation_id == followed.referral(referral_id).organisation_id
            )
        )
    report = followed.chase(DUE)
    assert (report.mails, report.unreachable) == ((), ("MODS",))
    assert followed.mails("commitments") == []
    set_contact(followed.db, "MODS", ContactRole.PRIMARY, "new@mods.example", at(DUE))
    followed.chase(DUE + timedelta(days=3))
    assert len(followed.texts("new@mods.example")) == 1


def test_one_ministry_that_fails_holds_up_nobody_else(
    followed: Followed, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, sound = followed.world.dispatched("statistics", "privacy")
    followed.published(broken)
    followed.published(sound)
    with followed.db.transaction() as session:
        # Long past what the calendar knows, in the days when it is looked at.
        session.execute(
            update(Commitment)
            .where(Commitment.referral_id == broken)
            .values(due_on=date(2014, 1, 1))
        )
    report = followed.chase(DUE)
    assert [error.code for error in report.problems] == ["calendar.year_not_covered"]
    assert len(report.mails) == 1


def test_hostile_words_stay_words(followed: Followed) -> None:
    (referral_id,) = followed.world.dispatched("statistics")
    hostile = f"설치합니다.\r\nBcc: evil@x.example\r\n\r\n{{{{ 7*7 }}}} {BLANK} <script>\x00\u202e"
    followed.published(referral_id, ResponseDecision.ACCEPTED, hostile)
    followed.chase(DUE)
    recipient, mail = followed.world.sent()[-1]
    assert recipient == MODS
    assert mail["Bcc"] is None
    text = followed.texts(MODS)[-1]
    assert "{{ 7*7 }} [link] <script>" in text
    assert text.count("https://check.participation.example/a/") == 1
    assert "\u202e" not in text


def test_the_list_has_only_what_was_published(followed: Followed) -> None:
    first, second = followed.world.dispatched("statistics", "privacy")
    followed.published(first)
    followed.answered(second, ResponseDecision.ACCEPTED, "아직입니다.")
    with followed.db.reading() as session:
        listed = queries.commitments(session, settled_too=True)
        assert [referral.id for _, referral in listed] == [first]

"""The page of a suggestion, as a read model: silence is silence, and what is not published says nothing."""

from datetime import date

from gongmun.answers.asking import ask
from gongmun.answers.models import Channel
from gongmun.calendar import calendar
from gongmun.followups.page import MinistryLine, Standing, suggestion_page
from gongmun.referrals.models import ResponseDecision
from tests.followups.conftest import Followed
from tests.world import at


def line(followed: Followed, referral_id: int, on: date) -> MinistryLine:
    with followed.db.reading() as session:
        page = suggestion_page(session, followed.referral(referral_id).suggestion_id, now=at(on))
    return page.ministries[0]


def test_a_question_asked_too_late_does_not_hide_the_silence_before_it(followed: Followed) -> None:
    (referral_id,) = followed.world.dispatched("statistics")
    due = followed.referral(referral_id).answer_due
    assert due is not None
    shift = calendar().shift
    assert line(followed, referral_id, due).standing is Standing.WAITING
    asked = shift(due, 2)
    ask(followed.db, referral_id, text="범위는?", channel=Channel.PORTAL, now=at(asked))
    # The clock stands still: as late as it was, however long we take.
    seen = line(followed, referral_id, shift(due, 9))
    assert (seen.standing, seen.days_overdue) == (Standing.OVERDUE, 2)


def test_a_question_asked_in_time_makes_nobody_late(followed: Followed) -> None:
    (referral_id,) = followed.world.dispatched("statistics")
    due = followed.referral(referral_id).answer_due
    assert due is not None
    ask(followed.db, referral_id, text="범위는?", channel=Channel.PORTAL, now=at(due))
    seen = line(followed, referral_id, calendar().shift(due, 9))
    assert (seen.standing, seen.days_overdue) == (Standing.WAITING, 0)


def test_what_is_answered_and_not_published_is_being_checked(followed: Followed) -> None:
    (referral_id,) = followed.world.dispatched("statistics")
    followed.answered(
        referral_id, ResponseDecision.NOT_ACCEPTED, reason="아직 비공개인 회신입니다."
    )
    seen = line(followed, referral_id, date(2026, 10, 21))
    assert (seen.standing, seen.answers) == (Standing.CHECKING, ())


def test_silence_is_published_by_its_rung_and_not_before(followed: Followed) -> None:
    (referral_id,) = followed.world.dispatched("statistics")
    due = followed.referral(referral_id).answer_due
    assert due is not None
    shift = calendar().shift
    for day in (1, 7, 14, 29):
        followed.world.chase(shift(due, day))
        seen = line(followed, referral_id, shift(due, day))
        assert (seen.standing, seen.days_overdue) == (Standing.OVERDUE, day)
    # The day itself does not say it: a sweep that was missed has published nothing.
    assert line(followed, referral_id, shift(due, 30)).standing is Standing.OVERDUE
    followed.world.chase(shift(due, 30))
    seen = line(followed, referral_id, shift(due, 31))
    assert (seen.standing, seen.days_overdue) == (Standing.SILENT, 31)
    followed.answered(referral_id, ResponseDecision.NOT_ACCEPTED, reason="늦은 회신입니다.")
    assert line(followed, referral_id, shift(due, 31)).standing is Standing.CHECKING

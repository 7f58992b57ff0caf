"""What a proposer says of an answer: a rating, and one request to examine a refusal again."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from gongmun import ledger
from gongmun.access.limits import TooManyAttempts
from gongmun.calendar import calendar
from gongmun.errors import GongmunError, NotFound
from gongmun.followups import proposer_queries, queries
from gongmun.followups.models import Answered, Rating, Reexamination
from gongmun.followups.reexamining import (
    COMMENT_LIMIT,
    REASON_LIMIT,
    AlreadyReexamined,
    NothingToReexamine,
    ProposerTextTooLong,
    ReexaminationReasonMissing,
    ReexaminationTooLate,
    rate,
    reexamine,
)
from gongmun.forums.waiting import waiting
from gongmun.mail.message import BLANK
from gongmun.referrals import queries as referral_queries
from gongmun.referrals.history import stories, told
from gongmun.referrals.life import Status
from gongmun.referrals.models import ResponseDecision, ResponseStatus
from tests.followups.conftest import PUBLISHED, Followed
from tests.world import LADDER, at

LAST_DAY = date(2026, 11, 5)
ASKED = date(2026, 10, 28)
REASON = "예산은 이미 편성되어 있습니다."


def ask(
    followed: Followed,
    referral_id: int,
    *,
    on: date = ASKED,
    reason: str = REASON,
    suggestion_id: int | None = None,
    hour: int = 10,
) -> date:
    return reexamine(
        followed.db,
        referral_id,
        suggestion_id=suggestion_id or followed.referral(referral_id).suggestion_id,
        reason=reason,
        ladder=LADDER,
        now=at(on, hour),
    )


def refused(followed: Followed) -> int:
    (referral_id,) = followed.world.dispatched("statistics")
    followed.refused(referral_id)
    return referral_id


def test_the_referral_is_reopened_and_its_ministry_told(on_both: Followed) -> None:
    referral_id = refused(on_both)
    before = on_both.referral(referral_id)
    due = ask(on_both, referral_id)
    # 14 working days, the day of the request counted.
    assert due == calendar().shift(ASKED, 13) == date(2026, 11, 16)
    after = on_both.referral(referral_id)
    assert after.status is Status.ACKNOWLEDGED
    assert (after.answer_due, after.arming) == (due, before.arming + 1)
    assert after.answered_at is None
    assert after.next_action_on is not None
    on_both.send(at(ASKED, 11))
    text = on_both.texts("forum@mods.example")[-1]
    assert REASON in text
    assert "2026. 11. 16.(월)" in text
    assert "https://check.participation.example/a/" in text
    with on_both.db.reading() as session:
        (response,) = queries.published_responses(session, referral_id)
        assert response.decision is ResponseDecision.NOT_ACCEPTED
        assert response.status is ResponseStatus.PUBLISHED
        assert [row.referral_id for row in proposer_queries.open_reexaminations(session)] == [
            referral_id
        ]
        events = ledger.history(session, "referral", referral_id)
        (reopened,) = [event for event in events if event.kind == "referral.reopened"]
        assert reopened.actor == "proposer"
        line = told(reopened)  # as the parent body would read it
        assert line is not None
        assert "2026. 11. 16." in line.ko
        assert REASON not in str([event.data for event in events])
        story = stories(session, [referral_id])[referral_id]
        said = {each.words: each.text.ko for each in story.lines}
        assert said[REASON] == line.ko
        assert said[response.reason] == "소관 기관 회신(수용곤란)"
        assert ledger.verify(session) > 0


def test_the_ladder_walks_again_and_a_new_answer_is_published(followed: Followed) -> None:
    referral_id = refused(followed)
    ask(followed, referral_id)
    before = len(followed.world.sent())
    followed.world.chase(date(2026, 11, 17))
    assert len(followed.world.sent()) > before
    new = followed.published(referral_id, on=date(2026, 11, 18))
    with followed.db.reading() as session:
        answers = queries.published_responses(session, referral_id)
        assert answers[0].id == new
        assert len(answers) == 2
        assert proposer_queries.open_reexaminations(session) == []


def test_once_only_also_after_a_second_refusal(followed: Followed) -> None:
    referral_id = refused(followed)
    ask(followed, referral_id)
    with pytest.raises(AlreadyReexamined, match=r"2026\. 10\. 28\."):
        ask(followed, referral_id)
    followed.refused(referral_id, on=date(2026, 11, 2))
    with pytest.raises(AlreadyReexamined):
        ask(followed, referral_id, on=date(2026, 11, 3))
    assert followed.referral(referral_id).status is Status.CLOSED


def test_of_two_at_once_one_is_taken(on_both: Followed) -> None:
    referral_id = refused(on_both)
    before = on_both.referral(referral_id).arming

    def attempt(_: int) -> str:
        try:
            ask(on_both, referral_id)
        except GongmunError as error:
            return error.code
        return "asked"

    with ThreadPoolExecutor(4) as pool:
        ended = sorted(pool.map(attempt, range(4)))
    assert ended == ["asked", *["reexamination.once"] * 3]
    assert len(on_both.mails("reexamination")) == 1
    assert on_both.referral(referral_id).arming == before + 1


@pytest.mark.parametrize(
    ("on", "hour", "late"),
    [(PUBLISHED, 17, False), (LAST_DAY, 23, False), (date(2026, 11, 6), 0, True)],
)
def test_within_fifteen_days_of_seoul(followed: Followed, on: date, hour: int, late: bool) -> None:
    referral_id = refused(followed)
    if late:
        with pytest.raises(ReexaminationTooLate, match=r"2026\. 11\. 5\."):
            ask(followed, referral_id, on=on, hour=hour)
        assert followed.referral(referral_id).status is Status.CLOSED
        assert followed.mails("reexamination") == []
    else:
        ask(followed, referral_id, on=on, hour=hour)


def test_only_a_published_refusal(followed: Followed) -> None:
    first, second, third = followed.world.dispatched("statistics", "privacy", "patents")
    followed.published(first)
    followed.answered(second, ResponseDecision.NOT_ACCEPTED, reason="예산이 없습니다.")
    for referral_id in (first, second, third):
        before = followed.referral(referral_id).status
        with pytest.raises(NothingToReexamine):
            ask(followed, referral_id)
        assert followed.referral(referral_id).status is before


def test_only_of_ones_own_suggestion(followed: Followed) -> None:
    first, second = followed.world.dispatched("statistics", "privacy")
    response_id = followed.refused(first)
    stranger = followed.referral(second).suggestion_id
    with pytest.raises(NotFound):
        ask(followed, first, suggestion_id=stranger)
    with pytest.raises(NotFound):
        ask(followed, 999, suggestion_id=stranger)
    with pytest.raises(NotFound):
        put(followed, response_id, suggestion_id=stranger)
    assert followed.referral(first).status is Status.CLOSED


@pytest.mark.parametrize("reason", ["", "  \n", "\u200b", "\x00"])
def test_not_without_a_reason(followed: Followed, reason: str) -> None:
    referral_id = refused(followed)
    with pytest.raises(ReexaminationReasonMissing):
        ask(followed, referral_id, reason=reason)
    with pytest.raises(ProposerTextTooLong):
        ask(followed, referral_id, reason="가" * (REASON_LIMIT + 1))
    assert followed.referral(referral_id).status is Status.CLOSED


def test_hostile_reasons_stay_words(followed: Followed) -> None:
    referral_id = refused(followed)
    ask(
        followed,
        referral_id,
        reason=f"{BLANK}\r\nBcc: evil@x.example\n.\nQUIT\n{{{{ 7*7 }}}}\u202e",
    )
    followed.send(at(ASKED, 11))
    recipient, mail = followed.world.sent()[-1]
    assert mail["Bcc"] is None
    text = followed.texts(recipient)[-1]
    assert text.count("https://check.participation.example/a/") == 1
    assert "{{ 7*7 }}" in text
    assert "\u202e" not in text


def put(
    followed: Followed,
    response_id: int,
    *,
    suggestion_id: int,
    answered: Answered = Answered.NO,
    comment: str = "이유가 없습니다.",
    minute: int = 0,
) -> None:
    rate(
        followed.db,
        response_id,
        suggestion_id=suggestion_id,
        answered=answered,
        comment=comment,
        now=at(ASKED, 10, minute),
    )


def test_the_last_rating_counts(on_both: Followed) -> None:
    (referral_id,) = on_both.world.dispatched("statistics")
    response_id = on_both.published(referral_id)
    suggestion_id = on_both.referral(referral_id).suggestion_id
    put(on_both, response_id, suggestion_id=suggestion_id)
    put(
        on_both,
        response_id,
        suggestion_id=suggestion_id,
        answered=Answered.YES,
        comment="\x00 고맙습니다. ",
        minute=5,
    )
    with on_both.db.reading() as session:
        rating = proposer_queries.rating(session, response_id)
        assert rating is not None
        assert (rating.answered, rating.comment) == (Answered.YES, "고맙습니다.")
        events = ledger.history(session, "response", response_id)
        assert [event.data["answered"] for event in events] == ["no", "yes"]
        assert "고맙습니다" not in str([event.data for event in events])


def test_ratings_at_once_leave_one(on_both: Followed) -> None:
    (referral_id,) = on_both.world.dispatched("statistics")
    response_id = on_both.published(referral_id)
    suggestion_id = on_both.referral(referral_id).suggestion_id
    with ThreadPoolExecutor(4) as pool:
        list(
            pool.map(
                lambda answered: put(
                    on_both, response_id, suggestion_id=suggestion_id, answered=answered
                ),
                [*Answered],
            )
        )
    with on_both.db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Rating)) == 1


def test_what_is_not_published_is_not_rated(followed: Followed) -> None:
    (referral_id,) = followed.world.dispatched("statistics")
    response_id = followed.answered(referral_id, ResponseDecision.ACCEPTED, "설치합니다.")
    suggestion_id = followed.referral(referral_id).suggestion_id
    with pytest.raises(NotFound):
        put(followed, response_id, suggestion_id=suggestion_id)
    with pytest.raises(NotFound):
        put(followed, 999, suggestion_id=suggestion_id)
    with pytest.raises(ProposerTextTooLong):
        put(followed, 999, suggestion_id=suggestion_id, comment="가" * (COMMENT_LIMIT + 1))


def test_who_goes_on_rating_is_stopped(followed: Followed) -> None:
    (referral_id,) = followed.world.dispatched("statistics")
    response_id = followed.published(referral_id)
    suggestion_id = followed.referral(referral_id).suggestion_id
    for minute in range(20):
        put(followed, response_id, suggestion_id=suggestion_id, minute=minute)
    with pytest.raises(TooManyAttempts):
        put(followed, response_id, suggestion_id=suggestion_id, minute=30)
    rate(
        followed.db,
        response_id,
        suggestion_id=suggestion_id,
        answered=Answered.YES,
        comment="",
        now=at(ASKED + timedelta(days=1), 12),
    )


def test_a_request_stands_in_the_row_only(followed: Followed) -> None:
    referral_id = refused(followed)
    ask(followed, referral_id, reason="\u200b " + REASON + "\n\n\n\n끝")
    with followed.db.reading() as session:
        row = session.scalars(select(Reexamination)).one()
        assert row.reason == f"{REASON}\n\n끝"
        response = referral_queries.latest_response(session, referral_id)
        assert response is not None
        assert row.response_id == response.id


def test_a_coordinator_sees_it_until_the_ministry_has_answered(followed: Followed) -> None:
    referral_id = refused(followed)

    def listed() -> bool:
        with followed.db.reading() as session:
            items = waiting(session, at(ASKED, 12))
        assert not [item for item in items if REASON in str(item.what)]
        return f"gongmun referral show {referral_id}" in [item.remedy for item in items]

    assert not listed()
    ask(followed, referral_id)
    assert listed()
    followed.refused(referral_id, on=date(2026, 11, 2))
    assert not listed()

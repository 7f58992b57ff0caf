"""Proposers are told of each step once, if they can be, and nobody else learns who they are."""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from gongmun.answers.models import CommitmentStatus
from gongmun.followups.commitments import settle
from gongmun.followups.meetings import cancel, date_, propose
from gongmun.followups.models import Meeting, ProposerNotice
from gongmun.followups.proposers import tell_proposers
from gongmun.ledger import LedgerEvent
from gongmun.mail.message import BLANK
from gongmun.referrals.models import ResponseDecision
from tests.followups.conftest import PUBLISHED, Followed
from tests.world import at

HONG = "hong@example.com"
NEXT = PUBLISHED + timedelta(days=1)
PAGE = "https://check.participation.example/p/"


def notices(followed: Followed) -> dict[str, int | None]:
    with followed.db.reading() as session:
        return {row.step: row.dispatch_id for row in session.scalars(select(ProposerNotice))}


def done(followed: Followed, commitment_id: int, account: str = "다 했습니다.") -> None:
    settle(
        followed.db,
        commitment_id,
        organisation_id=None,
        status=CommitmentStatus.DONE,
        account=account,
        now=at(NEXT, 8),
    )


def test_each_step_is_told_once_with_the_proposers_own_link(followed: Followed) -> None:
    (referral_id,) = followed.world.dispatched("statistics")
    followed.contact(referral_id, HONG)
    response_id = followed.published(referral_id)
    assert len(followed.tell(NEXT).mails) == 1
    (text,) = followed.texts(HONG)
    assert "제안 1" in text
    assert "국가데이터처: 수용" in text
    assert "그늘막을 설치합니다." in text
    assert text.count(PAGE) == 1
    assert BLANK not in text
    (mail,) = followed.mails("proposer_news")
    assert BLANK in mail.body
    assert mail.organisation_code == "PROPOSER"
    assert followed.tell(NEXT).mails == ()
    assert followed.tell(NEXT + timedelta(days=40)).mails == ()

    (commitment,) = followed.commitments(referral_id)
    done(followed, commitment.id)
    assert len(followed.tell(NEXT).mails) == 1
    assert "다 했습니다." in followed.texts(HONG)[-1]
    assert followed.tell(NEXT).mails == ()
    assert set(notices(followed)) == {f"published:{response_id}", f"settled:{commitment.id}"}
    assert None not in notices(followed).values()


def test_what_is_new_together_is_one_mail(followed: Followed) -> None:
    (referral_id,) = followed.world.dispatched("statistics")
    followed.contact(referral_id, HONG)
    followed.published(referral_id)
    (commitment,) = followed.commitments(referral_id)
    done(followed, commitment.id)
    meeting = propose(
        followed.db,
        referral_id,
        agenda="남은 일",
        by_ministry=False,
        with_proposer=False,
        now=at(NEXT, 8),
    )
    date_(
        followed.db,
        meeting.id,
        starts_at=at(date(2026, 11, 20), 14),
        ends_at=at(date(2026, 11, 20), 15),
        place="회의실",
        store=followed.world.store,
        now=at(NEXT, 8),
    )
    assert len(followed.tell(NEXT).mails) == 1
    (text,) = followed.texts(HONG)
    for words in (
        "[답변 공개]",
        "[이행과제] 국가데이터처: 이행 완료",
        "2026. 11. 20.(금) 14:10~15:10",
    ):
        assert text.count(words) == 1
    assert len(set(notices(followed).values())) == 1


def test_without_a_usable_address_nothing_is_sent_now_or_later(followed: Followed) -> None:
    contacts = (
        *(None, "", "010-1234-5678", "hong@", "a@b.example, c@d.example"),
        "a@b.example\r\nBcc: c@d.example",
    )
    ids = followed.world.dispatched(*["statistics"] * len(contacts))
    for referral_id, contact in zip(ids, contacts, strict=True):
        followed.contact(referral_id, contact)
        followed.published(referral_id)
    told = followed.tell(NEXT)
    assert (told.mails, told.without_address) == ((), len(contacts))
    assert list(notices(followed).values()) == [None] * len(contacts)
    assert followed.tell(NEXT).without_address == 0
    followed.contact(ids[0], HONG)
    assert followed.tell(NEXT).mails == ()
    assert followed.mails("proposer_news") == []
    assert followed.texts(HONG) == []


def test_nobody_is_told_of_what_is_not_published(followed: Followed) -> None:
    (referral_id,) = followed.world.dispatched("statistics")
    followed.contact(referral_id, HONG)
    response_id = followed.answered(referral_id, ResponseDecision.ACCEPTED, "설치합니다.")
    assert followed.tell(NEXT).mails == ()
    assert notices(followed) == {}
    followed.publish(response_id, NEXT)
    assert len(followed.tell(NEXT).mails) == 1


def test_a_refusal_says_until_when_it_may_be_examined_again(followed: Followed) -> None:
    (referral_id,) = followed.world.dispatched("statistics")
    followed.contact(referral_id, HONG)
    followed.refused(referral_id)
    followed.tell(NEXT)
    assert "2026. 11. 5.(목)까지 한 번 재검토를 요청" in followed.texts(HONG)[-1]


def test_sweeps_at_once_tell_once(on_both: Followed) -> None:
    ids = on_both.world.dispatched("statistics", "privacy")
    for referral_id in ids:
        on_both.contact(referral_id, HONG)
        on_both.published(referral_id)
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda _: tell_proposers(on_both.db, now=at(NEXT)), range(4)))
    assert [error for report in told for error in report.problems] == []
    assert sum(len(report.mails) for report in told) == 2
    assert len(on_both.mails("proposer_news")) == 2


def test_who_they_are_stands_nowhere_but_in_the_mails_address(
    followed: Followed, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    (referral_id,) = followed.world.dispatched("statistics")
    followed.contact(referral_id, HONG, "홍길동")
    followed.published(referral_id)
    followed.tell(NEXT)
    (mail,) = followed.mails("proposer_news")
    assert "홍길동" not in mail.subject + mail.body
    assert HONG not in mail.subject + mail.body + mail.key
    with followed.db.reading() as session:
        told = [f"{e.kind} {e.actor} {e.data}" for e in session.scalars(select(LedgerEvent))]
    assert any(line.startswith("proposer.told") for line in told)
    assert not [line for line in (*told, caplog.text) if "홍길동" in line or HONG in line]


def test_hostile_words_of_a_ministry_stay_words(followed: Followed) -> None:
    (referral_id,) = followed.world.dispatched("statistics")
    followed.contact(referral_id, HONG)
    hostile = f"어렵습니다. {BLANK}\r\nSubject: x\n{{% for a in b %}} {{{{ link }}}}"
    followed.published(referral_id, ResponseDecision.NOT_ACCEPTED, reason=hostile)
    followed.tell(NEXT)
    text = followed.texts(HONG)[-1]
    assert "[link]" in text
    assert "{% for a in b %} {{ link }}" in text
    assert text.count(PAGE) == 1


def test_two_ministries_of_one_suggestion_are_told_of_together(followed: Followed) -> None:
    ids = followed.world.dispatched("childcare")
    assert len(ids) > 1, "a topic with cooperating ministries"
    followed.contact(ids[0], HONG)
    for referral_id in ids:
        followed.published(referral_id)
    assert len(followed.tell(NEXT).mails) == 1
    assert followed.texts(HONG)[-1].count("[답변 공개]") == len(ids)


def test_who_is_not_invited_is_told_of_a_meeting_that_is_moved_or_cancelled(
    on_both: Followed,
) -> None:
    (referral_id,) = on_both.world.dispatched("statistics")
    on_both.contact(referral_id, HONG)
    meeting = _meeting(on_both, referral_id)
    _dated(on_both, meeting.id, 20)
    assert len(on_both.tell(NEXT).mails) == 1
    assert "2026. 11. 20.(금)" in on_both.texts(HONG)[-1]
    assert "일정 변경" not in on_both.texts(HONG)[-1]
    for _ in range(2):
        _dated(on_both, meeting.id, 24)
        on_both.tell(NEXT)
    assert len(on_both.texts(HONG)) == 2
    assert "2026. 11. 24.(화) 14:10~15:10(일정 변경)" in on_both.texts(HONG)[-1]
    cancel(on_both.db, meeting.id, store=on_both.world.store, now=at(NEXT, 8))
    for _ in range(2):
        on_both.tell(NEXT)
    assert len(on_both.texts(HONG)) == 3
    assert "후속 협의가 취소되었습니다" in on_both.texts(HONG)[-1]
    assert "has been cancelled" in on_both.texts(HONG)[-1]
    assert on_both.texts(HONG)[-1].count(PAGE) == 1
    steps = {f"meeting:{meeting.id}{version}" for version in ("", ":1", ":2")}
    assert set(notices(on_both)) == steps


def test_a_meeting_that_moved_before_they_were_told_is_told_as_it_is(followed: Followed) -> None:
    (referral_id,) = followed.world.dispatched("statistics")
    followed.contact(referral_id, HONG)
    meeting = _meeting(followed, referral_id)
    _dated(followed, meeting.id, 20)
    _dated(followed, meeting.id, 24)
    assert len(followed.tell(NEXT).mails) == 1
    assert "일정 변경" not in followed.texts(HONG)[-1]
    assert followed.tell(NEXT).mails == ()


def test_of_a_meeting_they_were_never_told_of_they_are_not_told_that_it_is_off(
    followed: Followed,
) -> None:
    (referral_id,) = followed.world.dispatched("statistics")
    followed.contact(referral_id, HONG)
    for day in (20, None):
        meeting = _meeting(followed, referral_id)
        if day:
            _dated(followed, meeting.id, day)
        cancel(followed.db, meeting.id, store=followed.world.store, now=at(NEXT, 8))
    assert followed.tell(NEXT).mails == ()


def test_who_is_invited_has_the_invitation_and_nothing_else(followed: Followed) -> None:
    (referral_id,) = followed.world.dispatched("statistics")
    followed.contact(referral_id, HONG)
    meeting = _meeting(followed, referral_id, with_proposer=True)
    for day in (20, 24):
        _dated(followed, meeting.id, day)
        assert followed.tell(NEXT).mails == ()
    cancel(followed.db, meeting.id, store=followed.world.store, now=at(NEXT, 8))
    assert followed.tell(NEXT).mails == ()
    assert len(followed.texts(HONG)) == 3


def _meeting(followed: Followed, referral_id: int, *, with_proposer: bool = False) -> Meeting:
    return propose(
        followed.db,
        referral_id,
        agenda="남은 일",
        by_ministry=False,
        with_proposer=with_proposer,
        now=at(NEXT, 8),
    )


def _dated(followed: Followed, meeting_id: int, day: int) -> None:
    date_(
        followed.db,
        meeting_id,
        starts_at=at(date(2026, 11, day), 14),
        ends_at=at(date(2026, 11, day), 15),
        place="회의실",
        store=followed.world.store,
        now=at(NEXT, 8),
    )

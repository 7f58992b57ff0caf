"""An answer by mail counts from the moment at which its mail arrived, however late somebody confirms it."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pytest

from gongmun import ledger
from gongmun.answers import asking, confirming, drafting, queries, submitting, unfiling
from gongmun.answers.content import CommitmentContent, Content
from gongmun.answers.deciding import send_back
from gongmun.answers.models import Channel, Receipt, Reply
from gongmun.answers.receipts import items
from gongmun.clock import SEOUL, seoul_date
from gongmun.referrals import queries as referral_queries
from gongmun.referrals.life import Status
from gongmun.referrals.models import Referral, Response, ResponseDecision
from tests.answers.mails import PDF, Inbox, reply_to
from tests.answers.test_replies import draft, outcome, sent
from tests.world import LADDER, at

TEXT = "처리결과: 수용곤란\n예산이 없습니다."
OTHER = "처리결과: 수용곤란\n다른 제도와 중복됩니다."


@pytest.fixture
def referral(inbox: Inbox) -> Referral:
    (referral,) = outcome(inbox.world, "정류장 그늘막")
    return referral


def due(referral: Referral) -> date:
    assert referral.answer_due is not None
    return referral.answer_due


def mailed(
    inbox: Inbox,
    text: str = TEXT,
    *,
    arrived: datetime | None,
    collected: datetime,
    files: Sequence[tuple[str, bytes]] = (),
) -> Reply:
    mail = reply_to(sent(inbox.world)[0], text, sent_at=arrived, files=files)
    if arrived is not None:
        inbox.arrivals[mail] = arrived
    return inbox.reply(mail, now=collected)


def confirm(inbox: Inbox, reply: Reply, now: datetime) -> Receipt:
    return confirming.confirm(inbox.world.db, reply.id, name="한소통", now=now)


def submitted(inbox: Inbox, referral: Referral, content: Content, now: datetime) -> Receipt:
    """By the officer: kept first, then submitted, as the portal does it."""
    assert referral.document_id is not None
    drafting.save(inbox.world.db, referral.id, content=content, channel=Channel.PORTAL, now=now)
    return submitting.submit(
        inbox.world.db,
        referral.document_id,
        organisation_id=referral.organisation_id,
        answers={referral.id: content},
        left_open=[],
        channel=Channel.PORTAL,
        address=None,
        now=now,
    )


def response(inbox: Inbox, referral: Referral) -> Response:
    with inbox.world.db.reading() as session:
        found = referral_queries.latest_response(session, referral.id)
    assert found is not None
    return found


def test_a_mail_of_the_last_day_is_in_time_though_it_is_confirmed_later(
    inbox: Inbox, referral: Referral
) -> None:
    arrived = at(due(referral), 17, 58)
    confirmed = at(due(referral) + timedelta(days=2))
    reply = mailed(inbox, arrived=arrived, collected=at(due(referral), 18, 3))
    receipt = confirm(inbox, reply, confirmed)
    after = inbox.world.referral(referral.id)
    assert (after.status, after.answered_at) == (Status.ANSWERED, arrived)
    assert after.acknowledged_at == arrived
    assert response(inbox, referral).received_at == arrived
    # What was recorded when stays as it was; the receipt tells both.
    with inbox.world.db.reading() as session:
        event = next(
            each
            for each in ledger.history(session, "referral", referral.id)
            if each.kind == "referral.answered"
        )
    assert event.occurred_at == confirmed
    assert datetime.fromisoformat(event.data["received_at"]) == arrived
    assert receipt.given_at == confirmed
    assert [item.received_at for item in items(receipt)] == [arrived]
    (mail,) = sent(inbox.world, "receipt")
    assert f"{confirmed.astimezone(SEOUL):%Y-%m-%d %H:%M}" in mail.body
    assert mail.body.count(f"{arrived.astimezone(SEOUL):%Y-%m-%d %H:%M}") == 2  # in both languages


def test_neither_the_sender_nor_the_server_says_a_time_that_cannot_be(
    inbox: Inbox, referral: Referral
) -> None:
    day = due(referral)
    collected, claimed = at(day, 10), at(day - timedelta(days=3))
    # The header claims three days before; the mailbox says nothing: collected is what is known.
    mail = reply_to(sent(inbox.world)[0], TEXT, sent_at=claimed)
    confirm(inbox, inbox.reply(mail, now=collected), at(day, 11))
    assert inbox.world.referral(referral.id).answered_at == collected


def test_a_clock_that_is_ahead_is_not_believed(inbox: Inbox, referral: Referral) -> None:
    day = due(referral)
    reply = mailed(inbox, arrived=at(day, 23), collected=at(day, 10))
    confirm(inbox, reply, at(day, 11))
    assert inbox.world.referral(referral.id).answered_at == at(day, 10)


def test_nothing_is_answered_before_it_was_sent(inbox: Inbox, referral: Referral) -> None:
    again = at(seoul_date(inbox.world.now) + timedelta(days=3))
    reply = mailed(inbox, arrived=inbox.world.now, collected=inbox.world.now)
    with inbox.world.db.transaction() as session:
        session.get_one(Referral, referral.id).dispatched_at = again
    confirm(inbox, reply, again + timedelta(days=1))
    assert inbox.world.referral(referral.id).answered_at == again


def test_of_several_mails_in_a_draft_the_last_one_counts(inbox: Inbox, referral: Referral) -> None:
    day = due(referral)
    first = mailed(inbox, arrived=at(day, 9), collected=at(day, 9, 15))
    last = mailed(inbox, OTHER, arrived=at(day, 15), collected=at(day, 15, 15))
    confirm(inbox, first, at(day, 17))
    assert inbox.world.referral(referral.id).answered_at == at(day, 15)
    assert last.id != first.id


def test_a_mail_that_is_taken_out_of_the_draft_counts_no_more(
    inbox: Inbox, referral: Referral
) -> None:
    day = due(referral)
    first = mailed(inbox, arrived=at(day, 9), collected=at(day, 9, 15))
    last = mailed(inbox, OTHER, arrived=at(day, 15), collected=at(day, 15, 15))
    unfiling.unfile(inbox.world.db, last.id, now=at(day, 16))
    with inbox.world.db.reading() as session:
        kept = queries.draft(session, referral.id)
    assert kept is not None
    assert kept.arrived_at == at(day, 9)
    confirming.complete(
        inbox.world.db,
        first.id,
        referral_id=referral.id,
        decision=ResponseDecision.NOT_ACCEPTED,
        now=at(day, 16),
    )
    confirm(inbox, first, at(day, 17))
    assert inbox.world.referral(referral.id).answered_at == at(day, 9)


@pytest.mark.parametrize("reason", ["", "예산이 없어 수용하기 어렵습니다."])
def test_what_a_coordinator_completes_is_still_of_the_mail(
    inbox: Inbox, referral: Referral, reason: str
) -> None:
    day = due(referral)
    text = "처리결과: 수용\n그늘막을 설치합니다."
    reply = mailed(inbox, text, arrived=at(day, 9), collected=at(day, 9, 15))
    confirming.complete(
        inbox.world.db,
        reply.id,
        referral_id=referral.id,
        decision=ResponseDecision.ACCEPTED,
        reason=reason,
        commitments=(CommitmentContent(text="설치", owner="도시과", due_on=date(2027, 6, 30)),),
        now=at(day + timedelta(days=1)),
    )
    confirm(inbox, reply, at(day + timedelta(days=1), 10))
    assert inbox.world.referral(referral.id).answered_at == at(day, 9)


def test_files_alone_are_of_the_mail_that_brought_them(inbox: Inbox, referral: Referral) -> None:
    day = due(referral)
    reply = mailed(
        inbox,
        "접수번호: 철도과-1",
        arrived=at(day, 9),
        collected=at(day, 9, 15),
        files=[("회신.pdf", PDF)],
    )
    confirming.complete(
        inbox.world.db,
        reply.id,
        referral_id=referral.id,
        decision=ResponseDecision.NOT_ACCEPTED,
        reason="붙임과 같습니다.",
        now=at(day + timedelta(days=1)),
    )
    confirm(inbox, reply, at(day + timedelta(days=1), 10))
    assert inbox.world.referral(referral.id).answered_at == at(day, 9)


def test_an_officer_who_leaves_the_mails_words_confirms_the_mail(
    inbox: Inbox, referral: Referral
) -> None:
    day, later = due(referral), at(due(referral) + timedelta(days=1))
    mailed(inbox, "그늘막은 예산이 없습니다.", arrived=at(day, 9), collected=at(day, 9, 15))
    content = draft(inbox.world, referral.id)
    assert content is not None
    assert content.decision is None
    submitted(
        inbox,
        referral,
        Content(decision=ResponseDecision.NOT_ACCEPTED, reason=content.reason),
        later,
    )
    assert inbox.world.referral(referral.id).answered_at == at(day, 9)


def test_an_officer_who_rewrites_it_answers_now(inbox: Inbox, referral: Referral) -> None:
    day, later = due(referral), at(due(referral) + timedelta(days=1))
    mailed(inbox, arrived=at(day, 9), collected=at(day, 9, 15))
    rewritten = Content(decision=ResponseDecision.NOT_ACCEPTED, reason="다시 쓴 사유입니다.")
    receipt = submitted(inbox, referral, rewritten, later)
    assert inbox.world.referral(referral.id).answered_at == later
    assert [item.received_at for item in items(receipt)] == [None]


def test_what_an_officer_began_in_the_portal_is_the_officers(
    inbox: Inbox, referral: Referral
) -> None:
    day, later = due(referral), at(due(referral) + timedelta(days=1))
    begun = Content(reason="포털에서 쓰던 글")
    drafting.save(
        inbox.world.db, referral.id, content=begun, channel=Channel.PORTAL, now=at(day, 8)
    )
    mailed(inbox, arrived=at(day, 9), collected=at(day, 9, 15))
    content = draft(inbox.world, referral.id)
    assert content is not None
    submitted(inbox, referral, content, later)
    assert inbox.world.referral(referral.id).answered_at == later


def test_what_was_sent_back_is_not_answered_before_that(inbox: Inbox, referral: Referral) -> None:
    day = due(referral)
    reply = mailed(inbox, arrived=at(day, 9), collected=at(day, 9, 15))
    confirm(inbox, reply, at(day, 10))
    send_back(
        inbox.world.db,
        response(inbox, referral).id,
        note="언제까지인지 적어 주십시오.",
        name="한소통",
        ladder=LADDER,
        now=at(day, 14),
    )
    # The day of our review is the ministry's again: it goes on from the arrival of the mail.
    assert inbox.world.referral(referral.id).status is not Status.ANSWERED
    content = draft(inbox.world, referral.id)
    assert content is not None
    submitted(inbox, referral, content, at(day, 16))
    assert inbox.world.referral(referral.id).answered_at == at(day, 16)


def sent_back(inbox: Inbox, referral: Referral, now: datetime) -> None:
    """The first answer came by mail, was confirmed, and is sent back."""
    reply = mailed(inbox, arrived=now - timedelta(hours=3), collected=now - timedelta(hours=2))
    confirm(inbox, reply, now - timedelta(hours=1))
    send_back(
        inbox.world.db,
        response(inbox, referral).id,
        note="근거 법령을 적어 주십시오.",
        name="한소통",
        ladder=LADDER,
        now=now,
    )


def test_a_mail_after_it_was_sent_back_is_confirmed(inbox: Inbox, referral: Referral) -> None:
    day = due(referral)
    sent_back(inbox, referral, at(day, 12))
    again = mailed(inbox, OTHER, arrived=at(day, 14), collected=at(day, 15))
    confirm(inbox, again, at(day + timedelta(days=1)))
    assert inbox.world.referral(referral.id).answered_at == at(day, 14)
    assert "예산이 없습니다." in response(inbox, referral).reason
    assert "다른 제도와 중복됩니다." in response(inbox, referral).reason


def test_files_that_come_after_it_was_sent_back_go_with_it(
    inbox: Inbox, referral: Referral
) -> None:
    day = due(referral)
    sent_back(inbox, referral, at(day, 12))
    files = [("근거.pdf", PDF)]
    reply = mailed(inbox, "", arrived=at(day, 14), collected=at(day, 15), files=files)
    confirming.complete(
        inbox.world.db,
        reply.id,
        referral_id=referral.id,
        decision=ResponseDecision.NOT_ACCEPTED,
        now=at(day, 16),
    )
    receipt = confirm(inbox, reply, at(day, 17))
    assert [file.filename for item in items(receipt) for file in item.files] == ["근거.pdf"]
    assert response(inbox, referral).reason == "예산이 없습니다."
    assert inbox.world.referral(referral.id).answered_at == at(day, 14)


def test_without_the_mail_what_was_sent_back_is_nobodys_to_confirm(
    inbox: Inbox, referral: Referral
) -> None:
    day = due(referral)
    sent_back(inbox, referral, at(day, 12))
    again = mailed(inbox, OTHER, arrived=at(day, 14), collected=at(day, 15))
    unfiling.unfile(inbox.world.db, again.id, now=at(day, 16))
    with inbox.world.db.reading() as session:
        kept = queries.draft(session, referral.id)
    assert kept is not None
    assert (kept.channel, kept.content["reason"]) == (Channel.COORDINATOR, "예산이 없습니다.")


@pytest.mark.parametrize("asked_first", [True, False])
def test_a_pause_counts_only_until_the_mail_came(
    inbox: Inbox, referral: Referral, asked_first: bool
) -> None:
    day = due(referral)
    asked, arrived = day - timedelta(days=5), day - timedelta(days=4)
    if not asked_first:
        asked, arrived = arrived, asked
    confirmed = at(day + timedelta(days=7))

    def ask() -> None:
        asking.ask(
            inbox.world.db, referral.id, text="범위는?", channel=Channel.PORTAL, now=at(asked)
        )

    if asked_first:
        ask()
    reply = mailed(inbox, arrived=at(arrived), collected=at(arrived, 9, 15))
    if not asked_first:
        ask()
    confirm(inbox, reply, confirmed)
    after = inbox.world.referral(referral.id)
    assert after.answered_at == at(arrived)
    # One day of waiting for us is added; none where the answer was on its way before the question.
    assert due(after) >= day
    assert due(after) <= day + timedelta(days=3)
    if not asked_first:
        assert due(after) == day


def test_an_acknowledgement_is_recorded_now_and_counts_from_the_mail(
    inbox: Inbox, referral: Referral
) -> None:
    arrived = at(seoul_date(inbox.world.now), 17)
    collected = arrived + timedelta(hours=15)
    mailed(inbox, "접수번호: 철도과-1", arrived=arrived, collected=collected)
    assert inbox.world.referral(referral.id).acknowledged_at == arrived
    with inbox.world.db.reading() as session:
        event = next(
            each
            for each in ledger.history(session, "referral", referral.id)
            if each.kind == "referral.acknowledged"
        )
    assert event.occurred_at == collected
    assert datetime.fromisoformat(event.data["received_at"]) == arrived

"""The holding pen: a coordinator files, dismisses and confirms; who is first decides."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from pathlib import Path

import pytest

from gongmun import ledger
from gongmun.answers import confirming, drafting, filing, filing_form
from gongmun.answers import held as held_pen
from gongmun.answers.checks import NotTaken
from gongmun.answers.confirming import ReplyNotOpened
from gongmun.answers.content import CommitmentContent, Content
from gongmun.answers.filing import NameMissing, NoReferralsIn, ReplyDecided
from gongmun.answers.held import HeldReply
from gongmun.answers.models import Channel, Reply, ReplyStatus
from gongmun.answers.receipts import items
from gongmun.clock import SEOUL
from gongmun.db import Database
from gongmun.errors import InvalidTransition, NotFound
from gongmun.mail import queries as mail_queries
from gongmun.referrals import queries as referral_queries
from gongmun.referrals.life import Status
from gongmun.referrals.models import Referral, ResponseDecision
from tests.answers.mails import PDF, Inbox, answered, reply_to
from tests.answers.test_replies import draft, files, outcome, sent
from tests.world import LADDER, World, at

# What a citizen reads of it as the reason, and the whole mail.
SAID = "다른 법령에 따라 시행 중인 제도와 중복됩니다."
REFUSAL = f"처리결과: 수용곤란\n{SAID}"
STRANGER = "hong@gmail.example"


def file(inbox: Inbox, reply_id: int, document_id: int, name: str = "한소통") -> None:
    filing.file(
        inbox.world.db,
        reply_id,
        document_id=document_id,
        name=name,
        store=inbox.world.store,
        scanner=None,
        ladder=LADDER,
        now=inbox.world.now,
    )


def held(inbox: Inbox, text: str = REFUSAL) -> Reply:
    reply = inbox.reply(reply_to(sent(inbox.world)[0], text, sender=STRANGER))
    assert reply.status is ReplyStatus.HELD
    return reply


def shown(inbox: Inbox, reply_id: int) -> HeldReply:
    with inbox.world.db.reading() as session:
        return held_pen.held_reply(session, reply_id)


@pytest.fixture
def referral(inbox: Inbox) -> Referral:
    (referral,) = outcome(inbox.world, "정류장 그늘막")
    return referral


def test_what_is_filed_does_what_a_matched_reply_does(inbox: Inbox, referral: Referral) -> None:
    assert referral.document_id
    reply = held(inbox, f"접수번호: 철도과-7\n{REFUSAL}")
    assert draft(inbox.world, referral.id) is None
    file(inbox, reply.id, referral.document_id)
    after = inbox.read(reply.id)
    assert (after.status, after.filed_by) == (ReplyStatus.FILED, "한소통")
    written = draft(inbox.world, referral.id)
    assert written is not None
    assert written.decision is ResponseDecision.NOT_ACCEPTED
    assert inbox.world.referral(referral.id).registration_number == "철도과-7"
    with inbox.world.db.reading() as session:
        last = ledger.history(session, "reply", reply.id)[1]
    assert (last.kind, last.actor) == ("reply.filed", "coordinator")
    assert "한소통" not in str(last.data)


def test_filed_once_also_at_once(
    inbox_settings: None, db: Database, tmp_path: Path, now: datetime
) -> None:
    inbox = Inbox(World(db=db, folder=tmp_path, now=now))
    (referral,) = outcome(inbox.world, "정류장 그늘막")
    assert referral.document_id
    reply = held(inbox)
    document_id = referral.document_id

    def attempt(number: int) -> bool:
        try:
            if number % 2:
                file(inbox, reply.id, document_id, name=f"담당 {number}")
            else:
                filing.dismiss(inbox.world.db, reply.id, name=f"담당 {number}", now=now)
        except (ReplyDecided, InvalidTransition):
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        done = sum(pool.map(attempt, range(4)))
    # Filed first, it may still be settled by whoever dismissed it; never filed twice.
    after = inbox.read(reply.id)
    assert done in (1, 2)
    written = draft(inbox.world, referral.id)
    if after.status is ReplyStatus.DISMISSED:
        assert (done, written) == (1, None)
    else:
        assert written is not None
        assert written.reason == SAID


def test_a_sweep_goes_on_with_what_the_filing_left(
    inbox: Inbox, referral: Referral, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert referral.document_id
    reply = held(inbox)
    with monkeypatch.context() as patched:

        def killed(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        patched.setattr(filing.opening, "open_reply", killed)
        with pytest.raises(KeyboardInterrupt):
            file(inbox, reply.id, referral.document_id)
    assert draft(inbox.world, referral.id) is None
    # Nobody dismisses what does not stand in the drafts yet: its text would be lost.
    with pytest.raises(ReplyDecided):
        filing.dismiss(inbox.world.db, reply.id, name="한소통", now=inbox.world.now)
    inbox.take()
    assert draft(inbox.world, referral.id) is not None


def test_dismissed_is_out_of_the_pen_and_stays_readable(inbox: Inbox, referral: Referral) -> None:
    assert referral.document_id
    reply = held(inbox)
    filing.dismiss(inbox.world.db, reply.id, name="한소통", now=inbox.world.now)
    after = inbox.read(reply.id)
    assert (after.status, after.settled_by) == (ReplyStatus.DISMISSED, "한소통")
    assert draft(inbox.world, referral.id) is None
    for again in (
        lambda: filing.dismiss(inbox.world.db, reply.id, name="가", now=inbox.world.now),
    ):
        with pytest.raises(ReplyDecided):
            again()
    with pytest.raises(ReplyDecided):
        file(inbox, reply.id, referral.document_id)
    assert inbox.take().held == ()


def test_what_is_wrong_is_refused_and_changes_nothing(inbox: Inbox, referral: Referral) -> None:
    assert referral.document_id
    reply = held(inbox)
    inbox.world.chase(date(2026, 10, 30))
    with inbox.world.db.reading() as session:
        (reminder,) = {
            step.document_id
            for step in referral_queries.steps(session, referral.id)
            if step.document_id
        }
    for document_id, name, error in (
        (referral.document_id, " \u200b", NameMissing),
        (999, "한소통", NotFound),
        (reminder, "한소통", NoReferralsIn),
    ):
        with pytest.raises(error):
            file(inbox, reply.id, document_id, name)
    with pytest.raises(NotFound):
        file(inbox, 999, referral.document_id)
    with pytest.raises(NameMissing):
        filing.dismiss(inbox.world.db, reply.id, name="", now=inbox.world.now)
    with pytest.raises(ReplyNotOpened):
        confirming.confirm(inbox.world.db, reply.id, name="한소통", now=inbox.world.now)
    assert inbox.read(reply.id).status is ReplyStatus.HELD


def test_filed_to_what_is_answered_it_is_noted_there(inbox: Inbox, referral: Referral) -> None:
    assert referral.document_id
    answered(inbox.world, referral.id)
    reply = held(inbox)
    file(inbox, reply.id, referral.document_id)
    after = inbox.read(reply.id)
    assert (after.status, after.document_id) == (ReplyStatus.SETTLED, referral.document_id)


def test_the_coordinator_confirms_for_the_ministry(inbox: Inbox) -> None:
    one, two = outcome(inbox.world, "정류장 그늘막 설치", "저상버스 늘리기")
    reply = inbox.reply(reply_to(sent(inbox.world)[0], f"OCF-2026-10-002\n{REFUSAL}"))
    receipt = confirming.confirm(inbox.world.db, reply.id, name="한소통", now=inbox.world.now)
    assert [item.referral_id for item in items(receipt)] == [two.id]
    assert inbox.world.referral(one.id).status is Status.DISPATCHED
    assert inbox.world.referral(two.id).status is Status.ANSWERED
    after = inbox.read(reply.id)
    assert (after.status, after.settled_by) == (ReplyStatus.SETTLED, "한소통")
    with inbox.world.db.reading() as session:
        response = referral_queries.latest_response(session, two.id)
        assert response is not None
        assert response.decision is ResponseDecision.NOT_ACCEPTED
        receipts = [
            d for d in mail_queries.dispatches(session, with_accepted=True) if d.intent == "receipt"
        ]
    assert [d.address for d in receipts] == ["forum@molit.example"]
    with pytest.raises(ReplyNotOpened):
        confirming.confirm(inbox.world.db, reply.id, name="한소통", now=inbox.world.now)


def test_a_mail_that_promises_without_a_date_is_not_taken_until_it_is_completed(
    inbox: Inbox, referral: Referral
) -> None:
    reply = inbox.reply(reply_to(sent(inbox.world)[0], "처리결과: 수용\n그늘막을 설치합니다."))
    with pytest.raises(NotTaken) as caught:
        confirming.confirm(inbox.world.db, reply.id, name="한소통", now=inbox.world.now)
    assert {problem.field for problem in caught.value.problems} == {"commitments"}
    assert inbox.world.referral(referral.id).status is Status.DISPATCHED
    confirming.complete(
        inbox.world.db,
        reply.id,
        referral_id=referral.id,
        decision=ResponseDecision.ACCEPTED,
        commitments=(
            CommitmentContent(text="그늘막 설치", owner="도시과", due_on=date(2027, 6, 30)),
        ),
        now=inbox.world.now,
    )
    confirming.confirm(inbox.world.db, reply.id, name="한소통", now=inbox.world.now)
    assert inbox.world.referral(referral.id).status is Status.ANSWERED
    with pytest.raises(ReplyNotOpened):
        confirming.complete(
            inbox.world.db,
            reply.id,
            referral_id=referral.id,
            decision=ResponseDecision.ACCEPTED,
            now=inbox.world.now,
        )


def test_the_form_offers_the_candidates_and_chooses_only_what_the_mail_names(
    inbox: Inbox, referral: Referral
) -> None:
    named = shown(inbox, held(inbox).id)
    schema = filing_form.form(named.choices).model_json_schema()
    choices = schema["properties"]["document"]["enum"]
    assert choices == [
        f"{referral.document_id}: 공론소통과-1 국토교통부",
        filing_form.NO_REPLY,
        filing_form.LATER,
    ]
    empty = filing_form.form(named.choices)()
    assert filing_form.document_id(empty.document) == referral.document_id  # type: ignore[attr-defined]
    guessed = inbox.reply(reply_to(None, REFUSAL, subject="회신"))
    form = filing_form.form(shown(inbox, guessed.id).choices)
    assert form.model_json_schema()["required"] == ["document"]
    with pytest.raises(ValueError, match="document"):
        form()


def test_the_form_shows_nothing_personal_and_does_not_change(
    inbox: Inbox, referral: Referral
) -> None:
    reply = held(inbox, "홍길동 사무관입니다. 회신드립니다.")
    before = shown(inbox, reply.id)
    assert "홍길동" not in repr(before)
    assert "hong@" not in repr(before)
    assert "gmail" not in repr(before)
    forum_id = inbox.world.forum("OCF-2026-11")
    inbox.world.suggest(forum_id, "statistics")
    assert inbox.world.wrap_up(forum_id, key="run-2").outcome_id
    assert shown(inbox, reply.id).choices == before.choices


def test_a_form_without_candidates_still_dismisses(inbox: Inbox) -> None:
    reply = inbox.reply(reply_to(None, "광고", sender="spam@example.org"))
    choices: Sequence[held_pen.Choice] = shown(inbox, reply.id).choices
    assert choices == ()
    form = filing_form.form(choices)
    assert form.model_json_schema()["properties"]["document"]["enum"] == [
        filing_form.NO_REPLY,
        filing_form.LATER,
    ]


def test_a_late_confirmation_is_told_of_the_first(inbox: Inbox, referral: Referral) -> None:
    reply = inbox.reply(reply_to(sent(inbox.world)[0], REFUSAL), now=at(date(2026, 10, 13)))
    answered(inbox.world, referral.id)
    with pytest.raises(ReplyNotOpened):
        confirming.confirm(inbox.world.db, reply.id, name="한소통", now=at(date(2026, 10, 14)))


def test_only_what_came_by_mail_is_confirmed_and_the_officers_draft_stays(inbox: Inbox) -> None:
    one, two = outcome(inbox.world, "정류장 그늘막 설치", "저상버스 늘리기")
    ours = Content(decision=ResponseDecision.NOT_ACCEPTED, reason="포털에서 쓰던 글")
    drafting.save(inbox.world.db, one.id, content=ours, channel=Channel.PORTAL, now=inbox.world.now)
    reply = inbox.reply(reply_to(sent(inbox.world)[0], f"OCF-2026-10-002\n{REFUSAL}"))
    receipt = confirming.confirm(inbox.world.db, reply.id, name="한소통", now=inbox.world.now)
    assert [item.referral_id for item in items(receipt)] == [two.id]
    assert draft(inbox.world, one.id) == ours
    assert inbox.world.referral(one.id).status is Status.DISPATCHED


def test_what_the_officer_saved_since_is_the_officers(inbox: Inbox, referral: Referral) -> None:
    reply = inbox.reply(reply_to(sent(inbox.world)[0], REFUSAL))
    content = draft(inbox.world, referral.id)
    assert content is not None
    drafting.save(
        inbox.world.db, referral.id, content=content, channel=Channel.PORTAL, now=inbox.world.now
    )
    with pytest.raises(ReplyNotOpened):
        confirming.confirm(inbox.world.db, reply.id, name="한소통", now=inbox.world.now)
    assert inbox.take().settled == ()  # it waits for the officer
    assert inbox.world.referral(referral.id).status is Status.DISPATCHED


def test_an_acknowledgement_that_is_filed_late_is_of_the_day_it_came(
    inbox: Inbox, referral: Referral
) -> None:
    assert referral.document_id
    arrived = inbox.world.now
    reply = held(inbox, "접수번호: 철도과-7")
    inbox.world.now = at(date(2026, 10, 20))
    file(inbox, reply.id, referral.document_id)
    after = inbox.world.referral(referral.id)
    assert (after.status, after.acknowledged_at) == (Status.ACKNOWLEDGED, arrived)
    (receipt,) = sent(inbox.world, "receipt")
    assert f"{arrived.astimezone(SEOUL):%Y-%m-%d %H:%M}" in receipt.body


def test_an_acknowledgement_from_before_the_document_was_sent_again_is_of_today(
    inbox: Inbox, referral: Referral
) -> None:
    assert referral.document_id
    reply = held(inbox, "접수번호: 철도과-7")
    again, today = at(date(2026, 10, 19)), at(date(2026, 10, 20))
    with inbox.world.db.transaction() as session:
        session.get_one(Referral, referral.id).dispatched_at = again
    inbox.world.now = today
    file(inbox, reply.id, referral.document_id)
    assert inbox.world.referral(referral.id).acknowledged_at == today


def test_files_without_words_are_completed_for_the_referral_they_are_about(inbox: Inbox) -> None:
    one, two = outcome(inbox.world, "정류장 그늘막 설치", "저상버스 늘리기")
    thanks = "접수번호: 철도과-1\n감사합니다."
    reply = inbox.reply(reply_to(sent(inbox.world)[0], thanks, files=[("회신.pdf", PDF)]))
    assert len(files(inbox.world, one.id)) == 1
    with pytest.raises(ReplyNotOpened, match="reply complete"):
        confirming.confirm(inbox.world.db, reply.id, name="한소통", now=inbox.world.now)

    def complete(referral_id: int) -> None:
        confirming.complete(
            inbox.world.db,
            reply.id,
            referral_id=referral_id,
            decision=ResponseDecision.NOT_ACCEPTED,
            reason="붙임 파일과 같습니다.",
            now=inbox.world.now,
        )

    complete(two.id)
    complete(two.id)
    # There are no files left that another draft could be opened with.
    with pytest.raises(ReplyNotOpened):
        complete(one.id)
    assert files(inbox.world, one.id) == []
    receipt = confirming.confirm(inbox.world.db, reply.id, name="한소통", now=inbox.world.now)
    (item,) = items(receipt)
    assert (item.referral_id, [file.filename for file in item.files]) == (two.id, ["회신.pdf"])
    assert inbox.world.referral(one.id).status is Status.ACKNOWLEDGED
    assert inbox.read(reply.id).status is ReplyStatus.SETTLED


@pytest.mark.parametrize(("given", "expected"), [("다른 사유", "다른 사유"), (" \n", SAID)])
def test_a_reason_that_is_given_takes_the_place_of_the_mails(
    inbox: Inbox, referral: Referral, given: str, expected: str
) -> None:
    reply = inbox.reply(reply_to(sent(inbox.world)[0], REFUSAL))
    confirming.complete(
        inbox.world.db,
        reply.id,
        referral_id=referral.id,
        decision=ResponseDecision.NOT_ACCEPTED,
        reason=given,
        now=inbox.world.now,
    )
    written = draft(inbox.world, referral.id)
    assert written is not None
    assert written.reason == expected


def test_a_known_domain_is_shown_and_a_persons_is_not(inbox: Inbox, referral: Referral) -> None:
    mails = {
        "hong@molit.example": "molit.example",
        "hong@rail.MOLIT.example": "molit.example",
        "me@hong-gildong.example": "기관 외부 / outside",
        "hong@notmolit.example": "기관 외부 / outside",
    }
    for sender, expected in mails.items():
        reply = inbox.reply(reply_to(None, f"{REFUSAL} {sender}", sender=sender))
        assert shown(inbox, reply.id).sender_domain == expected

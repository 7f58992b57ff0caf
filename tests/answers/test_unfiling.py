"""A reply that was filed to the wrong document: what it opened is taken back, and nothing of others."""

from datetime import date

import pytest

from gongmun import ledger
from gongmun.answers import confirming, drafting, filing, opening, unfiling
from gongmun.answers.content import CommitmentContent, Content
from gongmun.answers.filing import ReplyDecided
from gongmun.answers.models import Channel, ReplyStatus
from gongmun.referrals.models import ResponseDecision
from tests.answers.mails import PDF, Inbox, answered, reply_to
from tests.answers.test_matching import documents, mail_of
from tests.answers.test_replies import ACCEPTED, draft, files, outcome, sent
from tests.world import LADDER

EXE = b"MZ\x90\x00" + b"\x00" * 200
SAID = "예산이 없습니다."
REFUSAL = f"처리결과: 수용곤란\n{SAID}"


def unfile(inbox: Inbox, reply_id: int) -> None:
    unfiling.unfile(inbox.world.db, reply_id, now=inbox.world.now)


def test_it_is_held_again_and_filed_to_the_right_document(inbox: Inbox) -> None:
    molit, mods = documents(inbox.world, "public_transport", "statistics")
    by_document = {r.document_id: r.id for r in inbox.world.referrals(1)}
    wrong, right = by_document[molit.id], by_document[mods.id]
    reply = inbox.reply(
        reply_to(mail_of(inbox.world, molit), REFUSAL, files=[("계획.pdf", PDF), ("x.exe", EXE)])
    )
    assert draft(inbox.world, wrong) is not None
    unfile(inbox, reply.id)
    after = inbox.read(reply.id)
    assert (after.status, after.document_id, after.opened_at) == (ReplyStatus.HELD, None, None)
    assert (after.filed_by, after.refused) == (None, [])
    assert draft(inbox.world, wrong) is None
    assert files(inbox.world, wrong) == []
    assert inbox.take().filed == ()  # only a coordinator files it now
    filing.file(
        inbox.world.db,
        reply.id,
        document_id=mods.id,
        name="한소통",
        store=inbox.world.store,
        scanner=None,
        ladder=LADDER,
        now=inbox.world.now,
    )
    written = draft(inbox.world, right)
    assert written is not None
    assert written.reason == SAID
    assert len(files(inbox.world, right)) == 1
    # Each ministry was asked by a mail of its own, with the link to its own document.
    asked = sent(inbox.world, opening.INTENT)
    assert [(d.document_id, d.address) for d in asked] == [
        (molit.id, "forum@molit.example"),
        (mods.id, "forum@mods.example"),
    ]
    with inbox.world.db.reading() as session:
        kinds = [event.kind for event in ledger.history(session, "reply", reply.id)]
    assert kinds == ["reply.filed", "reply.opened", "reply.unfiled", "reply.filed", "reply.opened"]


def test_what_others_wrote_around_it_stays(inbox: Inbox) -> None:
    (referral,) = outcome(inbox.world, "정류장 그늘막")
    before = Content(reason="포털에서 쓰던 글")
    drafting.save(
        inbox.world.db, referral.id, content=before, channel=Channel.PORTAL, now=inbox.world.now
    )
    wrong = inbox.reply(reply_to(sent(inbox.world)[0], REFUSAL, files=[("가.pdf", PDF)]))
    inbox.reply(
        reply_to(sent(inbox.world)[0], "추가로 알려 드립니다.", files=[("나.pdf", PDF)]),
        now=inbox.world.now.replace(hour=5),
    )
    unfile(inbox, wrong.id)
    after = draft(inbox.world, referral.id)
    assert after is not None
    assert after.decision is None
    assert after.reason.startswith("포털에서 쓰던 글\n\n──── 회신 메일(")
    assert after.reason.endswith("추가로 알려 드립니다.")
    assert "예산" not in after.reason
    assert len(files(inbox.world, referral.id)) == 1  # the other mail brought it as well


def test_what_a_coordinator_added_goes_with_it_and_what_an_officer_rewrote_stays(
    inbox: Inbox,
) -> None:
    one, two = outcome(inbox.world, "정류장 그늘막 설치", "저상버스 늘리기")
    text = "1. 정류장: 수용\n설치합니다.\n2. 저상버스: 수용곤란\n예산이 없습니다."
    reply = inbox.reply(reply_to(sent(inbox.world)[0], text))
    promise = CommitmentContent(text="설치", owner="도시과", due_on=date(2027, 6, 30))
    confirming.complete(
        inbox.world.db,
        reply.id,
        referral_id=one.id,
        decision=ResponseDecision.ACCEPTED,
        commitments=(promise,),
        now=inbox.world.now,
    )
    rewritten = Content(
        decision=ResponseDecision.NOT_ACCEPTED, reason="예산이 없어 다음 해에 살펴봅니다."
    )
    drafting.save(
        inbox.world.db, two.id, content=rewritten, channel=Channel.PORTAL, now=inbox.world.now
    )
    unfile(inbox, reply.id)
    assert draft(inbox.world, one.id) is None
    assert draft(inbox.world, two.id) == rewritten


def test_one_that_opened_nothing_can_be_taken_back_and_one_that_was_confirmed_not(
    inbox: Inbox,
) -> None:
    (referral,) = outcome(inbox.world, "정류장 그늘막")
    dispatch = sent(inbox.world)[0]
    noted = inbox.reply(reply_to(dispatch, "접수번호: 철도과-1"))
    assert noted.status is ReplyStatus.SETTLED
    unfile(inbox, noted.id)
    after = inbox.read(noted.id)
    assert (after.status, after.settled_at) == (ReplyStatus.HELD, None)
    with pytest.raises(ReplyDecided):
        unfile(inbox, noted.id)  # it is there already
    confirmed = inbox.reply(reply_to(dispatch, REFUSAL))
    confirming.confirm(inbox.world.db, confirmed.id, name="한소통", now=inbox.world.now)
    with pytest.raises(ReplyDecided):
        unfile(inbox, confirmed.id)
    assert inbox.read(confirmed.id).document_id == referral.document_id


def test_one_that_the_officer_has_submitted_stays(inbox: Inbox) -> None:
    (referral,) = outcome(inbox.world, "정류장 그늘막")
    reply = inbox.reply(reply_to(sent(inbox.world)[0], ACCEPTED))
    answered(inbox.world, referral.id)
    inbox.take(now=inbox.world.now.replace(hour=5))
    assert inbox.read(reply.id).status is ReplyStatus.SETTLED
    with pytest.raises(ReplyDecided):
        unfile(inbox, reply.id)


@pytest.mark.parametrize("text", ["처리결과: 수용곤란", REFUSAL], ids=["no reason", "reason"])
def test_what_a_coordinator_wrote_in_its_place_goes_with_it(inbox: Inbox, text: str) -> None:
    (referral,) = outcome(inbox.world, "정류장 그늘막")
    reply = inbox.reply(reply_to(sent(inbox.world)[0], text))
    confirming.complete(
        inbox.world.db,
        reply.id,
        referral_id=referral.id,
        decision=ResponseDecision.NOT_ACCEPTED,
        reason="전화로 확인한 사유입니다.",
        now=inbox.world.now,
    )
    unfile(inbox, reply.id)
    assert draft(inbox.world, referral.id) is None


def test_a_decision_without_words_is_taken_back_and_another_mail_stays(inbox: Inbox) -> None:
    one, two = outcome(inbox.world, "정류장 그늘막 설치", "저상버스 늘리기")
    dispatch = sent(inbox.world)[0]
    wrong = inbox.reply(reply_to(dispatch, "OCF-2026-10-001: 수용곤란"))
    inbox.reply(reply_to(dispatch, "OCF-2026-10-002: 수용곤란. 예산이 없습니다."))
    assert draft(inbox.world, one.id) == Content(decision=ResponseDecision.NOT_ACCEPTED)
    unfile(inbox, wrong.id)
    assert draft(inbox.world, one.id) is None
    assert draft(inbox.world, two.id) == Content(
        decision=ResponseDecision.NOT_ACCEPTED, reason="예산이 없습니다."
    )

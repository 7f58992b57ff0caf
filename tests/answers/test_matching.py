"""Which document a reply is about: told by what it carries, never by the sender alone."""

from collections.abc import Sequence
from datetime import date

import pytest

from gongmun.answers import held
from gongmun.answers.matching import Doubt, domains, in_domains
from gongmun.answers.models import Reply, ReplyStatus
from gongmun.documents import Document
from gongmun.documents import queries as document_queries
from gongmun.mail import Dispatch, OutgoingMessage, enqueue
from gongmun.mail import queries as mail_queries
from gongmun.organisations.contacts import set_contact
from gongmun.organisations.models import ContactRole
from tests.answers.mails import OFFICER, Inbox, answered, reply_to
from tests.world import World, at

TEXT = "소관 부서에서 검토한 결과를 다음과 같이 알려 드립니다. 내년 상반기에 시행합니다."


def documents(world: World, *topics: str) -> Sequence[Document]:
    """Outcome documents, one of each ministry of these topics."""
    referrals = [world.referral(i) for i in world.dispatched(*topics)]
    with world.db.reading() as session:
        return [
            document_queries.by_id(session, i)
            for i in dict.fromkeys(r.document_id for r in referrals if r.document_id)
        ]


def mail_of(world: World, document: Document) -> Dispatch:
    """The mail that carried a document."""
    with world.db.reading() as session:
        return mail_queries.by_key(session, f"outcome:{document.id}")


def doubt(inbox: Inbox, reply: Reply) -> Doubt | None:
    """Why a reply waits."""
    with inbox.world.db.reading() as session:
        return held.doubt(session, reply)


def test_the_token_decides_whatever_the_subject_is_called(inbox: Inbox) -> None:
    molit, mods = documents(inbox.world, "public_transport", "statistics")
    for document, sender in ((molit, OFFICER), (mods, "kim@mods.example")):
        reply = inbox.reply(reply_to(mail_of(inbox.world, document), TEXT, sender=sender))
        assert (reply.status, reply.document_id) == (ReplyStatus.FILED, document.id)
        assert reply.filed_by == "token"


def test_a_token_typed_from_paper_is_read(inbox: Inbox) -> None:
    (document,) = documents(inbox.world, "public_transport")
    token = mail_of(inbox.world, document).token
    written = token.upper().replace("1", "l").replace("0", "O")
    reply = inbox.reply(reply_to(None, TEXT, tokens=[f"{written[:4]}-{written[4:]}"]))
    assert (reply.document_id, reply.filed_by) == (document.id, "token")


def test_references_decide_where_there_is_no_token(inbox: Inbox) -> None:
    molit, _ = documents(inbox.world, "public_transport", "statistics")
    sent = mail_of(inbox.world, molit)
    mail = reply_to(None, TEXT, references=["<other@elsewhere.example>", sent.message_id])
    reply = inbox.reply(mail)
    assert (reply.document_id, reply.filed_by) == (molit.id, "references")


@pytest.mark.parametrize(
    "subject",
    [
        "RE: [{}] 결과 통보",
        "회신: {}",
        "FW: ［{wide}］",
        "답변: {} 관련 회신드립니다",
        "{}호(2026. 10. 12.)",
    ],
)
def test_the_number_in_the_subject_decides_last(inbox: Inbox, subject: str) -> None:
    (document,) = documents(inbox.world, "public_transport")
    assert document.number
    wide = "".join(chr(ord(c) + 0xFEE0) if c < "\x7f" else c for c in document.number)
    reply = inbox.reply(reply_to(None, TEXT, subject=subject.format(document.number, wide=wide)))
    assert (reply.document_id, reply.filed_by) == (document.id, "number")


def test_the_sender_alone_decides_nothing_but_comes_first_among_the_candidates(
    inbox: Inbox,
) -> None:
    molit, mods = documents(inbox.world, "public_transport", "statistics")
    reply = inbox.reply(reply_to(None, TEXT, subject="회신드립니다"))
    assert (reply.status, reply.document_id) == (ReplyStatus.HELD, None)
    assert doubt(inbox, reply) is Doubt.NOTHING
    assert reply.candidates == [molit.id, mods.id]


def test_three_tokens_of_different_documents_wait_with_all_of_them(inbox: Inbox) -> None:
    three = documents(inbox.world, "public_transport", "statistics", "fisheries")
    tokens = [mail_of(inbox.world, document).token for document in three]
    reply = inbox.reply(reply_to(None, TEXT, tokens=tokens))
    assert reply.status is ReplyStatus.HELD
    assert doubt(inbox, reply) is Doubt.SEVERAL
    assert set(reply.candidates) == {document.id for document in three}


def test_two_numbers_wait_with_both(inbox: Inbox) -> None:
    one, two, _ = documents(inbox.world, "public_transport", "statistics", "fisheries")
    reply = inbox.reply(reply_to(None, TEXT, subject=f"{one.number}, {two.number} 회신"))
    assert reply.status is ReplyStatus.HELD
    assert doubt(inbox, reply) is Doubt.SEVERAL
    assert set(reply.candidates[:2]) == {one.id, two.id}


def test_a_token_against_the_subject_waits(inbox: Inbox) -> None:
    one, two = documents(inbox.world, "public_transport", "statistics")
    mail = reply_to(mail_of(inbox.world, one), TEXT, subject=f"{two.number}에 대한 회신")
    reply = inbox.reply(mail)
    assert doubt(inbox, reply) is Doubt.CONTRADICTION
    assert reply.candidates[:2] == [one.id, two.id]
    # One that names its own document as well is no contradiction.
    both = reply_to(mail_of(inbox.world, one), TEXT, subject=f"{one.number} ({two.number} 관련)")
    assert inbox.reply(both).document_id == one.id


@pytest.mark.parametrize(
    "sender",
    [
        "hong@gmail.example",
        "hong@evilmolit.example",
        "hong@molit.example.evil.example",
        "forum@mods.example",
    ],
)
def test_who_writes_from_elsewhere_is_matched_for_display_only(inbox: Inbox, sender: str) -> None:
    molit, _ = documents(inbox.world, "public_transport", "statistics")
    reply = inbox.reply(reply_to(mail_of(inbox.world, molit), "접수번호: 철도과-1", sender=sender))
    assert (reply.status, doubt(inbox, reply)) == (ReplyStatus.HELD, Doubt.OTHER_SENDER)
    assert reply.candidates[0] == molit.id
    with inbox.world.db.reading() as session:
        (referral,) = [r for r in inbox.world.referrals(1) if r.document_id == molit.id]
        assert referral.acknowledged_at is None
        assert held.candidates(session, reply)[0].is_named


def test_a_part_of_the_ministrys_domain_is_the_ministrys(inbox: Inbox) -> None:
    (document,) = documents(inbox.world, "public_transport")
    mail = reply_to(mail_of(inbox.world, document), TEXT, sender="hong@mail.MOLIT.example")
    assert inbox.reply(mail).document_id == document.id


def test_the_mailbox_that_was_written_to_stays_the_ministrys(inbox: Inbox) -> None:
    """The contact changed since: who was written to then may still answer."""
    (document,) = documents(inbox.world, "public_transport")
    for role in ContactRole:
        set_contact(inbox.world.db, "MOLIT", role, f"{role}@korea.example", inbox.world.now)
    mails = [
        reply_to(mail_of(inbox.world, document), TEXT, sender=sender)
        for sender in (OFFICER, "kim@korea.example")
    ]
    assert [inbox.reply(mail).document_id for mail in mails] == [document.id, document.id]


def test_a_reply_to_a_reminder_is_one_to_the_document_it_chases(inbox: Inbox) -> None:
    (document,) = documents(inbox.world, "public_transport")
    inbox.world.chase(date(2026, 10, 30))
    with inbox.world.db.reading() as session:
        (reminder,) = [
            d for d in mail_queries.dispatches(session, with_accepted=True) if d.intent == "chase"
        ]
    assert reminder.document_id not in (None, document.id)
    now = at(date(2026, 10, 31))
    assert inbox.reply(reply_to(reminder, TEXT), now=now).document_id == document.id
    subject = f"RE: {reminder.subject}"  # with the reminder's own number
    by_number = inbox.reply(reply_to(None, TEXT + " ", subject=subject), now=now)
    assert (by_number.document_id, by_number.filed_by) == (document.id, "number")


def test_a_reply_to_a_notice_of_two_documents_waits_with_both(inbox: Inbox) -> None:
    world = inbox.world
    (first,) = documents(world, "public_transport")
    forum_id = world.forum("OCF-2026-11")
    world.suggest(forum_id, "roads")
    outcome_id = world.wrap_up(forum_id, key="run-2").outcome_id
    assert outcome_id
    world.decide(outcome_id)
    world.issue()
    world.dispatch()
    (second,) = {r.document_id for r in world.referrals(outcome_id)}
    world.chase(date(2026, 10, 16))  # nobody has acknowledged: one mail about both
    with world.db.reading() as session:
        (notice,) = [
            d for d in mail_queries.dispatches(session, with_accepted=True) if d.intent == "chase"
        ]
    assert notice.document_id is None
    reply = inbox.reply(reply_to(notice, TEXT), now=at(date(2026, 10, 16)))
    assert (reply.status, doubt(inbox, reply)) == (ReplyStatus.HELD, Doubt.SEVERAL)
    assert set(reply.candidates) == {first.id, second}


def test_a_number_of_two_years_is_the_one_that_waits_for_an_answer(inbox: Inbox) -> None:
    world = inbox.world
    (old,) = documents(world, "public_transport")
    forum_id = world.forum("OCF-2027-01")
    world.suggest(forum_id, "roads")
    outcome_id = world.wrap_up(forum_id, key="run-2").outcome_id
    assert outcome_id
    world.decide(outcome_id)
    world.issue()
    world.dispatch()
    (new_id,) = {r.document_id for r in world.referrals(outcome_id)}
    with world.db.transaction() as session:
        new = document_queries.by_id(session, new_id or 0)
        new.serial, new.year = old.serial, 2027
    subject = f"{old.number} 회신"
    both_open = inbox.reply(reply_to(None, TEXT, subject=subject))
    assert doubt(inbox, both_open) is Doubt.SEVERAL
    # With the year it is plain; so it is once the old one is answered.
    assert (
        inbox.reply(reply_to(None, TEXT, subject=f"{old.number}(2026. 10. 12.)")).document_id
        == old.id
    )
    for referral in world.referrals(1):
        answered(world, referral.id)
    assert inbox.reply(reply_to(None, TEXT + ".", subject=subject)).document_id == new.id


def test_what_is_answered_already_waits_instead_of_vanishing(inbox: Inbox) -> None:
    (document,) = documents(inbox.world, "public_transport")
    for referral in inbox.world.referrals(1):
        answered(inbox.world, referral.id)
    reply = inbox.reply(reply_to(mail_of(inbox.world, document), TEXT))
    assert (reply.status, doubt(inbox, reply)) == (ReplyStatus.HELD, Doubt.NOTHING_OPEN)
    assert reply.candidates[0] == document.id


def test_a_token_nobody_gave_and_a_stranger_are_nothing(inbox: Inbox) -> None:
    documents(inbox.world, "public_transport")
    mail = reply_to(None, TEXT, tokens=["0123456789abcdef"], sender="spam@example.org")
    reply = inbox.reply(mail)
    assert doubt(inbox, reply) is Doubt.NOTHING


def test_candidates_come_with_reasons_and_words_of_titles_count(inbox: Inbox) -> None:
    world = inbox.world
    forum_id = world.forum()
    world.suggest(forum_id, "statistics", title="통계 자료를 휴대전화로 보기")
    world.suggest(forum_id, "fisheries", title="어선 위치 알림 서비스")
    outcome_id = world.wrap_up(forum_id).outcome_id
    assert outcome_id
    world.decide(outcome_id)
    world.issue()
    world.dispatch()
    text = "어선의 위치를 알려 주는 서비스는 올해 시범 사업을 합니다."
    reply = inbox.reply(reply_to(None, text, sender="kim@korea.example"))
    with world.db.reading() as session:
        first, second = held.candidates(session, reply)
        assert first.ministry.ko == "해양수산부"
        assert [str(reason) for reason in first.reasons] == [
            "제안 제목과 같은 낱말 3개 / words of the titles: 3"
        ]
        assert "회신을 기다리는 공문" in second.reasons[0].ko
        assert not first.is_named


def test_domains_are_compared_whole() -> None:
    known = domains(["forum@molit.example", "broken", "a@Korea.KR."])
    assert known == {"molit.example", "korea.kr"}
    assert in_domains("hong@korea.kr", known)
    assert in_domains("hong@a.b.molit.example", known)
    assert not in_domains("hong@xmolit.example", known)
    assert not in_domains("molit.example", known)
    assert not in_domains(None, known)
    assert not in_domains("a@", domains(["a@"]))


def test_a_proposers_reply_is_held_whatever_it_names_and_whoever_seems_to_write(
    inbox: Inbox,
) -> None:
    (document,) = documents(inbox.world, "public_transport")
    with inbox.world.db.transaction() as session:
        mail = enqueue(
            session,
            OutgoingMessage(
                key="told:1",
                intent="proposer_told",
                organisation_code="PROPOSER",
                address="citizen@molit.example",
                subject="제안 처리 결과",
                body="제안하신 내용의 처리 결과입니다.",
            ),
            inbox.world.now,
        )
    plain = inbox.reply(reply_to(mail, "감사합니다.", sender="citizen@home.example"))
    assert (plain.status, doubt(inbox, plain)) == (ReplyStatus.HELD, Doubt.NOTHING)
    # A subject with our number, or a forwarded thread, does not make it the ministry's.
    text, sender = "처리결과: 수용. 접수번호: 철도과-1", "citizen@molit.example"
    thread = [mail_of(inbox.world, document).message_id]
    for raw in (
        reply_to(mail, text, sender=sender, subject=f"RE: {document.number}"),
        reply_to(mail, text, sender=sender, references=thread),
    ):
        named = inbox.reply(raw)
        assert (named.status, doubt(inbox, named)) == (ReplyStatus.HELD, Doubt.OTHER_RECIPIENT)
        assert named.candidates[0] == document.id
    (referral,) = inbox.world.referrals(1)
    assert referral.acknowledged_at is None

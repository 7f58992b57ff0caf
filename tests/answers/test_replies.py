"""What a matched reply does: acknowledge, open drafts, bring files; it decides nothing, and loses nothing."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest

from gongmun import ledger
from gongmun.answers import drafting, opening, reading, replies, reply_queries, submitting
from gongmun.answers import queries as answer_queries
from gongmun.answers.content import CommitmentContent, Content
from gongmun.answers.models import AnswerFile, Channel, ReplyStatus
from gongmun.answers.replies import ReplyNotTaken, take_replies
from gongmun.answers.scanning import ScannerUnavailable
from gongmun.clock import seoul_date
from gongmun.db import Database
from gongmun.errors import NotFound
from gongmun.mail import Dispatch
from gongmun.mail import queries as mail_queries
from gongmun.mail.message import BLANK
from gongmun.organisations import Organisation
from gongmun.referrals.life import Status
from gongmun.referrals.models import Referral, ResponseDecision
from tests.answers.mails import PDF, Inbox, answered, reply_to
from tests.world import LADDER, World

# What a citizen reads of it as the reason, and the whole mail.
SAID = "내년 예산에 반영하여 그늘막을 설치하겠습니다."
ACCEPTED = f"처리결과: 수용\n{SAID}"


def outcome(world: World, *titles: str, topic: str = "public_transport") -> Sequence[Referral]:
    """The referrals of one document about suggestions with these titles."""
    forum_id = world.forum()
    for title in titles:
        world.suggest(forum_id, topic, title=title)
    outcome_id = world.wrap_up(forum_id).outcome_id
    assert outcome_id
    world.decide(outcome_id)
    world.issue()
    world.dispatch()
    return world.referrals(outcome_id)


def sent(world: World, intent: str = "outcome") -> Sequence[Dispatch]:
    with world.db.reading() as session:
        every = mail_queries.dispatches(session, with_accepted=True)
    return [dispatch for dispatch in every if dispatch.intent == intent]


def draft(world: World, referral_id: int) -> Content | None:
    with world.db.reading() as session:
        return drafting.draft(session, referral_id)


def files(world: World, *referral_ids: int) -> Sequence[AnswerFile]:
    with world.db.reading() as session:
        return answer_queries.draft_files(session, referral_ids)


def test_a_reply_opens_a_draft_and_decides_nothing(inbox: Inbox) -> None:
    (referral,) = outcome(inbox.world, "정류장 그늘막")
    reply = inbox.reply(reply_to(sent(inbox.world)[0], ACCEPTED))
    assert (reply.status, reply.opened_at) == (ReplyStatus.FILED, inbox.world.now)
    written = draft(inbox.world, referral.id)
    assert written == Content(decision=ResponseDecision.ACCEPTED, reason=SAID)
    after = inbox.world.referral(referral.id)
    assert (after.status, after.acknowledged_at) == (Status.DISPATCHED, None)
    with inbox.world.db.reading() as session:
        kinds = [event.kind for event in ledger.history(session, "reply", reply.id)]
        told = str([event.data for event in ledger.history(session, "reply", reply.id)])
    assert kinds == ["reply.filed", "reply.opened"]
    assert "그늘막" not in told
    assert "@" not in told


def test_the_registered_contact_is_asked_to_confirm_and_not_the_sender(inbox: Inbox) -> None:
    (referral,) = outcome(inbox.world, "정류장 그늘막")
    inbox.take(reply_to(sent(inbox.world)[0], ACCEPTED, sender="forged@molit.example"))
    (asked,) = sent(inbox.world, opening.INTENT)
    assert asked.address == "forum@molit.example"
    assert BLANK in asked.body  # no secret lies in the outbox
    assert "그늘막" not in asked.body
    inbox.world.dispatch()
    recipient, mail = inbox.world.sent()[-1]
    assert recipient == "forum@molit.example"
    text = mail.get_content()
    assert "https://check.participation.example/a/" in text
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["In-Reply-To"] == sent(inbox.world)[0].message_id
    assert referral.document_id == asked.document_id


def test_a_ministry_that_is_no_more_is_not_written_to(inbox: Inbox) -> None:
    (referral,) = outcome(inbox.world, "정류장 그늘막")
    with inbox.world.db.transaction() as session:
        yesterday = seoul_date(inbox.world.now) - timedelta(days=1)
        session.get_one(Organisation, referral.organisation_id).valid_to = yesterday
    inbox.take(reply_to(sent(inbox.world)[0], ACCEPTED))
    assert sent(inbox.world, opening.INTENT) == []
    # Its successor finds what it wrote.
    assert draft(inbox.world, referral.id) is not None


def test_a_second_sweep_and_the_same_mail_again_change_nothing(inbox: Inbox) -> None:
    (referral,) = outcome(inbox.world, "정류장 그늘막")
    mail = reply_to(sent(inbox.world)[0], ACCEPTED, files=[("계획.pdf", PDF)])
    inbox.take(mail)
    for again in (inbox.take(), inbox.take(mail)):
        assert (again.filed, again.held, again.settled, again.problems) == ((), (), (), ())
    assert draft(inbox.world, referral.id) == Content(
        decision=ResponseDecision.ACCEPTED, reason=SAID
    )
    assert len(files(inbox.world, referral.id)) == 1
    assert len(sent(inbox.world, opening.INTENT)) == 1


def test_two_sweeps_at_once_take_a_mail_once(
    inbox_settings: None, db: Database, tmp_path: object, now: object
) -> None:
    world = World(db=db, folder=tmp_path, now=now)  # type: ignore[arg-type]
    (referral,) = outcome(world, "정류장 그늘막")
    inbox = Inbox(world)
    inbox.mails.append(reply_to(sent(world)[0], ACCEPTED))
    inbox.mails.append(reply_to(sent(world)[0], "접수번호: 철도과-12"))

    def sweep(_: int) -> int:
        report = inbox.take()
        assert report.problems == ()
        return len(report.filed)

    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(sweep, range(3))) == 2
    written = draft(world, referral.id)
    assert written is not None
    assert written.reason == SAID
    assert len(sent(world, opening.INTENT)) == 1
    assert world.referral(referral.id).registration_number == "철도과-12"


def test_an_acknowledgement_alone_is_noted_and_opens_nothing(inbox: Inbox) -> None:
    first, second = outcome(inbox.world, "하나", "둘")
    text = "안녕하십니까.\n접수번호: 철도정책과-5678\n기한 내에 회신드리겠습니다.\n홍길동 드림"
    reply = inbox.reply(reply_to(sent(inbox.world)[0], text))
    assert reply.status is ReplyStatus.SETTLED
    for referral in (first, second):
        after = inbox.world.referral(referral.id)
        assert after.status is Status.ACKNOWLEDGED
        assert after.registration_number == "철도정책과-5678"
        assert draft(inbox.world, referral.id) is None
    assert sent(inbox.world, opening.INTENT) == []
    assert len(sent(inbox.world, "receipt")) == 1


def test_what_is_quoted_acknowledges_nothing(inbox: Inbox) -> None:
    (referral,) = outcome(inbox.world, "하나")
    text = (
        "검토 후 회신드리겠습니다. 담당자는 김철수입니다.\n\n"
        "-----Original Message-----\nFrom: 국민참여처 <forum@participation.example>\n"
        "Sent: Monday, October 12, 2026\nTo: forum@molit.example\nSubject: 결과 통보\n\n접수번호: 철도과-1\n"
    )
    inbox.take(reply_to(sent(inbox.world)[0], text))
    assert inbox.world.referral(referral.id).status is Status.DISPATCHED
    written = draft(inbox.world, referral.id)
    assert written is not None
    assert "철도과-1" not in written.reason


def test_the_example_of_a_reply_in_our_own_mail_says_nothing(inbox: Inbox) -> None:
    """It comes back with replies, and not every program marks what it quotes."""
    outcome(inbox.world, "정류장 그늘막", "저상버스")
    body = sent(inbox.world)[0].body
    assert "OCF-2026-10-001: 수용·" in body
    assert "OCF-2026-10-001: decision" in body
    assert reading.acknowledgement(body, ours=("공론소통과",)) is None
    assert {reading.decision(line) for line in body.split("\n")} == {None}


def test_several_referrals_get_each_its_part(inbox: Inbox) -> None:
    one, two, three = outcome(
        inbox.world, "정류장 그늘막 설치", "저상버스 늘리기", "환승 안내 개선"
    )
    text = (
        "1. 관련: 공론소통과-1\n2. 다음과 같이 회신합니다.\n"
        "가. 정류장: 수용\n 설치하겠습니다.\n나. 저상버스 - 수용곤란\n 예산이 없습니다.\n다. 환승\n 살펴보는 중입니다."
    )
    inbox.take(reply_to(sent(inbox.world)[0], text))
    drafts = [draft(inbox.world, r.id) for r in (one, two, three)]
    assert [d and d.decision for d in drafts] == [
        ResponseDecision.ACCEPTED,
        ResponseDecision.NOT_ACCEPTED,
        None,
    ]
    assert [d is not None and d.reason.split("\n")[-1] for d in drafts] == [
        "설치하겠습니다.",
        "예산이 없습니다.",
        "살펴보는 중입니다.",
    ]


def test_what_cannot_be_told_apart_goes_whole_to_the_first(inbox: Inbox) -> None:
    one, two = outcome(inbox.world, "정류장 그늘막", "저상버스")
    text = "두 건 모두 내년 예산에 반영하는 방향으로 협의하고 있습니다."
    inbox.take(reply_to(sent(inbox.world)[0], text))
    written = draft(inbox.world, one.id)
    assert written is not None
    assert written.reason == text
    assert draft(inbox.world, two.id) is None


def test_a_part_for_what_is_answered_goes_nowhere_and_the_rest_does(inbox: Inbox) -> None:
    one, two = outcome(inbox.world, "정류장 그늘막 설치", "저상버스 늘리기")
    answered(inbox.world, one.id)
    inbox.take(reply_to(sent(inbox.world)[0], "OCF-2026-10-002: 수용곤란\n예산이 없습니다."))
    assert draft(inbox.world, one.id) is None
    written = draft(inbox.world, two.id)
    assert written is not None
    assert written.decision is ResponseDecision.NOT_ACCEPTED


def test_what_the_officer_wrote_in_the_portal_stays_above(inbox: Inbox) -> None:
    (referral,) = outcome(inbox.world, "정류장 그늘막")
    before = Content(
        decision=ResponseDecision.PARTIALLY_ACCEPTED,
        reason="포털에서 쓰던 글",
        commitments=(CommitmentContent(text="지침 개정", owner="도시과", due_on=date(2027, 3, 1)),),
    )
    drafting.save(
        inbox.world.db, referral.id, content=before, channel=Channel.PORTAL, now=inbox.world.now
    )
    inbox.take(reply_to(sent(inbox.world)[0], ACCEPTED))
    after = draft(inbox.world, referral.id)
    assert after is not None
    assert (after.decision, after.commitments) == (before.decision, before.commitments)
    above, below = after.reason.split("\n\n", 1)
    assert above == before.reason
    assert below == f"──── 회신 메일(2026. 10. 12. 09:30) ────\n{ACCEPTED}"
    with inbox.world.db.reading() as session:
        kept = answer_queries.draft(session, referral.id)
        assert kept is not None
        assert kept.channel is Channel.PORTAL


def test_files_come_along_and_refused_ones_are_noted_with_the_reason(inbox: Inbox) -> None:
    (referral,) = outcome(inbox.world, "정류장 그늘막")
    document = inbox.world.store.get(_document_sha256(inbox.world, referral))
    attached = [
        ("../../추진 계획.pdf", PDF),
        ("악성.exe", b"MZ\x90\x00" + b"\x00" * 200),
        ("추진 계획(사본).pdf", PDF),  # the same again
        ("공문.pdf", document),  # ours, sent back with the reply
    ]
    reply = inbox.reply(reply_to(sent(inbox.world)[0], ACCEPTED, files=attached))
    (taken,) = files(inbox.world, referral.id)
    assert taken.filename.endswith("추진 계획.pdf")
    assert "/" not in taken.filename
    assert taken.channel is Channel.MAIL
    assert inbox.world.store.get(taken.sha256) == PDF
    (refused,) = reply.refused
    assert refused["filename"] == "악성.exe"
    assert refused["why_ko"]
    assert refused["why_en"]
    assert inbox.world.store.get(refused["sha256"]).startswith(b"MZ")
    assert "옮기지 못한 파일이 1개" in sent(inbox.world, opening.INTENT)[0].body


def _document_sha256(world: World, referral: Referral) -> str:
    from gongmun.documents import queries as document_queries

    assert referral.document_id
    with world.db.reading() as session:
        sha256 = document_queries.by_id(session, referral.document_id).file_sha256
    assert sha256
    return sha256


def test_files_alone_wait_for_the_officer(inbox: Inbox) -> None:
    (referral,) = outcome(inbox.world, "정류장 그늘막")
    text = "접수번호: 철도과-1\n감사합니다."
    reply = inbox.reply(reply_to(sent(inbox.world)[0], text, files=[("회신.pdf", PDF)]))
    assert reply.status is ReplyStatus.FILED
    assert len(files(inbox.world, referral.id)) == 1
    assert len(sent(inbox.world, opening.INTENT)) == 1
    assert inbox.take().settled == ()


def test_a_scanner_that_is_away_delays_the_reply_and_loses_nothing(inbox: Inbox) -> None:
    class Away:
        def finding(self, content: bytes) -> str | None:
            raise ScannerUnavailable(reason="away")

    (referral,) = outcome(inbox.world, "정류장 그늘막")
    inbox.scanner = Away()
    report = inbox.take(reply_to(sent(inbox.world)[0], ACCEPTED, files=[("회신.pdf", PDF)]))
    assert [type(problem) for problem in report.problems] == [ScannerUnavailable]
    assert draft(inbox.world, referral.id) is None
    inbox.scanner = None
    assert inbox.take().problems == ()
    assert draft(inbox.world, referral.id) is not None
    assert len(files(inbox.world, referral.id)) == 1


def test_a_killed_sweep_is_followed_by_the_next(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    (referral,) = outcome(inbox.world, "정류장 그늘막")
    mail = reply_to(
        sent(inbox.world)[0], f"접수번호: 철도과-1\n{ACCEPTED}", files=[("가.pdf", PDF)]
    )
    with monkeypatch.context() as patched:

        def killed(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        patched.setattr(opening, "_note", killed)
        with pytest.raises(KeyboardInterrupt):
            inbox.take(mail)
    assert inbox.take().problems == ()
    written = draft(inbox.world, referral.id)
    assert written is not None
    assert written.reason.count("그늘막") == 1
    assert len(files(inbox.world, referral.id)) == 1
    assert len(sent(inbox.world, "receipt")) == 1
    assert len(sent(inbox.world, opening.INTENT)) == 1


def test_one_bad_mail_does_not_stop_the_others(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    (referral,) = outcome(inbox.world, "정류장 그늘막")
    bad = reply_to(sent(inbox.world)[0], "소관이 아닙니다.", subject="나쁜 메일")
    good = reply_to(sent(inbox.world)[0], ACCEPTED)
    real = replies.matching.evidence

    def evidence(session: object, mail: object) -> object:
        if mail.subject == "나쁜 메일":  # type: ignore[attr-defined]
            raise ValueError("something nobody thought of")
        return real(session, mail)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(replies.matching, "evidence", evidence)
        report = inbox.take(bad, good)
    (problem,) = report.problems
    assert isinstance(problem, ReplyNotTaken)
    assert "나쁜" not in str(problem)
    assert len(report.filed) == 1
    written = draft(inbox.world, referral.id)
    assert written is not None
    assert written.reason == SAID
    assert len(inbox.take().filed) == 1  # tried again, and taken


def test_an_automatic_reply_is_noted_and_never_answered(inbox: Inbox) -> None:
    (referral,) = outcome(inbox.world, "정류장 그늘막")
    before = len(inbox.world.mailer.sent)
    report = inbox.take(
        reply_to(
            sent(inbox.world)[0],
            "휴가 중입니다. 접수번호: 철도과-1",
            subject="자동 회신: 부재중",
            headers=[("Auto-Submitted", "auto-replied")],
        )
    )
    assert (report.noted, report.filed, report.held) == (1, (), ())
    assert inbox.world.referral(referral.id).status is Status.DISPATCHED
    inbox.world.dispatch()
    assert len(inbox.world.mailer.sent) == before
    assert inbox.take().noted == 0


def test_a_program_that_does_not_say_it_is_one_is_written_to_once_a_day(inbox: Inbox) -> None:
    outcome(inbox.world, "정류장 그늘막")
    dispatch = sent(inbox.world)[0]
    now = inbox.world.now
    for hour in range(30):
        inbox.take(
            reply_to(dispatch, f"담당자가 바뀌었습니다 {hour}."), now=now + timedelta(hours=hour)
        )
    assert len(sent(inbox.world, opening.INTENT)) == 2


def test_what_was_submitted_settles_its_reply(inbox: Inbox) -> None:
    (referral,) = outcome(inbox.world, "정류장 그늘막")
    reply = inbox.reply(reply_to(sent(inbox.world)[0], "처리결과: 수용곤란\n예산이 없습니다."))
    content = draft(inbox.world, referral.id)
    assert content is not None
    assert referral.document_id
    submitting.submit(
        inbox.world.db,
        referral.document_id,
        organisation_id=referral.organisation_id,
        answers={referral.id: content},
        left_open=[],
        channel=Channel.PORTAL,
        address=None,
        now=inbox.world.now,
    )
    assert inbox.take().settled == (reply.id,)
    assert inbox.read(reply.id).status is ReplyStatus.SETTLED


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>\n{{ 7*7 }} {% raw %} ${x} %s {0}",
        "'; DROP TABLE replies; --",
        "가" * 100_000,
        "\u202e뒤집힌 글\u202c \u200b\u200d",
        "🙂" * 2000 + "네?",
        "⟦link⟧ 를 눌러 주세요",
    ],
    ids=["markup", "sql", "long", "bidi", "emoji", "blank"],
)
def test_hostile_text_is_text(inbox: Inbox, text: str) -> None:
    (referral,) = outcome(inbox.world, "정류장 그늘막")
    reply = inbox.reply(reply_to(sent(inbox.world)[0], text, subject=" ".join(text[:50].split())))
    assert reply.status is ReplyStatus.FILED
    written = draft(inbox.world, referral.id)
    assert written is not None
    assert len(written.reason) <= 20_000
    inbox.world.dispatch()
    _, asked = inbox.world.sent()[-1]
    assert text[:20] not in asked.get_content()


def test_a_reply_without_words_is_not_lost(inbox: Inbox) -> None:
    outcome(inbox.world, "정류장 그늘막")
    reply = inbox.reply(reply_to(sent(inbox.world)[0], "", sender="x@molit.example"))
    assert reply.status is ReplyStatus.SETTLED  # nothing stands in it, and it is kept
    unreadable = inbox.take(b"\x00\xff no mail at all")
    assert len(unreadable.held) == 1


def test_without_a_portal_the_coordinator_is_asked_to_confirm(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gongmun.settings import settings

    outcome(inbox.world, "정류장 그늘막")
    monkeypatch.delenv("GONGMUN_PUBLIC_URL")
    settings.cache_clear()
    inbox.take(reply_to(sent(inbox.world)[0], ACCEPTED))
    (asked,) = sent(inbox.world, opening.INTENT)
    assert BLANK not in asked.body
    assert "담당자가 대신 제출" in asked.body


def test_nothing_to_take_is_quiet(inbox: Inbox) -> None:
    report = take_replies(
        inbox.world.db, store=inbox.world.store, scanner=None, ladder=LADDER, now=inbox.world.now
    )
    assert (report.filed, report.held, report.settled, report.noted) == ((), (), (), 0)


def test_what_was_wrongly_taken_for_automatic_is_taken_up_once(inbox: Inbox) -> None:
    (referral,) = outcome(inbox.world, "정류장 그늘막")
    subject = "부재중 처리 건에 대한 회신"
    report = inbox.take(reply_to(sent(inbox.world)[0], ACCEPTED, subject=subject))
    assert (report.noted, report.filed, report.held) == (1, (), ())
    with inbox.world.db.reading() as session:
        (mail,) = reply_queries.automatic(session)

    def take() -> int:
        return replies.take_automatic(
            inbox.world.db,
            mail.id,
            store=inbox.world.store,
            scanner=None,
            ladder=LADDER,
            now=inbox.world.now,
        )

    reply = inbox.read(take())
    assert (reply.status, reply.document_id) == (ReplyStatus.FILED, referral.document_id)
    written = draft(inbox.world, referral.id)
    assert written is not None
    assert written.reason == SAID
    with pytest.raises(NotFound):
        take()
    with inbox.world.db.reading() as session:
        assert reply_queries.automatic(session) == []
    assert inbox.take().filed == ()

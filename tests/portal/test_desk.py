"""The desk: what an officer sees, keeps and submits; what is lost by no mistake, and reached by nobody else."""

import hashlib
import html
import re
import tomllib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from gongmun.access import sessions
from gongmun.answers import asking, deciding, drafting, files, request_queries, view
from gongmun.answers.content import Content
from gongmun.answers.models import Channel
from gongmun.documents import Role
from gongmun.forums.transferring import decide_transfer
from gongmun.referrals import queries as referral_queries
from gongmun.referrals.life import Status
from gongmun.referrals.models import Referral, ResponseDecision
from gongmun.settings import settings
from tests.conftest import NOW
from tests.portal.officers import Browser, browsing, copied, prepare
from tests.portal.reading import Page, spaced
from tests.portal.served import is_safe
from tests.world import LADDER, World

GOOD = {"decision": "already_in_place", "reason": "2024년부터 모든 노선에서 시행하고 있습니다."}
ACCEPTED = {
    "decision": "accepted",
    "reason": "제안하신 대로 그늘막을 설치하겠습니다.",
    "c0-text": "그늘막 300곳 설치",
    "c0-owner": "노인정책과",
    "c0-due_on": "2027-06-30",
}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A document with two referrals to a ministry (1, 3), one of them with a cooperating one (2)."""
    folder = tmp_path_factory.mktemp("prepared")
    prepare(folder, NOW, "elderly_care", "disability_access")
    return folder


@pytest.fixture
def world(prepared: Path, tmp_path: Path) -> Iterator[World]:
    with copied(prepared, tmp_path / "world", NOW) as world:
        yield world


def answered(**referrals: dict[str, str]) -> dict[str, str]:
    """The fields of a form: r1={...}, r3={...}."""
    return {
        f"{r}-{name}": value for r, fields in referrals.items() for name, value in fields.items()
    }


def document_of(world: World, referral_id: int) -> int:
    found = world.referral(referral_id).document_id
    assert found is not None
    return found


def kept(world: World, referral_id: int) -> Content | None:
    with world.db.reading() as session:
        return drafting.draft(session, referral_id)


def submitted(browser: Browser, **referrals: dict[str, str]) -> str:
    """The page of the receipt."""
    answer = browser.post(browser.page, {"do": "submit", **answered(**referrals)})
    return browser.follow(answer).text


def test_the_desk_shows_every_referral_of_the_document_in_both_languages(world: World) -> None:
    document = document_of(world, 1)
    assert (document_of(world, 3), document_of(world, 2)) == (document, document + 1)
    with browsing(world, document) as browser:
        assert browser.get("/m").headers["location"] == f"/m/{document}"
        for language, words in (
            (
                "ko",
                (
                    "회신할 제안 2건(전체 2건)",
                    "국토교통부",
                    "2026. 10. 29.",
                    "기한 계산 방법",
                    "공개",
                ),
            ),
            (
                "en",
                (
                    "Suggestions to answer: 2 of 2",
                    "29 October 2026",
                    "How this was counted",
                    "Open",
                ),
            ),
        ):
            answer = browser.get(f"/m/{document}", lang=language)
            assert answer.status_code == 200
            assert is_safe(answer)
            for word in (*words, "OCF-2026-10-001", "OCF-2026-10-002", "버스 정류장에 그늘막을"):
                assert word in spaced(answer.text)
            page = Page(answer.text)
            assert len(page.ids) == len(set(page.ids))
            assert {"r1-decision", "r3-reason", "r3-c2-due_on", "r1-files"} <= set(page.ids)
            assert "r2-reason" not in page.ids


def test_on_an_english_page_the_title_is_english_and_the_korean_one_below(world: World) -> None:
    document = document_of(world, 1)
    with browsing(world, document, document) as browser:
        for path in (f"/m/{document}", f"/m/{document}?lang=en"):
            heading = browser.get(path).text.partition("<h1>")[2].partition("</h1>")[0]
            english, _, korean = heading.partition("<span")
            assert "결과 통보 및 시민 제안 회신 요청" in korean
            assert ('class="printed"' in korean) == ("lang=en" in path)
            assert english.strip() == (
                "Outcome of the Open Communication Forum and request to answer citizens&#39; suggestions"
                if "lang=en" in path
                else ""
            )


def index_of(page: str) -> str:
    """The list of a document's suggestions, with their badges."""
    return spaced(page.partition('class="contents"')[2].partition("</nav>")[0])


def test_the_day_that_was_promised_stands_beside_the_legal_one(world: World) -> None:
    with world.db.transaction() as session:
        referral = referral_queries.by_id(session, 1)
        referral.answer_due_promised = referral.clocks.answer_due - timedelta(days=1)
    document = document_of(world, 1)
    with browsing(world, document) as browser:
        korean = spaced(browser.get(f"/m/{document}", lang="ko").text)
        english = spaced(browser.get(f"/m/{document}", lang="en").text)
    assert "당초 2026. 10. 28.까지, 휴무일 변경으로 조정" in korean
    assert "28 October 2026 before the days off changed" in english


def test_what_waits_for_us_says_so_until_it_is_decided(world: World) -> None:
    now = world.now
    with browsing(world, document_of(world, 1)) as browser:
        assert "대기" not in index_of(browser.get(browser.page).text)
        browser.post("/m/r/1/question", {"text": "어디입니까?"})
        browser.post("/m/r/3/extension", {"text": "협의", "until": "2026-11-05"})
        page = browser.get(browser.page).text
        assert "질의 답변 대기" in index_of(page)
        assert "연장 결정 대기" in index_of(page)
        assert "회신할 제안 2건(전체 2건)" in index_of(page)
        # Of the two only the one that was asked about stands still.
        standing_still = "질의에 답변을 드릴 때까지 흐르지 않으며"
        assert page.count(standing_still) == 1
        with world.db.reading() as session:
            (question, _), *_ = request_queries.open_questions(session)
        asking.answer(
            world.db, question.id, answer="전국입니다.", name="한소통", ladder=LADDER, now=now
        )
        page = browser.get(browser.page).text
        assert "질의 답변 대기" not in page
        assert standing_still not in page
        for _ in range(2):
            english = browser.get(browser.page, lang="en").text
        assert "waits for our decision" in index_of(english)


def test_what_is_no_longer_theirs_is_not_counted_and_leads_to_no_refusal(world: World) -> None:
    with browsing(world, document_of(world, 1)) as browser:
        assert "/m/r/1/meeting" in Page(browser.get(browser.page).text).links
        browser.post("/m/r/1/transfer", {"text": "소관이 아닙니다.", "to": "MOE"})
        page = browser.get(browser.page).text
        assert "이관 결정 대기" in index_of(page)
        assert "교육부로 이관을 요청하셨습니다" in page
        with world.db.reading() as session:
            (transfer, _), *_ = request_queries.open_transfers(session)
        decide_transfer(
            world.db, transfer.id, decision="approve", name="한소통", reason="소관", now=world.now
        )
        page = browser.get(browser.page).text
    assert "회신할 제안 1건(전체 2건)" in index_of(page)
    assert "교육부로 이관되었습니다." in page
    assert "/m/r/1/meeting" not in Page(page).links
    assert "/m/r/3/meeting" in Page(page).links
    # What leads nowhere has no empty list either.
    assert page.count('class="ways"') == 1


def test_who_has_the_suggestion_is_not_offered_as_its_target(world: World) -> None:
    other = world.code(world.referral(2))
    with browsing(world, document_of(world, 3)) as browser:
        choices = re.findall(r'<option value="([A-Z]+)"', browser.get("/m/r/3/transfer").text)
        assert "MOE" in choices
        assert not {other, world.code(world.referral(3))} & set(choices)
        answer = browser.post("/m/r/3/transfer", {"text": "사유", "to": other})
    assert "국토교통부는 같은 제안을 이미 이송받았습니다" in answer.text


def test_several_documents_are_listed(world: World) -> None:
    forum_id = world.forum("OCF-2026-11")
    world.suggest(forum_id, "elderly_care")
    outcome_id = world.wrap_up(forum_id, "run-2").outcome_id
    assert outcome_id is not None
    world.decide(outcome_id)
    world.issue()
    world.dispatch()
    (new,) = (referral.id for referral in world.referrals(outcome_id))
    documents = [document_of(world, 1), document_of(world, new)]
    with browsing(world, *documents) as browser:
        answer = browser.get("/m")
        assert answer.status_code == 200
        assert {f"/m/{each}" for each in documents} <= set(Page(answer.text).links)


def test_nobody_reaches_what_is_not_in_the_session(world: World) -> None:
    mine, others = document_of(world, 1), document_of(world, 2)
    with browsing(world, others) as browser:
        file = ("r2-files", ("a.txt", b"text"))
        browser.post(f"/m/{others}", {"do": "save", "r2-reason": "쓰는 중"}, files=[file])
        name = next(
            link for link in Page(browser.get(f"/m/{others}").text).links if "/files/" in link
        )
        receipt = browser.post(f"/m/{others}", {"do": "submit", **answered(r2=GOOD)}).headers[
            "location"
        ]
    with browsing(world, mine) as browser:
        nothing = browser.get("/m/999999").text
        for path in (
            *(f"/m/{others}", f"/m/{others}/document.pdf", f"/m/{others}/delegate", name, receipt),
            *("/m/r/2/question", "/m/r/2/extension", "/m/r/2/transfer", "/m/r/999/question"),
            *(
                f"/m/{10**30}",
                f"/m/r/{10**30}/question",
                "/m/r/0/transfer",
                "/m/files/%00",
                "/m/-1",
            ),
        ):
            answer = browser.get(path)
            assert answer.status_code == 404, path
            assert answer.text.partition("<main")[2] == nothing.partition("<main")[2]
        for path in (
            *(
                f"/m/{others}",
                f"/m/{others}/acknowledge",
                f"/m/{others}/delegate",
                f"{name}/remove",
            ),
            *("/m/r/2/question", "/m/r/2/extension", "/m/r/2/transfer", "/m/r/2/joint"),
        ):
            data = {
                "do": "submit",
                "text": "문의",
                "until": "2026-11-30",
                "to": "MOLIT",
                **answered(r2=GOOD),
            }
            assert browser.post(path, data).status_code == 404, path
        # In the form of a document of one's own, another's referral is as good as none.
        before = world.referral(2)
        answer = browser.post(f"/m/{mine}", {"do": "submit", **answered(r1=GOOD, r3=GOOD, r2=GOOD)})
        assert answer.status_code == 409
        assert "[" not in Page(answer.text).links
        assert world.referral(2).status is before.status
        assert world.referral(1).status is Status.DISPATCHED


def test_without_a_session_or_its_token_nothing_happens(world: World) -> None:
    document = document_of(world, 1)
    with browsing(world, document) as browser:
        for path in (
            *(f"/m/{document}", f"/m/{document}/acknowledge", f"/m/{document}/delegate"),
            *("/m/r/1/question", "/m/r/1/extension", "/m/r/1/transfer", "/m/r/1/joint"),
        ):
            for csrf in ("", "0" * 64):
                answer = browser.post(path, {"do": "save", "r1-reason": "위조"}, csrf=csrf)
                assert answer.status_code == 403, path
        browser.client.headers["cookie"] = "__Host-gongmun=guessed"
        for path in ("/m", f"/m/{document}", f"/m/{document}/document.pdf", "/m/r/1/question"):
            assert browser.get(path).status_code == 401
    assert kept(world, 1) is None
    assert world.referral(1).status is Status.DISPATCHED


def test_what_was_typed_when_the_session_ended_is_shown_once_more(world: World) -> None:
    typed = "한 시간 동안 쓴 <b>사유</b>"
    with browsing(world, document_of(world, 1)) as browser:
        stale = browser.post(browser.page, {"do": "save", "r1-reason": typed}, csrf="0" * 64)
        browser.client.headers["cookie"] = ""
        data, old = {"r1-reason": typed}, "0" * 64
        small, large = ("r1-files", ("a.txt", b"x")), ("r1-files", ("a.txt", bytes(600_000)))
        ended = browser.post(browser.page, data, csrf=old)
        with_file = browser.post(browser.page, data, files=[small], csrf=old)
        too_large = browser.post(browser.page, data, files=[large], csrf=old)
        elsewhere = browser.post("/leave", data, csrf=old)
    for answer, status in ((stale, 403), (ended, 401), (with_file, 401)):
        assert answer.status_code == status
        assert is_safe(answer)
        assert "한 시간 동안 쓴 &lt;b&gt;사유&lt;/b&gt;" in answer.text
        assert "0" * 64 not in answer.text
    for answer in (too_large, elsewhere):
        assert answer.status_code in (401, 403, 413)
        assert "한 시간" not in answer.text
    assert kept(world, 1) is None


def test_what_was_typed_beside_a_large_file_is_shown_once_more_too(world: World) -> None:
    """Only to whose session ran out by itself: one that was ended is a stranger's."""
    moments = [world.now]
    large, data = ("r1-files", ("a.txt", bytes(600_000))), {"r1-reason": "한 시간 동안 쓴 사유"}
    with browsing(world, document_of(world, 1), now=lambda: moments[-1]) as browser:
        csrf = browser.csrf()
        moments.append(world.now + timedelta(hours=2))
        ran_out = browser.post(browser.page, data, files=[large], csrf=csrf)
        secret = browser.client.headers["cookie"].partition("=")[2]
        sessions.end(world.db, secret, now=moments[-1])
        ended = browser.post(browser.page, data, files=[large], csrf=csrf)
    assert (ran_out.status_code, ended.status_code) == (401, 401)
    assert "한 시간 동안 쓴 사유" in ran_out.text
    assert "한 시간" not in ended.text
    with world.db.reading() as session:
        assert files.files_of(session, 1) == []


def test_more_rows_are_given_in_the_language_of_the_page(world: World) -> None:
    with browsing(world, document_of(world, 1)) as browser:
        page = browser.get(browser.page, lang="en").text
        found = re.search(r'formaction="([^"]*rows=1[^"]*)"', page)
        assert found is not None
        answer = browser.post(html.unescape(found[1]), {"do": "save", "r1-reason": "x"})
        assert "lang=en" in answer.headers["location"]


def test_acknowledging_leaves_a_number_and_a_receipt_once(world: World) -> None:
    document = document_of(world, 1)
    with browsing(world, document) as browser:
        assert "registration_number" in Page(browser.get(browser.page).text).fields
        for _ in range(2):
            answer = browser.post(
                f"/m/{document}/acknowledge", {"registration_number": " 노인정책과-12 \r\n"}
            )
            page = browser.follow(answer).text
            assert "접수를 확인하였습니다" in page
            assert "노인정책과-12" in page
            # What is done has no deadline any more.
            assert "접수 기한" not in page
            assert "<dt>접수</dt><dd>2026. 10. 12." in spaced(page)
            assert "registration_number" not in Page(page).fields
            assert page.count("/m/receipts/") == 1
        (receipt,) = (link for link in Page(page).links if "/receipts/" in link)
        assert "SHA-256" not in browser.get(receipt).text
    assert {world.referral(i).status for i in (1, 3)} == {Status.ACKNOWLEDGED}
    assert world.referral(2).status is Status.DISPATCHED


def test_a_number_may_come_after_the_acknowledgement(world: World) -> None:
    path = f"/m/{document_of(world, 1)}/acknowledge"
    with browsing(world, document_of(world, 1)) as browser:
        first = browser.follow(browser.post(path, {"registration_number": ""})).text
        assert "기관의 접수번호 알리기" in first
        second = browser.follow(browser.post(path, {"registration_number": "정책과-7"})).text
    assert "정책과-7" in second
    assert "registration_number" not in Page(second).fields
    assert {world.referral(i).registration_number for i in (1, 3)} == {"정책과-7"}


def test_a_draft_comes_back_as_it_was_typed(world: World) -> None:
    hostile = '첫 줄\n\n<script>alert(1)</script> "따옴표" & </textarea> {{ 7*7 }} 끝'
    typed = {
        "decision": "partially_accepted",
        "reason": hostile,
        "review_by": "2027-01-05",
        "c0-text": "하나 <b>",
        "c0-owner": "1과",
        "c0-due_on": "2027-02-01",
        "c2-text": "셋",
        "c5-owner": "여섯째 줄",
        "left_open": "yes",
    }
    with browsing(world, document_of(world, 1)) as browser:
        answer = browser.post(browser.page, {"do": "save", **answered(r1=typed)})
        assert answer.headers["location"] == f"{browser.page}?done=saved#r1"
        page = browser.follow(answer)
        assert "임시저장하였습니다" in page.text
        assert is_safe(page)
        fields = Page(page.text).fields
    assert {name: fields[f"r1-{name}"] for name in ("decision", "reason", "review_by")} == {
        name: typed[name] for name in ("decision", "reason", "review_by")
    }
    rows = [
        tuple(fields[f"r1-c{i}-{part}"] for part in ("text", "owner", "due_on")) for i in range(4)
    ]
    assert rows == [
        ("하나 <b>", "1과", "2027-02-01"),
        ("셋", "", ""),
        ("", "여섯째 줄", ""),
        ("", "", ""),
    ]
    assert fields["r1-left_open"] == "yes"
    assert world.referral(1).status is Status.DISPATCHED


def test_more_rows_are_given_and_what_was_typed_stays(world: World) -> None:
    with browsing(world, document_of(world, 1)) as browser:
        answer = browser.post(f"{browser.page}?rows=1", {"do": "save", **answered(r1=ACCEPTED)})
        fields = Page(browser.follow(answer).text).fields
    assert fields["r1-c0-text"] == "그늘막 300곳 설치"
    assert {"r1-c3-text", "r3-c2-text"} <= fields.keys()
    assert "r3-c3-text" not in fields


def test_a_day_that_is_none_is_shown_again_and_the_rest_is_kept(world: World) -> None:
    with browsing(world, document_of(world, 1)) as browser:
        typed = {**ACCEPTED, "c0-due_on": "내년 여름", "review_by": "2027. 3. 2."}
        answer = browser.post(browser.page, {"do": "submit", **answered(r1=typed, r3=GOOD)})
        page = Page(answer.text)
        assert answer.status_code == 422
        assert page.error_links == ["r1-c0-due_on"]
        assert "아직 제출되지 않았습니다." in answer.text
        assert "다음을 고쳐 주십시오." not in answer.text
        assert page.fields["r1-c0-due_on"] == "내년 여름"
        assert page.fields["r3-reason"] == GOOD["reason"]
        draft = kept(world, 1)
        assert draft is not None
        assert draft.review_by is not None
        assert draft.reason == ACCEPTED["reason"]


def test_every_error_stands_at_the_top_and_at_its_field(world: World) -> None:
    with browsing(world, document_of(world, 1)) as browser:
        typed = {
            "decision": "accepted",
            "reason": "",
            "c0-text": "",
            "c0-owner": "1과",
            "c0-due_on": "2020-01-01",
            "c2-text": "둘",
        }
        for language in ("ko", "en"):
            answer = browser.post(
                f"{browser.page}?lang={language}", {"do": "submit", **answered(r1=typed)}
            )
            assert answer.status_code == 422
            assert is_safe(answer)
            page = Page(answer.text)
            assert {
                "r1-reason",
                "r1-c0-text",
                "r1-c0-due_on",
                "r1-c1-owner",
                "r1-c1-due_on",
            } <= set(page.error_links)
            assert "r3-left_open" in page.error_links
            for field in page.error_links:
                assert field in page.ids
                assert field in page.invalid
                assert f"{field}-wrong" in page.described[field].split()
                assert f"{field}-wrong" in page.ids
            assert len(page.ids) == len(set(page.ids))
            assert page.fields["r1-c1-text"] == "둘"
    assert world.referral(1).status is Status.DISPATCHED


def test_a_mail_that_is_confirmed_as_it_stands_counts_from_its_arrival(world: World) -> None:
    arrived = world.now - timedelta(minutes=90)
    with world.db.transaction() as session:
        for referral_id in (1, 3):
            drafting.keep(
                session,
                referral_id,
                content=Content(reason=GOOD["reason"]),
                channel=Channel.MAIL,
                now=world.now,
                arrived_at=arrived,
            )
        session.get_one(Referral, 1).dispatched_at = arrived - timedelta(days=1)
    with browsing(world, document_of(world, 1)) as browser:
        receipt = spaced(
            submitted(browser, r1=GOOD, r3={**GOOD, "reason": "2023년부터 시행하고 있습니다."})
        )
    assert receipt.count("회신 메일 도착(이 일시를 기준으로 처리)") == 1
    assert world.referral(1).answered_at == arrived
    assert world.referral(3).answered_at == world.now


def test_an_answer_is_taken_with_its_files_and_a_receipt(world: World) -> None:
    content = "계획".encode()
    with browsing(world, document_of(world, 1)) as browser:
        first = browser.post(
            browser.page,
            {"do": "submit", **answered(r1={"decision": "accepted"}, r3=GOOD)},
            files=[("r1-files", ("C:\\내 문서\\설치 계획.txt", content))],
        )
        # Refused for what was missing; the file was kept all the same.
        assert first.status_code == 422
        assert "설치 계획.txt" in first.text
        receipt = submitted(browser, r1=ACCEPTED, r3=GOOD)
        assert hashlib.sha256(content).hexdigest() in receipt
        assert "설치 계획.txt" in receipt
        assert "C:" not in receipt
        page = browser.get(browser.page).text
        assert "확인하고 있습니다" in page
        assert "그늘막 300곳 설치" in page
        assert "r1-reason" not in Page(page).fields
        # Nobody is held to a commitment that is not public.
        assert "이행 중" not in page
        assert "이행과제 1건" in receipt
        assert "SHA-256이 같으면" in receipt
    assert {world.referral(i).status for i in (1, 3)} == {Status.ANSWERED}
    world.dispatch()
    assert any(hashlib.sha256(content).hexdigest() in str(mail) for _, mail in _texts(world))


def _texts(world: World) -> list[tuple[str, str]]:
    return [(to, mail.get_body().get_content()) for to, mail in world.sent() if mail.get_body()]


def test_a_review_is_received_with_its_day(world: World) -> None:
    review = {"decision": "long_term_review", "reason": "검토합니다.", "review_by": "2027-06-30"}
    with browsing(world, document_of(world, 1)) as browser:
        receipt = spaced(submitted(browser, r1=review, r3=GOOD))
        (link,) = (
            each for each in Page(browser.get(browser.page).text).links if "/receipts/" in each
        )
        english = spaced(browser.get(link, lang="en").text)
    assert "검토 기한 2027. 6. 30." in receipt
    assert "Review ends on 30 June 2027" in english
    world.dispatch()
    (told,) = (mail for _, mail in _texts(world) if "회신을 접수하였습니다" in mail)
    assert "검토 기한: 2027. 6. 30." in told
    assert "review ends on 30 June 2027" in told


def test_one_may_be_left_for_later_and_keeps_its_draft(world: World) -> None:
    with browsing(world, document_of(world, 1)) as browser:
        later = {"reason": "아직 검토 중", "left_open": "yes"}
        receipt = submitted(browser, r1=GOOD, r3=later)
        assert "OCF-2026-10-001" in receipt
        assert "OCF-2026-10-002" not in receipt
        fields = Page(browser.get(browser.page).text).fields
        assert (fields["r3-reason"], fields["r3-left_open"]) == ("아직 검토 중", "yes")
        assert "r1-reason" not in fields
    assert [world.referral(i).status for i in (1, 3)] == [Status.ANSWERED, Status.DISPATCHED]


def test_what_cannot_be_taken_for_any_reason_is_kept(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with browsing(world, document_of(world, 1)) as browser, monkeypatch.context() as patched:
        # The receipt's mail cannot be written: nothing of the submission is.
        patched.setenv("GONGMUN_MAIL__SENDER", "no address")
        settings.cache_clear()
        answer = browser.post(
            browser.page, {"do": "submit", **answered(r1=GOOD, r3={"left_open": "yes"})}
        )
    settings.cache_clear()
    assert answer.status_code == 503
    assert is_safe(answer)
    assert world.referral(1).status is Status.DISPATCHED
    draft = kept(world, 1)
    assert draft is not None
    assert draft.reason == GOOD["reason"]


def test_what_was_answered_meanwhile_is_said_and_nothing_typed_is_lost(world: World) -> None:
    with browsing(world, document_of(world, 1)) as browser:
        submitted(browser, r1=GOOD, r3={"left_open": "yes"})
        for do in ("save", "submit"):
            answer = browser.post(
                browser.page, {"do": do, **answered(r1=ACCEPTED, r3={"reason": "다른 제안"})}
            )
            assert answer.status_code == 409
            assert is_safe(answer)
            for text in (ACCEPTED["reason"], ACCEPTED["c0-text"]):
                assert text in answer.text
        draft = kept(world, 3)
        assert draft is not None
        assert draft.reason == "다른 제안"
        with world.db.reading() as session:
            desk = view.desk(
                session,
                document_of(world, 1),
                organisation_id=world.referral(1).organisation_id,
                now=world.now,
            )
        response = desk.referral(1).response
        assert response is not None
        assert response.decision is ResponseDecision.ALREADY_IN_PLACE


def test_a_colleagues_text_is_not_overwritten_unseen(world: World) -> None:
    with browsing(world, document_of(world, 1)) as browser:
        was = Page(browser.get(browser.page).text).fields["r1-was"]
        drafting.save(
            world.db,
            1,
            content=Content(reason="동료가 쓴 사유"),
            channel=Channel.MAIL,
            now=world.now,
        )
        # Not touched: theirs stays, without a word.
        assert (
            browser.post(browser.page, {"do": "save", "r1-was": was, "r1-reason": ""}).status_code
            == 303
        )
        mine = {"do": "save", "r1-was": was, "r1-reason": "내가 쓴 사유"}
        answer = browser.post(browser.page, mine)
        assert answer.status_code == 422
        page = Page(answer.text)
        assert page.error_links == ["r1-reason"]
        assert page.fields["r1-reason"] == "내가 쓴 사유"
        assert "동료가 쓴 사유" in answer.text
        assert kept(world, 1) == Content(reason="동료가 쓴 사유")
        # Seen: mine replaces it.
        again = browser.post(browser.page, {**mine, "r1-was": page.fields["r1-was"]})
        assert again.status_code == 303
        assert kept(world, 1) == Content(reason="내가 쓴 사유")


def test_an_untouched_form_does_not_submit_what_it_did_not_show(world: World) -> None:
    with browsing(world, document_of(world, 1)) as browser:
        fields = Page(browser.get(browser.page).text).fields
        drafting.save(
            world.db,
            1,
            content=Content(reason="메일로 온 회신"),
            channel=Channel.MAIL,
            now=world.now,
        )
        sent = {"r1-was": fields["r1-was"], "r1-left_open": "", **answered(r3=GOOD)}
        answer = browser.post(browser.page, {"do": "submit", **sent})
        assert answer.status_code == 422
        assert "메일로 온 회신" in answer.text
    assert world.referral(3).status is Status.DISPATCHED


def test_sent_back_comes_with_the_note_and_is_published_after(world: World) -> None:
    with browsing(world, document_of(world, 1)) as browser:
        submitted(browser, r1=ACCEPTED, r3={"left_open": "yes"})
        first = _response(world, 1)
        deciding.send_back(
            world.db,
            first,
            note="설치 시기를 <나누어> 주십시오.",
            name="한소통",
            ladder=LADDER,
            now=world.now,
        )
        page = browser.get(browser.page).text
        assert "설치 시기를 &lt;나누어&gt; 주십시오." in page
        assert Page(page).fields["r1-c0-text"] == ACCEPTED["c0-text"]
        submitted(
            browser, r1={**ACCEPTED, "reason": "나누어 설치하겠습니다."}, r3={"left_open": "yes"}
        )
        deciding.publish(world.db, _response(world, 1), name="한소통", now=world.now)
        page = browser.get(browser.page).text
        assert "회신이 공개되었습니다" in page
        assert any(link.startswith("/m/commitments/") for link in Page(page).links)


def _response(world: World, referral_id: int) -> int:
    row = world.referral(referral_id)
    assert row.document_id is not None
    with world.db.reading() as session:
        desk = view.desk(
            session, row.document_id, organisation_id=row.organisation_id, now=world.now
        )
    response = desk.referral(referral_id).response
    assert response is not None
    return response.id


def test_the_lead_takes_over_what_the_others_answered_once(world: World) -> None:
    with browsing(world, document_of(world, 2)) as browser:
        submitted(browser, r2={**GOOD, "reason": "국토교통부는 이미 시행합니다."})
    with browsing(world, document_of(world, 1)) as browser:
        for _ in range(2):
            data = {
                "do": "save",
                **answered(r3={"decision": "accepted", "reason": "주관으로서"}, r1=GOOD),
            }
            answer = browser.post("/m/r/3/joint", data)
            reason = Page(browser.follow(answer).text).fields["r3-reason"]
            assert reason.startswith("주관으로서\n\n")
            assert reason.count("국토교통부는 이미 시행합니다.") == 1
        draft = kept(world, 1)
        assert draft is not None
        assert draft.reason == GOOD["reason"]


def test_overdue_is_said_with_its_days(world: World) -> None:
    with browsing(world, document_of(world, 1)) as browser:
        assert "지남" not in browser.get(browser.page).text
        world.now += timedelta(days=19)  # Saturday; the answer was due on Thursday
        # That session has ended long ago.
        assert browser.get(browser.page).status_code == 401
    with browsing(world, document_of(world, 1)) as browser:
        assert "기한 1일 지남" in browser.get(browser.page).text


def test_both_languages_have_the_same_words() -> None:
    folder = settings().templates / "portal" / "words"
    korean, english = (
        _names(tomllib.loads((folder / f"{language}.toml").read_text("utf-8")))
        for language in ("ko", "en")
    )
    assert korean == english


def _names(words: dict[str, object], place: str = "") -> set[str]:
    found = set()
    for name, value in words.items():
        found |= _names(value, f"{place}{name}.") if isinstance(value, dict) else {place + name}
    return found


def test_what_another_ministry_says_is_marked_until_it_is_published(world: World) -> None:
    words = tomllib.loads(Path("templates/portal/words/ko.toml").read_text(encoding="utf-8"))[
        "desk"
    ]
    lead = next(each for each in (1, 3) if world.referral(each).role is Role.LEAD)
    document, others = document_of(world, lead), document_of(world, 2)
    with browsing(world, others) as browser:
        assert words["not_yet"] in browser.get(f"/m/{others}").text
        browser.post(f"/m/{others}", {"do": "submit", **answered(r2=GOOD)})
    with browsing(world, document) as browser:
        page = browser.get(f"/m/{document}").text
        assert GOOD["reason"] in page
        assert words["not_published"] in page
        with world.db.reading() as session:
            given = referral_queries.latest_response(session, 2)
        assert given is not None
        deciding.publish(world.db, given.id, name="한소통", now=NOW)
        assert words["not_published"] not in browser.get(f"/m/{document}").text
        both = {f"r{each}": GOOD for each in (1, 3)}
        browser.post(f"/m/{document}", {"do": "submit", **answered(**both)})
    # A cooperating ministry is not shown what the lead says, but that it has said something.
    with browsing(world, others) as browser:
        page = browser.get(f"/m/{others}").text
    assert words["not_yet"] not in page
    assert words["others_standing"]["answered"] in page

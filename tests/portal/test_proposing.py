"""The proposer's page: what it shows and keeps back, and the two things that can be said on it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import pytest
from httpx import Client, Response
from sqlalchemy import func, select, update

from gongmun.access import links
from gongmun.access.models import AccessLink, Audience
from gongmun.db import Database
from gongmun.followups import proposer_queries
from gongmun.followups.models import Answered, Rating, Reexamination
from gongmun.followups.proposers import PROPOSER_INTENT
from gongmun.ledger import LedgerEvent
from gongmun.mail import OutgoingMessage, enqueue
from gongmun.portal import create
from gongmun.referrals import queries as referral_queries
from gongmun.referrals.life import Status
from gongmun.referrals.models import ResponseDecision
from gongmun.suggestions.models import Suggestion
from tests.followups.conftest import Followed
from tests.portal.reading import spaced
from tests.portal.served import is_safe, served
from tests.world import World, at

NEXT = date(2026, 10, 22)
LINK = re.compile(r"https://check\.participation\.example(/p/[\w-]+)")
HOSTILE = '"><script>alert(1)</script><a href="javascript:1">{{ 7*7 }}'


@dataclass
class Visit:
    """A world, and a browser with a proposer's link in hand."""

    followed: Followed
    client: Client
    now: datetime = field(default_factory=lambda: at(NEXT, 10))

    def link(self, referral_id: int) -> str:
        """The path of the link in the proposer's newest mail, sent now if there is news."""
        address = f"p{referral_id}@example.com"
        self.followed.contact(referral_id, address)
        self.followed.tell(NEXT)
        found = LINK.findall(self.followed.texts(address)[-1])
        assert len(found) == 1
        return str(found[0])

    def granted(self, suggestion_id: int) -> str:
        """The path of a link to a suggestion of which there is no news."""
        address = f"s{suggestion_id}@example.com"
        with self.followed.db.transaction() as session:
            mail = OutgoingMessage(
                key=f"test:{suggestion_id}",
                intent=PROPOSER_INTENT,
                organisation_code="PROPOSER",
                address=address,
                subject="제안",
                body=str(links.blank()),
            )
            links.grant_proposer(
                session,
                suggestion_id=suggestion_id,
                dispatch=enqueue(session, mail, self.now),
                now=self.now,
            )
        self.followed.send(self.now)
        return str(LINK.findall(self.followed.texts(address)[-1])[0])

    def post(self, path: str, **data: str) -> Response:
        """A form of the page."""
        return self.client.post(path, data=data)

    def page(self, path: str, language: str = "ko") -> str:
        """The page, which is safe."""
        answer = self.client.get(path, params={"lang": language})
        assert answer.status_code == 200, answer.text
        assert is_safe(answer)
        return answer.text


@pytest.fixture
def visit(sqlite_db: Database, tmp_path: Path, now: datetime) -> Iterator[Visit]:
    """Somebody with a browser."""
    followed = Followed(World(db=sqlite_db, folder=tmp_path, now=now))
    here: list[Visit] = []
    app = create(sqlite_db, store=followed.world.store, now=lambda: here[0].now)
    with served(app) as client:
        here.append(Visit(followed=followed, client=client))
        yield here[0]


def refused(visit: Visit) -> tuple[int, int, str]:
    (referral_id,) = visit.followed.world.dispatched("statistics")
    response_id = visit.followed.refused(referral_id)
    return referral_id, response_id, visit.link(referral_id)


def count(visit: Visit, row: type) -> int:
    with visit.followed.db.reading() as session:
        return session.scalar(select(func.count()).select_from(row)) or 0


def test_it_shows_the_answer_and_what_was_promised_in_both_languages(visit: Visit) -> None:
    (referral_id,) = visit.followed.world.dispatched("statistics")
    visit.followed.published(referral_id, ResponseDecision.ACCEPTED, "매달 공표합니다.")
    path = visit.link(referral_id)
    korean, english = visit.page(path), visit.page(path, "en")
    for words in (
        "제안 1",
        "버스 정류장에 그늘막을",
        "국가데이터처",
        "수용",
        "매달 공표합니다.",
        "이행 중",
    ):
        assert words in korean
    assert "실제로 답변이 되었습니까?" in korean
    for words in ("Ministry of Data and Statistics", "Accepted", "Was it really answered?"):
        assert words in english
    assert "재검토" not in korean
    # Who they are is no part of the page.
    assert "홍길동" not in korean
    assert "example.com" not in korean


def test_the_day_that_the_ministry_was_told_before_is_shown(visit: Visit) -> None:
    (referral_id,) = visit.followed.world.dispatched("statistics")
    with visit.followed.db.transaction() as session:
        referral = referral_queries.by_id(session, referral_id)
        referral.answer_due_promised = date(2026, 10, 28)
        suggestion_id = referral.suggestion_id
    visit.now = at(date(2026, 10, 20))
    page = spaced(visit.page(visit.granted(suggestion_id)))
    assert "당초 2026. 10. 28." in page


def test_silence_is_shown_as_silence(visit: Visit) -> None:
    (referral_id,) = visit.followed.world.dispatched("statistics")
    path = visit.granted(visit.followed.referral(referral_id).suggestion_id)
    assert "기관의 답변을 기다리고 있습니다." in visit.page(path)
    visit.now = at(date(2026, 11, 3), 10)
    page = visit.page(path)
    assert "근무일 기준 3일 지났습니다" in page
    assert "회신 기한 지남" in page
    assert "답변 없음" not in page
    assert "<form" not in page
    # Thirty working days after it was due the ladder says so.
    visit.now = at(date(2026, 12, 10), 10)
    visit.followed.world.chase(date(2026, 12, 10))
    page = visit.page(path)
    assert "지나도록 답변이 없어" in page
    assert "답변 없음" in page


def test_what_is_not_published_is_being_checked(visit: Visit) -> None:
    (referral_id,) = visit.followed.world.dispatched("statistics")
    visit.followed.answered(referral_id, ResponseDecision.NOT_ACCEPTED, reason="비밀스러운 사유")
    page = visit.page(visit.granted(visit.followed.referral(referral_id).suggestion_id))
    assert "담당 부서가 확인하고 있으며" in page
    assert "비밀스러운 사유" not in page
    assert "수용곤란" not in page
    assert "<form" not in page


def test_looking_changes_nothing(visit: Visit) -> None:
    _, _, path = refused(visit)
    before = count(visit, LedgerEvent)
    for _ in range(3):
        visit.page(path)
        assert visit.client.head(path).status_code in (200, 405)
    for way in ("rating", "re-examination"):
        assert visit.client.get(f"{path}/{way}").status_code in (404, 405)
    assert (count(visit, LedgerEvent), count(visit, Rating)) == (before, 0)


def test_a_rating_is_kept_and_can_be_changed(visit: Visit) -> None:
    _, response_id, path = refused(visit)
    said = {"response": str(response_id), "answered": "partly", "comment": HOSTILE}
    answer = visit.post(f"{path}/rating", **said)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{path}?done=rated#a{response_id}"
    page = visit.client.get(answer.headers["location"]).text
    assert "평가를 남겨 주셔서 감사합니다" in page
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert re.search(r'value="partly" checked', page)
    said = {"response": str(response_id), "answered": "no", "comment": ""}
    assert visit.post(f"{path}/rating?lang=en", **said).headers["location"].count("lang=en") == 1
    with visit.followed.db.reading() as session:
        rating = proposer_queries.rating(session, response_id)
        assert rating is not None
        assert (rating.answered, rating.comment) == (Answered.NO, "")


def test_a_wrong_rating_is_told_and_keeps_what_was_typed(visit: Visit) -> None:
    _, response_id, path = refused(visit)
    for data, status in (
        ({"answered": "maybe"}, 422),
        ({}, 422),
        ({"answered": "yes", "comment": "가" * 2001}, 422),
        ({"answered": "yes", "response": "999"}, 404),
        ({"answered": "yes", "response": "-1"}, 404),
        ({"answered": "yes", "response": "²"}, 404),
        ({"answered": "yes", "response": "99999999999999999999"}, 404),
    ):
        said = {"response": str(response_id), "comment": "내 말", **data}
        answer = visit.post(f"{path}/rating", **said)
        assert answer.status_code == status
        assert is_safe(answer)
        if status == 422:
            assert 'role="alert"' in answer.text
            assert said["comment"] in answer.text
    assert count(visit, Rating) == 0


def test_a_refusal_is_examined_again_once(visit: Visit) -> None:
    referral_id, _, path = refused(visit)
    page = visit.page(path)
    assert "2026. 11. 5.까지 한 번 재검토를 요청" in spaced(page)
    assert "민법" in page or "국민 제안 규정" in page  # the deadline explains itself
    answer = visit.post(f"{path}/re-examination", referral=str(referral_id), reason=HOSTILE)
    assert answer.status_code == 303
    page = visit.client.get(answer.headers["location"]).text
    assert "재검토를 요청하였습니다" in page
    assert "2026. 10. 22.에 재검토를 요청하셨습니다." in spaced(page)
    assert "<script>" not in page
    assert "예산이 없어 수용이 어렵습니다." in page  # the old answer stays
    assert 'action="' + path + "/re-examination" not in page
    assert visit.followed.referral(referral_id).status is Status.ACKNOWLEDGED

    again = visit.post(f"{path}/re-examination", referral=str(referral_id), reason="한 번 더")
    assert again.status_code == 409
    assert "재검토는 한 번만 요청하실 수 있습니다" in again.text
    assert "한 번 더" in again.text  # what was typed is not lost
    assert count(visit, Reexamination) == 1
    assert len(visit.followed.mails("reexamination")) == 1


def test_too_late_is_told(visit: Visit) -> None:
    referral_id, _, path = refused(visit)
    visit.now = at(date(2026, 11, 6), 0, 0)
    assert "/re-examination" not in visit.page(path)
    answer = visit.post(f"{path}/re-examination", referral=str(referral_id), reason="늦었지만")
    assert answer.status_code == 409
    assert "2026. 11. 5.에 끝났습니다" in spaced(answer.text)
    assert visit.followed.referral(referral_id).status is Status.CLOSED


def test_a_reason_is_needed_and_has_an_end(visit: Visit) -> None:
    referral_id, _, path = refused(visit)
    for reason in ("", " \n ", "가" * 3001):
        answer = visit.post(f"{path}/re-examination", referral=str(referral_id), reason=reason)
        assert answer.status_code == 422
        assert f'id="r{referral_id}-reason"' in answer.text
        assert '<details class="again-form" open>' in answer.text
        assert "다음을 고쳐 주십시오." in answer.text
        assert "저장하였습니다" not in answer.text
    assert visit.followed.referral(referral_id).status is Status.CLOSED


def test_another_suggestions_answers_do_not_exist(visit: Visit) -> None:
    first, second = visit.followed.world.dispatched("statistics", "privacy")
    visit.followed.published(first)
    theirs = visit.followed.refused(second)
    path = visit.link(first)
    page = visit.page(path)
    assert "개인정보보호위원회" not in page
    assert visit.post(f"{path}/rating", response=str(theirs), answered="no").status_code == 404
    answer = visit.post(f"{path}/re-examination", referral=str(second), reason="남의 것")
    assert answer.status_code == 404
    assert visit.followed.referral(second).status is Status.CLOSED


def test_an_unknown_token_shows_nothing(visit: Visit) -> None:
    refused(visit)
    for token in ("x", "../../etc/passwd", "%00", "a" * 43, "가나다"):
        for answer in (
            visit.client.get(f"/p/{token}"),
            visit.post(f"/p/{token}/rating", response="1", answered="no"),
            visit.post(f"/p/{token}/re-examination", referral="1", reason="x"),
        ):
            assert answer.status_code == 404
            assert is_safe(answer)
            assert "제안 1" not in answer.text


def test_a_ministrys_link_is_no_proposers(visit: Visit) -> None:
    refused(visit)
    (ministry,) = {
        found
        for text in visit.followed.texts("forum@mods.example")
        for found in re.findall(r"/a/([\w-]{43})", text)
    }
    assert visit.client.get(f"/p/{ministry}").status_code == 404


def test_an_expired_or_revoked_link_shows_nothing(visit: Visit) -> None:
    _, _, path = refused(visit)
    later = visit.now
    visit.now = at(date(2027, 10, 22), 10)
    assert visit.client.get(path).status_code == 404
    visit.now = later
    with visit.followed.db.transaction() as session:
        session.execute(
            update(AccessLink)
            .where(AccessLink.audience == Audience.PROPOSER)
            .values(revoked_at=later)
        )
    assert visit.client.get(path).status_code == 404


def test_a_form_of_another_site_is_refused(visit: Visit) -> None:
    referral_id, response_id, path = refused(visit)
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}):
        for way, data in (
            ("rating", {"response": str(response_id), "answered": "no"}),
            ("re-examination", {"referral": str(referral_id), "reason": "x"}),
        ):
            answer = visit.client.post(f"{path}/{way}", data=data, headers=headers)
            assert answer.status_code == 403
    assert count(visit, Rating) == count(visit, Reexamination) == 0


def test_files_and_huge_forms_are_not_taken(visit: Visit) -> None:
    referral_id, _, path = refused(visit)
    sent = visit.client.post(
        f"{path}/re-examination",
        data={"referral": str(referral_id)},
        files={"reason": ("x.pdf", b"%PDF-1.7", "application/pdf")},
    )
    assert sent.status_code in (400, 422)
    huge = visit.post(f"{path}/re-examination", referral=str(referral_id), reason="a" * 600_000)
    assert huge.status_code in (400, 413)
    assert count(visit, Reexamination) == 0


def test_hostile_suggestions_and_answers_are_text(visit: Visit) -> None:
    (referral_id,) = visit.followed.world.dispatched("statistics")
    with visit.followed.db.transaction() as session:
        session.execute(update(Suggestion).values(title=HOSTILE, body=HOSTILE * 30))
    visit.followed.published(referral_id, ResponseDecision.ACCEPTED, HOSTILE, reason=HOSTILE)
    page = visit.page(visit.link(referral_id))
    assert "<script>" not in page
    assert "javascript:1&#34;" in page or "javascript:1&quot;" in page
    assert "{{ 7*7 }}" in page


def test_where_no_ministry_has_it_yet_that_is_told(visit: Visit) -> None:
    visit.followed.world.forum()
    page = visit.page(visit.granted(visit.followed.world.suggest(1, None, title="아직입니다")))
    assert "아직입니다" in page
    assert "아직 기관에 보내지 않은 제안입니다." in page

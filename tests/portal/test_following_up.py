"""An officer's pages of what comes after an answer: commitments and meetings."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pytest

from gongmun.answers import files
from gongmun.answers.models import CommitmentStatus
from gongmun.db import Database
from gongmun.followups import meeting_queries
from gongmun.followups.life import Status
from gongmun.referrals.models import ResponseDecision
from tests.followups.conftest import Followed
from tests.followups.test_commitments import PDF
from tests.portal.officers import Browser, browsing
from tests.portal.served import is_safe
from tests.world import World, at

HOSTILE = '"><script>alert(1)</script>{{ 7*7 }}'


@dataclass
class Desk:
    """An officer of one ministry, and a referral of theirs; `foreign` is another ministry's."""

    followed: Followed
    browser: Browser
    referral_id: int
    foreign: int

    def commitment(self, referral_id: int | None = None) -> int:
        """The one commitment of a referral."""
        (found,) = self.followed.commitments(referral_id or self.referral_id)
        return found.id

    def status(self) -> CommitmentStatus:
        """Where it stands."""
        return self.followed.commitments(self.referral_id)[0].status


@pytest.fixture
def desk(sqlite_db: Database, tmp_path: Path, now: datetime) -> Iterator[Desk]:
    """Both ministries have promised something, and a coordinator has published it."""
    followed = Followed(World(db=sqlite_db, folder=tmp_path, now=now))
    own, foreign = followed.world.dispatched("statistics", "privacy")
    followed.published(own, ResponseDecision.ACCEPTED, f"매달 공표합니다. {HOSTILE}")
    followed.published(foreign, ResponseDecision.ACCEPTED, "점검합니다.")
    followed.world.now = at(date(2026, 12, 14), 10)
    document_id = followed.referral(own).document_id
    assert document_id is not None
    with browsing(followed.world, document_id) as browser:
        yield Desk(followed=followed, browser=browser, referral_id=own, foreign=foreign)


def test_a_commitment_is_done_with_a_file(desk: Desk) -> None:
    path = f"/m/commitments/{desk.commitment()}"
    for language in ("ko", "en"):
        page = desk.browser.get(path, lang=language)
        assert page.status_code == 200
        assert is_safe(page)
        assert "매달 공표합니다." in page.text
        assert "<script>" not in page.text
    assert "근무일 기준 1일 지났습니다." in desk.browser.get(path).text
    answer = desk.browser.post(
        path, {"status": "done", "account": HOSTILE}, files=[("files", ("준공 사진.pdf", PDF))]
    )
    page = desk.browser.follow(answer)
    assert "등록하였습니다" in page.text
    assert "이행 완료" in page.text
    assert "준공 사진.pdf" in page.text
    assert "&lt;script&gt;" in page.text
    assert "<script>" not in page.text
    assert "<textarea" not in page.text
    assert desk.status() is CommitmentStatus.DONE

    again = desk.browser.post(path, {"status": "withdrawn", "account": "생각을 바꾸었습니다."})
    assert again.status_code == 409
    assert "생각을 바꾸었습니다." in again.text
    assert desk.status() is CommitmentStatus.DONE


def test_what_is_missing_is_told_beside_its_field(desk: Desk) -> None:
    path = f"/m/commitments/{desk.commitment()}"
    for data, sent, field in (
        ({"status": "", "account": "했습니다."}, [], "status"),
        ({"status": "open", "account": "했습니다."}, [], "status"),
        ({"status": "done", "account": " "}, [], "account"),
        ({"status": "withdrawn", "account": ""}, [], "account"),
        ({"status": "done", "account": "가" * 5001}, [], "account"),
        ({"status": "done", "account": "x"}, [("files", ("a.pdf", b"MZ\x90"))], "files"),
    ):
        answer = desk.browser.post(path, data, files=sent)
        assert answer.status_code == 422
        assert f'id="{field}-wrong"' in answer.text
        assert 'role="alert"' in answer.text
        assert "다음을 고쳐 주십시오." in answer.text
        assert "저장하였습니다" not in answer.text
        assert data["account"].strip() in answer.text
    assert desk.status() is CommitmentStatus.OPEN


def test_a_file_that_was_taken_stays_where_something_else_is_wrong(desk: Desk) -> None:
    commitment_id = desk.commitment()
    path = f"/m/commitments/{commitment_id}"
    wrong = desk.browser.post(path, {"account": ""}, files=[("files", ("증빙.pdf", PDF))])
    assert wrong.status_code == 422
    assert "증빙.pdf" in wrong.text
    assert desk.browser.post(path, {"status": "done"}).status_code == 303
    with desk.followed.db.reading() as session:
        kept = files.files_of(session, desk.referral_id, commitment_id=commitment_id)
        assert [file.filename for file in kept] == ["증빙.pdf"]


def test_another_ministrys_pages_do_not_exist(desk: Desk) -> None:
    theirs = desk.commitment(desk.foreign)
    none = desk.browser.get("/m/commitments/99999")
    for path in (
        f"/m/commitments/{theirs}",
        f"/m/r/{desk.foreign}/meeting",
        "/m/commitments/99999",
        "/m/commitments/0",
        "/m/commitments/99999999999999999999",
        "/m/r/99999/meeting",
        "/m/r/99999999999999999999/meeting",
    ):
        found = desk.browser.get(path)
        assert (found.status_code, found.text.count("점검합니다.")) == (404, 0)
        sent = desk.browser.post(path, {"status": "done", "account": "x", "agenda": "x"})
        assert sent.status_code == 404
    assert (
        desk.browser.get(f"/m/commitments/{theirs}").text.replace(str(theirs), "99999") == none.text
    )
    assert desk.followed.commitments(desk.foreign)[0].status is CommitmentStatus.OPEN
    with desk.followed.db.reading() as session:
        assert meeting_queries.meetings(session, past_too=True) == []


def test_nothing_without_the_sessions_token_or_without_a_session(desk: Desk) -> None:
    path = f"/m/commitments/{desk.commitment()}"
    data = {"status": "done", "account": "x", "agenda": "x"}
    meeting = f"/m/r/{desk.referral_id}/meeting"
    for csrf in ("", "0" * 64, "가"):
        assert desk.browser.post(path, data, csrf=csrf).status_code == 403
        assert desk.browser.post(meeting, data, csrf=csrf).status_code == 403
    token = desk.browser.csrf()
    del desk.browser.client.headers["cookie"]
    desk.browser.client.cookies.clear()
    for address in (path, meeting):
        assert desk.browser.get(address).status_code in (303, 401)
        assert desk.browser.post(address, data, csrf=token).status_code in (303, 401, 403)
    assert desk.status() is CommitmentStatus.OPEN


def test_a_meeting_is_proposed_and_shown(desk: Desk) -> None:
    path = f"/m/r/{desk.referral_id}/meeting"
    for language in ("ko", "en"):
        page = desk.browser.get(path, lang=language)
        assert page.status_code == 200
        assert is_safe(page)
        assert "<textarea" in page.text
    for agenda in ("", " \n", "가" * 3001):
        wrong = desk.browser.post(path, {"agenda": agenda})
        assert wrong.status_code == 422
        assert 'id="agenda-wrong"' in wrong.text
        assert "다음을 고쳐 주십시오." in wrong.text
        assert "저장하였습니다" not in wrong.text
        assert "checked" not in wrong.text  # what was chosen stays chosen
    page = desk.browser.follow(desk.browser.post(path, {"agenda": HOSTILE, "with_proposer": "yes"}))
    assert "후속 협의를 제안하였습니다" in page.text
    assert "제안됨" in page.text
    assert "&lt;script&gt;" in page.text
    assert "<textarea" not in page.text  # one at a time
    assert desk.browser.post(path, {"agenda": "하나 더"}).status_code == 409
    with desk.followed.db.reading() as session:
        (meeting,) = meeting_queries.meetings(session, past_too=True)
        assert (meeting.status, meeting.by_ministry, meeting.with_proposer) == (
            Status.PROPOSED,
            True,
            True,
        )
        assert meeting_queries.undated_meetings(session) == [meeting]

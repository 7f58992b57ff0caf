"""A respondent's pages: from the link in the mail to the thanks, without a script, in either language."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from httpx import Client, Response
from sqlalchemy import event

from gongmun.documents import LocalStore
from gongmun.portal import create
from gongmun.surveys.fieldwork.closing import close_due
from gongmun.surveys.fieldwork.models import InvitationStatus
from gongmun.surveys.fieldwork.opening import open_wave
from tests.portal.reading import Page
from tests.portal.served import is_safe, served
from tests.surveys.fieldwork.conftest import OPENING, Fielded, fielded  # noqa: F401 - a fixture
from tests.world import at

pytestmark = pytest.mark.long

LINK = re.compile(r"https://check\.participation\.example(/s/[\w-]+)")
HOSTILE = '"><script>alert(1)</script>{{ 7*7 }}'


@dataclass
class Respondent:
    """A browser with the link of the first invitation."""

    fielded: Fielded
    client: Client
    link: str
    now: datetime = field(default_factory=lambda: at(OPENING, 11))

    def get(self, path: str = "", language: str = "ko") -> Response:
        """A page below the link; it is safe."""
        answer = self.client.get(f"{self.link}{path}", params={"lang": language})
        assert is_safe(answer)
        return answer

    def post(self, path: str, **data: str | list[str]) -> Response:
        """A form of a page."""
        return self.client.post(f"{self.link}{path}", data=data)


@pytest.fixture
def respondent(fielded: Fielded, tmp_path: Path) -> Iterator[Respondent]:  # noqa: F811
    cycle_id = fielded.start().cycle_id
    open_wave(fielded.db, cycle_id, now=at(OPENING))
    fielded.dispatch(at(OPENING, 9, 15))
    (text,) = [t for to, t in fielded.sent() if to == "citizen1@people.example"]
    found = LINK.search(text)
    assert found is not None
    now = at(OPENING, 11)
    app = create(fielded.db, store=LocalStore(tmp_path), now=lambda: now)
    with served(app) as client:
        yield Respondent(fielded=fielded, client=client, link=found[1])


def test_from_the_link_to_the_thanks(respondent: Respondent) -> None:
    front = respondent.get()
    assert "설문 시작" in front.text
    assert f"{respondent.link}/p/first" in Page(front.text).links
    # What depends on an answer that was not given is not asked yet.
    assert "얼마나 만족하셨습니까" not in respondent.get("/p/first").text
    # The answer brings up a question of the same page, which is shown before the next.
    more = respondent.post("/p/first", **{"i-took_part": "1"})
    assert more.headers["location"] == f"{respondent.link}/p/first?more=yes"
    assert "더 있습니다" in respondent.client.get(more.headers["location"]).text
    last = respondent.post("/p/first", **{"i-took_part": "1", "i-satisfied": "4"})
    assert last.headers["location"] == f"{respondent.link}/p/last"
    check = respondent.post("/p/last", **{"i-wishes": "더 자주 열어 주십시오."})
    assert check.headers["location"] == f"{respondent.link}/check"
    assert "3문항 중 3문항" in respondent.get("/check").text
    done = respondent.post("/submit")
    assert done.headers["location"] == f"{respondent.link}?done=submitted"
    thanks = respondent.client.get(done.headers["location"]).text
    assert thanks.count("고맙습니다") == 1
    assert 'href="/surveys"' in thanks
    (sheet,) = respondent.fielded.sheets()
    assert sheet.answers["satisfied"] == {"codes": [4]}
    assert sheet.submitted_on == OPENING


def test_a_page_is_kept_in_few_statements_and_nobody_waits_for_his_neighbours(
    respondent: Respondent,
) -> None:
    respondent.post("/p/first", **{"i-took_part": "2"})
    ran: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        ran.append(statement)

    engine = respondent.fielded.db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        respondent.post("/p/first", **{"i-took_part": "1"})
    finally:
        event.remove(engine, "before_cursor_execute", note)
    ran = [each for each in ran if not each.startswith("BEGIN")]
    # One of them locks the invitation.
    assert len(ran) <= 7, ran
    assert sum(each.startswith("UPDATE answer_sheets") for each in ran) == 1
    # A whole company comes from one IP: its link is looked up without taking turns.
    assert not any("advisory" in each for each in ran)


def test_looking_changes_nothing(respondent: Respondent) -> None:
    for path in ("", "/p/first", "/p/last", "/check"):
        respondent.client.get(f"{respondent.link}{path}")
    assert respondent.fielded.sheets() == []
    (invitation, *_) = respondent.fielded.invitations(1)
    assert invitation.status is InvitationStatus.INVITED


def test_who_has_answered_nothing_is_told_so(respondent: Respondent) -> None:
    back = respondent.client.get(f"{respondent.link}/check", follow_redirects=False)
    assert back.headers["location"] == f"{respondent.link}?done=empty"
    assert "아직 답하신 문항이 없습니다" in respondent.client.get(back.headers["location"]).text


def test_what_was_saved_is_there_again(respondent: Respondent) -> None:
    later = respondent.post("/p/first", **{"i-took_part": "2", "go": "later"})
    assert later.headers["location"] == f"{respondent.link}?done=saved"
    assert "이어서 답하기" in respondent.get().text
    assert Page(respondent.get("/p/first").text).fields["i-took_part"] == "2"
    back = respondent.post("/p/last", **{"i-wishes": "쉼터", "go": "back"})
    assert back.headers["location"] == f"{respondent.link}/p/first"
    assert Page(respondent.get("/p/last").text).fields["i-wishes"] == "쉼터"


def test_what_is_wrong_stands_beside_the_question_and_nothing_typed_is_lost(
    respondent: Respondent,
) -> None:
    respondent.post("/p/first", **{"i-took_part": "2"})
    answer = respondent.post("/p/last", **{"i-wishes": "가" * 501})
    assert answer.status_code == 422
    page = Page(answer.text)
    assert page.error_links == ["i-wishes"]
    assert page.invalid == {"i-wishes"}
    assert page.fields["i-wishes"] == "가" * 501
    assert "오류: " in answer.text


def test_nothing_is_handed_in_that_is_not_whole(respondent: Respondent) -> None:
    respondent.post("/p/first", **{"i-took_part": "1"})
    answer = respondent.post("/submit")
    assert answer.status_code == 422
    assert "답할 것 있음" in answer.text
    assert respondent.fielded.sheets()[0].submitted_on is None
    # From there the page says at which question something is missing; by itself it does not.
    (place,) = re.findall(r'href="[^"]*(/p/\w+)\?missing=yes"', answer.text)
    told = respondent.client.get(f"{respondent.link}{place}?missing=yes")
    assert told.status_code == 200
    assert '<p class="wrong"' in told.text
    assert '<p class="wrong"' not in respondent.get(place).text


def test_refusing_and_changing_ones_mind(respondent: Respondent) -> None:
    respondent.post("/p/first", **{"i-took_part": "2"})
    assert respondent.post("/refuse").headers["location"].endswith("?done=refused")
    assert respondent.fielded.sheets() == []
    front = respondent.get().text
    assert "다시 참여하기" in front
    assert "설문 시작" not in front
    # A page that was open before cannot take the refusal back.
    assert respondent.get("/p/first").headers["location"] == respondent.link
    for path in ("/p/first", "/submit", "/refuse"):
        respondent.post(path, **{"i-took_part": "2"})
    assert respondent.fielded.sheets() == []
    assert respondent.fielded.invitations(1)[0].status is InvitationStatus.REFUSED
    again = respondent.post("/reconsider").headers["location"]
    assert again == f"{respondent.link}/p/first"
    respondent.post("/p/first", **{"i-took_part": "2"})
    assert len(respondent.fielded.sheets()) == 1
    # Whoever has not refused only goes on.
    assert respondent.post("/reconsider").headers["location"] == again
    assert len(respondent.fielded.sheets()) == 1


def test_after_the_closing_the_page_says_so(respondent: Respondent) -> None:
    closes = at(date(2026, 10, 26), 18, 0)
    for later in (closes, closes + timedelta(days=1)):
        close_due(respondent.fielded.db, now=later)
    assert "마감되었습니다" in respondent.get().text
    for path in ("/p/first", "/submit", "/refuse", "/reconsider"):
        assert respondent.post(path, **{"i-took_part": "1"}).headers["location"] == respondent.link
    assert respondent.get("/p/first").status_code == 303
    assert respondent.fielded.sheets() == []


def test_hostile_words_stay_words(respondent: Respondent) -> None:
    respondent.post("/p/first", **{"i-took_part": "2", "i-nothing": HOSTILE, HOSTILE: "1"})
    respondent.post("/p/last", **{"i-wishes": HOSTILE})
    page = respondent.get("/p/last")
    assert Page(page.text).fields["i-wishes"] == HOSTILE
    wrong = respondent.post("/p/first", **{"i-took_part": HOSTILE})
    assert wrong.status_code == 422
    assert is_safe(wrong)
    many = respondent.post("/p/first", **{"i-took_part": ["1", "2"]})
    assert many.status_code == 422
    assert respondent.client.get(f"{respondent.link}/p/{HOSTILE}").status_code == 404


def test_english_stays_english(respondent: Respondent) -> None:
    front = respondent.get("", "en")
    assert "Begin" in front.text
    assert not re.search("[가-힣]", re.sub(r'<a [^>]*lang="ko".*?</a>', "", front.text))
    answer = respondent.client.post(f"{respondent.link}/p/first?lang=en", data={"i-took_part": "2"})
    assert answer.headers["location"] == f"{respondent.link}/p/last?lang=en"
    assert "Save and go back" in respondent.get("/p/last", "en").text

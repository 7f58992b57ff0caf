"""The pages by which people volunteer for a panel: what they see, what strangers learn, in either language."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from httpx import Client, Response

from gongmun.db import Database
from gongmun.documents import LocalStore
from gongmun.portal import create
from gongmun.settings import settings
from gongmun.surveys.panels.calls import close_call
from gongmun.surveys.panels.models import Standing
from tests.conftest import NOW
from tests.portal.reading import Page, spaced
from tests.portal.served import is_safe, served
from tests.surveys.panels.test_volunteering import CALL, OVER, Calling, opened, person

HOSTILE = '"><script>alert(1)</script>{{ 7*7 }}'
FORM = {
    "email": "Ann@People.example",
    "sex": "F",
    "birth_year": "1990",
    "province": "서울특별시",
    "postcode": "03172",
    "road": "세종대로 209",
    "unit": "101동 202호",
    "consent": "yes",
}


@dataclass
class Visitor:
    """A browser, at a moment."""

    calling: Calling
    client: Client
    now: datetime = NOW

    def get(self, path: str, language: str = "ko") -> Response:
        """A page; it is safe."""
        answer = self.client.get(path, params={"lang": language})
        assert is_safe(answer)
        return answer

    def sign_up(self, **more: str) -> Response:
        """Send the form."""
        return self.client.post(f"/join/{CALL}", data={**FORM, **more})

    def link(self) -> str:
        """That of the last mail."""
        return f"/v/{self.calling.tokens(self.now)[-1]}"


@pytest.fixture
def visitor(
    sqlite_db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Visitor]:
    monkeypatch.setenv("GONGMUN_SURVEY_KEYS", str(tmp_path / "keys"))
    settings.cache_clear()
    opened(sqlite_db)
    store = LocalStore(tmp_path / "store", ending="")
    visitor = Visitor(Calling(sqlite_db, store), Client())
    app = create(sqlite_db, store=store, now=lambda: visitor.now)
    with served(app) as client:
        visitor.client = client
        yield visitor
    settings.cache_clear()


def test_from_the_call_to_the_confirmation_and_away_again(visitor: Visitor) -> None:
    assert f"/join/{CALL}" in Page(visitor.get("/join").text).links
    call = visitor.get(f"/join/{CALL}")
    assert "2027 시민참여단 모집" in call.text
    assert set(FORM) - {"sex", "consent"} <= set(Page(call.text).fields) | {"province"}
    asked = visitor.sign_up()
    assert asked.headers["location"] == f"/join/{CALL}/asked"
    assert "메일을 확인해 주십시오" in visitor.get(asked.headers["location"]).text
    link = visitor.link()
    page = visitor.get(link).text
    assert "30~39세" in page
    assert "이미 신청하셨습니다" not in page
    done = visitor.client.post(f"{link}/confirm")
    assert done.headers["location"] == f"{link}?done=confirmed"
    assert "신청이 끝났습니다" in visitor.client.get(done.headers["location"]).text
    assert visitor.calling.called().confirmed == 1
    left = visitor.client.post(f"{link}/withdraw")
    assert left.headers["location"] == "/join?done=withdrawn"
    assert "지웠습니다" in visitor.client.get(left.headers["location"]).text
    assert visitor.calling.rows() == 0
    assert visitor.client.get(link).status_code == 404


def test_who_serves_and_withdraws_is_told_so_and_taken_off(visitor: Visitor) -> None:
    tokens = visitor.calling.join(*(person(number) for number in range(12)))
    visitor.calling.enrol()
    visitor.now = OVER
    before = {each.number for each in visitor.calling.members(Standing.SELECTED)}
    for token in tokens:
        assert "예비자가 그 자리를 이어받습니다" in visitor.get(f"/v/{token}").text
        left = visitor.client.post(f"/v/{token}/withdraw")
        assert "활동도 끝났으며" in visitor.client.get(left.headers["location"]).text
    assert {each.number for each in visitor.calling.members(Standing.LEFT)} >= before
    assert visitor.calling.people() == 0


def test_looking_changes_nothing(visitor: Visitor) -> None:
    visitor.sign_up()
    link = visitor.link()
    for path in (link, f"{link}?done=confirmed"):
        assert "확인하였습니다" not in visitor.client.get(path).text
        assert visitor.client.head(path).status_code == 405
    assert visitor.calling.called().confirmed == 0


def test_nobody_learns_whether_an_address_has_volunteered(visitor: Visitor) -> None:
    """Known and confirmed, known and not confirmed, unknown, asked too often: the same answer."""

    def told(**more: str) -> tuple[int, str, str]:
        answer = visitor.sign_up(**more)
        page = visitor.get(answer.headers["location"])
        return answer.status_code, answer.headers["location"], page.text

    first = told()
    visitor.client.post(f"{visitor.link()}/confirm")
    answers = {first, told(), told(email="other@people.example")}
    answers |= {told() for _ in range(6)}
    assert len(answers) == 1


def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(visitor: Visitor) -> None:
    answer = visitor.client.post(
        f"/join/{CALL}", data={"email": HOSTILE, "road": HOSTILE, "birth_year": "85"}
    )
    assert answer.status_code == 422
    assert is_safe(answer)
    page = Page(answer.text)
    wrong = ["email", "sex", "birth_year", "province", "postcode", "consent"]
    assert page.error_links == wrong
    assert set(wrong) <= set(page.ids)
    assert page.fields["email"] == page.fields["road"] == HOSTILE
    assert visitor.calling.rows() == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "a@b.example, c@d.example"),
        ("email", "a@b.example\nBcc: c@d.example"),
        ("sex", "X"),
        ("sex", "=1+1"),
        ("birth_year", "2009"),
        ("birth_year", "1890"),
        ("birth_year", "١٩٩٠"),
        ("province", "=cmd|' /C calc'!A0"),
        ("province", "평양"),
        ("postcode", "3172"),
        ("postcode", "0317２"),
        ("road", "세종대로"),
        ("road", "209"),
        ("road", "세종대로 1" + "가" * 100),
        ("unit", "가" * 101),
        ("consent", ""),
        ("consent", "on"),
    ],
)
def test_what_is_not_taken(visitor: Visitor, field: str, value: str) -> None:
    answer = visitor.sign_up(**{field: value})
    assert answer.status_code == 422
    assert Page(answer.text).error_links == [field]
    assert visitor.calling.rows() == 0


def test_who_turns_18_in_the_year_of_the_call_is_old_enough(visitor: Visitor) -> None:
    assert visitor.sign_up(birth_year="2008").status_code == 303
    assert visitor.calling.entry(visitor.link()[3:]).age_group == "18-29"


def test_the_consent_is_asked_for_anew(visitor: Visitor) -> None:
    answer = visitor.sign_up(sex="")
    page = Page(answer.text)
    assert (page.fields["email"], page.fields["unit"]) == (FORM["email"], FORM["unit"])
    assert "consent" not in page.fields


def test_a_call_that_is_over_says_so_and_takes_nobody(visitor: Visitor) -> None:
    visitor.sign_up()
    link = visitor.link()
    visitor.now = OVER
    assert "모집은 끝났습니다" in visitor.get(f"/join/{CALL}").text
    assert "지금 모집하는 참여단이 없습니다" in visitor.get("/join").text
    assert visitor.sign_up().headers["location"] == f"/join/{CALL}"
    assert "확인하실 수 없습니다" in visitor.get(link).text
    late = visitor.client.post(f"{link}/confirm")
    assert late.headers["location"] == f"{link}?done=over"
    assert "확인하실 수 없습니다" in visitor.client.get(late.headers["location"]).text
    assert visitor.calling.called(OVER).confirmed == 0


def test_a_call_that_was_closed_by_a_person_is_over(visitor: Visitor) -> None:
    visitor.sign_up()
    link = visitor.link()
    assert "2026. 10. 19.(월)까지" in spaced(visitor.get(link).text)
    close_call(visitor.calling.db, CALL, now=NOW)
    visitor.now = NOW + timedelta(minutes=1)
    # The day on which it was closed, not the one that was meant.
    assert "모집은 끝났습니다(2026. 10. 12. 마감)" in spaced(visitor.get(f"/join/{CALL}").text)
    assert "모집이 2026. 10. 12.에 끝나" in spaced(visitor.get(link).text)
    assert "/join/open-2026" not in visitor.get("/join").text


def test_a_call_to_come_says_when(visitor: Visitor) -> None:
    day = NOW.date() + timedelta(days=7)
    opened(visitor.calling.db, "later", "citizens-2028", opens_on=day)
    assert "2026. 10. 19.부터" in spaced(visitor.get("/join/later").text)
    assert "/join/later" not in visitor.get("/join").text


def test_what_does_not_exist(visitor: Visitor) -> None:
    for path in ("/join/none", "/join/none/asked", "/join/%00", f"/join/{HOSTILE}", "/v/x"):
        answer = visitor.client.get(path)
        assert answer.status_code == 404
        assert is_safe(answer)
    assert visitor.client.post("/join/none", data=FORM).status_code == 404


def test_a_form_of_another_site_is_refused(visitor: Visitor) -> None:
    answer = visitor.client.post(
        f"/join/{CALL}", data=FORM, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 403
    assert visitor.calling.rows() == 0


def test_too_many_sign_ups_from_one_place(visitor: Visitor) -> None:
    for _ in range(60):
        visitor.calling.sign_up(ip="127.0.0.1")
    answer = visitor.sign_up(email="late@people.example")
    assert answer.status_code == 429
    assert visitor.sign_up().status_code == 429


def test_english_stays_english(visitor: Visitor) -> None:
    visitor.client.post(f"/join/{CALL}?lang=en", data=FORM)
    link = visitor.link()
    for path in ("/join", f"/join/{CALL}", f"/join/{CALL}/asked", link):
        page = re.sub(r'<a [^>]*lang="ko".*?</a>', "", visitor.get(path, "en").text)
        page = re.sub(r'value="[^"]*"', "", page)
        assert not re.search("[가-힣]", page), path
    wrong = visitor.client.post(f"/join/{CALL}?lang=en", data={})
    told = re.sub(r'<a [^>]*lang="ko".*?</a>', "", wrong.text)
    assert not re.search("[가-힣]", re.sub(r'value="[^"]*"', "", told))
    done = visitor.client.post(f"{link}/confirm?lang=en")
    assert done.headers["location"] == f"{link}?done=confirmed&lang=en"

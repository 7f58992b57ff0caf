"""The way in, by the pages: from the link in a mail to the desk, and out again."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
from httpx import Client, Response

from gongmun.db import Database
from gongmun.documents import queries as document_queries
from gongmun.mail import Dispatch
from gongmun.organisations import ContactRole, retire_contact
from gongmun.portal import create
from gongmun.portal.guards import ENTRY_COOKIE, SESSION_COOKIE
from tests.access.entered import code_in, documents, other_than, text_of, token_in
from tests.conftest import NOW
from tests.portal.served import is_safe, served
from tests.world import World


class Clock:
    """The clock of the portal."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def here(sqlite_db: Database, tmp_path: Path) -> World:
    """A ministry has its outcome document."""
    world = World(db=sqlite_db, folder=tmp_path, now=NOW)
    world.dispatched("statistics")
    return world


@pytest.fixture
def browser(here: World, clock: Clock) -> Iterator[Client]:
    with served(create(here.db, store=here.store, now=clock)) as client:
        yield client


def path_of(world: World) -> str:
    """The address in the outcome mail, on this host."""
    return f"/a/{token_in(text_of(world, 0))}"


def enter(browser: Client, world: World, path: str) -> Response:
    """All the way: the answer to the right code."""
    assert browser.post(path).headers["location"] == "/enter"
    world.dispatch()
    return browser.post("/enter", data={"code": code_in(text_of(world))})


def cookies(answer: Response) -> SimpleCookie:
    """The cookies that an answer sets."""
    found = SimpleCookie()
    for header in answer.headers.get_list("set-cookie"):
        found.load(header)
    return found


@pytest.mark.parametrize("language", ["ko", "en"])
def test_an_officer_comes_in_and_leaves(here: World, browser: Client, language: str) -> None:
    query = "?lang=en" if language == "en" else ""
    (document,) = documents(here)
    entry = browser.get(path_of(here) + query)
    assert entry.status_code == 200
    assert document.number
    assert document.number in entry.text
    assert ("국가데이터처" if language == "ko" else "Ministry of Data and Statistics") in entry.text
    assert "f***@mods.example" in entry.text
    assert "forum@mods" not in entry.text
    assert document.title not in entry.text.split("<h1>")[1]
    asked = browser.post(path_of(here) + query)
    assert (asked.status_code, asked.headers["location"]) == (303, f"/enter{query}")
    assert "f***@mods.example" in browser.get(asked.headers["location"]).text
    here.dispatch()
    entered = browser.post(f"/enter{query}", data={"code": code_in(text_of(here))})
    assert (entered.status_code, entered.headers["location"]) == (303, f"/m{query}")
    desk = browser.get("/m", follow_redirects=True)
    assert desk.url.path == f"/m/{document.id}"
    assert document.number in desk.text
    csrf = re.search(r'name="csrf" value="([0-9a-f]{64})"', desk.text)
    assert csrf is not None
    left = browser.post(f"/leave{query}", data={"csrf": csrf[1]})
    assert (left.status_code, left.headers["location"]) == (303, f"/left{query}")
    assert browser.get(left.headers["location"]).status_code == 200
    assert SESSION_COOKIE not in browser.cookies
    assert browser.get("/m").status_code == 401


def test_a_document_in_print_leads_in_as_well(here: World, browser: Client) -> None:
    (document,) = documents(here)
    page = browser.get(f"/d/{document.check_code}")
    path = f"/d/{document.check_code}/answer"
    assert f'href="{path}"' in page.text
    assert browser.get(path).status_code == 200
    assert enter(browser, here, path).headers["location"] == "/m"


def test_a_document_that_is_not_open_tells_no_stranger_whose_it_is(
    here: World, browser: Client
) -> None:
    (document,) = documents(here)
    with here.db.transaction() as session:
        row = document_queries.by_id(session, document.id)
        row.context = {
            **row.context,
            "letter": {**row.context["letter"], "disclosure": "비공개(6)"},
        }
    path = f"/d/{document.check_code}/answer"
    pages = [browser.get(path).text, browser.get(f"{path}?lang=en").text]
    browser.post(path)
    for page in (*pages, browser.get("/enter").text):
        assert "국가데이터처" not in page
        assert "Data and Statistics" not in page
        assert "mods" not in page
    assert "국가데이터처" in browser.get(path_of(here)).text


def test_opening_a_link_changes_nothing(here: World, browser: Client) -> None:
    """A mail scanner opens it, and asks for its head first; it presses no button."""
    before = _rows(here)
    for path in (path_of(here), f"/d/{documents(here)[0].check_code}/answer"):
        for _ in range(10):
            for method in ("GET", "HEAD"):
                answer = browser.request(method, path)
                assert answer.status_code == 200
                assert "set-cookie" not in answer.headers
    here.dispatch()
    assert _rows(here) == before
    assert len(here.sent()) == 1


def test_cookies_are_for_this_host_over_tls_and_for_no_script(here: World, browser: Client) -> None:
    asked = browser.post(path_of(here))
    here.dispatch()
    entered = browser.post("/enter", data={"code": code_in(text_of(here))})
    for answer, name, seconds in (
        (asked, ENTRY_COOKIE, 600),
        (entered, SESSION_COOKIE, 8 * 3600),
    ):
        cookie = cookies(answer)[name]
        assert name.startswith("__Host-")
        assert (cookie["secure"], cookie["httponly"], cookie["path"]) == (True, True, "/")
        assert cookie["samesite"].lower() == "lax"
        assert cookie["domain"] == ""
        assert int(cookie["max-age"]) == seconds
    # That of the browser which asked is of no more use.
    assert int(cookies(entered)[ENTRY_COOKIE]["max-age"]) == 0


def test_no_secret_stands_in_what_follows_the_link(here: World, browser: Client) -> None:
    token = path_of(here).removeprefix("/a/")
    asked = browser.post(path_of(here))
    page = browser.get("/enter")
    here.dispatch()
    code = code_in(text_of(here))
    entered = browser.post("/enter", data={"code": code})
    desk = browser.get("/m", follow_redirects=True)
    secret = browser.cookies[SESSION_COOKIE]
    for answer in (asked, page, entered, desk):
        told = answer.text + answer.headers.get("location", "")
        told += "" if answer is asked else str(answer.url)
        for never in (token, secret, code):
            assert never not in told


def test_a_session_is_new_at_each_login(here: World, browser: Client) -> None:
    """Whoever planted a cookie in a browser does not share the session that follows."""
    planted = {SESSION_COOKIE: "x" * 43, ENTRY_COOKIE: "y" * 43}
    asked = browser.post(path_of(here), headers={"cookie": _header(planted)})
    entry = cookies(asked)[ENTRY_COOKIE].value
    here.dispatch()
    code = code_in(text_of(here))
    with_planted = {"cookie": _header(planted)}
    assert browser.post("/enter", data={"code": code}, headers=with_planted).status_code == 403
    with_own = {"cookie": _header(planted | {ENTRY_COOKIE: entry})}
    entered = browser.post("/enter", data={"code": code}, headers=with_own)
    secret = cookies(entered)[SESSION_COOKIE].value
    assert len({secret, entry, *planted.values()}) == 4
    for value in planted.values():
        stolen = {"cookie": _header({SESSION_COOKIE: value})}
        assert browser.get("/m", headers=stolen).status_code == 401


def test_a_login_ends_the_session_before_it(here: World, browser: Client) -> None:
    enter(browser, here, path_of(here))
    before = browser.cookies[SESSION_COOKIE]
    enter(browser, here, path_of(here))
    assert browser.cookies[SESSION_COOKIE] != before
    browser.cookies.clear()
    browser.headers["cookie"] = f"{SESSION_COOKIE}={before}"
    assert browser.get("/m").status_code == 401


def test_the_code_is_of_no_use_to_another_browser(here: World, browser: Client) -> None:
    browser.post(path_of(here))
    here.dispatch()
    code = code_in(text_of(here))
    with served(create(here.db, store=here.store, now=lambda: NOW)) as other:
        answer = other.post("/enter", data={"code": code})
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers
        assert "이 브라우저에서 받은 인증번호가 없습니다" in answer.text
        # The cookie of the first step is no session.
        other.headers["cookie"] = f"{SESSION_COOKIE}={browser.cookies[ENTRY_COOKIE]}"
        assert other.get("/m").status_code == 401
    assert browser.post("/enter", data={"code": code}).status_code == 303


def test_two_browsers_have_a_session_each(here: World, browser: Client) -> None:
    with served(create(here.db, store=here.store, now=lambda: NOW)) as other:
        enter(browser, here, path_of(here))
        enter(other, here, path_of(here))
        assert browser.cookies[SESSION_COOKIE] != other.cookies[SESSION_COOKIE]
        for each in (browser, other):
            assert each.get("/m", follow_redirects=True).status_code == 200


def test_a_wrong_code_may_be_typed_again(here: World, browser: Client) -> None:
    browser.post(path_of(here))
    here.dispatch()
    code = code_in(text_of(here))
    wrong = browser.post("/enter", data={"code": other_than(code)})
    assert wrong.status_code == 403
    assert 'role="alert"' in wrong.text
    assert 'name="code"' in wrong.text
    assert code not in wrong.text
    assert SESSION_COOKIE not in browser.cookies
    assert browser.post("/enter", data={"code": code}).status_code == 303
    assert browser.post("/enter", data={"code": code}).status_code == 403


def test_a_code_that_came_too_late_leads_back_to_the_link(
    here: World, browser: Client, clock: Clock
) -> None:
    browser.post(path_of(here))
    here.dispatch()
    clock.now = NOW + timedelta(minutes=10)
    late = browser.post("/enter", data={"code": code_in(text_of(here))})
    assert late.status_code == 403
    assert "링크를 다시 열어" in late.text
    assert 'name="code"' not in late.text
    assert browser.get("/enter").status_code == 403


def test_an_idle_session_ends(here: World, browser: Client, clock: Clock) -> None:
    enter(browser, here, path_of(here))
    clock.now = NOW + timedelta(minutes=61)
    answer = browser.get("/m")
    assert answer.status_code == 401
    assert "링크를 다시 열어" in answer.text


def test_too_many_codes_are_refused_with_a_page(here: World, browser: Client) -> None:
    for _ in range(5):
        assert browser.post(path_of(here)).status_code == 303
    refused = browser.post(f"{path_of(here)}?lang=en")
    assert refused.status_code == 429
    assert "an hour" in refused.text
    assert "set-cookie" not in refused.headers
    assert is_safe(refused)
    # It can still be looked at.
    assert browser.get(path_of(here)).status_code == 200


def test_all_links_that_are_no_good_are_told_the_same(
    here: World, browser: Client, clock: Clock
) -> None:
    good = path_of(here)
    answers = [browser.get(f"/a/{token}") for token in ("x" * 43, "x", "%00", "<b>", "a" * 3000)]
    clock.now = NOW + timedelta(days=181)
    answers += [browser.get(good), browser.post(good)]
    assert {answer.status_code for answer in answers} == {404}
    without_address = {re.sub(r"/a/[^\"?]*", "", answer.text) for answer in answers}
    assert len(without_address) == 1
    assert "사용할 수 없는 링크입니다" in answers[0].text


def test_without_a_contact_the_page_says_whom_to_call(here: World, browser: Client) -> None:
    for role in ContactRole:
        retire_contact(here.db, "MODS", role, NOW)
    page = browser.get(path_of(here))
    assert page.status_code == 200
    assert "(044) 000-0000" in page.text
    assert "<button" not in page.text
    assert browser.post(path_of(here)).status_code == 409


def test_a_document_without_an_answer_has_no_way_in(here: World, browser: Client) -> None:
    for path in ("/d/0000000000/answer", "/d/x/answer", "/d/%00/answer"):
        for method in ("GET", "POST"):
            assert browser.request(method, path).status_code == 404


def _header(sent: dict[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in sent.items())


def _rows(world: World) -> int:
    with world.db.reading() as session:
        counts = [
            session.connection().exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()
            for table in (
                *("access_links", "login_codes", "officer_sessions", "access_attempts"),
                *(Dispatch.__tablename__, "ledger_events"),
            )
        ]
    return sum(counts)

"""A coordinator opens a case and a document with the login to Prefect's page; nobody else does."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.routing import iter_route_contexts
from httpx import Client

from gongmun.db import Database
from gongmun.portal import create
from gongmun.portal.guards import coordinator
from gongmun.settings import settings
from tasks.links import case_link, document_link
from tests.conftest import NOW
from tests.portal.served import is_safe, served
from tests.portal.test_guards import guards, requests
from tests.world import World, at

LOGIN = ("coordinator", "0123456789abcdef")


@pytest.fixture
def here(sqlite_db: Database, tmp_path: Path) -> World:
    return World(db=sqlite_db, folder=tmp_path, now=NOW)


@pytest.fixture
def office(here: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """The portal of an installation whose login is in its file."""
    monkeypatch.setenv("GONGMUN_VAR", str(here.folder))
    monkeypatch.delenv("PREFECT_API_AUTH_STRING", raising=False)
    monkeypatch.delenv("PREFECT_SERVER_API_AUTH_STRING", raising=False)
    settings.cache_clear()
    (here.folder / "prefect-login").write_text(":".join(LOGIN))
    with served(create(here.db, store=here.store, now=lambda: here.now)) as client:
        yield client
    settings.cache_clear()


def test_the_case_has_what_an_artifact_must_not_have(office: Client, here: World) -> None:
    (referral_id,) = here.dispatched("statistics")
    here.respond(referral_id, at(here.now.date(), 15), reason="<b>다른</b> 제도와 겹칩니다.")
    page = office.get(f"/office/referrals/{referral_id}", auth=LOGIN)
    assert page.status_code == 200
    assert is_safe(page)
    for told in (
        "OCF-2026-10-001",
        "제안 1",
        "국가데이터처",
        "수용곤란",
        "[한소통: 확인하였습니다.]",
    ):
        assert told in page.text
    assert "&lt;b&gt;다른" in page.text
    english = office.get(f"/office/referrals/{referral_id}?lang=en", auth=LOGIN).text
    assert "Ministry of Data and Statistics (MODS)" in english
    document_id = here.referral(referral_id).document_id
    assert f'href="/office/documents/{document_id}.pdf"' in page.text


def test_the_file_of_a_document_is_the_one_that_was_sent(office: Client, here: World) -> None:
    (referral_id,) = here.dispatched("statistics")
    document_id = here.referral(referral_id).document_id
    answer = office.get(f"/office/documents/{document_id}.pdf", auth=LOGIN)
    (sent,) = [part for _, mail in here.sent() for part in mail.iter_attachments()]
    assert answer.content == sent.get_payload(decode=True)
    assert answer.headers["content-type"] == "application/pdf"
    assert office.get("/office/documents/99.pdf", auth=LOGIN).status_code == 404
    assert office.get("/office/referrals/99", auth=LOGIN).status_code == 404


def test_what_has_no_file_yet_is_not_found(office: Client, here: World) -> None:
    forum_id = here.forum()
    here.suggest(forum_id, "statistics")
    here.wrap_up(forum_id)
    assert office.get("/office/documents/1.pdf", auth=LOGIN).status_code == 404
    # A draft has no clocks, and is a case already.
    assert office.get("/office/referrals/1", auth=LOGIN).status_code == 200


def basic(said: str) -> str:
    return f"Basic {base64.b64encode(said.encode()).decode()}"


WRONG = (
    "",
    "Basic",
    "Basic !!!",
    "Basic 한글",
    f"Bearer {':'.join(LOGIN)}",
    basic("coordinator"),
    basic("coordinator:"),
    basic(":0123456789abcdef"),
    basic("coordinator:0123456789abcdeF"),
    basic("coordinator:0123456789abcdef "),
)


def test_nobody_else_sees_any_of_it(office: Client, here: World) -> None:
    here.dispatched("statistics")
    app = create(here.db, store=here.store, now=lambda: here.now)
    asked = requests(app, coordinator)
    assert len(asked) == sum(
        coordinator in guards(route) for route in iter_route_contexts(app.routes)
    )
    for method, path in asked:
        for said in WRONG[:4]:
            headers = {"authorization": said.encode()} if said else {}
            answer = office.request(method, path, headers=headers)
            assert answer.status_code == 401, (path, said)
            assert answer.headers["www-authenticate"].startswith("Basic ")
            assert is_safe(answer)
            assert "OCF-2026-10" not in answer.text


@pytest.mark.parametrize("said", WRONG)
def test_a_wrong_login_is_refused(office: Client, said: str) -> None:
    headers = {"authorization": said.encode()} if said else {}
    assert office.get("/office/referrals/1", headers=headers).status_code == 401


def test_who_guesses_is_stopped_and_then_not_even_the_right_one_helps(office: Client) -> None:
    tries = [
        office.get("/office/referrals/1", auth=("coordinator", str(n))).status_code
        for n in range(21)
    ]
    assert tries == [401] * 20 + [429]
    assert office.get("/office/referrals/1", auth=LOGIN).status_code == 429
    # Whoever says nothing guesses nothing.
    assert office.get("/office/referrals/1").status_code == 401


def test_without_a_login_there_is_no_office(office: Client, here: World) -> None:
    (here.folder / "prefect-login").unlink()
    for auth in (None, ("", ""), LOGIN, ("coordinator", "")):
        assert office.get("/office/referrals/1", auth=auth).status_code == 401


def test_artifacts_link_to_these_pages(office: Client, here: World) -> None:
    (referral_id,) = here.dispatched("statistics")
    document_id = here.referral(referral_id).document_id or 0
    for link in (case_link(referral_id), document_link(document_id, "공론소통과-1")):
        assert not isinstance(link, str)
        path = link.to.removeprefix(settings().public_url or "")
        assert path.startswith("/office/")
        assert office.get(path, auth=LOGIN).status_code == 200


@pytest.fixture
def without_address(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("GONGMUN_PUBLIC_URL")
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.mark.usefixtures("without_address")
def test_where_the_portal_has_no_address_there_are_commands() -> None:
    assert case_link(7) == "gongmun referral show 7"
    assert document_link(3, "공론소통과-1") == "공론소통과-1"

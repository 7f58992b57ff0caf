"""Every address declares who may pass, and nobody else does: also one that is added tomorrow."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Depends, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import RouteContext, iter_route_contexts
from httpx import Client
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from gongmun.access import tokens
from gongmun.db import Database
from gongmun.documents import LocalStore
from gongmun.portal import create
from gongmun.portal.guards import (
    GUARDS,
    SESSION_COOKIE,
    ActingOfficer,
    Db,
    Public,
    coordinator,
    officer,
    proposer,
    public,
    respondent,
    volunteer,
)
from gongmun.portal.hardening import SAFE
from tests.access.entered import Visit, visits
from tests.conftest import NOW
from tests.portal.served import is_safe, served
from tests.world import World

pytestmark = pytest.mark.long

# What is anybody's: the check, the way in, style and schemas. Whoever adds to it has thought about it.
EVERYBODYS = {
    *("/", "/check", "/d/{code}", "/schemas/{name}", "/assets/{name}"),
    *("/a/{token}", "/d/{code}/answer", "/enter", "/left", "/health"),
    *("/api/openapi.json", "/api/documents/{check_code}", "/api/check"),
    *("/join", "/join/{code}", "/join/{code}/asked"),
    *(
        "/surveys",
        "/surveys/{series}",
        "/surveys/{series}/{wave:int}",
        "/surveys/{series}/{wave:int}/{name}",
    ),
    *("/white-papers", "/white-papers/{year:int}/white-paper.pdf"),
}


@pytest.fixture
def app(sqlite_db: Database, tmp_path: Path) -> FastAPI:
    return create(sqlite_db, store=LocalStore(tmp_path), now=lambda: NOW)


def calls(dependant: Dependant) -> Iterator[Any]:
    """All that is called before a route is."""
    for each in dependant.dependencies:
        yield each.call
        yield from calls(each)


def guards(route: RouteContext) -> set[Any]:
    """Those that a route declares."""
    dependant = getattr(route, "dependant", None)
    return set(calls(dependant)) & set(GUARDS) if isinstance(dependant, Dependant) else set()


def unguarded(app: FastAPI) -> list[str]:
    """What does not declare exactly one guard: any kind of route, however it came to be there."""
    found = iter_route_contexts(app.routes)
    return [str(route.path) for route in found if len(guards(route)) != 1]


def test_every_address_declares_one_guard(app: FastAPI) -> None:
    assert len(list(iter_route_contexts(app.routes))) > 30
    assert unguarded(app) == []


def test_an_address_that_declares_none_is_found(app: FastAPI) -> None:
    router, inner = APIRouter(), APIRouter()

    @app.get("/bare")
    @router.post("/of-a-router")
    @inner.get("/of-a-router-in-a-router")
    def bare(db: Db) -> str:
        return ""

    @app.get("/two")
    def two(acting: ActingOfficer, anybody: Annotated[None, Public]) -> str:
        return ""

    @app.get("/indirectly")
    def indirectly(reader: Annotated[str, Depends(reads)]) -> str:
        return ""

    @app.get("/guarded", dependencies=[Public])
    def guarded() -> str:
        return ""

    router.include_router(inner)
    app.include_router(router, prefix="/more")
    app.router.routes.append(Route("/plain", PlainTextResponse("")))
    app.router.routes.append(Mount("/files", routes=[Route("/x", PlainTextResponse(""))]))
    assert sorted(unguarded(app)) == [
        *("/bare", "/files", "/more/of-a-router", "/more/of-a-router-in-a-router"),
        *("/plain", "/two"),
    ]


def reads(acting: ActingOfficer) -> str:
    """A dependency that brings a guard along."""
    return acting.address


def test_what_is_everybodys_was_thought_about(app: FastAPI) -> None:
    by_guard: dict[Any, set[str]] = {guard: set() for guard in GUARDS}
    for route in iter_route_contexts(app.routes):
        (guard,) = guards(route)
        by_guard[guard].add(str(route.path))
    assert by_guard[public] == EVERYBODYS
    assert all(path.startswith(("/m", "/leave", "/api/")) for path in by_guard[officer])
    assert all(path.startswith("/p/{token}") for path in by_guard[proposer])
    assert all(path.startswith("/s/{token}") for path in by_guard[respondent])
    assert all(path.startswith("/v/{token}") for path in by_guard[volunteer])
    assert all(path.startswith("/office/") for path in by_guard[coordinator])


def requests(app: FastAPI, guard: Any) -> list[tuple[str, str]]:
    """Each method and address that is behind a guard, with something in the place of its parameters."""
    found = [
        (method, re.sub(r"\{(\w+)(:\w+)?\}", _filled, str(route.path)))
        for route in iter_route_contexts(app.routes)
        if guard in guards(route)
        for method in route.methods or ()
    ]
    assert found
    return found


def _filled(parameter: re.Match[str]) -> str:
    number = parameter[2] == ":int" or parameter[1].endswith("_id")
    return "1" if number else {"format": "pdf", "token": tokens.new()}.get(parameter[1], "x")


def test_nobody_passes_without_a_session(app: FastAPI) -> None:
    with served(app) as browser:
        for secret in ("", "x", tokens.new()):
            if secret:
                browser.headers["cookie"] = f"__Host-gongmun={secret}"
            for method, path in requests(app, officer):
                answer = browser.request(method, path)
                assert answer.status_code == 401, (method, path)
                assert "접속 시간이 끝났거나" in answer.text
                assert is_safe(answer)


def test_nothing_is_changed_without_the_token_of_the_session(here: World) -> None:
    """Every POST, with the session's cookie: as another site would make the browser send it."""
    (visit,) = visits(here, "statistics")
    app = create(here.db, store=here.store, now=lambda: here.now)
    changing = [path for method, path in requests(app, officer) if method not in SAFE]
    assert len(changing) > 5
    with served(app) as client:
        anothers = signed_in(client, visit)
        token = signed_in(client, visit)
        assert anothers != token
        for path in changing:
            for sent in ("", "x", token[:-1], token.upper(), anothers, "한글"):
                assert client.post(path, data={"csrf": sent}).status_code == 403, path
            assert client.post(path).status_code == 403
            assert client.post(path, files={"f": ("a.pdf", b"%PDF")}).status_code == 403
            assert client.post(path, json={"csrf": token}).status_code == 403
            assert client.post(f"{path}?csrf={token}").status_code == 403
        # Nothing of it reached the page behind: the session is still there.
        assert client.get("/m/1").status_code == 200


@pytest.mark.parametrize("how", ["data", "headers"])
def test_the_token_of_the_session_lets_a_form_pass(here: World, how: str) -> None:
    (visit,) = visits(here, "statistics")
    with served(create(here.db, store=here.store, now=lambda: here.now)) as client:
        token = signed_in(client, visit)
        name = {"data": "csrf", "headers": "x-csrf-token"}[how]
        answer = client.post("/leave", **{how: {name: token}})  # type: ignore[arg-type]
        assert answer.headers["location"] == "/left"
        assert client.get("/m/1").status_code == 401


def signed_in(client: Client, visit: Visit) -> str:
    """Log in with this browser; the token of its forms."""
    client.headers["cookie"] = f"{SESSION_COOKIE}={visit.enter(visit.code())}"
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', client.get("/m/1").text)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("guard", [proposer, respondent, volunteer])
def test_nobody_is_a_proposer_or_respondent_by_guessing(app: FastAPI, guard: Any) -> None:
    with served(app) as browser:
        for method, path in requests(app, guard):
            for token in (tokens.new(), "x", "%00", "..%2F..", "<script>"):
                answer = browser.request(method, re.sub(r"^/([psv])/[^/]+", rf"/\1/{token}", path))
                assert answer.status_code in (404, 405), (method, path)
                assert is_safe(answer)


def test_an_officers_link_is_no_proposers(here: World) -> None:
    (visit,) = visits(here, "statistics")
    app = create(here.db, store=here.store, now=lambda: here.now)
    with served(app) as browser:
        assert browser.get(f"/a/{visit.token}").status_code == 200
        for method, path in requests(app, proposer):
            at = re.sub(r"^/p/[^/]+", f"/p/{visit.token}", path)
            assert browser.request(method, at).status_code == 404


@pytest.fixture
def here(sqlite_db: Database, tmp_path: Path) -> World:
    return World(db=sqlite_db, folder=tmp_path, now=NOW)

"""The JSON for ministries' systems: what it says, what it keeps back, and whatever is sent to it."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from httpx import Client, Response
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.openapi import from_asgi

from gongmun.documents import queries as document_queries
from gongmun.portal import create
from gongmun.portal.api import describe
from gongmun.portal.guards import SESSION_COOKIE
from tests.conftest import NOW
from tests.documents.foreign_files import claiming
from tests.documents.issued import Issued, issued
from tests.portal.officers import copied, prepare, session_of
from tests.portal.served import is_safe, served
from tests.world import World

schemathesis.serializer.alias("application/pdf", "application/octet-stream")
FUZZED = settings(
    max_examples=10,
    derandomize=True,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Two ministries with a document each."""
    prepared = tmp_path_factory.mktemp("prepared")
    prepare(prepared, NOW, "public_transport", "statistics")
    with copied(prepared, tmp_path_factory.mktemp("api"), NOW) as world:
        yield world


@pytest.fixture(scope="module")
def app(world: World) -> FastAPI:
    return create(world.db, store=world.store, now=lambda: NOW)


@pytest.fixture(scope="module")
def client(app: FastAPI) -> Iterator[Client]:
    with served(app) as client:
        yield client


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issued]:
    """Signed documents, open and closed: they take seconds to print."""
    installation = issued(tmp_path_factory.mktemp("issued"), NOW)
    yield installation
    installation.db.dispose()


@pytest.fixture(scope="module")
def reader(here: Issued) -> Iterator[Client]:
    with served(create(here.db, store=here.store)) as client:
        yield client


@pytest.fixture(scope="module")
def secret(world: World) -> str:
    """A session for the first ministry's document."""
    return session_of(world, 1)


def asked(client: Client, path: str, secret: str | None = None) -> Response:
    headers = {"cookie": f"{SESSION_COOKIE}={secret}"} if secret else {}
    return client.get(path, headers=headers)


def code(world: World, document_id: int) -> str:
    with world.db.reading() as session:
        found = document_queries.by_id(session, document_id).check_code
    assert found
    return found


def is_problem(answer: Response, status: int) -> bool:
    """Whether it is a problem by RFC 9457, in both languages."""
    told: dict[str, Any] = answer.json()
    return (
        answer.status_code == told["status"] == status
        and answer.headers["content-type"] == "application/problem+json"
        and any("가" <= letter <= "힣" for letter in told["detail"])
        and told["detail_en"].isascii()
        and set(told) == {"type", "title", "status", "detail", "detail_en"}
        and is_safe(answer)
    )


ADDRESSES = [
    (method.upper(), path)
    for path, operations in describe()["paths"].items()
    for method in operations
]


@pytest.mark.parametrize("signed_in", [False, True], ids=["stranger", "officer"])
@pytest.mark.parametrize(("method", "path"), ADDRESSES)
def test_whatever_is_sent_is_answered_as_described(
    app: FastAPI, secret: str, method: str, path: str, signed_in: bool
) -> None:
    operation = from_asgi("/api/openapi.json", app)[path][method]
    headers = {"Cookie": f"{SESSION_COOKIE}={secret}"} if signed_in else {}

    @FUZZED
    @given(case=operation.as_strategy(generation_mode=GenerationMode.POSITIVE))
    def fits(case: Case) -> None:
        case.call_and_validate(headers=headers)

    @FUZZED
    @given(case=operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
    def does_not_fit(case: Case) -> None:
        case.call_and_validate(headers=headers)

    fits()
    # Whatever bytes there are may be checked; and of an officer's requests only the session counts.
    if path != "/api/check" and not signed_in:
        with suppress(Unsatisfiable):  # what takes no parameters cannot be sent wrong ones
            does_not_fit()


def test_a_document_is_told_by_its_code_however_it_is_typed(world: World, client: Client) -> None:
    own = code(world, 1)
    for typed in (own, own.upper(), f"{own[:5]}-{own[5:]}"):
        told = client.get(f"/api/documents/{typed}").json()
        assert told["number"] == "공론소통과-1"
        assert told["is_open"] is True
        assert told["issued_on"] == "2026-10-12"
        assert told["recipients"][0]["ko"] == "국가데이터처장"
        assert told["check_url"] == f"https://check.participation.example/d/{own}"
    assert is_problem(client.get("/api/documents/0000000000"), 404)


def test_what_is_not_open_tells_its_number_and_date_only(here: Issued, reader: Client) -> None:
    answer = reader.get(f"/api/documents/{here.closed.check_code}")
    checked = send(reader, here.file(here.closed))
    for told in (answer.json(), checked.json()["document"]):
        assert told["number"] == here.closed.number
        assert (told["is_open"], told["title"], told["recipients"]) == (False, None, [])
    assert here.closed.title not in answer.text + checked.text


def send(client: Client, content: bytes) -> Response:
    return client.post("/api/check", content=content, headers={"content-type": "application/pdf"})


def test_a_file_is_checked(here: Issued, reader: Client) -> None:
    file = here.file(here.open)
    genuine, changed = send(reader, file).json(), send(reader, file + b"\n").json()
    assert genuine["is_genuine"]
    assert genuine["document"]["sha256"] == genuine["sha256"] == here.open.file_sha256
    assert not changed["is_genuine"]
    assert send(reader, b"").json()["finding"] == "empty"
    # A number can be counted: alone it tells nothing.
    assert send(reader, claiming(str(here.open.number))).json()["document"] is None
    assert is_problem(send(reader, b"%PDF-" + b"0" * (26 * 1024**2)), 413)


def test_the_desk_is_the_sessions_ministrys_only(world: World, client: Client, secret: str) -> None:
    (listed,) = asked(client, "/api/m/documents", secret).json()
    assert (listed["document_id"], listed["open"]) == (1, 1)
    desk = asked(client, "/api/m/documents/1", secret)
    assert is_safe(desk)
    (referral,) = desk.json()["referrals"]
    assert referral["status"] == "dispatched"
    assert referral["answer_due"]
    assert referral["explanation"]["ko"]
    anothers = asked(client, "/api/m/documents/2", secret)
    missing = asked(client, "/api/m/documents/999", secret)
    huge = asked(client, f"/api/m/documents/{10**40}", secret)
    assert is_problem(anothers, 404)
    assert anothers.json() == missing.json() == huge.json()
    assert asked(client, "/api/m/documents/2", session_of(world, 2)).status_code == 200


@pytest.mark.parametrize("secret", [None, "x", "0" * 43])
def test_nobody_sees_a_desk_without_a_session(client: Client, secret: str | None) -> None:
    for path in ("/api/m/documents", "/api/m/documents/1"):
        answer = asked(client, path, secret)
        assert is_problem(answer, 401)
        assert answer.json()["type"] == "urn:gongmun:portal.session_missing"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/", 404),
        ("GET", "/api/nothing", 404),
        ("GET", "/api/documents/%00", 404),
        ("GET", "/api/documents/..%2F..%2Fetc", 404),
        ("GET", "/api/m/documents/x", 404),
        ("DELETE", "/api/m/documents", 405),
        ("POST", "/api/documents/0000000000", 405),
    ],
)
def test_what_there_is_not_is_a_problem_too(
    client: Client, method: str, path: str, status: int
) -> None:
    assert is_problem(client.request(method, path), status)


def test_another_sites_form_is_a_problem_too(client: Client) -> None:
    headers = {"origin": "https://evil.example", "content-type": "application/pdf"}
    assert is_problem(client.post("/api/check", content=b"%PDF-", headers=headers), 403)


def test_the_description_names_every_address_and_no_documentation_page_is_served(
    client: Client,
) -> None:
    told = client.get("/api/openapi.json").json()
    assert set(told["paths"]) == {
        *("/api/documents/{check_code}", "/api/check"),
        *("/api/m/documents", "/api/m/documents/{document_id}"),
    }
    for path, operations in told["paths"].items():
        for operation in operations.values():
            assert ("security" in operation) == path.startswith("/api/m/")
            assert "422" not in operation["responses"]
    for path in ("/docs", "/redoc", "/openapi.json", "/api/docs"):
        assert client.get(path).status_code == 404

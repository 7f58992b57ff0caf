"""What is tried against a portal: each attack of docs/threats.md that no test of another file makes."""

import re
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from fastapi.routing import iter_route_contexts
from httpx import Client, Response
from starlette.datastructures import Headers
from starlette.requests import Request

from gongmun.db import Database
from gongmun.portal import create, limits, visitors
from gongmun.portal.forms import NOTHING
from gongmun.portal.guards import ENTRY_COOKIE, SESSION_COOKIE
from gongmun.portal.hardening import HEADERS, is_from_elsewhere
from gongmun.portal.visitors import ip_of
from gongmun.referrals import queries as referral_queries
from gongmun.settings import settings
from tests.access.entered import Visit, documents, visits
from tests.conftest import NOW
from tests.portal.served import served
from tests.world import World

pytestmark = pytest.mark.long

SCRIPT = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}${7*7}"
# A forged line of a log, a header of its own, a second answer.
SPLIT = "x\r\nSet-Cookie: stolen=1\r\n\r\n<html>"


@pytest.fixture
def here(sqlite_db: Database, tmp_path: Path) -> World:
    return World(db=sqlite_db, folder=tmp_path, now=NOW)


@pytest.fixture
def visit(here: World) -> Visit:
    """A ministry has its outcome document, and its officer the link."""
    (found,) = visits(here, "statistics")
    return found


@pytest.fixture
def browser(here: World, visit: Visit) -> Iterator[Client]:
    with served(create(here.db, store=here.store, now=lambda: NOW)) as client:
        yield client


def signed_in(browser: Client, visit: Visit, desk: str = "/m/1") -> str:
    """Log in with this browser; the token of its forms."""
    browser.headers["cookie"] = f"{SESSION_COOKIE}={visit.enter(visit.code())}"
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', browser.get(desk).text)
    assert found is not None
    return found[1]


# Headers


def hardened(answer: Response) -> bool:
    """Whether it has all headers, once each."""
    once = [len(answer.headers.get_list(name)) == 1 for name in (*HEADERS, "cache-control")]
    return all(once) and all(answer.headers[name] == value for name, value in HEADERS.items())


def test_every_kind_of_answer_has_the_headers(
    here: World, browser: Client, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    (document,) = documents(here)
    path = f"/d/{document.check_code}"
    pages = ["/", "/check", path, f"{path}/answer", f"/a/{visit.token}", "/enter", "/left", "/m"]
    lost = ["/nothing", "/a/x", "/p/x", "/d/x", "/m/1", "/assets/no", "/schemas/no", "/m/x/y/z"]
    kept = ["/assets/portal.css", "/assets/icon.svg", "/schemas/document-1.schema.json"]
    for at in (*pages, *lost, *kept):
        for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PROPFIND"):
            answer = browser.request(method, at)
            assert hardened(answer), (method, at)
            assert ("no-store" in answer.headers["cache-control"]) or at in kept
            assert "server" not in answer.headers or answer.headers["server"] == "uvicorn"
    signed_in(browser, visit)
    for at in ("/m", "/m/1", "/m/999", "/m/r/1/question", "/m/r/999/question", "/m/files/x"):
        answer = browser.get(at)
        assert hardened(answer)
        assert answer.headers["cache-control"] == "no-store"


def test_an_unexpected_error_has_the_headers_and_tells_nothing(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("secret of the inside")

    monkeypatch.setattr("gongmun.portal.entering.entering.asked", fail)
    answer = browser.get("/enter", headers={"cookie": f"{ENTRY_COOKIE}=x"})
    assert answer.status_code == 500
    assert hardened(answer)
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text


def test_the_policy_lets_nothing_run() -> None:
    policy = dict(
        part.strip().split(" ", 1) for part in HEADERS["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert "script-src" not in policy
    assert set(policy.values()) == {"'none'", "'self'"}


# Script


def test_what_is_sent_in_is_never_markup(here: World, browser: Client, visit: Visit) -> None:
    (document,) = documents(here)
    at = f"/d/{document.check_code}"
    answers = [
        browser.get("/check", params={"code": SCRIPT, "lang": SCRIPT}),
        browser.get(f"/{SCRIPT}"),
        browser.get(f"/d/{SCRIPT}"),
        browser.get(f"/d/{SCRIPT}/answer"),
        browser.get(f"/a/{SCRIPT}"),
        browser.get(f"/p/{SCRIPT}"),
        browser.get(f"/assets/{SCRIPT}"),
        browser.get(f"/m/{SCRIPT}"),
        browser.get(at, params={"lang": SCRIPT, "x": SCRIPT}),
        browser.post(at, files={"file": (SCRIPT, SCRIPT.encode(), SCRIPT)}),
        browser.post("/check", files={SCRIPT: (SCRIPT, b"%PDF-1.7 " + SCRIPT.encode(), "a/b")}),
        browser.post("/enter", data={"code": SCRIPT, SCRIPT: SCRIPT}),
        browser.post(
            "/enter", data={"code": SCRIPT}, headers={"cookie": f"{ENTRY_COOKIE}=<script>"}
        ),
        browser.get("/check", headers={"user-agent": SCRIPT, "x-forwarded-for": SCRIPT}),
    ]
    for answer in answers:
        assert "<script" not in answer.text, answer.url
        assert "<img" not in answer.text
        assert 'onerror="' not in answer.text
        assert "49" not in re.findall(r"\{\{7\*7\}\}|\b49\b", answer.text)


@pytest.mark.parametrize("words", [SCRIPT, SPLIT])
def test_what_citizens_and_ministries_wrote_is_shown_as_it_is(
    sqlite_db: Database, tmp_path: Path, words: str
) -> None:
    here = World(db=sqlite_db, folder=tmp_path, now=NOW)
    forum_id = here.forum()
    here.suggest(forum_id, "statistics", title=words)
    outcome_id = here.wrap_up(forum_id).outcome_id
    assert outcome_id is not None
    here.decide(outcome_id)
    here.issue()
    here.dispatch()
    visit = Visit(world=here, check_code=documents(here)[0].check_code)
    with served(create(here.db, store=here.store, now=lambda: NOW)) as browser:
        csrf = signed_in(browser, visit)
        reason = {"csrf": csrf, "do": "save", "r1-reason": words, "r1-decision": words}
        saved = browser.post("/m/1", data=reason)
        asked = browser.post("/m/r/1/question", data={"csrf": csrf, "text": words})
        for answer in (saved, asked, browser.get("/m/1"), browser.get("/m/r/1/question")):
            assert "<script" not in answer.text
            assert "<img" not in answer.text
            assert "stolen" not in answer.headers.get("set-cookie", "")
        shown = browser.get("/m/1").text
        assert ("&lt;script&gt;" if words is SCRIPT else "&lt;html&gt;") in shown


# Headers and logs


@pytest.mark.parametrize(
    "at",
    [
        "/a/{}",
        "/p/{}",
        "/d/{}",
        "/d/{}/answer",
        "/check?code={}",
        "/enter?lang={}",
        "/{}",
        "/m/files/{}",
    ],
)
def test_no_line_is_put_into_a_header_or_a_log(
    browser: Client, at: str, caplog: pytest.LogCaptureFixture
) -> None:
    for line_end in ("%0d%0a", "%0a", "%0d", "%E5%98%8A%E5%98%8D", "%c4%8d%c4%8a"):
        answer = browser.get(at.format(f"x{line_end}Set-Cookie:%20stolen=1"))
        assert "stolen" not in str(answer.headers)
        assert answer.status_code < 500
    assert "stolen" not in caplog.text


def test_tokens_and_codes_stand_in_no_log(
    here: World, browser: Client, visit: Visit, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    signed_in(browser, visit)
    browser.post(f"/a/{visit.token}")
    here.dispatch()
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("gongmun")]
    assert not any(str(visit.token) in line or "mods.example" in line for line in ours)


# Where an answer leads


def test_no_answer_leads_elsewhere(here: World, browser: Client, visit: Visit) -> None:
    elsewhere = ["//evil.example", "https://evil.example", "/\\evil.example", "%2f%2fevil.example"]
    for there in elsewhere:
        query = {"lang": there, "next": there, "code": there, "url": there, "place": there}
        host = {"host": "evil.example", "x-forwarded-host": "evil.example", "forwarded": "host=e"}
        for at in ("/", "/check", "/check/", f"/{there}", f"/a/{visit.token}/", "/m", "/enter"):
            for headers in ({}, host):
                answer = browser.get(at, params=query, headers=headers)
                where = answer.headers.get("location", "/")
                assert where.startswith("/")
                assert not where.startswith(("//", "/\\"))
                assert "evil" not in answer.headers.get("location", "")


@pytest.mark.parametrize(
    "target", ["//evil.example/x", "///evil.example/x", "/\\evil.example/x", "/%2f/evil.example/x"]
)
def test_no_page_links_to_another_host_that_its_address_names(browser: Client, target: str) -> None:
    """Asked for as it stands: a browser keeps both slashes, and so would our link to the other language."""
    told = raw(browser, f"GET {target} HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
    links = re.findall(r'<a href="([^"]*evil[^"]*)"', told)
    assert len(links) == 2
    assert all(re.match(r"/(?![/\\])", link) for link in links), links


@pytest.mark.parametrize("path", ["/m/{}", "/m/r/{}/question", "/api/m/documents/{}", "/x/{}"])
def test_a_number_of_thousands_of_digits_is_no_address(
    browser: Client, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert browser.get(path.format("9" * 5000)).status_code == 404
    assert browser.get(path.format("9" * 500)).status_code in (401, 404)
    assert not caplog.records


def test_who_hangs_up_leaves_no_page_in_the_log(
    browser: Client, caplog: pytest.LogCaptureFixture
) -> None:
    form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\ncode="
    for path in ("/enter", "/check", "/m/1"):
        raw(browser, f"POST {path} HTTP/1.1\r\nHost: here\r\n{form}", until_end=False)
    assert browser.get("/enter").status_code == 403
    assert not caplog.records


def raw(browser: Client, request: str, *, until_end: bool = True) -> str:
    """What is answered to bytes that no client of ours would send; nothing where we do not wait."""
    address = (browser.base_url.host, browser.base_url.port or 0)
    with closing(socket.create_connection(address, timeout=30)) as line:
        line.sendall(request.encode())
        if not until_end:
            # The server has read what there is, and knows that nothing follows.
            line.shutdown(socket.SHUT_WR)
        with line.makefile("rb") as answer:
            return answer.read().decode()


def test_a_link_in_a_mail_is_never_made_of_the_host_that_was_asked(
    here: World, browser: Client, visit: Visit
) -> None:
    """A request with another Host is how a reset mail is poisoned."""
    answer = browser.post(
        f"/a/{visit.token}", headers={"host": "evil.example", "x-forwarded-host": "evil.example"}
    )
    assert answer.status_code == 303
    here.dispatch()
    assert b"evil.example" not in here.mailer.sent[-1][1]


@pytest.mark.parametrize(
    "path",
    [
        "/assets/../portal.py",
        "/assets/..%2f..%2fpyproject.toml",
        "/assets/%2e%2e/%2e%2e/etc/passwd",
        "/assets//etc/passwd",
        "/assets/portal.css%00.png",
        "/schemas/..%2f..%2f__init__.py",
        "/m/files/..%2f..%2fgongmun.db",
        "/m/receipts/..%2f..%2fgongmun.db",
        "/m/1/document.pdf%2f..%2f..",
        "/m/1/document.py",
    ],
)
def test_no_path_leads_out_of_its_folder(browser: Client, visit: Visit, path: str) -> None:
    signed_in(browser, visit)
    with closing(
        socket.create_connection((browser.base_url.host, browser.base_url.port or 0))
    ) as raw:
        # By hand: a client would tidy the path up first.
        cookie = browser.headers["cookie"]
        raw.sendall(
            f"GET {path} HTTP/1.1\r\nHost: x\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n".encode()
        )
        raw.settimeout(30)
        answer = b"".join(iter(lambda: raw.recv(65536), b""))
    assert answer.split(b" ")[1] == b"404", answer[:200]
    assert b"[project]" not in answer
    assert b"root:" not in answer


# Forms of other sites


@pytest.mark.parametrize(
    ("headers", "is_foreign"),
    [
        ({}, False),
        ({"sec-fetch-site": "same-origin", "origin": "null"}, False),
        ({"sec-fetch-site": "none"}, False),
        ({"sec-fetch-site": "cross-site", "origin": "null"}, True),
        ({"sec-fetch-site": "same-site", "origin": "https://other.participation.example"}, True),
        ({"sec-fetch-site": "cross-site", "origin": "https://check.participation.example"}, True),
        ({"origin": "https://check.participation.example"}, False),
        ({"origin": "http://here:4210", "host": "here:4210"}, False),
        ({"origin": "https://evil.example"}, True),
        ({"origin": "https://check.participation.example.evil.example"}, True),
        ({"origin": "https://evil.example/check.participation.example"}, True),
        ({"origin": ""}, True),
        ({"origin": "null"}, False),  # the token decides
    ],
)
def test_a_form_of_another_site_is_known(headers: dict[str, str], is_foreign: bool) -> None:
    assert is_from_elsewhere("POST", Headers(headers)) is is_foreign
    assert not is_from_elsewhere("GET", Headers(headers))


def test_a_form_of_another_site_does_nothing(here: World, browser: Client, visit: Visit) -> None:
    app_paths = ["/check", "/enter", f"/a/{visit.token}", "/leave", "/m/1", "/nothing"]
    sent = len(here.sent())
    for path in app_paths:
        answer = browser.post(path, headers={"sec-fetch-site": "cross-site"}, data={"code": "1"})
        assert answer.status_code == 403
        assert "다른 사이트에서 보낸 양식" in answer.text
        assert hardened(answer)
    here.dispatch()
    assert len(here.sent()) == sent


# Another ministry's


def test_another_ministrys_things_do_not_exist(here: World) -> None:
    """Nor can it be told from what nobody has: the same words, on every address with an id."""
    visit, _ = visits(here, "statistics", "customs")
    with served(create(here.db, store=here.store, now=lambda: NOW)) as browser:
        officer = visit.officer(visit.enter(visit.code()))
        assert officer is not None
        (mine,) = officer.document_ids
        (theirs,) = {document.id for document in documents(here)} - {mine}
        with here.db.reading() as session:
            (referral,) = referral_queries.of_document(session, theirs)
        csrf = signed_in(browser, visit, f"/m/{mine}")
        tried = 0
        for route in iter_route_contexts(create(here.db, store=here.store).routes):
            path = str(route.path)
            if not re.match(r"/m/(r/)?\{", path):
                continue
            for method in route.methods or ():
                told = set()
                for number in (
                    *(referral.id if "referral" in path else theirs, 999_999),
                    *(2**31, 2**63, 10**30, 0),
                ):
                    at = re.sub(r"\{\w+_id(:int)?\}", str(number), path).replace("{format}", "pdf")
                    data = {"csrf": csrf} if method == "POST" else None
                    answer = browser.request(method, at, data=data)
                    assert answer.status_code == 404, (method, at)
                    told.add(answer.text.replace(at, ""))
                    tried += 1
                assert len(told) == 1, path
        assert tried > 60


# Bodies


def test_a_large_body_is_refused_everywhere(browser: Client, visit: Visit) -> None:
    app_paths = ["/enter", f"/a/{visit.token}", "/leave", "/m/1", "/p/x/rating", "/check"]
    for path in app_paths:
        answer = browser.post(
            path,
            content=b"x" * (limits.SMALL + 1),
            headers={"content-type": "application/x-www-form-urlencoded"},
        )
        assert answer.status_code in (303, 400, 401, 404, 413), path
    assert browser.post("/enter", data={"code": "1" * 300_000}).status_code == 400
    text = browser.post("/enter", data={f"f{number}": "1" * 200_000 for number in range(4)})
    assert text.status_code == 413
    assert hardened(text)
    many = browser.post("/enter", data={f"f{number}": "" for number in range(4000)})
    assert many.status_code == 400
    file = browser.post("/enter", files={"code": ("a.pdf", b"%PDF", "application/pdf")})
    assert file.status_code == 400


def test_an_officer_may_send_files_and_a_stranger_may_not(
    browser: Client, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GONGMUN_PORTAL__FILES", "1")
    monkeypatch.setenv("GONGMUN_PORTAL__FILE_MEGABYTES", "1")
    settings.cache_clear()
    try:
        large = {"r1-files": ("a.pdf", bytes(3 * 1024**2), "application/pdf")}
        assert browser.post("/m/1", files=large).status_code == 401
        csrf = signed_in(browser, visit)
        assert browser.post("/leave", data={"csrf": "x"}, files=large).status_code == 403
        too_large = {"r1-files": ("a.pdf", bytes(6 * 1024**2), "application/pdf")}
        refused = browser.post("/m/1", data={"csrf": csrf}, files=too_large)
        assert refused.status_code == 413
        assert "5MB" in refused.text
    finally:
        monkeypatch.undo()
        settings.cache_clear()


@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=x; charset=zlib",
        "multipart/form-data; boundary=" + "x" * 5000,
        "multipart/form-data; boundary=한글",
    ],
)
def test_a_broken_form_is_refused(browser: Client, content_type: str) -> None:
    for body in (b"", b"--x\r\n", b"--x\r\nContent-Disposition: form-data\r\n\r\nx\r\n--x--\r\n"):
        answer = browser.post(
            "/enter", content=body, headers={"content-type": content_type.encode()}
        )
        assert answer.status_code in (400, 403)


def test_a_body_that_trickles_gives_its_place_back(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "GRACE", 0.1)
    address = (browser.base_url.host, browser.base_url.port or 0)
    head = (
        "POST /enter HTTP/1.1\r\nHost: here\r\nContent-Length: 1000\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n\r\ncode=1"
    )
    with closing(socket.create_connection(address, timeout=30)) as slow:
        slow.sendall(head.encode())
        assert slow.recv(100).startswith(b"HTTP/1.1 408")


def test_nothing_is_no_form() -> None:
    assert (NOTHING.text("x"), NOTHING.texts("x"), NOTHING.files("x")) == ("", (), ())


# Where a request comes from


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, ["203.0.113.9"], "192.0.2.1"),
        (1, [], "192.0.2.1"),
        (1, ["203.0.113.9"], "203.0.113.9"),
        (1, ["1.1.1.1, 203.0.113.9"], "203.0.113.9"),
        (1, ["1.1.1.1", "203.0.113.9"], "203.0.113.9"),
        (2, ["1.1.1.1, 203.0.113.9, 10.0.0.1"], "203.0.113.9"),
        (2, ["203.0.113.9"], "203.0.113.9"),
        (1, ["x'; DROP TABLE"], "192.0.2.1"),
        (2, ["203.0.113.9, nonsense"], "192.0.2.1"),
        (1, ["2001:db8:1:2:3:4:5:6"], "2001:db8:1:2::/64"),
        (1, ["[2001:db8:1:2::9]"], "2001:db8:1:2::/64"),
        (1, ["::ffff:203.0.113.9"], "203.0.113.9"),
        (1, [", ".join(["1.1.1.1"] * 5000) + ", 203.0.113.9"], "203.0.113.9"),
        (1, [""], "192.0.2.1"),
    ],
)
def test_an_ip_is_believed_as_far_as_our_own_proxies(
    proxies: int, forwarded: list[str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GONGMUN_PORTAL__PROXIES", str(proxies))
    settings.cache_clear()
    try:
        headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
        scope = {"type": "http", "headers": headers, "client": ("192.0.2.1", 5)}
        assert ip_of(Request(scope)) == expected
    finally:
        monkeypatch.undo()
        settings.cache_clear()


def test_a_guesser_is_not_helped_by_a_header(browser: Client) -> None:
    """Limits count the socket: a header that says otherwise is anybody's word."""
    answers = [
        browser.get(f"/a/{number}", headers={"x-forwarded-for": f"203.0.113.{number}"}).status_code
        for number in range(70)
    ]
    assert answers[0] == 404
    assert answers[-1] == 429


def test_a_proxy_that_nobody_told_us_of_is_logged_once(
    browser: Client, caplog: pytest.LogCaptureFixture
) -> None:
    visitors._warn.cache_clear()
    browser.get("/check")
    assert "GONGMUN_PORTAL__PROXIES" not in caplog.text
    for number in range(3):
        browser.get(f"/a/{number}", headers={"x-forwarded-for": "203.0.113.9"})
    assert caplog.text.count("GONGMUN_PORTAL__PROXIES") == 1
    assert "203.0.113.9" not in caplog.text

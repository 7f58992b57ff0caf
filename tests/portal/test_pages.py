"""The portal's pages: what they show, what they keep to themselves, and what is sent in."""

import os
from collections.abc import Iterator

import pytest
from httpx import Client, Response

from gongmun.documents import queries
from gongmun.documents.verdicts import LIMIT
from gongmun.portal import create
from gongmun.portal.uploads import UploadMissing, file_in
from tests.conftest import NOW
from tests.documents.issued import Issued, issued
from tests.portal.served import served


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issued]:
    installation = issued(tmp_path_factory.mktemp("issued"), NOW)
    yield installation
    installation.db.dispose()


@pytest.fixture(scope="module")
def browser(here: Issued) -> Iterator[Client]:
    with served(create(here.db)) as client:
        yield client


def is_safe(answer: Response) -> bool:
    """Whether it has the headers of every page, and no script or style of its own."""
    policy = answer.headers["content-security-policy"]
    return (
        "default-src 'none'" in policy
        and "unsafe" not in policy
        and answer.headers["x-content-type-options"] == "nosniff"
        and answer.headers["referrer-policy"] == "no-referrer"
        and answer.headers["cache-control"] == "no-store"
        and "<script" not in answer.text
        and "style=" not in answer.text
    )


def send(browser: Client, path: str, content: bytes) -> Response:
    return browser.post(path, files={"file": ("공문.pdf", content, "application/pdf")})


def test_a_document_is_shown_in_both_languages(here: Issued, browser: Client) -> None:
    path = f"/d/{here.open.check_code}"
    korean, english = browser.get(path), browser.get(path, params={"lang": "en"})
    for answer in (korean, english):
        assert answer.status_code == 200
        assert is_safe(answer)
        assert here.open.number in answer.text
        assert here.open.file_sha256 in answer.text
    assert '<html lang="ko">' in korean.text
    assert "2026. 10. 12." in korean.text
    assert "국토교통부장관" in korean.text
    assert '<html lang="en">' in english.text
    assert "12 October 2026" in english.text
    assert "Minister of Land" in english.text


def test_a_document_that_is_not_open_shows_its_number_and_date_only(
    here: Issued, browser: Client
) -> None:
    page = browser.get(f"/d/{here.closed.check_code}").text
    assert here.closed.number in page
    assert "2026. 10. 12." in page
    sent = send(browser, "/check", here.file(here.closed)).text
    for text in (page, sent):
        assert here.closed.title not in text
        assert "국토교통부장관" not in text


def test_a_corrected_document_says_by_what(here: Issued, browser: Client) -> None:
    with here.db.transaction() as session:
        queries.by_id(session, here.closed.id).corrects_id = here.open.id
    try:
        assert here.closed.citation in browser.get(f"/d/{here.open.check_code}").text
        sent = send(browser, f"/d/{here.open.check_code}", here.file(here.open))
        assert 'class="verdict careful"' in sent.text
    finally:
        with here.db.transaction() as session:
            queries.by_id(session, here.closed.id).corrects_id = None


@pytest.mark.parametrize("path", ["/d/{code}", "/check"])
def test_the_genuine_file_is_told_and_another_is_told_apart(
    here: Issued, browser: Client, path: str
) -> None:
    path = path.format(code=here.open.check_code)
    good = send(browser, path, here.file(here.open))
    assert good.status_code == 200
    assert is_safe(good)
    assert 'class="verdict good"' in good.text
    assert "자체 발급" in good.text
    bad = send(browser, path, here.file(here.open) + b"\n%%EOF\n")
    assert 'class="verdict bad"' in bad.text
    assert "덧붙었습니다" in bad.text


def test_a_genuine_file_of_another_document_is_told(here: Issued, browser: Client) -> None:
    answer = send(browser, f"/d/{here.open.check_code}", here.file(here.closed))
    assert 'class="verdict careful"' in answer.text
    assert f'href="/d/{here.closed.check_code}"' in answer.text


def test_what_is_no_pdf_is_told(browser: Client) -> None:
    for content, words in ((b"", "빈 파일"), (b"<script>alert(1)</script>", "PDF 파일이 아닙니다")):
        answer = send(browser, "/check", content)
        assert answer.status_code == 200
        assert words in answer.text
        assert is_safe(answer)


def test_a_form_that_is_too_large_or_empty_is_refused(browser: Client) -> None:
    large = send(browser, "/check", bytes(LIMIT + 100_000))
    assert (large.status_code, "25MB" in large.text) == (413, True)
    for answer in (
        browser.post("/check", data={"file": "text"}),
        browser.post("/check", content=b"nothing"),
        browser.post("/check", files={"other": ("a.pdf", b"%PDF", "application/pdf")}),
        browser.post("/check?lang=en", headers={"content-type": "multipart/form-data"}),
    ):
        assert answer.status_code == 400
        assert is_safe(answer)
    assert "No file was chosen" in answer.text


def test_an_unknown_code_and_an_unknown_page_say_what_helps(here: Issued, browser: Client) -> None:
    for path in ("/d/0000000000", "/d/x", f"/d/{'x' * 3000}", "/d/%3Cscript%3E"):
        answer = browser.get(path)
        assert answer.status_code == 404
        assert "확인 코드" in answer.text
        assert is_safe(answer)
    for path in ("/nothing", "/schemas/..%2Fdata.py", "/schemas/no.json", "/assets/app.py"):
        answer = browser.get(path, params={"lang": "en"})
        assert answer.status_code == 404
        assert "There is no such page" in answer.text
    assert browser.delete("/check").status_code == 405


def test_a_typed_code_leads_to_its_document(here: Issued, browser: Client) -> None:
    code = here.open.check_code or ""
    answer = browser.get("/check", params={"code": f" {code.upper()} ", "lang": "en"})
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/d/{code}?lang=en"
    assert browser.get(answer.headers["location"]).status_code == 200
    assert browser.get("/").headers["location"] == "/check"


def test_the_schema_and_the_assets_are_served(browser: Client) -> None:
    schema = browser.get("/schemas/document-1.schema.json")
    assert schema.headers["content-type"].startswith("application/schema+json")
    assert schema.json()["title"]
    page = browser.get("/check").text
    for name in ("portal.css", "icon.svg"):
        assert f'"/assets/{name}"' in page
        assert browser.get(f"/assets/{name}").status_code == 200
    assert "http" not in browser.get("/assets/portal.css").text
    assert browser.get("/assets/sans-regular.woff2").status_code == 200


def test_an_upload_arrives_byte_for_byte() -> None:
    for content in (
        os.urandom(300_000),
        b"\r\n\r\n\r",
        b"\n",
        b"--boundary\r\n",
        bytes(range(256)) * 50 + b"\r",
    ):
        form = b"--xyz\r\n" + b"\r\n".join(
            [
                b'Content-Disposition: form-data; name="file"; filename="a.pdf"',
                b"Content-Type: application/pdf",
                b"",
                content,
                b"--xyz--",
                b"",
            ]
        )
        assert file_in("multipart/form-data; boundary=xyz", form) == content


@pytest.mark.parametrize(
    "content_type",
    ["", "text/plain", "multipart/form-data", "multipart/form-data; boundary=a\r\nb"],
)
def test_what_is_no_form_has_no_file(content_type: str) -> None:
    with pytest.raises(UploadMissing):
        file_in(content_type, b"--xyz\r\n\r\n")


def test_nothing_of_the_inside_is_told(browser: Client, here: Issued) -> None:
    """A database that is gone is an apology, in the language of the page."""
    with here.db.transaction() as session:
        session.connection().exec_driver_sql("ALTER TABLE documents RENAME TO elsewhere")
    try:
        answer = browser.get(f"/d/{here.open.check_code}?lang=en")
        assert answer.status_code == 503
        assert "documents" not in answer.text.lower().split("<main>")[1]
        assert is_safe(answer)
    finally:
        with here.db.transaction() as session:
            session.connection().exec_driver_sql("ALTER TABLE elsewhere RENAME TO documents")

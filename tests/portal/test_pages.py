"""The portal's pages: what they show, what they keep to themselves, and what is sent in."""

from collections.abc import Iterator

import pytest
from httpx import Client

from gongmun.documents import queries
from gongmun.documents.verdicts import LIMIT
from gongmun.portal import create
from tests.conftest import NOW
from tests.documents.foreign_files import claiming
from tests.documents.issued import Issued, issued
from tests.portal.reading import spaced
from tests.portal.served import is_safe, send, served
from tests.postgresql import fresh_database


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def here(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Issued]:
    """Both kinds of database: what visitors send must suit each."""
    folder = tmp_path_factory.mktemp("issued")
    if request.param == "postgresql":
        with fresh_database(request.getfixturevalue("postgresql_url")) as db:
            yield issued(folder, NOW, db)
    else:
        installation = issued(folder, NOW)
        yield installation
        installation.db.dispose()


@pytest.fixture(scope="module")
def browser(here: Issued) -> Iterator[Client]:
    with served(create(here.db, store=here.store)) as client:
        yield client


def test_a_document_is_shown_in_both_languages(here: Issued, browser: Client) -> None:
    path = f"/d/{here.open.check_code}"
    korean, english = browser.get(path), browser.get(path, params={"lang": "en"})
    for answer in (korean, english):
        assert answer.status_code == 200
        assert is_safe(answer)
        assert here.open.number in answer.text
        assert here.open.file_sha256 in answer.text
    assert '<html lang="ko">' in korean.text
    assert "시행(전자서명)" in korean.text
    assert "Issued and signed" in english.text
    assert "2026. 10. 12." in spaced(korean.text)
    assert "국토교통부장관" in korean.text
    assert '<html lang="en">' in english.text
    assert "12 October 2026" in spaced(english.text)
    assert "Minister of Land" in english.text


def test_a_document_that_is_not_open_shows_its_number_and_date_only(
    here: Issued, browser: Client
) -> None:
    page = browser.get(f"/d/{here.closed.check_code}").text
    assert here.closed.number in page
    assert "2026. 10. 12." in spaced(page)
    sent = send(browser, "/check", here.file(here.closed)).text
    for text in (page, sent):
        assert here.closed.title not in text
        assert "국토교통부장관" not in text
    # True of 부분공개 as well: not the document, but its title is kept back.
    assert "제목과 수신을 공개하지 않는 문서입니다." in page


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


def test_a_document_is_not_found_by_counting(here: Issued, browser: Client) -> None:
    """A file that only names a number is told the same, whether there is such a document or not."""
    assert here.open.number
    assert here.open.check_code
    answers = [
        send(browser, "/check", claiming(number)).text.split("<div><dt>")
        for number in (here.open.number, "공론소통과-999", "\0", f"{here.open.number[:-1]}\0-1")
    ]
    for answer in answers:
        assert "문서등록대장에 없는 파일입니다" in answer[0]
        assert answer[:-1] == answers[0][:-1]  # all but the file's own SHA-256
    # Who has the code may know what its page shows.
    named = f"{here.open.number}, https://any.example/d/{here.open.check_code}"
    known = send(browser, "/check", claiming(named)).text
    assert "파일의 내용이 다릅니다" in known
    assert here.open.number in known


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
    for path in (
        *("/d/0000000000", "/d/x", f"/d/{'x' * 3000}", "/d/%3Cscript%3E"),
        *("/d/%00", "/d/000000000%00", "/check?code=%00", "/check?code=a/b", "/d/%ED%A0%80"),
    ):
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


def test_nothing_of_the_inside_is_told(browser: Client, here: Issued) -> None:
    """A database that is gone is an apology, in the language of the page."""
    with here.db.transaction() as session:
        session.connection().exec_driver_sql("ALTER TABLE documents RENAME TO elsewhere")
    try:
        answer = browser.get(f"/d/{here.open.check_code}?lang=en")
        assert answer.status_code == 503
        assert "documents" not in answer.text.lower().split("<main")[1]
        assert is_safe(answer)
    finally:
        with here.db.transaction() as session:
            session.connection().exec_driver_sql("ALTER TABLE elsewhere RENAME TO documents")

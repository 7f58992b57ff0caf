"""What an officer does besides answering: questions, requests, colleagues, files, downloads."""

import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote

import pytest
from httpx import Response
from sqlalchemy import select

from gongmun.answers.models import AnswerFile, Extension, Question, Transfer
from gongmun.documents import queries as document_queries
from gongmun.documents.data import SCHEMA_ID
from gongmun.mail import Dispatch
from gongmun.portal.downloads import saved
from tests.conftest import NOW
from tests.portal.officers import Browser, browsing, copied, officer_of, prepare
from tests.portal.reading import Page, spaced
from tests.portal.served import is_safe
from tests.rules import rules_of, without_pauses
from tests.world import World

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A document with two referrals to a ministry."""
    folder = tmp_path_factory.mktemp("prepared")
    prepare(folder, NOW, "elderly_care", "elderly_care")
    return folder


@pytest.fixture
def world(prepared: Path, tmp_path: Path) -> Iterator[World]:
    with copied(prepared, tmp_path / "world", NOW) as world:
        yield world


@pytest.fixture
def browser(world: World) -> Iterator[Browser]:
    with browsing(world, _document(world)) as browser:
        yield browser


def _document(world: World) -> int:
    document_id = world.referral(1).document_id
    assert document_id is not None
    return document_id


def _count(world: World, table: type[Question] | type[Extension] | type[Transfer]) -> int:
    with world.db.reading() as session:
        return len(session.scalars(select(table)).all())


SENT = {
    "question": {"text": "그늘막의 범위가\n어디까지입니까?"},
    "extension": {"text": "관계 기관 협의에 시일이 걸립니다.", "until": "2026-11-05"},
    "transfer": {"text": "교통시설은 국토교통부 소관입니다.", "to": "MOLIT"},
}
TABLES = {"question": Question, "extension": Extension, "transfer": Transfer}


@pytest.mark.parametrize("way", SENT)
def test_asking_is_recorded_once_and_seen_on_the_desk(
    world: World, browser: Browser, way: str
) -> None:
    path = f"/m/r/1/{way}"
    form = browser.get(path)
    assert form.status_code == 200
    assert is_safe(form)
    assert len(Page(form.text).ids) == len(set(Page(form.text).ids))
    page = browser.follow(browser.post(path, SENT[way]))
    assert {"question": "질의를 보냈습니다", "extension": "연장을 요청하였습니다"}.get(
        way, "이관을 요청하였습니다"
    ) in page.text
    assert _count(world, TABLES[way]) == 1
    desk = spaced(browser.get(browser.page).text)
    assert {
        "question": "답변을 기다리고",
        "extension": "2026. 11. 5.까지",
        "transfer": "국토교통부",
    }[way] in desk
    # While one waits for us no other can be asked for; the other referral is its own.
    assert not [link for link in Page(desk).links if link.startswith("/m/r/1/") and way in link]
    assert f"/m/r/2/{way}" in Page(desk).links
    assert browser.get(path).status_code == 409
    for other in SENT:
        again = browser.post(f"/m/r/1/{other}", SENT[other])
        assert again.status_code == 409
        assert is_safe(again)
        assert SENT[other]["text"].split("\n")[0] in again.text
    assert sum(_count(world, table) for table in TABLES.values()) == 1


@pytest.mark.parametrize(
    ("way", "sent", "field"),
    [
        ("question", {"text": " \u200b\n"}, "text"),
        ("question", {"text": "가" * 5001}, "text"),
        ("extension", {"text": "사유", "until": "다음 달"}, "until"),
        ("extension", {"text": "사유", "until": "2026-10-01"}, "until"),
        ("extension", {"text": "사유", "until": "2036-10-01"}, "until"),
        ("extension", {"text": "", "until": "2026-11-05"}, "text"),
        ("transfer", {"text": "사유", "to": ""}, "to"),
        ("transfer", {"text": "사유", "to": "<script>"}, "to"),
        ("transfer", {"text": "사유", "to": "MOHW"}, "to"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_stays_typed(
    world: World, browser: Browser, way: str, sent: dict[str, str], field: str
) -> None:
    for language in ("ko", "en"):
        answer = browser.post(f"/m/r/1/{way}?lang={language}", sent)
        assert answer.status_code == 422
        assert is_safe(answer)
        page = Page(answer.text)
        assert page.error_links == [field]
        assert field in page.invalid
        assert f"{field}-wrong" in page.ids
        assert page.fields["text"].strip("\u200b\n ") == sent["text"].strip("\u200b\n ")
        if way == "extension":
            assert page.fields["until"] == sent["until"]
    assert _count(world, TABLES[way]) == 0


def test_days_are_written_as_in_the_hints(browser: Browser) -> None:
    answer = browser.post("/m/r/1/extension", {"text": "사유", "until": "2036-10-01"})
    assert "2026. 10. 30.부터" in spaced(answer.text)
    assert "2026-10-30" not in answer.text


def test_whoever_asks_is_told_whether_his_clock_stands_still(
    browser: Browser, tmp_path: Path
) -> None:
    assert "회신 기한은 흐르지 않습니다" in browser.get("/m/r/1/question").text
    with rules_of(tmp_path, without_pauses()):
        form = browser.get("/m/r/1/question").text
    assert "흐르지 않습니다" not in form
    assert "멈추지 않습니다" in form


def test_after_the_deadline_no_extension_is_asked_for(world: World) -> None:
    world.now += timedelta(days=19)
    with browsing(world, _document(world)) as browser:
        answer = browser.post("/m/r/1/extension", {"text": "사유", "until": "2026-11-05"})
        assert answer.status_code == 422
        assert "지나" in answer.text


def test_a_colleague_of_the_same_domain_gets_a_link(world: World, browser: Browser) -> None:
    path = f"/m/{_document(world)}/delegate"
    domain = officer_of(world, _document(world)).address.rpartition("@")[2]
    assert f"@{domain}" in browser.get(path).text
    for wrong in ("", "kim@elsewhere.example", f"kim@{domain}\r\nBcc: a@b.example", "kim"):
        answer = browser.post(path, {"address": wrong})
        assert answer.status_code == 422
        assert Page(answer.text).error_links == ["address"]
    answer = browser.follow(browser.post(path, {"address": f"colleague@{domain}"}))
    assert "동료에게 접속 링크를 보냈습니다" in answer.text
    with world.db.reading() as session:
        mails = session.scalars(select(Dispatch).where(Dispatch.intent == "delegation")).all()
    assert [mail.address for mail in mails] == [f"colleague@{domain}"]


def test_what_is_wrong_with_the_installation_is_not_told_to_an_officer(
    world: World, browser: Browser
) -> None:
    document = _document(world)
    domain = officer_of(world, document).address.rpartition("@")[2]
    with world.db.transaction() as session:
        session.connection().exec_driver_sql("ALTER TABLE ledger_events RENAME TO elsewhere")
    for path, form in (
        ("/m/r/1/question", {"text": "그늘막의 범위가 어디까지입니까?"}),
        (f"/m/{document}/delegate", {"address": f"colleague@{domain}"}),
    ):
        answer = browser.post(path, form)
        assert answer.status_code == 503
        assert "gongmun.db" not in answer.text
        assert "gongmun setup" not in answer.text


def test_a_file_is_kept_with_the_draft_and_can_be_taken_back(
    world: World, browser: Browser
) -> None:
    files = [("r1-files", ("그림.png", PNG)), ("r1-files", ("그림.png.exe", b"MZ" + bytes(200)))]
    answer = browser.post(browser.page, {"do": "save", "r1-reason": "쓰던 글"}, files=files)
    assert answer.status_code == 422
    page = Page(answer.text)
    assert page.error_links == ["r1-files"]
    assert "그림.png.exe" in answer.text
    assert page.fields["r1-reason"] == "쓰던 글"
    (link,) = {link for link in page.links if link.startswith("/m/files/")}
    _is_saved(browser.get(link), PNG, "그림.png", "image/png")
    # What is typed meanwhile is kept by the same button.
    removed = browser.post(f"{link}/remove", {"r1-reason": "고친 글", "r2-reason": "둘째"})
    after = Page(browser.follow(removed).text)
    assert (after.fields["r1-reason"], after.fields["r2-reason"]) == ("고친 글", "둘째")
    assert not [link for link in after.links if link.startswith("/m/files/")]
    assert browser.get(link).status_code == 404
    assert browser.post(f"{link}/remove").status_code == 404


def test_a_submitted_file_stays(world: World, browser: Browser) -> None:
    answers = {
        "do": "submit",
        "r2-left_open": "yes",
        "r1-decision": "not_accepted",
        "r1-reason": "법령상 어렵습니다.",
    }
    browser.post(browser.page, answers, files=[("r1-files", ("a.png", PNG))])
    with world.db.reading() as session:
        (name,) = session.scalars(select(AnswerFile.name)).all()
    assert browser.post(f"/m/files/{name}/remove").status_code == 409
    _is_saved(browser.get(f"/m/files/{name}"), PNG, "a.png", "image/png")


def test_the_document_is_had_in_three_formats(world: World, browser: Browser) -> None:
    with world.db.reading() as session:
        document = document_queries.by_id(session, _document(world))
    stem = f"{document.year}-{document.serial:04d} {document.title}"
    path = f"{browser.page}/document"
    assert document.file_sha256 is not None
    pdf = world.store.get(document.file_sha256)
    _is_saved(browser.get(f"{path}.pdf"), pdf, f"{stem}.pdf", "application/pdf")
    data = browser.get(f"{path}.json")
    _is_saved(data, data.content, f"{stem}.json", "application/json")
    assert json.loads(data.content)["schema"] == SCHEMA_ID
    hwpx = browser.get(f"{path}.hwpx")
    _is_saved(hwpx, hwpx.content, f"{stem}.hwpx", "application/hwp+zip")
    assert zipfile.ZipFile(BytesIO(hwpx.content)).testzip() is None
    for wrong in ("exe", "PDF", "pdf%2F..", ""):
        assert browser.get(f"{path}.{wrong}").status_code == 404


def _is_saved(answer: Response, content: bytes, name: str, media_type: str) -> None:
    assert answer.status_code == 200
    assert answer.content == content
    assert is_safe(answer)
    assert answer.headers["content-type"].partition(";")[0] == media_type
    disposition = answer.headers["content-disposition"]
    assert disposition.startswith("attachment; ")
    assert unquote(disposition.rpartition("filename*=UTF-8''")[2]) == name


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ('a"; filename="evil.html', "a__ filename__evil.html"),
        ("../../etc/passwd", ".._.._etc_passwd"),
        ("줄\r\nSet-Cookie: a=b.pdf", "_ Set-Cookie_ a_b.pdf"),
        ("\u202egpj.exe", "gpj.exe"),
        ("", "file"),
    ],
)
def test_a_hostile_name_stays_a_name(name: str, plain: str) -> None:
    disposition = saved(b"", name, "application/pdf").headers["content-disposition"]
    assert disposition.startswith(f"attachment; filename=\"{plain}\"; filename*=UTF-8''")
    assert disposition.isascii()
    assert not set(disposition.rpartition("''")[2]) & set("\"';/\\\r\n ")

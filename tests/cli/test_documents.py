"""`gongmun document`: see what the register knows, correct what was issued, print the register."""

import re
from pathlib import Path

import pypdf
import pytest
from rich.cells import cell_len

from gongmun.cli import output
from gongmun.documents import Status, queries, register_sheet
from gongmun.settings import settings
from tests.cli.conftest import Ended, Gongmun
from tests.cli.test_bad_input import refused
from tests.world import World

pytestmark = pytest.mark.long

DAY = "2026-10-12T09:30"
ME = ("--name", "한소통", "--reason", "확인하였습니다.", "--as-of", DAY)
TRIPLE = ("--place", "[b]제2항[/b]", "--stood", "10월 30일", "--reads", "11월 2일")
NUMBER = "공론소통과-1"


def said(ended: Ended) -> str:
    assert (ended.code, ended.err) == (0, ""), ended
    return ended.flat


@pytest.fixture
def issued(installation: World) -> World:
    installation.dispatched("statistics", "public_transport")
    return installation


def test_a_document_is_corrected_by_name_and_the_register_tells_so(
    gongmun: Gongmun, issued: World, tmp_path: Path
) -> None:
    listed = said(gongmun("document", "list"))
    assert NUMBER in listed
    assert "outcome dispatched" in listed
    assert NUMBER in said(gongmun("document", "list", "--kind", "outcome"))
    assert NUMBER not in said(gongmun("document", "list", "--status", "drafted"))
    shown = said(gongmun("document", "show", NUMBER))
    assert "발송 / dispatched 2026-10-12" in shown
    with issued.db.reading() as session:
        original = queries.by_number(session, NUMBER)
    for word in (original.sha256, original.recipient_code, "공개", "mail"):
        assert word in shown
    assert said(gongmun("document", "show", original.id)) == shown

    file = tmp_path / "corrections.toml"
    file.write_text('[[correction]]\nplace = "붙임"\nstood = """가\n나"""\nreads = "다"\n')
    drafted = gongmun(
        "document",
        "correct",
        NUMBER,
        *TRIPLE,
        *("--file", file, "--reason", "기한의 오기", "--as-of", DAY),
    )
    assert "정정 문서" in said(drafted)
    with issued.db.reading() as session:
        (correction,) = queries.corrections(session, original.id)
    assert f"gongmun document show {correction.id}" in said(gongmun("waiting", "--as-of", DAY))
    shown = said(gongmun("document", "show", correction.id))
    for word in ("[b]제2항[/b]", "11월 2일", "붙임", "기한의 오기", f"approve {correction.id}"):
        assert word in shown
    assert "승인했습니다" in said(gongmun("document", "approve", correction.id, *ME))
    issued.issue()
    issued.dispatch()
    shown = said(gongmun("document", "show", NUMBER))
    assert "정정됨 superseded" in shown
    assert "공론소통과-3 (발송 / dispatched)" in shown
    assert f"정정 대상 / corrects {NUMBER}" in said(gongmun("document", "show", "공론소통과-3"))

    year = ("--year", "2026")
    table = said(gongmun("document", "register", *year))
    assert "정정됨: 공론소통과-3" in table
    text = gongmun("document", "register", *year, "--format", "csv", "--language", "en").out
    assert text.splitlines()[0].startswith("Number,Registered,Subject")
    assert f"corrects {NUMBER}" in text


def test_a_correction_is_in_english_where_it_was_given(
    gongmun: Gongmun, issued: World, tmp_path: Path
) -> None:
    english = ("--place-en", "Item 2", "--reason", "오기", "--reason-en", "A slip of the pen")
    file = tmp_path / "corrections.toml"
    file.write_text(
        '[[correction]]\nplace = { ko = "붙임", en = "Annex" }\nstood = "가"\nreads = "나"\n'
    )
    said(gongmun("document", "correct", NUMBER, *TRIPLE, *english, "--file", file))
    shown = said(gongmun("document", "show", 3))
    for word in ("[b]제2항[/b]", "Item 2", "A slip of the pen", "Annex"):
        assert word in shown
    more = ("--place-en", "a", "--place-en", "b", "--reason", "오기")
    refused(gongmun("document", "correct", NUMBER, *TRIPLE, *more), "cli.corrections_incomplete")


def test_a_returned_correction_changes_nothing(gongmun: Gongmun, issued: World) -> None:
    said(gongmun("document", "correct", NUMBER, *TRIPLE, "--reason", "오기"))
    assert "그대로 유효합니다" in said(gongmun("document", "return", 3, *ME))
    with issued.db.reading() as session:
        assert queries.by_number(session, NUMBER).status is Status.DISPATCHED


def test_the_register_is_printed_by_volumes(
    gongmun: Gongmun, issued: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "대장.pdf"
    command = ("document", "register", "--year", "2026", "--output", file)
    assert str(file) in said(gongmun(*command))
    assert len(pypdf.PdfReader(file).pages) == 1
    monkeypatch.setattr(register_sheet, "VOLUME_ROWS", 1)
    said(gongmun(*command))
    for volume in (1, 2):
        text = pypdf.PdfReader(tmp_path / f"대장-{volume}.pdf").pages[0].extract_text()
        assert f"공론소통과-{volume}" in text
    file = tmp_path / "대장.csv"
    said(gongmun("document", "register", "--year", "2026", "--output", file))
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (("show", "99"), "not_found"),
        (("show", "공론소통과-99"), "not_found"),
        (("show", "99999999999999999999"), "not_found"),
        (("correct", "99", *TRIPLE, "--reason", "오기"), "not_found"),
        (("approve", "1", *ME), "not_found"),
        (("return", "99", *ME), "not_found"),
        (("correct", NUMBER, "--reason", "오기"), "cli.corrections_incomplete"),
        (("correct", NUMBER, *TRIPLE[:4], "--reason", "오기"), "cli.corrections_incomplete"),
        (("correct", NUMBER, *TRIPLE, "--reason", " "), "documents.correction_reason_missing"),
        (("register", "--format", "pdf"), "cli.output_missing"),
        (("register", "--output", "/proc/none/x.csv"), "cli.file_not_saved"),
        (("register", "--output", "x.xlsx"), "cli.ending_unknown"),
        (("register", "--output", "x"), "cli.ending_unknown"),
        (("register", "--format", "table", "--output", "x"), "cli.ending_unknown"),
        (("register", "--format", "pdf", "--output", "x.csv"), "cli.ending_unknown"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value[:2]),
)
def test_what_cannot_be_done(
    gongmun: Gongmun, issued: World, command: tuple[str, ...], code: str
) -> None:
    refused(gongmun("document", *command), code)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (None, "No such file"),
        ("x = ", "Invalid value"),
        ("", "correction"),
        ('[[correction]]\nplace = "a"\n', "correction.0.stood"),
        ("\udcff", "decode"),
    ],
)
def test_a_file_of_corrections_that_cannot_be_used(
    gongmun: Gongmun, issued: World, tmp_path: Path, text: str | None, problem: str
) -> None:
    file = tmp_path / "corrections.toml"
    if text is not None:
        file.write_text(text, errors="surrogateescape")
    ended = gongmun("document", "correct", NUMBER, "--file", file, "--reason", "오기")
    assert problem in refused(ended, "cli.correction_file_invalid")


def test_a_narrow_terminal_shows_every_column_of_the_register(
    gongmun: Gongmun, issued: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    wide = said(gongmun("document", "register", "--as-of", DAY))
    monkeypatch.setattr(output.console, "width", 80)
    ended = gongmun("document", "register", "--as-of", DAY)
    assert all(cell_len(line) <= 80 for line in ended.out.splitlines())
    for word in ("등록일자: 2026. 10. 12.", "제목: ", "수신: ", "공개 구분: 공개", "쪽수: "):
        assert word in ended.out
    assert sorted(set(re.findall(r"공론소통과-\d+", wide))) == re.findall(
        r"^공론소통과-\d+", ended.out, re.MULTILINE
    )


def test_the_register_of_this_division_and_year_unless_said_otherwise(
    gongmun: Gongmun, issued: World
) -> None:
    named = settings().agency.register_division
    assert NUMBER in said(gongmun("document", "register", "--as-of", DAY))
    assert NUMBER not in said(gongmun("document", "register", "--as-of", "2027-01-02"))
    command = ("document", "register", "--as-of", DAY, "--division")
    assert NUMBER in said(gongmun(*command, named))
    assert NUMBER not in said(gongmun(*command, "다른과"))

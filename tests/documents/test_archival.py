"""PDF/A-3a and PDF/UA-1: each kind through every checker, the tags, enclosed files, the same bytes."""

import hashlib
import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pikepdf
import pydyf
import pytest
from pikepdf import Name

from gongmun.documents import Context, RenderPool
from gongmun.documents.check_codes import check_mark
from gongmun.documents.contexts import to_json
from gongmun.documents.data import enclosed
from gongmun.documents.letter import Language
from gongmun.documents.printing import Enclosed, Page
from gongmun.documents.sheet import to_html
from gongmun.documents.streams import compressed_once
from tests.documents import archival, checking, samples

pytestmark = pytest.mark.long

AT = datetime(2026, 10, 12, 9, 30, tzinfo=timezone(timedelta(hours=9)))


def _save(pool: RenderPool, page: Page, folder: Path) -> Path:
    file = folder / "document.pdf"
    file.write_bytes(pool.render(page).content)
    return file


def _long(language: Language = Language.KO) -> Page:
    """A letter with a table, a section and paragraphs that go on over pages."""
    suggestions = tuple(samples.suggestion(n, body="긴 제안입니다. " * 99) for n in range(1, 25))
    context = samples.outcome(suggestions=suggestions)
    return Page(html=to_html(context, samples.NOTED, language).html)


def _enclosed(filename: str, content: bytes = b"{}") -> Enclosed:
    return Enclosed(
        filename=filename,
        media_type="application/json",
        content=content,
        description=f"자료 {filename}",
        at=AT,
    )


def test_every_kind_is_archival_and_accessible(tmp_path: Path) -> None:
    """The quick form of `make check-documents`: each kind once, by turns in each language.

    Two of them once more as they are sent, signed.
    """
    pages = {
        name: page
        for place, (name, page) in enumerate(checking.every_page())
        if place % 4 in (0, 3)
    }
    names = [name.partition(".") for name in pages]
    assert {kind for kind, _, _ in names} >= {kind.value for kind in samples.EVERY_KIND}
    assert {language for _, _, language in names} == set(Language)
    files = checking.render(pages, tmp_path)
    found = checking.check([*files, *checking.signed(files[:2])])
    assert {file.stem: findings for file, findings in found.items() if findings} == {}


def test_what_a_page_break_cuts_is_one_element(pool: RenderPool, tmp_path: Path) -> None:
    page = _long()
    file = _save(pool, page, tmp_path)
    assert archival.problems(file) == []
    with pikepdf.open(file) as pdf:
        tags = Counter(str(element.S) for element in archival.elements(pdf))
        # Enough of them that some paragraph must go on over a page.
        assert len(pdf.pages) > 8
    for tag, html in {"/P": "p", "/H3": "h3", "/Sect": "section", "/Part": "main"}.items():
        assert tags[tag] == page.html.count(f"<{html} ") + page.html.count(f"<{html}>"), tag
    assert tags["/Table"] == tags["/THead"] == tags["/TBody"] == 1
    assert (tags["/TR"], tags["/TH"]) == (25, 5)


def test_a_header_cell_says_what_it_heads(pool: RenderPool, tmp_path: Path) -> None:
    html = (
        "<!DOCTYPE html><html lang=ko><title>표</title><table><thead><tr><th>가<th>나</thead>"
        "<tbody><tr><th scope=row>다<td>라</table>"
    )
    with pikepdf.open(_save(pool, Page(html=html), tmp_path)) as pdf:
        heads = [element.A.Scope for element in archival.elements(pdf) if element.S == "/TH"]
    assert heads == ["/Column", "/Column", "/Row"]


def test_running_heads_and_page_numbers_are_artifacts(pool: RenderPool, tmp_path: Path) -> None:
    with pikepdf.open(_save(pool, _long(), tmp_path)) as pdf:
        for number, page in enumerate(pdf.pages):
            artifacts = [
                operands
                for operands, _ in pikepdf.parse_content_stream(page, "BDC")
                if operands[0] == Name.Artifact and operands[1].Type == Name.Pagination
            ]
            # The page number; from the second page on the document's number above it.
            assert len(artifacts) >= (2 if number else 1)


def test_text_in_another_language_says_so(pool: RenderPool, tmp_path: Path) -> None:
    html = (
        "<!DOCTYPE html><html lang=en><title>Names</title><p>By <span lang=ko>김소통</span> and"
        "<p lang=ko>한국어 <span lang=en>English</span> 한국어"
    )
    with pikepdf.open(_save(pool, Page(html=html), tmp_path)) as pdf:
        assert str(pdf.Root.Lang) == "en"
        said = [
            (str(element.S), str(element.Lang))
            for element in archival.elements(pdf)
            if "/Lang" in element
        ]
    assert said == [("/Span", "ko"), ("/P", "ko"), ("/Span", "en")]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "bare text <b>and</b> more",
        "<p>가</p>bare text<p>나</p>",
        "<ul><li>가<ul><li>나</ul><li>다</ul><dl><dt>라<dd>마</dl>",
        "<table><tr><td>가<table><tr><td>나</table></table>",
        "<table><caption>제목</caption><tbody></tbody></table><table></table>",
        "<p style='break-before: page'>가<p style='break-before: page'>",
        "<div style='position: absolute'>가</div><p style='float: left'>나",
        "<p>" + "가나다 " * 5000,
        "<div><div><p>" + "<span>가나다 <b>라마바</b></span> " * 500 + "</div></div>",
        "<table><thead><tr><th>가</thead><tbody>" + "<tr><td>나 다" * 200,
        "<table>" + "<tr><td>가<td rowspan=2>나<tr><td>다" * 100,
    ],
)
def test_any_page_keeps_its_content_in_the_tree(
    pool: RenderPool, tmp_path: Path, body: str
) -> None:
    html = f"<!DOCTYPE html><html lang=ko><title>제목</title><body>{body}"
    problems = archival.problems(_save(pool, Page(html=html), tmp_path))
    assert [found for found in problems if not found.startswith("tables: a table of")] == []


def test_enclosed_files_are_read_back(pool: RenderPool, tmp_path: Path) -> None:
    first, second = _enclosed("나 결과.json", b'{"a": "\xea\xb0\x80"}'), _enclosed("a(1).json", b"")
    page = Page(html=to_html(samples.outcome(), samples.NOTED).html, enclosed=(first, second))
    file = _save(pool, page, tmp_path)
    assert archival.problems(file) == []
    with pikepdf.open(file) as pdf:
        assert set(pdf.attachments) == {first.filename, second.filename}
        for enclosed in (first, second):
            specification = pdf.attachments[enclosed.filename]
            (read,) = [specification.get_file()]
            assert read.read_bytes() == enclosed.content
            assert read.mime_type == enclosed.media_type
            assert read.creation_date == read.mod_date == AT
            assert specification.description == enclosed.description
            assert specification.relationship == Name.Source


IMPRINT = replace(samples.NOTED, check=check_mark("0123456789"))
# Prints documents as issuing does: from the content on their rows, with what is enclosed.
_PRINT = """
import json, sys
from gongmun.documents import DocumentKind, RenderPool
from gongmun.documents.contexts import from_json
from tests.documents import test_archival
with RenderPool(workers=1, timeout=120) as pool:
    for kind, row in json.load(sys.stdin):
        print(*test_archival.sums(pool, from_json(DocumentKind(kind), row)))
"""


def sums(pool: RenderPool, context: Context) -> list[str]:
    """The SHA-256 of a document's file in each language."""
    data = enclosed(context, IMPRINT)
    pages = [Page(html=to_html(context, IMPRINT, each).html, enclosed=data) for each in Language]
    return [hashlib.sha256(pool.render(page).content).hexdigest() for page in pages]


def test_the_same_record_gives_the_same_bytes_in_any_process(
    pool: RenderPool, tmp_path: Path
) -> None:
    here = [sums(pool, context) for context in samples.EVERY_KIND.values()]
    rows = [(kind, to_json(context)) for kind, context in samples.EVERY_KIND.items()]
    # Another process, zone, hash seed, locale, working and temporary folder, the fields of a row in
    # another order, as PostgreSQL gives them, and another document printed before each.
    there = subprocess.run(
        [sys.executable, "-c", _PRINT],
        input=json.dumps(rows[::-1], sort_keys=True),
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={
            **os.environ,
            "TZ": "America/New_York",
            "PYTHONHASHSEED": "7",
            "LC_ALL": "C",
            "LANG": "tr_TR.UTF-8",
            "PYTHONUTF8": "0",
            "PYTHONCOERCECLOCALE": "0",
            "TMPDIR": str(tmp_path),
            "PYTHONPATH": os.pathsep.join([str(Path.cwd()), *filter(None, sys.path)]),
        },
    )
    assert [line.split() for line in there.stdout.splitlines()][::-1] == here


def _written() -> tuple[bytes, int]:
    """A file of pydyf with an /ID, and how often its stream was put together."""
    asked = []

    class Stream(pydyf.Stream):
        @property
        def extra(self) -> dict[str, str]:
            asked.append(self)
            return {}

        @extra.setter
        def extra(self, _value: object) -> None:
            pass

    pdf = pydyf.PDF()
    pdf.add_object(Stream([b"BT", b"ET"] * 100, compress=True))
    pdf.add_page(pydyf.Dictionary({"Type": "/Page", "Parent": pdf.pages.reference}))
    target = bytearray()
    pdf.write(_Target(target), identifier=True, compress=True)
    return bytes(target), len(asked)


class _Target:
    def __init__(self, target: bytearray) -> None:
        self.write = target.extend


def test_streams_are_compressed_once_to_the_same_bytes() -> None:
    plain, twice = _written()
    with compressed_once():
        same, once = _written()
    assert (twice, once) == (2, 1)
    assert same == plain
    assert _written() == (plain, 2)


_BOTH_WAYS = """
import contextlib, sys
from pathlib import Path
from gongmun.documents import pdf
from gongmun.documents.printing import Page
from gongmun.settings import settings
press, page = pdf.Press(settings().templates), Page(html=sys.stdin.read())
once = press.render(page)
pdf.compressed_once = contextlib.nullcontext
sys.exit(press.render(page) != once)
"""


def test_a_document_has_the_bytes_that_the_library_itself_would_write() -> None:
    """In a process of its own: weasyprint changes the fonts of the process it is imported in."""
    subprocess.run(
        [sys.executable, "-c", _BOTH_WAYS],
        input=to_html(samples.outcome(), samples.NOTED).html,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )

"""HWPX: says what the PDF says, in the same order; opens; the same bytes; no character breaks it."""

import io
import os
import re
import subprocess
import sys
import unicodedata
import zipfile
from xml.etree import ElementTree

import pytest
from hwpx import HwpxDocument, validate_editor_open_safety, validate_package
from hwpx.oxml import HwpxOxmlTable
from lxml import html as lxml_html

from gongmun.documents import Context, DocumentKind, OutcomeContext
from gongmun.documents.blocks import Paragraph, Table, read
from gongmun.documents.contexts import SuggestionItem
from gongmun.documents.hwpx import to_hwpx
from gongmun.documents.letter import ROW_LIMIT, Language
from gongmun.documents.sheet import to_html
from gongmun.documents.wording import WORD_JOINER
from gongmun.settings import PROJECT_ROOT, settings
from tests.documents import samples
from tests.documents.hostile_texts import corpus

pytestmark = pytest.mark.long

# What XML 1.0 cannot hold, and what no reader should be led astray by.
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]"
)


def _opened(content: bytes) -> HwpxDocument:
    """The file, opened again as a word processor would, after every check there is of it."""
    assert validate_editor_open_safety(content).ok
    report = validate_package(content)
    assert report.ok, report.errors
    document = HwpxDocument.open(content)
    assert document.validate().ok
    return document


def _lines(document: HwpxDocument) -> list[str]:
    """Paragraphs and cells, in the order of reading."""
    return [
        line
        for paragraph in document.paragraphs
        for line in ([paragraph.text] if not paragraph.tables else _cells(paragraph.tables[0]))
    ]


def _cells(table: HwpxOxmlTable) -> list[str]:
    return [cell.text for row in table.rows for cell in row.cells]


def _squeezed(text: str) -> str:
    return "".join(text.replace(WORD_JOINER, "").split())


def _visible(context: Context, language: Language) -> str:
    """What a reader of the PDF's page sees, by another parser than ours."""
    body = lxml_html.document_fromstring(to_html(context, samples.NOTED, language).html).body
    for drawn in body.xpath("//svg"):
        drawn.drop_tree()
    return _squeezed(str(body.text_content()))


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", DocumentKind)
def test_every_kind_says_what_its_pdf_says(kind: DocumentKind, language: Language) -> None:
    context = samples.EVERY_KIND[kind]
    document = _opened(to_hwpx(context, samples.NOTED, language))
    assert _squeezed("".join(_lines(document))) == _visible(context, language)


def test_head_items_enclosures_end_and_foot() -> None:
    lines = _lines(_opened(to_hwpx(samples.outcome(2), samples.NOTED)))
    agency = settings().agency
    assert lines[:3] == [
        agency.slogan_ko,
        agency.name_ko,
        "수신  국토교통부장관(교통안전정책과장)",
    ]
    assert [line[:3] for line in lines if re.match("[1-9가-하]\\. ", line)][:4] == [
        *("1. ", "2. ", "3. ", "가. "),
    ]
    assert "붙임  시민 제안 내용 1부.  끝." in lines
    end, sender = lines.index("붙임  시민 제안 내용 1부.  끝."), lines.index(agency.head_ko)
    assert end < sender < lines.index("시민 제안 내용")
    assert any(line.startswith("시행 공론소통과-1234(2026. 10. 12.)      접수") for line in lines)


def test_the_preview_beside_it_is_the_beginning_of_its_text() -> None:
    content = to_hwpx(samples.outcome(30), samples.NOTED)
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        preview = package.read("Preview/PrvText.txt").decode()
    assert len(preview) == 1000
    assert _squeezed("".join(_lines(_opened(content)))).startswith(_squeezed(preview))


def test_several_recipients_and_enclosures() -> None:
    letter = samples.letter(
        recipients=samples.recipients(2), attachments=(samples.both("회의록"), samples.both("사진"))
    )
    lines = _lines(_opened(to_hwpx(samples.outcome(letter=letter), samples.NOTED)))
    assert "수신  수신자 참조" in lines
    assert "수신자  제1부장관(국민소통과장), 제2부장관(국민소통과장)" in lines
    first = lines.index("붙임  1. 시민 제안 내용 1부.")
    assert lines[first + 1 : first + 3] == ["2. 회의록 1부.", "3. 사진 1부.  끝."]


def test_the_table_is_a_table() -> None:
    document = _opened(to_hwpx(samples.outcome(3), samples.NOTED))
    (table,) = document.tables.all
    assert (table.row_count, table.column_count) == (4, 5)
    heads, first, *_ = [[cell.text for cell in row.cells] for row in table.rows]
    assert heads == ["연번", "제안번호", "제안 제목", "분야", "구분"]
    assert first[:3] == ["1", "제안 2026-1", samples.suggestion(1).title]
    # Repeated on the next page, and able to go on there.
    assert table.element.get("repeatHeader") == "1"
    assert not table.treat_as_char
    assert {cell.element.get("header") for cell in table.rows[0].cells} == {"1"}
    assert sum(cell.width for cell in table.rows[0].cells) == pytest.approx(175 * 7200 / 25.4, 1e-3)


def test_the_annex_begins_a_page_and_the_number_stands_on_those_that_follow() -> None:
    document = _opened(to_hwpx(samples.outcome(), samples.NOTED))
    breaks = [
        paragraph.text
        for paragraph in document.paragraphs
        if _breaks_page(document, paragraph.para_pr_id_ref)
    ]
    assert breaks == ["붙임"]
    section = zipfile.ZipFile(io.BytesIO(to_hwpx(samples.outcome(), samples.NOTED))).read(
        "Contents/section0.xml"
    )
    assert samples.NOTED.number in section.decode()


def _breaks_page(document: HwpxDocument, shape: str | None) -> bool:
    found = document.styles.paragraph_property(shape)
    assert found is not None
    assert found.break_setting is not None
    return bool(found.break_setting.page_break_before)


def test_the_other_language_is_a_translation_and_citizens_are_not_translated() -> None:
    text = "\n".join(_lines(_opened(to_hwpx(samples.outcome(), samples.NOTED, Language.EN))))
    assert "Subject  " in text
    assert "  End." in text
    assert "끝." not in text
    assert samples.suggestion(1).title in text


def test_the_same_document_is_the_same_bytes_elsewhere() -> None:
    other = subprocess.run(
        [
            *(sys.executable, "-c"),
            (
                "import sys; from tests.documents import samples;"
                "from gongmun.documents.hwpx import to_hwpx;"
                "sys.stdout.buffer.write(to_hwpx(samples.escalation(), samples.NOTED))"
            ),
        ],
        cwd=PROJECT_ROOT,
        env={**os.environ, "TZ": "America/New_York", "PYTHONHASHSEED": "1", "LC_ALL": "C"},
        check=True,
        capture_output=True,
    )
    assert other.stdout == to_hwpx(samples.escalation(), samples.NOTED)


def _hostile() -> OutcomeContext:
    """Every text of the corpus, each as title, body and reference of a suggestion."""
    texts = corpus(url="http://127.0.0.1:9/", file="file:///etc/passwd").values()
    suggestions = tuple(
        SuggestionItem(
            reference=text[:100],
            title=text,
            body=text,
            topic=samples.both(text[:100]),
            role="lead",
            lead_name=samples.both(text[:100]),
        )
        for text in texts
    )
    return samples.outcome(suggestions=suggestions)


def test_no_text_of_a_citizen_breaks_it() -> None:
    context = _hostile()
    content = to_hwpx(context, samples.NOTED)
    document = _opened(content)
    assert _squeezed("".join(_lines(document))) == _visible(context, Language.KO)
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        for name in package.namelist():
            if name.endswith((".xml", ".hpf", ".rdf")):
                part = package.read(name).decode()
                ElementTree.fromstring(part)
                assert not FORBIDDEN.search(part)
                assert "file:///etc/passwd" not in re.sub("<hp:t>.*?</hp:t>", "", part)


def test_nor_does_one_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GONGMUN_AGENCY__NAME_KO", "기관\x07\u202e이름 & <b>")
    settings.cache_clear()
    try:
        content = to_hwpx(samples.outcome(), samples.NOTED)
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    assert any("이름 & <b>" in line for line in _lines(_opened(content)))
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        assert not any(
            FORBIDDEN.search(package.read(f"Contents/{part}").decode())
            for part in ("section0.xml", "content.hpf")
        )


def test_as_many_rows_as_a_document_may_have() -> None:
    document = HwpxDocument.open(to_hwpx(samples.outcome(ROW_LIMIT), samples.NOTED))
    (table,) = document.tables.all
    assert table.row_count == ROW_LIMIT + 1


def test_blocks_keep_what_is_ours_and_drop_what_is_drawn() -> None:
    blocks = read(
        '<html><head><title>머리</title><style>p {}</style></head><body><p class="a b">가\u2060나\n'
        ' 다<br>라<svg><text>인</text></svg> &lt;b&gt;&amp;<span class="end">&nbsp;&nbsp;끝.</span></p>'
        '<section class="annex"><p> </p><h2>붙임</h2><table><colgroup><col style="width: 12.5mm"><col>'
        "</colgroup><thead><tr><th>갑</th><th>을</th></tr></thead><tr><td ><p>하나</p><p>둘</p>"
        "</td></tr></table></section></body></html>"
    )
    first, title, table = blocks
    assert isinstance(first, Paragraph)
    assert first.text == "가나 다\n라 <b>&  끝."
    assert first.names[:3] == ("a", "b", "p")
    assert isinstance(title, Paragraph)
    assert (title.text, title.names[:2]) == ("붙임", ("annex:first", "h2"))
    assert isinstance(table, Table)
    assert (table.widths, table.heads) == ((12.5, None), 1)
    assert [[cell.text for cell in row] for row in table.rows] == [["갑", "을"], ["하나\n둘"]]


def test_texts_are_composed() -> None:
    text = unicodedata.normalize("NFD", "한글")
    (paragraph,) = read(f"<p>{text}</p>")
    assert isinstance(paragraph, Paragraph)
    assert paragraph.text == "한글"

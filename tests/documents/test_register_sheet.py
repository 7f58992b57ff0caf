"""The printed register: every line, a head on every page, nothing in a title that acts."""

import csv
import io
from dataclasses import replace
from datetime import date

import pypdf
import pytest

from gongmun.documents import RenderPool
from gongmun.documents.letter import Language
from gongmun.documents.printing import Page
from gongmun.documents.register_sheet import (
    COLUMNS,
    VOLUME_ROWS,
    RegisterLine,
    register_csv,
    register_volumes,
)
from gongmun.text import Bilingual

LINE = RegisterLine(
    number="공론소통과-1",
    registered_on=date(2026, 10, 12),
    title=Bilingual(ko="열린소통포럼 결과 통보", en="Outcome of the open forum"),
    recipients=(Bilingual(ko="국토교통부장관", en="Minister of Land"),),
    approver="이결재",
    disclosure="비공개(6)",
    pages=4,
    sent_on=None,
    corrects=None,
    corrected_by=None,
)


def _lines(count: int) -> list[RegisterLine]:
    return [replace(LINE, number=f"공론소통과-{serial}") for serial in range(1, count + 1)]


def _html(lines: list[RegisterLine], language: Language = Language.KO) -> list[str]:
    sheets = register_volumes(
        lines,
        division="공론소통과",
        year=2026,
        printed_on=date(2026, 11, 21),
        language=language,
    )
    return [sheet.html.replace("\u2060", "") for sheet in sheets]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (Language.KO, ("문서등록대장", "등록번호", "2026. 10. 12.", "비공개(6)", "내부 관리용")),
        (Language.EN, ("Register of Documents", "Number", "12 October 2026", "Closed (6)")),
    ],
)
def test_it_is_printed_in_both_languages_with_a_head_on_every_page(
    pool: RenderPool, language: Language, words: tuple[str, ...]
) -> None:
    (html,) = _html(_lines(60), language)
    rendered = pool.render(Page(html=html))
    assert rendered.pages > 1
    reader = pypdf.PdfReader(io.BytesIO(rendered.content))
    texts = ["".join(page.extract_text().split()) for page in reader.pages]
    for number, (page, text) in enumerate(zip(reader.pages, texts, strict=True), start=1):
        assert page.mediabox.width > page.mediabox.height
        assert words[1] in text
        assert f"{number}/{rendered.pages}" in text
    whole = "".join(texts)
    for word in words:
        assert word.replace(" ", "") in whole
    for line in _lines(60):
        assert line.number + words[2].replace(" ", "") in whole


@pytest.mark.parametrize("language", Language)
def test_a_date_stays_on_one_line(pool: RenderPool, language: Language) -> None:
    line = replace(LINE, registered_on=date(2026, 9, 22), sent_on=date(2026, 11, 22))
    (html,) = _html([line], language)
    content = pool.render(Page(html=html)).content
    text = pypdf.PdfReader(io.BytesIO(content)).pages[0].extract_text()
    for day in line.cells(language)[1], line.cells(language)[7]:
        assert day in text


def test_an_empty_register_is_a_page_too() -> None:
    (html,) = _html([])
    assert "0건" in html


def test_many_numbers_are_printed_as_volumes() -> None:
    volumes = _html(_lines(VOLUME_ROWS + 1))
    assert len(volumes) == 2
    assert f"{VOLUME_ROWS + 1:,}건 가운데 공론소통과-1~공론소통과-{VOLUME_ROWS}" in volumes[0]
    assert "제2권" not in volumes[0]
    assert "제2/2권" in volumes[1]
    assert [html.count("<tr>") - 1 for html in volumes] == [VOLUME_ROWS, 1]


def test_titles_are_text_and_nothing_else() -> None:
    title = Bilingual(ko="<script>alert(1)</script> \U0001f600", en="</style><img src=file:///>")
    (html,) = _html([replace(LINE, title=title)])
    assert "<script>" not in html
    assert "〓" in html
    (html,) = _html([replace(LINE, title=title)], Language.EN)
    assert "<img" not in html


@pytest.mark.parametrize("begin", ["=", "+", "-", "@"])
def test_a_spreadsheet_takes_no_title_for_a_formula(begin: str) -> None:
    title = Bilingual(ko=f'{begin}HYPERLINK("x")', en="x")
    text = register_csv([replace(LINE, title=title)])
    head, row = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    assert len(head) == len(row) == len(COLUMNS)
    assert row[2] == f"'{title.ko}"


def test_several_recipients_are_counted() -> None:
    offices = tuple(Bilingual(ko=f"{n}장관", en=f"Minister {n}") for n in "가나다")
    line = replace(LINE, recipients=offices)
    assert line.cells(Language.KO)[3] == "가장관 외 2"
    assert line.cells(Language.EN)[3] == "Minister 가 and 2 more"

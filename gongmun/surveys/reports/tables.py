"""The tables of a report as files (통계표): XLSX for people, CSV for programs. The same figures, the same bytes."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime

import xlsxwriter  # type: ignore[import-untyped]

from gongmun.surveys.reports import rows
from gongmun.surveys.reports.figures import Figures
from gongmun.surveys.reports.rows import Row
from gongmun.surveys.reports.sentences import facts
from gongmun.text import Bilingual

# A workbook that says when it was written is another one tomorrow.
_WRITTEN = datetime(2000, 1, 1)  # noqa: DTZ001 - xlsxwriter writes it as it is
_WIDE, _NARROW = 44, 13
_HEADS = {
    "item": "문항 / item",
    "question_ko": "물은 말",
    "question_en": "question",
    "code": "부호 / code",
    "answer_ko": "답",
    "answer_en": "answer",
    "base": "응답자 / base",
    "n": "응답 수 / n",
    "percent": "비율 / %",
    "low": "하한 / low",
    "high": "상한 / high",
    "margin": "허용오차 / margin",
    "design_effect": "설계효과 / deff",
    "part_ko": "항목",
    "part_en": "part",
    "by_ko": "구분",
    "by_en": "by",
    "group_ko": "집단",
    "group_en": "group",
    "stands_out": "두드러짐 / stands out",
    "group_mean": "평균 / mean",
    "p_adjusted": "보정 p / adjusted p",
    "cramers_v": "Cramér's V",
    "trend": "추세 부호 / trend",
    "figure_ko": "지표",
    "figure_en": "figure",
    "unit": "단위 / unit",
    "before": "지난 회차 / before",
    "after": "이번 회차 / after",
    "difference": "차이 / change",
    "significant": "유의 / significant",
    "n_before": "지난 회차 응답 / n before",
    "n_after": "이번 회차 응답 / n after",
    "n_both": "두 회차 모두 / n in both",
}
_TEXTS = ("_ko", "_en")


def to_csv(head: Sequence[str], body: Iterable[Row]) -> bytes:
    """A CSV in UTF-8 with a mark that spreadsheets know it by. What a spreadsheet would run is text."""
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([_harmless(cell) for cell in row] for row in body)
    return written.getvalue().encode("utf-8-sig")


def toplines_csv(figures: Figures) -> bytes:
    """Questions and their answers."""
    return to_csv(rows.TOPLINE_HEAD, rows.toplines(figures))


def breakdowns_csv(figures: Figures) -> bytes:
    """Questions by sex, age and region."""
    return to_csv(rows.BREAKDOWN_HEAD, rows.breakdowns(figures))


def workbook(figures: Figures) -> bytes:
    """All tables in one workbook: method, questions, and groups and changes where there are any."""
    written = io.BytesIO()
    book = xlsxwriter.Workbook(
        written, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties(
        {"title": f"{figures.title.ko} {figures.wave}", "created": _WRITTEN, "author": ""}
    )
    _sheet(
        book,
        Bilingual(ko="조사 방법", en="Method"),
        ("fact_ko", "content_ko", "fact_en", "content_en"),
        ((fact.name.ko, fact.value.ko, fact.name.en, fact.value.en) for fact in facts(figures)),
    )
    _sheet(book, Bilingual(ko="문항별", en="Questions"), rows.TOPLINE_HEAD, rows.toplines(figures))
    if rows.has_breakdowns(figures):
        groups = Bilingual(ko="집단별", en="Groups")
        _sheet(book, groups, rows.BREAKDOWN_HEAD, rows.breakdowns(figures))
    if figures.changes:
        _sheet(book, Bilingual(ko="변화", en="Changes"), rows.CHANGE_HEAD, rows.changes(figures))
    book.close()
    return written.getvalue()


def _sheet(
    book: xlsxwriter.Workbook, name: Bilingual, head: Sequence[str], body: Iterable[Row]
) -> None:
    sheet = book.add_worksheet(f"{name.ko} {name.en}")
    bold = book.add_format(
        {"bold": True, "bg_color": "#EEEEEE", "border": 1, "text_wrap": True, "valign": "vcenter"}
    )
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    for at, column in enumerate(head):
        sheet.write_string(0, at, _HEADS.get(column, column), bold)
        sheet.set_column(at, at, _WIDE if column.endswith(_TEXTS) else _NARROW)
    for number, row in enumerate(body, start=1):
        for at, cell in enumerate(row):
            if isinstance(cell, str):
                sheet.write_string(number, at, cell, wrapped)
            elif cell is not None:
                sheet.write_number(number, at, cell)
    sheet.freeze_panes(1, 1)


def _harmless(cell: str | float | None) -> str | float | None:
    if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{cell}"
    return cell

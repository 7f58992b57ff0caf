"""The register as it is printed (문서등록대장): its lines, its columns, its page.

A report for the division itself, not a numbered document: it has the title of every document,
whatever its disclosure class.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy.orm import Session

from gongmun.clock import seoul_date
from gongmun.documents import glyphs, register_queries
from gongmun.documents.contexts import ContextUnreadable
from gongmun.documents.disclosure import in_english
from gongmun.documents.letter import Language, Letter, said
from gongmun.documents.life import Status
from gongmun.documents.sheet import Sheet
from gongmun.documents.templating import fill
from gongmun.settings import settings
from gongmun.text import Bilingual, english_date, korean_date

TITLE = Bilingual(ko="문서등록대장", en="Register of Documents")
_NOTE = Bilingual(
    ko="내부 관리용입니다. 공개 구분과 관계없이 모든 문서의 제목을 적었으므로 외부에 제공하지 마십시오.",
    en="For internal use: every title is printed, whatever its disclosure class. Do not pass it on.",
)
_LETTER = TypeAdapter(Letter)

BYTE_ORDER_MARK = "\ufeff"
# Measured: 8 ms and 0.2 MB a row, so that a volume stays well within a render worker's limits.
VOLUME_ROWS = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """A column: its heading, and its class in the style sheet."""

    heading: Bilingual
    style: str
    is_text: bool = False


COLUMNS = (
    Column(heading=Bilingual(ko="등록번호", en="Number"), style="number"),
    Column(heading=Bilingual(ko="등록일자", en="Registered"), style="day"),
    Column(heading=Bilingual(ko="제목", en="Subject"), style="subject", is_text=True),
    Column(heading=Bilingual(ko="수신", en="To"), style="recipient", is_text=True),
    Column(heading=Bilingual(ko="결재권자", en="Approved by"), style="person"),
    Column(heading=Bilingual(ko="공개 구분", en="Disclosure"), style="disclosure"),
    Column(heading=Bilingual(ko="쪽수", en="Pages"), style="pages"),
    Column(heading=Bilingual(ko="발송일자", en="Sent"), style="day"),
    Column(heading=Bilingual(ko="비고", en="Remarks"), style="remarks", is_text=True),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class RegisterLine:
    """One number of the register, and the document that has it."""

    number: str
    registered_on: date
    title: Bilingual
    recipients: tuple[Bilingual, ...]
    approver: str | None  # None where the ladder decided
    disclosure: str
    pages: int | None  # None as long as it has no file
    sent_on: date | None
    corrects: str | None  # the number that this one corrects
    corrected_by: str | None  # the number that is in its place now

    def cells(self, language: Language) -> tuple[str, ...]:
        """What stands in the columns."""
        day = korean_date if language is Language.KO else english_date
        first, *others = self.recipients
        more = Bilingual(ko=f" 외 {len(others)}", en=f" and {len(others)} more")
        return (
            self.number,
            day(self.registered_on),
            said(self.title, language),
            said(first, language) + (said(more, language) if others else ""),
            self.approver or "",
            self.disclosure if language is Language.KO else in_english(self.disclosure),
            str(self.pages or ""),
            day(self.sent_on) if self.sent_on else "",
            ", ".join(said(remark, language) for remark in self._remarks()),
        )

    def _remarks(self) -> Sequence[Bilingual]:
        remarks = []
        if self.corrects:
            remarks.append(Bilingual(ko=f"{self.corrects} 정정", en=f"corrects {self.corrects}"))
        if self.corrected_by:
            remarks.append(
                Bilingual(ko=f"정정됨: {self.corrected_by}", en=f"corrected by {self.corrected_by}")
            )
        if self.pages is None:
            remarks.append(Bilingual(ko="파일 생성 전", en="not printed yet"))
        return remarks


def _letter(number: str, data: object) -> Letter:
    try:
        return _LETTER.validate_python(data)
    except ValidationError as error:
        # Not chained: its message quotes the content.
        raise ContextUnreadable(kind=number, count=error.error_count()) from None


def register_lines(session: Session, division: str, year: int) -> Sequence[RegisterLine]:
    """The register of one division and year, by number.

    Raises:
        ContextUnreadable: a row was not written by this version.
    """
    return [
        RegisterLine(
            number=f"{division}-{row.serial}",
            registered_on=seoul_date(row.registered_at),
            title=(letter := _letter(f"{division}-{row.serial}", row.letter)).title,
            recipients=tuple(recipient.office for recipient in letter.recipients),
            approver=row.approver,
            disclosure=letter.disclosure,
            pages=row.pages,
            sent_on=seoul_date(row.dispatched_at) if row.dispatched_at else None,
            corrects=f"{row.old_division}-{row.old_serial}" if row.old_serial else None,
            corrected_by=(
                f"{row.new_division}-{row.new_serial}" if row.status is Status.SUPERSEDED else None
            ),
        )
        for row in register_queries.register_rows(session, division, year)
    ]


def register_volumes(
    lines: Sequence[RegisterLine],
    *,
    division: str,
    year: int,
    printed_on: date,
    language: Language = Language.KO,
) -> Sequence[Sheet]:
    """The register as pages of HTML, one for each volume (권) of VOLUME_ROWS numbers; at least one.

    Raises:
        NotPrinted: the template is missing or at fault.
    """
    parts = [lines[at : at + VOLUME_ROWS] for at in range(0, len(lines), VOLUME_ROWS)] or [lines]
    agency = settings().agency
    return [
        _sheet(
            part,
            language,
            agency=agency.name_ko if language is Language.KO else agency.name_en,
            division=division,
            year=year,
            printed_on=printed_on,
            about=said(
                _about(division, year, part, len(lines), f"{volume}/{len(parts)}", printed_on),
                language,
            ),
        )
        for volume, part in enumerate(parts, start=1)
    ]


def _about(
    division: str,
    year: int,
    part: Sequence[RegisterLine],
    total: int,
    volume: str,
    printed_on: date,
) -> Bilingual:
    """What this volume holds, and of what."""
    ko, en = f"{total:,}건", f"{total:,} documents"
    if len(part) < total:
        numbers = f"{part[0].number}~{part[-1].number}"
        ko += f" 가운데 {numbers} / 제{volume}권"
        en += f", {numbers} / volume {volume}"
    return Bilingual(
        ko=f"처리과 {division} / {year}년 / {ko} / {korean_date(printed_on)} 현재",
        en=f"{division} / {year} / {en} / as of {english_date(printed_on)}",
    )


def _sheet(lines: Sequence[RegisterLine], language: Language, **values: Any) -> Sheet:
    columns = [
        {"name": said(column.heading, language), "style": column.style, "is_text": column.is_text}
        for column in COLUMNS
    ]
    html = fill(
        "register/register.html.j2",
        language,
        values
        | {
            "title": said(TITLE, language),
            "note": said(_NOTE, language),
            "columns": columns,
            "rows": [line.cells(language) for line in lines],
        },
    )
    text, replaced = glyphs.printable(html, settings().templates / "fonts" / "coverage.txt")
    return Sheet(html=text, replaced=replaced)


def register_csv(lines: Sequence[RegisterLine], language: Language = Language.KO) -> str:
    """The register as CSV, with a byte order mark: without it Excel misreads Korean."""
    written = io.StringIO()
    written.write(BYTE_ORDER_MARK)
    writer = csv.writer(written)
    writer.writerow([said(column.heading, language) for column in COLUMNS])
    writer.writerows([_inert(cell) for cell in line.cells(language)] for line in lines)
    return written.getvalue()


def _inert(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@")) else cell

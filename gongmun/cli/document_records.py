"""`gongmun document list`, `show` and `register`: what the register knows."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from gongmun import clock, wiring
from gongmun.cli.files import EndingUnknown, format_of, save
from gongmun.cli.output import AsOf, console, moment, say, table
from gongmun.cli.words import KINDS
from gongmun.documents import Document, DocumentKind, Status, queries
from gongmun.documents.contexts import CorrectionContext, from_json
from gongmun.documents.letter import Language, said
from gongmun.documents.names import STATUSES
from gongmun.documents.printing import Page
from gongmun.errors import GongmunError
from gongmun.mail.names import STATUSES as MAIL_STATUSES
from gongmun.referrals.mailing import mails_of
from gongmun.settings import settings
from gongmun.text import Bilingual

app = typer.Typer()

# The register has nine columns: on fewer than these it is printed as lines.
_REGISTER_COLUMNS = 120

Named = Annotated[
    str,
    typer.Argument(
        help="문서번호(여러 해에 있으면 문서번호@연도) 또는 번호 / document number (of several years: "
        "NUMBER@YEAR), or id",
        metavar="NUMBER|ID",
    ),
]


class OutputMissing(GongmunError):
    """A PDF that was asked for without the name of a file."""

    code = "cli.output_missing"
    ko = "PDF는 파일로만 저장할 수 있습니다. --output 파일이름.pdf 를 지정해 주십시오."
    en = "A PDF goes into a file only. Name it with --output FILE.pdf."


class RegisterFormat(StrEnum):
    """How the register is printed."""

    TABLE = "table"
    PDF = "pdf"
    CSV = "csv"


@app.command("list")
def list_(
    kind: Annotated[DocumentKind | None, typer.Option(help="종류 / kind")] = None,
    status: Annotated[Status | None, typer.Option(help="상태 / status")] = None,
) -> None:
    """모든 공문 / all documents."""
    with wiring.database().reading() as session:
        rows = [
            (d.id, d.number, KINDS[d.kind], STATUSES[d.status], d.recipient_code, d.title)
            for d in queries.listed(session, kind, status)
        ]
    table(
        Bilingual(ko="공문", en="Documents"),
        (
            Bilingual(ko="번호", en="id"),
            Bilingual(ko="문서번호", en="number"),
            Bilingual(ko="종류", en="kind"),
            Bilingual(ko="상태", en="status"),
            Bilingual(ko="수신", en="to"),
            Bilingual(ko="제목", en="title"),
        ),
        rows,
    )


@app.command("show")
def show(name: Named) -> None:
    """공문 한 건의 기록 / all that is known of one document."""
    with wiring.database().reading() as session:
        document = queries.named(session, name)
        rows = list(_facts(session, document))
    table(
        Bilingual(ko=f"문서 {document.id}", en=f"Document {document.id}"),
        (Bilingual(ko="항목", en="item"), Bilingual(ko="값", en="value")),
        rows,
    )
    context = from_json(document.kind, document.context)
    if isinstance(context, CorrectionContext):
        table(
            Bilingual(ko=f"정정 사항: {context.reason.ko}", en=f"Corrections: {context.reason.en}"),
            (
                Bilingual(ko="위치", en="place"),
                Bilingual(ko="당초", en="stood"),
                Bilingual(ko="정정", en="reads"),
            ),
            [(line.place, line.stood, line.reads) for line in context.corrections],
        )
    if document.status is Status.DRAFTED and document.kind is DocumentKind.CORRECTION:
        say("승인하거나 반려하려면 / to approve or return it:")
        say(f"  gongmun document approve {document.id} --name … --reason …")
        say(f"  gongmun document return {document.id} --name … --reason …")


def _facts(session: Session, document: Document) -> Iterator[tuple[str, object]]:
    letter = from_json(document.kind, document.context).letter
    yield "문서번호 / number", document.number
    yield "종류 / kind", KINDS[document.kind]
    yield "상태 / status", STATUSES[document.status]
    offices = ", ".join(said(recipient.office, letter.language) for recipient in letter.recipients)
    yield "수신 / to", f"{offices} ({document.recipient_code})"
    yield "제목 / title", document.title
    yield "공개 구분 / disclosure", letter.disclosure
    yield from _steps(document)
    if document.corrects_id is not None:
        yield "정정 대상 / corrects", queries.by_id(session, document.corrects_id).number
    for correction in queries.corrections(session, document.id):
        yield (
            "정정 문서 / corrected by",
            f"{correction.number or correction.id} ({STATUSES[correction.status]})",
        )
    yield "쪽수 / pages", document.pages
    yield "대체 글자 / replaced characters", document.replaced_characters
    yield "확인 코드 / check code", document.check_code
    yield "SHA-256", document.sha256
    yield "서명본 SHA-256 / signed", document.signed_sha256
    yield "문제 / problem", document.problem_ko
    for dispatch in mails_of(session, document.id):
        yield f"발송 {dispatch.id} / mail", f"{MAIL_STATUSES[dispatch.status]}  {dispatch.subject}"


def _steps(document: Document) -> Sequence[tuple[str, datetime | None]]:
    steps = (
        (Status.DRAFTED, document.created_at),
        (Status.APPROVED, document.approved_at),
        (Status.NUMBERED, document.numbered_at),
        (Status.RENDERED, document.rendered_at),
        (Status.SIGNED, document.signed_at),
        (Status.DISPATCHED, document.dispatched_at),
        (Status.SUPERSEDED, document.superseded_at),
    )
    return [(str(STATUSES[status]), at) for status, at in steps if at is not None]


@app.command("register")
def register(
    division: Annotated[str | None, typer.Option(help="처리과 / division")] = None,
    year: Annotated[int | None, typer.Option(help="연도 / year", min=1, max=9999)] = None,
    format_: Annotated[
        RegisterFormat | None,
        typer.Option("--format", help="생략하면 파일 이름에 따름 / by the file's name if left out"),
    ] = None,
    output: Annotated[Path | None, typer.Option(help="저장할 파일 / file")] = None,
    language: Annotated[Language, typer.Option(help="언어 / language")] = Language.KO,
    as_of: AsOf = None,
) -> None:
    """문서등록대장을 출력합니다(내부용). / Print the register, for internal use."""
    from gongmun.documents import register_sheet

    today = clock.seoul_date(moment(as_of))
    division = division or settings().agency.register_division
    year = year or today.year
    with wiring.database().reading() as session:
        lines = register_sheet.register_lines(session, division, year)
    match _format(format_, output):
        case RegisterFormat.TABLE:
            title = Bilingual(ko=f"문서등록대장 {division} {year}", en="Register of documents")
            headings = [column.heading for column in register_sheet.COLUMNS]
            rows = [line.cells(language) for line in lines]
            if console.width >= _REGISTER_COLUMNS:
                table(title, headings, rows)
            else:
                _as_lines(title, headings, rows, language)
        case RegisterFormat.CSV:
            text = register_sheet.register_csv(lines, language)
            if output is None:
                console.file.write(text.removeprefix(register_sheet.BYTE_ORDER_MARK))
            else:
                save(text.encode(), output)
                say(output)
        case RegisterFormat.PDF:
            if output is None:
                raise OutputMissing()
            sheets = register_sheet.register_volumes(
                lines, division=division, year=year, printed_on=today, language=language
            )
            paths = _volumes(output, len(sheets))
            with wiring.renderer() as renderer, ThreadPoolExecutor(renderer.workers) as threads:
                pages = [Page(html=sheet.html) for sheet in sheets]
                for path, rendered in zip(paths, threads.map(renderer.render, pages), strict=True):
                    save(rendered.content, path)
                    say(path)


def _as_lines(
    title: Bilingual,
    headings: Sequence[Bilingual],
    rows: Iterable[Sequence[str]],
    language: Language,
) -> None:
    """The same for a narrow terminal: each number on a line of its own, what is known of it below."""
    say(title)
    for number, *cells in rows:
        say(number)
        for heading, cell in zip(headings[1:], cells, strict=True):
            if cell:
                say(f"  {said(heading, language)}: {cell}")


def _format(asked: RegisterFormat | None, output: Path | None) -> RegisterFormat:
    if output is None:
        return asked or RegisterFormat.TABLE
    named = format_of(output, asked, (RegisterFormat.PDF, RegisterFormat.CSV))
    if named is None:
        raise EndingUnknown(path=output, known=".pdf, .csv")
    return named


def _volumes(output: Path, count: int) -> Sequence[Path]:
    """The file itself; or, for several volumes, files numbered beside it."""
    if count == 1:
        return [output]
    return [
        output.with_stem(f"{output.stem}-{volume:0{len(str(count))}}")
        for volume in range(1, count + 1)
    ]

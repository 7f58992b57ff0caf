"""`gongmun document`: see, check, print and correct official documents."""

import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from gongmun import clock, wiring
from gongmun.cli import document_corrections, document_records
from gongmun.cli import files as named_files
from gongmun.cli.output import fail, say
from gongmun.documents import DocumentKind, NotPrinted
from gongmun.documents.exporting import FileFormat
from gongmun.documents.letter import Language
from gongmun.documents.preview import (
    Format,
    changes,
    document_pdf,
    picture,
    sample_pdf,
    targets,
)
from gongmun.settings import settings

app = typer.Typer()
app.add_typer(document_records.app)
app.add_typer(document_corrections.app)


@app.command("preview")
def preview(
    name: Annotated[
        str,
        typer.Argument(
            help=f"서식({', '.join(DocumentKind)}), 또는 문서번호나 번호 / a form, or a document's number or id",
            metavar="FORM|NUMBER|ID",
        ),
    ],
    language: Annotated[
        Language | None, typer.Option(help="언어, 생략하면 정본 / language, of the official text")
    ] = None,
    only: Annotated[
        Format | None, typer.Option("--format", help="생략하면 둘 다 / both if left out")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="저장할 파일 / file, var/preview/… if left out")
    ] = None,
    show: Annotated[bool, typer.Option("--open", help="저장한 파일을 엽니다. / open it")] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="서식이 바뀔 때마다 다시, Ctrl-C로 끝 / until Ctrl-C")
    ] = False,
) -> None:
    """서식이나, 결재할 문서를 미리 봅니다. / See a form with sample data, or a document to decide on."""
    if output:
        only = named_files.format_of(output, only, Format)
    kind = DocumentKind(name) if name in set(DocumentKind) else None
    today = clock.seoul_date(clock.now())
    base = f"{_file_name(name)}-{language or 'ko'}" if kind or language else _file_name(name)
    files = targets(output or settings().var / "preview" / base, only)
    to_open = files[:1] if show else []

    def print_sample() -> None:
        pdf = (
            sample_pdf(kind, language or Language.KO, renderer)
            if kind
            else document_pdf(wiring.database(), name, language, renderer, today=today)
        )
        for file in files:
            is_picture = file.suffix.lower() == f".{Format.PNG}"
            named_files.save(picture(pdf) if is_picture else pdf, file)
            typer.echo(file)
        while to_open:
            typer.launch(str(to_open.pop()))

    with wiring.renderer() as renderer:
        if watch:
            _go_on(print_sample)
        else:
            print_sample()


def _file_name(name: str) -> str:
    """What was typed, as the name of a file: it may hold anything."""
    return re.sub(r"[^\w@-]", "_", name)[:60]


def _go_on(print_sample: Callable[[], None]) -> None:
    """Print whenever a form has changed, until Ctrl-C; a broken one is told and waited for."""
    with suppress(KeyboardInterrupt):
        for _ in changes():
            try:
                print_sample()
            except NotPrinted as problem:
                fail(problem)


@app.command("export")
def export(
    name: document_records.Named,
    format_: Annotated[
        FileFormat, typer.Option("--format", help="파일 형식 / file format")
    ] = FileFormat.PDF,
    language: Annotated[
        Language | None,
        typer.Option(help="언어, 생략하면 정본 / language, of the official text if left out"),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(help="저장할 파일, 생략하면 번호.형식 / file, NUMBER.FORMAT if left out"),
    ] = None,
) -> None:
    """시행한 공문을 PDF, HWPX, JSON 파일로 저장합니다. / Save an issued document as a file."""
    from gongmun.documents import exporting

    content = exporting.export(
        wiring.database(),
        name,
        format=format_,
        language=language,
        renderer=wiring.renderer,
        store=wiring.file_store(),
    )
    path = output or Path(f"{name}.{format_}")
    named_files.save(content, path)
    say(path)


@app.command("verify")
def verify(
    file: Annotated[
        Path,
        typer.Argument(help="확인할 PDF / the PDF file", metavar="FILE"),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="JSON으로 / as JSON")] = False,
) -> None:
    """파일이 진본인지, 누가 서명했는지 확인합니다. / Is it genuine, unchanged, and who signed it?"""
    from gongmun.cli.verdict import show, to_json
    from gongmun.documents import verifying
    from gongmun.documents.verdicts import LIMIT

    content = named_files.read(file, LIMIT + 1)
    verdict = verifying.verify(wiring.database(), content, trust=settings().signing.trust)
    if as_json:
        typer.echo(to_json(verdict))
    else:
        show(verdict)
    if not verdict.is_genuine:
        raise typer.Exit(1)

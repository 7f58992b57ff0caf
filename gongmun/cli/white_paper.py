"""`gongmun white-paper`: the white paper of a year, from its draft to its publication."""

from typing import Annotated

import typer

from gongmun import wiring
from gongmun.cli.output import AsOf, Name, Reason, done, moment, say, table
from gongmun.documents import Decision, WhitePaperContext
from gongmun.documents import issue as issue_documents
from gongmun.documents import queries as document_queries
from gongmun.documents.names import STATUSES
from gongmun.text import Bilingual
from gongmun.white_papers import queries
from gongmun.white_papers.deciding import context_of, decide_white_paper, latest
from gongmun.white_papers.drafting import draft_white_paper

app = typer.Typer()

Year = Annotated[int, typer.Argument(help="연도 / the year", metavar="YEAR", min=2000, max=2999)]


@app.command("draft")
def draft(year: Year, as_of: AsOf = None) -> None:
    """지금의 기록으로 그해의 백서를 기안합니다. 다시 부르면 초안을 고칩니다. / Draft it from the records as they stand."""
    document_id = draft_white_paper(wiring.database(), year, now=moment(as_of))
    done(
        Bilingual(
            ko=f"{year}년 백서를 기안했습니다(문서 {document_id}). 'gongmun document preview {document_id}'로 볼 수 있습니다.",
            en=f"The white paper of {year} is drafted as document {document_id}; see `gongmun document preview "
            f"{document_id}`.",
        )
    )


@app.command("show")
def show(year: Year) -> None:
    """백서의 수치와 상태 / its figures, and where it stands"""
    with wiring.database().reading() as session:
        document = latest(session, year)
    context = context_of(document)
    table(
        Bilingual(ko=f"{year}년 백서", en=f"White paper of {year}"),
        (Bilingual(ko="항목", en="item"), Bilingual(ko="값", en="value")),
        [
            ("문서 / document", document.number or document.id),
            ("상태 / status", STATUSES[document.status]),
            ("기준일 / counted on", context.counted_on),
            ("공개한 설문 / waves", len(context.surveys)),
        ],
    )
    for part in context.parts:
        table(
            part.title,
            (
                Bilingual(ko="구분", en="figure"),
                Bilingual(ko="건수", en="number"),
                Bilingual(ko="정의", en="what is counted"),
            ),
            [(figure.name, f"{figure.count:,}", figure.definition) for figure in part.figures],
        )
    if context.ministries:
        _ministries(context)


@app.command("approve")
def approve(year: Year, name: Name, reason: Reason, as_of: AsOf = None) -> None:
    """백서를 승인하고 시행하여 공개합니다. / Approve it; it is numbered, printed and published at once."""
    now = moment(as_of)
    decide_white_paper(
        wiring.database(), year, decision=Decision.APPROVE, name=name, reason=reason, now=now
    )
    issue(as_of)


@app.command("return")
def return_(year: Year, name: Name, reason: Reason, as_of: AsOf = None) -> None:
    """백서를 반려합니다. 다시 기안할 수 있습니다. / Return it; it may be drafted again."""
    decide_white_paper(
        wiring.database(),
        year,
        decision=Decision.RETURN,
        name=name,
        reason=reason,
        now=moment(as_of),
    )
    done(
        Bilingual(
            ko=f"반려했습니다. 'gongmun white-paper draft {year}'로 다시 기안해 주십시오.",
            en=f"Returned; draft it again with `gongmun white-paper draft {year}`.",
        )
    )


@app.command("issue")
def issue(as_of: AsOf = None) -> None:
    """승인되었으나 시행되지 않은 백서를 시행합니다. / Issue what is approved and was interrupted, or failed."""
    db = wiring.database()
    with db.reading() as session:
        waiting = queries.to_issue(session)
    if not waiting:
        done(Bilingual(ko="시행할 백서가 없습니다.", en="There is none to issue."))
        return
    with wiring.renderer() as renderer:
        report = issue_documents(
            db,
            waiting,
            renderer=renderer,
            store=wiring.file_store(),
            now=moment(as_of),
            key=wiring.signer,
        )
    for document_id in report.issued:
        with db.reading() as session:
            document = document_queries.by_id(session, document_id)
        done(
            Bilingual(
                ko=f"시행하여 공개했습니다: {document.number}({document.pages}쪽).",
                en=f"Issued and published: {document.number}, {document.pages} pages.",
            )
        )
    for _, problem in report.failed:
        say(Bilingual(ko=problem.message_ko, en=problem.message_en))
    if report.failed:
        raise typer.Exit(1)


def _ministries(context: WhitePaperContext) -> None:
    table(
        Bilingual(ko="기관별", en="By ministry"),
        (
            Bilingual(ko="기관", en="ministry"),
            Bilingual(ko="이송", en="sent"),
            Bilingual(ko="기한 안", en="in time"),
            Bilingual(ko="기한 후", en="late"),
            Bilingual(ko="미회신", en="overdue"),
            Bilingual(ko="약속", en="promised"),
            Bilingual(ko="이행", en="kept"),
        ),
        [
            (each.name, each.sent, each.in_time, each.late, each.overdue, each.promised, each.kept)
            for each in context.ministries
        ],
    )

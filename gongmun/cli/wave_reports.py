"""The report of a wave: `gongmun wave reports`, `approve`, `return`, `quotes`, `approve-quote` and `news`."""

from datetime import datetime
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from gongmun import wiring
from gongmun.cli.output import LARGEST_ID, AsOf, Name, Reason, done, moment, table
from gongmun.documents import Decision
from gongmun.surveys.fieldwork import queries as field_queries
from gongmun.surveys.fieldwork.life import Status
from gongmun.surveys.reports import queries
from gongmun.surveys.reports.deciding import approve_quote, decide_report
from gongmun.surveys.reports.telling import write_news
from gongmun.text import Bilingual

app = typer.Typer()

WaveId = Annotated[
    int,
    typer.Argument(help="회차의 관리 번호 / id of the wave", metavar="ID", min=1, max=LARGEST_ID),
]


@app.command("reports")
def reports() -> None:
    """결재를 기다리는 결과 보고서 / reports that wait for a decision"""
    with wiring.database().reading() as session:
        rows = [
            (
                cycle_id,
                _name(session, cycle_id),
                report.document_id,
                report.drafts,
                report.drafted_at,
                _undecided(session, cycle_id),
            )
            for cycle_id in field_queries.cycles_in(session, {Status.REPORTED})
            if (report := queries.find_report(session, cycle_id)) is not None
        ]
    table(
        Bilingual(ko="결재를 기다리는 결과 보고서", en="Reports that wait for a decision"),
        (
            Bilingual(ko="번호", en="wave id"),
            Bilingual(ko="설문", en="survey"),
            Bilingual(ko="문서", en="document"),
            Bilingual(ko="기안 차수", en="draft"),
            Bilingual(ko="기안", en="drafted"),
            Bilingual(ko="승인 전 인용", en="quotes to decide"),
        ),
        rows,
    )


def _name(session: Session, cycle_id: int) -> str:
    """The series' code and the number of its wave, as in the address of its results."""
    series = field_queries.series_of(session, cycle_id)
    return f"{series.code} {field_queries.cycle(session, cycle_id).wave}"


@app.command("approve")
def approve(wave: WaveId, name: Name, reason: Reason, as_of: AsOf = None) -> None:
    """결과 보고서를 승인합니다. 다음 점검에서 시행하고 공개합니다. / Approve a report; the next sweep publishes it."""
    _decide(wave, Decision.APPROVE, name, reason, as_of)
    done(
        Bilingual(
            ko="승인했습니다. 다음 점검(publish-survey-report)에서 시행하고 공개합니다.",
            en="Approved; the next sweep (publish-survey-report) issues and publishes it.",
        )
    )
    with wiring.database().reading() as session:
        undecided = _undecided(session, wave)
    if undecided:
        done(
            Bilingual(
                ko=f"인용 후보 {undecided}건은 승인하지 않아 보고서에 싣지 않습니다.",
                en=f"Quotes that nobody has approved, and that are not printed: {undecided}.",
            )
        )


@app.command("return")
def return_(wave: WaveId, name: Name, reason: Reason, as_of: AsOf = None) -> None:
    """결과 보고서를 반려합니다. 다음 점검에서 다시 기안합니다. / Return a report; the next sweep drafts another."""
    _decide(wave, Decision.RETURN, name, reason, as_of)
    done(
        Bilingual(
            ko="반려했습니다. 다음 점검에서 다시 기안합니다.",
            en="Returned; the next sweep drafts it again.",
        )
    )


@app.command("quotes")
def quotes_(wave: WaveId) -> None:
    """보고서에 옮길 수 있는 주관식 응답 / open answers that may be quoted once a person has approved them"""
    with wiring.database().reading() as session:
        rows = [
            (
                quote.id,
                quote.item,
                quote.size,
                quote.text,
                Bilingual(ko="승인", en="approved") if quote.approval_id else "",
            )
            for quote in queries.quotes(session, wave)
        ]
    table(
        Bilingual(ko="인용 후보", en="Quotes"),
        (
            Bilingual(ko="번호", en="id"),
            Bilingual(ko="문항", en="item"),
            Bilingual(ko="비슷한 응답", en="alike"),
            Bilingual(ko="응답(개인정보 가림)", en="answer, masked"),
            Bilingual(ko="결재", en="decided"),
        ),
        rows,
    )


@app.command("approve-quote")
def approve_quote_(
    quote: Annotated[
        int,
        typer.Argument(
            help="인용 후보의 번호 / id of the quote", metavar="ID", min=1, max=LARGEST_ID
        ),
    ],
    name: Name,
    reason: Reason,
    as_of: AsOf = None,
) -> None:
    """개인정보가 없음을 확인하고 인용을 승인합니다. / Approve a quote, having seen that it tells of nobody."""
    approve_quote(wiring.database(), quote, name=name, reason=reason, now=moment(as_of))
    done(
        Bilingual(
            ko="승인했습니다. 보고서를 승인할 때 함께 싣습니다.",
            en="Approved; it is printed in the report once that is approved.",
        )
    )


@app.command("news")
def news(
    wave: WaveId,
    name: Name,
    reason: Reason,
    text_ko: Annotated[str, typer.Option("--text-ko", help="달라진 점 / what changed, in Korean")],
    text_en: Annotated[
        str, typer.Option("--text-en", help="영어로 적은 달라진 점 / the same in English")
    ],
    link: Annotated[
        str | None, typer.Option("--link", help="관련 자료의 주소 / an https address")
    ] = None,
    as_of: AsOf = None,
) -> None:
    """결과에 따라 달라진 점을 적습니다. 응답자에게 한 번 보냅니다. / Tell those who answered what changed, once."""
    write_news(
        wiring.database(),
        wave,
        text=Bilingual(ko=text_ko, en=text_en),
        link=link,
        name=name,
        reason=reason,
        now=moment(as_of),
    )
    done(
        Bilingual(
            ko="등록했습니다. 다음 점검에서 답하신 분들께 보냅니다.",
            en="Written down; the next sweep mails it to those who answered.",
        )
    )


def _undecided(session: Session, wave: int) -> int:
    return sum(each.approval_id is None for each in queries.quotes(session, wave))


def _decide(wave: int, decision: Decision, name: str, reason: str, as_of: datetime | None) -> None:
    decide_report(
        wiring.database(), wave, decision=decision, name=name, reason=reason, now=moment(as_of)
    )

"""What everybody may see of waves (결과 공개): those that are published, their figures, quotes, files and news."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from gongmun.clock import seoul_date
from gongmun.documents import queries as document_queries
from gongmun.documents.contexts import from_json as context_of
from gongmun.documents.survey_report import SurveyReportContext
from gongmun.errors import NotFound
from gongmun.surveys.reports import queries
from gongmun.surveys.reports.figures import Figures, from_json
from gongmun.surveys.reports.models import ReportFile
from gongmun.surveys.reports.sentences import facts, findings
from gongmun.text import Bilingual

REPORT = "report.pdf"


@dataclass(frozen=True, kw_only=True, slots=True)
class PublishedWave:
    """A line of the list: the address is made of `series` and `wave`."""

    series: str
    wave: int
    title: Bilingual
    published_on: date
    answered: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Quoted:
    """Approved quotes to an open question: each with who says the same."""

    text: Bilingual
    quotes: tuple[tuple[str, Bilingual], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class News:
    """What changed because of the answers."""

    text: Bilingual
    link: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Published:
    """All of a wave that is public. `number` and `check_code` are the document's."""

    figures: Figures
    published_on: date
    findings: tuple[Bilingual, ...]
    method: tuple[tuple[Bilingual, Bilingual], ...]
    quotes: tuple[Quoted, ...]
    news: News | None
    files: tuple[ReportFile, ...]
    number: str
    check_code: str | None


def published_waves(session: Session) -> Sequence[PublishedWave]:
    """The waves that are published, the newest first."""
    return [
        PublishedWave(
            series=series.code,
            wave=cycle.wave,
            title=Bilingual(ko=series.title_ko, en=series.title_en),
            published_on=seoul_date(cycle.published_at),
            answered=from_json(report.figures).method.answered,
        )
        for series, cycle, report in queries.published(session)
    ]


def waves_of(session: Session, series: str) -> Sequence[PublishedWave]:
    """The waves of a series that are published, the newest first.

    Raises:
        NotFound: there is none.
    """
    found = [each for each in published_waves(session) if each.series == series]
    if not found:
        raise NotFound(thing_ko="설문 결과", thing_en="survey results")
    return found


def published_wave(session: Session, series: str, wave: int) -> Published:
    """A published wave.

    Raises:
        NotFound: there is none, or it is not published.
    """
    row = queries.published_wave(session, series, wave)
    if row is None:
        raise NotFound(thing_ko="설문 결과", thing_en="survey results")
    _, cycle, report = row
    figures = from_json(report.figures)
    document = document_queries.by_id(session, report.document_id)
    news = queries.news_of(session, cycle.id)
    # The quotes of the document itself: what was approved with it, and nothing since.
    printed = context_of(document.kind, document.context)
    assert isinstance(printed, SurveyReportContext)
    assert document.number is not None
    assert document.file_sha256 is not None
    return Published(
        figures=figures,
        published_on=seoul_date(cycle.published_at),
        findings=tuple(findings(figures)),
        method=tuple((fact.name, fact.value) for fact in facts(figures)),
        quotes=tuple(
            Quoted(
                text=entry.text,
                quotes=tuple((quote.words, quote.said_by) for quote in entry.quotes),
            )
            for entry in printed.quotes
        ),
        news=None
        if news is None
        else News(text=Bilingual(ko=news.text_ko, en=news.text_en), link=news.link),
        files=(
            ReportFile(
                name=REPORT,
                media_type="application/pdf",
                sha256=document.file_sha256,
                size=document.signed_size or document.size or 0,
            ),
            *(ReportFile(**file) for file in report.files),
        ),
        number=document.number,
        check_code=document.check_code,
    )

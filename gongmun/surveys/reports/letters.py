"""What the report of a wave says in print: its figures as sentences and rows of the official form."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from gongmun.clock import seoul_date
from gongmun.documents import INTERNAL, Letter, Reference
from gongmun.documents.survey_report import (
    Chart,
    SurveyAnswer,
    SurveyChange,
    SurveyDifference,
    SurveyGroup,
    SurveyQuestion,
    SurveyQuotes,
    SurveyReportContext,
)
from gongmun.documents.survey_report import (
    SurveyQuote as PrintedQuote,
)
from gongmun.settings import settings
from gongmun.surveys.reports.figures import (
    RANKING,
    SCALE,
    Breakdown,
    ChangeFigure,
    Figures,
    Question,
)
from gongmun.surveys.reports.models import SurveyQuote
from gongmun.surveys.reports.sentences import facts, findings, mean_text, people, printed
from gongmun.text import Bilingual

_LEAST = 5
# A design effect below this is printed as 1.00, or less: the share is as precise as in a simple sample.
_COSTS = 1.005


def address_of(series: str, wave: int) -> str | None:
    """Where everybody finds the results; None without a portal."""
    where = settings().public_url
    return f"{str(where).rstrip('/')}/surveys/{series}/{wave}" if where else None


def report_context(
    figures: Figures,
    quotes: Sequence[SurveyQuote],
    *,
    now: datetime,
    references: tuple[Reference, ...] = (),
) -> SurveyReportContext:
    """The whole report. `quotes` are those that a person has approved, `references` the report of the wave before."""
    title, wave, method = figures.title, figures.wave, figures.method
    where = address_of(figures.series, wave)
    return SurveyReportContext(
        letter=Letter(
            recipients=(INTERNAL,),
            title=Bilingual(
                ko=f"‘{title.ko}’ {wave}회차 조사 결과 보고",
                en=f"Report on wave {wave} of the survey “{title.en}”",
            ),
            decided_on=seoul_date(now),
            references=references,
        ),
        survey=title,
        wave=wave,
        period=(method.first_day, method.last_day),
        answered=method.answered,
        findings=tuple(findings(figures)),
        method=tuple(facts(figures)),
        questions=tuple(_question(question) for question in figures.questions),
        differences=tuple(_differences(figures)),
        compared=sum(table.p is not None for table in figures.breakdowns),
        changes=tuple(_change(each) for each in figures.changes),
        before=figures.before,
        quotes=tuple(_quotes(figures, quotes)),
        published_at=Bilingual(ko=where, en=where) if where else None,
    )


def _question(question: Question) -> SurveyQuestion:
    return SurveyQuestion(
        text=question.text,
        hint=question.note,
        chart=_chart(question),
        base=question.base,
        answers=tuple(
            SurveyAnswer(
                label=option.label,
                count=option.n,
                share=option.share.value if option.share else None,
                low=option.share.low if option.share else None,
                high=option.share.high if option.share else None,
            )
            for option in question.options
        ),
        summaries=tuple(_summaries(question)),
        missing=tuple(
            SurveyAnswer(label=each.label, count=each.n, share=None, low=None, high=None)
            for each in question.missing
        ),
    )


def _chart(question: Question) -> Chart:
    """A scale is drawn whole or as bars; what is mostly withheld is told by the table alone."""
    told = sum(option.share is not None for option in question.options)
    if question.kind == SCALE and told and told == len(question.options):
        return Chart.SCALE
    return Chart.BARS if told * 2 >= len(question.options) > 0 else Chart.NONE


def _summaries(question: Question) -> Iterator[Bilingual]:
    if question.kind == RANKING:
        yield Bilingual(ko="1순위 응답 기준", en="first ranks")
    if question.mean is not None:
        yield mean_text(question.mean)
    if question.top is not None:
        yield Bilingual(
            ko=f"상위 2개 응답 {question.top.value:.1%}", en=f"two highest {question.top.value:.1%}"
        )
    effects = [o.share.deff for o in question.options if o.share and o.share.deff is not None]
    if effects:
        yield from _effects(min(effects), max(effects))


def _effects(least: float, most: float) -> Iterator[Bilingual]:
    """The design effects of a question's shares, where the weights have cost anything."""
    one, other = f"{least:.2f}", f"{most:.2f}"
    if most < _COSTS:
        return
    if one == other:
        yield Bilingual(ko=f"설계효과 {one}", en=f"design effect {one}")
    else:
        yield Bilingual(ko=f"설계효과 {one}~{other}", en=f"design effects {one} to {other}")


def _differences(figures: Figures) -> Iterator[SurveyDifference]:
    places = {question.code: at for at, question in enumerate(figures.questions, start=1)}
    for table in figures.breakdowns:
        if table.is_significant:
            yield SurveyDifference(
                question=places[table.code],
                text=_beside(table),
                by=table.by_label,
                answers=table.options,
                groups=tuple(
                    SurveyGroup(label=group.label, base=group.base, shares=group.shares)
                    for group in table.groups
                ),
                test=_test(table),
            )


def _beside(table: Breakdown) -> Bilingual:
    if table.part is None:
        return table.text
    return Bilingual(
        ko=f"{table.text.ko} – {table.part.ko}", en=f"{table.text.en} – {table.part.en}"
    )


def _test(table: Breakdown) -> Bilingual:
    p = "< 0.001" if (table.p or 0) < 0.001 else f"= {table.p:.3f}"
    v = "" if table.v is None else f", Cramér's V = {table.v:.2f}"
    return Bilingual(ko=f"보정한 p {p}{v}", en=f"adjusted p {p}{v}")


def _change(each: ChangeFigure) -> SurveyChange:
    before, after = (printed(v, is_share=each.is_share) for v in (each.before, each.after))
    difference, low, high = (
        _signed(v, is_share=each.is_share) for v in (each.difference, each.low, each.high)
    )
    return SurveyChange(
        text=each.text,
        figure=each.figure,
        before=Bilingual(ko=before, en=before),
        after=Bilingual(ko=after, en=after),
        difference=Bilingual(
            ko=f"{difference}{'%p' if each.is_share else ''}({low}~{high})",
            en=f"{difference}{' points' if each.is_share else ''} ({low} to {high})",
        ),
        is_significant=each.is_significant,
        people=people(each),
    )


def _quotes(figures: Figures, quotes: Sequence[SurveyQuote]) -> Iterator[SurveyQuotes]:
    for code, text in figures.open_questions:
        own = [quote for quote in quotes if quote.item == code]
        if own:
            yield SurveyQuotes(
                text=text,
                quotes=tuple(
                    PrintedQuote(words=quote.text, said_by=_said_by(quote.size)) for quote in own
                ),
            )


def _said_by(size: int) -> Bilingual:
    if size < _LEAST:
        return Bilingual(ko="비슷한 응답 5건 미만", en="fewer than 5 similar answers")
    return Bilingual(ko=f"비슷한 응답 {size:,}건", en=f"{size:,} similar answers")


def _signed(value: float, *, is_share: bool) -> str:
    # A true minus, which is as wide as the plus.
    return (f"{value * 100:+.1f}" if is_share else f"{value:+.2f}").replace("-", "−")

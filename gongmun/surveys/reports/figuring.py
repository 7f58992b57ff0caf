"""Make the figures of a wave: toplines, crosstabs with tests, change, all through the disclosure check together."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite

from gongmun.surveys.analysis.change import Change, Wave, changes
from gongmun.surveys.analysis.crosstabs import Crosstab, crosstabs
from gongmun.surveys.analysis.designs import Design
from gongmun.surveys.analysis.disclosure import (
    Disclosed,
    disclose,
    disclosed_changes,
)
from gongmun.surveys.analysis.linearising import linearise
from gongmun.surveys.analysis.pooling import group_sizes, pool
from gongmun.surveys.analysis.precision import Estimate
from gongmun.surveys.analysis.sums import Route
from gongmun.surveys.analysis.suppression import MINIMUM
from gongmun.surveys.analysis.toplines import Topline, toplines
from gongmun.surveys.analysis.variables import Kind, Variable
from gongmun.surveys.analysis.weighting import margin_codes
from gongmun.surveys.questionnaire import Questionnaire, changed
from gongmun.surveys.reports.answers import Answers
from gongmun.surveys.reports.coarsening import coarse_routes, told, with_group_means, with_means
from gongmun.surveys.reports.figures import (
    Breakdown,
    ChangeFigure,
    Figure,
    GroupFigure,
    MissingFigure,
    OptionFigure,
    Question,
)
from gongmun.surveys.reports.weighing import Weighed
from gongmun.text import Bilingual


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Counted:
    """A wave with all that may be published of it.

    `told` are its variables and `demographics` its groups as the tables have them: scales in parts where few
    answered, small groups pooled.
    """

    questionnaire: Questionnaire
    answers: Answers
    disclosed: Disclosed
    told: tuple[Variable, ...]
    demographics: tuple[Variable, ...]
    wave: Wave


def count(questionnaire: Questionnaire, answers: Answers, weighed: Weighed) -> Counted:
    """The tables of a wave after the disclosure check.

    Raises:
        NoAnswers, UnknownAnswers, NotProtected: see the analysis room.
    """
    view = told(weighed.frame, answers.variables, answers.demographics)
    frame = view.frame
    demographics = []
    for each in view.demographics:
        pooled, values = pool(frame, each)
        frame = frame.assign(**{pooled.columns[0]: values})
        demographics.append(pooled)
    design = Design(weights=weighed.values, margins=margin_codes(frame, weighed.margins))
    ready = linearise(design)
    lines = toplines(frame, view.variables, ready)
    shown = {line.name for line in lines if line.shares}
    tables = tuple(
        table
        for table in crosstabs(frame, view.variables, demographics, ready)
        if table.name in shown
    )
    sizes = group_sizes(frame, demographics)
    followed = coarse_routes(answers.routes, view)
    found = _disclosed(lines, tables, sizes, len(frame), followed)
    coarse = [
        each
        for each, shown_as in zip(answers.variables, view.variables, strict=True)
        if each is not shown_as
    ]
    disclosed = replace(
        found,
        toplines=with_means(found.toplines, toplines(frame, coarse, ready)),
        crosstabs=with_group_means(found.crosstabs, crosstabs(frame, coarse, demographics, ready)),
    )
    return Counted(
        questionnaire=questionnaire,
        answers=answers,
        disclosed=disclosed,
        told=view.variables,
        demographics=tuple(demographics),
        wave=Wave(
            answers=frame,
            design=design,
            variables=answers.variables,
            pair_keys=answers.pair_keys,
        ),
    )


def _disclosed(
    lines: Sequence[Topline],
    tables: Sequence[Crosstab],
    sizes: Mapping[str, Mapping[int, int]],
    rows: int,
    routes: Sequence[Route],
) -> Disclosed:
    """What may be published, where no question is given up for its crosstabs.

    A small cell of a crosstab may cost a cell of the question itself, which is worth more: then that question has no
    crosstabs.
    """
    alone = _told(disclose(lines, (), sizes, rows=rows, routes=routes))
    kept = tuple(tables)
    while kept:
        found = disclose(lines, kept, sizes, rows=rows, routes=routes)
        told = _told(found)
        dear = {line.variable.name for line in lines if told[line.name] < alone[line.name]}
        if not dear:
            return found
        fewer = tuple(table for table in kept if table.variable.name not in dear)
        kept = fewer if len(fewer) < len(kept) else ()
    return disclose(lines, (), sizes, rows=rows, routes=routes)


def _told(disclosed: Disclosed) -> Counter[str]:
    """How many cells of each question are told."""
    return Counter(
        line.name for line in disclosed.toplines for share in line.shares if share.n is not None
    )


def questions(counted: Counted) -> tuple[Question, ...]:
    """Every question of the questionnaire that is no open one, in the order asked."""
    notes = {item.code: item.note for _, item in counted.questionnaire.items()}
    found = []
    for variable in counted.answers.variables:
        lines = [line for line in counted.disclosed.toplines if line.variable.name == variable.name]
        found.append(_question(variable, lines, notes[variable.name]))
    return tuple(found)


def breakdowns(counted: Counted) -> tuple[Breakdown, ...]:
    """Every question by every demographic, but for those of which nothing is told."""
    return tuple(
        _breakdown(table)
        for table in counted.disclosed.crosstabs
        if any(cell.n is not None for column in table.columns for cell in column.cells)
    )


def change(before: Counted, after: Counted) -> tuple[ChangeFigure, ...]:
    """What changed since the wave before, in questions that were put in the same words, and to the same people."""
    broken = set(changed(before.questionnaire, after.questionnaire))
    found = changes(_same(before.wave, broken), _same(after.wave, broken))
    texts = {each.trend or "": each.label for each in after.answers.variables}
    return tuple(
        ChangeFigure(
            trend=each.trend,
            text=texts[each.trend],
            figure=each.figure,
            is_share=each.is_share,
            before=_rounded(each.before, is_share=each.is_share),
            after=_rounded(each.after, is_share=each.is_share),
            difference=_rounded(each.difference, is_share=each.is_share),
            low=_rounded(each.low, is_share=each.is_share),
            high=_rounded(each.high, is_share=each.is_share),
            p=round(each.p_adjusted, 4),
            is_significant=each.is_significant,
            n_before=each.n_before,
            n_after=each.n_after,
            pairs=_pairs(each),
        )
        for each in disclosed_changes(found, before.disclosed.toplines, after.disclosed.toplines)
        if isfinite(each.low) and isfinite(each.p_adjusted)
    )


def not_compared(before: Questionnaire, after: Questionnaire) -> tuple[Bilingual, ...]:
    """The trend items of both that are other questions by now, or go to other people, in the words of the later one."""
    texts = {item.trend: item.text for _, item in after.items()}
    return tuple(texts[code] for code in changed(before, after))


def _pairs(each: Change) -> int | None:
    """Who answered in both waves, where neither they nor those who answered in one only are few."""
    counts = (each.pairs, each.n_before - each.pairs, each.n_after - each.pairs)
    return None if any(0 < n < MINIMUM for n in counts) else each.pairs


def _same(wave: Wave, broken: set[str]) -> Wave:
    return replace(
        wave,
        variables=tuple(
            replace(each, trend=None) if each.trend in broken else each for each in wave.variables
        ),
    )


def _question(variable: Variable, lines: Sequence[Topline], note: Bilingual | None) -> Question:
    first = lines[0]
    return Question(
        code=variable.name,
        kind=variable.kind.value,
        text=variable.label,
        note=note,
        trend=variable.trend,
        base=None if any(line.base is None for line in lines) else first.base,
        options=tuple(_options(variable, lines)),
        mean=_figure(first.mean, is_share=False),
        top=_figure(first.top, is_share=True),
        missing=tuple(MissingFigure(label=each.label, n=each.n) for each in first.missing),
    )


def _options(variable: Variable, lines: Sequence[Topline]) -> Iterator[OptionFigure]:
    """Of a multiple choice those who chose each option; of others the options themselves."""
    if variable.kind is Kind.MULTIPLE:
        for line in lines:
            if line.part is not None and line.shares:
                yield OptionFigure(
                    code=line.part.code,
                    label=line.part.label,
                    n=line.shares[0].n,
                    share=_figure(line.shares[0].estimate, is_share=True),
                )
        return
    for share in lines[0].shares:
        yield OptionFigure(
            code=share.option.code,
            label=share.option.label,
            n=share.n,
            share=_figure(share.estimate, is_share=True),
        )


def _breakdown(table: Crosstab) -> Breakdown:
    rows = 1 if table.variable.kind is Kind.MULTIPLE else len(table.columns[0].cells)
    return Breakdown(
        code=table.variable.name,
        text=table.variable.label,
        part=table.part.label if table.part else None,
        by=table.by.name,
        by_label=table.by.label,
        options=tuple(cell.option.label for cell in table.columns[0].cells[:rows]),
        groups=tuple(
            GroupFigure(
                label=column.group.label,
                base=column.base,
                counts=tuple(cell.n for cell in column.cells[:rows]),
                shares=tuple(
                    None if cell.estimate is None else round(cell.estimate.value, 3)
                    for cell in column.cells[:rows]
                ),
                stands_out=tuple(cell.stands_out for cell in column.cells[:rows]),
                mean=None if column.mean is None else _finite(column.mean.value, 2),
            )
            for column in table.columns
        ),
        p=None if table.p_adjusted is None else round(table.p_adjusted, 4),
        v=None if table.test is None else _finite(table.test.v, 2),
        is_significant=table.is_significant,
    )


def _figure(estimate: Estimate | None, *, is_share: bool) -> Figure | None:
    if estimate is None or not isfinite(estimate.value):
        return None
    digits = 3 if is_share else 2
    return Figure(
        value=round(estimate.value, digits),
        low=_finite(estimate.low, digits),
        high=_finite(estimate.high, digits),
        margin=_finite(estimate.margin, digits),
        deff=None if estimate.deff is None else _finite(estimate.deff, 2),
    )


def _finite(value: float, digits: int) -> float | None:
    return round(value, digits) if isfinite(value) else None


def _rounded(value: float, *, is_share: bool) -> float:
    return round(value, 3 if is_share else 2)

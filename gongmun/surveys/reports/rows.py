"""The published tables as rows, one figure a row: what the CSV and the XLSX are written from."""

from collections.abc import Iterator, Sequence

from gongmun.surveys.reports.figures import Figure, Figures
from gongmun.text import Bilingual

Row = tuple[str | int | float | None, ...]

TOPLINE_HEAD: Sequence[str] = (
    *("item", "question_ko", "question_en", "code", "answer_ko", "answer_en"),
    *("base", "n", "percent", "low", "high", "margin", "design_effect"),
)
BREAKDOWN_HEAD: Sequence[str] = (
    *("item", "question_ko", "question_en", "part_ko", "part_en", "by_ko", "by_en"),
    *("group_ko", "group_en", "base", "answer_ko", "answer_en", "n", "percent", "stands_out"),
    *("group_mean", "p_adjusted", "cramers_v"),
)
CHANGE_HEAD: Sequence[str] = (
    *("trend", "question_ko", "question_en", "figure_ko", "figure_en"),
    *("unit", "before", "after", "difference", "low", "high", "p_adjusted", "significant"),
    *("n_before", "n_after", "n_both"),
)
_MEAN = Bilingual(ko="평균", en="mean")
_TOP = Bilingual(ko="상위 2개 응답", en="two highest")


def toplines(figures: Figures) -> Iterator[Row]:
    """Every answer to every question. Percentages are weighted, `n` is not; empty where withheld."""
    for question in figures.questions:
        about = (question.code, question.text.ko, question.text.en)
        for option in question.options:
            label = (option.code, option.label.ko, option.label.en)
            yield (*about, *label, question.base, option.n, *_percent(option.share))
        for missing in question.missing:
            kind = (missing.label.ko, missing.label.en)
            yield (*about, None, *kind, None, missing.n, *_percent(None))
        if question.top is not None:
            yield (*about, None, _TOP.ko, _TOP.en, question.base, None, *_percent(question.top))
        if question.mean is not None:
            mean = question.mean
            yield (
                *(*about, None, _MEAN.ko, _MEAN.en, question.base, None),
                *(mean.value, mean.low, mean.high, mean.margin, mean.deff),
            )


def breakdowns(figures: Figures) -> Iterator[Row]:
    """Every answer in every group."""
    for table in figures.breakdowns:
        part = (table.part.ko, table.part.en) if table.part else (None, None)
        about = (table.code, table.text.ko, table.text.en, *part)
        by = (table.by_label.ko, table.by_label.en)
        for group in table.groups:
            named = (*about, *by, group.label.ko, group.label.en, group.base)
            for at, label in enumerate(table.options):
                share = group.shares[at]
                yield (
                    *(*named, label.ko, label.en, group.counts[at]),
                    None if share is None else _hundredfold(share),
                    int(group.stands_out[at]),
                    *(group.mean, table.p, table.v),
                )


def has_breakdowns(figures: Figures) -> bool:
    """Whether there is a group of which anything may be told."""
    return any(
        count is not None
        for table in figures.breakdowns
        for group in table.groups
        for count in (group.base, *group.counts)
    )


def changes(figures: Figures) -> Iterator[Row]:
    """Every figure that both waves have."""
    for each in figures.changes:
        numbers = (each.before, each.after, each.difference, each.low, each.high)
        told = tuple(_hundredfold(n) if each.is_share else n for n in numbers)
        yield (
            *(each.trend, each.text.ko, each.text.en, each.figure.ko, each.figure.en),
            *("%" if each.is_share else "mean", *told, each.p, int(each.is_significant)),
            *(each.n_before, each.n_after, each.pairs),
        )


def _percent(share: Figure | None) -> Row:
    if share is None:
        return (None,) * 5
    numbers = (share.value, share.low, share.high, share.margin)
    return (*(None if n is None else _hundredfold(n) for n in numbers), share.deff)


def _hundredfold(share: float) -> float:
    return round(share * 100, 1)

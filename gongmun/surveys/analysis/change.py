"""What changed since the last wave, with the panel's overlap taken into account.

For an estimate θ of two waves, Var(θ₂ - θ₁) = V₁ + V₂ - 2C. V₁ and V₂ are the linearised variances, sums of
squares of what each person adds to the error (`linearising.contributions`); C is the sum of the products of
both contributions over the persons who answered in both waves, found by their pair keys. So C is 0 without
overlap (two independent samples), and with the same persons in both it is the paired comparison. For the mean
of a simple random sample C is n₁₂ S₁₂ / (n₁ n₂), Kish's (Survey Sampling, 1965, section 12.4). |C| never
exceeds √(V₁V₂). The t test takes the smaller degrees of freedom of both waves, the cautious choice.

Only items with the same trend code are compared. Holm's correction covers all figures of one call.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from gongmun.surveys.analysis.designs import Design, degrees_of_freedom
from gongmun.surveys.analysis.errors import DesignUnfit, PairKeysRepeated, TrendBroken
from gongmun.surveys.analysis.linearising import Linearisation, contributions, linearise
from gongmun.surveys.analysis.precision import Floats, critical, holm
from gongmun.surveys.analysis.variables import Coded, Codes, Kind, Option, Variable, coded, numbers
from gongmun.text import Bilingual

_SIGNIFICANT = 0.05
_TOP, _LEAST_POINTS = 2, 4
_NOTHING = 1e-12

_MEAN = Bilingual(ko="평균", en="mean")
_TOP_TWO = Bilingual(ko="상위 2개 응답 비율", en="top-2-box")


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Wave:
    """The answers of a wave, their design and their items.

    `pair_keys`: the same text for the same person in every wave of the series, None where there is none; in
    the order of the rows.
    """

    answers: pd.DataFrame
    design: Design
    variables: Sequence[Variable]
    pair_keys: Sequence[str | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One figure of a trend item in two waves.

    `figure` is what it is: the mean, top-2-box, or the share of the `option` with this code. `name` and
    `name_before` are the question's in each wave. `pairs` counts the persons who
    answered it in both waves, `n_before` and `n_after` those who answered it, `hits_before` and `hits_after`
    those of them whom a share counts (None for a mean). `covariance` is C; `p_adjusted` is Holm's.
    """

    trend: str
    name: str
    name_before: str
    figure: Bilingual
    option: int | None
    is_share: bool
    before: float
    after: float
    n_before: int
    n_after: int
    hits_before: int | None
    hits_after: int | None
    pairs: int
    covariance: float
    difference: float
    se: float
    low: float
    high: float
    df: int
    p: float
    p_adjusted: float

    @property
    def is_significant(self) -> bool:
        """Whether it changed, at 5 % after the correction."""
        return self.p_adjusted < _SIGNIFICANT


def changes(before: Wave, after: Wave) -> tuple[Change, ...]:
    """Every figure of the items that both waves ask under one trend code, in the order of the later wave.

    Raises:
        TrendBroken: one code, but another kind or other options.
        PairKeysRepeated: a person twice in a wave.
        DesignUnfit: a design with clusters, whose persons have no covariance of their own.
        ColumnsMissing, UnknownAnswers: the codebook and the answers do not agree.
    """
    ready = tuple(_ready(wave) for wave in (before, after))
    rows = _paired(before, after)
    earlier = {each.trend: each for each in before.variables if each.trend is not None}
    found = []
    for variable in after.variables:
        if variable.trend is None or variable.trend not in earlier:
            continue
        then = earlier[variable.trend]
        _check_same(then, variable)
        olds = _figures(before.answers, then, ready[0])
        news = _figures(after.answers, variable, ready[1])
        found += [
            _change(variable, old, new, rows)
            for old, new in zip(olds, news, strict=True)
            if old is not None and new is not None
        ]
    adjusted = holm([change.p for change in found])
    return tuple(replace(change, p_adjusted=p) for change, p in zip(found, adjusted, strict=True))


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Figure:
    name: str
    label: Bilingual
    option: int | None
    is_share: bool
    value: float
    n: int
    hits: int | None
    df: int
    parts: Floats
    inside: NDArray[np.bool_]


def _ready(wave: Wave) -> Linearisation:
    if wave.design.clusters is not None:
        raise DesignUnfit(
            what_ko="군집표본은 조사 간 비교를 하지 않습니다. 군집 없는 설계를 주십시오.",
            what_en="waves with clusters are not compared; give a design without them.",
        )
    if len(wave.pair_keys) != wave.design.rows:
        raise DesignUnfit(
            what_ko=f"짝 식별값이 {len(wave.pair_keys)}개로 행 수와 다릅니다.",
            what_en=f"there are {len(wave.pair_keys)} pair keys, not one a row.",
        )
    return linearise(wave.design)


def _paired(before: Wave, after: Wave) -> tuple[Codes, Codes]:
    """The rows of both waves that are of the same person, in the same order."""
    places = tuple(_places(wave) for wave in (before, after))
    both = [key for key in places[0] if key in places[1]]
    return (
        np.array([places[0][key] for key in both], dtype=np.int64),
        np.array([places[1][key] for key in both], dtype=np.int64),
    )


def _places(wave: Wave) -> Mapping[str, int]:
    keyed = [(key, row) for row, key in enumerate(wave.pair_keys) if key is not None]
    places = dict(keyed)
    if len(places) != len(keyed):
        raise PairKeysRepeated(count=len(keyed) - len(places))
    return places


def _check_same(then: Variable, now: Variable) -> None:
    options = [tuple(option.code for option in each.options) for each in (then, now)]
    if then.kind is not now.kind or options[0] != options[1] or then.base != now.base:
        raise TrendBroken(trend=now.trend)


def _figures(
    answers: pd.DataFrame, variable: Variable, ready: Linearisation
) -> Iterator[_Figure | None]:
    """The figures of an item in their order; None where nobody answered."""
    if variable.kind is Kind.NUMBER:
        values = numbers(answers, variable)
        yield _figure(variable.name, _MEAN, values, ready, is_share=False)
        return
    for question in coded(answers, variable):
        if variable.kind is Kind.SCALE:
            yield from _of_scale(question, ready)
        else:
            chosen = question.options[:1] if question.option else question.options
            for at, option in enumerate(chosen):
                label = question.option or option
                hits = np.where(question.codes >= 0, (question.codes == at) * 1.0, np.nan)
                yield _figure(question.name, label.label, hits, ready, is_share=True, option=option)


def _of_scale(question: Coded, ready: Linearisation) -> Iterator[_Figure | None]:
    points = np.array([option.code for option in question.options], dtype=np.float64)
    values = np.where(question.codes >= 0, points[question.codes], np.nan)
    values[values < 0] = np.nan
    yield _figure(question.name, _MEAN, values, ready, is_share=False)
    real = points[points >= 0]
    if real.size >= _LEAST_POINTS:
        hits = np.where(np.isnan(values), np.nan, (values >= np.sort(real)[-_TOP]) * 1.0)
        yield _figure(question.name, _TOP_TWO, hits, ready, is_share=True)


def _figure(
    name: str,
    label: Bilingual,
    values: Floats,
    ready: Linearisation,
    *,
    is_share: bool,
    option: Option | None = None,
) -> _Figure | None:
    inside = ~np.isnan(values)
    n = int(np.count_nonzero(inside))
    if n < 2:
        return None
    known, weights = np.where(inside, values, 0.0), ready.design.weights
    base = float(weights[inside].sum())
    value = float(weights @ known) / base
    return _Figure(
        name=name,
        label=label,
        option=None if option is None else option.code,
        is_share=is_share,
        value=value,
        n=n,
        hits=int(known.sum()) if is_share else None,
        df=degrees_of_freedom(ready.design, inside),
        parts=contributions(ready, np.where(inside, known - value, 0.0) / base),
        inside=inside,
    )


def _change(variable: Variable, old: _Figure, new: _Figure, rows: tuple[Codes, Codes]) -> Change:
    covariance = float(old.parts[rows[0]] @ new.parts[rows[1]])
    variance = float(old.parts @ old.parts + new.parts @ new.parts) - 2 * covariance
    difference, se = new.value - old.value, max(variance, 0.0) ** 0.5
    df = min(old.df, new.df)
    half = critical(df) * se
    if se > 0:
        p = float(2 * special.stdtr(df, -abs(difference) / se))
    else:
        p = 1.0 if abs(difference) < _NOTHING else 0.0
    return Change(
        trend=variable.trend or "",
        name=new.name,
        name_before=old.name,
        figure=new.label,
        option=new.option,
        is_share=new.is_share,
        before=old.value,
        after=new.value,
        n_before=old.n,
        n_after=new.n,
        hits_before=old.hits,
        hits_after=new.hits,
        pairs=int(np.count_nonzero(old.inside[rows[0]] & new.inside[rows[1]])),
        covariance=covariance,
        difference=difference,
        se=se,
        low=difference - half,
        high=difference + half,
        df=df,
        p=p,
        p_adjusted=p,
    )

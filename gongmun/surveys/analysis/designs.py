"""How the answers were sampled: what a standard error depends on beside the answers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gongmun.surveys.analysis.errors import DesignUnfit
from gongmun.surveys.analysis.precision import Floats

Codes = NDArray[np.int64]
_SHOWN = 5


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Design:
    """The sample, a value a row: all rows of the wave, those without an answer to an item too.

    `weights`: final weights, above 0. `strata`, `clusters`: numbers from 0; without clusters each row is
    drawn by itself. `population`: how many persons (clusters, where there are some) the row's stratum holds
    in the population, for the finite population correction. `margins`: the categories of the raking, see
    `weighting.margin_codes`; with them the variance credits the raking.
    """

    weights: Floats
    strata: Codes | None = None
    clusters: Codes | None = None
    population: Floats | None = None
    margins: tuple[Codes, ...] = ()

    def __post_init__(self) -> None:
        given = (self.strata, self.clusters, self.population, *self.margins)
        lengths = {self.weights.size, *(each.size for each in given if each is not None)}
        if len(lengths) != 1 or self.weights.size < 2:
            raise DesignUnfit(
                what_ko=f"행 수가 다르거나 2보다 적습니다({sorted(lengths)}).",
                what_en=f"the rows differ in number, or there are fewer than 2 ({sorted(lengths)}).",
            )
        if not (self.weights > 0).all():
            raise DesignUnfit(
                what_ko="0 이하의 가중값이 있습니다. 해당 응답을 빼거나 가중값을 고쳐 주십시오.",
                what_en="a weight is not above 0. Leave that answer out or correct its weight.",
            )
        _check_strata(self)

    @property
    def rows(self) -> int:
        """How many answers there are."""
        return int(self.weights.size)

    def units(self) -> tuple[Codes, Codes]:
        """The sampled unit of each row, from 0, and the stratum of each unit."""
        strata = self.strata if self.strata is not None else np.zeros(self.rows, dtype=np.int64)
        if self.clusters is None:
            return np.arange(self.rows), strata
        pairs = strata * (int(self.clusters.max()) + 1) + self.clusters
        _, first, units = np.unique(pairs, return_index=True, return_inverse=True)
        return units, strata[first]


def degrees_of_freedom(design: Design, inside: NDArray[np.bool_]) -> int:
    """Sampled units less strata, of those with a row inside of the base (as R's `survey::degf`)."""
    if design.clusters is None and design.strata is None:
        return int(np.count_nonzero(inside)) - 1
    units, strata = design.units()
    present = np.unique(units[inside])
    return int(present.size - np.unique(strata[present]).size)


def factors(design: Design, strata: Codes) -> Floats:
    """For each stratum n/(n-1), with the finite population correction 1 - n/N where there is one."""
    counts = np.bincount(strata).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.where(counts > 1, counts / (counts - 1), 0.0)
    if design.population is None:
        return factor
    of_rows = design.strata if design.strata is not None else np.zeros(design.rows, dtype=np.int64)
    population = np.ones(counts.size)
    population[of_rows] = design.population
    return factor * (1 - counts / population)


def _check_strata(design: Design) -> None:
    _, strata = design.units()
    counts = np.bincount(strata)
    alone = np.flatnonzero(counts == 1)
    if alone.size:
        raise DesignUnfit(
            what_ko=f"표본이 하나뿐인 층이 있습니다({_list(alone)}). 비슷한 층과 합쳐 주십시오.",
            what_en=f"a stratum has a single unit ({_list(alone)}). Collapse it with one like it.",
        )
    if design.population is None:
        return
    rows = design.strata if design.strata is not None else np.zeros(design.rows, dtype=np.int64)
    low = np.flatnonzero(design.population < counts[rows])
    if low.size:
        raise DesignUnfit(
            what_ko=f"모집단이 표본보다 작은 층이 있습니다({_list(np.unique(rows[low]))}).",
            what_en=f"a stratum's population is smaller than its sample ({_list(np.unique(rows[low]))}).",
        )


def _list(strata: Sequence[int] | Codes) -> str:
    return ", ".join(map(str, list(strata)[:_SHOWN]))

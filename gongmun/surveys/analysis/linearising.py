"""Covariances of weighted totals of categories, linearised, for many tables at once.

Taylor linearisation with strata, clusters and the finite population correction; where the weights are raked,
the scores are centred in the categories of each margin in turn, ten times over, as R's `survey` does
(Lumley, Complex Surveys, 2010, section 7.3). `variance` has the same from the library `svy`; tests hold both
together. Here nothing of the size of the sample is built for a table of a sample without clusters: a row
counts only by its stratum, its place in the margins and its cell.
"""

from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from gongmun.surveys.analysis.designs import Design, factors
from gongmun.surveys.analysis.precision import Floats

Codes = NDArray[np.int64]
_SWEEPS = 10


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Totals:
    """Weighted totals of cells with their covariance matrix, and the answers in each, unweighted."""

    totals: Floats
    covariance: Floats
    counts: Codes


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Linearisation:
    """A design made ready: `places` are the combinations of margins, `groups` those with a stratum.

    `members`: for each margin, which places lie in which of its categories (0 or 1, categories by places),
    and how many rows each category has.
    """

    design: Design
    places: Codes
    members: tuple[tuple[Floats, Floats], ...]
    groups: Codes
    group_place: Codes
    group_stratum: Codes
    factors: Floats
    units: Codes
    unit_strata: Codes


def linearise(design: Design) -> Linearisation:
    """Make a design ready for any number of tables."""
    units, unit_strata = design.units()
    _, places = _combined(design.margins, design.rows)
    row_strata = unit_strata[units]
    first, groups = _combined((row_strata, places), design.rows)
    members = []
    for margin in design.margins:
        member = np.zeros((int(margin.max()) + 1, int(places.max()) + 1))
        member[margin, places] = 1.0
        members.append((member, np.bincount(margin, minlength=member.shape[0]).astype(np.float64)))
    return Linearisation(
        design=design,
        places=places,
        members=tuple(members),
        groups=groups,
        group_place=places[first],
        group_stratum=row_strata[first],
        factors=factors(design, unit_strata),
        units=units,
        unit_strata=unit_strata,
    )


def totals(ready: Linearisation, cells: Codes, count: int) -> Totals:
    """Totals and covariances of `count` cells; `cells` has each row's, -1 for rows outside of them all.

    Rows outside stay in the design, as a domain estimate wants it.
    """
    weights = ready.design.weights
    # One more cell holds what is outside; it is cut off at the end.
    at = np.where(cells < 0, count, cells)
    counts = np.bincount(at, minlength=count + 1)
    swept = _swept(ready, at, count + 1)
    if ready.design.clusters is None:
        covariance = _of_rows(ready, at, swept)
    else:
        covariance = _of_clusters(ready, at, swept)
    held: Floats = np.bincount(at, weights, minlength=count + 1).astype(np.float64)
    return Totals(totals=held[:count], covariance=covariance[:count, :count], counts=counts[:count])


def contributions(ready: Linearisation, scores: Floats) -> Floats:
    """What each sampled unit adds to the error of an estimate with these `scores` a row.

    A score is the row's linearised influence without its weight. The sum of their squares is the variance;
    the sum of the products of two estimates' is their covariance. Ordered by unit.
    """
    centred = scores.copy()
    for _ in range(_SWEEPS if ready.design.margins else 0):
        for margin, (_, sizes) in zip(ready.design.margins, ready.members, strict=True):
            centred -= (np.bincount(margin, centred, minlength=sizes.size) / sizes)[margin]
    held = np.bincount(ready.units, ready.design.weights * centred)
    means = np.bincount(ready.unit_strata, held) / np.bincount(ready.unit_strata)
    result: Floats = (held - means[ready.unit_strata]) * np.sqrt(ready.factors[ready.unit_strata])
    return result


def _combined(codes: tuple[Codes, ...], rows: int) -> tuple[Codes, Codes]:
    """The first row of each combination of codes, and each row's combination from 0."""
    if not codes:
        return np.zeros(1, dtype=np.int64), np.zeros(rows, dtype=np.int64)
    joined = reduce(lambda left, right: left * (int(right.max()) + 1) + right, codes)
    _, first, inverse = np.unique(joined, return_index=True, return_inverse=True)
    return first, inverse


def _swept(ready: Linearisation, at: Codes, count: int) -> Floats:
    """What raking takes off the indicator of each cell, by place (places by cells)."""
    places = int(ready.places.max()) + 1
    swept = np.zeros((places, count))
    if not ready.members:
        return swept
    held = np.bincount(ready.places * count + at, minlength=places * count).reshape(places, count)
    sizes = held.sum(axis=1, keepdims=True)
    for _ in range(_SWEEPS):
        for member, counts in ready.members:
            means = member @ (held - sizes * swept) / counts[:, None]
            swept += member.T @ means
    return swept


def _of_rows(ready: Linearisation, at: Codes, swept: Floats) -> Floats:
    count = swept.shape[1]
    groups, weights = ready.group_place.size, ready.design.weights
    keys = ready.groups * count + at
    once = np.bincount(keys, weights, minlength=groups * count).reshape(groups, count)
    squared = np.bincount(keys, weights**2, minlength=groups * count).reshape(groups, count)
    factor = ready.factors[ready.group_stratum][:, None]
    mean = swept[ready.group_place]
    cross = mean.T @ (factor * squared)
    covariance: Floats = (
        np.diag((factor * squared).sum(axis=0))
        - cross
        - cross.T
        + mean.T @ (factor * squared.sum(axis=1, keepdims=True) * mean)
    )
    strata = ready.factors.size
    sums = np.zeros((strata, count))
    np.add.at(sums, ready.group_stratum, once - once.sum(axis=1, keepdims=True) * mean)
    sizes = np.bincount(ready.unit_strata, minlength=strata)[:, None]
    covariance -= sums.T @ (ready.factors[:, None] / sizes * sums)
    return covariance


def _of_clusters(ready: Linearisation, at: Codes, swept: Floats) -> Floats:
    places, count = swept.shape
    weights, units = ready.design.weights, ready.unit_strata.size
    by_cell = sparse.coo_array((weights, (ready.units, at)), shape=(units, count)).toarray()
    by_place = sparse.coo_array((weights, (ready.units, ready.places)), shape=(units, places))
    held = by_cell - by_place.tocsr() @ swept
    sizes = np.bincount(ready.unit_strata)
    means = np.zeros((sizes.size, count))
    np.add.at(means, ready.unit_strata, held)
    held = held - (means / sizes[:, None])[ready.unit_strata]
    covariance: Floats = held.T @ (ready.factors[ready.unit_strata][:, None] * held)
    return covariance

"""The lottery (추첨안): which committees may come out, each as one of so many equal tickets, and the proof of fairness."""

import dataclasses
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from gongmun.errors import GongmunError
from gongmun.surveys.panels.grouping import Composition, Grouping, crowded, group
from gongmun.surveys.panels.mixing import EXACT, Mix, herd, mix, remix
from gongmun.surveys.panels.pool import Pool
from gongmun.surveys.panels.quotas import Quotas
from gongmun.surveys.panels.region import Region, Vector, region, solver
from gongmun.surveys.panels.relaxing import explain
from gongmun.surveys.panels.spreading import Spread, spread
from gongmun.surveys.panels.ticketing import Ticket, into_tickets

TICKETS = 1_000
# What the best lottery may be short of the bound: the arithmetic of the solvers, and nothing else.
LARGEST_GAP = 1e-5
# How many seats more or less than on average a group may have in a committee. The fewer, the faster; where that is
# too narrow for the fairest lottery, the next, and at last all committees.
_LATITUDES = (0, 1, None)
# Committees to herd: these, and three for every four groups. With fewer the linear program has too few to weigh.
_HERD = 10


class TicketsTooFew(GongmunError):
    """So few tickets that somebody's chance is too far from the fair one."""

    code = "panels.tickets_too_few"
    ko = "추첨권 {tickets}장으로는 당첨 확률이 최적값과 {loss:.3%}까지 달라집니다. 추첨권을 {more}장으로 늘려 주십시오."
    en = (
        "With {tickets} tickets a chance is {loss:.3%} away from the fair one. Make {more} tickets."
    )


class LotteryUnfinished(GongmunError):
    """The search for the fairest lottery ended before there was one that is proven to be the fairest."""

    code = "panels.lottery_unfinished"
    ko = (
        "가장 공정한 추첨안을 끝까지 찾지 못했습니다: 가장 낮은 확률 {value:.3%}, 이론상 최댓값 {bound:.3%}. 할당 항목을 "
        "줄이거나 할당의 범위를 넓혀 다시 실행해 주십시오."
    )
    en = (
        "The fairest lottery was not found: the smallest chance is {value:.3%}, and up to {bound:.3%} may be possible. "
        "Take fewer features or wider quotas, and run this again."
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    """How fair the lottery is. Chances are between 0 and 1.

    `value` is the smallest chance of the best lottery found, `bound` what no lottery can exceed: by `weights` of the groups,
    which sum to 1, the chances of no committee that the quotas allow sum to more. `highest` is the largest chance.
    `loss` is how far the chance of anybody by the tickets lies from the one before they were rounded.
    """

    value: float
    bound: float
    weights: tuple[float, ...]
    highest: float
    loss: float
    iterations: int
    solver: str

    @property
    def gap(self) -> float:
        """What the best lottery may be short of the bound."""
        return max(0.0, self.bound - self.value)


@dataclass(frozen=True, kw_only=True, slots=True)
class Lottery:
    """Tickets of which one is drawn; each has the seats of every group of `grouping`, and meets the quotas."""

    quotas: Quotas
    grouping: Grouping
    tickets: tuple[Ticket, ...]
    proof: Proof

    def seats(self) -> tuple[int, ...]:
        """The seats that each group has in all tickets together."""
        return tuple(map(sum, zip(*self.tickets, strict=True)))

    def chances(self) -> tuple[Fraction, ...]:
        """The chance of one person of each group, exactly."""
        return tuple(
            Fraction(seats, len(self.tickets) * each.people)
            for seats, each in zip(self.seats(), self.grouping.groups, strict=True)
        )


def make_lottery(pool: Pool, quotas: Quotas, tickets: int = TICKETS) -> Lottery:
    """The fairest lottery of a pool, see `spreading` for what is fair. The same input gives the same lottery.

    Raises:
        PoolTooSmall: fewer addresses than seats.
        QuotasInfeasible: no committee meets the quotas; it names the cells and the smallest change.
        TicketsTooFew: the tickets would miss the fair chances by more than 1/1000, or the smallest by more than half.
        LotteryUnfinished: it cannot be proven that this one is the fairest.
    """
    coarse, equal = _equal(pool, quotas)
    for latitude in _LATITUDES:
        grouping, allowed, chances = _model(pool, quotas, coarse, equal, latitude)
        herded = herd(allowed, chances * allowed.people, _HERD + 3 * len(grouping.groups) // 4)
        if herded is None:
            continue
        weights = _carried(coarse, grouping, equal.weights / _people(coarse)) * allowed.people
        fairest = mix(allowed, herded, equal.value, weights)
        # All committees count once there is no latitude left to widen: then the bound is that of the mix.
        if fairest.value >= equal.value - EXACT or latitude is None:
            found = remix(allowed, fairest, chances)
            return _rounded(quotas, grouping, allowed, found, len(herded), tickets)
    raise explain(pool, quotas)


def _equal(pool: Pool, quotas: Quotas) -> tuple[Grouping, Spread]:
    """The chances to aim at. A household in which they sum to more than a seat is a group of its own."""
    tight: set[Composition] = set()
    while True:
        grouping = group(pool, tight)
        found = spread(region(grouping, quotas))
        if found is None:
            raise explain(pool, quotas)
        more = crowded(pool, grouping, found.chances.tolist())
        if not more:
            return grouping, found
        tight |= more


def _model(
    pool: Pool, quotas: Quotas, coarse: Grouping, equal: Spread, latitude: int | None
) -> tuple[Grouping, Region, Vector]:
    """Groups so fine that one person an address is kept, the committees around the chances, and these by group."""
    tight = {each.composition for each in coarse.groups if each.composition}
    while True:
        grouping = group(pool, tight)
        chances = _carried(coarse, grouping, equal.chances)
        allowed = _around(region(grouping, quotas), chances, latitude)
        more = crowded(pool, grouping, (allowed.most / allowed.people).tolist())
        if not more:
            return grouping, allowed, chances
        tight |= more


def _carried(coarse: Grouping, fine: Grouping, values: Vector) -> Vector:
    """What each group of the finer grouping has, as part of one of the coarser grouping."""
    of = dict(zip(fine.group_of, coarse.group_of, strict=True))
    return values[[of[place] for place in range(len(fine.groups))]]


def _people(grouping: Grouping) -> Vector:
    return np.array([each.people for each in grouping.groups], dtype=float)


def _around(whole: Region, chances: Vector, latitude: int | None) -> Region:
    if latitude is None:
        return whole
    seats = chances * whole.people
    return dataclasses.replace(
        whole,
        least=np.maximum(0, np.floor(seats + EXACT) - latitude),
        most=np.minimum(whole.people, np.ceil(seats - EXACT) + latitude),
    )


def _rounded(
    quotas: Quotas, grouping: Grouping, allowed: Region, found: Mix, herded: int, tickets: int
) -> Lottery:
    chances = found.seats() / allowed.people
    if found.bound - chances.min() > LARGEST_GAP:
        raise LotteryUnfinished(value=float(chances.min()), bound=found.bound)
    rounded = into_tickets(allowed, found, tickets)
    if not rounded.near:
        loss = max(rounded.loss, rounded.short)
        raise TicketsTooFew(tickets=tickets, loss=loss, more=tickets * 10)
    return Lottery(
        quotas=quotas,
        grouping=grouping,
        tickets=rounded.tickets,
        proof=Proof(
            value=float(chances.min()),
            bound=found.bound,
            weights=tuple(map(float, found.weights / found.weights.sum())),
            highest=float(chances.max()),
            loss=rounded.loss,
            iterations=herded + found.rounds,
            solver=solver(),
        ),
    )


def tightest(pool: Pool, quotas: Quotas) -> tuple[str, str, int, int]:
    """The cell with the fewest seats a person: its feature, value, most seats, and people of the pool."""
    people = Counter(cell for person in pool.people for cell in quotas.of(person.traits))
    place = min(people, key=lambda cell: Fraction(quotas.cells[cell].most, people[cell]))
    cell = quotas.cells[place]
    return cell.feature, cell.value, cell.most, people[place]

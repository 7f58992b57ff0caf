"""What is to happen in one simulated world: drawn from its seed, and a value that parts can be taken out of."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import TypeVar

from gongmun.simulation.dice import Dice

# The reorganisations of 2 January and 2 October 2026 lie within the two years.
FIRST_DAY = date(2025, 10, 1)
TWO_YEARS = 730
FORUMS_A_YEAR = 25
# A fault at about so many of a thousand points at which one may be.
FAULTS_PER_THOUSAND = 10

_RULES = ("suggestion",) * 6 + ("peoples_proposal", "petition", "at_once")
# Topics that the routing knows on every day of the simulation.
# fmt: off
_TOPICS = (
    "administration", "agriculture", "air_quality", "animal_welfare", "child_welfare",
    "childcare", "civil_petitions", "climate_energy", "consumer_protection", "culture_access",
    "customs", "digital_safety", "disability_access", "disaster_safety", "education",
    "elderly_care", "emergency_care", "family", "finance", "fire_safety", "fisheries",
    "food_safety", "forestry", "gender_equality", "healthcare_access", "heritage", "housing",
    "immigration", "industry_trade", "infectious_disease", "justice", "labour_safety",
    "legislation", "maritime_safety", "military_service", "nuclear_safety", "overseas_koreans",
    "patents", "policing", "privacy", "public_budget", "public_transport", "recycling", "roads",
    "school_violence", "science", "small_business", "sports", "statistics", "tax", "telecom",
    "tourism", "traffic_safety", "unification", "veterans", "weather", "youth_employment",
    "diplomacy",
)
# fmt: on


class Reform(StrEnum):
    """What becomes of a ministry."""

    RENAMED = "renamed"
    SPLIT = "split"
    ABOLISHED = "abolished"


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedForum:
    """A forum that ends on a day, and the topics of what is selected there."""

    number: int
    ends_on: date
    topics: tuple[str, ...]
    answer_rule: str

    @property
    def code(self) -> str:
        """Its code."""
        return f"SIM-{self.number:03}"


@dataclass(frozen=True, kw_only=True, slots=True)
class LateHoliday:
    """A holiday that is declared some weeks before its day, or a few days after it."""

    day: date
    declared_on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Outage:
    """Days on which no sweep runs; people go on."""

    first: date
    days: int

    def holds(self, day: date) -> bool:
        """Whether `day` is one of them."""
        return self.first <= day < self.first + timedelta(days=self.days)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reorganisation:
    """A ministry that ends on the day before `on`."""

    code: str
    on: date
    reform: Reform


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """Something that goes wrong at the n-th point of a step of a day."""

    day: date
    step: str
    point: int
    kind: str


Part = PlannedForum | LateHoliday | Outage | Reorganisation | Fault
_P = TypeVar("_P", bound=Part)


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """One world. `faults` is None while dice decide on them, and the list of those of a run afterwards."""

    seed: int
    days: int
    forums: tuple[PlannedForum, ...]
    holidays: tuple[LateHoliday, ...]
    outages: tuple[Outage, ...]
    reorganisations: tuple[Reorganisation, ...]
    faults: tuple[Fault, ...] | None = None
    with_faults: bool = True
    with_witness: bool = True

    @property
    def dice(self) -> Dice:
        """The chance of this world."""
        return Dice(self.seed)

    @property
    def first_day(self) -> date:
        """The day on which it begins."""
        return FIRST_DAY

    @property
    def parts(self) -> tuple[Part, ...]:
        """Everything that can be taken out, what weighs most first."""
        return (
            *self.forums,
            *self.outages,
            *self.reorganisations,
            *self.holidays,
            *(self.faults or ()),
        )

    def only(self, parts: Sequence[Part]) -> "Plan":
        """The same world with these parts and no others."""

        return replace(
            self,
            forums=_of(PlannedForum, parts),
            outages=_of(Outage, parts),
            reorganisations=_of(Reorganisation, parts),
            holidays=_of(LateHoliday, parts),
            faults=_of(Fault, parts),
        )


def _of(kind: type[_P], parts: Sequence[Part]) -> tuple[_P, ...]:
    return tuple(part for part in parts if isinstance(part, kind))


def draw(
    seed: int,
    *,
    days: int = TWO_YEARS,
    forums_a_year: int = FORUMS_A_YEAR,
    faults: bool = True,
    suggestions: int = 4,
) -> Plan:
    """The plan of a seed: up to so many `suggestions` are selected at a forum."""
    dice = Dice(seed)
    count = max(1, forums_a_year * days // 365)
    return Plan(
        seed=seed,
        days=days,
        forums=tuple(_forum(dice, number, days, suggestions) for number in range(count)),
        holidays=_holidays(dice, days),
        outages=_outages(dice, days) if faults else (),
        reorganisations=_reorganisations(dice, days),
        with_faults=faults,
        with_witness=dice.falls(0.5, "witness"),
    )


def _day(number: int) -> date:
    return FIRST_DAY + timedelta(days=number)


def _forum(dice: Dice, number: int, days: int, suggestions: int) -> PlannedForum:
    how_many = dice.between(1, suggestions, "suggestions", number)
    return PlannedForum(
        number=number,
        # The last weeks are left for what the forums began.
        ends_on=_day(dice.between(0, max(1, days * 9 // 10), "forum", number)),
        topics=tuple(dice.pick(_TOPICS, "topic", number, index) for index in range(how_many)),
        answer_rule=dice.pick(_RULES, "rule", number),
    )


def _holidays(dice: Dice, days: int) -> tuple[LateHoliday, ...]:
    found = []
    for number in range(max(1, days // 240)):
        day = _day(dice.between(20, max(21, days - 10), "holiday", number))
        while day.weekday() > 4:
            day += timedelta(days=1)
        # Most are known some weeks before, one in six only when it is over.
        before = 2 - dice.between(0, 40, "declared", number)
        found.append(LateHoliday(day=day, declared_on=day + timedelta(days=before)))
    return tuple(found)


def _outages(dice: Dice, days: int) -> tuple[Outage, ...]:
    return tuple(
        Outage(
            first=_day(dice.between(15, max(16, days - 40), "outage", number)),
            days=dice.pick((1, 1, 2, 3, 7, 31), "outage length", number),
        )
        for number in range(max(1, days // 120))
    )


def _reorganisations(dice: Dice, days: int) -> tuple[Reorganisation, ...]:
    least = min(60, days // 3)
    codes = ("MOLIT", "MOHW", "MOE", "MAFRA", "KNPA", "MOEL", "MCST", "FSC", "MSIT", "NFA")
    return tuple(
        Reorganisation(
            code=dice.pick(codes[number::2], "reformed", number),
            on=_day(dice.between(least, max(least + 1, days - 60), "reform day", number)),
            reform=dice.pick((Reform.RENAMED, Reform.SPLIT, Reform.ABOLISHED), "reform", number),
        )
        for number in range(2 if days > 200 else 1)
    )

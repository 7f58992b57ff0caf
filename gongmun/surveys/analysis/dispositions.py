"""What became of each invitation, and the rates of response, as AAPOR defines them.

Source: AAPOR, Standard Definitions, 8th edition (April 2015): final disposition codes of Internet surveys of
specifically named persons, p. 34 and Table 4, and of mail surveys, p. 27; response rates p. 52, cooperation
p. 54, refusal p. 55, contact p. 56. The cumulative rate of a panel follows Callegaro and DiSogra, Public
Opinion Quarterly 72 (2008) 1008.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite

from gongmun.surveys.analysis.errors import OutcomesImpossible
from gongmun.text import Bilingual


class Group(StrEnum):
    """The groups of outcomes that the rates are made of, by AAPOR's letters."""

    COMPLETE = "I"
    PARTIAL = "P"
    REFUSAL = "R"
    NON_CONTACT = "NC"
    OTHER = "O"
    UNKNOWN_PERSON = "UH"
    UNKNOWN_OTHER = "UO"
    INELIGIBLE = "NE"


class Disposition(StrEnum):
    """The final disposition of an invitation; the value is AAPOR's code."""

    COMPLETE = "1.1"
    PARTIAL = "1.2"
    EXPLICIT_REFUSAL = "2.111"
    # Opened the questionnaire and answered nothing.
    IMPLICIT_REFUSAL = "2.112"
    BREAK_OFF = "2.12"
    UNAVAILABLE = "2.26"
    # Answers that came after the end.
    RETURNED_LATE = "2.27"
    DECEASED = "2.31"
    UNABLE = "2.32"
    LANGUAGE = "2.33"
    # Eligible by the register of the panel, invited, never heard of.
    SILENT_MEMBER = "2.20"
    NOTHING_SENT = "3.11"
    NOTHING_RETURNED = "3.19"
    UNDELIVERED = "3.30"
    UNKNOWN_OTHER = "3.90"
    SCREENED_OUT = "4.10"
    QUOTA_FILLED = "4.80"
    DUPLICATE = "4.81"
    OTHER_INELIGIBLE = "4.90"

    @property
    def group(self) -> Group:
        """The group it counts in."""
        if self in _ALONE:
            return _ALONE[self]
        return _BY_CODE[self.value[:3]]


_ALONE = {Disposition.COMPLETE: Group.COMPLETE, Disposition.PARTIAL: Group.PARTIAL}
_BY_CODE = {
    "2.1": Group.REFUSAL,
    "2.2": Group.NON_CONTACT,
    "2.3": Group.OTHER,
    "3.1": Group.UNKNOWN_PERSON,
    "3.3": Group.UNKNOWN_OTHER,
    "3.9": Group.UNKNOWN_OTHER,
    "4.1": Group.INELIGIBLE,
    "4.8": Group.INELIGIBLE,
    "4.9": Group.INELIGIBLE,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Sufficiency:
    """How much of the questions a person was asked must be answered.

    AAPOR leaves the shares to the survey and wants them stated; 0.8 and 0.5 are its example (8th edition,
    "Completed and partial questionnaires").
    """

    complete: float = 0.8
    partial: float = 0.5

    def __post_init__(self) -> None:
        if not 0 < self.partial <= self.complete <= 1:
            raise OutcomesImpossible(what=f"complete {self.complete}, partial {self.partial}")

    def judge(self, *, answered: int, asked: int, submitted: bool) -> Disposition:
        """What a sheet counts as: `answered` of the `asked` questions that its route led to.

        "Don't know" and a refused question count as answered: the person read and decided. A sheet that was
        sent in counts as it is filled, one that was left counts as the same: what counts is what it holds;
        but one sent in with nothing on it is a refusal in words, one opened and left empty an implicit one.

        Raises:
            OutcomesImpossible: more answered than asked, or nothing asked.
        """
        if not 0 <= answered <= asked or asked == 0:
            raise OutcomesImpossible(what=f"{answered} / {asked}")
        share = answered / asked
        if share >= self.complete:
            return Disposition.COMPLETE
        if share >= self.partial:
            return Disposition.PARTIAL
        if answered:
            return Disposition.BREAK_OFF
        return Disposition.EXPLICIT_REFUSAL if submitted else Disposition.IMPLICIT_REFUSAL


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcomes:
    """Counts of final dispositions by group."""

    counts: Mapping[Group, int]

    def __getitem__(self, group: Group) -> int:
        return self.counts.get(group, 0)

    @property
    def total(self) -> int:
        """All cases, ineligible ones too."""
        return sum(self.counts.values())


@dataclass(frozen=True, kw_only=True, slots=True)
class Rates:
    """AAPOR's rates as shares; None where nobody is in the denominator.

    `e` is the share of the unknown cases that is taken to be eligible, `e_source` says where it comes from.
    """

    rr1: float | None
    rr2: float | None
    rr3: float | None
    rr4: float | None
    rr5: float | None
    rr6: float | None
    coop1: float | None
    coop2: float | None
    coop3: float | None
    coop4: float | None
    ref1: float | None
    ref2: float | None
    ref3: float | None
    con1: float | None
    con2: float | None
    con3: float | None
    e: float
    e_source: Bilingual


def tally(dispositions: Iterable[Disposition]) -> Outcomes:
    """The counts by group of one final disposition a case."""
    found = Counter(disposition.group for disposition in dispositions)
    return Outcomes(counts={group: found[group] for group in Group})


def rates(outcomes: Outcomes, *, e: float | None = None) -> Rates:
    """All rates. Without `e`, the share of eligible cases among those that are known (8th edition, p. 53).

    For a panel whose members are eligible by its register, give 1.

    Raises:
        OutcomesImpossible: a count below 0, or `e` outside of 0 to 1.
    """
    if any(count < 0 for count in outcomes.counts.values()):
        raise OutcomesImpossible(what=str({str(k): v for k, v in outcomes.counts.items()}))
    i, p, r, nc, o = (outcomes[group] for group in list(Group)[:5])
    unknown = outcomes[Group.UNKNOWN_PERSON] + outcomes[Group.UNKNOWN_OTHER]
    known = i + p + r + nc + o
    share, source = _eligible(e, known, outcomes[Group.INELIGIBLE])
    everyone, likely, contacted = known + unknown, known + share * unknown, i + p + r + o
    return Rates(
        rr1=_share(i, everyone),
        rr2=_share(i + p, everyone),
        rr3=_share(i, likely),
        rr4=_share(i + p, likely),
        rr5=_share(i, known),
        rr6=_share(i + p, known),
        coop1=_share(i, contacted),
        coop2=_share(i + p, contacted),
        coop3=_share(i, i + p + r),
        coop4=_share(i + p, i + p + r),
        ref1=_share(r, everyone),
        ref2=_share(r, likely),
        ref3=_share(r, known),
        con1=_share(contacted, everyone),
        con2=_share(contacted, likely),
        con3=_share(contacted, known),
        e=share,
        e_source=source,
    )


def cumulative_rate(stages: Sequence[float]) -> float:
    """The cumulative response rate of a panel: the product of the rates of its stages.

    In their order: recruitment (willing among those invited to the panel), profile and selection where
    people are lost in them, retention up to this wave, and the wave's own response rate.

    Raises:
        OutcomesImpossible: no stage, or a rate outside of 0 to 1.
    """
    if not stages or not all(isfinite(rate) and 0 <= rate <= 1 for rate in stages):
        raise OutcomesImpossible(what=", ".join(map(str, stages)) or "-")
    product = 1.0
    for rate in stages:
        product *= rate
    return product


def _eligible(e: float | None, known: int, ineligible: int) -> tuple[float, Bilingual]:
    if e is not None:
        if not (isfinite(e) and 0 <= e <= 1):
            raise OutcomesImpossible(what=f"e = {e}")
        return e, Bilingual(ko=f"e = {e:.3f} (지정)", en=f"e = {e:.3f}, given")
    if not known + ineligible:
        return 1.0, Bilingual(
            ko="e = 1 (적격 여부가 확인된 사례 없음)", en="e = 1: no case is known"
        )
    share = known / (known + ineligible)
    return share, Bilingual(
        ko=f"e = {share:.3f} (확인된 사례 중 적격 {known}건, 부적격 {ineligible}건)",
        en=f"e = {share:.3f}: of the known cases {known} are eligible, {ineligible} are not",
    )


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None

"""AAPOR's rates, worked by hand."""

import pytest

from gongmun.surveys.analysis.dispositions import (
    Disposition,
    Group,
    Outcomes,
    Sufficiency,
    cumulative_rate,
    rates,
    tally,
)
from gongmun.surveys.analysis.errors import OutcomesImpossible

# 400 invited: 150 complete, 10 partial, 20 refused, 60 never reached, 5 other; 100 + 35 unknown, 20 ineligible.
_FIELD = Outcomes(
    counts={
        Group.COMPLETE: 150,
        Group.PARTIAL: 10,
        Group.REFUSAL: 20,
        Group.NON_CONTACT: 60,
        Group.OTHER: 5,
        Group.UNKNOWN_PERSON: 100,
        Group.UNKNOWN_OTHER: 35,
        Group.INELIGIBLE: 20,
    }
)


def test_the_rates_by_hand() -> None:
    found = rates(_FIELD)
    # e = 245 / (245 + 20); likely eligible 245 + e * 135 = 369.811.
    assert found.e == pytest.approx(245 / 265)
    likely = 245 + 135 * 245 / 265
    expected = {
        "rr1": 150 / 380,
        "rr2": 160 / 380,
        "rr3": 150 / likely,
        "rr4": 160 / likely,
        "rr5": 150 / 245,
        "rr6": 160 / 245,
        "coop1": 150 / 185,
        "coop2": 160 / 185,
        "coop3": 150 / 180,
        "coop4": 160 / 180,
        "ref1": 20 / 380,
        "ref2": 20 / likely,
        "ref3": 20 / 245,
        "con1": 185 / 380,
        "con2": 185 / likely,
        "con3": 185 / 245,
    }
    assert {name: getattr(found, name) for name in expected} == pytest.approx(expected)


def test_a_published_example() -> None:
    # The twelve cases of rOpenSci's outcomerate: I 4, P 2, R 1, NC 1, O 1, UH 1, UO 1, NE 1.
    outcomes = Outcomes(counts=dict(zip(Group, (4, 2, 1, 1, 1, 1, 1, 1), strict=True)))
    found = rates(outcomes, e=0.8)
    assert (found.rr1, found.rr2) == pytest.approx((4 / 11, 6 / 11))
    assert found.rr3 == pytest.approx(4 / (9 + 1.6))
    assert "0.800" in found.e_source.en


def test_a_panel_is_eligible_by_its_register() -> None:
    found = rates(_FIELD, e=1)
    assert (found.rr3, found.rr4) == (found.rr1, found.rr2)
    # 1,000 of 9,000 invited were willing, 200 of 200 kept, 160 of 200 answered.
    assert cumulative_rate([1000 / 9000, 1.0, 0.8]) == pytest.approx(0.0888889)


def test_every_disposition_counts_once() -> None:
    outcomes = tally(Disposition)
    assert outcomes.total == len(Disposition)
    assert outcomes[Group.COMPLETE] == outcomes[Group.PARTIAL] == 1
    assert outcomes[Group.REFUSAL] == 3
    assert outcomes[Group.NON_CONTACT] == 3
    assert outcomes[Group.INELIGIBLE] == 4


@pytest.mark.parametrize(
    ("answered", "submitted", "expected"),
    [
        (10, True, Disposition.COMPLETE),
        (8, False, Disposition.COMPLETE),
        (7, True, Disposition.PARTIAL),
        (5, False, Disposition.PARTIAL),
        (4, True, Disposition.BREAK_OFF),
        (0, True, Disposition.EXPLICIT_REFUSAL),
        (0, False, Disposition.IMPLICIT_REFUSAL),
    ],
)
def test_what_is_enough_is_stated(answered: int, submitted: bool, expected: Disposition) -> None:
    assert Sufficiency().judge(answered=answered, asked=10, submitted=submitted) is expected
    assert (
        Sufficiency(complete=1.0, partial=0.9).judge(answered=8, asked=10, submitted=True)
        is Disposition.BREAK_OFF
    )


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(OutcomesImpossible):
        rates(_FIELD, e=1.2)
    with pytest.raises(OutcomesImpossible):
        rates(Outcomes(counts={Group.COMPLETE: -1}))
    with pytest.raises(OutcomesImpossible):
        Sufficiency(complete=0.4, partial=0.5)
    with pytest.raises(OutcomesImpossible):
        Sufficiency().judge(answered=3, asked=2, submitted=True)
    with pytest.raises(OutcomesImpossible):
        cumulative_rate([])


def test_nobody_invited_has_no_rates() -> None:
    found = rates(Outcomes(counts={}))
    assert (found.rr1, found.coop4, found.con3, found.e) == (None, None, None, 1.0)

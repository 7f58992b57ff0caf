"""The attacker of attacker.py against the tables of small waves."""

import itertools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongmun.surveys.analysis.change import Wave, changes
from gongmun.surveys.analysis.crosstabs import crosstabs
from gongmun.surveys.analysis.disclosure import Disclosed, disclose, disclosed_changes
from gongmun.surveys.analysis.errors import NotProtected
from gongmun.surveys.analysis.linearising import linearise
from gongmun.surveys.analysis.pooling import POOLED, group_sizes, pool
from gongmun.surveys.analysis.sums import Route
from gongmun.surveys.analysis.toplines import toplines
from gongmun.surveys.analysis.variables import Kind, Missing, Variable
from tests.surveys.analysis.answers import AGE, SCALE, SEVERAL, SEX, panel, plain, single
from tests.surveys.analysis.attacker import Attacker, nobody_is_found, nothing_is_pinned

pytestmark = pytest.mark.long


def _published(
    answers: pd.DataFrame, items: list[Variable], demographics: list[Variable], *routes: Route
) -> tuple[Disclosed, Attacker]:
    ready = linearise(plain(answers))
    lines = toplines(answers, items, ready)
    tables = crosstabs(answers, items, demographics, ready)
    sizes = group_sizes(answers, demographics)
    found = disclose(lines, tables, sizes, rows=len(answers), routes=routes)
    return found, Attacker(found.toplines, found.crosstabs, sizes, len(answers), routes)


def _counts(found: Disclosed) -> list[int]:
    """Every count that is printed."""
    return [
        n
        for n in (
            *(line.base for line in found.toplines),
            *(share.n for line in found.toplines for share in line.shares),
            *(each.n for line in found.toplines for each in line.missing),
            *(table.base for table in found.crosstabs),
            *(column.base for table in found.crosstabs for column in table.columns),
            *(c.n for t in found.crosstabs for column in t.columns for c in column.cells),
        )
        if n is not None
    ]


def _pooled(answers: pd.DataFrame, *demographics: Variable) -> tuple[pd.DataFrame, list[Variable]]:
    pools = [pool(answers, each) for each in demographics]
    columns = {variable.columns[0]: values for variable, values in pools}
    return answers.assign(**columns), [variable for variable, _ in pools]


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 100_000), n=st.integers(25, 250))
def test_the_attacker_pins_nothing(seed: int, n: int) -> None:
    answers, demographics = _pooled(panel(n, seed), SEX, AGE)
    sizes = group_sizes(answers, demographics)
    if any(0 < size < 5 for of in sizes.values() for size in of.values()):
        return
    items = [SCALE, SEVERAL] if seed % 4 == 0 else [SCALE]
    found, attacker = _published(answers, items, demographics)
    assert all(n >= 5 for n in _counts(found))
    for key in attacker.unknown():
        low, high = attacker.interval(key)
        is_cell = "=" in key.split("|")[0]
        assert high - low >= (5 if is_cell else 1) - 1e-5, (key, low, high)


def test_he_would_without_the_complementary_cells() -> None:
    # The attack can succeed: with the small cells blanked alone, sums give them away.
    answers, demographics = _pooled(panel(200, 7), SEX, AGE)
    found, attacker = _published(answers, [SCALE], demographics)
    assert found.suppression.complementary
    ready = linearise(plain(answers))
    tables = crosstabs(answers, [SCALE], demographics, ready)
    naive = Attacker(
        toplines(answers, [SCALE], ready), tables, group_sizes(answers, demographics), 200
    )
    for key in attacker.unknown():
        if naive.known[key] < 5:
            del naive.known[key]
    for equation in list(naive.equations):
        # Shares and means of what is blanked are blanked as well.
        if any(factor not in (1.0, -1.0) for factor in equation[0].values()):
            naive.equations.remove(equation)
    assert any(high - low < 1e-5 for low, high in map(naive.interval, naive.unknown()))


def test_what_is_computed_from_a_withheld_cell_goes_with_it() -> None:
    answers, demographics = _pooled(panel(200, 7), SEX, AGE)
    found, _ = _published(answers, [SCALE], demographics)
    line = found.toplines[0]
    if any(share.n is None for share in line.shares):
        assert line.mean is None
        assert line.top is None
    hidden = 0
    for table in found.crosstabs:
        gaps = [c for column in table.columns for c in column.cells if c.n is None]
        hidden += len(gaps)
        assert all(c.estimate is None and c.residual is None for c in gaps)
        if gaps:
            assert table.test is None
            assert table.p_adjusted is None
            assert not any(c.stands_out for column in table.columns for c in column.cells)
        for column in table.columns:
            if any(c.n is None for c in column.cells):
                assert column.mean is None
            if column.base is None:
                assert all(c.estimate is None for c in column.cells)
    assert hidden


def test_a_large_wave_stays_whole() -> None:
    answers = panel(4000, 3)
    ready = linearise(plain(answers))
    items = [SEVERAL]
    lines, tables = toplines(answers, items, ready), crosstabs(answers, items, [SEX, AGE], ready)
    sizes = group_sizes(answers, [SEX, AGE])
    found = disclose(lines, tables, sizes, rows=4000)
    assert (found.toplines, found.crosstabs) == (lines, tables)
    assert found.suppression.withheld == frozenset()


def test_small_bases() -> None:
    few = np.r_[np.full(4, 2), np.full(60, -6)]
    some = np.r_[np.full(12, 2), np.full(12, 3), np.full(40, -6)]
    answers = pd.DataFrame({"few": few, "some": some, "sex": np.r_[np.full(32, 1), np.full(32, 2)]})
    items = [single("few", 1, 2, 3), single("some", 2, 3)]
    found, _ = _published(answers, items, [SEX])
    assert found.withheld_questions == ("few",)
    gone, kept = found.toplines
    assert (gone.base, gone.shares, gone.mean) == (None, (), None)
    assert "4" not in gone.base_text.ko.replace("5명", "")
    assert found.crosstabs[0].columns == ()
    assert kept.is_small
    assert kept.base == 24
    assert not toplines(answers, [SEX], linearise(plain(answers)))[0].is_small


def test_a_table_of_one_group_is_no_table() -> None:
    answers = panel(60, 2).assign(sex=1)
    answers, demographics = _pooled(answers, SEX, AGE)
    found, attacker = _published(answers, [SCALE], demographics)
    by_sex, by_age = found.crosstabs
    assert (by_sex.columns, by_sex.base, by_sex.test) == ((), None, None)
    assert by_age.columns
    assert not any("sex" in key for key in attacker.places)


def test_kinds_of_missing_go_together() -> None:
    answers = pd.DataFrame({"q1": [3] * 30 + [4] * 30 + [-8] * 20 + [-7] * 2})
    found, _ = _published(answers, [single("q1", 3, 4)], [])
    assert (found.toplines[0].missing, found.toplines[0].has_kinds) == ((), False)
    answers = pd.DataFrame({"q1": [3] * 30 + [4] * 30 + [-8] * 20 + [-7] * 6})
    found, _ = _published(answers, [single("q1", 3, 4)], [])
    assert [each.n for each in found.toplines[0].missing] == [6, 20]


def test_rows_without_the_demographic_are_no_way_in() -> None:
    answers = panel(150, 4)
    answers.loc[answers.index[:3], "sex"] = -9
    found, attacker = _published(answers, [SCALE], [SEX])
    for key in attacker.unknown():
        low, high = attacker.interval(key)
        assert high - low > 1 - 1e-5, key
    assert all(n >= 5 for n in _counts(found))


def _follow_up(
    given: list[int], men: list[int], further: Sequence[int] = ()
) -> tuple[pd.DataFrame, list[Variable]]:
    """A question with so many answers of each code, `men` of them by men, and one that follows its first answer."""
    first = np.repeat(np.arange(1, len(given) + 1), given)
    sex = np.concatenate(
        [np.r_[np.ones(m), np.full(n - m, 2)] for n, m in zip(given, men, strict=True)]
    )
    second = np.r_[np.resize([1, 2], given[0]), np.full(sum(given[1:]), -6)]
    second[: len(further)] = further
    answers = pd.DataFrame({"sex": sex, "q1": first, "q9": second})
    return answers, [single("q1", *range(1, len(given) + 1)), single("q9", 1, 2)]


FOLLOWS = Route(item="q9", after=frozenset({"q1"}), cells=(("q1", 1),))


def test_a_routed_question_is_no_way_in_by_its_groups() -> None:
    # 43 said 1; they were asked further, and all answered. Three of them are women.
    answers, items = _follow_up([43, 137], [40, 60])
    found, attacker = _published(answers, items, [SEX], FOLLOWS)
    nothing_is_pinned(attacker)
    assert found.suppression.withheld
    assert [line.base for line in found.toplines] == [180, 43]
    backwards = Route(item="q1", after=frozenset({"q9"}), cells=(("q9", 1),))
    with pytest.raises(NotProtected, match="q1"):
        _published(answers, items, [SEX], backwards)


def test_a_question_whose_base_is_a_withheld_cell_is_withheld_as_well() -> None:
    # 10 and 1 are withheld; 10 were asked further, and "not asked" would be 1.
    answers, items = _follow_up([10, 1], [5, 1])
    found, attacker = _published(answers, items, [], FOLLOWS)
    first, second = found.toplines
    assert [share.n for share in first.shares] == [None, None]
    assert (second.base, second.shares, second.missing) == (None, (), ())
    assert "5명 미만" in second.base_text.ko
    assert found.withheld_questions == ("q9",)
    nothing_is_pinned(attacker)
    # Without the routing he would be told.
    naive, attacker = _published(answers, items, [])
    attacker._read_route(FOLLOWS, naive.toplines[1])
    with pytest.raises(AssertionError):
        nothing_is_pinned(attacker)


def test_another_cell_is_withheld_where_that_spares_the_question_that_follows() -> None:
    answers, items = _follow_up([12, 1, 30], [6, 1, 15])
    found, attacker = _published(answers, items, [], FOLLOWS)
    first, second = found.toplines
    assert [share.n for share in first.shares] == [12, None, None]
    assert second.base == 12
    assert [(each.kind, each.n) for each in second.missing] == [(Missing.NOT_ASKED, 31)]
    nothing_is_pinned(attacker)


def test_a_filter_that_everybody_passed_hides_nothing() -> None:
    answers, items = _follow_up([30, 0], [15, 0])
    found, attacker = _published(answers, items, [SEX], FOLLOWS)
    first, second = found.toplines
    assert [share.n for share in first.shares] == [30, 0]
    assert second.base == 30
    nothing_is_pinned(attacker)


def test_a_chain_falls_with_its_first_question() -> None:
    answers, items = _follow_up([10, 1], [5, 1])
    answers["q10"] = answers["q9"].where(answers["q9"] == 1, -6)
    answers["years"] = answers["q9"].where(answers["q9"] < 0, 7)
    items += [
        single("q10", 1),
        Variable(name="years", kind=Kind.NUMBER, label=SEX.label, columns=("years",)),
    ]
    more = Route(item="q10", after=frozenset({"q9"}), cells=(("q9", 1),))
    years = replace(FOLLOWS, item="years")
    found, _ = _published(answers, items, [], FOLLOWS, more, years)
    assert found.withheld_questions == ("q10", "q9", "years")
    assert found.toplines[3].mean is None


def test_what_is_asked_after_several_answers_does_not_say_who_was_not_asked() -> None:
    """Of 40 who said 1 and of 60 who said 2 elsewhere, 37 did both: the others would be three."""
    answers = pd.DataFrame(
        {
            "q1": np.r_[np.ones(40), np.full(60, 2)],
            "q2": np.r_[np.full(37, 2), np.ones(40), np.full(23, 2)],
            "q9": np.r_[np.resize([1, 2], 37), np.full(63, -6)],
        }
    )
    items = [single("q1", 1, 2), single("q2", 1, 2), single("q9", 1, 2)]
    after = frozenset({"q1", "q2"})
    both = Route(item="q9", after=after, within=((("q1", 1),), (("q2", 2),)))
    found, attacker = _published(answers, items, [], both)
    assert found.withheld_questions == ("q9",)
    answers["q9"] = np.r_[np.resize([1, 2], 30), np.full(70, -6)]
    found, attacker = _published(answers, items, [], both)
    assert (found.toplines[2].base, found.toplines[2].missing) == (30, ())
    nothing_is_pinned(attacker)


def test_after_a_condition_that_cells_cannot_tell_nothing_of_it_may_be_withheld() -> None:
    answers, items = _follow_up([30, 1, 12], [15, 1, 6])
    other = Route(item="q9", after=frozenset({"q1"}))
    found, _ = _published(answers, items, [], other)
    assert found.withheld_questions == ("q9",)
    answers, items = _follow_up([30, 6, 12], [15, 3, 6])
    found, _ = _published(answers, items, [], other)
    assert found.withheld_questions == ()
    assert found.toplines[1].missing == ()


@settings(max_examples=25, deadline=None)
@given(
    given_=st.lists(st.integers(0, 25), min_size=2, max_size=4).filter(lambda ns: sum(ns) > 8),
    seed=st.integers(0, 1000),
    silent=st.integers(0, 3),
)
def test_no_routed_question_of_a_small_wave_is_a_way_in(
    given_: list[int], seed: int, silent: int
) -> None:
    rng = np.random.default_rng(seed)
    men = [int(rng.integers(0, n + 1)) for n in given_]
    answers, items = _follow_up(given_, men, [-9] * min(silent, given_[0]))
    sizes = answers["sex"].value_counts()
    demographics = [SEX] if len(sizes) == 2 and sizes.min() >= 5 else []
    found, attacker = _published(answers, items, demographics, FOLLOWS)
    assert not found.suppression.weak
    nothing_is_pinned(attacker)


def _several(
    *rows: tuple[int, int, tuple[int, ...]], alone: int = 9
) -> tuple[pd.DataFrame, Variable]:
    """So many men and so many women who have chosen these of three, of which one excludes the others."""
    codes = (1, 2, alone)
    frame = pd.DataFrame(
        [
            {"sex": sex} | {f"q2_{code}": int(code in chosen) for code in codes}
            for men, women, chosen in rows
            for sex, n in ((1, men), (2, women))
            for _ in range(n)
        ]
    )
    variable = replace(
        SEVERAL,
        columns=tuple(f"q2_{code}" for code in codes),
        options=tuple(single("q", *codes).options),
        must_choose=True,
        exclusive=frozenset({alone}),
    )
    return frame, variable


def _survives(answers: pd.DataFrame, item: Variable, *demographics: Variable) -> Disclosed:
    """What is published, once the attacker has found nobody in it."""
    found, attacker = _published(answers, [item], list(demographics))
    ready = linearise(plain(answers))
    tables = crosstabs(answers, [item], demographics, ready)
    nothing_is_pinned(attacker)
    nobody_is_found(attacker, toplines(answers, [item], ready), tables)
    return found


@pytest.mark.parametrize("few", [1, 3, 4])
def test_what_is_left_of_a_multiple_choice_is_not_told_by_the_rest(few: int) -> None:
    """30 and 16 of 50 have chosen something: the other four have chosen what excludes both."""
    answers, item = _several((20, 10, (1,)), (0, 20 - few, (2,)), (0, few, (9,)))
    found = _survives(answers, item)
    assert [line.shares[0].n for line in found.toplines] == [30, None, None]


def test_nor_is_it_by_its_groups() -> None:
    answers, item = _several((40, 30, (1,)), (25, 30, (2,)), (12, 3, (9,)), (5, 5, (1, 2)))
    found = _survives(answers, item, SEX)
    assert [line.shares[0].n for line in found.toplines] == [80, 65, 15]
    assert found.crosstabs[2].columns[1].cells[0].n is None


def test_one_whose_options_overlap_widely_loses_what_is_small_alone() -> None:
    answers, item = _several((20, 20, (1,)), (15, 15, (1, 2)), (5, 5, (2,)), (2, 2, (9,)))
    found = _survives(answers, item)
    assert [line.shares[0].n for line in found.toplines] == [70, 40, None]


@settings(max_examples=12, deadline=None)
@given(
    counts=st.lists(
        st.tuples(st.integers(0, 15), st.integers(0, 15)), min_size=4, max_size=4
    ).filter(lambda ns: min(sum(n) for n in zip(*ns, strict=True)) >= 5),
)
def test_nobody_is_found_in_a_multiple_choice(counts: list[tuple[int, int]]) -> None:
    chosen = [(1,), (2,), (1, 2), (9,)]
    answers, item = _several(*((m, w, c) for (m, w), c in zip(counts, chosen, strict=True)))
    _survives(answers, item, SEX)


def test_small_groups_have_to_be_pooled() -> None:
    answers = panel(60, 2).assign(place=[1] * 30 + [2] * 23 + [3] * 4 + [4] * 3)
    place = single("place", 1, 2, 3, 4, 5)
    with pytest.raises(NotProtected, match="place=3, place=4"):
        _published(answers, [SCALE], [place])
    variable, values = pool(answers, place)
    assert [option.code for option in variable.options] == [1, 2, 5, POOLED]
    assert variable.options[-1].label.ko == "3·4"
    assert values.value_counts().to_dict() == {1: 30, 2: 23, POOLED: 7}
    found, _ = _published(answers.assign(place_pooled=values), [SCALE], [variable])
    # Nobody is in the fifth.
    assert [column.group.code for column in found.crosstabs[0].columns] == [1, 2, POOLED]
    alone = answers.assign(place=[1] * 30 + [2] * 23 + [3] * 6 + [4])
    assert pool(alone, place)[1].value_counts().to_dict() == {1: 30, 2: 23, POOLED: 7}
    assert pool(answers, SEX)[0] is SEX


def test_a_change_is_shown_where_both_of_its_figures_are() -> None:
    item = single("q1", 1, 2, 3, trend="t")
    old = pd.DataFrame({"q1": [1] * 40 + [2] * 30 + [3] * 10})
    new = pd.DataFrame({"q1": [1] * 47 + [2] * 30 + [3] * 3})
    waves = [
        Wave(answers=a, design=plain(a), variables=[item], pair_keys=[None] * 80)
        for a in (old, new)
    ]
    lines = [_published(a, [item], [])[0].toplines for a in (old, new)]
    found = changes(*waves)
    shown = disclosed_changes(found, *lines)
    assert len(found) == 3
    hidden = {share.option.code for share in lines[1][0].shares if share.n is None}
    assert 3 in hidden
    assert len(hidden) == 2
    assert {change.option for change in shown} == {1, 2, 3} - hidden


def test_every_pair_of_withheld_cells_is_apart() -> None:
    answers, demographics = _pooled(panel(120, 11), SEX, AGE)
    found, _ = _published(answers, [SCALE], demographics)
    for table in found.crosstabs:
        grid = [[c.n is None for c in column.cells] for column in table.columns]
        tops = [share.n is None for share in found.toplines[0].shares]
        for row, top in zip(zip(*grid, strict=True), tops, strict=True):
            assert sum(row) + top != 1
        bases = [column.base is None for column in table.columns]
        for cells, base in itertools.zip_longest(grid, bases):
            assert sum(cells) + base != 1


def test_a_filter_that_everybody_passed_does_not_tell_which_answer_nobody_gave() -> None:
    """All of 30 were asked further, after 1 or 2; that nobody said 2 is not for the public."""
    answers, items = _follow_up([30, 0, 0], [15, 0, 0])
    either = replace(FOLLOWS, cells=(("q1", 1), ("q1", 2)))
    found, attacker = _published(answers, items, [], either)
    assert [share.n for share in found.toplines[0].shares] == [None, None, 0]
    nothing_is_pinned(attacker)


def test_one_of_two_questions_without_its_table_is_no_error() -> None:
    answers, items = _follow_up([20, 20], [10, 10])
    answers["q2"] = np.resize([1, 2], 40)
    lines = toplines(answers, [*items, single("q2", 1, 2)], linearise(plain(answers)))
    tables = crosstabs(answers, items, [SEX], linearise(plain(answers)))
    both = Route(item="q9", after=frozenset({"q1", "q2"}), within=((("q1", 1), ("q2", 1)),))
    found = disclose(lines, tables, group_sizes(answers, [SEX]), rows=40, routes=[both])
    by_sex = {table.name: bool(table.columns) for table in found.crosstabs}
    assert by_sex == {"q1": True, "q9": False}

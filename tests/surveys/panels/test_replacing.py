"""Drop-outs are replaced from their stratum, else by the nearest that keeps the quotas; and rotation."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongmun.surveys.panels.pool import Pool
from gongmun.surveys.panels.publishing import DRAW, read_draw
from gongmun.surveys.panels.replacing import replace
from gongmun.surveys.panels.rotating import Service, rotate, service, to_fill
from tests.surveys.panels.conftest import Drawn
from tests.surveys.panels.pools import meets, pool_of, quotas_of

# p0 and p1 are members; p2 lives with p1.
POOL = pool_of(
    ("F", "old", "east", "a"),
    ("M", "old", "east", "b"),
    ("F", "old", "east", "b"),
    ("F", "old", "east", "c"),
    ("F", "young", "east", "d"),
    ("F", "young", "west", "e"),
    ("M", "old", "east", "f"),
)
QUOTAS = quotas_of(2, F=(1, 1), M=(1, 1))


def test_the_first_of_the_same_stratum_follows_but_not_one_who_lives_with_a_member() -> None:
    (found,) = replace(POOL, QUOTAS, ["p0", "p1"], ["p6", "p5", "p2", "p4", "p3"], ["p0"])
    assert (found.gone, found.by, found.differs) == ("p0", "p3", ())


def test_who_lives_with_one_who_leaves_may_follow() -> None:
    both = replace(POOL, QUOTAS, ["p0", "p1"], ["p6", "p5", "p2", "p4", "p3"], ["p0", "p1"])
    assert [each.by for each in both] == ["p2", "p6"]


def test_else_it_is_the_nearest_that_keeps_the_quotas() -> None:
    """p6 differs from p0 in one feature only, as p4 does, and comes first; but two men would not be allowed."""
    (found,) = replace(POOL, QUOTAS, ["p0", "p1"], ["p6", "p5", "p4"], ["p0"], unavailable=["p3"])
    assert (found.by, found.differs) == ("p4", ("age",))


def test_where_nobody_can_follow_the_seat_stays_empty() -> None:
    (found,) = replace(POOL, QUOTAS, ["p0", "p1"], ["p6", "p2"], ["p0"])
    assert (found.by, found.differs) == (None, ())


def test_a_panel_of_200_stays_one_while_it_loses_40(of_2000: Drawn) -> None:
    """Each change of two keeps the quotas; one for whom nobody could follow still counts here."""
    drawn = read_draw(of_2000.files[DRAW]).draw
    gone = drawn.members[::5]
    found = replace(of_2000.pool, of_2000.quotas, drawn.members, drawn.reserves, gone)
    people = {person.id: person for person in of_2000.pool.people}
    seated = [id_ for id_ in drawn.members if id_ not in set(gone)]
    seated += [each.by or each.gone for each in found]
    assert meets([people[id_] for id_ in seated], of_2000.quotas)
    followed = [each for each in found if each.by]
    assert len(followed) >= 38
    assert sum(not each.differs for each in followed) >= 30
    again = replace(of_2000.pool, of_2000.quotas, drawn.members, drawn.reserves, gone)
    assert again == found


def since(id_: str, first: int) -> Service:
    """Somebody who has served since the wave `first`."""
    return Service(id=id_, first=first, last=4)


def test_who_began_first_leaves_first() -> None:
    members = [since("a", 3), since("b", 1), since("c", 2), since("d", 1)]
    assert rotate(members, Fraction(1, 2), "key").leaves == ("b", "d")
    assert rotate(members, Fraction(1, 4), "key").stays in (("a", "b", "c"), ("a", "c", "d"))


def test_among_those_who_began_together_the_key_decides() -> None:
    members = [since(f"m{n}", 1) for n in range(10)]
    found = {rotate(members, Fraction(1, 3), f"key {n}").leaves for n in range(20)}
    assert len(found) > 10
    assert {len(leaves) for leaves in found} == {4}
    assert rotate(members[::-1], Fraction(1, 3), "key 0") == rotate(
        members, Fraction(1, 3), "key 0"
    )


@given(st.lists(st.integers(1, 5), max_size=20), st.fractions(0, 1))
def test_everybody_stays_or_leaves(firsts: list[int], share: Fraction) -> None:
    members = [since(f"m{place:02}", first) for place, first in enumerate(firsts)]
    found = rotate(members, share, "key")
    assert sorted(found.stays + found.leaves) == [each.id for each in members]
    assert len(found.leaves) >= share * len(members)
    first = {each.id: each.first for each in members}
    assert max((first[id_] for id_ in found.leaves), default=0) <= min(
        (first[id_] for id_ in found.stays), default=9
    )


@pytest.mark.parametrize(
    ("waves", "first", "last"),
    [
        ((), 5, 5),
        ((4,), 4, 4),
        ((1, 2, 3, 4), 1, 4),
        ((4, 3), 3, 4),
        ((1, 2, 4), 4, 4),
        ((1,), 1, 1),
    ],
)
def test_what_came_before_a_break_does_not_count(
    waves: tuple[int, ...], first: int, last: int
) -> None:
    assert service("a", waves, 5) == Service(id="a", first=first, last=last)


def test_what_is_left_to_draw_counts_those_who_stay() -> None:
    quotas = quotas_of(4, F=(2, 3), M=(1, 2), young=(0, 0))
    left, pool = to_fill(quotas, POOL, ["p0", "p1"])
    bounds = {cell.value: (cell.least, cell.most) for cell in left.cells}
    assert left.size == 2
    assert (bounds["F"], bounds["M"], bounds["young"]) == ((1, 2), (0, 1), (0, 0))
    assert bounds["old"] == (0, 2)
    assert _ids(pool) == ["p3", "p4", "p5", "p6"]


def _ids(pool: Pool) -> list[str]:
    return [person.id for person in pool.people]

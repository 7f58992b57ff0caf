"""The pool that the bench of surveys draws from is the one that is described."""

from collections import Counter

from bench import surveys
from bench.reference.volunteers import volunteers


def test_the_volunteers_are_2000_of_whom_566_are_in_their_fifties() -> None:
    people = volunteers().people
    assert len(people) == 2_000
    assert Counter(person.traits[1] for person in people)["50-59"] == 566
    assert Counter(person.traits[0] for person in people) == {"M": 1_214, "F": 786}
    assert sum(person.household is not None for person in people) > 1_000


def test_the_published_example_is_of_three_kinds() -> None:
    pool, quotas = surveys.example()
    assert sorted(Counter(person.traits for person in pool.people).values()) == [1, 999, 1_000]
    assert {(cell.least, cell.most) for cell in quotas.cells} == {(99, 200)}

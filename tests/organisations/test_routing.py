"""The pure rules of routing: heirs through any number of changes, and when a person must decide."""

import pytest

from gongmun.organisations import Route
from gongmun.organisations.routing import among, heir, heirs, route

IN_FORCE = {"A", "B"}
SUCCESSORS = {"old": ["older"], "older": ["A"], "split": ["A", "B"], "toB": ["B"]}


def _heir(code: str) -> str | None:
    return heir(
        code,
        in_force=IN_FORCE.__contains__,
        successors=lambda code: SUCCESSORS.get(code, []),
    )


@pytest.mark.parametrize(
    ("code", "expected"),
    [("A", "A"), ("old", "A"), ("older", "A"), ("split", None), ("ended", None)],
)
def test_heirs(code: str, expected: str | None) -> None:
    assert _heir(code) == expected


@pytest.mark.parametrize(
    ("lead", "cooperating", "expected"),
    [
        ("A", [], Route(lead="A")),
        ("A", ["B"], Route(lead="A", cooperating=("B",))),
        ("old", ["toB"], Route(lead="A", cooperating=("B",))),
        ("A", ["old", "B"], Route(lead="A", cooperating=("B",))),  # merged with the lead
        ("A", ["toB", "B"], Route(lead="A", cooperating=("B",))),  # merged with each other
        ("split", [], None),
        ("A", ["split"], None),
        ("A", ["ended"], None),
    ],
)
def test_routes(lead: str, cooperating: list[str], expected: Route | None) -> None:
    assert route(lead, cooperating, resolve=_heir) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [("A", {"A"}), ("old", {"A"}), ("split", {"A", "B"}), ("parts", {"A", "B"}), ("ended", set())],
)
def test_everybody_who_took_over_a_part(code: str, expected: set[str]) -> None:
    successors = SUCCESSORS | {"parts": ["old", "split", "ended"]}
    found = heirs(
        code,
        in_force=IN_FORCE.__contains__,
        successors=lambda code: successors.get(code, []),
    )
    assert found == expected


@pytest.mark.parametrize(
    ("named", "codes", "leads", "expected"),
    [
        (Route(lead="A"), {"A", "B"}, True, "A"),
        (Route(lead="A"), {"A", "B"}, False, "A"),  # the only one it names, in whatever part
        (Route(lead="C", cooperating=("B",)), {"A", "B"}, True, "B"),
        (Route(lead="A", cooperating=("B",)), {"A", "B"}, True, "A"),
        (Route(lead="A", cooperating=("B",)), {"A", "B"}, False, "B"),
        (Route(lead="C", cooperating=("A", "B")), {"A", "B"}, True, None),
        (Route(lead="C", cooperating=("A", "B")), {"A", "B"}, False, None),
        (Route(lead="C"), {"A", "B"}, True, None),
        (Route(lead="C"), set(), True, None),
    ],
)
def test_a_route_names_one_of_several(
    named: Route, codes: set[str], leads: bool, expected: str | None
) -> None:
    assert among(named, codes, leads=leads) == expected

"""The pure rules of routing: heirs through any number of changes, and when a person must decide."""

import pytest

from gongmun.organisations import Route
from gongmun.organisations.routing import heir, route

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

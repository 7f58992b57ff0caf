"""The board hides what would point to few people: categories under five, and what they follow from by subtraction."""

from collections.abc import Mapping

import pytest
from sqlalchemy import update

from gongmun.surveys.fieldwork.board import _hidden, wave_line
from gongmun.surveys.fieldwork.opening import open_wave
from gongmun.surveys.panels.models import PanelMember
from tests.postgresql import ON_SQLITE
from tests.surveys.fieldwork.conftest import OPENING, Fielded
from tests.world import at

pytestmark = ON_SQLITE


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        # Nobody has answered yet.
        ({"a": (50, 0), "b": (60, 0)}, ""),
        ({"a": (50, 0), "b": (3, 0)}, "b"),
        # One to four of many.
        ({"a": (50, 12), "b": (60, 4), "c": (70, 9)}, "bc"),
        ({"a": (50, 12), "b": (60, 5), "c": (70, 9)}, ""),
        # Fewer than five asked, whatever they have answered.
        ({"a": (50, 12), "b": (4, 4), "c": (70, 9)}, "bc"),
        ({"a": (50, 12), "b": (4, 0), "c": (70, 9)}, "bc"),
        # Two that are hidden are one or two of each: a third hides how many.
        ({"a": (50, 12), "b": (60, 2), "c": (70, 1)}, "abc"),
        ({"a": (50, 12), "b": (60, 2), "c": (70, 1), "d": (40, 20)}, "abc"),
        ({"a": (50, 12), "b": (60, 3), "c": (70, 3)}, "bc"),
        # Who all have answered are of one category: it would be the total of the wave.
        ({"a": (50, 3), "b": (60, 0)}, "ab"),
        ({"a": (50, 3), "b": (60, 0), "c": (60, 30)}, "ac"),
    ],
)
def test_what_is_hidden(counts: Mapping[str, tuple[int, int]], hidden: str) -> None:
    of_feature = {("sex", value): count for value, count in counts.items()}
    assert _hidden(of_feature) == {("sex", value) for value in hidden}


def test_one_answer_of_many_is_not_shown(fielded: Fielded) -> None:
    with fielded.db.transaction() as session:
        session.execute(update(PanelMember).values(sex="F"))
        session.execute(update(PanelMember).where(PanelMember.id <= 5).values(sex="M"))
    cycle_id = fielded.start().cycle_id
    open_wave(fielded.db, cycle_id, now=at(OPENING))

    def seen() -> dict[str, int | None]:
        with fielded.db.reading() as session:
            line = wave_line(session, cycle_id, now=at(OPENING, 12))
        return {each.value: each.answered for each in line.categories if each.feature == "sex"}

    assert seen() == {"M": 0, "F": 0}
    people = fielded.invitations(cycle_id)
    fielded.answer(people[0].id, at(OPENING, 11))
    assert seen() == {"M": None, "F": None}
    for each in people[1:]:
        fielded.answer(each.id, at(OPENING, 11))
    assert seen() == {"M": 5, "F": 5}

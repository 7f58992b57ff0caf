"""The history of a referral for a coordinator: nothing in it is without words, or without a name where one decided."""

import ast
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

import gongmun
from gongmun import ledger
from gongmun.db import Database
from gongmun.referrals.ladder import Rung
from gongmun.referrals.life import Event, Status
from gongmun.referrals.names import ASIDES, EVENTS, RUNGS, STATUSES
from gongmun.referrals.retelling import retold
from tests.world import World, at

_ROOMS = Path(gongmun.__file__).parent
# What ends with a line is the beginning of several, see below.
_KIND = re.compile(r"referral\.[a-z_]*[a-z]")
# Told by the rung that fired, which the event names.
_BY_RUNG = {"referral.chased"}


@pytest.fixture
def small(sqlite_db: Database, tmp_path: Path) -> World:
    return World(db=sqlite_db, folder=tmp_path, now=at(date(2026, 10, 12), 9, 30))


def _recorded(file: Path) -> Iterator[str]:
    """The kinds of events about a referral that a module names; codes of errors look alike."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    codes = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == "code" for target in node.targets)
    }
    for node in ast.walk(tree):
        value = node.value if isinstance(node, ast.Constant) and id(node) not in codes else None
        if isinstance(value, str) and _KIND.fullmatch(value):
            yield value


def test_every_kind_of_event_has_words_in_both_languages() -> None:
    # Attributes of rows and of lines are written like kinds.
    columns = {"referral.organisation_id", "referral.id", "referral.suggestion_id"}
    kinds = {
        kind
        for file in _ROOMS.rglob("*.py")
        if "simulation" not in file.parts
        for kind in _recorded(file)
    } - columns
    assert {"referral.move_told", "referral.given_lead", "referral.taken_over"} <= kinds
    # forums/deciding.py and answers/extending.py name their kinds after what was decided.
    kinds |= {"referral.extension_granted", "referral.extension_refused"}
    kinds |= {f"referral.{fate.value}" for fate in (Event.APPROVED, Event.WITHDRAWN)}
    words = {**EVENTS, **ASIDES} | {f"referral.{each.value}": STATUSES[each] for each in Status}
    assert kinds - _BY_RUNG - set(words) == set()
    for said in (*words.values(), *RUNGS.values()):
        assert said.ko.strip()
        assert said.en.strip()
    assert set(RUNGS) == set(Rung)


def test_who_decided_and_why_stands_beside_it(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    with small.db.reading() as session:
        happened = retold(session, referral_id)
        kinds = [event.kind for event in ledger.history(session, "referral", referral_id)]
    assert [each.kind for each in happened] == kinds
    assert [each.text.ko for each in happened] == [
        "작성",
        "결재 [한소통: 확인하였습니다.]",
        "발송",
    ]

"""A reorganisation on the command line: what passes on by itself, and what a coordinator assigns."""

from pathlib import Path

import pytest

from gongmun import wiring
from gongmun.db import Base
from tests.cli.conftest import Gongmun
from tests.forums.test_succeeding import BEFORE, routed, world_of
from tests.world import World

DAY = ("--as-of", "2026-01-02T10:00")
ME = ("--name", "한소통", "--reason", "예산 사업입니다.")


@pytest.fixture
def here(var: Path) -> World:
    """기획재정부 has two suggestions without a topic."""
    var.mkdir()
    db = wiring.database()
    Base.metadata.create_all(db.engine)
    world = world_of(db, var, BEFORE)
    routed(world, ("MOEF", ()), ("MOEF", ()))
    return world


def test_a_split_is_followed_listed_and_assigned(gongmun: Gongmun, here: World) -> None:
    assert "gongmun succession follow" in gongmun("waiting", *DAY).flat
    followed = gongmun("succession", "follow", *DAY)
    assert followed.code == 0, followed
    assert "지정 대기 2건" in followed.out
    listed = gongmun("succession", "list", *DAY).flat
    assert listed.count("기획재정부") == 2
    assert "2026-01-02" in listed
    assert "gongmun referral assign 1 --to" in gongmun("waiting", *DAY).flat
    assigned = gongmun("referral", "assign", 1, "--to", "MPB", *ME, *DAY)
    assert assigned.code == 0, assigned
    assert "이송 1번으로 이어지며" in assigned.flat
    assert gongmun("succession", "list", *DAY).flat.count("기획재정부") == 1
    shown = gongmun("referral", "show", 1).flat
    assert "정부조직 개편으로 소관 기관 승계" in shown
    assert "승계 기관 지정" in shown


def test_mistakes_are_told(gongmun: Gongmun, here: World) -> None:
    early = gongmun("referral", "assign", 1, "--to", "MPB", *ME, "--as-of", "2025-12-23T10:00")
    assert (early.code, "succession.nothing_to_assign" in early.err) == (1, True)
    unknown = gongmun("referral", "assign", 1, "--to", "XYZ", *ME, *DAY)
    assert (unknown.code, "XYZ" in unknown.err) == (1, True)
    nobody = gongmun("referral", "assign", 99, "--to", "MPB", *ME, *DAY)
    assert nobody.code == 1
    nameless = gongmun("referral", "assign", 1, "--to", "MPB", "--name", "", "--reason", "왜", *DAY)
    assert (nameless.code, "approval.incomplete" in nameless.err) == (1, True)

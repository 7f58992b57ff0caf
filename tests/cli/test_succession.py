"""A reorganisation on the command line: what passes on by itself, and what a coordinator assigns."""

from pathlib import Path

import pytest

from gongmun import wiring
from gongmun.db import Base
from tests.cli.conftest import Gongmun
from tests.forums.test_succeeding import BEFORE, SPLIT, mails, routed, world_of
from tests.world import World, at

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
    assert "여러 기관이 나누어 승계하였고" in listed
    assert "재정경제부(MOFE), 기획예산처(MPB)" in listed
    assert "gongmun referral assign 1 --to" in listed
    assert "gongmun referral assign 1 --to" in gongmun("waiting", *DAY).flat
    assigned = gongmun("referral", "assign", 1, "--to", "MPB", *ME, *DAY)
    assert assigned.code == 0, assigned
    assert "이송 1번으로 이어집니다" in assigned.flat
    assert "안내 메일을 발송함에 넣었습니다" in assigned.flat
    assert gongmun("succession", "list", *DAY).flat.count("기획재정부") == 1
    shown = gongmun("referral", "show", 1).flat
    assert "정부조직 개편으로 소관 기관 승계(기획재정부 → 기획예산처)" in shown
    assert "승계 기관 지정(기획예산처) [한소통: 예산 사업입니다.]" in shown


def test_on_a_sunday_it_is_said_when_the_mail_goes(gongmun: Gongmun, here: World) -> None:
    sunday = ("--as-of", "2026-01-04T16:00")
    assert "메일로 알립니다" not in gongmun("succession", "follow", *sunday).flat
    assigned = gongmun("referral", "assign", 1, "--to", "MPB", *ME, *sunday).flat
    assert "승계 기관에는 2026. 1. 5.(월) 09:00 이후 근무시간에 메일로 알립니다." in assigned
    followed = gongmun("succession", "follow", *sunday).flat
    assert "안내 메일 0통. " in followed
    assert "승계 기관 1곳에는 2026. 1. 5.(월) 09:00 이후 근무시간에 메일로 알립니다." in followed
    monday = gongmun("succession", "follow", "--as-of", "2026-01-05T09:01").flat
    assert "안내 메일 1통." in monday


@pytest.mark.parametrize("becomes_lead", [True, False])
def test_the_one_that_is_withdrawn_is_named(
    gongmun: Gongmun, var: Path, becomes_lead: bool
) -> None:
    """The ministry has the suggestion already: it is written to where that changes its part, and only there."""
    var.mkdir()
    db = wiring.database()
    Base.metadata.create_all(db.engine)
    world = world_of(db, var, BEFORE)
    referrals = routed(world, ("MOEF", ("MOIS",)) if becomes_lead else ("MOIS", ("MOEF",)))
    gongmun("succession", "follow", *DAY)
    sent = len(world.sent())
    (open_id,) = (r.id for r in referrals if world.code(world.referral(r.id)) == "MOEF")
    (kept_id,) = (r.id for r in referrals if r.id != open_id)
    said = gongmun("referral", "assign", open_id, "--to", "MOIS", "--withdraw", open_id, *ME, *DAY)
    assert f"이송 {open_id}번을 철회했습니다. 같은 제안은 이송 {kept_id}번으로" in said.flat
    assert ("따로 알리지 않습니다" in said.flat) is not becomes_lead
    assert ("안내 메일을 발송함에 넣었습니다" in said.flat) is becomes_lead
    shown = gongmun("referral", "show", open_id).flat
    assert f"철회(같은 제안의 이송 {kept_id}번으로 이어짐) [한소통: 예산 사업입니다.]" in shown
    kept = gongmun("referral", "show", kept_id).flat
    assert (f"협조에서 주관으로 변경(이송 {open_id}번을 이어받음)" in kept) is becomes_lead
    world.dispatch(at(SPLIT, 11))
    told = mails(world, sent)
    assert len(told) == becomes_lead
    for text in told.values():
        assert "철회되어, 이미 받으신 이 건을 주관 기관으로서 이어 가시게" in text


def test_a_ministry_that_ended_is_no_mistyped_code(gongmun: Gongmun, here: World) -> None:
    said = gongmun("suggestion", "route", 1, "--lead", "KCC", *ME).err
    assert "organisation.ended" in said
    assert "방송통신위원회(KCC)의 마지막 날은 2025. 9. 30.이었습니다" in said
    assert "방송미디어통신위원회(KMCC)" in said
    paused = gongmun("chase", "pause", "KCC", "--until", "2026-01-09", *ME, *DAY).err
    assert "organisation.ended" in paused


def test_mistakes_are_told(gongmun: Gongmun, here: World) -> None:
    early = gongmun("referral", "assign", 1, "--to", "MPB", *ME, "--as-of", "2025-12-23T10:00")
    assert (early.code, "succession.nothing_to_assign" in early.err) == (1, True)
    unknown = gongmun("referral", "assign", 1, "--to", "XYZ", *ME, *DAY)
    assert (unknown.code, "XYZ" in unknown.err) == (1, True)
    nobody = gongmun("referral", "assign", 99, "--to", "MPB", *ME, *DAY)
    assert nobody.code == 1
    nameless = gongmun("referral", "assign", 1, "--to", "MPB", "--name", "", "--reason", "왜", *DAY)
    assert (nameless.code, "approval.incomplete" in nameless.err) == (1, True)

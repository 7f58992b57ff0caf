"""What a sweep's notices said is told by ministry, with the reason of what was suppressed."""

from datetime import date

from gongmun.referrals.chasing import sweep
from gongmun.referrals.ladder import Rung
from gongmun.referrals.life import Status
from gongmun.referrals.notices import prepare_notices
from gongmun.referrals.told import told
from tests.world import LADDER, World, at

REMINDED = date(2026, 10, 30)


def test_it_says_to_whom_which_rungs_and_of_which_referrals(world: World) -> None:
    *statistics, other = world.dispatched("statistics", "statistics", "public_transport")
    _, notices = world.chase(REMINDED)
    with world.db.reading() as session:
        found = told(session, notices.enqueued)
    assert [(each.code, each.addressee, each.to_backup) for each in found] == [
        ("MODS", "MODS", False),
        ("MOLIT", "MOLIT", False),
    ]
    assert [each.referral_ids for each in found] == [tuple(statistics), (other,)]
    assert found[0].rungs[Rung.FIRST_REMINDER] == 2
    assert found[1].ministry.ko == "국토교통부"


def test_what_was_suppressed_says_by_its_referrals_why(world: World) -> None:
    (referral,) = world.dispatched("statistics")
    sweep(world.db, ladder=LADDER, now=at(REMINDED))
    world.respond(referral, at(REMINDED, 10))
    dropped = prepare_notices(world.db, now=at(REMINDED, 11))
    assert dropped
    with world.db.reading() as session:
        (found,) = told(session, dropped)
    assert found.statuses == {Status.ANSWERED: 1}
    assert found.referral_ids == (referral,)


def test_nothing_told_is_nothing(world: World) -> None:
    with world.db.reading() as session:
        assert told(session, []) == []

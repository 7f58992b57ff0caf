"""Somebody has to be told: nobody is named, or what is sent to them comes back."""

import pytest
from sqlalchemy import update

from gongmun.briefing.digest import send_digest
from gongmun.health import Standing, telling
from gongmun.health.checks import Check
from gongmun.mail import Dispatch, Status
from gongmun.settings import settings
from tests.briefing.conftest import KIM, coordinators
from tests.postgresql import ON_SQLITE
from tests.world import World

__all__ = ["coordinators"]
pytestmark = ON_SQLITE


def check(world: World) -> Check:
    with world.db.reading() as session:
        (found,) = telling.coordinators(session, settings())
    return found


def test_nobody_is_named(world: World) -> None:
    found = check(world)
    assert found.standing is Standing.CARE
    assert found.remedy is not None
    assert "GONGMUN_COORDINATORS" in found.remedy.en


@pytest.mark.parametrize("status", [Status.BOUNCED, Status.FAILED, Status.HELD])
def test_mail_to_one_of_them_comes_back(world: World, coordinators: None, status: Status) -> None:
    assert check(world).standing is Standing.WELL
    send_digest(world.db, now=world.now)
    assert check(world).standing is Standing.WELL
    with world.db.transaction() as session:
        session.execute(update(Dispatch).where(Dispatch.address == KIM).values(status=status))
    found = check(world)
    assert found.standing is Standing.WRONG
    assert "1 of 2" in found.found.en
    assert "@" not in str(found)

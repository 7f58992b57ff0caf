"""What a ministry may ask to hand on, and to whom."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import update

from gongmun.answers import request_queries
from gongmun.answers.models import Channel, RequestStatus, Transfer
from gongmun.answers.requesting import (
    TransferTargetHasIt,
    TransferTargetUnknown,
    TransferToItself,
    request_transfer,
    targets,
)
from gongmun.answers.undecided import RequestIncomplete
from gongmun.db import Database
from gongmun.errors import NotFound
from gongmun.organisations import Organisation
from gongmun.organisations import queries as organisation_queries
from gongmun.referrals.life import Status
from gongmun.referrals.models import Referral
from gongmun.referrals.pausing import NotWithMinistry, WaitsForUs
from tests.world import World, at

DUE = date(2026, 10, 29)
ASKED = date(2026, 10, 21)


@pytest.fixture
def small(sqlite_db: Database, tmp_path: Path, now: datetime) -> World:
    """A world on SQLite: where the kind of database does not matter."""
    return World(db=sqlite_db, folder=tmp_path, now=now)


def hand_on(
    world: World,
    referral_id: int,
    to: str = "MOE",
    *,
    on: date = ASKED,
    reason: str = "교육부 소관",
) -> Transfer:
    return request_transfer(
        world.db, referral_id, to_code=to, reason=reason, channel=Channel.PORTAL, now=at(on, 11)
    )


def test_a_request_leaves_the_clock_running_and_the_ladder_quiet(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    transfer = hand_on(small, referral_id)
    referral = small.referral(referral_id)
    assert transfer.status is RequestStatus.REQUESTED
    assert referral.asks_since == at(ASKED, 11)
    assert (referral.paused_at, referral.answer_due) == (None, DUE)
    # Whoever returns it has it.
    assert referral.status is Status.ACKNOWLEDGED
    for day in (date(2026, 10, 26), DUE, date(2026, 10, 30), date(2026, 11, 18)):
        small.chase(day)
    assert len(small.mailer.sent) == 1


def test_two_at_once_are_one(world: World) -> None:
    (referral_id,) = world.dispatched("statistics")

    def attempt(to: str) -> bool:
        try:
            hand_on(world, referral_id, to)
        except WaitsForUs:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(attempt, ["MOE", "MOLIT", "MOE", "NTS"])) == 1
    with world.db.reading() as session:
        assert len(request_queries.open_transfers(session)) == 1


@pytest.mark.parametrize("code", ["", "NOPE", "KOSTAT", "moe", "MOE'; --", "가" * 500])
def test_only_an_organisation_of_today_can_be_named(small: World, code: str) -> None:
    (referral_id,) = small.dispatched("housing")
    with pytest.raises(TransferTargetUnknown):
        hand_on(small, referral_id, code)
    assert small.referral(referral_id).asks_since is None


def test_not_to_itself_under_any_name(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    with pytest.raises(TransferToItself):
        hand_on(small, referral_id, "MODS")
    # A referral that went to the ministry under its former name.
    with small.db.transaction() as session:
        former = organisation_queries.current_successor(session, "KOSTAT", date(2024, 1, 1))
        assert former is not None
        session.execute(
            update(Referral).where(Referral.id == referral_id).values(organisation_id=former.id)
        )
    with pytest.raises(TransferToItself):
        hand_on(small, referral_id, "MODS")


def test_not_to_one_that_has_the_suggestion_already(small: World) -> None:
    lead, cooperating = small.dispatched("childcare")
    codes = {small.code(small.referral(each)): each for each in (lead, cooperating)}
    assert set(codes) == {"MOE", "MOGEF"}
    with pytest.raises(TransferTargetHasIt, match=r"성평등가족부는 같은 제안을 .* The Ministry of"):
        hand_on(small, codes["MOE"], "MOGEF")
    with small.db.reading() as session:
        referral = session.get_one(Referral, codes["MOE"])
        offered = {each.code for each in targets(session, referral, small.now)}
    assert "MOHW" in offered
    assert not offered & {"MOE", "MOGEF"}
    assert hand_on(small, codes["MOE"], "MOHW").to_organisation_id


def test_not_of_one_that_is_answered_or_not_sent(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    small.respond(referral_id, at(date(2026, 10, 20)))
    with pytest.raises(NotWithMinistry):
        hand_on(small, referral_id)
    with pytest.raises(NotFound):
        hand_on(small, 999)


@pytest.mark.parametrize("reason", ["", "\n \u200b", "가" * 1001])
def test_a_request_needs_a_reason(small: World, reason: str) -> None:
    (referral_id,) = small.dispatched("statistics")
    with pytest.raises(RequestIncomplete):
        hand_on(small, referral_id, reason=reason)


def test_an_organisation_that_ends_before_the_request_is_none(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    with small.db.transaction() as session:
        session.execute(
            update(Organisation)
            .where(Organisation.code == "MOE")
            .values(valid_to=date(2026, 10, 20))
        )
    with pytest.raises(TransferTargetUnknown):
        hand_on(small, referral_id)

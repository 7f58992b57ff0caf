"""A person's decisions: guarded, in the ledger, and a new attempt is the same message."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import select

from gongmun import ledger
from gongmun.db import Database
from gongmun.decisions import DecisionIncomplete
from gongmun.errors import InvalidTransition, NotFound
from gongmun.mail import AddressRefused, Dispatch, dispatch_due, release, settle
from gongmun.mail.life import Event, Status
from gongmun.mail.mailer import FakeMailer
from gongmun.mail.models import DispatchDecision
from tests.mail.conftest import Put

ADDRESS = "office@molit.example"
ME = {"name": "한소통", "reason": "중계 서버의 기록을 확인하였습니다."}
Reload = Callable[[Dispatch], Dispatch]


def _send(db: Database, mailer: FakeMailer, now: datetime) -> None:
    dispatch_due(db, mailer=mailer, attachments=lambda _: b"", now=now, owner="test")


def _last_event(db: Database, dispatch: Dispatch) -> tuple[str, str]:
    with db.reading() as session:
        event = ledger.history(session, "dispatch", dispatch.id)[-1]
    return event.kind, event.actor


@pytest.fixture
def uncertain(db: Database, put: Put, now: datetime) -> Dispatch:
    dispatch = put()
    _send(db, FakeMailer(cutting_data=frozenset({ADDRESS})), now)
    return dispatch


def test_an_uncertain_dispatch_that_arrived_is_accepted(
    db: Database, uncertain: Dispatch, reload: Reload, now: datetime
) -> None:
    settle(db, uncertain.id, accepted=True, **ME, now=now)
    assert (reload(uncertain).status, reload(uncertain).accepted_at) == (Status.ACCEPTED, now)
    assert _last_event(db, uncertain) == ("mail.confirmed", "coordinator")
    with pytest.raises(InvalidTransition):
        settle(db, uncertain.id, accepted=False, **ME, now=now)


def test_one_that_did_not_arrive_is_sent_again_under_the_same_message_id(
    db: Database, uncertain: Dispatch, reload: Reload, now: datetime
) -> None:
    settle(db, uncertain.id, accepted=False, **ME, now=now)
    mailer = FakeMailer()
    _send(db, mailer, now)
    [(_, raw)] = mailer.sent
    assert uncertain.message_id.encode() in raw
    assert reload(uncertain).status is Status.ACCEPTED


def test_who_decided_when_and_why_is_a_row_and_a_decision_of_nobody_is_none(
    db: Database, uncertain: Dispatch, reload: Reload, now: datetime
) -> None:
    for unsigned in ({"name": "\u200b", "reason": "x"}, {"name": "한소통", "reason": " "}):
        with pytest.raises(DecisionIncomplete):
            settle(db, uncertain.id, accepted=True, **unsigned, now=now)
        with pytest.raises(DecisionIncomplete):
            release(db, uncertain.id, address=ADDRESS, **unsigned, now=now)
    assert reload(uncertain).status is Status.UNCERTAIN
    settle(db, uncertain.id, accepted=False, **ME, now=now)
    with pytest.raises(InvalidTransition):
        settle(db, uncertain.id, accepted=True, **ME, now=now)
    with db.reading() as session:
        (decision,) = session.scalars(select(DispatchDecision))
    assert (decision.dispatch_id, decision.event, decision.at) == (uncertain.id, Event.DENIED, now)
    assert (decision.name, decision.reason) == tuple(ME.values())


def test_a_failed_dispatch_goes_to_a_corrected_address(
    db: Database, put: Put, reload: Reload, now: datetime
) -> None:
    dispatch = put()
    _send(db, FakeMailer(refusing={ADDRESS: 550}), now)
    release(db, dispatch.id, address="right@molit.example", **ME, now=now)
    assert (reload(dispatch).attempts, reload(dispatch).last_error) == (0, None)
    assert _last_event(db, dispatch) == ("mail.released", "coordinator")
    mailer = FakeMailer()
    _send(db, mailer, now)
    assert [recipient for recipient, _ in mailer.sent] == ["right@molit.example"]


def test_a_held_dispatch_is_released_with_a_mailbox(
    db: Database, put: Put, reload: Reload, now: datetime
) -> None:
    dispatch = put(address=None)
    release(db, dispatch.id, address=ADDRESS, **ME, now=now)
    row = reload(dispatch)
    assert (row.status, row.address, row.hold_reason) == (Status.QUEUED, ADDRESS, None)


def test_a_bad_address_changes_nothing(
    db: Database, put: Put, reload: Reload, now: datetime
) -> None:
    dispatch = put(address=None)
    with pytest.raises(AddressRefused):
        release(db, dispatch.id, address="a@x.example\r\nb@x.example", **ME, now=now)
    assert reload(dispatch).status is Status.HELD


def test_what_needs_no_decision_gets_none(db: Database, put: Put, now: datetime) -> None:
    dispatch = put()
    with pytest.raises(InvalidTransition):
        settle(db, dispatch.id, accepted=True, **ME, now=now)
    with pytest.raises(InvalidTransition):
        release(db, dispatch.id, address=ADDRESS, **ME, now=now)
    with pytest.raises(NotFound):
        settle(db, 999, accepted=True, **ME, now=now)
    assert _last_event(db, dispatch) == ("mail.queued", "system")

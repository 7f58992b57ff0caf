"""Each fact is an alarm once, however often it is looked for; what happens again is another one."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from gongmun.briefing import raising
from gongmun.briefing.models import Alarm, AlarmKind
from gongmun.briefing.raising import Raised, note_emitted, raise_alarms
from gongmun.db import Database
from gongmun.documents import DocumentKind, draft
from gongmun.mail import Dispatch, Status
from gongmun.organisations.models import Contact, ContactHealth
from gongmun.referrals.models import Referral
from tests.documents import samples
from tests.world import World


def none_is_silent(_session: Session) -> Mapping[str, datetime | None]:
    return {}


def raised(db: Database, now: datetime) -> list[Raised]:
    return list(raise_alarms(db, now, silent=none_is_silent))


def emitted(db: Database, now: datetime) -> list[tuple[AlarmKind, str]]:
    """What a sweep of that moment sends."""
    found = raised(db, now)
    note_emitted(db, [each.key for each in found], now)
    return [(each.kind, each.subject) for each in found]


def test_an_overdue_answer_is_told_once_and_again_when_its_clock_began_anew(world: World) -> None:
    (referral_id,) = world.dispatched("statistics")
    due = world.referral(referral_id).answer_due
    assert due is not None
    late = world.now + timedelta(days=60)
    assert emitted(world.db, world.now) == []
    assert emitted(world.db, late) == [(AlarmKind.REFERRAL_OVERDUE, f"referral.{referral_id}")]
    assert emitted(world.db, late + timedelta(days=1)) == []
    with world.db.transaction() as session:
        session.execute(update(Referral).values(arming=Referral.arming + 1))
    assert emitted(world.db, late) == [(AlarmKind.REFERRAL_OVERDUE, f"referral.{referral_id}")]


def test_a_clock_that_stands_still_is_not_overdue(world: World) -> None:
    world.dispatched("statistics")
    with world.db.transaction() as session:
        session.execute(update(Referral).values(paused_at=world.now))
    assert emitted(world.db, world.now + timedelta(days=60)) == []


def test_what_was_noted_and_not_sent_is_sent_by_the_next(world: World) -> None:
    world.dispatched("statistics")
    late = world.now + timedelta(days=60)
    first = raised(world.db, late)  # and then it is killed
    assert [each.key for each in raised(world.db, late)] == [each.key for each in first]
    note_emitted(world.db, [each.key for each in first], late)
    assert raised(world.db, late) == []


def test_two_at_once_note_each_fact_once(world: World) -> None:
    world.dispatched("statistics", "public_transport", "privacy")
    late = world.now + timedelta(days=60)
    with ThreadPoolExecutor(4) as pool:
        every = list(pool.map(lambda _: raised(world.db, late), range(4)))
    assert {len(found) for found in every} == {3}
    with world.db.reading() as session:
        assert len(session.scalars(select(Alarm)).all()) == 3


def test_no_sweep_sends_more_than_its_share(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.dispatched("statistics", "public_transport", "privacy")
    monkeypatch.setattr(raising, "LIMIT", 2)
    late = world.now + timedelta(days=60)
    assert [len(emitted(world.db, late)) for _ in range(3)] == [2, 1, 0]


def test_mail_that_does_not_go_on_and_mail_of_which_nobody_knows(world: World) -> None:
    world.dispatched("statistics", "public_transport")
    with world.db.transaction() as session:
        one, other = session.scalars(select(Dispatch).order_by(Dispatch.id))
        one.status, one.bounced_at = Status.BOUNCED, world.now
        other.status = Status.UNCERTAIN
        subjects = [f"dispatch.{one.id}", f"dispatch.{other.id}"]
    assert emitted(world.db, world.now) == [
        (AlarmKind.DISPATCH_UNCERTAIN, subjects[1]),
        (AlarmKind.DISPATCH_UNDELIVERABLE, subjects[0]),
    ]
    # It comes back a second time.
    with world.db.transaction() as session:
        session.get_one(Dispatch, one.id).bounced_at = world.now + timedelta(days=1)
    assert emitted(world.db, world.now) == [(AlarmKind.DISPATCH_UNDELIVERABLE, subjects[0])]


def test_a_mail_to_a_coordinator_that_came_back_makes_no_mail_to_a_coordinator(
    world: World,
) -> None:
    world.dispatched("statistics")
    with world.db.transaction() as session:
        session.execute(
            update(Dispatch).values(status=Status.FAILED, organisation_code="COORDINATOR")
        )
    assert emitted(world.db, world.now) == []


def test_a_contact_at_which_nothing_arrives(world: World) -> None:
    with world.db.transaction() as session:
        contact = session.scalars(select(Contact).limit(1)).one()
        contact.health, contact.health_noted_at = ContactHealth.HARD, world.now
        subject = f"contact.{contact.id}"
    assert emitted(world.db, world.now) == [(AlarmKind.CONTACT_BOUNCED, subject)]


@pytest.mark.parametrize(("days", "told"), [(2, False), (3, True)])
def test_a_decision_is_told_after_two_working_days(world: World, days: int, told: bool) -> None:
    """Monday: two working days are over when Wednesday is."""
    forum_id = world.forum()
    world.suggest(forum_id, "statistics")
    outcome_id = world.wrap_up(forum_id).outcome_id
    found = emitted(world.db, world.now + timedelta(days=days))
    assert found == ([(AlarmKind.APPROVAL_OVERDUE, f"outcome.{outcome_id}")] if told else [])


def test_a_report_waits_at_once_and_is_a_matter_after_two_working_days(world: World) -> None:
    kind = DocumentKind.SURVEY_REPORT
    with world.db.transaction() as session:
        document = draft(
            session,
            kind=kind,
            key="k",
            recipient_code="MOE",
            context=samples.EVERY_KIND[kind],
            now=world.now,
        )
        subject = f"document.{document.id}"
    assert emitted(world.db, world.now) == [(AlarmKind.REPORT_WAITING, subject)]
    later = world.now + timedelta(days=3)
    assert emitted(world.db, later) == [(AlarmKind.APPROVAL_OVERDUE, subject)]


def test_a_sweep_that_did_not_run_is_told_and_a_new_one_is_not(world: World) -> None:
    def silent(_session: Session) -> Mapping[str, datetime | None]:
        return {"collect": world.now, "chase-referrals": None}

    found = raise_alarms(world.db, world.now, silent=silent)
    assert [(each.kind, each.subject) for each in found] == [
        (AlarmKind.SWEEP_MISSED, "sweep.collect")
    ]

"""The reconciliation finds what a sweep forgot, and nothing where all is well."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from gongmun.answers.models import Channel, Question
from gongmun.documents.models import Document
from gongmun.forums.reconciling import Gap, NotReconciled, reconcile
from gongmun.mail import Dispatch
from gongmun.mail.life import Status as DispatchStatus
from gongmun.mail.models import Proof
from gongmun.organisations import ContactRole, retire_contact
from gongmun.referrals import pausing
from gongmun.referrals.models import Referral
from gongmun.settings import settings
from tests.postgresql import ON_BOTH, ON_SQLITE
from tests.world import LADDER, World, at

# Which kinds of database: see tests/conftest.py.
pytestmark = ON_SQLITE


def _found(world: World, now: datetime | None = None) -> Sequence[tuple[Gap, str]]:
    with world.db.reading() as session:
        findings = reconcile(session, ladder=LADDER, now=now or world.now)
    for finding in findings:
        assert "@" not in f"{finding.what} {finding.remedy}"
        assert finding.remedy.startswith("gongmun ")
    return [(finding.gap, finding.what.en) for finding in findings]


def _gaps(world: World, now: datetime | None = None) -> set[Gap]:
    return {gap for gap, _ in _found(world, now)}


def _set(world: World, row: Any, **values: Any) -> None:
    with world.db.transaction() as session:
        session.execute(update(row).values(**values))


@ON_BOTH
def test_where_all_is_well_nothing_is_found(world: World) -> None:
    assert _found(world) == []
    world.dispatched("public_transport", "statistics")
    assert _found(world) == []
    # Reminders with a document, one with several, escalations: all the way up the ladder.
    for day in (15, 16, 19, 23, 26):
        world.chase(date(2026, 10, day))
        assert _found(world, at(date(2026, 10, day), 7)) == []
    world.chase(date(2026, 11, 16))
    assert Gap.DISPATCH not in _gaps(world, at(date(2026, 11, 18), 7))


@ON_BOTH
def test_a_document_that_no_mail_carries_is_found_after_a_night(world: World) -> None:
    forum_id = world.forum()
    world.suggest(forum_id, "statistics")
    outcome_id = world.wrap_up(forum_id).outcome_id
    assert outcome_id is not None
    assert _found(world) == []
    world.decide(outcome_id)
    assert _found(world) == []
    late = world.now + timedelta(hours=13)
    [(gap, what)] = _found(world, late)
    assert gap is Gap.DISPATCH
    assert what.endswith("has no dispatch")
    world.issue()
    assert _gaps(world, late) == set()
    world.dispatch()
    assert _found(world, late) == []


@ON_BOTH
def test_a_document_whose_dispatch_was_lost_is_found(world: World) -> None:
    world.dispatched("statistics")
    with world.db.transaction() as session:
        session.execute(update(Dispatch).values(document_id=None))
    assert _gaps(world, world.now + timedelta(days=1)) == {Gap.DISPATCH}
    _set(world, Document, status="superseded")
    assert _found(world, world.now + timedelta(days=1)) == []


@ON_BOTH
def test_a_suppressed_reminder_is_not_missed(world: World) -> None:
    """The ministry answered between the number and the mail."""
    [referral_id] = world.dispatched("statistics")
    day = date(2026, 11, 2)
    world.chase(date(2026, 10, 28))
    from gongmun.documents import issue
    from gongmun.referrals import queries
    from gongmun.referrals.chasing import sweep
    from gongmun.referrals.notices import enqueue_notices

    sweep(world.db, ladder=LADDER, now=at(day))
    with world.db.reading() as session:
        ids = [i for notice in queries.waiting_notices(session) for i in notice.document_ids]
    assert ids
    issue(world.db, ids, renderer=world.renderer, store=world.store, now=at(day))
    world.respond(referral_id, at(day, 10))
    assert enqueue_notices(world.db, now=at(day, 11)).suppressed
    assert _found(world, at(date(2026, 11, 4))) == []


@pytest.mark.parametrize(
    "status",
    [
        DispatchStatus.HELD,
        DispatchStatus.FAILED,
        DispatchStatus.UNCERTAIN,
        DispatchStatus.BOUNCED,
        DispatchStatus.QUEUED,
        DispatchStatus.SENDING,
    ],
)
def test_a_dispatch_with_an_open_problem_is_found(world: World, status: DispatchStatus) -> None:
    world.dispatched("statistics")
    _set(world, Dispatch, status=status, bounced_at=world.now)
    assert _gaps(world, world.now + timedelta(days=2)) == {Gap.PROOF}


def test_a_ministry_without_a_mailbox_is_found(world: World) -> None:
    for role in ContactRole:
        retire_contact(world.db, "KOSTAT", role, world.now)
        retire_contact(world.db, "MODS", role, world.now)
    world.dispatched("statistics")
    with world.db.reading() as session:
        held = session.query(Dispatch).filter_by(status=DispatchStatus.HELD).count()
    assert len(_found(world)) == held


@pytest.fixture
def proofs(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    yield monkeypatch
    monkeypatch.undo()
    settings.cache_clear()


def _use(proofs: pytest.MonkeyPatch, **values: str) -> None:
    for name, value in values.items():
        proofs.setenv(f"GONGMUN_{name}", value)
    settings.cache_clear()


@pytest.mark.parametrize(
    ("configured", "enough"),
    [
        ({}, {None, Proof.JOURNAL, Proof.RELAY_LOG}),
        ({"MAIL__JOURNAL": "/j"}, {Proof.JOURNAL, Proof.RELAY_LOG}),
        ({"MAIL__RELAY_LOG": "/l"}, {Proof.RELAY_LOG}),
        ({"MAIL__JOURNAL": "/j", "MAIL__RELAY_LOG": "/l"}, {Proof.RELAY_LOG}),
        ({"INBOX__MAILDIR": "/i", "INBOX__ADDRESS": "a@b.example"}, {Proof.RELAY_LOG}),
        (
            {"INBOX__MAILDIR": "/i", "INBOX__ADDRESS": "a@b.example", "MAIL__DSN": "false"},
            {None, Proof.JOURNAL, Proof.RELAY_LOG},
        ),
    ],
)
def test_what_counts_as_proof_follows_the_settings(
    world: World,
    proofs: pytest.MonkeyPatch,
    configured: dict[str, str],
    enough: set[Proof | None],
) -> None:
    world.dispatched("statistics")
    _use(proofs, **configured)
    tomorrow = world.now + timedelta(days=1, minutes=1)
    for proof in (None, Proof.JOURNAL, Proof.RELAY_LOG):
        arrived = proof is Proof.RELAY_LOG
        status = DispatchStatus.DELIVERED if arrived else DispatchStatus.ACCEPTED
        _set(world, Dispatch, proof=proof, status=status)
        assert _gaps(world, tomorrow) == (set() if proof in enough else {Gap.PROOF}), proof
        assert _gaps(world, world.now) == set()  # a notice takes its time
    _set(world, Dispatch, proof=None, status=DispatchStatus.ACCEPTED, wants_proof=False)
    assert _found(world, tomorrow) == []


@ON_BOTH
def test_a_referral_that_nothing_will_happen_to_is_found(world: World) -> None:
    [referral_id] = world.dispatched("statistics")
    _set(world, Referral, next_action_on=None)
    [(gap, what)] = _found(world)
    assert (gap, what) == (Gap.NEXT_DATE, f"referral {referral_id} at MODS has no next date")


def test_silence_at_the_end_of_the_ladder_is_no_gap(world: World) -> None:
    [referral_id] = world.dispatched("statistics")
    for day in (date(2026, 10, 20), date(2026, 11, 2), date(2026, 11, 16), date(2027, 1, 4)):
        world.chase(day)
    assert world.referral(referral_id).next_action_on is None
    assert Gap.NEXT_DATE not in _gaps(world, at(date(2027, 1, 5)))


@ON_BOTH
def test_a_paused_referral_has_an_open_question(world: World) -> None:
    [referral_id] = world.dispatched("statistics")
    with world.db.transaction() as session:
        referral = session.get_one(Referral, referral_id)
        pausing.pause(session, referral, now=world.now)
    assert _gaps(world) == {Gap.NEXT_DATE}
    with world.db.transaction() as session:
        session.add(
            Question(referral_id=referral_id, text="?", channel=Channel.PORTAL, asked_at=world.now)
        )
    assert _found(world) == []


@ON_BOTH
def test_who_asks_us_has_an_open_request(world: World) -> None:
    [referral_id] = world.dispatched("statistics")
    with world.db.transaction() as session:
        pausing.hold(session, session.get_one(Referral, referral_id), now=world.now)
    assert _gaps(world) == {Gap.NEXT_DATE}


def test_the_error_of_a_failing_run_names_the_remedy() -> None:
    error = NotReconciled(count=3)
    assert "gongmun reconcile" in error.message_ko
    assert "gongmun reconcile" in error.message_en


def test_a_reminder_that_a_question_took_back_after_its_number_is_not_missed(world: World) -> None:
    from gongmun.documents import issue
    from gongmun.referrals import queries
    from gongmun.referrals.chasing import sweep
    from gongmun.referrals.notices import enqueue_notices, prepare_notices

    [referral_id] = world.dispatched("statistics")
    world.chase(date(2026, 10, 28))
    day = date(2026, 11, 2)
    sweep(world.db, ladder=LADDER, now=at(day))
    prepare_notices(world.db, now=at(day))
    with world.db.reading() as session:
        [notice] = queries.waiting_notices(session)
    assert notice.document_ids
    issue(world.db, notice.document_ids, renderer=world.renderer, store=world.store, now=at(day))
    with world.db.transaction() as session:
        referral = session.get_one(Referral, referral_id)
        pausing.pause(session, referral, now=at(day, 10))
        session.add(
            Question(referral_id=referral_id, text="?", channel=Channel.PORTAL, asked_at=world.now)
        )
        assert queries.notice_of_document(session, notice.document_ids[0]) is None
    assert enqueue_notices(world.db, now=at(day, 11)).suppressed == (notice.id,)
    assert _found(world, at(date(2026, 11, 4))) == []

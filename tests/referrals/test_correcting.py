"""A correction goes to whoever has the original, once, in its thread; documents know they went out."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from gongmun.documents import Document, DocumentKind, FakeRenderer, queries
from gongmun.documents import Status as DocumentStatus
from gongmun.documents.contexts import Correction
from gongmun.documents.correcting import correct, decide_correction
from gongmun.documents.printing import RenderTimedOut
from gongmun.forums.waiting import waiting
from gongmun.mail import Dispatch
from gongmun.organisations import ContactRole
from gongmun.organisations.contacts import set_contact
from gongmun.referrals import correcting
from gongmun.referrals.mailing import mails_of
from tests.documents.samples import both
from tests.postgresql import ON_BOTH, ON_SQLITE
from tests.world import World, at

# Which kinds of database: see tests/conftest.py.
pytestmark = ON_SQLITE

CORRECTIONS = (Correction(place=both("제2항"), stood="10월 30일", reads="11월 2일\n(월)"),)


def documents(world: World, kind: DocumentKind = DocumentKind.OUTCOME) -> list[Document]:
    with world.db.reading() as session:
        return list(session.scalars(select(Document).where(Document.kind == kind)))


def again(world: World, document: Document) -> Document:
    with world.db.reading() as session:
        return queries.by_id(session, document.id)


def mail_of(world: World, document: Document) -> Dispatch:
    with world.db.reading() as session:
        (mail,) = mails_of(session, document.id)
    return mail


def approved(world: World, original: Document) -> Document:
    with world.db.transaction() as session:
        correction = correct(
            session, original, corrections=CORRECTIONS, reason=both("기한의 오기"), now=world.now
        )
    decide_correction(
        world.db,
        correction.id,
        decision="approve",
        name="한소통",
        reason="확인하였습니다.",
        now=world.now,
    )
    return correction


@pytest.fixture
def original(world: World) -> Document:
    world.dispatched("statistics")
    (document,) = documents(world)
    return document


def test_documents_know_when_the_relay_took_their_mail(world: World) -> None:
    world.dispatched("statistics", "public_transport")
    for document in documents(world):
        assert document.status is DocumentStatus.DISPATCHED
        assert document.dispatched_at == mail_of(world, document).accepted_at
    # A mail with reminders to one ministry, and an escalation that waits for its approval.
    for day in (date(2026, 10, 30), date(2026, 11, 9), date(2026, 11, 18)):
        world.chase(day)
    for kind in (DocumentKind.FIRST_REMINDER, DocumentKind.SECOND_REMINDER):
        reminders = documents(world, kind)
        assert {d.status for d in reminders} == {DocumentStatus.DISPATCHED}
    assert {d.status for d in documents(world, DocumentKind.ESCALATION)} == {DocumentStatus.DRAFTED}


def test_documents_of_one_mail_are_all_dispatched(world: World) -> None:
    """Referrals of two days are due on the same day with a first and a second reminder."""
    world.dispatched("statistics")
    world.now = at(date(2026, 10, 20))
    forum = world.forum("OCF-2026-11")
    world.suggest(forum, "statistics")
    outcome_id = world.wrap_up(forum, "run-2").outcome_id
    assert outcome_id is not None
    world.decide(outcome_id)
    world.issue()
    world.dispatch()
    world.chase(date(2026, 10, 30))
    world.chase(date(2026, 11, 9))
    with world.db.reading() as session:
        several = [
            dispatch
            for dispatch in session.scalars(select(Dispatch))
            if len(dispatch.attachments) > 1
        ]
    assert [dispatch.document_id for dispatch in several] == [None]
    for kind in (DocumentKind.FIRST_REMINDER, DocumentKind.SECOND_REMINDER):
        assert {d.status for d in documents(world, kind)} == {DocumentStatus.DISPATCHED}
    # It is corrected in the same thread, too.
    second = documents(world, DocumentKind.SECOND_REMINDER)[-1]
    approved(world, second)
    world.issue()
    world.dispatch()
    _, mail = world.sent()[-1]
    assert mail["In-Reply-To"] == several[0].message_id


@ON_BOTH
def test_a_correction_is_issued_and_joins_the_thread_of_its_original(
    world: World, original: Document
) -> None:
    world.now += timedelta(days=1)
    correction = approved(world, original)
    issued = world.issue()
    assert issued.documents == (correction.id,)
    assert len(issued.enqueued) == 1
    before, after = again(world, original), again(world, correction)
    assert (before.status, before.superseded_at) == (DocumentStatus.SUPERSEDED, world.now)
    assert before.sha256 == original.sha256
    world.dispatch()
    after = again(world, correction)
    assert after.status is DocumentStatus.DISPATCHED
    recipient, mail = world.sent()[-1]
    assert recipient == world.sent()[0][0]
    assert mail["In-Reply-To"] == mail_of(world, original).message_id
    assert str(mail["Subject"]).startswith(f"[{after.number}]")
    body = mail.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert original.citation in text
    assert "당초: 10월 30일" in text
    assert "정정: 11월 2일" in text
    assert "corrects" in text
    (pdf,) = mail.iter_attachments()
    assert pdf.get_content() == world.store.get(after.file_sha256 or "")


def test_a_draft_waits_for_a_coordinator_and_is_not_issued(
    world: World, original: Document
) -> None:
    with world.db.transaction() as session:
        draft = correct(
            session, original, corrections=CORRECTIONS, reason=both("오기"), now=world.now
        )
    assert world.issue().documents == ()
    with world.db.reading() as session:
        remedies = [item.remedy for item in waiting(session, world.now)]
    assert f"gongmun document show {draft.id}" in remedies


@ON_BOTH
def test_sweeping_again_does_nothing(world: World, original: Document) -> None:
    approved(world, original)
    world.issue()
    world.dispatch()
    sent = len(world.sent())
    again = world.issue()
    assert (again.documents, again.enqueued) == ((), ())
    world.dispatch()
    assert len(world.sent()) == sent


def test_a_correction_is_corrected_in_the_same_thread(world: World, original: Document) -> None:
    second = approved(world, original)
    world.issue()
    world.dispatch()
    third = approved(world, again(world, second))
    world.issue()
    world.dispatch()
    assert [again(world, d).status for d in (original, second, third)] == [
        DocumentStatus.SUPERSEDED,
        DocumentStatus.SUPERSEDED,
        DocumentStatus.DISPATCHED,
    ]
    _, mail = world.sent()[-1]
    assert str(mail["References"]).split() == [
        mail_of(world, original).message_id,
        mail_of(world, second).message_id,
    ]


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("place", ["supersede", "enqueue", "attachment"])
def test_a_sweep_killed_between_any_two_steps_is_taken_up(
    world: World, original: Document, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    correction = approved(world, original)

    def kill(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(correcting, place, kill)
        with pytest.raises(Killed):
            world.issue()
    killed = again(world, correction)
    assert killed.number is not None
    # Both or neither: no original is superseded by what nobody was sent.
    assert again(world, original).status is DocumentStatus.DISPATCHED
    world.issue()
    world.dispatch()
    done = again(world, correction)
    assert (done.number, done.status) == (killed.number, DocumentStatus.DISPATCHED)
    assert again(world, original).status is DocumentStatus.SUPERSEDED


def test_a_correction_that_cannot_be_printed_supersedes_nothing(
    world: World, original: Document
) -> None:
    correction = approved(world, original)
    world.renderer = FakeRenderer(lambda _: RenderTimedOut(seconds=1))
    assert [failed for failed, _ in world.issue().failed] == [correction.id]
    assert again(world, original).status is DocumentStatus.DISPATCHED
    with world.db.reading() as session:
        told = " ".join(item.what.en for item in waiting(session, world.now))
    assert "approved, not issued yet: correction" in told
    assert "was not issued" in told
    world.renderer = FakeRenderer()
    world.issue()
    assert again(world, original).status is DocumentStatus.SUPERSEDED
    with world.db.reading() as session:
        told = " ".join(item.what.en for item in waiting(session, world.now))
    assert "correction" not in told


def test_it_goes_where_the_original_went_whoever_is_there_now(
    world: World, original: Document
) -> None:
    mail = mail_of(world, original)
    set_contact(
        world.db, original.recipient_code, ContactRole.PRIMARY, "new@ministry.example", world.now
    )
    approved(world, original)
    world.issue()
    world.dispatch()
    assert world.sent()[-1][0] == mail.address


def test_where_the_original_never_arrived_it_goes_to_the_mailbox_of_today(world: World) -> None:
    forum = world.forum()
    world.suggest(forum, "statistics")
    outcome_id = world.wrap_up(forum).outcome_id
    assert outcome_id is not None
    world.decide(outcome_id)
    world.issue()
    (original,) = documents(world)
    correction = approved(world, original)
    world.issue()
    world.dispatch()
    # Both have gone out, and the original knows it although it is superseded.
    assert [recipient for recipient, _ in world.sent()] == [mail_of(world, original).address] * 2
    before = again(world, original)
    assert before.status is DocumentStatus.SUPERSEDED
    assert before.dispatched_at == mail_of(world, original).accepted_at
    assert again(world, correction).status is DocumentStatus.DISPATCHED

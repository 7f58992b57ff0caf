"""Issuing goes as far as it will, shows what it could not do, and goes on from there."""

from datetime import date, timedelta

import pytest
from sqlalchemy import delete, select

from gongmun.documents import Document, FakeRenderer
from gongmun.documents import Status as DocumentStatus
from gongmun.documents.printing import RenderFailed
from gongmun.forums import queries
from gongmun.forums.life import Status as OutcomeStatus
from gongmun.forums.waiting import waiting
from gongmun.mail import Dispatch
from gongmun.mail import Status as DispatchStatus
from gongmun.organisations import Contact
from gongmun.organisations import queries as organisation_queries
from gongmun.referrals.life import Status
from gongmun.text import korean_date
from tests.postgresql import ON_BOTH, ON_SQLITE
from tests.world import World

# Which kinds of database: see tests/conftest.py.
pytestmark = ON_SQLITE


@pytest.fixture
def outcome_id(world: World) -> int:
    forum = world.forum()
    for topic in ("public_transport", "childcare", "privacy"):
        world.suggest(forum, topic)
    outcome_id = world.wrap_up(forum).outcome_id
    assert outcome_id is not None
    world.decide(outcome_id)
    return outcome_id


def documents(world: World, outcome_id: int) -> list[Document]:
    with world.db.reading() as session:
        return list(queries.documents_of(session, outcome_id))


def remove_contacts(world: World, code: str) -> None:
    with world.db.transaction() as session:
        ministry = organisation_queries.organisation(session, code, world.now.date())
        assert ministry is not None
        session.execute(delete(Contact).where(Contact.organisation_id == ministry.id))


@ON_BOTH
def test_documents_are_numbered_in_a_row_stored_and_queued(world: World, outcome_id: int) -> None:
    issued = world.issue()
    made = documents(world, outcome_id)
    assert sorted(d.serial or 0 for d in made) == list(range(1, len(made) + 1))
    assert {d.status for d in made} == {DocumentStatus.RENDERED}
    for document in made:
        assert document.sha256
        assert world.store.get(document.sha256).startswith(b"%PDF")
    assert issued.outcomes == (outcome_id,)
    assert len(issued.enqueued) == issued.unsigned == len(made)
    report = world.dispatch()
    assert report.accepted == len(made)
    assert {r.status for r in world.referrals(outcome_id)} == {Status.DISPATCHED}
    for (recipient, mail), document in zip(world.sent(), made, strict=True):
        assert recipient == f"forum@{document.recipient_code.lower()}.example"
        assert document.number is not None
        assert document.number in str(mail["Subject"])
        (pdf,) = mail.iter_attachments()
        assert pdf.get_content() == world.store.get(document.sha256 or "")
        assert (pdf.get_filename() or "").startswith(f"{document.year}-{document.serial:04}")


@ON_BOTH
def test_issuing_again_does_nothing(world: World, outcome_id: int) -> None:
    world.issue()
    world.dispatch()
    again = world.issue()
    assert (again.documents, again.enqueued, again.outcomes) == ((), (), ())
    assert world.dispatch().accepted == 0


def test_a_document_that_cannot_be_rendered_waits_visibly_and_the_others_go(
    world: World, outcome_id: int
) -> None:
    world.renderer = FakeRenderer(
        # Word joiners stand between the syllables of a page.
        lambda html: (
            RenderFailed(reason="test") if "국토교통부장관" in html.replace("\u2060", "") else None
        )
    )
    issued = world.issue()
    assert len(issued.failed) == 1
    with world.db.reading() as session:
        assert queries.outcome(session, outcome_id).status is OutcomeStatus.APPROVED
        told = " ".join(item.what.ko for item in waiting(session, world.now))
    assert "문서 시행 실패" in told
    assert "시행 대기" in told
    (failed,) = (d for d in documents(world, outcome_id) if d.status is DocumentStatus.NUMBERED)
    number = failed.number
    world.renderer = FakeRenderer()
    assert world.issue().documents == (failed.id,)
    (mended,) = (d for d in documents(world, outcome_id) if d.id == failed.id)
    assert (mended.number, mended.status) == (number, DocumentStatus.RENDERED)
    with world.db.reading() as session:
        assert queries.outcome(session, outcome_id).status is OutcomeStatus.ISSUED
        assert waiting(session, world.now) == []


def test_a_ministry_without_a_mailbox_is_a_visible_waiting_state(
    world: World, outcome_id: int
) -> None:
    remove_contacts(world, "MOLIT")
    world.issue()
    world.dispatch()
    with world.db.reading() as session:
        held = session.scalars(select(Dispatch).where(Dispatch.status == DispatchStatus.HELD)).one()
        assert held.organisation_code == "MOLIT"
        assert any("MOLIT" in item.what.ko for item in waiting(session, world.now))
    by_code = {world.code(r): r.status for r in world.referrals(outcome_id)}
    assert by_code["MOLIT"] is Status.APPROVED
    assert {by_code[code] for code in by_code.keys() - {"MOLIT"}} == {Status.DISPATCHED}


@ON_BOTH
def test_what_a_killed_process_left_between_any_two_steps_is_taken_up(
    world: World, outcome_id: int
) -> None:
    class Killed(Exception):
        pass

    class DyingRenderer(FakeRenderer):
        def render(self, html: str) -> object:  # type: ignore[override]
            if len(self.rendered) == 1:
                raise Killed
            return super().render(html)

    world.renderer = DyingRenderer()
    with pytest.raises(Killed):
        world.issue()
    numbered = {d.id: d.number for d in documents(world, outcome_id)}
    world.renderer = FakeRenderer()
    world.issue()
    assert {d.id: d.number for d in documents(world, outcome_id)} == numbered
    assert world.dispatch().accepted == len(numbered)


def test_the_dates_in_print_are_counted_from_the_decision_not_from_the_draft(
    world: World,
) -> None:
    forum = world.forum()
    world.suggest(forum, "public_transport")
    outcome_id = world.wrap_up(forum).outcome_id
    assert outcome_id is not None
    before = documents(world, outcome_id)[0].context["answer_due"]
    world.now += timedelta(days=7)
    world.decide(outcome_id)
    assert documents(world, outcome_id)[0].context["answer_due"] > before


def test_document_and_mail_name_the_same_dates_however_late_it_is_issued(
    world: World, outcome_id: int
) -> None:
    (first, *_) = documents(world, outcome_id)
    due = date.fromisoformat(first.context["answer_due"])
    world.now += timedelta(days=5)
    world.issue()
    world.dispatch()
    for _, mail in world.sent():
        body = mail.get_body(("plain",))
        assert body is not None
        assert korean_date(due, weekday=True) in body.get_content()

"""Drafting, deciding, approving, discarding: idempotent, guarded, written to the ledger."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from gongmun import ledger
from gongmun.db import Database
from gongmun.documents import (
    Approval,
    Context,
    Decision,
    DecisionIncomplete,
    DecisionUnknown,
    Document,
    DocumentKind,
    Status,
    approve,
    discard,
    draft,
    record_decision,
)
from gongmun.documents.contexts import WrongContext
from gongmun.documents.drafting import NotApproved
from gongmun.errors import InvalidTransition, NotFound
from tests.documents import samples
from tests.postgresql import ON_BOTH, ON_SQLITE

# Which kinds of database: see tests/conftest.py.
pytestmark = ON_SQLITE


def _draft(db: Database, now: datetime, key: str = "outcome:1:MOLIT", count: int = 1) -> Document:
    with db.transaction() as session:
        return draft(
            session,
            kind=DocumentKind.OUTCOME,
            key=key,
            recipient_code="MOLIT",
            context=samples.outcome(count),
            now=now,
        )


def _kinds(db: Database, document_id: int) -> list[str]:
    with db.reading() as session:
        return [event.kind for event in ledger.history(session, "document", document_id)]


@ON_BOTH
def test_a_draft_is_made_once_and_refreshed_while_drafted(db: Database, now: datetime) -> None:
    first = _draft(db, now)
    second = _draft(db, now + timedelta(hours=1), count=3)
    assert second.id == first.id
    assert second.created_at == now
    assert len(second.context["suggestions"]) == 3
    assert _kinds(db, first.id) == ["document.drafted"]


@ON_BOTH
def test_an_approved_document_stays_as_it_was_approved(db: Database, now: datetime) -> None:
    document = _draft(db, now)
    with db.transaction() as session:
        approve(session, document, None, now)
    again = _draft(db, now, count=3)
    assert again.status is Status.APPROVED
    assert len(again.context["suggestions"]) == 1


@ON_BOTH
def test_drafting_at_once_makes_one_document(db: Database, now: datetime) -> None:
    with ThreadPoolExecutor(4) as threads:
        ids = {document.id for document in threads.map(lambda _: _draft(db, now), range(8))}
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Document)) == len(ids) == 1


@pytest.mark.parametrize(("kind", "context"), samples.EVERY_KIND.items())
def test_every_kind_is_drafted(
    db: Database, now: datetime, kind: DocumentKind, context: Context
) -> None:
    with db.transaction() as session:
        document = draft(
            session, kind=kind, key=kind.value, recipient_code="MOLIT", context=context, now=now
        )
    assert document.title == context.letter.subject
    assert document.number is None


def test_a_context_of_another_kind_is_refused(db: Database, now: datetime) -> None:
    with pytest.raises(WrongContext), db.transaction() as session:
        draft(
            session,
            kind=DocumentKind.SECOND_REMINDER,
            key="k",
            recipient_code="MOLIT",
            context=samples.reminder(),
            now=now,
        )


def _decide(db: Database, now: datetime, decision: Decision | str, **changes: str) -> Approval:
    form = {"name": " 이결재 ", "reason": "검토 완료\u202e"} | changes
    with db.transaction() as session:
        return record_decision(session, decision=decision, now=now, **form)


def test_a_decision_is_cleaned_and_kept_out_of_the_ledger(db: Database, now: datetime) -> None:
    approval = _decide(db, now, "approve")
    assert (approval.decision, approval.name, approval.reason) == (
        Decision.APPROVE,
        "이결재",
        "검토 완료",
    )
    with db.reading() as session:
        (event,) = ledger.history(session, "approval", approval.id)
    assert event.data == {"decision": "approve"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", " \u200b\n"),
        ("name", "가" * 61),
        ("reason", ""),
        ("reason", "\x00"),
        ("reason", "가" * 1001),
    ],
)
def test_an_incomplete_form_decides_nothing(
    db: Database, now: datetime, field: str, value: str
) -> None:
    with pytest.raises(DecisionIncomplete) as caught:
        _decide(db, now, Decision.APPROVE, **{field: value})
    assert caught.value.params["field"] == field
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Approval)) == 0


@pytest.mark.parametrize("decision", ["", "yes", "APPROVE"])
def test_an_unknown_decision_decides_nothing(db: Database, now: datetime, decision: str) -> None:
    with pytest.raises(DecisionUnknown):
        _decide(db, now, decision)


@ON_BOTH
def test_approving_twice_is_one_approval(db: Database, now: datetime) -> None:
    document, approval = _draft(db, now), _decide(db, now, Decision.APPROVE)
    for hours in (0, 1):
        with db.transaction() as session:
            approve(session, document, approval, now + timedelta(hours=hours))
    with db.reading() as session:
        approved = session.get_one(Document, document.id)
    assert (approved.status, approved.approval_id) == (Status.APPROVED, approval.id)
    assert approved.approved_at == now
    assert _kinds(db, document.id) == ["document.drafted", "document.approved"]


def test_a_returned_document_is_not_approved(db: Database, now: datetime) -> None:
    document, returned = _draft(db, now), _decide(db, now, Decision.RETURN)
    with pytest.raises(NotApproved), db.transaction() as session:
        approve(session, document, returned, now)


def test_a_discarded_document_is_not_approved(db: Database, now: datetime) -> None:
    document = _draft(db, now)
    for _ in range(2):
        with db.transaction() as session:
            discard(session, document, now)
    with pytest.raises(InvalidTransition), db.transaction() as session:
        approve(session, document, None, now)
    assert _kinds(db, document.id) == ["document.drafted", "document.discarded"]


@ON_BOTH
def test_a_rolled_back_approval_leaves_nothing(db: Database, now: datetime) -> None:
    document = _draft(db, now)
    with pytest.raises(RuntimeError), db.transaction() as session:
        approve(session, document, None, now)
        raise RuntimeError
    with db.reading() as session:
        assert session.get_one(Document, document.id).status is Status.DRAFTED
    assert _kinds(db, document.id) == ["document.drafted"]


def test_a_document_that_does_not_exist(db: Database, now: datetime) -> None:
    with pytest.raises(NotFound), db.transaction() as session:
        discard(session, Document(id=404), now)

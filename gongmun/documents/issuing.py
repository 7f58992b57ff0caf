"""Issuing documents: number, render, store. Each step commits before the next begins.

A crash between any two steps leaves documents that are approved or numbered but not rendered;
calling again goes on where it stopped. A document that cannot be rendered keeps its number and waits with the
reason on its row.
"""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.clock import seoul_date
from gongmun.db import Database
from gongmun.documents import queries
from gongmun.documents.contexts import from_json
from gongmun.documents.life import Event, Status, advance
from gongmun.documents.models import Approval, Document
from gongmun.documents.printing import NotPrinted, Renderer
from gongmun.documents.register import register
from gongmun.documents.sheet import Imprint, Sheet, to_html
from gongmun.documents.store import FileStore
from gongmun.settings import settings


@dataclass(frozen=True, kw_only=True, slots=True)
class IssueReport:
    """What one call did: documents that have their file now, and those that wait with a problem."""

    issued: tuple[int, ...]
    failed: tuple[tuple[int, NotPrinted], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Printed:
    """A stored file, as it is noted on the document's row."""

    sha256: str
    size: int
    pages: int
    replaced: int


def issue(
    db: Database,
    document_ids: Iterable[int],
    *,
    renderer: Renderer,
    store: FileStore,
    now: datetime,
) -> IssueReport:
    """Bring approved documents to their numbered, stored file; others are skipped quietly."""
    numbered = _number(db, sorted(set(document_ids)), now)
    issued: list[int] = []
    failed: list[tuple[int, NotPrinted]] = []

    def finish(document_id: int) -> None:
        try:
            printed = _print(db, document_id, renderer, store)
        except NotPrinted as problem:
            _note_problem(db, document_id, problem, now)
            failed.append((document_id, problem))
        else:
            _note_file(db, document_id, printed, now)
            issued.append(document_id)

    # One thread more than workers, so that a file is stored while the next is rendered.
    with ThreadPoolExecutor(renderer.workers + 1, thread_name_prefix="issue") as threads:
        for finished in [threads.submit(finish, document_id) for document_id in numbered]:
            finished.result()
    return IssueReport(issued=tuple(sorted(issued)), failed=tuple(sorted(failed, key=_id)))


def _id(failed: tuple[int, NotPrinted]) -> int:
    return failed[0]


def _number(db: Database, document_ids: Sequence[int], now: datetime) -> Sequence[int]:
    """Give numbers to those that are approved; the ids of all that are numbered now."""
    numbered = []
    with db.transaction() as session:
        # All rows are locked, in the order of their ids, before the counter's: two calls at once
        # wait for each other and never in a circle.
        for document in [queries.locked(session, document_id) for document_id in document_ids]:
            if document.status is Status.APPROVED:
                _give_number(session, document, now)
            if document.status is Status.NUMBERED:
                numbered.append(document.id)
    return numbered


def _give_number(session: Session, document: Document, now: datetime) -> None:
    document.status = advance(document.status, Event.NUMBERED)
    document.numbered_at = now
    division = settings().agency.register_division
    register(session, document, division=division, now=now)
    ledger.record(
        session,
        "document.numbered",
        subject=("document", document.id),
        now=now,
        number=document.number,
        year=document.year,
    )


def _print(db: Database, document_id: int, renderer: Renderer, store: FileStore) -> _Printed:
    """Render and store, with no transaction open."""
    sheet = _sheet(db, document_id)
    rendered = renderer.render(sheet.html)
    return _Printed(
        sha256=store.put(rendered.content),
        size=len(rendered.content),
        pages=rendered.pages,
        replaced=sheet.replaced,
    )


def _sheet(db: Database, document_id: int) -> Sheet:
    with db.reading() as session:
        document = queries.by_id(session, document_id)
        approval = session.get(Approval, document.approval_id) if document.approval_id else None
    number, numbered_at = document.number, document.numbered_at
    assert number is not None  # as `_number` saw to it
    assert numbered_at is not None
    return to_html(
        from_json(document.kind, document.context),
        Imprint(
            number=number,
            issued_on=seoul_date(numbered_at),
            approver=approval.name if approval else None,
        ),
    )


def _note_file(db: Database, document_id: int, printed: _Printed, now: datetime) -> None:
    with db.transaction() as session:
        document = queries.locked(session, document_id)
        if document.status is not Status.NUMBERED:
            return
        document.status = advance(document.status, Event.RENDERED)
        document.rendered_at = now
        document.sha256, document.size = printed.sha256, printed.size
        document.pages, document.replaced_characters = printed.pages, printed.replaced
        document.problem_ko = document.problem_en = None
        ledger.record(
            session,
            "document.rendered",
            subject=("document", document_id),
            now=now,
            sha256=printed.sha256,
            pages=printed.pages,
        )


def _note_problem(db: Database, document_id: int, problem: NotPrinted, now: datetime) -> None:
    with db.transaction() as session:
        document = queries.locked(session, document_id)
        if document.status is not Status.NUMBERED:
            return
        document.problem_ko, document.problem_en = problem.message_ko, problem.message_en
        ledger.record(
            session,
            "document.not_printed",
            subject=("document", document_id),
            now=now,
            code=problem.code,
        )

"""Issuing documents: laid out, then numbered, rendered, stored, signed and stored signed.

What cannot be laid out, or not signed because the key cannot be used, gets no number. The number is
committed before the file is made, with no transaction open in between. A crash leaves documents that are
approved or numbered but have no file; calling again goes on from there, and makes the same bytes. A document
that cannot be issued waits with the reason on its row. Its file and its signature are noted in one commit: where
the agency has a key, nothing unsigned is ever taken for ready to be sent.
"""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from gongmun import clock, ledger
from gongmun.db import Database
from gongmun.db.restored import unsettled
from gongmun.documents import queries
from gongmun.documents.check_codes import new_code
from gongmun.documents.content import content
from gongmun.documents.contexts import from_json
from gongmun.documents.data import enclosed
from gongmun.documents.life import WITHOUT_FILE, Event, Status, advance
from gongmun.documents.models import Document
from gongmun.documents.printing import NotPrinted, Page, Renderer
from gongmun.documents.register import register
from gongmun.documents.sheet import Imprint, to_html
from gongmun.documents.signing import Signer, SigningKeyMissing, SigningKeyUnusable
from gongmun.documents.store import FileStore
from gongmun.settings import settings


@dataclass(frozen=True, kw_only=True, slots=True)
class IssueReport:
    """What one call did: documents that have their file now, and those that wait with a problem."""

    issued: tuple[int, ...]
    failed: tuple[tuple[int, NotPrinted], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Signed:
    """The stored file with its signature, and the time that the signature claims."""

    sha256: str
    size: int
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class _Printed:
    """A stored file, as it is noted on the document's row."""

    sha256: str
    size: int
    pages: int
    replaced: int
    signed: _Signed | None


def no_key() -> None:
    """Of an agency without a key: its documents are not signed."""


def issue(
    db: Database,
    document_ids: Iterable[int],
    *,
    renderer: Renderer,
    store: FileStore,
    now: datetime,
    key: Callable[[], Signer | None] = no_key,
) -> IssueReport:
    """Bring approved documents to their numbered, stored file; others are skipped quietly.

    `key` opens the agency's key, and is called only where something is to be signed. A signature claims
    the time at which it is made, whatever `now` is. What was issued before there was a key stays
    unsigned: it may have gone out. Where earlier documents are signed nothing is issued without a key,
    unless the settings say that this is wanted. Nothing is while a restore waits for a person.
    """
    waiting = _waiting(db, sorted(set(document_ids)))
    if not waiting:
        return IssueReport(issued=(), failed=())
    issued: list[int] = []
    failed: list[tuple[int, NotPrinted]] = []

    def fail(document_id: int, problem: NotPrinted) -> None:
        _note_problem(db, document_id, problem, now)
        failed.append((document_id, problem))

    def finish(document_id: int, signer: Signer | None) -> None:
        try:
            printed = _print(db, document_id, renderer, store, signer)
        except NotPrinted as problem:
            fail(document_id, problem)
        else:
            _note_files(db, document_id, printed, now)
            issued.append(document_id)

    try:
        signer = key()
        if signer is not None:
            signer.require_in_force(clock.now())
        elif _signs(db):
            raise SigningKeyMissing()
    except SigningKeyUnusable as problem:
        for document_id in waiting:
            fail(document_id, problem)
        return IssueReport(issued=(), failed=tuple(failed))
    running = []
    # One thread more than workers, so that a file is stored while the next is rendered.
    with ThreadPoolExecutor(renderer.workers + 1, thread_name_prefix="issue") as threads:
        # Numbers are given here, in the order of the ids; the first is rendered meanwhile.
        for document_id in waiting:
            try:
                _lay_out(db, document_id, now)
            except NotPrinted as problem:
                fail(document_id, problem)
                continue
            if _number(db, document_id, now):
                running.append(threads.submit(finish, document_id, signer))
                if not renderer.workers:
                    running[-1].result()  # it prints in its caller's turn
    for finished in running:
        finished.result()
    return IssueReport(issued=tuple(sorted(issued)), failed=tuple(sorted(failed, key=_id)))


def _signs(db: Database) -> bool:
    """Whether this agency signs its documents, as its register has it."""
    if settings().signing.unsigned:
        return False
    with db.reading() as session:
        return queries.any_signed(session)


def _id(failed: tuple[int, NotPrinted]) -> int:
    return failed[0]


def _waiting(db: Database, document_ids: Sequence[int]) -> Sequence[int]:
    """Those that are approved and have no file. While a restore waits for a person nothing is numbered."""
    with db.reading() as session:
        if unsettled(session) is not None:
            return ()
        documents = [queries.by_id(session, document_id) for document_id in document_ids]
    return [document.id for document in documents if document.status in WITHOUT_FILE]


def _lay_out(db: Database, document_id: int, now: datetime) -> None:
    """Write its page with a number for the look of it: one that cannot be written must not get any."""
    with db.reading() as session:
        document = queries.by_id(session, document_id)
    if document.status is not Status.APPROVED:
        return
    imprint = Imprint(number="0", issued_on=clock.seoul_date(now), approver=None)
    to_html(from_json(document.kind, document.context), imprint)


def _number(db: Database, document_id: int, now: datetime) -> bool:
    """Give a number if it is approved; whether it has one now and no file."""
    with db.transaction() as session:
        document = queries.locked(session, document_id)
        if document.status is Status.APPROVED:
            _give_number(session, document, now)
        return document.status is Status.NUMBERED


def _give_number(session: Session, document: Document, now: datetime) -> None:
    document.status = advance(document.status, Event.NUMBERED)
    document.numbered_at = now
    document.check_code = new_code(session)
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


def _print(
    db: Database, document_id: int, renderer: Renderer, store: FileStore, signer: Signer | None
) -> _Printed:
    """Render, store and sign, with no transaction open."""
    with db.reading() as session:
        context, imprint = content(session, queries.by_id(session, document_id))
    sheet = to_html(context, imprint)
    rendered = renderer.render(Page(html=sheet.html, enclosed=enclosed(context, imprint)))
    return _Printed(
        sha256=store.put(rendered.content),
        size=len(rendered.content),
        pages=rendered.pages,
        replaced=sheet.replaced,
        signed=_sign(rendered.content, store, signer) if signer else None,
    )


def _sign(pdf: bytes, store: FileStore, signer: Signer) -> _Signed:
    # The clock's time, not the one this call was told: a signature must not claim another.
    at = clock.now()
    signed = signer.sign(pdf, at=at)
    return _Signed(sha256=store.put(signed), size=len(signed), at=at)


def _note_files(db: Database, document_id: int, printed: _Printed, now: datetime) -> None:
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
            subject=("document", document.id),
            now=now,
            sha256=printed.sha256,
            pages=printed.pages,
        )
        if printed.signed:
            _note_signed(session, document, printed.signed, now)


def _note_signed(session: Session, document: Document, signed: _Signed, now: datetime) -> None:
    document.status = advance(document.status, Event.SIGNED)
    document.signed_at = signed.at
    document.signed_sha256, document.signed_size = signed.sha256, signed.size
    ledger.record(
        session,
        "document.signed",
        subject=("document", document.id),
        now=now,
        sha256=signed.sha256,
        signed_at=signed.at.isoformat(),
    )


def _note_problem(db: Database, document_id: int, problem: NotPrinted, now: datetime) -> None:
    with db.transaction() as session:
        document = queries.locked(session, document_id)
        if document.status not in WITHOUT_FILE:
            return
        document.problem_ko, document.problem_en = problem.message_ko, problem.message_en
        ledger.record(
            session,
            "document.not_printed",
            subject=("document", document_id),
            now=now,
            code=problem.code,
        )

"""Issuing documents: number, then render, store, sign and store signed.

The number is committed before the file is made, with no transaction open in between. A crash leaves
documents that are approved or numbered but have no file; calling again goes on from there, and makes the
same bytes. A document that cannot be rendered or signed keeps its number and waits with the reason on its
row. Where the agency has a key, the file and its signature are noted in one commit: so nothing unsigned is
ever taken for ready to be sent.
"""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from gongmun import clock, ledger
from gongmun.db import Database
from gongmun.documents import queries
from gongmun.documents.check_codes import new_code
from gongmun.documents.content import content
from gongmun.documents.contexts import Context
from gongmun.documents.data import enclosed
from gongmun.documents.life import Event, Status, advance
from gongmun.documents.models import Document
from gongmun.documents.printing import NotPrinted, Page, Renderer
from gongmun.documents.register import register
from gongmun.documents.sheet import Imprint, to_html
from gongmun.documents.signing import NotSigned, Signer
from gongmun.documents.store import FileStore, StoredFileChanged, StoredFileMissing
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


@dataclass(frozen=True, kw_only=True, slots=True)
class _Signed:
    """The stored file with its signature, and the time that the signature claims."""

    sha256: str
    size: int
    at: datetime


def issue(
    db: Database,
    document_ids: Iterable[int],
    *,
    renderer: Renderer,
    store: FileStore,
    now: datetime,
    signer: Signer | None = None,
) -> IssueReport:
    """Bring approved documents to their numbered, stored file; others are skipped quietly.

    With a `signer` the file is signed, also one that was rendered without and has not gone out. A
    signature claims the time at which it is made, whatever `now` is.

    Raises:
        CertificateNotInForce: before anything is numbered.
    """
    asked = sorted(set(document_ids))
    if signer and asked:
        signer.require_in_force(clock.now())
    numbered, unsigned = _number(db, asked, now)
    issued: list[int] = []
    failed: list[tuple[int, NotPrinted]] = []

    def finish(document_id: int) -> None:
        try:
            printed = _print(db, document_id, renderer, store) if document_id in numbered else None
            sha256 = printed.sha256 if printed else unsigned[document_id]
            signed = _sign(store, sha256, signer) if signer else None
        except NotPrinted as problem:
            _note_problem(db, document_id, problem, now)
            failed.append((document_id, problem))
        else:
            _note_files(db, document_id, printed, signed, now)
            issued.append(document_id)

    waiting = [*numbered, *(unsigned if signer else ())]
    # One thread more than workers, so that a file is stored while the next is rendered.
    with ThreadPoolExecutor(renderer.workers + 1, thread_name_prefix="issue") as threads:
        for finished in [threads.submit(finish, document_id) for document_id in waiting]:
            finished.result()
    return IssueReport(issued=tuple(sorted(issued)), failed=tuple(sorted(failed, key=_id)))


def _id(failed: tuple[int, NotPrinted]) -> int:
    return failed[0]


def _number(
    db: Database, document_ids: Sequence[int], now: datetime
) -> tuple[Sequence[int], Mapping[int, str]]:
    """Give numbers to those that are approved.

    The ids of all that are numbered now and have no file; and, by id, the files that have gone
    nowhere and are not signed.
    """
    numbered, unsigned = [], {}
    with db.transaction() as session:
        # All rows are locked, in the order of their ids, before the counter's: two calls at once
        # wait for each other and never in a circle.
        for document in [queries.locked(session, document_id) for document_id in document_ids]:
            if document.status is Status.APPROVED:
                _give_number(session, document, now)
            if document.status is Status.NUMBERED:
                numbered.append(document.id)
            elif document.status is Status.RENDERED and document.sha256:
                unsigned[document.id] = document.sha256
    return numbered, unsigned


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


def _print(db: Database, document_id: int, renderer: Renderer, store: FileStore) -> _Printed:
    """Render and store, with no transaction open."""
    context, imprint = _content(db, document_id)
    sheet = to_html(context, imprint)
    rendered = renderer.render(Page(html=sheet.html, enclosed=enclosed(context, imprint)))
    return _Printed(
        sha256=store.put(rendered.content),
        size=len(rendered.content),
        pages=rendered.pages,
        replaced=sheet.replaced,
    )


def _sign(store: FileStore, sha256: str, signer: Signer) -> _Signed:
    """Sign a stored file and store that, with no transaction open."""
    # The clock's time, not the one this call was told: a signature must not claim another.
    at = clock.now()
    try:
        stored = store.get(sha256)
    except (StoredFileMissing, StoredFileChanged) as error:
        raise NotSigned(reason=error.code) from error
    signed = signer.sign(stored, at=at)
    return _Signed(sha256=store.put(signed), size=len(signed), at=at)


def _content(db: Database, document_id: int) -> tuple[Context, Imprint]:
    with db.reading() as session:
        return content(session, queries.by_id(session, document_id))


def _note_files(
    db: Database,
    document_id: int,
    printed: _Printed | None,
    signed: _Signed | None,
    now: datetime,
) -> None:
    with db.transaction() as session:
        document = queries.locked(session, document_id)
        if printed and document.status is Status.NUMBERED:
            _note_printed(session, document, printed, now)
        if signed and document.status is Status.RENDERED:
            _note_signed(session, document, signed, now)


def _note_printed(session: Session, document: Document, printed: _Printed, now: datetime) -> None:
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


def _note_signed(session: Session, document: Document, signed: _Signed, now: datetime) -> None:
    document.status = advance(document.status, Event.SIGNED)
    document.signed_at = signed.at
    document.signed_sha256, document.signed_size = signed.sha256, signed.size
    document.problem_ko = document.problem_en = None
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
        if document.status not in (Status.NUMBERED, Status.RENDERED):
            return
        document.problem_ko, document.problem_en = problem.message_ko, problem.message_en
        ledger.record(
            session,
            "document.not_printed",
            subject=("document", document_id),
            now=now,
            code=problem.code,
        )

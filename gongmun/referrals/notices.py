"""Put notices into the outbox, once their documents are ready.

What became untrue since the sweep (an answer, a withdrawal) is left out, of documents as long as
they have no number, of mails until they are queued. A notice of which nothing is left is suppressed,
and says so in the ledger.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.access import links
from gongmun.calendar import calendar, hours
from gongmun.clock import seoul_date
from gongmun.db import Database
from gongmun.documents import Document, OverdueItem, drafting
from gongmun.documents import queries as document_queries
from gongmun.documents.life import ISSUED, UNNUMBERED
from gongmun.documents.life import Status as DocumentStatus
from gongmun.documents.queries import DocumentStanding
from gongmun.errors import GongmunError
from gongmun.mail import OutgoingMessage, compose, enqueue
from gongmun.organisations import Organisation
from gongmun.organisations import queries as organisation_queries
from gongmun.referrals import chase_queries, paper_queries, queries
from gongmun.referrals.chase_pause_queries import paused_organisations
from gongmun.referrals.chase_queries import Line
from gongmun.referrals.chasing import without_collector
from gongmun.referrals.ladder import Rung
from gongmun.referrals.letters import refresh_document
from gongmun.referrals.listing import Listed, items_of
from gongmun.referrals.mailing import attachment, mailbox, notice_key, thread
from gongmun.referrals.models import Notice, NoticeKind
from gongmun.referrals.names import REQUESTS, RUNGS
from gongmun.settings import settings
from gongmun.text import Bilingual

_ACKNOWLEDGEMENT_RUNGS = frozenset({Rung.NUDGE, Rung.BACKUP_NUDGE})
# Notices of one transaction.
_TOGETHER = 25

# What is done with waiting notices, locked; what became of each, by its id.
_Settle = Callable[[Session, Sequence[Notice]], Mapping[int, str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class NoticeReport:
    """Notices that went into the outbox, were suppressed, or wait for a document."""

    enqueued: tuple[int, ...]
    suppressed: tuple[int, ...]
    waiting: tuple[int, ...]
    problems: tuple[GongmunError, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Section:
    """The lines of one rung in a mail."""

    name: Bilingual
    request: Bilingual
    items: Sequence[OverdueItem]


def prepare_notices(db: Database, *, now: datetime) -> Sequence[int]:
    """Before anything is numbered: let the documents of waiting notices say what is still true.

    The ids of notices of which nothing is; they are suppressed. One that cannot be prepared is left
    as it is, and met again when it is queued, as one without a document is.
    """
    outcomes: dict[str, list[int]] = {"suppressed": []}
    today = seoul_date(now)
    with db.reading() as session:
        waiting = _waiting(session, queries.waiting_notices(session), UNNUMBERED)
        ids = [each.notice.id for each in waiting if not each.says_what_holds(today)]
    _each(db, ids, lambda session, notices: _prepare(session, notices, now), outcomes)
    return outcomes["suppressed"]


def enqueue_notices(db: Database, *, now: datetime) -> NoticeReport:
    """Put every notice that is ready into the outbox; one that fails does not stop the others.

    Outside of working hours all of them wait, and those about a ministry whose reminders are paused.
    """
    outcomes: dict[str, list[int]] = {"enqueued": [], "suppressed": [], "waiting": []}
    with db.reading() as session:
        notices = queries.waiting_notices(session)
        paused = paused_organisations(session, seoul_date(now))
        unfinished = {
            each.notice.id
            for each in _waiting(session, notices, frozenset(DocumentStatus) - ISSUED)
            if any(map(_is_true, each.lines))
            and not any(document.status is DocumentStatus.DISCARDED for document in each.documents)
        }
    is_open = hours.is_open(now, calendar())
    ready: list[int] = []
    for notice in notices:
        held = not is_open or notice.organisation_id in paused or notice.id in unfinished
        (outcomes["waiting"] if held else ready).append(notice.id)
    problems = _each(db, ready, lambda session, notices: _settle(session, notices, now), outcomes)
    return NoticeReport(
        **{name: tuple(ids) for name, ids in outcomes.items()}, problems=tuple(problems)
    )


def _each(
    db: Database, ids: Sequence[int], settle: _Settle, outcomes: dict[str, list[int]]
) -> Sequence[GongmunError]:
    """Settle these notices, some in one transaction; of a failing one alone nothing is done."""
    problems: list[GongmunError] = []
    for start in range(0, len(ids), _TOGETHER):
        some = ids[start : start + _TOGETHER]
        try:
            _at_once(db, some, settle, outcomes)
        except GongmunError as error:
            if error.retryable or len(some) == 1:
                problems.append(error)
                continue
            for notice_id in some:
                try:
                    _at_once(db, [notice_id], settle, outcomes)
                except GongmunError as its_own:
                    problems.append(its_own)
    return problems


def _at_once(
    db: Database, ids: Sequence[int], settle: _Settle, outcomes: dict[str, list[int]]
) -> None:
    with without_collector(), db.transaction() as session:
        settled = settle(session, queries.lock_waiting_notices(session, ids))
    for notice_id, outcome in settled.items():
        outcomes.setdefault(outcome, []).append(notice_id)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Waiting:
    """A notice that waits for documents, with all its lines and how those stand."""

    notice: Notice
    lines: Sequence[Line]
    documents: Sequence[DocumentStanding]

    def says_what_holds(self, today: date) -> bool:
        """Whether it was drafted today, as it still is."""
        untrue = {line.document_id for line in self.lines if not _is_true(line)}
        return not self.notice.stale and not any(
            document.status in UNNUMBERED
            and (document.id in untrue or seoul_date(document.created_at) < today)
            for document in self.documents
        )


def _waiting(
    session: Session, notices: Sequence[Notice], statuses: Collection[DocumentStatus]
) -> Sequence[_Waiting]:
    """Those of the notices of which a document has one of these statuses."""
    standing = document_queries.standing(session, {i for n in notices for i in n.document_ids})
    some = [n for n in notices if any(standing[i].status in statuses for i in n.document_ids)]
    lines = chase_queries.lines_of(session, some)
    return [
        _Waiting(
            notice=notice,
            lines=lines.get(notice.id, ()),
            documents=[standing[each] for each in notice.document_ids],
        )
        for notice in some
    ]


def _is_true(line: Line) -> bool:
    return line.holds and not (line.acknowledged and line.rung in _ACKNOWLEDGEMENT_RUNGS)


def _still_true(
    session: Session, notices: Sequence[Notice]
) -> Iterator[tuple[Notice, Sequence[Line]]]:
    lines = chase_queries.lines_of(session, notices)
    for notice in notices:
        yield notice, [line for line in lines.get(notice.id, ()) if _is_true(line)]


def _prepare(session: Session, notices: Sequence[Notice], now: datetime) -> Mapping[int, str]:
    outcomes: dict[int, str] = {}
    for notice, lines in _still_true(session, notices):
        for document_id in notice.document_ids:
            document = document_queries.by_id(session, document_id)
            if document.status not in UNNUMBERED:
                continue  # one that has its number says what was true on its day
            about = [line for line in lines if line.document_id == document_id]
            if about:
                ids = [line.referral_id for line in about]
                refresh_document(session, notice, document, about[0].rung, ids, now=now)
            else:
                drafting.discard(session, document, now)
                notice.document_ids = [i for i in notice.document_ids if i != document_id]
        notice.stale = False
        outcomes[notice.id] = "prepared" if lines else _suppress(session, notice, now)
    return outcomes


def _suppress(session: Session, notice: Notice, now: datetime) -> str:
    notice.suppressed_at = now
    _record(session, "notice.suppressed", notice, now)
    return "suppressed"


def _settle(session: Session, notices: Sequence[Notice], now: datetime) -> Mapping[int, str]:
    still_true = list(_still_true(session, notices))
    files = document_queries.unread(session, {i for each in notices for i in each.document_ids})
    listed = paper_queries.listed(
        session, {line.referral_id for _, lines in still_true for line in lines}
    )
    addressees = paper_queries.names(session, {each.addressee_id for each in notices})
    outcomes: dict[int, str] = {}
    for notice, lines in still_true:
        documents = [files[document_id] for document_id in notice.document_ids]
        statuses = {document.status for document in documents}
        # A discarded one here is an escalation that a coordinator returned.
        if not lines or DocumentStatus.DISCARDED in statuses:
            outcomes[notice.id] = _suppress(session, notice, now)
        elif statuses <= ISSUED:
            to = addressees[notice.addressee_id]
            sections = _sections(listed, lines, seoul_date(now))
            message = _message(session, notice, to, lines, sections, documents)
            outcomes[notice.id] = _enqueue(session, notice, lines, message, now)
        else:
            outcomes[notice.id] = "waiting"
    return outcomes


def _enqueue(
    session: Session, notice: Notice, lines: Sequence[Line], message: OutgoingMessage, now: datetime
) -> str:
    dispatch = enqueue(session, message, now)
    if notice.kind is not NoticeKind.ESCALATION:
        # What it asks for is answered on the outcome documents that carried the referrals.
        links.grant_ministry(
            session,
            organisation_id=notice.organisation_id,
            document_ids=[line.outcome_id for line in lines],
            dispatch=dispatch,
            now=now,
        )
    notice.enqueued_at = now
    _record(session, "notice.enqueued", notice, now, dispatch_id=dispatch.id)
    return "enqueued"


def _record(session: Session, kind: str, notice: Notice, now: datetime, **data: Any) -> None:
    ledger.record(session, kind, subject=("notice", notice.id), now=now, **data)


def _message(
    session: Session,
    notice: Notice,
    addressee: Organisation,
    lines: Sequence[Line],
    sections: Sequence[_Section],
    documents: Sequence[Document],
) -> OutgoingMessage:
    context: Mapping[str, Any] = {
        "agency": settings().agency,
        "ministry": organisation_queries.by_id(session, notice.organisation_id),
        "addressee": addressee,
        "sections": sections,
        "total": len({line.referral_id for line in lines}),
        "documents": documents,
        "link": links.blank(),
    }
    mail = compose(notice.kind.value, context)
    escalation = notice.kind is NoticeKind.ESCALATION
    return OutgoingMessage(
        key=notice_key(notice.id),
        intent=notice.kind.value,
        organisation_code=addressee.code,
        address=mailbox(session, addressee.id, backup=notice.to_backup),
        subject=mail.subject,
        body=mail.body,
        attachments=tuple(attachment(document) for document in documents),
        # The parent body never saw the earlier mails: its mail begins a thread of its own.
        references=() if escalation else thread(session, {line.outcome_id for line in lines}),
        document_id=documents[0].id if len(documents) == 1 else None,
    )


def _sections(
    listed: Mapping[int, Listed], lines: Sequence[Line], today: date
) -> Sequence[_Section]:
    """The most urgent first: who reads no further has read that."""
    asked = {
        rung: [listed[line.referral_id] for line in lines if line.rung is rung]
        for rung in reversed(Rung)
    }
    return [
        _Section(name=RUNGS[rung], request=REQUESTS[rung], items=items_of(about, today))
        for rung, about in asked.items()
        if about
    ]

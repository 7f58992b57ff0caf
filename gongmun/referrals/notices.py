"""Put notices into the outbox, once their documents are ready.

What became untrue since the sweep (an answer, a withdrawal) is left out, of documents as long as
they have no number, of mails until they are queued, and once more when they leave (leaving.py). A notice of
which nothing is left is suppressed, and says so in the ledger.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.access import links
from gongmun.calendar import calendar, hours
from gongmun.clock import seoul_date
from gongmun.db import Database, without_collector
from gongmun.documents import Document, drafting
from gongmun.documents import queries as document_queries
from gongmun.documents.life import ISSUED, UNNUMBERED
from gongmun.documents.life import Status as DocumentStatus
from gongmun.documents.queries import DocumentStanding
from gongmun.errors import GongmunError
from gongmun.mail import OutgoingMessage, enqueue_many
from gongmun.mail.compose import Composed
from gongmun.organisations import Organisation
from gongmun.referrals import notice_queries, paper_queries, queries
from gongmun.referrals.holding import held_back
from gongmun.referrals.letters import refresh_document
from gongmun.referrals.mailing import Mailboxes, Threads, attachment, mailboxes, threads
from gongmun.referrals.models import Notice, NoticeKind, notice_key
from gongmun.referrals.notice_queries import Line
from gongmun.referrals.wording import still_true, timely, worded

# Notices of one transaction.
_TOGETHER = 50

# What is done with waiting notices, locked; what became of each, by its id.
_Settle = Callable[[Session, Sequence[Notice]], Mapping[int, str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class NoticeReport:
    """Notices that went into the outbox, were suppressed, or wait for a document."""

    enqueued: tuple[int, ...]
    suppressed: tuple[int, ...]
    waiting: tuple[int, ...]
    problems: tuple[GongmunError, ...] = ()


def prepare_notices(db: Database, *, now: datetime) -> Sequence[int]:
    """Before anything is numbered: let the documents of waiting notices say what is still true.

    The ids of notices of which nothing is; they are suppressed. One that cannot be prepared is left
    as it is, and met again when it is queued, as one without a document is.
    """
    outcomes: dict[str, list[int]] = {"suppressed": []}
    today = seoul_date(now)
    with db.reading() as session:
        notices = queries.waiting_notices(session)
        held = held_back(session, notices, today)
        waiting = _waiting(session, [n for n in notices if n.id not in held], UNNUMBERED)
        untrue = notice_queries.untrue_documents(session, [each.notice for each in waiting])
        ids = [each.notice.id for each in waiting if not each.says_what_holds(untrue, today)]
    _each(db, ids, lambda session, notices: _prepare(session, notices, now), outcomes)
    return outcomes["suppressed"]


def papers_to_issue(db: Database, *, now: datetime) -> Sequence[int]:
    """The documents of waiting notices that may be numbered and printed: not of those that are held back."""
    with db.reading() as session:
        notices = queries.waiting_notices(session)
        held = held_back(session, notices, seoul_date(now))
    return [i for notice in notices if notice.id not in held for i in notice.document_ids]


def enqueue_notices(db: Database, *, now: datetime) -> NoticeReport:
    """Put every notice that is ready into the outbox; one that fails does not stop the others.

    Outside of working hours all of them wait, and at any time those that are held back (holding.py).
    """
    outcomes: dict[str, list[int]] = {"enqueued": [], "suppressed": [], "waiting": []}
    with db.reading() as session:
        notices = queries.waiting_notices(session)
        held = held_back(session, notices, seoul_date(now))
        unfinished = notice_queries.holding(
            session,
            [
                each.notice
                for each in _waiting(session, notices, frozenset(DocumentStatus) - ISSUED)
                if not any(
                    document.status is DocumentStatus.DISCARDED for document in each.documents
                )
            ],
        )
    is_open = hours.is_open(now, calendar())
    ready: list[Notice] = []
    for notice in notices:
        waits = not is_open or notice.id in held or notice.id in unfinished
        if waits:
            outcomes["waiting"].append(notice.id)
        else:
            ready.append(notice)
    ids = _together(db, ready, now)
    problems = _each(db, ids, lambda session, notices: _settle(session, notices, now), outcomes)
    return NoticeReport(
        **{name: tuple(ids) for name, ids in outcomes.items()}, problems=tuple(problems)
    )


def _together(db: Database, notices: Sequence[Notice], now: datetime) -> Sequence[int]:
    """One message a ministry: what an earlier sweep could not send goes with what today's says.

    Of several notices to one mailbox the last one takes what the others carry. The ids that are left.
    """
    groups: dict[tuple[int, bool], list[int]] = defaultdict(list)
    for notice in notices:
        if notice.kind is NoticeKind.CHASE:
            groups[notice.organisation_id, notice.to_backup].append(notice.id)
    merged: set[int] = set()
    for ids in groups.values():
        if len(ids) == 1:
            continue
        with db.transaction() as session:
            locked = queries.lock_waiting_notices(session, ids)
            for other in locked[:-1]:
                notice_queries.carry_by(session, locked[-1], other)
                other.suppressed_at = now
                _record(session, "notice.merged", other, now, notice_id=locked[-1].id)
                merged.add(other.id)
    return [notice.id for notice in notices if notice.id not in merged]


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
    """A notice that waits for documents, and how those stand."""

    notice: Notice
    documents: Sequence[DocumentStanding]

    def says_what_holds(self, untrue: Collection[int], today: date) -> bool:
        """Whether it was drafted today, as it still is; `untrue` are documents with what is not."""
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
    return [
        _Waiting(notice=notice, documents=[standing[each] for each in notice.document_ids])
        for notice in some
    ]


def _prepare(session: Session, notices: Sequence[Notice], now: datetime) -> Mapping[int, str]:
    outcomes: dict[int, str] = {}
    holding = still_true(session, notices)
    for notice in notices:
        lines = holding[notice.id]
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
        outcomes[notice.id] = "prepared" if lines else suppress(session, notice, now)
    return outcomes


def suppress(session: Session, notice: Notice, now: datetime, **data: Any) -> str:
    """Nothing of it is true any more: it is not sent, and the ledger says so."""
    notice.suppressed_at = now
    _record(session, "notice.suppressed", notice, now, **data)
    return "suppressed"


def _settle(session: Session, notices: Sequence[Notice], now: datetime) -> Mapping[int, str]:
    holding = still_true(session, notices)
    files = document_queries.unread(session, {i for each in notices for i in each.document_ids})
    listed = paper_queries.listed(
        session, {line.referral_id for lines in holding.values() for line in lines}
    )
    addressees = paper_queries.names(session, {each.addressee_id for each in notices})
    ready: list[_Ready] = []
    outcomes: dict[int, str] = {}
    today = seoul_date(now)
    for notice in notices:
        lines = timely(holding[notice.id], listed, today)
        documents = [files[document_id] for document_id in notice.document_ids]
        statuses = {document.status for document in documents}
        # A discarded one here is an escalation that a coordinator returned.
        if not lines or DocumentStatus.DISCARDED in statuses:
            outcomes[notice.id] = suppress(session, notice, now)
        elif statuses <= ISSUED:
            to = addressees[notice.addressee_id]
            mail = worded(
                session,
                notice,
                to,
                lines,
                listed=listed,
                documents=documents,
                today=today,
            )
            ready.append(
                _Ready(notice=notice, addressee=to, lines=lines, mail=mail, documents=documents)
            )
            outcomes[notice.id] = "enqueued"
        else:
            outcomes[notice.id] = "waiting"
    _enqueue(session, ready, now)
    return outcomes


@dataclass(frozen=True, kw_only=True, slots=True)
class _Ready:
    """A notice that goes into the outbox now."""

    notice: Notice
    addressee: Organisation
    lines: Sequence[Line]
    mail: Composed
    documents: Sequence[Document]

    @property
    def outcome_ids(self) -> Sequence[int]:
        """The outcome documents that carried what it speaks of."""
        return sorted({line.outcome_id for line in self.lines})


def _enqueue(session: Session, ready: Sequence[_Ready], now: datetime) -> None:
    if not ready:
        return
    # The parent body never saw the earlier mails: its mail begins a thread of its own, and has no link.
    to_ministry = [each for each in ready if each.notice.kind is not NoticeKind.ESCALATION]
    boxes = mailboxes(session, {each.addressee.id for each in ready})
    earlier = threads(session, {i for each in to_ministry for i in each.outcome_ids})
    ids = enqueue_many(session, [_message(each, boxes, earlier) for each in ready], now)
    dispatch_ids = {each.notice.id: i for each, i in zip(ready, ids, strict=True)}
    links.grant_ministries(
        session,
        [
            # What it asks for is answered on the outcome documents that carried the referrals.
            links.Grant(
                organisation_id=each.notice.organisation_id,
                document_ids=each.outcome_ids,
                dispatch_id=dispatch_ids[each.notice.id],
            )
            for each in to_ministry
        ],
        now,
    )
    for each in ready:
        each.notice.enqueued_at = now
        _record(
            session, "notice.enqueued", each.notice, now, dispatch_id=dispatch_ids[each.notice.id]
        )


def _record(session: Session, kind: str, notice: Notice, now: datetime, **data: Any) -> None:
    ledger.record(session, kind, subject=("notice", notice.id), now=now, **data)


def _message(ready: _Ready, boxes: Mailboxes, earlier: Threads) -> OutgoingMessage:
    notice, documents = ready.notice, ready.documents
    is_escalation = notice.kind is NoticeKind.ESCALATION
    return OutgoingMessage(
        key=notice_key(notice.id),
        intent=notice.kind.value,
        organisation_code=ready.addressee.code,
        address=boxes.of(ready.addressee.id, backup=notice.to_backup),
        subject=ready.mail.subject,
        body=ready.mail.body,
        attachments=tuple(attachment(document) for document in documents),
        references=() if is_escalation else earlier.of(ready.outcome_ids),
        document_id=documents[0].id if len(documents) == 1 else None,
    )

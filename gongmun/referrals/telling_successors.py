"""Tell successors (승계 안내) what they took over: one mail each, with the documents and a link of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.access import links
from gongmun.calendar import calendar, hours
from gongmun.clock import seoul_date
from gongmun.db import Database
from gongmun.documents import Document, OverdueItem
from gongmun.documents import queries as document_queries
from gongmun.errors import GongmunError
from gongmun.mail import Dispatch, OutgoingMessage, compose, enqueue
from gongmun.organisations import Organisation
from gongmun.organisations import queries as organisation_queries
from gongmun.referrals import paper_queries, succession_queries
from gongmun.referrals.letters import overdue_items
from gongmun.referrals.life import CHASED, Status
from gongmun.referrals.mailing import attachment, mailbox
from gongmun.referrals.models import Referral, Takeover
from gongmun.referrals.names import ROLES
from gongmun.settings import settings
from gongmun.text import Bilingual

TAKEOVER_INTENT = "takeover"
# What a mail may carry without being refused on its way; the others are behind its link.
_ATTACHED = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class ToldReport:
    """The mails to successors, by id, and what kept others from being written."""

    told: tuple[int, ...] = ()
    problems: tuple[GongmunError, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Line:
    """A takeover to tell of, the referral that goes on with the successor, and the one withdrawn for it."""

    takeover: Takeover
    referral: Referral
    withdrawn: Referral | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Item:
    """A referral as the mail lists it; `withdrawn` is the number of the document of the one withdrawn for it.

    `had` says which one of the two the successor had before: this one, or the one that was withdrawn.
    """

    listed: OverdueItem
    role: Bilingual
    withdrawn: str | None
    had: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class _Section:
    """The lines of one predecessor in a mail."""

    predecessor: Organisation
    effective_on: date
    items: Sequence[_Item]


def tell_successors(db: Database, *, now: datetime) -> ToldReport:
    """One mail to each successor about all that it took over and has to answer, once, in working hours.

    What was answered meanwhile, or has passed on again, is not told; nor what an outcome's own mail has
    brought to the successor. What was not sent to anybody yet waits for that mail.
    """
    told: list[int] = []
    problems: list[GongmunError] = []
    if not hours.is_open(now, calendar()):
        return ToldReport()
    with db.reading() as session:
        waiting = succession_queries.successors_to_tell(session)
    for successor_id in waiting:
        try:
            with db.transaction() as session:
                dispatch = _tell(session, successor_id, now)
        except GongmunError as error:
            problems.append(error)
            continue
        if dispatch is not None:
            told.append(dispatch.id)
    return ToldReport(told=tuple(told), problems=tuple(problems))


def _tell(session: Session, successor_id: int, now: datetime) -> Dispatch | None:
    successor = organisation_queries.by_id(session, successor_id)
    lines: list[_Line] = []
    for takeover, referral in succession_queries.untold(session, successor_id):
        if referral.organisation_id == successor_id and referral.status is Status.APPROVED:
            continue
        takeover.told_at = now
        line = _line(session, takeover, referral, successor)
        if line is not None:
            lines.append(line)
    if not lines:
        return None
    document_ids = sorted(
        {line.referral.document_id for line in lines if line.referral.document_id is not None}
    )
    dispatch = enqueue(session, _message(session, successor, lines, document_ids, now), now)
    links.grant_ministry(
        session,
        organisation_id=successor_id,
        document_ids=document_ids,
        dispatch=dispatch,
        now=now,
    )
    for line in lines:
        line.takeover.dispatch_id = dispatch.id
    ledger.record(
        session,
        "takeover.told",
        subject=("organisation", successor_id),
        now=now,
        dispatch_id=dispatch.id,
        referrals=[line.takeover.referral_id for line in lines],
    )
    return dispatch


def _line(
    session: Session, takeover: Takeover, referral: Referral, successor: Organisation
) -> _Line | None:
    """What there is to tell of a takeover; None where the successor has nothing to do for it."""
    if referral.organisation_id != successor.id:
        # It was withdrawn, and the one that goes on leads in its place: see forums/assigning.py.
        other = succession_queries.held_by(session, referral, successor.id)
        if referral.status is not Status.WITHDRAWN or other is None or other.status not in CHASED:
            return None
        return _Line(takeover=takeover, referral=other, withdrawn=referral)
    if referral.status not in CHASED:
        return None
    assert referral.document_id is not None
    if succession_queries.was_mailed(session, referral.document_id, successor.code):
        return None
    other = succession_queries.withdrawn_beside(session, referral)
    if other is not None and not _knows(session, other, successor):
        other = None
    return _Line(takeover=takeover, referral=referral, withdrawn=other)


def _knows(session: Session, referral: Referral, successor: Organisation) -> bool:
    """Whether a mail has told an organisation of a referral that it had."""
    assert referral.document_id is not None
    return succession_queries.was_mailed(session, referral.document_id, successor.code) or any(
        takeover.successor_id == successor.id and takeover.dispatch_id is not None
        for takeover, _ in succession_queries.takeovers(session, referral.id)
    )


def _items(session: Session, lines: Sequence[_Line], today: date) -> Sequence[_Item]:
    lines = sorted(lines, key=lambda line: line.referral.id)
    listed = overdue_items(session, [line.referral for line in lines], today)
    withdrawn = [line.withdrawn.document_id if line.withdrawn else None for line in lines]
    numbers = paper_queries.cited(session, {each for each in withdrawn if each is not None})
    return [
        _Item(
            listed=item,
            role=ROLES[line.referral.role],
            withdrawn=numbers[document_id].number if document_id is not None else None,
            had=line.referral.id != line.takeover.referral_id,
        )
        for line, item, document_id in zip(lines, listed, withdrawn, strict=True)
    ]


def _message(
    session: Session,
    successor: Organisation,
    lines: Sequence[_Line],
    document_ids: Sequence[int],
    now: datetime,
) -> OutgoingMessage:
    documents = _documents(session, document_ids)
    mail = compose(
        TAKEOVER_INTENT,
        {
            "agency": settings().agency,
            "successor": successor,
            "sections": [
                _Section(
                    predecessor=organisation_queries.by_id(session, predecessor_id),
                    effective_on=effective_on,
                    items=_items(session, list(group), seoul_date(now)),
                )
                for (predecessor_id, effective_on), group in groupby(
                    lines,
                    key=lambda line: (line.takeover.predecessor_id, line.takeover.effective_on),
                )
            ],
            "total": len(lines),
            "documents": documents[:_ATTACHED],
            "others": len(documents[_ATTACHED:]),
            "link": links.blank(),
        },
    )
    return OutgoingMessage(
        key=f"takeover:{lines[0].takeover.id}",
        intent=TAKEOVER_INTENT,
        organisation_code=successor.code,
        address=mailbox(session, successor.id),
        subject=mail.subject,
        body=mail.body,
        attachments=tuple(attachment(document) for document in documents[:_ATTACHED]),
        # The successor never saw the earlier mails: this begins a thread of its own.
        document_id=document_ids[0] if len(document_ids) == 1 else None,
    )


def _documents(session: Session, document_ids: Sequence[int]) -> Sequence[Document]:
    """The documents as they stand: a correction in the place of what it corrects."""
    return [
        document_queries.in_force(session, document_queries.by_id(session, document_id))
        for document_id in document_ids
    ]

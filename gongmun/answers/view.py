"""What an officer sees of a document: every referral with its clock, draft, files and history.

A read model for the portal, its JSON and the command line. A desk takes no more queries however many
referrals it has. Its records stand in `desk.py`, and can be imported from here.
"""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby

from sqlalchemy.orm import Session

from gongmun.answers import content as contents
from gongmun.answers import desk_queries, queries, related_queries
from gongmun.answers.desk import (
    CommitmentView,
    Desk,
    DocumentView,
    DraftView,
    ExtensionView,
    FileView,
    OtherView,
    QuestionView,
    ReferralView,
    ResponseView,
    TransferView,
)
from gongmun.answers.desk_queries import DeskRow
from gongmun.answers.models import AnswerFile, Commitment, Extension, Question
from gongmun.answers.related_queries import Beside, Given, Related
from gongmun.calendar import calendar
from gongmun.clock import seoul_date
from gongmun.documents import Document, Role
from gongmun.referrals.clocks import days_overdue
from gongmun.referrals.explaining import in_short
from gongmun.referrals.life import CHASED
from gongmun.referrals.models import Referral, ResponseStatus
from gongmun.referrals.names import DECISIONS, ROLES
from gongmun.text import Bilingual

__all__ = [
    "CommitmentView",
    "Desk",
    "DocumentView",
    "DraftView",
    "ExtensionView",
    "FileView",
    "OtherView",
    "QuestionView",
    "ReferralView",
    "ResponseView",
    "TransferView",
    "desk",
    "documents",
    "drafts",
    "joint_reason",
]


def desk(session: Session, document_id: int, *, organisation_id: int, now: datetime) -> Desk:
    """All that the officers of one ministry see of a document.

    Raises:
        NotFound: there is no such document, or it is not this organisation's.
    """
    found = desk_queries.desk_rows(session, document_id, organisation_id)
    if not found:
        raise queries.no_document(document_id)
    first, related = found[0], related_queries.related(session, found)
    return Desk(
        document_id=document_id,
        number=f"{first.division}-{first.serial}" if first.serial is not None else None,
        title=Bilingual(ko=first.document_ko, en=first.document_en),
        disclosure=first.disclosure,
        issued_on=_day(first.numbered_at),
        organisation=Bilingual(ko=first.ministry_ko, en=first.ministry_en),
        referrals=tuple(_referral(row, related, seoul_date(now)) for row in found),
    )


def drafts(session: Session, document_id: int, *, organisation_id: int) -> Sequence[DraftView]:
    """What is kept of the answers to a document, in the order of its referrals.

    Raises:
        NotFound: as for `desk`.
    """
    found = queries.draft_rows(session, document_id, organisation_id)
    if not found:
        raise queries.no_document(document_id)
    return [
        DraftView(
            id=row.id,
            reference=row.reference,
            with_ministry=row.status in CHASED,
            draft=contents.from_json(row.content) if row.content is not None else None,
        )
        for row in found
    ]


def documents(
    session: Session, document_ids: Sequence[int], *, organisation_id: int
) -> Sequence[DocumentView]:
    """Those of these documents that are this organisation's, the newest first."""
    rows = desk_queries.referrals_of(session, document_ids, organisation_id)
    return [
        _listed(document, title_en, [row[2] for row in group])
        for (document, title_en), group in groupby(rows, key=lambda row: row[:2])
    ]


def _listed(document: Document, title_en: str, referrals: Sequence[Referral]) -> DocumentView:
    open_ = [referral for referral in referrals if referral.status in CHASED]
    return DocumentView(
        document_id=document.id,
        number=document.number,
        title=Bilingual(ko=document.title, en=title_en),
        issued_on=_day(document.numbered_at),
        referrals=len(referrals),
        open=len(open_),
        next_due=min(
            (each.answer_due for each in open_ if each.answer_due and not each.paused_at),
            default=None,
        ),
    )


def joint_reason(view: ReferralView) -> str:
    """The answers of the other ministries as a text that the lead goes on from; empty without one."""
    return "\n\n".join(
        f"[{other.name.ko}({ROLES[other.role].ko}) {DECISIONS[other.decision].ko}] {other.reason}"
        for other in view.others
        if other.decision is not None
    )


def _day(moment: datetime | None) -> date | None:
    return seoul_date(moment) if moment else None


def _referral(referral: DeskRow, related: Related, today: date) -> ReferralView:
    files = related.files.get(referral.id, [])
    beside = related.suggestions.get((referral.outcome_id, referral.suggestion_id), ())
    response = next((each.response for each in beside if each.referral_id == referral.id), None)
    kept = related.commitments.get(referral.id, [])
    with_ministry = referral.status in CHASED
    paused = referral.paused_at is not None
    counting = with_ministry and not paused and referral.answer_due is not None
    return ReferralView(
        id=referral.id,
        reference=referral.reference,
        title=referral.title,
        body=referral.body,
        role=referral.role,
        status=referral.status,
        with_ministry=with_ministry,
        paused=paused,
        acknowledge_due=referral.acknowledge_due,
        acknowledged_on=_day(referral.acknowledged_at),
        answer_due=referral.answer_due,
        answer_due_promised=referral.answer_due_promised,
        explanation=in_short(referral, calendar()),
        days_overdue=days_overdue(referral.answer_due, today, calendar())
        if counting and referral.answer_due
        else 0,
        registration_number=referral.registration_number,
        draft=contents.from_json(referral.draft) if referral.draft is not None else None,
        files=tuple(
            _file(each)
            for each in files
            if each.response_id is None and each.commitment_id is None and each.meeting_id is None
        ),
        response=_response(response, kept, files) if response else None,
        question=_question(related.questions.get(referral.id)),
        extension=_extension(related.extensions.get(referral.id)),
        transfer=_transfer(related, referral.id),
        others=_others(referral, beside),
        commitments=tuple(
            _commitment(each, files)
            for each in kept
            if response
            and response.status is ResponseStatus.PUBLISHED
            and each.response_id == response.id
        ),
        meetings_count=related.meetings.get(referral.id, 0),
    )


def _file(file: AnswerFile) -> FileView:
    return FileView(
        id=file.id,
        name=file.name,
        filename=file.filename,
        media_type=file.media_type,
        size=file.size,
        sha256=file.sha256,
        received_at=file.received_at,
    )


def _response(
    response: Given, commitments: Sequence[Commitment], files: Sequence[AnswerFile]
) -> ResponseView:
    return ResponseView(
        id=response.id,
        decision=response.decision,
        reason=response.reason,
        promised_on=response.promised_on,
        received_at=response.received_at,
        status=response.status,
        note=response.note,
        commitments=tuple(
            _commitment(each, files) for each in commitments if each.response_id == response.id
        ),
        files=tuple(_file(each) for each in files if each.response_id == response.id),
    )


def _commitment(commitment: Commitment, files: Sequence[AnswerFile]) -> CommitmentView:
    return CommitmentView(
        id=commitment.id,
        text=commitment.text,
        owner=commitment.owner,
        due_on=commitment.due_on,
        status=commitment.status,
        account=commitment.account,
        files=tuple(_file(each) for each in files if each.commitment_id == commitment.id),
    )


def _question(question: Question | None) -> QuestionView | None:
    if question is None:
        return None
    return QuestionView(
        id=question.id,
        text=question.text,
        asked_at=question.asked_at,
        answer=question.answer,
        answered_at=question.answered_at,
    )


def _extension(extension: Extension | None) -> ExtensionView | None:
    if extension is None:
        return None
    return ExtensionView(
        id=extension.id,
        until=extension.until,
        reason=extension.reason,
        requested_at=extension.requested_at,
        status=extension.status,
        new_due=extension.new_due,
        decided_at=extension.decided_at,
    )


def _transfer(related: Related, referral_id: int) -> TransferView | None:
    transfer = related.transfers.get(referral_id)
    if transfer is None:
        return None
    target = related.targets[transfer.id]
    return TransferView(
        id=transfer.id,
        to=Bilingual(ko=target.name_ko, en=target.name_en),
        reason=transfer.reason,
        requested_at=transfer.requested_at,
        status=transfer.status,
        decided_at=transfer.decided_at,
    )


def _others(referral: DeskRow, beside: Sequence[Beside]) -> tuple[OtherView, ...]:
    """The other ministries of the suggestion; their answers only where this one leads."""
    return tuple(
        OtherView(
            name=other.name,
            role=other.role,
            status=other.status,
            decision=answer.decision if answer else None,
            reason=answer.reason if answer else "",
        )
        for other in beside
        if other.referral_id != referral.id
        for answer in [_standing(other.response) if referral.role is Role.LEAD else None]
    )


def _standing(response: Given | None) -> Given | None:
    """An answer that was not sent back."""
    sent_back = response is not None and response.status is ResponseStatus.SENT_BACK
    return None if sent_back else response

"""What an officer sees of a document: every referral with its clock, draft, files and history.

A read model for the portal, its JSON and the command line. A desk takes no more queries however many
referrals it has. Its records stand in `desk.py`, and can be imported from here.
"""

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy.orm import Session

from gongmun.answers import content as contents
from gongmun.answers import desk_queries, queries
from gongmun.answers.desk import (
    CommitmentView,
    Desk,
    DocumentView,
    ExtensionView,
    FileView,
    OtherView,
    QuestionView,
    ReferralView,
    ResponseView,
    TransferView,
)
from gongmun.answers.models import AnswerFile, Commitment, Extension, Question
from gongmun.calendar import calendar
from gongmun.clock import seoul_date
from gongmun.documents import Document, Role
from gongmun.organisations import Organisation
from gongmun.referrals.clocks import days_overdue, start_clocks
from gongmun.referrals.life import CHASED
from gongmun.referrals.models import Referral, Response, ResponseStatus
from gongmun.referrals.names import DECISIONS, ROLES
from gongmun.suggestions.models import Suggestion
from gongmun.text import Bilingual, english_date, korean_date

__all__ = [
    "CommitmentView",
    "Desk",
    "DocumentView",
    "ExtensionView",
    "FileView",
    "OtherView",
    "QuestionView",
    "ReferralView",
    "ResponseView",
    "TransferView",
    "desk",
    "documents",
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
    document, organisation = found[0].document, found[0].organisation
    related = desk_queries.related(session, [row.referral for row in found])
    return Desk(
        document_id=document.id,
        number=document.number,
        title=document.title,
        disclosure=found[0].disclosure,
        issued_on=_issued_on(document),
        organisation=_name(organisation),
        referrals=tuple(
            _referral(row.referral, row.suggestion, row.draft, related, seoul_date(now))
            for row in found
        ),
    )


def documents(
    session: Session, document_ids: Sequence[int], *, organisation_id: int
) -> Sequence[DocumentView]:
    """Those of these documents that are this organisation's, the newest first."""
    found: dict[int, list[tuple[Document, Referral]]] = {}
    for document, referral in desk_queries.referrals_of(session, document_ids, organisation_id):
        found.setdefault(document.id, []).append((document, referral))
    return [_listed(pairs[0][0], [referral for _, referral in pairs]) for pairs in found.values()]


def _listed(document: Document, referrals: Sequence[Referral]) -> DocumentView:
    open_ = [referral for referral in referrals if referral.status in CHASED]
    return DocumentView(
        document_id=document.id,
        number=document.number,
        title=document.title,
        issued_on=_issued_on(document),
        referrals=len(referrals),
        open=len(open_),
        next_due=min((each.answer_due for each in open_ if each.answer_due), default=None),
    )


def joint_reason(view: ReferralView) -> str:
    """The answers of the other ministries as a text that the lead goes on from; empty without one."""
    return "\n\n".join(
        f"[{other.name.ko}({ROLES[other.role].ko}) {DECISIONS[other.decision].ko}] {other.reason}"
        for other in view.others
        if other.decision is not None
    )


def _issued_on(document: Document) -> date | None:
    return seoul_date(document.numbered_at) if document.numbered_at else None


def _name(organisation: Organisation) -> Bilingual:
    return Bilingual(ko=organisation.name_ko, en=organisation.name_en)


def _referral(
    referral: Referral,
    suggestion: Suggestion,
    draft: dict[str, Any] | None,
    related: desk_queries.Related,
    today: date,
) -> ReferralView:
    files = related.files.get(referral.id, [])
    beside = related.suggestions.get((referral.outcome_id, referral.suggestion_id), ())
    response = next((each.response for each in beside if each.referral_id == referral.id), None)
    kept = related.commitments.get(referral.id, [])
    with_ministry = referral.status in CHASED
    paused = referral.paused_at is not None
    counting = with_ministry and not paused and referral.answer_due is not None
    return ReferralView(
        id=referral.id,
        reference=suggestion.reference,
        title=suggestion.title,
        body=suggestion.body,
        role=referral.role,
        status=referral.status,
        with_ministry=with_ministry,
        paused=paused,
        acknowledge_due=referral.acknowledge_due,
        answer_due=referral.answer_due,
        explanation=_explanation(referral),
        days_overdue=days_overdue(referral.answer_due, today, calendar())
        if counting and referral.answer_due
        else 0,
        registration_number=referral.registration_number,
        draft=contents.from_json(draft) if draft is not None else None,
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


# All referrals of a document started together, and a desk is opened often: the counting is its work.
@lru_cache(maxsize=1000)
def _counted(answer_rule: str, dispatched_at: datetime) -> tuple[date, Bilingual]:
    """The day on which an answer was due at first, and how it was counted."""
    answer = start_clocks(answer_rule, dispatched_at, calendar()).answer
    return answer.due, answer.explain()


def _explanation(referral: Referral) -> Bilingual | None:
    """How the answer's deadline was counted, and that it was moved since."""
    if referral.dispatched_at is None or referral.answer_due is None:
        return None
    first_due, said = _counted(referral.answer_rule, referral.dispatched_at)
    if first_due == referral.answer_due:
        return said
    due = referral.answer_due
    return Bilingual(
        ko=f"{said.ko} 이후 연장·질의·보완·재검토로 기한이 {korean_date(due, weekday=True)}로 조정되었습니다.",
        en=f"{said.en} It was moved since to {english_date(due, weekday=True)}.",
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
    response: Response, commitments: Sequence[Commitment], files: Sequence[AnswerFile]
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


def _transfer(related: desk_queries.Related, referral_id: int) -> TransferView | None:
    transfer = related.transfers.get(referral_id)
    if transfer is None:
        return None
    return TransferView(
        id=transfer.id,
        to=_name(related.targets[transfer.id]),
        reason=transfer.reason,
        requested_at=transfer.requested_at,
        status=transfer.status,
        decided_at=transfer.decided_at,
    )


def _others(referral: Referral, beside: Sequence[desk_queries.Beside]) -> tuple[OtherView, ...]:
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


def _standing(response: Response | None) -> Response | None:
    """An answer that was not sent back."""
    sent_back = response is not None and response.status is ResponseStatus.SENT_BACK
    return None if sent_back else response

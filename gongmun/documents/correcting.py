"""Corrections (정정): a new numbered document that names the old one and takes the place of what it said.

Nothing of the old one is overwritten: its number, its content and its file stay, and it becomes
`superseded` once the correction is issued. A correction is corrected like any other document.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.clock import seoul_date
from gongmun.db import Database
from gongmun.documents import drafting, queries
from gongmun.documents.approval import record_decision
from gongmun.documents.contexts import Correction, CorrectionContext, from_json
from gongmun.documents.letter import Letter
from gongmun.documents.life import ISSUED, Event, Status, advance
from gongmun.documents.models import Decision, Document, DocumentKind
from gongmun.errors import GongmunError, NotFound
from gongmun.text import Bilingual

_PASSAGE_LIMIT = 2000  # characters
_PASSAGE_LINES = 60


class NotIssued(GongmunError):
    """A correction of a document that nobody outside has."""

    code = "documents.not_issued"
    ko = "문서 {document_id}번은 아직 시행되지 않아(상태: {status}) 정정 공문이 필요하지 않습니다. 기안을 고치거나 반려해 주십시오."
    en = "Document {document_id} is not issued (status: {status}), so there is nothing to correct. Change its draft, or return it."


class AlreadySuperseded(GongmunError):
    """A correction of a document that another correction has taken the place of."""

    code = "documents.superseded"
    ko = "문서 {number}은(는) 이미 {newer}(으)로 정정되었습니다. 최신 문서 {newer}을(를) 정정해 주십시오."
    en = "{number} was corrected already by {newer}. Correct {newer}, which is in force."


class CorrectionPending(GongmunError):
    """A second correction of a document while the first is not issued."""

    code = "documents.correction_pending"
    ko = "문서 {number}의 정정 문서 {document_id}번이 처리 중입니다(상태: {status}). 먼저 승인하거나 반려하고, 시행을 마쳐 주십시오."
    en = "A correction of {number} is under way in document {document_id} (status: {status}). Approve or return it, and let it be issued, first."


class CorrectionDecided(GongmunError):
    """A second decision on the same correction."""

    code = "documents.correction_decided"
    ko = "정정 문서 {document_id}번은 이미 처리되었습니다(상태: {status}). 처음 결정이 유지됩니다."
    en = (
        "Correction {document_id} is decided already (status: {status}); the first decision stands."
    )


class ReasonMissing(GongmunError):
    """A correction that does not say why."""

    code = "documents.correction_reason_missing"
    ko = "정정 사유가 비어 있습니다. 공문에 적을 사유를 입력해 주십시오."
    en = "The reason of the correction is empty. Say why, as the document will print it."


class PassageTooLong(GongmunError):
    """An old or a new text of such length that nobody finds the difference."""

    code = "documents.passage_too_long"
    ko = "'{place}'의 당초 또는 정정 내용이 너무 깁니다. {limit}자, {lines}줄까지 바뀐 부분만 적어 주십시오."
    en = "The old or new text of '{place}' is too long. Give only what changes: up to {limit} characters in {lines} lines."


class NothingCorrected(GongmunError):
    """An old and a new text that say the same."""

    code = "documents.nothing_corrected"
    ko = "'{place}'의 당초 내용과 정정 내용이 같습니다. 정정할 내용을 확인해 주십시오."
    en = "The old and the new text of '{place}' are the same. Check what is to be corrected."


def correct(
    session: Session,
    original: Document,
    *,
    corrections: Sequence[Correction],
    reason: Bilingual,
    now: datetime,
) -> Document:
    """Draft the correction of an issued document, to the same recipients; a coordinator decides on it.

    Raises:
        NotIssued: the original has no file yet, or was discarded.
        AlreadySuperseded: another correction is in force; the error names its number.
        CorrectionPending: a correction of it waits for its decision, or to be issued.
        ReasonMissing, NothingToSay, NothingCorrected: the correction says nothing.
        TooManyRows, PassageTooLong: it says too much to be printed and read.
    """
    for correction in corrections:
        _check(correction)
    original = queries.locked(session, original.id)
    if original.status is Status.SUPERSEDED:
        raise AlreadySuperseded(
            number=original.number, newer=queries.in_force(session, original).number
        )
    if original.status not in ISSUED:
        raise NotIssued(document_id=original.id, status=original.status.value)
    earlier = queries.corrections(session, original.id)
    for pending in earlier:
        if pending.status is not Status.DISCARDED:
            raise CorrectionPending(
                number=original.number, document_id=pending.id, status=pending.status.value
            )
    document = drafting.draft(
        session,
        kind=DocumentKind.CORRECTION,
        key=f"correction:{original.id}:{len(earlier) + 1}",
        recipient_code=original.recipient_code,
        context=_context(original, corrections, reason, now),
        now=now,
    )
    document.corrects_id = original.id
    return document


def _check(correction: Correction) -> None:
    place = correction.place.ko
    for text in (correction.stood, correction.reads):
        if len(text) > _PASSAGE_LIMIT or text.count("\n") >= _PASSAGE_LINES:
            raise PassageTooLong(place=place, limit=_PASSAGE_LIMIT, lines=_PASSAGE_LINES)
    if correction.stood == correction.reads:
        raise NothingCorrected(place=place)


def _context(
    original: Document, corrections: Sequence[Correction], reason: Bilingual, now: datetime
) -> CorrectionContext:
    letter = from_json(original.kind, original.context).letter
    corrected = original.reference
    context = CorrectionContext(
        letter=Letter(
            recipients=letter.recipients,
            via=letter.via,
            title=Bilingual(
                ko=f"공문 정정 통보({corrected.number})",
                en=f"Correction of an official document ({corrected.number})",
            ),
            decided_on=seoul_date(now),
            disclosure=letter.disclosure,
            references=(corrected,),
            language=letter.language,
        ),
        corrected=corrected,
        corrected_title=letter.title,
        reason=reason,
        corrections=tuple(corrections),
    )
    if not (context.reason.ko and context.reason.en):
        raise ReasonMissing()
    return context


def decide_correction(
    db: Database,
    document_id: int,
    *,
    decision: Decision | str,
    name: str,
    reason: str,
    now: datetime,
) -> Document:
    """Record a coordinator's decision on a drafted correction.

    Approved, it is issued by the next sweep. Returned, it is discarded, and the original may be
    corrected anew.

    Raises:
        NotFound: no correction with this id.
        CorrectionDecided: it was decided before.
        DecisionIncomplete, DecisionUnknown: the form is not filled in; nothing is recorded.
    """
    with db.transaction() as session:
        document = queries.locked(session, document_id)
        if document.kind is not DocumentKind.CORRECTION:
            raise NotFound(
                thing_ko=f"정정 문서 {document_id}", thing_en=f"correction {document_id}"
            )
        if document.status is not Status.DRAFTED:
            raise CorrectionDecided(document_id=document_id, status=document.status.value)
        approval = record_decision(session, decision=decision, name=name, reason=reason, now=now)
        if approval.decision is Decision.APPROVE:
            # The day in print is that of the decision, not of the draft.
            context = from_json(document.kind, document.context)
            letter = replace(context.letter, decided_on=seoul_date(now))
            drafting.refresh(session, document, replace(context, letter=letter), now)
            drafting.approve(session, document, approval, now)
        else:
            drafting.discard(session, document, now)
    return document


def supersede(session: Session, original: Document, correction: Document, now: datetime) -> None:
    """Let an issued correction take the place of its original; quiet where it did already.

    The caller holds the locks of both, the original's first: rows are locked in the order of ids.
    """
    if original.status is Status.SUPERSEDED:
        return
    original.status = advance(original.status, Event.SUPERSEDED)
    original.superseded_at = now
    ledger.record(
        session,
        "document.superseded",
        subject=("document", original.id),
        now=now,
        by=correction.id,
        number=correction.number,
    )

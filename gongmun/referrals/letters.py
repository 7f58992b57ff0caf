"""The documents of this room: what a formal reminder and an escalation say."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from gongmun.calendar import calendar, rule
from gongmun.clock import seoul_date
from gongmun.documents import (
    Document,
    DocumentKind,
    EscalationContext,
    Letter,
    OverdueItem,
    Recipient,
    Reference,
    ReminderContext,
    drafting,
)
from gongmun.documents import Rung as ReminderRung
from gongmun.documents import queries as document_queries
from gongmun.organisations import Division, Organisation
from gongmun.organisations import queries as organisation_queries
from gongmun.referrals.clocks import days_overdue
from gongmun.referrals.history import extensions_of, history
from gongmun.referrals.ladder import Rung
from gongmun.referrals.models import Notice, Referral
from gongmun.referrals.names import RUNGS
from gongmun.suggestions import queries as suggestion_queries
from gongmun.text import Bilingual

_FORMS = {
    Rung.FIRST_REMINDER: (ReminderRung.FIRST, DocumentKind.FIRST_REMINDER),
    Rung.SECOND_REMINDER: (ReminderRung.SECOND, DocumentKind.SECOND_REMINDER),
}


def draft_reminder(
    session: Session, notice: Notice, rung: Rung, referrals: Sequence[Referral], *, now: datetime
) -> Document:
    """Draft and approve the formal reminder of one notice.

    No coordinator decides on it: the ladder is their standing decision.
    """
    today = seoul_date(now)
    ministry = organisation_queries.by_id(session, notice.organisation_id)
    document = drafting.draft(
        session,
        kind=_FORMS[rung][1],
        key=f"{notice.key}:{rung.value}",
        recipient_code=ministry.code,
        context=_reminder(session, ministry, rung, referrals, today, decided_on=today),
        now=now,
    )
    drafting.approve(session, document, None, now)
    return document


def _reminder(
    session: Session,
    ministry: Organisation,
    rung: Rung,
    referrals: Sequence[Referral],
    today: date,
    *,
    decided_on: date,
) -> ReminderContext:
    return ReminderContext(
        letter=Letter(
            recipients=(recipient(session, ministry, referrals),),
            title=Bilingual(
                ko=f"시민 제안 미회신 사항 회신 요청({RUNGS[rung].ko})",
                en=f"Request to answer overdue citizens' suggestions ({RUNGS[rung].en})",
            ),
            decided_on=decided_on,
            legal_basis=_legal_basis(referrals, today),
            references=_references(session, referrals),
        ),
        rung=_FORMS[rung][0],
        items=overdue_items(session, referrals, today),
    )


def draft_escalation(
    session: Session,
    key: str,
    ministry: Organisation,
    parent: Organisation,
    referrals: Sequence[Referral],
    *,
    now: datetime,
) -> Document:
    """Draft the escalation to the parent body with the whole case; a coordinator decides on it."""
    today = seoul_date(now)
    return drafting.draft(
        session,
        kind=DocumentKind.ESCALATION,
        key=key,
        recipient_code=parent.code,
        context=_escalation(session, ministry, parent, referrals, today, decided_on=today),
        now=now,
    )


def _escalation(
    session: Session,
    ministry: Organisation,
    parent: Organisation,
    referrals: Sequence[Referral],
    today: date,
    *,
    decided_on: date,
) -> EscalationContext:
    return EscalationContext(
        letter=Letter(
            recipients=(Recipient(office=_head(parent)),),
            title=Bilingual(
                ko=f"시민 제안 장기 미회신 사항 통보({ministry.name_ko})",
                en=f"Citizens' suggestions long unanswered ({ministry.name_en})",
            ),
            decided_on=decided_on,
            legal_basis=_legal_basis(referrals, today),
            references=_references(session, referrals),
        ),
        ministry_name=organisation_name(ministry),
        items=overdue_items(session, referrals, today),
        history=history(session, referrals, today),
    )


def refresh_document(
    session: Session,
    notice: Notice,
    document: Document,
    rung: Rung,
    referrals: Sequence[Referral],
    *,
    now: datetime,
) -> None:
    """Let a document that has no number yet say what is still true, under the same approval."""
    today = seoul_date(now)
    decided_on = seoul_date(document.approved_at) if document.approved_at else today
    ministry = organisation_queries.by_id(session, notice.organisation_id)
    if rung is Rung.ESCALATION:
        parent = organisation_queries.by_id(session, notice.addressee_id)
        context: ReminderContext | EscalationContext = _escalation(
            session, ministry, parent, referrals, today, decided_on=decided_on
        )
    else:
        context = _reminder(session, ministry, rung, referrals, today, decided_on=decided_on)
    drafting.refresh(session, document, context, now)


def overdue_items(
    session: Session, referrals: Sequence[Referral], today: date
) -> tuple[OverdueItem, ...]:
    """One line for each referral, as documents and mails list them."""
    items: list[OverdueItem] = []
    for referral in referrals:
        suggestion = suggestion_queries.by_id(session, referral.suggestion_id)
        document = _outcome_document(session, referral)
        assert referral.dispatched_at is not None
        items.append(
            OverdueItem(
                reference=suggestion.reference,
                title=suggestion.title,
                original_number=document.number or "",
                sent_on=seoul_date(referral.dispatched_at),
                due_on=referral.clocks.answer_due,
                days_overdue=days_overdue(referral.clocks.answer_due, today, calendar()),
            )
        )
    return tuple(items)


def _outcome_document(session: Session, referral: Referral) -> Document:
    assert referral.document_id is not None
    return document_queries.by_id(session, referral.document_id)


def recipient(session: Session, ministry: Organisation, referrals: Sequence[Referral]) -> Recipient:
    """The office of the ministry's head, with the division that handles all of the referrals.

    Without a division where the referrals differ in it.
    """
    heads: set[Bilingual | None] = set()
    for referral in referrals:
        topic = suggestion_queries.by_id(session, referral.suggestion_id).topic
        division = (
            organisation_queries.handling_division(session, ministry.id, topic) if topic else None
        )
        heads.add(_head(division) if division else None)
    return Recipient(office=_head(ministry), handling=heads.pop() if len(heads) == 1 else None)


def organisation_name(organisation: Organisation) -> Bilingual:
    """The name of an organisation, as documents write it."""
    return Bilingual(ko=organisation.name_ko, en=organisation.name_en)


def _head(body: Organisation | Division) -> Bilingual:
    return Bilingual(ko=body.head_ko, en=body.head_en)


def _legal_basis(referrals: Sequence[Referral], today: date) -> tuple[Bilingual, ...]:
    rules = (rule(referral.answer_rule, today) for referral in referrals)
    cited = (Bilingual(ko=each.citation_ko, en=each.citation_en) for each in rules)
    return tuple(dict.fromkeys(cited))


def _references(session: Session, referrals: Sequence[Referral]) -> tuple[Reference, ...]:
    """The outcome documents, and those that moved a deadline, once each."""
    documents = {
        referral.document_id: _outcome_document(session, referral) for referral in referrals
    }
    for referral in referrals:
        documents |= {document.id: document for document in extensions_of(session, referral.id)}
    return tuple(document.reference for document in documents.values())

"""The documents of this room: the decision on a request for an extension (기한 연장 결정)."""

from datetime import datetime

from sqlalchemy.orm import Session

from gongmun.answers.models import Extension
from gongmun.calendar import rule
from gongmun.clock import seoul_date
from gongmun.documents import (
    Approval,
    Document,
    DocumentKind,
    ExtendedItem,
    ExtensionContext,
    Letter,
    drafting,
)
from gongmun.documents import queries as document_queries
from gongmun.organisations import queries as organisation_queries
from gongmun.referrals.letters import recipient
from gongmun.referrals.models import Referral
from gongmun.suggestions import queries as suggestion_queries
from gongmun.text import Bilingual


def draft_extension(
    session: Session, extension: Extension, referral: Referral, approval: Approval, *, now: datetime
) -> Document:
    """Draft the document that tells a ministry of the decision on its request."""
    ministry = organisation_queries.by_id(session, referral.organisation_id)
    return drafting.draft(
        session,
        kind=DocumentKind.EXTENSION,
        key=f"extension:{extension.id}",
        recipient_code=ministry.code,
        context=_context(session, extension, referral, approval, now),
        now=now,
    )


def _context(
    session: Session, extension: Extension, referral: Referral, approval: Approval, now: datetime
) -> ExtensionContext:
    ministry = organisation_queries.by_id(session, referral.organisation_id)
    suggestion = suggestion_queries.by_id(session, referral.suggestion_id)
    assert referral.document_id is not None
    assert referral.dispatched_at is not None
    outcome = document_queries.by_id(session, referral.document_id)
    basis = rule(referral.answer_rule, seoul_date(referral.dispatched_at))
    return ExtensionContext(
        letter=Letter(
            recipients=(recipient(session, ministry, [referral]),),
            title=Bilingual(
                ko="시민 제안 회신 기한 연장 요청에 대한 결정 통보",
                en="Decision on the request for more time to answer a citizen's suggestion",
            ),
            decided_on=seoul_date(now),
            legal_basis=(Bilingual(ko=basis.citation_ko, en=basis.citation_en),),
            references=(outcome.reference,),
        ),
        requested_on=seoul_date(extension.requested_at),
        request_reason=extension.reason,
        items=(
            ExtendedItem(
                reference=suggestion.reference,
                title=suggestion.title,
                original_number=outcome.number or "",
                due_on=extension.old_due,
                asked_for=extension.until,
                new_due=extension.new_due,
            ),
        ),
        # A coordinator writes it once, in the language of the office.
        decision_reason=Bilingual(ko=approval.reason, en=approval.reason),
    )

"""What this room writes: the outcome document (결과 통보 공문) and the mail that carries it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from gongmun.access import links
from gongmun.calendar import calendar
from gongmun.clock import seoul_date
from gongmun.documents import (
    Document,
    Letter,
    OutcomeContext,
    Role,
    SuggestionItem,
    TransferredFrom,
)
from gongmun.documents import queries as document_queries
from gongmun.forums.models import Forum
from gongmun.forums.names import KINDS
from gongmun.mail import Dispatch, OutgoingMessage, compose, enqueue
from gongmun.organisations import Organisation
from gongmun.organisations import queries as organisation_queries
from gongmun.referrals import queries as referral_queries
from gongmun.referrals.clocks import StartedClocks, start_clocks
from gongmun.referrals.letters import organisation_name, recipient
from gongmun.referrals.mailing import attachment, mailbox
from gongmun.referrals.models import Referral
from gongmun.settings import settings
from gongmun.suggestions import queries as suggestion_queries
from gongmun.suggestions.models import Suggestion
from gongmun.text import Bilingual

_NO_TOPIC = Bilingual(ko="기타", en="Other")


def outcome_context(
    session: Session,
    forum: Forum,
    ministry: Organisation,
    referrals: Sequence[Referral],
    *,
    now: datetime,
) -> OutcomeContext:
    """All that the outcome document of one ministry says. Deadlines are counted from `now`."""
    clocks = _clocks(referrals, now)
    assert forum.ends_at is not None
    kind, answer_rule = KINDS[forum.kind], clocks.answer.rule
    return OutcomeContext(
        letter=Letter(
            recipients=(recipient(session, ministry, referrals),),
            title=Bilingual(
                ko=f"{kind.ko} 결과 통보 및 시민 제안 회신 요청",
                en=f"Outcome of the {kind.en} and request to answer citizens' suggestions",
            ),
            decided_on=seoul_date(now),
            legal_basis=(Bilingual(ko=answer_rule.citation_ko, en=answer_rule.citation_en),),
        ),
        forum_title=Bilingual(ko=forum.title_ko, en=forum.title_en),
        forum_period=(seoul_date(forum.starts_at), seoul_date(forum.ends_at)),
        suggestions=tuple(_item(session, referral) for referral in referrals),
        acknowledge_by=clocks.acknowledge.due,
        answer_due=clocks.answer.due,
        # The citation stands among the legal basis.
        answer_due_explanation=clocks.answer.explain_counting(),
        transferred_from=_transferred_from(session, referrals),
    )


def _transferred_from(session: Session, referrals: Sequence[Referral]) -> TransferredFrom | None:
    """Of a transferred referral, which has a document of its own: who had it before, by which document."""
    if (before_id := referrals[0].transferred_from_id) is None:
        return None
    before = referral_queries.by_id(session, before_id)
    assert before.document_id is not None
    ministry = organisation_queries.by_id(session, before.organisation_id)
    return TransferredFrom(
        ministry_name=organisation_name(ministry),
        document=document_queries.by_id(session, before.document_id).reference,
    )


def _clocks(referrals: Sequence[Referral], now: datetime) -> StartedClocks:
    return start_clocks(referrals[0].answer_rule, now, calendar())


def _item(session: Session, referral: Referral) -> SuggestionItem:
    suggestion = suggestion_queries.by_id(session, referral.suggestion_id)
    others = referral_queries.of_suggestion(session, referral.outcome_id, suggestion.id)
    names = {
        other.id: organisation_name(organisation_queries.by_id(session, other.organisation_id))
        for other in others
    }
    return SuggestionItem(
        reference=suggestion.reference,
        title=suggestion.title,
        body=suggestion.body,
        topic=_topic_name(session, suggestion.topic),
        role=referral.role,
        lead_name=next(names[other.id] for other in others if other.role is Role.LEAD),
        cooperating_names=tuple(
            names[other.id] for other in others if other.role is Role.COOPERATING
        ),
    )


def _topic_name(session: Session, code: str | None) -> Bilingual:
    topic = organisation_queries.topic(session, code) if code else None
    return Bilingual(ko=topic.name_ko, en=topic.name_en) if topic else _NO_TOPIC


def send_outcome(session: Session, forum: Forum, document: Document, now: datetime) -> Dispatch:
    """Queue the mail that carries a rendered outcome document, and give the ministry its link."""
    dispatch = enqueue(session, outcome_message(session, forum, document), now)
    links.grant_ministry(
        session,
        organisation_id=referral_queries.of_document(session, document.id)[0].organisation_id,
        document_ids=[document.id],
        dispatch=dispatch,
        now=now,
    )
    return dispatch


def outcome_message(session: Session, forum: Forum, document: Document) -> OutgoingMessage:
    """The mail that carries a rendered outcome document to its ministry."""
    referrals = referral_queries.of_document(session, document.id)
    ministry = organisation_queries.by_id(session, referrals[0].organisation_id)
    suggestions: Sequence[Suggestion] = [
        suggestion_queries.by_id(session, referral.suggestion_id) for referral in referrals
    ]
    assert document.approved_at is not None
    mail = compose(
        referral_queries.OUTCOME_INTENT,
        {
            "agency": settings().agency,
            "ministry": ministry,
            "forum": forum,
            "document": document,
            "suggestions": suggestions,
            "transferred_from": _transferred_from(session, referrals),
            # The dates that stand in the document, which are counted from the decision.
            "clocks": _clocks(referrals, document.approved_at),
            "link": links.blank(),
        },
    )
    return OutgoingMessage(
        key=f"outcome:{document.id}",
        intent=referral_queries.OUTCOME_INTENT,
        organisation_code=ministry.code,
        address=mailbox(session, ministry.id),
        subject=mail.subject,
        body=mail.body,
        attachments=(attachment(document),),
        document_id=document.id,
    )

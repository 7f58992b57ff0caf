"""Mails that tell a ministry about one of its referrals: what we answered or decided, and where to go on."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from gongmun.access import links
from gongmun.clock import seoul_date
from gongmun.documents import Document
from gongmun.mail import Dispatch, OutgoingMessage, compose, enqueue
from gongmun.organisations import queries as organisation_queries
from gongmun.referrals.mailing import attachment, mailbox, thread
from gongmun.referrals.models import Referral
from gongmun.settings import settings
from gongmun.suggestions import queries as suggestion_queries


def tell(
    session: Session,
    referral: Referral,
    *,
    intent: str,
    key: str,
    context: Mapping[str, Any],
    now: datetime,
    document: Document | None = None,
    link: bool = True,
) -> Dispatch | None:
    """Put a mail to the ministry of a referral into the outbox, in the thread of its outcome document.

    With an issued `document` attached, where there is one, and the link to the referral's page unless
    the ministry has nothing to do there any more. None where the ministry is no more and nobody has said yet
    who comes after it: the successor finds on the page what was decided, and is told of the page.
    """
    ministry = organisation_queries.by_id(session, referral.organisation_id)
    if ministry.has_ended(seoul_date(now)):
        return None
    mail = compose(
        intent,
        {
            "agency": settings().agency,
            "ministry": ministry,
            "referral": referral,
            "suggestion": suggestion_queries.by_id(session, referral.suggestion_id),
            "document": document,
            "link": links.blank() if link else None,
            **context,
        },
    )
    dispatch = enqueue(
        session,
        OutgoingMessage(
            key=key,
            intent=intent,
            organisation_code=ministry.code,
            address=mailbox(session, ministry.id),
            subject=mail.subject,
            body=mail.body,
            attachments=(attachment(document),) if document else (),
            references=thread(session, [referral.document_id]),
            document_id=document.id if document else referral.document_id,
        ),
        now,
    )
    if link and referral.document_id is not None:
        links.grant_ministry(
            session,
            organisation_id=ministry.id,
            document_ids=[referral.document_id],
            dispatch=dispatch,
            now=now,
        )
    return dispatch

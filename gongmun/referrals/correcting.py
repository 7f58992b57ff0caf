"""Send corrections (정정 통보): to the mailbox that has the original, in its thread."""

import logging
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from gongmun.access import links
from gongmun.clock import seoul_date
from gongmun.db import Database
from gongmun.documents import INTERNAL_CODE, Document
from gongmun.documents import queries as document_queries
from gongmun.documents.contexts import CorrectionContext, from_json
from gongmun.documents.correcting import supersede
from gongmun.documents.life import ISSUED
from gongmun.errors import GongmunError
from gongmun.mail import OutgoingMessage, compose, enqueue
from gongmun.organisations import Organisation
from gongmun.organisations import queries as organisation_queries
from gongmun.referrals import queries
from gongmun.referrals.mailing import attachment, mailbox, mails_of
from gongmun.settings import settings

CORRECTION_INTENT = "correction"

log = logging.getLogger(__name__)


def send_corrections(db: Database, *, now: datetime) -> Sequence[int]:
    """Let every issued correction take its original's place and put its mail into the outbox.

    Both in one transaction: a killed sweep has done both or neither, and the next one goes on.
    Returns the ids of the mails; one that fails does not hold up the others.
    """
    with db.reading() as session:
        waiting = queries.unsent_corrections(session)
    queued: list[int] = []
    for document_id in waiting:
        try:
            with db.transaction() as session:
                dispatch_id = _send(session, document_id, now)
            if dispatch_id is not None:
                queued.append(dispatch_id)
        except GongmunError as error:
            log.warning("document %s: %s", document_id, error)
    return queued


def _send(session: Session, document_id: int, now: datetime) -> int | None:
    corrects_id = document_queries.by_id(session, document_id).corrects_id
    assert corrects_id is not None
    original = document_queries.locked(session, corrects_id)
    correction = document_queries.locked(session, document_id)
    if correction.status not in ISSUED:
        return None
    supersede(session, original, correction, now)
    if correction.recipient_code == INTERNAL_CODE:
        return None  # a report: it is published, and mailed to nobody
    dispatch = enqueue(session, _message(session, original, correction, now), now)
    referrals = queries.of_document(session, original.id)
    if referrals:
        successor = _successor(session, original)
        links.grant_ministry(
            session,
            organisation_id=successor.id if successor else referrals[0].organisation_id,
            document_ids=[original.id],
            dispatch=dispatch,
            now=now,
        )
    return dispatch.id


def _message(
    session: Session, original: Document, correction: Document, now: datetime
) -> OutgoingMessage:
    context = from_json(correction.kind, correction.context)
    assert isinstance(context, CorrectionContext)
    mail = compose(
        CORRECTION_INTENT,
        {
            "agency": settings().agency,
            "recipients": context.letter.recipients,
            "original": original,
            "document": correction,
            "context": context,
            # A correction of a reminder asks for no answer of its own.
            "link": links.blank() if queries.of_document(session, original.id) else None,
        },
    )
    before = next(iter(mails_of(session, original.id)), None)
    successor = _successor(session, original)
    if successor is not None:
        before = None  # it never saw that mail
    return OutgoingMessage(
        key=f"correction:{correction.id}",
        intent=CORRECTION_INTENT,
        organisation_code=successor.code if successor is not None else correction.recipient_code,
        # Whoever has the original needs the correction; where none arrived, whoever is there now.
        address=(
            before.address
            if before is not None and before.accepted_at is not None
            else _mailbox_today(
                session,
                successor.code if successor is not None else correction.recipient_code,
                now,
            )
        ),
        subject=mail.subject,
        body=mail.body,
        attachments=(attachment(correction),),
        references=(*before.references, before.message_id) if before is not None else (),
        document_id=correction.id,
    )


def _successor(session: Session, original: Document) -> Organisation | None:
    """Who took a document's referrals over from its recipient; None where that has them still."""
    holders = (
        organisation_queries.by_id(session, referral.organisation_id)
        for referral in queries.of_document(session, original.id)
    )
    return next((each for each in holders if each.code != original.recipient_code), None)


def _mailbox_today(session: Session, code: str, now: datetime) -> str | None:
    ministry = organisation_queries.current_successor(session, code, seoul_date(now))
    return mailbox(session, ministry.id) if ministry is not None else None

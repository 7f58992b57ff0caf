"""Confirming (회신 확인): a coordinator completes what a reply opened, and submits it for the ministry.

Only what came by mail: a draft that an officer has saved in the portal since is the officer's to submit,
whatever stands in it.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from gongmun.answers import content as contents
from gongmun.answers import drafting, settling, submitting
from gongmun.answers import queries as answer_queries
from gongmun.answers import reply_queries as queries
from gongmun.answers.content import CommitmentContent, Content
from gongmun.answers.filing import named
from gongmun.answers.models import Channel, Receipt, Reply, ReplyStatus
from gongmun.db import Database
from gongmun.errors import GongmunError
from gongmun.referrals.models import ResponseDecision
from gongmun.text import clean


class ReplyNotOpened(GongmunError):
    """A reply that has nothing to confirm: it is not filed, it was submitted, or an officer has it."""

    code = "answers.reply_not_opened"
    ko = (
        "회신 메일 {reply_id}번에는 확인할 초안이 없습니다(상태: {status}). 분류 전이면 gongmun reply file 로 먼저 "
        "공문을 지정해 주십시오. 파일만 온 회신은 gongmun reply complete 로 처리 결과를 먼저 적어 주십시오. 기관 "
        "담당자가 포털에서 저장한 초안은 기관이 직접 제출합니다."
    )
    en = (
        "Reply {reply_id} has no draft to confirm (status: {status}). If it is not filed yet, file it "
        "first with `gongmun reply file`. If it brought files only, say what they decide with "
        "`gongmun reply complete`. What an officer has saved in the portal is the officer's to submit."
    )


def confirm(db: Database, reply_id: int, *, name: str, now: datetime) -> Receipt:
    """Submit what came by mail and stands in the drafts of a reply's document, for the ministry.

    The same checks as in the portal; everything else of the document is left open, with its draft. It
    counts as received when the mail arrived, see `submitting.submit`. The receipt goes to the ministry's
    registered contact.

    Raises:
        NotFound: no such reply.
        ReplyNotOpened: there is no draft.
        NotTaken: a draft lacks something; it lists every problem.
        NameMissing: nobody answers for it.
    """
    name = named(name)
    with db.reading() as session:
        reply = queries.by_id(session, reply_id)
        drafts = drafts_of(session, reply)
        if not drafts:
            raise ReplyNotOpened(reply_id=reply_id, status=reply.status.value)
        assert reply.document_id is not None
        referrals = settling.with_ministry(session, reply.document_id)
        waiting = [referral.id for referral in referrals]
    receipt = submitting.submit(
        db,
        reply.document_id,
        organisation_id=referrals[0].organisation_id,
        answers=drafts,
        left_open=[each for each in waiting if each not in drafts],
        channel=Channel.MAIL,
        address=None,
        now=now,
    )
    with db.transaction() as session:
        reply = queries.locked(session, reply_id)
        if reply.status is ReplyStatus.FILED:
            settling.settle(session, reply, now=now, name=name)
    return receipt


def complete(
    db: Database,
    reply_id: int,
    *,
    referral_id: int,
    decision: ResponseDecision,
    reason: str = "",
    review_by: date | None = None,
    commitments: tuple[CommitmentContent, ...] = (),
    now: datetime,
) -> None:
    """Add what a mail does not say to the draft that it opened. A `reason` takes the place of the mail's.

    A reply that brought files and no words has opened none: then the referral gets one, with the files, or
    goes on from what was sent back.
    Either way it stays an answer of the moment at which the mail arrived.

    Raises:
        NotFound: no such reply.
        ReplyNotOpened: the referral has no draft of this reply's document, and there are no files for one.
    """
    with db.transaction() as session:
        reply = queries.locked(session, reply_id)
        before = drafts_of(session, reply).get(referral_id)
        if before is None and _bring_files(session, reply, referral_id):
            before = drafting.draft(session, referral_id) or Content()
        if before is None:
            raise ReplyNotOpened(reply_id=reply_id, status=reply.status.value)
        content = replace(
            before,
            decision=decision,
            reason=clean(reason) or before.reason,
            review_by=review_by or before.review_by,
            commitments=commitments or before.commitments,
        )
        kept = answer_queries.draft(session, referral_id)
        arrived_at = kept.arrived_at if kept is not None else None
        drafting.keep(
            session,
            referral_id,
            content=content,
            channel=Channel.MAIL,
            now=now,
            arrived_at=arrived_at or queries.mail(session, reply).arrived_at,
        )


def _bring_files(session: Session, reply: Reply, referral_id: int) -> bool:
    """Put the files of a reply that lie with no draft to a referral without one; whether it has any then.

    What we sent back and nobody has gone on with is none.
    """
    if reply.status is not ReplyStatus.FILED or reply.document_id is None:
        return False
    undrafted = [
        referral.id
        for referral in settling.with_ministry(session, reply.document_id)
        for kept in [answer_queries.draft(session, referral.id)]
        if kept is None or kept.channel is Channel.COORDINATOR
    ]
    if referral_id not in undrafted:
        return False
    brought = {file["sha256"] for file in queries.mail(session, reply).attachments}
    files = [
        file
        for file in answer_queries.draft_files(session, undrafted)
        if file.channel is Channel.MAIL and file.sha256 in brought
    ]
    for file in files:
        file.referral_id = referral_id
    return bool(files)


def drafts_of(session: Session, reply: Reply) -> Mapping[int, Content]:
    """What `confirm` would submit: the drafts by mail of the referrals that are with the ministry."""
    if reply.status is not ReplyStatus.FILED or reply.document_id is None:
        return {}
    kept = (
        answer_queries.draft(session, referral.id)
        for referral in settling.with_ministry(session, reply.document_id)
    )
    found = {
        draft.referral_id: contents.from_json(draft.content)
        for draft in kept
        if draft is not None and draft.channel is Channel.MAIL
    }
    return {
        referral_id: content
        for referral_id, content in found.items()
        if not content.is_empty and not content.left_open
    }

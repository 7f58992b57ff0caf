"""Taking back a filing (분류 취소): a reply that was filed to the wrong document goes to the holding pen again.

Its text and files leave the drafts, where they are as the mail said them: what an officer has rewritten is
the officer's and stays. An acknowledgement stays too, as the ministry has a receipt for it.
"""

import re
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.answers import drafting, files, opening, reading, settling
from gongmun.answers import queries as answer_queries
from gongmun.answers import reply_queries as queries
from gongmun.answers.content import Content
from gongmun.answers.filing import ReplyDecided
from gongmun.answers.models import Channel, Reply, ReplyStatus
from gongmun.answers.reply_life import Event
from gongmun.db import Database
from gongmun.ledger import Actor
from gongmun.mail.models import IncomingMail
from gongmun.text import shorten

# Before what a later mail added to a draft.
_PARTS = re.compile(rf"\n\n(?={re.escape(opening.HEADING)})")


def unfile(db: Database, reply_id: int, *, now: datetime) -> None:
    """Put a filed reply back into the holding pen, and what it opened out of the drafts.

    Raises:
        NotFound: no such reply.
        ReplyDecided: it was confirmed, submitted or dismissed, or is in the holding pen.
    """
    with db.transaction() as session:
        reply = queries.locked(session, reply_id)
        if not (reply.status is ReplyStatus.FILED or _opened_nothing(reply)):
            raise ReplyDecided(reply_id=reply_id, status=reply.status.value)
        document_id = reply.document_id
        assert document_id is not None
        mail = queries.mail(session, reply)
        waiting = [referral.id for referral in settling.with_ministry(session, document_id)]
        if reply.opened_at is not None:
            for referral_id in waiting:
                _withdraw(session, referral_id, mail, now)
        # Also of one that was being opened when its process was killed.
        _take_files_back(session, reply, mail, waiting, now)
        queries.move(
            session,
            reply,
            Event.UNFILED,
            document_id=None,
            filed_by=None,
            filed_at=None,
            opened_at=None,
            refused=[],
            settled_at=None,
            settled_by=None,
        )
        ledger.record(
            session,
            "reply.unfiled",
            subject=("reply", reply_id),
            now=now,
            actor=Actor.COORDINATOR,
            document_id=document_id,
        )


def _opened_nothing(reply: Reply) -> bool:
    """Whether it was settled by being filed: there was nothing to confirm."""
    return (
        reply.status is ReplyStatus.SETTLED
        and reply.opened_at is not None
        and reply.opened_at == reply.settled_at
        and reply.settled_by is None
    )


def _withdraw(session: Session, referral_id: int, mail: IncomingMail, now: datetime) -> None:
    """Take what the mail says out of a draft."""
    kept = answer_queries.draft(session, referral_id)
    before = drafting.draft(session, referral_id)
    if kept is None or before is None:
        return
    parts = _PARTS.split(before.reason)
    own = [part for number, part in enumerate(parts) if _is_of(part, mail, first=number == 0)]
    if not own:
        return
    reason = "\n\n".join(part for part in parts if part not in own)
    # Without a reason, what a coordinator added to the mail has nothing to stand with.
    is_all = not reason and kept.channel is Channel.MAIL
    said = {reading.decision(part) for part in own}
    after = (
        Content()
        if is_all
        else replace(
            before,
            reason=reason,
            decision=None if before.decision in said else before.decision,
        )
    )
    drafting.keep(session, referral_id, content=after, channel=kept.channel, now=now)


def _is_of(part: str, mail: IncomingMail, *, first: bool) -> bool:
    """Whether a part of a draft is the mail's, and nothing but what stands in it."""
    heading = opening.heading(mail.collected_at)
    if not first and not part.startswith(heading):
        return False
    written = {line.strip() for line in part.removeprefix(heading).split("\n")} - {""}
    texts = [text for text in (mail.shown, mail.text) if text]
    texts += [shorten(text, reading.LONGEST) for text in texts]
    said = {line.strip() for text in texts for line in text.split("\n")}
    return bool(written) and written <= said


def _take_files_back(
    session: Session, reply: Reply, mail: IncomingMail, referral_ids: list[int], now: datetime
) -> None:
    """The mail's files; not those that another reply has brought too."""
    others = {
        file["sha256"]
        for other in queries.of_document(session, reply.document_id)
        if other.id != reply.id
        for file in queries.mail(session, other).attachments
    }
    brought = {file["sha256"] for file in mail.attachments} - others
    for file in answer_queries.draft_files(session, referral_ids):
        if file.channel is Channel.MAIL and file.sha256 in brought:
            files.take_back(session, file.id, now=now)

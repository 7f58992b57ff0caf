"""Taking back a filing (분류 취소): a reply that was filed to the wrong document goes to the holding pen again.

Its text and files leave the drafts, where they are as the mail said them: what an officer has rewritten is
the officer's and stays. An acknowledgement stays too, as the ministry has a receipt for it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.answers import drafting, files, opening, reading, reasons, settling
from gongmun.answers import queries as answer_queries
from gongmun.answers import reply_queries as queries
from gongmun.answers.content import Content
from gongmun.answers.filing import ReplyDecided
from gongmun.answers.models import Channel, Reply, ReplyStatus
from gongmun.answers.reply_life import Event
from gongmun.answers.splitting import Item
from gongmun.db import Database
from gongmun.ledger import Actor
from gongmun.mail.models import IncomingMail
from gongmun.referrals.models import ResponseDecision
from gongmun.text import clean_line, shorten

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
        present = settling.with_ministry(session, document_id)
        waiting = [referral.id for referral in present]
        if reply.opened_at is not None:
            items = opening.items_of(session, present)
            others = [
                _said(queries.mail(session, other), items)
                for other in queries.of_document(session, document_id)
                if other.id != reply.id and other.status is ReplyStatus.FILED
            ]
            said = _said(mail, items)
            for referral_id in waiting:
                _withdraw(session, referral_id, said, others, now)
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


@dataclass(frozen=True, kw_only=True, slots=True)
class _Mail:
    """What a mail may have put into the drafts of its document: lines, and decisions."""

    heading: str
    arrived_at: datetime
    lines: frozenset[str]
    decisions: frozenset[ResponseDecision]

    def wrote(self, part: str, *, first: bool) -> bool:
        """Whether a part of a draft is the mail's, and nothing but what stands in it."""
        if not first and not part.startswith(self.heading):
            return False
        written = {line.strip() for line in part.removeprefix(self.heading).split("\n")} - {""}
        return bool(written) and written <= self.lines


def _said(mail: IncomingMail, items: Sequence[Item]) -> _Mail:
    texts = [text for text in (mail.shown, mail.text) if text]
    texts += [shorten(text, reading.LONGEST) for text in texts]
    decisions = frozenset(
        said for text in texts for line in text.split("\n") if (said := reading.decision(line))
    )
    # A draft has the lines without what was read in them.
    bare = [
        reasons.reason(text, items, decision=decision, acknowledges=acknowledges)
        for text in texts
        for decision in (None, *decisions)
        for acknowledges in (False, True)
    ]
    return _Mail(
        heading=opening.heading(mail.arrived_at),
        arrived_at=mail.arrived_at,
        lines=frozenset(clean_line(line) for text in (*texts, *bare) for line in text.split("\n")),
        decisions=decisions,
    )


def _withdraw(
    session: Session, referral_id: int, mail: _Mail, others: Sequence[_Mail], now: datetime
) -> None:
    """Take what the mail says out of a draft."""
    kept = answer_queries.draft(session, referral_id)
    before = drafting.draft(session, referral_id)
    if kept is None or before is None:
        return
    parts = _PARTS.split(before.reason)
    own = [part for part in parts if mail.wrote(part, first=part is parts[0])]
    left = [part for part in parts if part not in own]
    arrived = [
        other.arrived_at
        for other in others
        if any(other.wrote(part, first=part is parts[0]) for part in left)
    ]
    by_mail = kept.channel is Channel.MAIL
    # A coordinator has written other words in place of the mail's, or only what it lacked.
    is_rewritten = by_mail and kept.arrived_at == mail.arrived_at and not arrived
    if not own and not is_rewritten:
        return
    # Without a reason, what a coordinator added to the mail has nothing to stand with.
    is_all = by_mail and (not left or not own)
    after = (
        Content()
        if is_all
        else replace(
            before,
            reason="\n\n".join(left),
            decision=None if before.decision in mail.decisions else before.decision,
        )
    )
    drafting.keep(
        session,
        referral_id,
        content=after,
        # Words that no mail has brought are those of an answer that we sent back.
        channel=Channel.COORDINATOR if by_mail and not arrived else kept.channel,
        now=now,
        arrived_at=max(arrived, default=None) if by_mail else None,
    )


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

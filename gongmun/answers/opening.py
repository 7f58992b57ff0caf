"""What a reply does once it is known which document it is about: it acknowledges, and opens the drafts.

It never decides: what it says stands in the drafts of the referrals that are with the ministry, for the
officer or a coordinator to confirm. What was there before stays above it. Files go with the part that is
first; those that are not taken are noted with the reason, and remain in the stored mail.

Acknowledgement and files are harmless to repeat; the drafts, the mail to the officer and the mark that it
was done are one transaction: a killed process is followed by the next sweep, and nothing is there twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.access import links
from gongmun.answers import drafting, reading, reasons
from gongmun.answers import queries as answer_queries
from gongmun.answers import reply_queries as queries
from gongmun.answers.attached import Refused, take_files
from gongmun.answers.content import Content
from gongmun.answers.models import Channel, Reply, ReplyStatus, ResponseDraft
from gongmun.answers.receipts import acknowledge_document
from gongmun.answers.scanning import Scanner
from gongmun.answers.settling import settle, with_ministry
from gongmun.answers.splitting import Item, split
from gongmun.clock import SEOUL, seoul_date
from gongmun.db import Database
from gongmun.documents import Document, FileStore, Role
from gongmun.documents import queries as document_queries
from gongmun.ledger import Actor
from gongmun.mail import OutgoingMessage, compose, enqueue
from gongmun.mail.models import IncomingMail
from gongmun.organisations import queries as organisation_queries
from gongmun.referrals import queries as referral_queries
from gongmun.referrals.ladder import Ladder
from gongmun.referrals.life import Status
from gongmun.referrals.mailing import mailbox, thread
from gongmun.referrals.models import Referral, ResponseDecision
from gongmun.settings import settings
from gongmun.text import korean_date, shorten

INTENT = "reply_taken"
# How what a mail adds to a draft begins.
HEADING = "──── 회신 메일("
# What answers itself by machine, and does not say so, is written to once a day.
_ONE_MAIL_IN = timedelta(hours=24)


def open_reply(
    db: Database,
    reply_id: int,
    *,
    store: FileStore,
    scanner: Scanner | None,
    ladder: Ladder,
    now: datetime,
) -> None:
    """Do what a filed reply says, once; quiet where it was done.

    Raises:
        ScannerUnavailable: nobody could look at its files; the next sweep tries again.
        StoreUnavailable: its files cannot be read or kept; likewise.
    """
    with db.reading() as session:
        reply = queries.by_id(session, reply_id)
        if not _is_to_open(reply) or reply.document_id is None:
            return
        mail = queries.mail(session, reply)
        document = document_queries.by_id(session, reply.document_id)
        present = with_ministry(session, document.id)
        ours = queries.divisions(session)
        of_document = referral_queries.of_document(session, document.id)
    said = reading.acknowledgement(
        f"{mail.subject or ''}\n{(mail.shown or '')[: reading.LONGEST]}", ours=ours
    )
    if said is not None:
        acknowledge_document(
            db,
            document.id,
            organisation_id=of_document[0].organisation_id,
            registration_number=said.number,
            channel=Channel.MAIL,
            address=None,
            ladder=ladder,
            received_at=_received(mail, of_document, now),
            now=now,
        )
    text = _text(mail, acknowledges=said is not None)
    items = _items(db, present)
    parts = _parts(text, items, present)
    target = next(iter(parts), None) or _first(present)
    taken, refused = take_files(db, mail, document, target, store=store, scanner=scanner, now=now)
    with db.transaction() as session:
        reply = queries.locked(session, reply_id)
        # It may have been filed elsewhere meanwhile: then that is opened by the next sweep.
        if _is_to_open(reply) and reply.document_id == document.id:
            drafted = [
                _Part(
                    referral_id=referral_id,
                    text=part,
                    items=items,
                    acknowledges=said is not None,
                    arrived_at=mail.arrived_at,
                )
                for referral_id, part in parts.items()
            ]
            _note(session, reply, document, drafted, taken=taken, refused=refused, now=now)


def _is_to_open(reply: Reply) -> bool:
    return reply.status is ReplyStatus.FILED and reply.opened_at is None


def _received(mail: IncomingMail, referrals: Sequence[Referral], now: datetime) -> datetime:
    """When the ministry acknowledged: when its mail arrived, however late somebody files it.

    `now` where the document was dispatched again since: what is sent again is acknowledged again.
    """
    dispatched = [r.dispatched_at for r in referrals if r.status is Status.DISPATCHED]
    is_before = any(moment and mail.arrived_at < moment for moment in dispatched)
    return now if is_before else min(mail.arrived_at, now)


def _first(referrals: Sequence[Referral]) -> int | None:
    """What gets all that cannot be told apart: the first that the ministry leads on, else the first."""
    leading = [referral for referral in referrals if referral.role is Role.LEAD]
    return next((referral.id for referral in (*leading, *referrals)), None)


def _text(mail: IncomingMail, *, acknowledges: bool) -> str:
    """What goes into the drafts: empty where the mail says no more than that it was received."""
    shown = (mail.shown or "").strip()
    if not shown:
        # Whoever writes below or between what they quote is not cut off.
        return "" if acknowledges else shorten((mail.text or "").strip(), reading.LONGEST)
    shown = shorten(shown, reading.LONGEST)
    return shown if reading.is_answer(shown, acknowledges=acknowledges) else ""


def _items(db: Database, referrals: Sequence[Referral]) -> Sequence[Item]:
    with db.reading() as session:
        return items_of(session, referrals)


def items_of(session: Session, referrals: Sequence[Referral]) -> Sequence[Item]:
    """The suggestions that a reply about these referrals may name."""
    suggestions = answer_queries.suggestions_of(session, [r.id for r in referrals])
    return [
        Item(referral_id=referral_id, reference=suggestion.reference, title=suggestion.title)
        for referral_id, suggestion in suggestions.items()
    ]


def _parts(text: str, items: Sequence[Item], referrals: Sequence[Referral]) -> Mapping[int, str]:
    first = _first(referrals)
    return {} if first is None else split(text, items, first=first)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Part:
    """What a mail says of one referral, with what is left out of it for the reason."""

    referral_id: int
    text: str
    items: Sequence[Item]
    acknowledges: bool
    arrived_at: datetime

    def reason(self, decision: ResponseDecision | None) -> str:
        """The reason in it, with every decision in its words but this one."""
        return reasons.reason(
            self.text, self.items, decision=decision, acknowledges=self.acknowledges
        )


def _note(
    session: Session,
    reply: Reply,
    document: Document,
    parts: Sequence[_Part],
    *,
    taken: int,
    refused: Sequence[Refused],
    now: datetime,
) -> None:
    """Write the drafts, tell the officer, mark the reply as opened."""
    present = {referral.id: referral for referral in with_ministry(session, document.id)}
    written = [part for part in parts if part.referral_id in present]
    for part in written:
        _write(session, part, now=now)
    drafted = [part.referral_id for part in written]
    reply.opened_at = now
    reply.refused = [asdict(file) for file in refused]
    ledger.record(
        session,
        "reply.opened",
        subject=("reply", reply.id),
        now=now,
        actor=Actor.MINISTRY,
        document_id=document.id,
        referrals=drafted,
        files=taken,
        refused=len(refused),
    )
    if present and (drafted or taken or refused):
        _tell(session, reply, document, files=taken, refused=len(refused), now=now)
    else:
        settle(session, reply, now=now)


def _write(session: Session, part: _Part, *, now: datetime) -> None:
    """Below what the draft has; a decision that is there stays."""
    kept = answer_queries.draft(session, part.referral_id)
    before = drafting.draft(session, part.referral_id) or Content()
    said = reading.decision(part.text)
    decision = before.decision or said
    # A word that says something else than the draft is left for a person to see.
    text = part.reason(said if said is decision else None)
    if not text and (decision is None or before.reason):
        text = part.text
    added = f"{heading(part.arrived_at)}\n{text}" if before.reason and text else text
    # What an officer began in the portal stays the officer's; what we sent back goes on by this mail.
    is_officers = kept is not None and kept.channel is Channel.PORTAL
    channel = Channel.PORTAL if is_officers else Channel.MAIL
    drafting.keep(
        session,
        part.referral_id,
        content=replace(
            before,
            decision=decision,
            reason="\n\n".join(filter(None, (before.reason, added))),
            left_open=False,
        ),
        channel=channel,
        now=now,
        arrived_at=_later(kept, part.arrived_at) if channel is Channel.MAIL else None,
    )


def _later(kept: ResponseDraft | None, arrived_at: datetime) -> datetime:
    """When the last of the mails arrived that a draft is made of: before that it was not all said."""
    return max(kept.arrived_at or arrived_at, arrived_at) if kept is not None else arrived_at


def heading(arrived: datetime) -> str:
    """The line above what a mail adds to a draft."""
    moment = arrived.astimezone(SEOUL)
    return f"{HEADING}{korean_date(moment.date())} {moment:%H:%M}) ────"


def _tell(
    session: Session, reply: Reply, document: Document, *, files: int, refused: int, now: datetime
) -> None:
    """Ask the registered contact to confirm: not the sender, whose address anybody can write."""
    if queries.mails_since(
        session, intent=INTENT, document_id=document.id, since=now - _ONE_MAIL_IN
    ):
        return
    referrals = with_ministry(session, document.id)
    ministry = organisation_queries.by_id(session, referrals[0].organisation_id)
    if ministry.has_ended(seoul_date(now)):
        return  # its successor finds the drafts with all that it takes over
    mail = compose(
        INTENT,
        {
            "agency": settings().agency,
            "ministry": ministry,
            "document": document,
            "files": files,
            "refused": refused,
            "link": links.blank(),
        },
    )
    dispatch = enqueue(
        session,
        OutgoingMessage(
            # A reply that is filed elsewhere is told of to that ministry, by a mail with its own link.
            key=f"reply:{reply.id}:{document.id}",
            intent=INTENT,
            organisation_code=ministry.code,
            address=mailbox(session, ministry.id),
            subject=mail.subject,
            body=mail.body,
            references=thread(session, [document.id]),
            document_id=document.id,
        ),
        now,
    )
    links.grant_ministry(
        session,
        organisation_id=ministry.id,
        document_ids=[document.id],
        dispatch=dispatch,
        now=now,
    )

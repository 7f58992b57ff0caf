"""The holding pen (회신 분류 대기): what is in it, and what its form shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from gongmun.answers import matching, ranking
from gongmun.answers import reply_queries as queries
from gongmun.answers.matching import Doubt
from gongmun.answers.models import Reply, ReplyStatus
from gongmun.answers.ranking import Candidate
from gongmun.documents import queries as document_queries
from gongmun.mail.models import IncomingKind
from gongmun.text import Bilingual

_OUTSIDE = Bilingual(ko="기관 외부", en="outside")


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """A document that a reply can be filed to, for the form: nothing in it is personal."""

    document_id: int
    number: str
    ministry: str
    reasons: str
    is_named: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldReply:
    """What the form of a held reply shows. Who wrote it and what stands in it are left to the command.

    `sender_domain` is a domain of a ministry's contacts, or says that it is none of these.
    """

    reply_id: int
    status: ReplyStatus
    arrived_at: datetime
    doubt: str
    sender_domain: str
    files: int
    characters: int
    choices: tuple[Choice, ...]


def candidates(session: Session, reply: Reply) -> Sequence[Candidate]:
    """The documents that a reply may be about, best first, as things stand now."""
    mail = queries.mail(session, reply)
    return ranking.rank(session, mail, matching.evidence(session, mail))


def doubt(session: Session, reply: Reply) -> Doubt | None:
    """Why a reply waits for a coordinator; None where it would be matched today."""
    mail = queries.mail(session, reply)
    if mail.kind is IncomingKind.UNREADABLE:
        return Doubt.UNREADABLE
    return matching.match(session, mail).doubt


def _domain(session: Session, sender: str | None) -> str:
    """A ministry's mail domain; of anybody else's, which may be a person's name, that it is none."""
    if not sender:
        return ""
    known = matching.domains(queries.contact_addresses(session))
    ours = [domain for domain in known if matching.in_domains(sender, {domain})]
    return max(ours, key=len) if ours else str(_OUTSIDE)


def held_reply(session: Session, reply_id: int) -> HeldReply:
    """What the form shows. The candidates are those of when it was held: a form must not change."""
    reply = queries.by_id(session, reply_id)
    mail = queries.mail(session, reply)
    ranked = {candidate.document_id: candidate for candidate in candidates(session, reply)}
    ministries = queries.recipients(session, reply.candidates)
    why = doubt(session, reply)
    return HeldReply(
        reply_id=reply.id,
        status=reply.status,
        arrived_at=mail.arrived_at,
        doubt=str(matching.DOUBTS[why]) if why else "",
        sender_domain=_domain(session, mail.sender),
        files=len(mail.attachments),
        characters=len(mail.shown or ""),
        choices=tuple(
            Choice(
                document_id=document_id,
                number=document_queries.by_id(session, document_id).number or str(document_id),
                ministry=ministries[document_id].name_ko,
                reasons=(
                    ", ".join(str(reason) for reason in ranked[document_id].reasons)
                    if document_id in ranked
                    else ""
                ),
                is_named=document_id in ranked and ranked[document_id].is_named,
            )
            for document_id in reply.candidates
        ),
    )

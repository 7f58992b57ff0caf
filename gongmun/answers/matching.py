"""Which document a reply by mail is about.

By the code in the address it was sent to, else by the mails it refers to, else by a document number in its
subject. Never by the sender alone, and never against the sender: a mail from outside the ministry's domains
may have all three (a colleague forwarded ours), and waits with what it names as its candidates. So does
one that names several documents, or one by its code and another in its subject, and one to the code of a
mail of ours that went to somebody else, such as the proposer.

A sender's address can be forged, and so can all but the code. Therefore a matched reply decides nothing: it
acknowledges and fills in drafts, and what is sent because of it goes to the registered contact.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from gongmun.answers import reply_queries as queries
from gongmun.answers.reading import LONGEST, cited_numbers
from gongmun.documents import queries as document_queries
from gongmun.mail import Dispatch
from gongmun.mail import queries as mail_queries
from gongmun.mail.models import IncomingMail
from gongmun.mail.tokens import typed
from gongmun.referrals import queries as referral_queries
from gongmun.referrals.life import CHASED
from gongmun.referrals.mailing import notice_of
from gongmun.referrals.succession_queries import documents_told_by
from gongmun.text import Bilingual


class How(StrEnum):
    """What a reply was matched by; kept as `filed_by`."""

    TOKEN = "token"  # noqa: S105 (of the address it was sent to)
    REFERENCES = "references"
    NUMBER = "number"


class Doubt(StrEnum):
    """Why a reply waits for a coordinator."""

    UNREADABLE = "unreadable"
    NOTHING = "nothing"
    SEVERAL = "several"
    CONTRADICTION = "contradiction"
    OTHER_SENDER = "other_sender"
    OTHER_RECIPIENT = "other_recipient"
    NOTHING_OPEN = "nothing_open"
    SPLIT = "split"


DOUBTS = {
    Doubt.UNREADABLE: Bilingual(
        ko="메일을 해석하지 못했습니다. 원문 파일을 확인해 주십시오.",
        en="The mail could not be parsed. Look at its raw file.",
    ),
    Doubt.NOTHING: Bilingual(
        ko="어느 공문에 대한 회신인지 알 수 없습니다.",
        en="Nothing tells which document it is about.",
    ),
    Doubt.SEVERAL: Bilingual(ko="여러 공문을 가리킵니다.", en="It names several documents."),
    Doubt.CONTRADICTION: Bilingual(
        ko="받는 주소(또는 답장한 메일)와 제목이 서로 다른 공문을 가리킵니다.",
        en="Its subject names another document than the mail it answers.",
    ),
    Doubt.OTHER_SENDER: Bilingual(
        ko="보낸 주소가 해당 기관의 메일 도메인이 아닙니다.",
        en="The sender is outside the mail domains of that ministry.",
    ),
    Doubt.OTHER_RECIPIENT: Bilingual(
        ko="해당 기관이 아닌 곳(제안자 등)에 보낸 메일에 대한 답장입니다.",
        en="It answers a mail of ours that went to somebody else than that ministry.",
    ),
    Doubt.NOTHING_OPEN: Bilingual(
        ko="이 공문에는 회신을 기다리는 제안이 없습니다.",
        en="Nothing of this document waits for an answer.",
    ),
    Doubt.SPLIT: Bilingual(
        ko="정부조직 개편으로 이 공문의 제안이 여러 기관의 소관으로 나뉘었습니다.",
        en="After a reorganisation the suggestions of this document are with several ministries.",
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """The outcome documents that a mail points to, by what it points with.

    `answered` are the organisations (or PROPOSER, DIVISION) whose mails had the codes it was sent to.
    """

    token: frozenset[int] = frozenset()
    references: frozenset[int] = frozenset()
    number: frozenset[int] = frozenset()
    number_in_text: frozenset[int] = frozenset()
    answered: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """The one document a mail is about, and by what; or why there is none, and which it may be."""

    document_id: int | None = None
    how: How | None = None
    doubt: Doubt | None = None
    candidates: tuple[int, ...] = ()


def match(session: Session, incoming: IncomingMail) -> Match:
    """The document that `incoming` is a reply to; in any doubt none, with the candidates it names."""
    return weighed(session, incoming, evidence(session, incoming))


def weighed(session: Session, incoming: IncomingMail, found: Evidence) -> Match:
    """As `match`, from what was found."""
    how, documents = _strongest(found)
    if how is None:
        return Match(doubt=Doubt.NOTHING)
    if how is How.NUMBER:
        documents = _of_this_year(session, incoming, documents)
    named = tuple(sorted(documents | found.number))
    if len(documents) > 1:
        return Match(doubt=Doubt.SEVERAL, candidates=named)
    if how is not How.NUMBER and found.number and not documents & found.number:
        return Match(doubt=Doubt.CONTRADICTION, candidates=named)
    (document_id,) = documents
    if how is not How.TOKEN and found.answered and not _is_answered(session, document_id, found):
        return Match(doubt=Doubt.OTHER_RECIPIENT, candidates=(document_id,))
    if not is_from_recipient(session, document_id, incoming.sender):
        return Match(doubt=Doubt.OTHER_SENDER, candidates=(document_id,))
    if not is_open(session, document_id):
        return Match(doubt=Doubt.NOTHING_OPEN, candidates=(document_id,))
    if _is_split(session, document_id):
        return Match(doubt=Doubt.SPLIT, candidates=(document_id,))
    return Match(document_id=document_id, how=how, candidates=(document_id,))


def evidence(session: Session, incoming: IncomingMail) -> Evidence:
    """Everything in a mail that points to a document of ours."""
    known = (mail_queries.by_token(session, typed(token)) for token in incoming.tokens)
    answered = [dispatch for dispatch in known if dispatch is not None]
    named = mail_queries.by_message_ids(session, incoming.references)
    divisions = queries.divisions(session)
    return Evidence(
        token=_behind(session, answered),
        references=_behind(session, named),
        number=_numbered(session, incoming.subject or "", divisions),
        number_in_text=_numbered(session, (incoming.shown or "")[:LONGEST], divisions),
        answered=frozenset(dispatch.organisation_code for dispatch in answered),
    )


def is_from_recipient(session: Session, document_id: int, sender: str | None) -> bool:
    """Whether `sender` has a mail domain that the document's ministry, or its successor, is written to at.

    Many ministries share one (korea.kr): it tells an official, never which ministry.
    """
    return any(
        in_domains(sender, domains(queries.addresses(session, each.code)))
        for each in queries.holders(session, document_id)
    )


def _is_answered(session: Session, document_id: int, found: Evidence) -> bool:
    return any(each.code in found.answered for each in queries.holders(session, document_id))


def is_open(session: Session, document_id: int) -> bool:
    """Whether a referral of the document is with its ministry."""
    return any(r.status in CHASED for r in referral_queries.of_document(session, document_id))


def _is_split(session: Session, document_id: int) -> bool:
    """Whether the document's referrals are with several ministries, of which a mail does not tell one."""
    referrals = referral_queries.of_document(session, document_id)
    return len({r.organisation_id for r in referrals if r.status in CHASED}) > 1


def domains(addresses: Collection[str]) -> frozenset[str]:
    """The domains of these addresses."""
    return frozenset(_domain(address) for address in addresses) - {""}


def in_domains(sender: str | None, known: Collection[str]) -> bool:
    """Whether the sender's domain is one of `known`, or a part of one."""
    domain = _domain(sender or "")
    return any(domain == one or domain.endswith(f".{one}") for one in known)


def _domain(address: str) -> str:
    return address.rpartition("@")[2].strip().rstrip(".").lower() if "@" in address else ""


def _strongest(found: Evidence) -> tuple[How | None, frozenset[int]]:
    ways = (
        (How.TOKEN, found.token),
        (How.REFERENCES, found.references),
        (How.NUMBER, found.number),
    )
    return next(((how, documents) for how, documents in ways if documents), (None, frozenset()))


def _behind(session: Session, dispatches: Sequence[Dispatch]) -> frozenset[int]:
    """The outcome documents that these mails of ours were about."""
    about: set[int] = set()
    carried: set[int] = set()
    for dispatch in dispatches:
        if dispatch.document_id is not None:
            carried.add(dispatch.document_id)
        elif (notice_id := notice_of(session, dispatch)) is not None:
            about |= queries.outcomes_of_notice(session, notice_id)
        else:
            about |= documents_told_by(session, dispatch.id)
    return frozenset(about) | queries.outcomes_behind(session, carried)


def _numbered(session: Session, text: str, divisions: Collection[str]) -> frozenset[int]:
    cited = [
        document.id
        for number in cited_numbers(text, divisions)
        for document in queries.numbered(session, number.division, number.serial)
        if number.year in (None, document.year)
    ]
    return queries.outcomes_behind(session, cited)


def _of_this_year(
    session: Session, incoming: IncomingMail, documents: frozenset[int]
) -> frozenset[int]:
    """Of documents that have the same number in several years: the one that can be meant.

    Serials begin anew each year. What is another ministry's, or wholly answered, is not meant.
    """
    numbers = {document_queries.by_id(session, i).number for i in documents}
    if len(documents) == 1 or len(numbers) > 1:
        return documents
    meant = frozenset(
        i
        for i in documents
        if is_open(session, i) and is_from_recipient(session, i, incoming.sender)
    )
    return meant if len(meant) == 1 else documents

"""The documents that a held reply may be about, best first, each with why: for the coordinator who files it.

What points to a document counts most, whoever sent it; then the sender's domain, then words that the mail
shares with the suggestions' titles. A recent document comes before an older one of the same weight. A guess
may stand here, because a person looks; nothing is filed by it.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from gongmun.answers import reply_queries as queries
from gongmun.answers.matching import Evidence, domains, in_domains
from gongmun.answers.reading import LONGEST, plain
from gongmun.clock import seoul_date
from gongmun.documents import Document
from gongmun.documents import queries as document_queries
from gongmun.mail.models import IncomingMail
from gongmun.organisations import Organisation
from gongmun.text import Bilingual, english_date, korean_date

# As many as a person reads through.
_SHOWN = 8
# A year of forums has a tenth of it.
_LOOKED_AT = 500
_POINTS_TOKEN, _POINTS_REFERENCES, _POINTS_NUMBER, _POINTS_IN_TEXT = 100, 80, 60, 30
_POINTS_DOMAIN, _POINTS_WORD, _MOST_WORDS = 20, 5, 3
_WORD = re.compile(r"[가-힣]{2,}|[a-z]{4,}")
# Words of every suggestion and every letter tell nothing.
_COMMON = frozenset(
    {"제안", "설치", "개선", "확대", "도입", "운영", "지원", "시민", "관련", "회신", "요청"}
)
_PARTICLE = re.compile(r"(?<=[가-힣]{2})(?:을|를|이|가|은|는|의|에|로|과|와)$")
_LONGEST_WORD = 12

_BY_TOKEN = Bilingual(ko="답장한 주소의 회신 코드", en="code in the address replied to")
_BY_REFERENCES = Bilingual(ko="우리 메일에 대한 답장", en="answers a mail of ours")
_BY_NUMBER = Bilingual(ko="제목의 문서번호", en="number in the subject")
_IN_TEXT = Bilingual(ko="본문의 문서번호", en="number in the text")


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A document that a reply may be about, and why. `is_named`: the mail itself points to it."""

    document_id: int
    number: str
    ministry: Bilingual
    reasons: tuple[Bilingual, ...]
    points: int
    is_named: bool


def rank(session: Session, incoming: IncomingMail, found: Evidence) -> Sequence[Candidate]:
    """The documents that `incoming` may be about, best first; none where nothing is open or named."""
    documents = {d.id: d for d in queries.open_outcomes(session, limit=_LOOKED_AT)}
    open_ids = frozenset(documents)
    for document_id in found.token | found.references | found.number | found.number_in_text:
        if document_id not in documents:
            documents[document_id] = document_queries.by_id(session, document_id)
    codes = {document.recipient_code for document in documents.values()}
    theirs = {
        code
        for code in codes
        if in_domains(incoming.sender, domains(queries.addresses(session, code)))
    }
    ministries = queries.recipients(session, documents)
    heads = _heads(f"{incoming.subject or ''}\n{(incoming.shown or '')[:LONGEST]}")
    titles = queries.titles(session, documents)
    ranked = sorted(
        (
            _candidate(
                document,
                ministries[document.id],
                [
                    *_pointers(document.id, found),
                    *_sender(document, theirs if document.id in open_ids else ()),
                    *_shared(heads, titles.get(document.id, ())),
                ],
            )
            for document in documents.values()
        ),
        key=lambda candidate: (-candidate.points, -candidate.document_id),
    )
    return ranked[:_SHOWN]


_Reason = tuple[int, Bilingual]


def _candidate(document: Document, ministry: Organisation, reasons: Sequence[_Reason]) -> Candidate:
    return Candidate(
        document_id=document.id,
        number=document.number or str(document.id),
        ministry=Bilingual(ko=ministry.name_ko, en=ministry.code),
        reasons=tuple(why for _, why in reasons) or (_sent(document.dispatched_at),),
        points=sum(points for points, _ in reasons),
        is_named=any(points > _POINTS_DOMAIN for points, _ in reasons),
    )


def _sent(dispatched_at: datetime | None) -> Bilingual:
    if dispatched_at is None:
        return Bilingual(ko="회신을 기다리는 공문", en="waits for an answer")
    day = seoul_date(dispatched_at)
    return Bilingual(
        ko=f"회신을 기다리는 공문({korean_date(day)} 발송)",
        en=f"waits for an answer, sent {english_date(day)}",
    )


def _pointers(document_id: int, found: Evidence) -> Iterator[_Reason]:
    for documents, points, why in (
        (found.token, _POINTS_TOKEN, _BY_TOKEN),
        (found.references, _POINTS_REFERENCES, _BY_REFERENCES),
        (found.number, _POINTS_NUMBER, _BY_NUMBER),
        (found.number_in_text, _POINTS_IN_TEXT, _IN_TEXT),
    ):
        if document_id in documents:
            yield points, why


def _sender(document: Document, theirs: Collection[str]) -> Iterator[_Reason]:
    if document.recipient_code in theirs:
        yield (
            _POINTS_DOMAIN,
            Bilingual(ko="보낸 주소의 도메인이 같은 기관", en="sender's domain is the ministry's"),
        )


def _shared(heads: frozenset[str], titles: Sequence[str]) -> Iterator[_Reason]:
    shared = len(_words("\n".join(titles)) & heads)
    if shared:
        points = _POINTS_WORD * min(shared, _MOST_WORDS)
        yield (
            points,
            Bilingual(ko=f"제안 제목과 같은 낱말 {shared}개", en=f"words of the titles: {shared}"),
        )


def _words(text: str) -> frozenset[str]:
    """The words of a title, without particles and without what every title has."""
    found = _WORD.findall(plain(text).lower())
    return frozenset(_PARTICLE.sub("", word) for word in found) - _COMMON


def _heads(text: str) -> frozenset[str]:
    """All that the words of a text begin with: a word of a title is one, whatever particle follows."""
    found = _WORD.findall(plain(text).lower())
    return frozenset(word[:end] for word in found for end in range(2, _LONGEST_WORD + 1))

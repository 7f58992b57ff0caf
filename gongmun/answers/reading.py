"""What a reply by mail says, as far as words tell without doubt. Pure.

It is read with the widths and dashes of all keyboards made alike. Whatever could mean something else means
nothing: a person reads every reply anyway, and nothing here decides a referral.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from gongmun.referrals.models import ResponseDecision

NUMBER_LIMIT = 60
# Characters of a mail that are read, and that a draft takes over; the mail keeps the rest.
LONGEST = 20_000

_DASHES = re.compile("[\u2010-\u2015\u2212\u2500\u30fc\ufe58\uff0d~]")
# An official serial has no more digits, nor has the column that it is compared with.
_SERIAL = r"\d{1,9}(?!\d|\s?-\s?\d)"


def plain(text: str) -> str:
    """`text` for reading only: full-width forms as ordinary ones, every dash a hyphen."""
    return _DASHES.sub("-", unicodedata.normalize("NFKC", text))


@dataclass(frozen=True, kw_only=True, slots=True)
class CitedNumber:
    """A document number of ours as somebody wrote it, with the year where one stands behind it."""

    division: str
    serial: int
    year: int | None = None


def cited_numbers(text: str, divisions: Collection[str]) -> Sequence[CitedNumber]:
    """The numbers of these divisions in `text`, each once: `[공론소통과-12]`, `공론소통과 제12호(2026. 10. 12.)`.

    A longer name that ends alike (국민공론소통과-12) is another office's, `공론소통과-12-1` no number.
    """
    if not divisions:
        return ()
    names = "|".join(sorted(map(re.escape, divisions), key=len, reverse=True))
    number = re.compile(
        rf"(?:(?<![가-힣A-Za-z0-9])|(?<=회신)|(?<=답변)|(?<=답장)|(?<=전달))(?P<division>{names})"
        rf"\s?(?:-\s?|제\s?)(?P<serial>{_SERIAL})\s?호?\s?(?:[(\[,@]\s?'?(?P<year>20\d\d)\b)?"
    )
    found = (
        CitedNumber(
            division=match["division"],
            serial=int(match["serial"]),
            year=int(match["year"]) if match["year"] else None,
        )
        for match in number.finditer(plain(text))
    )
    return tuple(dict.fromkeys(found))


@dataclass(frozen=True, kw_only=True, slots=True)
class Acknowledgement:
    """A ministry says that it has the document; `number` is its registration number where it gives one."""

    number: str | None


# Where a sentence ends. A full stop alone does not: dates are full of them.
_SENTENCES = re.compile(r"\n+|(?<=[다요음함임됨])\s?[.!]\s*|[?]\s*|(?<=[a-z])\.\s+")
# What a sentence says that is not done, or asks for; not where it is a part of a name: 반려동물, 연못, 예정지구.
_NOT_DONE = re.compile(
    r"예정(?!지)|불가(?!리|침|사의)|반려(?!동물|견|묘|식물|해변|인|가구|가족|문화|산업)|않|(?<!연)못(?!골)|미접수"
    r"|알려\s?(?:주|달)|부탁|바랍|주십|주세요|하겠|할게|드리겠|\b(?:not|will|please|cannot|can't|yet)\b",
    re.IGNORECASE,
)
_OFFICE = (
    r"[가-힣A-Za-z][가-힣A-Za-z0-9·\u119e.&]{0,28}(?:과|팀|실|국|관|단|소|원|부|처|청|센터|위원회)"
)
# `보건의료정책과-5678`, `제2026-1234호`, `2026-1234`; no date (2026-10-12), no part of something longer.
_FORMAL = (
    rf"(?:{_OFFICE}\s?-\s?{_SERIAL}|제\s?\d{{4}}\s?-\s?{_SERIAL}\s?호|\d{{4}}-\d{{3,8}}(?![\d-]))"
)
_NUMBERED = re.compile(_FORMAL)
_LABELLED = re.compile(
    r"(?:접수|등록)\s?(?:문서)?\s?번호\s?(?:는|은)?\s?[:=)\]]?\s*[\"'“‘(\[]?\s*"
    rf"(?P<number>{_FORMAL}|[A-Za-z가-힣][가-힣A-Za-z0-9·.]{{0,20}}-{_SERIAL}|\d{{1,12}}(?![\d.-]))"
    r"|\b(?:registration|registry|receipt)\s+(?:number|no\.?)\s*(?:is\s+|[:=]\s*)?"
    r"(?P<english>(?=\S*\d)[\w가-힣][\w가-힣./-]{0,40})",
    re.IGNORECASE,
)
_STATED = re.compile(
    rf"(?<!미)접수\s?(?:완료|처리)?\s?[:(]?\s?(?P<after>{_FORMAL})"
    rf"|(?P<before>{_FORMAL})\s?(?:호)?\s?(?:\([^)]{{0,30}}\))?\s?호?\s?(?:로|으로)\s?(?:문서\s?)?(?:접수|등록)"
)
# "We have received the document", as a sentence of its own, and of nothing else.
_RECEIVED = re.compile(
    r"^\W*(?:(?:귀|위|동|해당|보내\s?주신|송부하신|이송된|통보하신)\s?(?:기관의?|처의?|부서의?)?\s?)?"
    r"(?:(?:결과\s?통보\s?)?(?:공문|문서|이송\s?건|시민\s?제안)(?:을|를|은|는|이|가)?\s?)?"
    r"(?:잘|정상|정상적으로|금일|오늘)?\s?접수\s?(?:하였|했|되었|됐|완료|함\b)"
    r"|^\W*(?:we\s+)?(?:hereby\s+)?acknowledge\s+(?:the\s+)?receipt\b"
    r"|^\W*(?:the\s+document\s+)?(?:has\s+been|was)\s+(?:received\s+and\s+)?registered\b",
    re.IGNORECASE,
)


def acknowledgement(text: str, *, ours: Collection[str]) -> Acknowledgement | None:
    """Whether `text` acknowledges, and under which number; None where it does not say so plainly.

    `ours` are the divisions of our own numbers, which are never the ministry's. Of several numbers
    none is taken: a person looks.
    """
    numbers: list[str] = []
    received = False
    for sentence in _sentences(text):
        stated = _numbers(sentence)
        if _is_not_done(sentence, stated):
            continue
        received = received or bool(_RECEIVED.search(sentence))
        numbers += ["".join(number.split()) for number in stated]
    theirs = dict.fromkeys(
        number.rstrip(".,/-")[:NUMBER_LIMIT]
        for number in numbers
        if number.rpartition("-")[0] not in ours
    )
    if len(theirs) == 1:
        return Acknowledgement(number=next(iter(theirs)))
    return Acknowledgement(number=None) if received else None


def _numbers(sentence: str) -> Sequence[str]:
    """The registration numbers that a sentence states, as they are written."""
    return [
        number
        for found in (*_LABELLED.finditer(sentence), *_STATED.finditer(sentence))
        for number in found.groups()
        if number is not None
    ]


def _is_not_done(sentence: str, numbers: Sequence[str]) -> bool:
    """Whether a sentence denies, announces or asks. What an office is called says none of it."""
    for number in numbers:
        sentence = sentence.replace(number, " ")
    return bool(_NOT_DONE.search(_NUMBERED.sub(" ", sentence)))


# Words around a registration number, or behind "we have received", that say no more than that.
_AROUND = re.compile(
    r"(?:\W|귀|처의|기관의|기관|공문서|공문|문서|하였습니다|했습니다|되었습니다|됐습니다|습니다|되었음을|하였음을|알려|드립니다"
    r"|알립니다|입니다|이며|접수|등록|처리|완료|보내|주신|아래와|다음과|같이|으로|호로|호|로|을|를|이|은|는|함|됨|임|잘"
    r"|(?:we|have|the|of|your|letter|document|is|with|thanks)\b)*+"
)


def acknowledged_until(line: str) -> int:
    """How far the sentences at the beginning of a line of plain text say nothing but that it was received."""
    end = 0
    for sentence, next_one in _spans(line):
        stated = _RECEIVED.sub(" ", _STATED.sub(" ", _LABELLED.sub(" ", sentence)))
        if stated == sentence or not _AROUND.fullmatch(stated):
            break
        end = next_one
    return end


def _spans(line: str) -> Iterator[tuple[str, int]]:
    """The sentences of a line, each with the place where the next one begins."""
    begin = 0
    for found in _SENTENCES.finditer(line):
        yield line[begin : found.start()], found.end()
        begin = found.end()
    if line[begin:].strip():
        yield line[begin:], len(line)


def _sentences(text: str) -> Iterator[str]:
    return (part.strip() for part in _SENTENCES.split(plain(text)) if part and part.strip())


_WORDS: Sequence[tuple[ResponseDecision, str]] = (
    (ResponseDecision.PARTIALLY_ACCEPTED, r"일부\s?수용|부분\s?수용|partially\s+accepted"),
    (ResponseDecision.NOT_ACCEPTED, r"수용\s?곤란|수용\s?불가|불\s?수용|미\s?수용|not\s+accepted"),
    (
        ResponseDecision.LONG_TERM_REVIEW,
        r"중\s?·?\s?장기\s?(?:과제\s?)?(?:로\s?)?(?:검토|과제)|long[\s-]term\s+review",
    ),
    (ResponseDecision.ALREADY_IN_PLACE, r"기\s?시행|이미\s?시행|already\s+in\s+place"),
    (ResponseDecision.ACCEPTED, r"(?:전부\s?|전체\s?)?수용|accepted"),
)


def words_of(decision: ResponseDecision) -> str:
    """The words that mean a decision, as a pattern for plain text in any case."""
    return dict(_WORDS)[decision]


_ANY = "|".join(f"(?P<{decision.name}>{words})" for decision, words in _WORDS)
# A word decides where it stands for itself: behind a label, in brackets, alone on its line or at its end
# behind a colon or dash. In running prose (수용 여부, 수용시설) it is only a word.
_DECISION = re.compile(
    rf"(?:^[^\w\n]*|[:\[(<【〔「|/>]|\s-)[^\S\n]*(?:{_ANY})\s?(?:함|합니다|하겠습니다|입니다|임|예정)?"
    r"[^\S\n]*(?=$|[\])>】〕」|/.,:])",
    re.IGNORECASE | re.MULTILINE,
)


def decision(text: str) -> ResponseDecision | None:
    """The decision that stands in `text` for itself; None where there is none, or more than one."""
    found = {
        ResponseDecision[match.lastgroup]
        for match in _DECISION.finditer(plain(text))
        if match.lastgroup
    }
    return next(iter(found)) if len(found) == 1 else None


# Short sentences that only begin or end a letter; never one that goes on with a "but".
_COURTESY = re.compile(
    r"^(?=.{1,40}$)(?!.*(?:지만|으나|는데|[다요]만|\bbut\b))(?:"
    r"\W*(?:안녕하(?:십니까|세요)|감사(?:합니다|드립니다|해요)|고맙습니다|(?:수고|고생)(?:하|많|가)"
    r"|(?:네|예)(?![가-힣])|확인(?:하였|했)(?:습니다|음)|확인함|잘\s?(?:받았|확인했|부탁)|회신\s?드립니다"
    r"|(?:dear|hello|hi|thanks|thank\s+you|best\s+regards|kind\s+regards|sincerely|regards)\b)"
    r"|.*(?:드림|올림|배상)\W*$|.*@|.*\d{2,4}[)-]\s?\d{3,4}-\d{4})",
    re.IGNORECASE,
)
_LATER = re.compile(
    r"(?:기한|기일|추후|검토|빠른|조속|내부).{0,40}(?:회신|답변|송부|제출).{0,12}(?:겠|예정)"
)
_SIGNATURE = re.compile(r"^[^\S\n]*(?:--+|__+|==+|─+)[^\S\n]*$", re.MULTILINE)
# Letters that a name, a post and a division under an acknowledgement may have without being an answer.
_SIGNED = 25


def is_answer(text: str, *, acknowledges: bool) -> bool:
    """Whether anything stands in `text` beside courtesies and the acknowledgement, if it `acknowledges`.

    In doubt it does: what is no answer is deleted from a draft with one key, what was dropped is lost.
    """
    if decision(text) is not None:
        return True
    told = [s for s in _sentences(_SIGNATURE.split(text)[0]) if not _COURTESY.search(s)]
    if acknowledges:
        said = (_LABELLED, _STATED, _RECEIVED, _LATER)
        told = [s for s in told if not any(pattern.search(s) for pattern in said)]
    letters = sum(character.isalnum() for sentence in told for character in sentence)
    return letters > (_SIGNED if acknowledges else 0)

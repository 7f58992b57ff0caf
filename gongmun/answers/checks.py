"""What must be right before an answer is taken: every problem at once, each beside its field. Pure.

The rules are those of DOMAIN.md ("Response checks"): a decision and a reason, a date where something is
promised, and no "we will review it" without one.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from gongmun.answers.content import CommitmentContent, Content
from gongmun.errors import GongmunError
from gongmun.referrals.models import ResponseDecision
from gongmun.text import Bilingual

REASON_LIMIT = 10_000
COMMITMENT_LIMIT = 1_000
OWNER_LIMIT = 100
COMMITMENTS_LIMIT = 20
# A day further away than this is a slip of the keyboard.
_YEARS = 20
# An acceptance says what is done, by whom and by when.
PROMISING = frozenset({ResponseDecision.ACCEPTED, ResponseDecision.PARTIALLY_ACCEPTED})

# "We will review it", as ministries write it. A look back (검토하였으나) is none.
_WILL_REVIEW = re.compile(
    r"(?:검토|고려)(?:를|을)?\s*(?:하|해|할|하여|하도록|토록)?\s*"
    r"(?:겠|보겠|나가|나갈|하겠|하도록\s*하겠|예정|계획|방침|중입니다|중임|중에\s*있|고\s*있)"
    r"|\b(?:will|shall|plan(?:s|ning)?\s+to|going\s+to|intend(?:s)?\s+to)\s+(?:\w+\s+)?"
    r"(?:review|consider|examine|look\s+into|be\s+(?:\w+\s+)?(?:reviewed|considered|examined))\b"
    r"|\b(?:is|are)\s+(?:\w+\s+)?(?:reviewing|considering|under\s+(?:review|consideration))\b",
    re.IGNORECASE,
)
# A year with its month, quarter or half in a text: 2027년 3월, 2027. 3., 2027-03, 2027년 상반기, March 2027.
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_WRITTEN_DATE = re.compile(
    r"(?P<year>20\d\d)\s*[-./년]\s*(?:(?P<month>1[0-2]|0?[1-9])(?!\d)"
    r"|(?P<half>[상하])반기|(?P<quarter>[1-4])\s*/?4?분기|(?:연?말|중|내|까지))"
    rf"|\b(?P<name>{_MONTHS})[a-z]*\.?\s+(?:\d{{1,2}},?\s+)?(?P<english>20\d\d)\b",
    re.IGNORECASE,
)


class Field(StrEnum):
    """The field beside which a problem is shown; the values are parts of the form's names."""

    DECISION = "decision"
    REASON = "reason"
    REVIEW_BY = "review_by"
    COMMITMENTS = "commitments"  # all of them, or that there is none
    TEXT = "text"  # of the commitment `index`
    OWNER = "owner"
    DUE_ON = "due_on"
    LEFT_OPEN = "left_open"
    FILES = "files"


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One thing to correct. `index` counts the commitments from 0; None where it is of none of them."""

    referral_id: int
    field: Field
    index: int | None = None
    why: Bilingual


class NotTaken(GongmunError):
    """Answers that cannot be taken as they are; nothing was taken. `problems` names everything to correct."""

    code = "answers.not_taken"
    ko = "회신을 접수하지 못했습니다. 다음을 고쳐 다시 제출해 주십시오. {list_ko}"
    en = "The answer was not taken. Correct the following and submit it again. {list_en}"

    def __init__(self, **params: Any) -> None:
        super().__init__(**params)
        self.problems: Sequence[Problem] = params.get("problems", ())

    @classmethod
    def because(cls, problems: Sequence[Problem], references: Mapping[int, str]) -> "NotTaken":
        """The error that lists these problems; `references` are those of the suggestions, by referral."""

        def mark(problem: Problem) -> str:
            return f"[{problem.referral_id} {references[problem.referral_id]}]"

        return cls(
            problems=tuple(problems),
            list_ko=" ".join(f"{mark(each)} {each.why.ko}" for each in problems),
            list_en=" ".join(f"{mark(each)} {each.why.en}" for each in problems),
        )


def check(referral_id: int, content: Content, *, today: date) -> Sequence[Problem]:
    """Everything that keeps this answer from being taken on `today`; empty where nothing does."""
    return [
        Problem(referral_id=referral_id, field=field, index=index, why=why)
        for field, index, why in _problems(content, today)
    ]


def check_all(
    with_ministry: Collection[int],
    answers: Mapping[int, Content],
    left_open: Collection[int],
    *,
    today: date,
) -> Sequence[Problem]:
    """The problems of one submission: each referral is answered, or left open knowingly."""
    problems: list[Problem] = []
    for referral_id in sorted(with_ministry):
        if referral_id in answers and referral_id in left_open:
            problems.append(_left_open(referral_id, _BOTH))
        elif referral_id in answers:
            problems.extend(check(referral_id, answers[referral_id], today=today))
        elif referral_id not in left_open:
            problems.append(_left_open(referral_id, _NEITHER))
    if not answers and not problems:
        named = sorted({*with_ministry, *left_open})
        problems.extend(_left_open(referral_id, _NOTHING) for referral_id in named)
    return problems


_Found = tuple[Field, int | None, Bilingual]


def _problems(content: Content, today: date) -> Iterator[_Found]:
    if content.decision is None:
        yield Field.DECISION, None, _NO_DECISION
    if not content.reason:
        yield Field.REASON, None, _NO_REASON
    elif len(content.reason) > REASON_LIMIT:
        yield Field.REASON, None, _too_long(Bilingual(ko="사유", en="the reason"), REASON_LIMIT)
    elif _promises_review(content, today):
        yield Field.REASON, None, _REVIEW_WITHOUT_DATE
    if content.review_by is None:
        if content.decision is ResponseDecision.LONG_TERM_REVIEW:
            yield Field.REVIEW_BY, None, _NO_REVIEW_DATE
    elif wrong := _wrong_day(content.review_by, today):
        yield Field.REVIEW_BY, None, wrong
    yield from _commitments(content, today)


def _commitments(content: Content, today: date) -> Iterator[_Found]:
    if not content.commitments and content.decision in PROMISING:
        yield Field.COMMITMENTS, None, _NO_COMMITMENT
    if content.commitments and content.decision is ResponseDecision.NOT_ACCEPTED:
        yield Field.COMMITMENTS, None, _COMMITMENT_OF_REFUSAL
    if len(content.commitments) > COMMITMENTS_LIMIT:
        yield Field.COMMITMENTS, None, _TOO_MANY
    for index, commitment in enumerate(content.commitments):
        for field, why in _commitment(commitment, today):
            yield field, index, why


def _commitment(commitment: CommitmentContent, today: date) -> Iterator[tuple[Field, Bilingual]]:
    if not commitment.text:
        yield Field.TEXT, _NO_TEXT
    elif len(commitment.text) > COMMITMENT_LIMIT:
        yield Field.TEXT, _too_long(Bilingual(ko="이행과제", en="the commitment"), COMMITMENT_LIMIT)
    if not commitment.owner:
        yield Field.OWNER, _NO_OWNER
    elif len(commitment.owner) > OWNER_LIMIT:
        yield Field.OWNER, _too_long(Bilingual(ko="담당 부서", en="the division"), OWNER_LIMIT)
    if commitment.due_on is None:
        yield Field.DUE_ON, _NO_DUE_DAY
    elif wrong := _wrong_day(commitment.due_on, today):
        yield Field.DUE_ON, wrong


def _promises_review(content: Content, today: date) -> bool:
    """Whether a review is promised and no date stands anywhere by which it is done."""
    if content.promised_on or content.decision is ResponseDecision.LONG_TERM_REVIEW:
        return False  # a missing date has a field of its own
    return bool(_WILL_REVIEW.search(content.reason)) and not _names_a_coming_date(
        content.reason, today
    )


def _names_a_coming_date(text: str, today: date) -> bool:
    """Whether `text` names a month, or longer period of a year, that is not over."""
    return any(
        _last_month(found) >= (today.year, today.month) for found in _WRITTEN_DATE.finditer(text)
    )


def _last_month(found: re.Match[str]) -> tuple[int, int]:
    parts = found.groupdict()
    if parts["english"]:
        return int(parts["english"]), _MONTHS.split("|").index(parts["name"].lower()) + 1
    if parts["month"]:
        return int(parts["year"]), int(parts["month"])
    if parts["half"]:
        return int(parts["year"]), 6 if parts["half"] == "상" else 12
    return int(parts["year"]), 3 * int(parts["quarter"]) if parts["quarter"] else 12


def _wrong_day(day: date, today: date) -> Bilingual | None:
    if day < today:
        return _PAST
    return _FAR if day.year > today.year + _YEARS else None


def _left_open(referral_id: int, why: Bilingual) -> Problem:
    return Problem(referral_id=referral_id, field=Field.LEFT_OPEN, why=why)


def _too_long(what: Bilingual, limit: int) -> Bilingual:
    return Bilingual(
        ko=f"{what.ko}: {limit:,}자 이내로 적어 주십시오. 더 긴 내용은 파일로 붙여 주십시오.",
        en=f"Keep {what.en} within {limit:,} characters; attach more as a file.",
    )


_NEITHER = Bilingual(
    ko="이 제안에 회신하시거나 ‘나중에 회신’을 선택해 주십시오.",
    en="Answer this suggestion, or say that you will answer it later.",
)
_BOTH = Bilingual(
    ko="회신과 ‘나중에 회신’이 함께 선택되었습니다. 하나만 선택해 주십시오.",
    en="This suggestion is both answered and left for later. Choose one.",
)
_NOTHING = Bilingual(
    ko="제출할 회신이 없습니다. 한 건 이상 회신하시거나 임시저장해 주십시오.",
    en="There is nothing to submit. Answer at least one suggestion, or save the draft.",
)
_NO_DECISION = Bilingual(ko="처리 결과를 선택해 주십시오.", en="Choose the decision.")
_NO_REASON = Bilingual(ko="결정의 사유를 적어 주십시오.", en="Give the reason for the decision.")
_REVIEW_WITHOUT_DATE = Bilingual(
    ko="검토하겠다고 하시려면 언제까지 하실지 기한을 적어 주십시오(검토 기한 또는 사유에 연월).",
    en="“We will review it” needs a date: fill in the day of the review, or name the month.",
)
_NO_REVIEW_DATE = Bilingual(
    ko="중장기 검토는 언제까지 검토하실지 날짜가 필요합니다(예: 2027. 6. 30.).",
    en="A long-term review needs the day by which it ends (for example 2027-06-30).",
)
_NO_COMMITMENT = Bilingual(
    ko="수용·일부수용은 무엇을, 누가, 언제까지 하실지 이행과제를 한 건 이상 적어 주십시오.",
    en="An acceptance needs at least one commitment: what is done, by whom, by when.",
)
_COMMITMENT_OF_REFUSAL = Bilingual(
    ko="수용곤란에는 이행과제를 적지 않습니다. 이행과제를 지우거나 ‘일부수용’을 선택해 주십시오.",
    en="A refusal promises nothing. Remove the commitments, or choose “partially accepted”.",
)
_TOO_MANY = Bilingual(
    ko=f"이행과제는 {COMMITMENTS_LIMIT}건까지 적을 수 있습니다. 비슷한 것을 합쳐 주십시오.",
    en=f"There may be {COMMITMENTS_LIMIT} commitments at most. Join those that belong together.",
)
_NO_TEXT = Bilingual(ko="무엇을 하실지 적어 주십시오.", en="Say what will be done.")
_NO_OWNER = Bilingual(
    ko="담당 부서나 직위를 적어 주십시오.", en="Name the division or the post that does it."
)
_NO_DUE_DAY = Bilingual(
    ko="언제까지 하실지 날짜를 적어 주십시오(예: 2027. 6. 30.).",
    en="Give the day by which it is done (for example 2027-06-30).",
)
_PAST = Bilingual(
    ko="날짜가 오늘보다 앞섭니다. 확인해 주십시오.", en="This day is in the past. Check it."
)
_FAR = Bilingual(
    ko=f"날짜가 {_YEARS}년 뒤보다 멉니다. 연도를 확인해 주십시오.",
    en=f"This day is more than {_YEARS} years away. Check the year.",
)

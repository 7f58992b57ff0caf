"""Why an answer was not taken, as the respondent reads it beside the question."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from gongmun.text import Bilingual, particles


class Refusal(StrEnum):
    """What is wrong with what was given."""

    REQUIRED = "required"
    UNKNOWN_ITEM = "unknown_item"
    UNREADABLE = "unreadable"
    UNKNOWN_OPTION = "unknown_option"
    MORE_THAN_ONE = "more_than_one"
    EXCLUSIVE = "exclusive"
    OTHER_UNSAID = "other_unsaid"
    RANKED_TWICE = "ranked_twice"
    RANKING_TOO_LONG = "ranking_too_long"
    RANKING_UNFINISHED = "ranking_unfinished"
    RANK_LEFT_OUT = "rank_left_out"
    NOT_A_NUMBER = "not_a_number"
    TOO_MANY_DECIMALS = "too_many_decimals"
    OUT_OF_RANGE = "out_of_range"
    TOO_LONG = "too_long"
    NOT_OFFERED = "not_offered"
    MISSING_AND_VALUE = "missing_and_value"

    @property
    def only_at_submission(self) -> bool:
        """Whether an answer may be kept like this for as long as it is not submitted."""
        return self in _AT_SUBMISSION


_AT_SUBMISSION = frozenset({Refusal.REQUIRED, Refusal.OTHER_UNSAID, Refusal.RANKING_UNFINISHED})


def _say(ko: str, en: str) -> Bilingual:
    return Bilingual(ko=ko, en=en)


_TEXTS: Final[Mapping[Refusal, Bilingual]] = {
    Refusal.REQUIRED: _say(
        "응답하지 않은 문항입니다. 하나를 고르거나 적어 주십시오.",
        "This question is not answered yet. Please choose or write an answer.",
    ),
    Refusal.UNKNOWN_ITEM: _say(
        "이 설문에 없는 문항입니다. 화면을 새로 고쳐 주십시오.",
        "This survey has no such question. Please load the page again.",
    ),
    Refusal.UNREADABLE: _say(
        "응답을 읽을 수 없습니다. 다시 응답해 주십시오.",
        "The answer cannot be read. Please answer again.",
    ),
    Refusal.UNKNOWN_OPTION: _say(
        "보기에 없는 응답입니다. 보기 중에서 골라 주십시오.",
        "This is not one of the answers. Please choose from those shown.",
    ),
    Refusal.MORE_THAN_ONE: _say(
        "하나만 골라 주십시오.",
        "Please choose only one.",
    ),
    Refusal.EXCLUSIVE: _say(
        "‘{option_ko}’은(는) 다른 보기와 함께 고를 수 없습니다. 하나만 남겨 주십시오.",
        "“{option_en}” cannot be chosen together with others. Please leave one or the other.",
    ),
    Refusal.OTHER_UNSAID: _say(
        "‘{option_ko}’의 내용을 적어 주십시오.",
        "Please say what you mean by “{option_en}”.",
    ),
    Refusal.RANKED_TWICE: _say(
        "같은 보기를 두 순위에 골랐습니다. 순위마다 다른 보기를 골라 주십시오.",
        "One answer was given two ranks. Please choose another one for each rank.",
    ),
    Refusal.RANKING_TOO_LONG: _say(
        "{top}순위까지만 골라 주십시오.",
        "Please rank no more than {top}.",
    ),
    Refusal.RANKING_UNFINISHED: _say(
        "{top}순위까지 모두 골라 주십시오.",
        "Please fill every rank down to {top}.",
    ),
    Refusal.RANK_LEFT_OUT: _say(
        "{rank}순위가 비어 있습니다. 1순위부터 차례로 골라 주십시오.",
        "Rank {rank} is empty. Please fill the ranks from the first on.",
    ),
    Refusal.NOT_A_NUMBER: _say(
        "{least}부터 {most}까지의 값을 숫자로 적어 주십시오.",
        "Please write a number from {least} to {most}.",
    ),
    Refusal.TOO_MANY_DECIMALS: _say(
        "소수점 아래 {decimals}자리까지 적어 주십시오.",
        "Please write at most {decimals} decimals.",
    ),
    Refusal.OUT_OF_RANGE: _say(
        "{least}부터 {most}까지의 값을 적어 주십시오.",
        "Please write a value from {least} to {most}.",
    ),
    Refusal.TOO_LONG: _say(
        "{limit:,}자 이내로 줄여 주십시오.",
        "Please shorten it to {limit:,} characters.",
    ),
    Refusal.NOT_OFFERED: _say(
        "이 문항에는 없는 응답입니다. 보기 중에서 골라 주십시오.",
        "This answer is not offered here. Please choose from those shown.",
    ),
    Refusal.MISSING_AND_VALUE: _say(
        "응답과 ‘{option_ko}’을(를) 함께 고를 수 없습니다. 하나만 남겨 주십시오.",
        "An answer and “{option_en}” cannot be given together. Please leave one or the other.",
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerFlaw:
    """What is wrong with the answer to one item, and what helps. Never a word of the answer itself."""

    item: str
    refusal: Refusal
    text: Bilingual


def refused(item: str, refusal: Refusal, **params: Any) -> AnswerFlaw:
    """An AnswerFlaw with its sentences filled in."""
    text = _TEXTS[refusal]
    return AnswerFlaw(
        item=item,
        refusal=refusal,
        text=Bilingual(ko=particles(text.ko.format(**params)), en=text.en.format(**params)),
    )

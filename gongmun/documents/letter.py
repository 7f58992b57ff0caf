"""The letter: what every official document has, and the cleaned texts that contexts are made of.

Texts for the reader are bilingual: one record prints in Korean and in English. Citizens' own words are
printed as they were written, in whatever language.
"""

from dataclasses import replace
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BeforeValidator
from pydantic.dataclasses import dataclass

from gongmun.documents.disclosure import OPEN, disclosure_class
from gongmun.errors import GongmunError
from gongmun.text import Bilingual, clean, clean_line, shorten

ROW_LIMIT = 1000
TITLE_LIMIT = 300
LINE_LIMIT = 1000

T = TypeVar("T")


class TooManyRows(GongmunError):
    """A document with more rows than can be printed safely."""

    code = "documents.too_many_rows"
    ko = "한 문서에는 {limit}건까지만 담을 수 있습니다({rows}건). 문서를 나누어 작성해 주십시오."
    en = "A document holds {limit} items at most ({rows} given). Split it into several documents."


class NothingToSay(GongmunError):
    """A document without a single item, or without a recipient."""

    code = "documents.no_rows"
    ko = "대상이 한 건도 없는 문서는 작성할 수 없습니다. 담을 제안을 확인해 주십시오."
    en = "A document without any item cannot be drafted. Check which suggestions it is about."


class Language(StrEnum):
    """What a document can be printed in."""

    KO = "ko"
    EN = "en"


def said(text: Bilingual, language: Language) -> str:
    """A text as one language says it."""
    return text.ko if language is Language.KO else text.en


def _limited(rows: tuple[T, ...]) -> tuple[T, ...]:
    if not rows:
        raise NothingToSay()
    if len(rows) > ROW_LIMIT:
        raise TooManyRows(limit=ROW_LIMIT, rows=len(rows))
    return rows


def _line(value: Any) -> Any:
    return shorten(clean_line(value), LINE_LIMIT) if isinstance(value, str) else value


def _paragraphs(value: Any) -> Any:
    return clean(value) if isinstance(value, str) else value


def _both_cleaned(value: Any) -> Any:
    if isinstance(value, Bilingual):
        return Bilingual(ko=_line(value.ko), en=_line(value.en))
    return {key: _line(text) for key, text in value.items()} if isinstance(value, dict) else value


def _one_for_both(value: Any) -> Any:
    return Bilingual(ko=value, en=value) if isinstance(value, str) else value


def _title(title: Bilingual) -> Bilingual:
    return replace(title, ko=shorten(title.ko, TITLE_LIMIT), en=shorten(title.en, TITLE_LIMIT))


# Cleaned before validation: pydantic refuses the lone surrogates that cleaning removes.
Line = Annotated[str, BeforeValidator(_line)]
Paragraphs = Annotated[str, BeforeValidator(_paragraphs)]
# A citizen's title; the title of a letter is `Subject`.
Title = Annotated[Line, AfterValidator(lambda title: shorten(title, TITLE_LIMIT))]
Both = Annotated[Bilingual, BeforeValidator(_both_cleaned)]
# What a person types in one language or in both: one stands for both where it is alone.
BothOrOne = Annotated[Both, BeforeValidator(_one_for_both)]
Subject = Annotated[Both, AfterValidator(_title)]
# Between one row and ROW_LIMIT.
Rows = Annotated[tuple[T, ...], AfterValidator(_limited)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Reference:
    """An earlier document (관련), as it is cited: `division-1234(2026. 10. 2.)`."""

    number: Line
    on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipient:
    """Who a document is for (수신)."""

    office: Both  # the office of the head: 국토교통부장관
    handling: Both | None = None  # the head of the division that handles it: 교통안전정책과장


# A report is addressed to whoever decides on it: the form for what stays in the house, and what stands on its row
# in the place of a ministry's code.
INTERNAL = Recipient(office=Bilingual(ko="내부결재", en="Internal approval"))
INTERNAL_CODE = "INTERNAL"


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """What every official document has, whatever it is about."""

    recipients: Rows[Recipient]  # more than one are listed under the sender (수신자 참조)
    via: Both = Bilingual(ko="", en="")  # (경유), always printed
    title: Subject
    decided_on: date  # the day of the decision, printed beside 전결
    legal_basis: tuple[Both, ...] = ()  # each the name and article of a law, as it is cited
    disclosure: Annotated[str, AfterValidator(disclosure_class)] = OPEN
    references: tuple[Reference, ...] = ()
    attachments: tuple[Both, ...] = ()  # names; "1부." is added in print
    language: Language = Language.KO  # of the official text; the other one is its twin

    @property
    def is_internal(self) -> bool:
        """Whether it stays in the house: then no sender is named, and no seal stands on it (규정 제13조제3항, 제14조)."""
        return self.recipients == (INTERNAL,)

    @property
    def subject(self) -> str:
        """The title of the official text."""
        return said(self.title, self.language)

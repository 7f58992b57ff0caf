"""What can be wrong with a questionnaire's file: where, what, and what helps, in both languages."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from gongmun.errors import GongmunError
from gongmun.surveys.questionnaire.flaw_texts import TEXTS
from gongmun.text import Bilingual, clean_line, particles, shorten

_SHOWN = 20  # flaws that the sentence of an error lists; it has them all
_QUOTED = 240  # characters of the file that a flaw repeats


class Reason(StrEnum):
    """Why a file is refused; each has its sentences in `flaw_texts`."""

    FILE_TOO_LARGE = "file_too_large"
    ENCODING = "encoding"
    UNPRINTABLE = "unprintable"
    TAB = "tab"
    SYNTAX = "syntax"
    DIRECTIVE = "directive"
    ANCHOR = "anchor"
    TAG = "tag"
    TOO_DEEP = "too_deep"
    TOO_MANY_NODES = "too_many_nodes"
    SECOND_DOCUMENT = "second_document"
    EMPTY_FILE = "empty_file"
    KEY_NOT_TEXT = "key_not_text"
    DUPLICATE_KEY = "duplicate_key"
    UNKNOWN_KEY = "unknown_key"
    UNKNOWN_KEY_NEAR = "unknown_key_near"
    MISSING_KEY = "missing_key"
    NOT_A_MAPPING = "not_a_mapping"
    NOT_A_LIST = "not_a_list"
    NOT_TEXT = "not_text"
    NOT_ONE_LINE = "not_one_line"
    NOT_INTEGER = "not_integer"
    NOT_A_NUMBER = "not_a_number"
    NOT_A_BOOLEAN = "not_a_boolean"
    NOT_A_CODE = "not_a_code"
    NOT_A_TREND_CODE = "not_a_trend_code"
    EMPTY_TEXT = "empty_text"
    TOO_LONG = "too_long"
    NO_TRANSLATION = "no_translation"
    NOT_TRANSLATED = "not_translated"
    EMPTY_LIST = "empty_list"
    TOO_MANY = "too_many"
    TOO_FEW = "too_few"
    OUT_OF_RANGE = "out_of_range"
    UNKNOWN_FORMAT = "unknown_format"
    UNKNOWN_TYPE = "unknown_type"
    CODE_TAKEN = "code_taken"
    VARIABLE_TAKEN = "variable_taken"
    OPTION_TAKEN = "option_taken"
    LABEL_TAKEN = "label_taken"
    SECOND_OTHER = "second_other"
    NOBODY_LEFT = "nobody_left"
    ENDS_UNLABELLED = "ends_unlabelled"
    NO_SUCH_POINT = "no_such_point"
    BOUNDS_CROSSED = "bounds_crossed"
    TOO_MANY_DECIMALS = "too_many_decimals"
    NOT_A_CONDITION = "not_a_condition"
    NO_SUCH_ITEM = "no_such_item"
    NOT_BACKWARD = "not_backward"
    TEST_NOT_FOR_TYPE = "test_not_for_type"
    NO_SUCH_OPTION = "no_such_option"
    NOT_OFFERED = "not_offered"
    NEVER_SHOWN = "never_shown"
    NEVER_HOLDS = "never_holds"
    TOO_COMPLEX = "too_complex"
    TREND_UNKNOWN = "trend_unknown"
    TREND_CHANGED = "trend_changed"
    TREND_TWICE = "trend_twice"


class Place(NamedTuple):
    """A position in a file; lines and columns are counted from 1, as editors do."""

    line: int
    column: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Flaw:
    """One thing to correct, and where it stands."""

    place: Place
    reason: Reason
    text: Bilingual


def flaw(place: Place, reason: Reason, **params: Any) -> Flaw:
    """A Flaw with its sentences filled in; what is quoted of the file is cut and made printable."""
    text = TEXTS[reason.value]
    params = {
        name: shorten(clean_line(value), _QUOTED) if isinstance(value, str) else value
        for name, value in params.items()
    }
    return Flaw(
        place=place,
        reason=reason,
        text=Bilingual(ko=particles(text.ko.format(**params)), en=text.en.format(**params)),
    )


class QuestionnaireInvalid(GongmunError):
    """A questionnaire's file that cannot be used; `flaws` has all that is to be corrected in it."""

    code = "surveys.questionnaire_invalid"
    ko = "설문지 {file}에 고칠 곳이 {count}군데 있습니다. {what_ko}"
    en = "Places to correct in the questionnaire {file}: {count}. {what_en}"

    @property
    def flaws(self) -> Sequence[Flaw]:
        """Every flaw, in the order of the file."""
        found: Sequence[Flaw] = self.params.get("flaws", ())
        return found


def invalid(file: str, flaws: Sequence[Flaw]) -> QuestionnaireInvalid:
    """The error that carries `flaws`; its sentence names the first of them with their places."""
    shown = flaws[:_SHOWN]
    return QuestionnaireInvalid(
        file=file,
        count=len(flaws),
        what_ko=" ".join(f"{f.place.line}:{f.place.column} {f.text.ko}" for f in shown),
        what_en=" ".join(f"{f.place.line}:{f.place.column} {f.text.en}" for f in shown),
        flaws=tuple(flaws),
    )


class FileUnreadable(GongmunError):
    """A questionnaire's file that is not there, or must not be read."""

    code = "surveys.questionnaire_unreadable"
    ko = "설문지 {file}을(를) 읽을 수 없습니다. 파일의 경로와 읽기 권한을 확인해 주십시오."
    en = "The questionnaire {file} cannot be read. Check its path and whether it may be read."

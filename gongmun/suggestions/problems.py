"""What can be wrong with one record, in both languages. Never a word of the record itself."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from gongmun.text import Bilingual, particles


class Reason(StrEnum):
    """Why a record was refused, or what a coordinator should look at."""

    ENCODING = "encoding"
    LINE_TOO_LONG = "line_too_long"
    BROKEN_QUOTES = "broken_quotes"
    LINES_SKIPPED = "lines_skipped"
    COLUMN_COUNT = "column_count"
    NOT_AN_OBJECT = "not_an_object"
    NOT_TEXT = "not_text"
    TITLE_MISSING = "title_missing"
    TOO_LONG = "too_long"
    CHANNEL_MISSING = "channel_missing"
    CHANNEL_UNKNOWN = "channel_unknown"
    DATE_INVALID = "date_invalid"
    # With these nothing is refused; they are read by a coordinator.
    TITLE_SHORTENED = "title_shortened"
    TOPIC_UNKNOWN = "topic_unknown"
    SELECTED_UNKNOWN = "selected_unknown"
    CONTENT_CHANGED = "content_changed"

    @property
    def refuses(self) -> bool:
        """Whether the record stays out of the database."""
        return self not in _WARNINGS


_WARNINGS = frozenset(
    {
        Reason.TITLE_SHORTENED,
        Reason.TOPIC_UNKNOWN,
        Reason.SELECTED_UNKNOWN,
        Reason.CONTENT_CHANGED,
    }
)

_TEXTS = {
    Reason.ENCODING: Bilingual(
        ko="{encoding}(으)로 읽을 수 없는 글자가 있습니다. 이 행을 원본에서 다시 저장해 주십시오.",
        en="Holds bytes that are not {encoding}. Save this row again from its source.",
    ),
    Reason.LINE_TOO_LONG: Bilingual(
        ko="한 줄이 {limit}바이트를 넘습니다. 파일이 손상되지 않았는지 확인해 주십시오.",
        en="A line is longer than {limit} bytes. Check whether the file is damaged.",
    ),
    Reason.BROKEN_QUOTES: Bilingual(
        ko="큰따옴표가 닫히지 않았거나 잘못 쓰였습니다. 이 행의 따옴표를 고쳐 주십시오.",
        en="A quotation mark is not closed or misplaced. Correct the quotes of this row.",
    ),
    Reason.LINES_SKIPPED: Bilingual(
        ko="따옴표가 잘못된 행이 너무 많아 {last}행까지 건너뛰었습니다. 원본에서 다시 저장해 주십시오.",
        en="Too many rows have broken quotes; skipped to line {last}. Save the file from its source.",
    ),
    Reason.COLUMN_COUNT: Bilingual(
        ko="열이 {found}개입니다. 제목 행과 같이 {expected}개여야 합니다.",
        en="Has {found} columns; the header row has {expected}.",
    ),
    Reason.NOT_AN_OBJECT: Bilingual(
        ko="한 줄에 JSON 객체 하나가 있어야 합니다. 이 줄의 형식을 고쳐 주십시오.",
        en="The line is not one JSON object. Correct its form.",
    ),
    Reason.NOT_TEXT: Bilingual(
        ko="'{column}' 값이 글이 아니라 목록이나 객체입니다. 글로 바꾸어 주십시오.",
        en="The value of '{column}' is a list or an object. Make it text.",
    ),
    Reason.TITLE_MISSING: Bilingual(
        ko="제목이 비어 있습니다. 제목을 적어 다시 가져와 주십시오.",
        en="The title is empty. Write one and import again.",
    ),
    Reason.TOO_LONG: Bilingual(
        ko="'{column}' 값이 {limit}자를 넘습니다. 줄이거나 나누어 다시 가져와 주십시오.",
        en="The value of '{column}' exceeds {limit} characters. Shorten or split it, import again.",
    ),
    Reason.CHANNEL_MISSING: Bilingual(
        ko="접수경로가 비어 있습니다. 값을 적거나 매핑의 [constants]에 channel을 지정해 주십시오.",
        en="The channel is empty. Fill it in, or set channel in [constants] of the mapping.",
    ),
    Reason.CHANNEL_UNKNOWN: Bilingual(
        ko="알 수 없는 접수경로입니다. 매핑의 [channels]에 이 낱말을 더해 주십시오.",
        en="The channel is unknown. Add its word to [channels] of the mapping.",
    ),
    Reason.DATE_INVALID: Bilingual(
        ko="접수일시를 읽을 수 없습니다. 예: 2026-03-02 14:05",
        en="The date of submission cannot be read. Example: 2026-03-02 14:05",
    ),
    Reason.TITLE_SHORTENED: Bilingual(
        ko="제목이 {limit}자를 넘어 줄였습니다. 전체 제목은 내용의 첫머리에 있습니다.",
        en="The title exceeds {limit} characters and was cut; the body begins with the whole of it.",
    ),
    Reason.TOPIC_UNKNOWN: Bilingual(
        ko="분야를 알 수 없어 분야 없이 접수했습니다. 담당자가 분야를 지정해 주십시오.",
        en="The topic is unknown; it went in without one. A coordinator must give it a topic.",
    ),
    Reason.SELECTED_UNKNOWN: Bilingual(
        ko="선정여부를 알 수 없어 선정하지 않았습니다. 담당자가 확인해 주십시오.",
        en="Whether it is selected cannot be read; it is not. A coordinator must check.",
    ),
    Reason.CONTENT_CHANGED: Bilingual(
        ko="같은 번호의 제안이 다른 내용으로 이미 있습니다. 먼저 접수한 내용을 그대로 두었습니다.",
        en="A suggestion with the same id and other content is already there; that one was kept.",
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """What is wrong with the record that starts on physical line `line` (from 1)."""

    line: int
    reason: Reason
    text: Bilingual


def problem(line: int, reason: Reason, **params: Any) -> Problem:
    """A Problem with its sentence filled in. `params` are limits, counts and mapped column names."""
    text = _TEXTS[reason]
    return Problem(
        line=line,
        reason=reason,
        text=Bilingual(ko=particles(text.ko.format(**params)), en=text.en.format(**params)),
    )

"""Check and clean one record: an Entry for the database, or the Problem that refuses it."""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from gongmun.clock import SEOUL
from gongmun.suggestions.mapping import ColumnMapping
from gongmun.suggestions.models import (
    BODY_LIMIT,
    CONTACT_LIMIT,
    EXTERNAL_ID_LIMIT,
    NAME_LIMIT,
    TITLE_LIMIT,
    Channel,
)
from gongmun.suggestions.problems import Problem, Reason, problem
from gongmun.suggestions.source import Record
from gongmun.suggestions.topics import is_topic_code
from gongmun.text import clean, clean_line, shorten

_YES = frozenset({"y", "yes", "true", "1", "o", "○", "예", "네", "선정", "선정됨"})
_NO = frozenset({"n", "no", "false", "0", "x", "×", "-", "아니오", "아니요", "미선정"})

# 2026. 3. 2.(월) 오후 2:05, 2026년 3월 2일, 2026/03/02 14:05:10
_WRITTEN = re.compile(
    r"([0-9]{4}) ?[-./년] ?([0-9]{1,2}) ?[-./월] ?([0-9]{1,2}) ?[.일]? ?(?:\([월화수목금토일]\))?"
    r"(?: ?(오전|오후)? ?([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?)?"
)
_YEARS = range(1980, 2101)

_LIMITS = {
    "external_id": EXTERNAL_ID_LIMIT,
    "proposer_name": NAME_LIMIT,
    "proposer_contact": CONTACT_LIMIT,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One suggestion, clean and complete, with what a coordinator should know about it."""

    line: int
    key: str
    channel: Channel
    external_id: str | None
    title: str
    body: str
    topic: str | None
    submitted_at: datetime | None
    selected: bool
    content_hash: str
    proposer_name: str | None
    proposer_contact: str | None
    warnings: tuple[Problem, ...]


class _Refused(Exception):
    def __init__(self, reason: Reason, **params: object) -> None:
        super().__init__(reason)
        self.reason, self.params = reason, params


def check(record: Record, mapping: ColumnMapping) -> Entry | Problem:
    """The entry that a record makes, or why it makes none."""
    try:
        return _entry(record, mapping)
    except _Refused as refusal:
        return problem(record.line, refusal.reason, **refusal.params)


def _entry(record: Record, mapping: ColumnMapping) -> Entry:
    warnings: list[Problem] = []
    lines = {field: clean_line(value) for field, value in record.values.items() if field != "body"}
    for field, limit in _LIMITS.items():
        if len(lines.get(field, "")) > limit:
            raise _Refused(Reason.TOO_LONG, column=mapping.columns.by_field()[field], limit=limit)
    title, body = lines["title"], clean(record.values.get("body", ""))
    if not title:
        raise _Refused(Reason.TITLE_MISSING)
    content_hash = hashlib.sha256(f"{title}\n{body}".encode()).hexdigest()
    if len(title) > TITLE_LIMIT:
        warnings.append(problem(record.line, Reason.TITLE_SHORTENED, limit=TITLE_LIMIT))
        title, body = shorten(title, TITLE_LIMIT), f"{title}\n\n{body}".strip()
    if len(body) > BODY_LIMIT:
        column = mapping.columns.body or mapping.columns.title
        raise _Refused(Reason.TOO_LONG, column=column, limit=BODY_LIMIT)
    channel = _channel(lines.get("channel", ""), mapping)
    external_id = lines.get("external_id") or None
    topic, topic_known = _topic(lines.get("topic", ""), mapping)
    if not topic_known:
        warnings.append(problem(record.line, Reason.TOPIC_UNKNOWN))
    selected = _selected(lines.get("selected", ""), mapping)
    if selected is None:
        warnings.append(problem(record.line, Reason.SELECTED_UNKNOWN))
    return Entry(
        line=record.line,
        key=f"{channel}:{external_id}" if external_id else f"sha256:{content_hash}",
        channel=channel,
        external_id=external_id,
        title=title,
        body=body,
        topic=topic,
        submitted_at=_moment(lines.get("submitted_at", "")),
        selected=bool(selected),
        content_hash=content_hash,
        proposer_name=lines.get("proposer_name") or None,
        proposer_contact=lines.get("proposer_contact") or None,
        warnings=tuple(warnings),
    )


def _channel(word: str, mapping: ColumnMapping) -> Channel:
    if not word:
        if mapping.constants.channel is None:
            raise _Refused(Reason.CHANNEL_MISSING)
        return mapping.constants.channel
    try:
        return mapping.channels.get(word) or Channel(word)
    except ValueError:
        raise _Refused(Reason.CHANNEL_UNKNOWN) from None


def _topic(word: str, mapping: ColumnMapping) -> tuple[str | None, bool]:
    """The code, and whether the word was understood. No word is no topic, which is no surprise."""
    if not word:
        return mapping.constants.topic, True
    code = mapping.topics.get(word, word)
    return (code, True) if is_topic_code(code) else (None, False)


def _selected(word: str, mapping: ColumnMapping) -> bool | None:
    if not word:
        return mapping.constants.selected
    word = word.casefold()
    if word in _YES:
        return True
    return False if word in _NO else None


def _moment(text: str) -> datetime | None:
    """A moment in UTC; without a zone it is Seoul's, without a time the beginning of the day."""
    if not text:
        return None
    try:
        moment = _parsed(text)
        if moment.year not in _YEARS:
            raise ValueError
    except ValueError:
        raise _Refused(Reason.DATE_INVALID) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=SEOUL)).astimezone(UTC)


def _parsed(text: str) -> datetime:
    written = _WRITTEN.fullmatch(text)
    if written is None:
        return datetime.fromisoformat(text)
    year, month, day, half, hour, minute, second = written.groups(default="0")
    hours = int(hour)
    if half in ("오전", "오후"):
        if not 1 <= hours <= 12:
            raise ValueError
        hours = hours % 12 + (12 if half == "오후" else 0)
    return datetime(int(year), int(month), int(day), hours, int(minute), int(second))  # noqa: DTZ001

"""Decisions of coordinators (결재): what one is asked, by which form, and who answers for it.

A matter (결정 사안) is shown in Prefect's page: ids, codes and counts, nothing personal. What is asked must not
change by the hour either, because an answer counts only for what was shown.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, Field, create_model

from gongmun.errors import GongmunError
from gongmun.text import Bilingual, clean_line

ASK_SWEEP = "ask-decisions"
NAME_LIMIT = 60
REASON_LIMIT = 1000

_FIELDS_KO = {"name": "결재자 성명", "reason": "사유"}


class DecisionIncomplete(GongmunError):
    """A form without a name or a reason, or with one that is too long."""

    code = "approval.incomplete"
    ko = "결재를 처리하지 않았습니다. '{field_ko}' 항목을 {limit}자 이내로 입력해 주십시오."
    en = "No decision was recorded. Fill in '{field}' with 1 to {limit} characters."


class Kind(StrEnum):
    """What a coordinator decides by a form of its own."""

    DISPATCH = "dispatch"  # 발송 불명
    SUGGESTION = "suggestion"  # 소관 지정
    EXTENSION = "extension"  # 연장 요청
    ESCALATION = "escalation"  # 상향 통보
    REPORT = "report"  # 설문 결과 보고서
    CONTACT = "contact"  # 반송되는 연락처


KINDS: Mapping[Kind, Bilingual] = {
    Kind.DISPATCH: Bilingual(ko="도착 여부를 알 수 없는 발송", en="uncertain dispatches"),
    Kind.SUGGESTION: Bilingual(ko="소관 미지정 제안", en="suggestions without a ministry"),
    Kind.EXTENSION: Bilingual(ko="기한 연장 요청", en="requests for more time"),
    Kind.ESCALATION: Bilingual(ko="상향 통보", en="escalations"),
    Kind.REPORT: Bilingual(ko="설문 결과 보고서", en="survey reports"),
    Kind.CONTACT: Bilingual(ko="메일이 반송되는 연락처", en="contacts whose mail comes back"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Pending:
    """Something that waits for a decision. `occasion` tells one time that it waits from another."""

    kind: Kind
    number: int
    occasion: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Matter:
    """One thing to decide, as its form shows it.

    `standing` is where it stands; while `is_open` it is decided by `form`. `how`, in Markdown, says
    where to read more, and what comes of each choice. Its English has no marks: Prefect's page loses what follows
    code in italics.
    """

    title: Bilingual
    standing: Bilingual
    is_open: bool
    facts: Mapping[Bilingual, object]
    how: Bilingual
    form: type[BaseModel]

    @property
    def digest(self) -> str:
        """Tells what is shown here from anything else that was shown, in twelve characters."""
        shown = (self.title, sorted(map(str, self.facts.items())), self.form.model_json_schema())
        return hashlib.sha256(repr(shown).encode()).hexdigest()[:12]


class NumberForm(BaseModel):
    """Which one is meant, where the number that was given is nothing's."""

    number: int = Field(title="번호 / Number", ge=1)


def form(**choices: tuple[Any, Any]) -> type[BaseModel]:
    """A form of these fields, and of who decides and why.

    Nothing is chosen beforehand, so that an empty form decides nothing. Texts are checked again where the decision is
    recorded: the form is only what the browser is told.
    """
    fields: dict[str, Any] = {
        **choices,
        "name": (
            str,
            Field(title="결재자 성명 / Your name", min_length=1, max_length=NAME_LIMIT),
        ),
        "reason": (str, Field(title="사유 / Reason", min_length=1, max_length=REASON_LIMIT)),
    }
    made: type[BaseModel] = create_model("Decision", **fields)
    return made


def answered_for(name: str, reason: str) -> tuple[str, str]:
    """Name and reason as they are recorded.

    Raises:
        DecisionIncomplete: one of them is empty or too long.
    """
    return _filled("name", name, NAME_LIMIT), _filled("reason", reason, REASON_LIMIT)


def _filled(field: str, value: str, limit: int) -> str:
    cleaned = clean_line(value)
    if not 0 < len(cleaned) <= limit:
        raise DecisionIncomplete(field=field, field_ko=_FIELDS_KO[field], limit=limit)
    return cleaned

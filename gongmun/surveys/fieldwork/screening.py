"""Who is not of the survey (선별): he has answered, and is no complete answer for `stop_at` and the quotas of a series.

Only his sheet tells: nobody is named, and no invitation is looked at. (AAPOR 4.10, not eligible.)
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from gongmun.surveys.fieldwork import invitation_queries, sheet_queries
from gongmun.surveys.fieldwork.answering import questionnaire_of
from gongmun.surveys.fieldwork.models import InvitationStatus, SurveyCycle
from gongmun.surveys.questionnaire.items import Questionnaire

_FEATURES = ("sex", "age_group", "province")


@dataclass(frozen=True, kw_only=True, slots=True)
class ScreenedOut:
    """How many of those who have handed in are not of the survey: in all, and by feature and value."""

    count: int
    categories: Mapping[tuple[str, str], int]


def complete(session: Session, wave: SurveyCycle) -> int:
    """How many complete answers a wave has."""
    answered = invitation_queries.counted(session, wave.id)[InvitationStatus.ANSWERED]
    return answered - screened_out(session, wave).count


def complete_by_category(session: Session, wave: SurveyCycle) -> Mapping[tuple[str, str], int]:
    """How many complete answers a wave has, of each feature and value."""
    out = screened_out(session, wave).categories
    found = invitation_queries.answered_by_category(session, wave.id)
    return {key: answered - out.get(key, 0) for key, (_, answered) in found.items()}


def screened_out(session: Session, wave: SurveyCycle) -> ScreenedOut:
    """Who of a wave that was opened has said so far that he is not of the survey."""
    codes = _screening(questionnaire_of(session, wave))
    if not codes:
        return ScreenedOut(count=0, categories={})
    out = [
        sheet
        for sheet in sheet_queries.handed_in(session, wave.id)
        if any(_chosen(sheet.answers, item) & of_item for item, of_item in codes.items())
    ]
    pairs = ((name, getattr(sheet, name)) for sheet in out for name in _FEATURES)
    return ScreenedOut(
        count=len(out), categories=Counter(pair for pair in pairs if pair[1] is not None)
    )


def _screening(questionnaire: Questionnaire) -> Mapping[str, frozenset[int]]:
    """The options by which somebody is not of the survey, of each item that has any."""
    found = {
        item.code: frozenset(option.code for option in item.options if option.screens_out)
        for _, item in questionnaire.items()
    }
    return {item: codes for item, codes in found.items() if codes}


def _chosen(answers: Mapping[str, Any], item: str) -> frozenset[int]:
    return frozenset(answers.get(item, {}).get("codes", ()))

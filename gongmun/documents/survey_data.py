"""The data of a survey's report, as the published schema describes it; see `data`."""

from collections.abc import Mapping
from typing import Any

from gongmun.documents.survey_report import SurveyAnswer, SurveyReportContext
from gongmun.text import Bilingual


def survey_content(context: SurveyReportContext) -> dict[str, Any]:
    """What the enclosed JSON says of a survey: its method and its figures. Quotes stand in print only."""
    first, last = context.period
    return {
        "survey": _both(context.survey),
        "wave": context.wave,
        "first_day": first.isoformat(),
        "last_day": last.isoformat(),
        "answered": context.answered,
        "method": [
            {"name": _both(fact.name), "value": _both(fact.value)} for fact in context.method
        ],
        "questions": [
            {
                "text": _both(question.text),
                "base": question.base,
                "answers": [_answer(answer) for answer in question.answers],
            }
            for question in context.questions
        ],
    }


def _answer(answer: SurveyAnswer) -> Mapping[str, object]:
    return {
        "label": _both(answer.label),
        "count": answer.count,
        "share": answer.share,
        "low": answer.low,
        "high": answer.high,
    }


def _both(text: Bilingual) -> Mapping[str, str]:
    return {"ko": text.ko, "en": text.en}

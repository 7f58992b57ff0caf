"""The data of a white paper, as the published schema describes it; see `data`."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from gongmun.documents.white_paper import (
    WhitePaperContext,
    WhitePaperFigure,
    WhitePaperMinistry,
    WhitePaperSurvey,
)
from gongmun.text import Bilingual


def white_paper_content(context: WhitePaperContext) -> dict[str, Any]:
    """What the enclosed JSON says of a year: every figure, by step, by ministry and by wave."""
    return {
        "year": context.year,
        "counted_on": context.counted_on.isoformat(),
        "parts": [
            {
                "title": _both(part.title),
                "source": _both(part.source),
                "figures": [_figure(figure) for figure in part.figures],
            }
            for part in context.parts
        ],
        "ministries": [_ministry(ministry) for ministry in context.ministries],
        "surveys": [_survey(survey) for survey in context.surveys],
    }


def _figure(figure: WhitePaperFigure) -> Mapping[str, object]:
    return {
        "name": _both(figure.name),
        "count": figure.count,
        "base": figure.base,
        "definition": _both(figure.definition),
    }


def _ministry(ministry: WhitePaperMinistry) -> Mapping[str, object]:
    counts = {
        field.name: getattr(ministry, field.name)
        for field in fields(ministry)
        if field.name != "name"
    }
    return {"name": _both(ministry.name), **counts}


def _survey(survey: WhitePaperSurvey) -> Mapping[str, object]:
    first, last = survey.period
    return {
        "title": _both(survey.title),
        "wave": survey.wave,
        "first_day": first.isoformat(),
        "last_day": last.isoformat(),
        "published_on": survey.published_on.isoformat(),
        "report": survey.number,
        "findings": [_both(finding) for finding in survey.findings],
    }


def _both(text: Bilingual) -> Mapping[str, str]:
    return {"ko": text.ko, "en": text.en}

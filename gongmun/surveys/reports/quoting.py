"""Quotes (인용): open answers in groups of those that say the same, of which a person approves what is printed."""

from collections.abc import Iterator, Mapping, Sequence

from gongmun.surveys.analysis.open_answers import group_answers
from gongmun.surveys.reports.models import SurveyQuote
from gongmun.text import shorten

# Candidates of each open question.
_CANDIDATES = 8
_LENGTH = 1000


def candidates(cycle_id: int, texts: Mapping[str, Sequence[str | None]]) -> Iterator[SurveyQuote]:
    """Of each open question the texts that stand for the most answers, masked."""
    for item, given in texts.items():
        for place, group in enumerate(group_answers(given)[:_CANDIDATES], start=1):
            yield SurveyQuote(
                cycle_id=cycle_id,
                item=item,
                place=place,
                size=group.size,
                text=shorten(group.quote, _LENGTH),
            )

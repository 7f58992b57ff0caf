"""Days, periods and citations, as each language prints them in official documents."""

from datetime import date

from gongmun.documents.letter import Reference
from gongmun.text import english_date, korean_date


def korean_period(days: tuple[date, date]) -> str:
    """First and last day: `2026. 9. 18.~9. 19.`, the year once where it is the same."""
    first, last = days
    if first == last:
        return korean_date(first)
    end = f"{last.month}. {last.day}." if first.year == last.year else korean_date(last)
    return f"{korean_date(first)}~{end}"


def english_period(days: tuple[date, date]) -> str:
    """First and last day: `18–19 September 2026`, month and year once where they are the same."""
    first, last = days
    if first == last:
        return english_date(first)
    if first.year != last.year:
        return f"{english_date(first)} – {english_date(last)}"
    if first.month != last.month:
        return f"{first.day} {first:%B} – {english_date(last)}"
    return f"{first.day}–{english_date(last)}"


def korean_citation(reference: Reference) -> str:
    """An earlier document: `division-serial(2026. 10. 2.)`."""
    return f"{reference.number}({korean_date(reference.on)})"


def korean_decided(day: date) -> str:
    """The day beside `전결`: `11/21`."""
    return f"{day.month}/{day.day}"

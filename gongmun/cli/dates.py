"""Days and moments as a person types them: each option takes the same forms, and says in both languages what is wrong.

Parsers for `typer.Option(parser=…)`. A time without a zone is the clock of Seoul, see `output.moment`.
"""

import re
from datetime import date, datetime

import typer

# How it is read, and what has that form.
_Form = tuple[str, str]
_DAY: _Form = ("%Y-%m-%d", r"\d{4}-\d{1,2}-\d{1,2}")
_TIME: _Form = ("%Y-%m-%dT%H:%M", _DAY[1] + r"T\d{1,2}:\d{1,2}")
_ZONED: _Form = ("%Y-%m-%dT%H:%M%z", _TIME[1] + r"(?:Z|[+-]\d{2}:?\d{2})")


def a_day(text: str) -> date:
    """A day: `2026-11-23`."""
    return _read(text, _DAY, example="2026-11-23").date()


def a_time(text: str) -> datetime:
    """A day and a time, with a space or a T between them: `2026-11-23 10:00`."""
    return _read(text, _TIME, _ZONED, example='"2026-11-23 10:00"')


def a_moment(text: str) -> datetime:
    """As `a_time`, or a day, which is its midnight."""
    return _read(text, _DAY, _TIME, _ZONED, example='2026-11-23, "2026-11-23 10:00"')


def _read(text: str, *forms: _Form, example: str) -> datetime:
    typed = "T".join(text.split())
    for form, shape in forms:
        if re.fullmatch(shape, typed, re.ASCII):
            try:
                return datetime.strptime(typed, form)  # noqa: DTZ007 - see output.moment
            except ValueError:
                raise typer.BadParameter(
                    f"{text}: 없는 날짜나 시각입니다. / There is no such day or time."
                ) from None
    raise typer.BadParameter(
        f"{text}: 이렇게 적어 주십시오: {example} / Write it like that: {example}"
    )

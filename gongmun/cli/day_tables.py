"""The days of a period as a table: which count, which do not, and why."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from gongmun.calendar import CountedDay
from gongmun.cli.output import table, weekday
from gongmun.text import Bilingual


def show_days(title: Bilingual, days: Sequence[CountedDay]) -> None:
    """Print them; where hours are counted, with how many there were by the end of each day."""
    in_hours = any(counted.time is not None for counted in days)
    table(
        title,
        (
            Bilingual(ko="날짜", en="day"),
            Bilingual(ko="누적 시간", en="hours so far")
            if in_hours
            else Bilingual(ko="순번", en="counted"),
            Bilingual(ko="사유", en="why"),
        ),
        [
            (weekday(counted.day), place, counted.why)
            for counted, place in zip(days, _places(days), strict=True)
        ],
    )


def _places(days: Sequence[CountedDay]) -> Iterator[str]:
    """The place of each among the days that count, or the hours so far."""
    so_far = timedelta()
    for counted in days:
        so_far += counted.time or timedelta()
        if counted.number is None:
            yield "–"
        elif counted.time is None:
            yield str(counted.number)
        else:
            minutes = so_far // timedelta(minutes=1)
            yield f"{minutes // 60}:{minutes % 60:02}"

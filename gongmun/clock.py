"""The only module that reads the clock. Stored times are UTC; legal days are counted in Seoul."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from gongmun.errors import NaiveDatetime

SEOUL = ZoneInfo("Asia/Seoul")


def _by_the_machine() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = _by_the_machine


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return utc(_source())


@contextmanager
def told_by(source: Callable[[], datetime]) -> Iterator[None]:
    """Another source of the present for the block, in every thread: the simulation's virtual clock."""
    global _source
    before, _source = _source, source
    try:
        yield
    finally:
        _source = before


def resolve(as_of: datetime | None) -> datetime:
    """`as_of` in UTC, or the present moment where none is given.

    Raises:
        NaiveDatetime: `as_of` has no time zone.
    """
    return now() if as_of is None else utc(as_of)


def utc(moment: datetime) -> datetime:
    """An aware datetime in UTC; refuses a naive one with NaiveDatetime."""
    if moment.tzinfo is None:
        raise NaiveDatetime(value=moment.isoformat())
    return moment if moment.tzinfo is UTC else moment.astimezone(UTC)


def seoul_date(moment: datetime) -> date:
    """The calendar day in Seoul on which `moment` falls: the day legal periods count."""
    if moment.tzinfo is None:
        raise NaiveDatetime(value=moment.isoformat())
    return moment.astimezone(SEOUL).date()


def seoul_time(day: date, hour: int = 0, minute: int = 0) -> datetime:
    """The moment (UTC) at which it is `hour:minute` in Seoul on `day`."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=SEOUL).astimezone(UTC)

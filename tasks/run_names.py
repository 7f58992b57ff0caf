"""Names of runs: what, for whom and for which day. Codes and ids only; an ASCII word first, because Prefect's graph drops Hangul."""

from collections.abc import Callable
from datetime import date, datetime

from prefect.runtime import flow_run

from gongmun.clock import seoul_date
from gongmun.errors import NaiveDatetime


def of_day(words: str, *, whom: str = "") -> Callable[[], str]:
    """`CHASE referrals 2026-11-24`, and ` preview` behind it where the run only shows what it would do.

    The day is that of `as_of` in Seoul, or the one on which the run was due: one that was missed keeps the name of
    its day. `whom` is a parameter of the flow whose value, where it is given, stands before the day.
    """

    def name() -> str:
        given = flow_run.parameters
        parts = [words, given.get(whom) or "", _day(given.get("as_of")).isoformat()]
        return " ".join(filter(None, [*parts, "preview" if given.get("dry_run") else ""]))

    def _day(as_of: datetime | str | None) -> date:
        due = flow_run.scheduled_start_time
        try:
            moment = datetime.fromisoformat(as_of) if isinstance(as_of, str) else as_of
            return seoul_date(moment or due)
        except (ValueError, NaiveDatetime):
            # It is refused by the flow itself, in words.
            return seoul_date(due)

    return name

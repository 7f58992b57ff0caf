"""The overdue verdict of a referral's clock against the city of Boston's own flag, case by case.

An excerpt runs always. The whole file of 58,219 cases runs where it lies beside the project, or where
GONGMUN_TEST_BOSTON311 names it.
"""

import csv
import gzip
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from gongmun.calendar import Counting, WorkingCalendar
from gongmun.calendar.overrides import Override
from gongmun.calendar.years import FIRST_YEAR, LAST_YEAR
from gongmun.clock import SEOUL, seoul_date
from gongmun.referrals.clocks import answer_values, days_overdue, is_late
from gongmun.text import Bilingual

SAMPLE = Path(__file__).parents[1] / "data" / "boston311_sample.csv.gz"
BESIDE = Path(__file__).parents[3] / "shared" / "data" / "boston311_2015_h1.csv.gz"
WHOLE = Path(os.environ.get("GONGMUN_TEST_BOSTON311") or BESIDE)
# A few cases are of 2011, before our calendar begins: all are put off by as many days. The city's times are of the
# clock on its wall, and are read as those of ours.
_LATER = timedelta(days=4 * 365 + 1)


@pytest.fixture(scope="module")
def round_the_clock() -> WorkingCalendar:
    """Boston's calendar: its deadlines fall on any day and at any hour."""
    off = WorkingCalendar().days_off(date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31))
    name = Bilingual(ko="근무", en="working")
    return WorkingCalendar(
        [Override(day=day, working=True, name=name) for day, _ in off],
        hours=[(timedelta(), timedelta(hours=24))],
    )


def cases(path: Path) -> Iterator[Mapping[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def moment(text: str) -> datetime:
    return (datetime.fromisoformat(text) + _LATER).replace(tzinfo=SEOUL)


def verdicts(path: Path, calendar: WorkingCalendar) -> Counter[tuple[str, str]]:
    """How often the city's word and ours met, for the cases with a deadline that were closed."""
    met: Counter[tuple[str, str]] = Counter()
    for case in cases(path):
        if not (case["target_at"] and case["closed_at"]):
            continue
        opened, target, closed = (moment(case[f"{at}_at"]) for at in ("opened", "target", "closed"))
        # The clock of a referral: so much time from the start, kept in its columns.
        clock = answer_values(Counting.time(opened, target - opened), calendar)
        assert clock["answer_due_at"] == target
        late = is_late(clock["answer_due_at"], closed)
        # By whole days it is late only where it is by the moment.
        days = days_overdue(clock["answer_due"], seoul_date(closed), calendar)
        assert (days > 0) == (seoul_date(closed) > seoul_date(target))
        assert late or not days
        met[case["on_time"], "OVERDUE" if late else "ONTIME"] += 1
    return met


def test_the_verdict_is_that_of_the_city(round_the_clock: WorkingCalendar) -> None:
    met = verdicts(SAMPLE, round_the_clock)
    # On 49 cases the city has no word; all of those were closed after their day.
    assert met == {("ONTIME", "ONTIME"): 1153, ("OVERDUE", "OVERDUE"): 467, ("", "OVERDUE"): 49}


def test_the_excerpt_has_all_departments() -> None:
    assert len({case["department"] for case in cases(SAMPLE)}) == 17


@pytest.mark.skipif(not WHOLE.is_file(), reason="the whole file is not there")
def test_the_verdict_is_that_of_the_city_on_every_case(round_the_clock: WorkingCalendar) -> None:
    met = verdicts(WHOLE, round_the_clock)
    assert met == {("ONTIME", "ONTIME"): 27_323, ("OVERDUE", "OVERDUE"): 9_973, ("", "OVERDUE"): 63}

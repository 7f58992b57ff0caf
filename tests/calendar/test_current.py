"""The operator's own file of days off: read while all runs, one calendar for one content, a broken file refused."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from gongmun.calendar import OverridesInvalid, calendar, working_days
from gongmun.settings import settings

HEADER = "date,name_ko,name_en,kind,source\n"
MONDAY, SATURDAY = date(2026, 11, 23), date(2026, 11, 28)
OFF = f"{MONDAY},임시공휴일,Temporary holiday,off,관보 제1호(2026-11-02)\n"
WORKING = f"{SATURDAY},대체근무일,Working Saturday,working,관보 제2호(2026-11-03)\n"


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The file that the settings name; it has no lines yet."""
    file = tmp_path / "days-off.csv"
    file.write_text(HEADER, encoding="utf-8")
    monkeypatch.setenv("GONGMUN_CALENDAR_OVERRIDES", str(file))
    settings.cache_clear()
    yield file
    settings.cache_clear()


def test_a_line_that_is_added_counts_at_once(own: Path) -> None:
    before = calendar()
    assert before.is_working_day(MONDAY)
    own.write_text(HEADER + OFF, encoding="utf-8")
    assert not calendar().is_working_day(MONDAY)
    assert not calendar().is_working_day(SATURDAY)
    own.write_text(HEADER + OFF + WORKING, encoding="utf-8")
    assert calendar().is_working_day(SATURDAY)
    assert set(calendar().overridden) == {MONDAY, SATURDAY}
    # Who holds the calendar of before goes on counting by that one.
    assert before.is_working_day(MONDAY)
    own.write_text(HEADER, encoding="utf-8")
    assert calendar().is_working_day(MONDAY)


def test_the_same_calendar_as_long_as_no_line_changes(own: Path) -> None:
    own.write_text(HEADER + OFF, encoding="utf-8")
    first = calendar()
    assert calendar() is first
    os.utime(own, ns=(1, 1))  # touched only
    assert calendar() is first
    replacement = own.with_suffix(".new")
    replacement.write_text(HEADER + OFF, encoding="utf-8")
    replacement.replace(own)
    assert calendar() is first


def test_a_change_of_the_same_length_within_one_tick_is_seen(own: Path) -> None:
    """As a script does that writes a new file beside the old one and puts it in its place."""
    own.write_text(HEADER + OFF, encoding="utf-8")
    before, seen = calendar(), own.stat()
    replacement = own.with_suffix(".new")
    replacement.write_text(HEADER + OFF.replace("-23", "-24"), encoding="utf-8")
    os.utime(replacement, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    replacement.replace(own)
    assert calendar() is not before
    assert calendar().is_working_day(MONDAY)


def test_its_lines_go_before_those_of_the_package(
    own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packaged = tmp_path / "packaged.csv"
    packaged.write_text(HEADER + OFF + WORKING, encoding="utf-8")
    monkeypatch.setattr(working_days, "OVERRIDES", packaged)
    assert not calendar().is_working_day(MONDAY)
    assert calendar().is_working_day(SATURDAY)
    # The holiday was called off, and the Saturday is one after all.
    own.write_text(
        HEADER + OFF.replace(",off,", ",working,") + WORKING.replace(",working,", ",off,"),
        encoding="utf-8",
    )
    assert calendar().is_working_day(MONDAY)
    assert not calendar().is_working_day(SATURDAY)


@pytest.mark.parametrize(
    "broken", ["nonsense", HEADER + OFF + OFF, HEADER + "2026-11-31,가,a,off,b\n", None]
)
def test_a_broken_file_stops_the_counting(own: Path, broken: str | None) -> None:
    """No deadline is counted by the calendar of before: it would be promised, and be wrong."""
    own.write_text(HEADER + OFF, encoding="utf-8")
    calendar()
    own.unlink()
    if broken is not None:
        own.write_text(broken, encoding="utf-8")
    for _ in range(2):
        with pytest.raises(OverridesInvalid, match=r"days-off\.csv"):
            calendar()
    own.write_text(HEADER + OFF, encoding="utf-8")
    assert not calendar().is_working_day(MONDAY)


def test_a_year_that_was_mistyped_stops_it_too(own: Path) -> None:
    own.write_text(HEADER + OFF.replace("2026-11-23", "2206-11-23"), encoding="utf-8")
    with pytest.raises(OverridesInvalid) as caught:
        calendar()
    assert (caught.value.params["file"], caught.value.params["line"]) == ("days-off.csv", 2)


def test_all_threads_have_the_same_calendar(own: Path) -> None:
    own.write_text(HEADER + WORKING, encoding="utf-8")
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: calendar(), range(64)))
    assert len(set(map(id, found))) == 1


def test_a_day_may_be_turned_over() -> None:
    """What the calendar of before a declaration was, for the words about it."""
    turned = calendar().turned([MONDAY, SATURDAY])
    assert not turned.is_working_day(MONDAY)
    assert turned.is_working_day(SATURDAY)
    assert turned.shift(date(2026, 11, 20), 1) == date(2026, 11, 24)
    assert calendar().is_working_day(MONDAY)
    assert turned.turned([MONDAY, SATURDAY]).is_working_day(MONDAY)

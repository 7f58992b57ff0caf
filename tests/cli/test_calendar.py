"""`gongmun calendar` and `gongmun deadline explain --rule`: days as a person reads them."""

from importlib.metadata import version
from pathlib import Path

import pytest
from rich.cells import cell_len

from gongmun.cli import output
from gongmun.settings import settings
from tests.cli.conftest import Gongmun

HEADER = "date,name_ko,name_en,kind,source\n"
LATE = "2026-11-23,임시공휴일,Temporary holiday,off,관보 제1호(2026-11-02)\n"
SATURDAY = "2026-11-28,대체근무일,Working Saturday,working,관보 제2호(2026-11-03)\n"


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of days off that the settings name."""
    file = tmp_path / "days-off.csv"
    monkeypatch.setenv("GONGMUN_CALENDAR_OVERRIDES", str(file))
    settings.cache_clear()
    file.write_text(HEADER + LATE + SATURDAY, encoding="utf-8")
    return file


def test_a_year_is_shown_with_what_says_so(own: Path, gongmun: Gongmun) -> None:
    shown = gongmun("calendar", "show", 2026)
    assert shown.code == 0
    rows = {line[:10]: line for line in shown.out.splitlines()}
    assert "추석" in rows["2026-09-25"]
    assert f"holidays {version('holidays')} 공휴일 자료" in rows["2026-09-25"]
    assert "휴무일" in rows["2026-11-23"]
    assert "관보 제1호(2026-11-02)" in rows["2026-11-23"]
    assert "근무일" in rows["2026-11-28"]
    assert "2026-11-22" not in rows
    assert "근무일은 245일" in shown.out  # one less, one more
    own.write_text(HEADER + LATE, encoding="utf-8")
    assert "근무일은 244일" in gongmun("calendar", "show", 2026).out
    own.write_text(HEADER, encoding="utf-8")
    assert "2026-11-23" not in gongmun("calendar", "show", 2026).out


def test_a_year_that_is_not_covered_is_refused(gongmun: Gongmun) -> None:
    assert gongmun("calendar", "show", 2036).code == 2


def test_a_file_is_checked_before_it_counts(own: Path, gongmun: Gongmun, tmp_path: Path) -> None:
    file = tmp_path / "new.csv"
    christmas = "2026-12-25,성탄절,Christmas,off,관보 제3호\n"
    file.write_text(HEADER + LATE + SATURDAY + christmas, encoding="utf-8")
    checked = gongmun("calendar", "check", file)
    assert checked.code == 0
    # What counts already changes nothing, be it said by the file in place or by the public holidays.
    assert checked.flat.count("없음(이미 휴무일)") == 2
    assert checked.flat.count("없음(이미 근무일)") == 1
    assert "→" not in checked.out
    assert "3건" in checked.out
    own.write_text(HEADER, encoding="utf-8")
    checked = gongmun("calendar", "check", file)
    assert checked.flat.count("근무일 → 휴무일") == 1
    assert checked.flat.count("휴무일 → 근무일") == 1
    assert checked.flat.count("없음(이미 휴무일)") == 1


def test_a_line_that_the_new_file_leaves_out_is_shown(
    own: Path, gongmun: Gongmun, tmp_path: Path
) -> None:
    file = tmp_path / "new.csv"
    file.write_text(HEADER + SATURDAY, encoding="utf-8")
    checked = gongmun("calendar", "check", file)
    (left_out,) = (line for line in checked.out.splitlines() if line.startswith("2026-11-23"))
    assert "임시공휴일" in left_out
    assert "빠지는 줄: 휴무일 → 근무일" in left_out
    assert "1건" in checked.out
    assert "All 1 lines" not in checked.flat


def test_a_file_is_checked_though_the_one_in_place_is_broken(
    own: Path, gongmun: Gongmun, tmp_path: Path
) -> None:
    own.write_text("nonsense", encoding="utf-8")
    file = tmp_path / "new.csv"
    file.write_text(HEADER + LATE, encoding="utf-8")
    checked = gongmun("calendar", "check", file)
    assert checked.code == 0
    assert checked.flat.count("근무일 → 휴무일") == 1


@pytest.mark.parametrize(
    ("content", "code", "named"),
    [
        (HEADER + LATE + LATE, "calendar.overrides_invalid", "new.csv 3번째 줄"),
        (HEADER + LATE.replace("2026", "2206"), "calendar.overrides_invalid", "new.csv 2번째 줄"),
        (None, "calendar.overrides_unreadable", "new.csv"),
    ],
)
def test_what_cannot_be_used_is_named(
    gongmun: Gongmun, tmp_path: Path, content: str | None, code: str, named: str
) -> None:
    file = tmp_path / "new.csv"
    if content:
        file.write_text(content, encoding="utf-8")
    checked = gongmun("calendar", "check", file)
    assert checked.code == 1
    assert code in checked.err
    assert named in checked.err


def test_a_broken_file_of_the_settings_is_said_and_nothing_is_counted(
    own: Path, gongmun: Gongmun
) -> None:
    own.write_text(HEADER + LATE + LATE, encoding="utf-8")
    explained = gongmun("deadline", "explain", "--rule", "suggestion", "--start", "2026-11-16")
    assert explained.code == 1
    assert "days-off.csv" in explained.err
    assert "기한" not in explained.out


def test_a_deadline_is_explained_day_by_day(own: Path, gongmun: Gongmun) -> None:
    explained = gongmun(
        "deadline", "explain", "--rule", "suggestion", "--start", "2026-11-16 10:00"
    )
    assert explained.code == 0
    assert "「민원 처리에 관한 법률」 제18조" in explained.flat
    assert "연장: 1회, 근무일 14일 이내" in explained.flat
    rows = {line[:10]: line.split() for line in explained.out.splitlines() if line[:2] == "20"}
    assert rows["2026-11-16"][1] == "1"
    assert "초일" in " ".join(rows["2026-11-16"])
    assert rows["2026-11-23"][1:] == ["–", "임시공휴일"]
    assert rows["2026-11-28"][1:] == ["10", "근무일"]
    assert list(rows)[-1] == "2026-12-03"
    assert rows["2026-12-03"][1] == "14"


def test_hours_are_shown_by_the_clock(gongmun: Gongmun) -> None:
    explained = gongmun("deadline", "explain", "--rule", "at_once", "--start", "2026-10-08 16:30")
    assert "2026. 10. 12.(월) 10:30까지" in explained.flat
    rows = {line[:10]: line.split() for line in explained.out.splitlines() if line[:2] == "20"}
    # What adds up are hours, not days.
    assert "누적 시간" in explained.out
    assert "순번" not in explained.out
    assert rows["2026-10-08"][1:] == ["1:30", "근무시간", "16:30–18:00"]
    assert rows["2026-10-09"][1:] == ["–", "한글날"]
    assert rows["2026-10-12"][1:] == ["3:00", "근무시간", "09:00–10:30"]
    assert list(rows)[-1] == "2026-10-12"


def test_the_rules_are_read_on_a_narrow_screen(
    gongmun: Gongmun, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = set(gongmun("deadline", "rules").out.split())
    monkeypatch.setattr(output.console, "width", 80)
    narrow = gongmun("deadline", "rules").out
    assert max(map(cell_len, narrow.splitlines())) <= 80
    # No word is broken: each of those on a wide screen is there.
    assert {word.strip("─") for word in words} <= {*narrow.split(), ""}


def test_a_date_is_not_broken_over_two_lines(
    gongmun: Gongmun, monkeypatch: pytest.MonkeyPatch
) -> None:
    for width in range(40, 120, 7):
        monkeypatch.setattr(output.console, "width", width)
        shown = gongmun("deadline", "explain", "--rule", "suggestion", "--start", "2026-09-21").out
        assert max(map(cell_len, shown.splitlines())) <= width
        # With plain spaces, so that it can be searched for.
        assert shown.count("2026. 10. 14.(수)") == 1
        assert shown.count("2026. 9. 21.(월)") == 2
        assert shown.count("Wed 14 October 2026") == 1


def test_the_rules_in_force_are_listed_with_what_says_so(gongmun: Gongmun) -> None:
    listed = gongmun("deadline", "rules", "--as-of", "2026-10-12")
    assert listed.code == 0
    for word in (
        "at_once",
        "근무시간 3시간",
        "「청원법」 제21조",
        "1회, 60일 이내",
        "unadopted",
    ):
        assert word in listed.flat
    # The Petition Act's period came with the Act.
    assert "petition" not in gongmun("deadline", "rules", "--as-of", "2020-01-01").out


def test_a_rule_that_does_not_exist_is_named_with_those_that_do(gongmun: Gongmun) -> None:
    explained = gongmun("deadline", "explain", "--rule", "suggestions")
    assert explained.code == 1
    assert "at_once" in explained.err
    assert "petition" in explained.err

"""The override file: what is right is read, what is wrong is named with its line."""

from datetime import date
from pathlib import Path

import pytest

from gongmun.calendar import OverridesInvalid
from gongmun.calendar.overrides import OverridesUnreadable, read_overrides
from gongmun.calendar.working_days import OVERRIDES

HEADER = "date,name_ko,name_en,kind,source\n"
GOOD = "2026-11-23,임시공휴일,Temporary holiday,off,관보 제1호\n"


def _file(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "overrides.csv"
    path.write_bytes(content)
    return path


def test_the_file_of_the_package_can_be_read() -> None:
    read_overrides(OVERRIDES)


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
def test_lines_are_read(tmp_path: Path, start: bytes) -> None:
    saturday = '2026-11-28,"대체근무, 하루",Working Saturday,working,관보 제1호\r\n'
    content = start + (HEADER + GOOD + saturday).encode()
    first, second = read_overrides(_file(tmp_path, content))
    assert (first.day, first.working, first.name.en) == (
        date(2026, 11, 23),
        False,
        "Temporary holiday",
    )
    assert (second.working, second.name.ko) == (True, "대체근무, 하루")
    assert second.source == "관보 제1호"


def test_spaces_around_cells_and_empty_lines_are_no_mistake(tmp_path: Path) -> None:
    spaced = HEADER.replace(",", ", ") + "\n" + GOOD.replace(",", " , ") + " \n\n"
    assert read_overrides(_file(tmp_path, spaced.encode())) == read_overrides(
        _file(tmp_path, (HEADER + GOOD).encode())
    )


@pytest.mark.parametrize(
    ("line", "ko", "en"),
    [
        ("2026-12-04,가,a,off,관보 제1호, 2026-12-02", "칸은 5개인데 6개", "there are 6 cells"),
        ("2026-12-04,가,a,off", "칸은 5개인데 4개", "there are 4 cells"),
        ("2026-12-04,가,a,off,", "source 칸을 채워", "fill the cell source"),
        ("2026-12-04,가\x07나,a,off,b", "name_ko 칸에 줄바꿈이나 제어문자", "the cell name_ko has"),
    ],
)
def test_it_is_said_what_is_wrong_with_a_line(tmp_path: Path, line: str, ko: str, en: str) -> None:
    with pytest.raises(OverridesInvalid) as caught:
        read_overrides(_file(tmp_path, f"{HEADER}{line}\n".encode()))
    assert ko in caught.value.message_ko
    assert en in caught.value.message_en


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"", 1),
        (b"date,name\n", 1),
        (HEADER + GOOD + "2026-13-01,가,a,off,b\n", 3),
        (HEADER + GOOD + "2126-12-01,가,a,off,b\n", 3),
        (HEADER + "2014-12-31,가,a,off,b\n", 2),
        (HEADER + "2026-11-23,가,a,maybe,b\n", 2),
        (HEADER + "2026-11-23,가,a,off\n", 2),
        (HEADER + "2026-11-23,,a,off,b\n", 2),
        (HEADER + "2026-11-23,가\x07나,a,off,b\n", 2),
        (HEADER + "2026-11-23,가\u202e나,a,off,b\n", 2),
        (HEADER + GOOD + GOOD, 3),
        (HEADER + GOOD + '2026-11-24,"가,a,off,b\n', 3),
        ((HEADER + GOOD).encode() + "2026-11-24,가,a,off,b\n".encode("cp949"), 3),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, content: str | bytes, line: int) -> None:
    path = _file(tmp_path, content if isinstance(content, bytes) else content.encode())
    with pytest.raises(OverridesInvalid) as caught:
        read_overrides(path)
    assert (caught.value.params["file"], caught.value.params["line"]) == ("overrides.csv", line)


@pytest.mark.parametrize(
    ("day", "ko", "en"),
    [
        ("2026-11-31", "2026-11-31은 달력에 없는 날짜입니다", "no such day as 2026-11-31"),
        ("2026-02-29", "2026-02-29는 달력에 없는 날짜입니다", "no such day as 2026-02-29"),
        ("2026-11-1", "2026-11-21 형식", "reads 2026-11-21"),
        ("20261101", "2026-11-21 형식", "reads 2026-11-21"),
    ],
)
def test_a_day_that_does_not_exist_is_not_told_to_be_written_otherwise(
    tmp_path: Path, day: str, ko: str, en: str
) -> None:
    with pytest.raises(OverridesInvalid) as caught:
        read_overrides(_file(tmp_path, f"{HEADER}{day},가,a,off,b\n".encode()))
    assert ko in caught.value.message_ko
    assert en in caught.value.message_en


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(OverridesUnreadable, match=r"overrides\.csv") as caught:
        read_overrides(tmp_path / "overrides.csv")
    # There is no line to correct in a file that is not there.
    assert "번째 줄" not in caught.value.message_ko
    assert "line" not in caught.value.message_en

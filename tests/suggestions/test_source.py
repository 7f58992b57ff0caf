"""Broken files: each trouble stays on its own line, and a file that is all wrong is refused."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongmun.suggestions import lines
from gongmun.suggestions.errors import (
    ColumnsAmbiguous,
    ColumnsMissing,
    FileDamaged,
    FileEmpty,
    FileTooLarge,
    FileUnreadable,
    FormatUnknown,
    ImportRefused,
    NotATable,
    WrongEncoding,
)
from gongmun.suggestions.mapping import ColumnMapping
from gongmun.suggestions.problems import Problem
from gongmun.suggestions.source import RECORD_LIMIT, inspect, records

Write = Callable[[str, str | bytes], Path]


def mapped(columns: str, **more: object) -> ColumnMapping:
    named = dict(zip(("title", "body"), columns.split(","), strict=False))
    return ColumnMapping.model_validate(
        {"columns": named, "constants": {"channel": "website"}} | more
    )


TITLE_BODY = mapped("title,body")


def read(path: Path, mapping: ColumnMapping = TITLE_BODY) -> list[tuple[int, str]]:
    """Line and title, or line and reason."""
    inspect(path, mapping)
    return [
        (item.line, item.reason.value if isinstance(item, Problem) else item.values["title"])
        for item in records(path, mapping)
    ]


def test_lines_are_physical_lines(write: Write) -> None:
    path = write("a.csv", 'title,body\r\n가,"1\r\n2"\r\n\r\n나,"a ""b"" c"\r\n,\r\n다,3')
    assert read(path) == [(2, "가"), (5, "나"), (7, "다")]


def test_an_unclosed_quote_costs_its_own_row_only(write: Write) -> None:
    path = write("a.csv", 'title,body\n가,1\n나,"열린 따옴표\n다,3\n라,"4"\n마,5\n')
    assert read(path) == [(2, "가"), (3, "broken_quotes"), (4, "다"), (5, "라"), (6, "마")]


def test_an_unclosed_quote_that_runs_to_the_end_too(write: Write) -> None:
    path = write("a.csv", 'title,body\n가,"1\n나,2\n다,3\n')
    assert read(path) == [(2, "broken_quotes"), (3, "나"), (4, "다")]


def test_text_after_a_closing_quote_is_reported(write: Write) -> None:
    path = write("a.csv", 'title,body\n가,"he said "hi" there"\n나,2\n')
    assert read(path) == [(2, "broken_quotes"), (3, "나")]


def test_a_row_of_other_width_is_reported_and_empty_cells_at_its_end_are_not(write: Write) -> None:
    path = write("a.csv", "title,body\n가\n나,2,3\n다,3,,\n라,4\n")
    assert read(path) == [(2, "column_count"), (3, "column_count"), (4, "다"), (5, "라")]


def test_lines_that_all_open_a_quote_are_read_in_bearable_time(write: Write) -> None:
    path = write("a.csv", "title,body\n" + 'a",",\n' * 60_000)
    *broken, (last_line, last_reason) = read(path)
    assert {reason for _, reason in broken} == {"broken_quotes"}
    assert (last_line, last_reason) == (2 + len(broken), "lines_skipped")


def test_nul_bytes_do_not_stop_a_file(write: Write) -> None:
    assert read(write("a.csv", b"title,body\na\x00b,1\nc,2\n")) == [(2, "a\x00b"), (3, "c")]


def test_one_line_of_another_encoding_is_refused_alone(write: Write) -> None:
    content = "title,body\n가,1\n나,2\n다,3\n".encode() + "라,4\n".encode("cp949")
    assert read(write("a.csv", content + "마,5\n".encode())) == [
        (2, "가"),
        (3, "나"),
        (4, "다"),
        (5, "encoding"),
        (6, "마"),
    ]


@pytest.mark.parametrize(
    ("written", "said", "remedy"),
    [("cp949", "utf-8", "cp949"), ("utf-8", "cp949", "utf-8"), ("utf-8-sig", "cp949", "utf-8")],
)
def test_the_wrong_encoding_names_the_right_one(
    write: Write, written: str, said: str, remedy: str
) -> None:
    path = write("a.csv", "제목\n버스를 늘려 주십시오\n신호등\n".encode(written))
    with pytest.raises(WrongEncoding) as caught:
        inspect(path, mapped("제목", encoding=said))
    assert f'encoding = "{remedy}"' in caught.value.message_ko
    assert f'encoding = "{remedy}"' in caught.value.message_en


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949"])
def test_each_encoding_reads(write: Write, encoding: str) -> None:
    path = write("a.csv", "title,body\n똠방각하,펲시콜라\n".encode(encoding))
    said = "cp949" if encoding == "cp949" else "utf-8"
    assert read(path, mapped("title,body", encoding=said)) == [(2, "똠방각하")]


def test_header_names_are_compared_cleaned(write: Write) -> None:
    path = write("a.csv", "\ufeff\n \u200btitle , body\n가,1\n")
    assert read(path) == [(3, "가")]


def test_json_lines_with_one_bad_line_each_way(write: Write) -> None:
    good = json.dumps({"title": "가", "body": None, "more": [1]}, ensure_ascii=False)
    bad = ['{"title": ', "[1]", "[" * 100_000, '{"title": ' + "1" * 5_000 + "}"]
    nested = json.dumps({"title": {"a": 1}, "body": ""})
    path = write("a.ndjson", "\n".join([good, *bad, nested, "", '{"title": 7, "body": "\\ud800"}']))
    assert read(path) == [
        (1, "가"),
        *((line, "not_an_object") for line in (2, 3, 4, 5)),
        (6, "not_text"),
        (8, "7"),
    ]


def test_a_line_or_a_record_without_end_is_refused_alone(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "LINE_LIMIT", 3_000_000)
    path = write("a.csv", "title,body\n" + "가" * 1_000_001 + ",1\n나,2\n")
    assert read(path) == [(2, "line_too_long"), (3, "나")]
    long = "a" * (RECORD_LIMIT + 1)
    assert read(write("b.csv", f"title,body\n{long},1\n나,2\n")) == [
        (2, "broken_quotes"),
        (3, "나"),
    ]


def test_what_unpacks_to_too_much_is_refused(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "FILE_LIMIT", 1_000_000)
    path = write("a.csv.gz", gzip.compress(b"title,body\n" + b"a" * 2_000_000))
    with pytest.raises(FileTooLarge):
        inspect(path, TITLE_BODY)


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("a.csv", b"", FileEmpty),
        ("a.jsonl", b"\n\n", FileEmpty),
        ("a.csv", b"title,body\n", FileEmpty),
        ("a.csv", b"title,body\n\n , \n", FileEmpty),
        ("a.xlsx", b"PK\x03\x04", FormatUnknown),
        ("a.csv", b"PK\x03\x04\x14\x00", FormatUnknown),
        ("a.csv", b"\xd0\xcf\x11\xe0\xa1\xb1", FormatUnknown),
        ("a.csv", gzip.compress(b"title,body\n1,2\n", mtime=0), FormatUnknown),
        ("a.csv.gz", b"title,body\n1,2\n", FileDamaged),
        ("a.csv.gz", gzip.compress(b"title,body\n1,2\n" * 1_000, mtime=0)[:-9], FileDamaged),
        ("a.csv", b'"title\n1\n2\n', NotATable),
        ("a.jsonl", b"title,body\n1,2\n", NotATable),
        ("a.csv", b"title;body\n1;2\n", ColumnsMissing),
        ("a.csv", "title,body\n1,2\n".encode("utf-16"), ImportRefused),
        ("a.jsonl", b'{"title": "1"}\n', ColumnsMissing),
        ("a.csv", b"title,body,title\n1,2,3\n", ColumnsAmbiguous),
    ],
)
def test_a_file_that_is_all_wrong_is_refused(
    write: Write, name: str, content: bytes, error: type[ImportRefused]
) -> None:
    with pytest.raises(error) as caught:
        inspect(write(name, content), TITLE_BODY)
    assert caught.value.message_ko
    assert name in caught.value.message_en


def test_a_missing_file_and_a_folder_are_refused_by_name_only(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    for name in ("absent.csv", "folder.csv"):
        with pytest.raises(FileUnreadable) as caught:
            inspect(tmp_path / name, TITLE_BODY)
        assert str(tmp_path) not in str(caught.value)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.one_of(st.binary(), st.text('",\n\r ab가', max_size=200).map(str.encode)))
def test_no_content_breaks_the_reader(write: Write, content: bytes) -> None:
    for name, head in (("a.csv", b"title,body\n"), ("a.jsonl", b'{"title":"1","body":""}\n')):
        path = write(name, head + content)
        try:
            read(path)
        except ImportRefused:
            continue
        at = [line for line, _ in read(path)]
        assert at == sorted(at)

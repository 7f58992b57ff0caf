"""Hostile and broken files: refused with a place, within their size, never by an exception."""

import json
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongmun.surveys.questionnaire import read
from gongmun.surveys.questionnaire.flaws import Place, Reason
from gongmun.surveys.questionnaire.tree import FILE_LIMIT
from tests.surveys.questionnaire.conftest import document, flaws_of, item, reasons

LAUGHS = "a: &a [lol, lol]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9)
)


@pytest.mark.parametrize(
    ("content", "line", "column", "reason"),
    [
        ("format: 1\ncode: a\n\tversion: 1\n", 3, 1, Reason.TAB),
        ("format: 1\ntitle:\n  \tko: 가\n", 3, 3, Reason.TAB),
        ("format: 1\ncode: te\u200bst\n", 2, 9, Reason.UNPRINTABLE),
        ("format: 1\ntitle: {ko: '\u202e가', en: a}\n", 2, 14, Reason.UNPRINTABLE),
        ("format: 1\ntitle: a\u2028b\n", 2, 9, Reason.UNPRINTABLE),
        ("format: 1\ntitle: {ko: '\u3164', en: a}\n", 2, 14, Reason.UNPRINTABLE),
        ("format: 1\ntitle: a\x85b\n", 2, 9, Reason.UNPRINTABLE),
        ("format: 1\ntitle: a\x00b\n", 2, 9, Reason.UNPRINTABLE),
        ('format: 1\ntitle: "\\u202e가"\n', 2, 8, Reason.UNPRINTABLE),
        ('format: 1\ntitle: "\\e[31m"\n', 2, 8, Reason.UNPRINTABLE),
        ('format: 1\ntitle: "\\ud800"\n', 2, 8, Reason.UNPRINTABLE),
        ("format: 1\ntitle: 첫째: 둘째\n", 2, 10, Reason.SYNTAX),
        ("format: 1\ntitle: '가\n", 3, 1, Reason.SYNTAX),
        ("format: 1\n  code: a\n", 2, 7, Reason.SYNTAX),
        ('title: "\\UFFFFFFFF"\n', 1, 1, Reason.SYNTAX),
        ("format: 1\nformat: 1\n", 2, 1, Reason.DUPLICATE_KEY),
        ("format: 1\n? [a, b]\n: 1\n", 2, 3, Reason.KEY_NOT_TEXT),
        ("%YAML 1.1\n---\nformat: 1\n", 2, 1, Reason.DIRECTIVE),
        ("%TAG ! tag:example.com,2026:\n---\n!x y\n", 2, 1, Reason.DIRECTIVE),
        ("format: 1\n---\nformat: 1\n", 2, 1, Reason.SECOND_DOCUMENT),
        ("format: !!python/object/apply:os.system [id]\n", 1, 9, Reason.TAG),
        ("format: !!binary aGVsbG8=\n", 1, 9, Reason.TAG),
        ("format: &a 1\ncode: *a\n", 1, 9, Reason.ANCHOR),
        ("title: &a\n  ko: *a\n", 1, 8, Reason.ANCHOR),
        ("base: &base {ko: 가}\ntitle:\n  <<: *base\n", 1, 7, Reason.ANCHOR),
        (LAUGHS, 1, 4, Reason.ANCHOR),
        ("a: " + "[" * 50, 1, 19, Reason.TOO_DEEP),
        ("- " * 50, 1, 33, Reason.TOO_DEEP),
        ("a: [" + "1, " * 40_000 + "]", 1, 89_996, Reason.TOO_MANY_NODES),
        ("a" * (FILE_LIMIT + 1), 1, 1, Reason.FILE_TOO_LARGE),
    ],
    ids=lambda value: str(value)[:30] if isinstance(value, str) else "",
)  # fmt: skip
def test_what_is_refused_and_where(content: str, line: int, column: int, reason: Reason) -> None:
    found = {(flaw.place, flaw.reason) for flaw in flaws_of(content.encode("utf-8"))}
    assert (Place(line, column), reason) in found


def test_every_tab_and_invisible_character_is_told() -> None:
    found = flaws_of("format: 1\n\tcode: a\ntitle: a\u200bb\u202ec\n\tx: 1\n")
    assert [flaw.place for flaw in found] == [(2, 1), (3, 9), (3, 11), (4, 1)]
    assert "U+202E" in found[2].text.en


@pytest.mark.parametrize("encoding", ["cp949", "utf-16"])
def test_another_encoding(encoding: str) -> None:
    content = document(item("a", "text", "max_length: 5")).encode(encoding)
    (flaw,) = flaws_of(content)
    assert flaw.reason is Reason.ENCODING
    assert "UTF-8" in flaw.text.ko
    if encoding == "cp949":
        assert flaw.place == (4, 13)


def test_hangul_decomposed_by_a_mac_is_composed() -> None:
    content = document(item("a", "text", "max_length: 5"))
    decomposed = content.replace("시험", "\u1109\u1175\u1112\u1165\u11b7")
    assert read(decomposed.encode()).questionnaire == read(content.encode()).questionnaire


def test_ten_thousand_items_are_refused() -> None:
    few = document(*(item(f"a{n}", "text", "max_length: 5") for n in range(400)))
    assert Reason.TOO_MANY in reasons(few)
    many = document(*(item(f"a{n}", "text", "max_length: 5") for n in range(10_000)))
    assert reasons(many) == [Reason.FILE_TOO_LARGE]
    short = "{code: a, type: text}"
    assert reasons(f"pages: [{', '.join([short] * 10_000)}]")[-1] is Reason.TOO_MANY_NODES


def test_no_file_takes_more_memory_than_it_should() -> None:
    """In a process of its own, that may not grow by more than 300 MB."""
    script = """
import json, resource, sys
from gongmun.surveys.questionnaire import read
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for content in json.load(sys.stdin):
    assert read(content.encode()).flaws
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    hostile = [
        LAUGHS,
        "[" * FILE_LIMIT,
        "{a: " * 100_000,
        "a: '" + "\n" * 500_000,
        "a: 1\n" * 90_000,
    ]
    ended = subprocess.run(
        [sys.executable, "-c", script],
        input=json.dumps(hostile),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert int(ended.stdout) * 1024 < 300 * 2**20


@settings(max_examples=80, deadline=None)
@given(
    st.binary(max_size=300)
    | st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace"))
)
def test_whatever_the_bytes_there_is_an_answer(content: bytes) -> None:
    reading = read(content)
    assert reading.questionnaire is None
    assert reading.flaws


@settings(max_examples=80, deadline=None)
@given(
    st.text(alphabet="ab:-[]{}'\"\\|>&*!%@#?,~ \n\t0u", max_size=60),
    st.integers(min_value=0, max_value=300),
)
def test_a_file_damaged_anywhere_is_read_or_refused(noise: str, at: int) -> None:
    content = document(
        item("a", "scale_5", "labels: {1: {ko: 낮음, en: Low}, 5: {ko: 높음, en: High}}"),
        item("b", "text", "max_length: 9", "show_if: {item: a, at_least: 3}"),
    )
    reading = read((content[:at] + noise + content[at:]).encode())
    assert (reading.questionnaire is None) is bool(reading.flaws)

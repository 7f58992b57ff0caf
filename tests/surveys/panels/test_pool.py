"""The pool: read, numbered by address, and published without what is personal."""

import pytest

from gongmun.surveys.panels.lines import LARGEST
from gongmun.surveys.panels.margins import margins
from gongmun.surveys.panels.pool import (
    PoolInvalid,
    publish_pool,
    read_pool,
    read_published_pool,
)
from gongmun.surveys.panels.quotas import from_margins
from tests.surveys.panels.pools import quotas_of

HEADER = "id,sex,age,place,address,phone\n"
QUOTAS = quotas_of(1)


def test_addresses_become_numbers_of_those_who_share_one() -> None:
    content = (
        HEADER
        + "p2,F,old,east,세종대로  209,010-1234-5678\n"
        + "p1,M,old,east,Sejong-daero 209,\n"
        + "p3,M,young,west,세종대로 209,\n"
        + "p4,F,young,west,SEJONG-DAERO 209,\n"
        + "p5,F,young,west,한누리대로 411,\n"
    )
    published = publish_pool(read_pool(content.encode(), "pool.csv", QUOTAS)).decode()
    assert published == (
        "id,sex,age,place,household\n"
        "p1,M,old,east,1\n"
        "p2,F,old,east,2\n"
        "p3,M,young,west,2\n"
        "p4,F,young,west,1\n"
        "p5,F,young,west,\n"
    )
    assert publish_pool(read_published_pool(published.encode())).decode() == published


def test_one_person_is_a_pool() -> None:
    pool = read_pool((HEADER + "p1,F,old,east,a,\n\n").encode(), "pool.csv", QUOTAS)
    assert [person.household for person in pool.people] == [None]


def test_a_spreadsheets_mark_and_line_ends_do_not_matter() -> None:
    plain = (HEADER + "p1,F,old,east,a,\n").encode()
    marked = b"\xef\xbb\xbf" + plain.replace(b"\n", b"\r\n")
    assert read_pool(marked, "pool.csv", QUOTAS) == read_pool(plain, "pool.csv", QUOTAS)


def test_the_province_may_be_called_so() -> None:
    content = "id,sex,age_group,province,address\np1,F,70+,경기도,a\n"
    pool = read_pool(content.encode(), "pool.csv", from_margins(margins(), 1))
    assert pool.people[0].traits == ("F", "70+", "경기도")


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        ("", 1, "id, sex, age, place, address"),
        ("id;sex;age;place;address\n", 1, "id, sex, age, place, address"),
        (HEADER, 1, "사람이 없습니다"),
        (HEADER + "p1,F,old,east,a,\np2,M,old,east,b,\np1,F,old,east,c,\n", 4, "2번째 줄에도"),
        (HEADER + "p1,X,old,east,a,\n", 2, "F, M"),
        (HEADER + "p1,F,old,east,,\n", 2, "address 칸이 비어"),
        (HEADER + "p1,F,old,east,\x00\u202e,\n", 2, "address 칸이 비어"),
        (HEADER + "p1,F,old\n", 2, "칸이 3개"),
        (HEADER + "900101-1234567,F,old,east,a,\n", 2, "개인정보"),
        (HEADER + "01012345678,F,old,east,a,\n", 2, "개인정보"),
        (HEADER + "kim@example.org,F,old,east,a,\n", 2, "개인정보"),
        (HEADER + "=1+1,F,old,east,a,\n", 2, "개인정보"),
        ("id,sex,sex,age,place,address\n", 1, "두 번"),
        (HEADER.encode() + b"p1,F,old,east,\xff,\n", 2, "UTF-8"),
    ],
)
def test_a_line_to_correct_is_named(content: str | bytes, line: int, words: str) -> None:
    given_bytes = content if isinstance(content, bytes) else content.encode()
    with pytest.raises(PoolInvalid) as refused:
        read_pool(given_bytes, "pool.csv", QUOTAS)
    assert f"- {line}번째 줄: " in refused.value.message_ko
    assert f"- line {line}: " in refused.value.message_en
    assert words in refused.value.message_ko


def test_of_many_lines_to_correct_the_first_are_named_and_the_rest_counted() -> None:
    content = HEADER + "".join(f"p{place},X,old,east,a,\n" for place in range(50))
    with pytest.raises(PoolInvalid) as refused:
        read_pool(content.encode(), "pool.csv", QUOTAS)
    assert refused.value.params["count"] == 50
    assert refused.value.message_en.endswith(
        "- line 21: the quotas have no sex 'X'. They have F, M\n- and 30 more"
    )


def test_a_file_without_end_is_refused() -> None:
    with pytest.raises(PoolInvalid, match="64 MiB"):
        read_pool(b"x" * (LARGEST + 1), "pool.csv", QUOTAS)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"id,sex,household\n",
        b"id,sex,household\np2,F,\np1,F,\n",
        b"id,sex,household\np1,F,\np1,F,\n",
        b"id,sex,household\np1,F,01\n",
        b"id,sex,household\np1,F,\n\n",
        b"id,sex,household\np1,F\n",
        b"id,sex,household\r\np1,F,\r\n",
    ],
)
def test_a_published_pool_has_one_form_only(content: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        read_published_pool(content)

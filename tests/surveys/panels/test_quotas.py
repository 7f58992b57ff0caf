"""Margins of the residents, quotas from them, and quotas of one's own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongmun.surveys.panels.margins import margins
from gongmun.surveys.panels.quotas import (
    QuotasInvalid,
    from_margins,
    read_quotas,
    write_quotas,
)

# For a panel of 200, rounded by hand from the same public figures (resident registration, May 2025).
QUOTAS_OF_200 = """feature,value,min,max
sex,F,100,101
sex,M,99,100
age_group,18-29,30,31
age_group,30-39,29,30
age_group,40-49,34,35
age_group,50-59,39,40
age_group,60-69,35,36
age_group,70+,30,31
sido,서울특별시,37,38
sido,부산광역시,12,13
sido,대구광역시,9,10
sido,인천광역시,11,12
sido,광주광역시,5,6
sido,대전광역시,5,6
sido,울산광역시,4,5
sido,세종특별자치시,1,2
sido,경기도,52,53
sido,충청북도,6,7
sido,충청남도,8,9
sido,전라남도,7,8
sido,경상북도,9,10
sido,경상남도,12,13
sido,제주특별자치도,2,3
sido,강원특별자치도,5,6
sido,전북특별자치도,6,7
"""


def test_the_margins_sum_to_the_residents_of_18_and_over() -> None:
    known = margins()
    assert known.total == 44_390_200
    assert {sum(values.values()) for values in known.by_feature().values()} == {44_390_200}
    assert (len(known.sex_age), len(known.provinces)) == (12, 17)
    assert known.by_feature()["sex"]["F"] == 22_396_959


def test_the_quotas_of_200_are_those_known() -> None:
    assert write_quotas(from_margins(margins(), 200)) == QUOTAS_OF_200


def test_a_file_of_quotas_is_read_as_it_was_written() -> None:
    assert read_quotas(QUOTAS_OF_200.encode(), "q.csv", 200) == from_margins(margins(), 200)


@given(st.integers(1, 9_999))
def test_quotas_of_any_size_can_be_summed_to_it(size: int) -> None:
    quotas = from_margins(margins(), size)
    for feature in quotas.features:
        cells = [cell for cell in quotas.cells if cell.feature == feature]
        assert sum(cell.least for cell in cells) <= size <= sum(cell.most for cell in cells)
        assert all(0 <= cell.most - cell.least <= 1 for cell in cells)


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        ("", 1, "feature, value, min, max"),
        ("feature,value,min\n", 1, "max"),
        ("feature,value,min,max\n", 1, "한 줄도"),
        ("feature,value,min,max\nsex,F,1,2\nsex,F,1,2\n", 3, "두 번"),
        ("feature,value,min,max\nsex,F,2,1\n", 2, "min이 max보다"),
        ("feature,value,min,max\nsex,F,-1,1\n", 2, "min은 0 이상"),
        ("feature,value,min,max\nsex,F,1,1.5\n", 2, "1.5"),
        ("feature,value,min,max\nsex,F,1,²\n", 2, "²"),
        ("feature,value,min,max\nsex,,1,2\n", 2, "비어"),
        ("feature,value,min,max\nsex,F,1\n", 2, "칸이 3개"),
        ("feature,value,min,max\nid,F,1,2\n", 2, "이름으로 쓸 수 없습니다"),
        ("feature,value,min,max\nsex,F,1,4\nsex,M,2,4\n", 3, "8명이어서 10명"),
        ('feature,value,min,max\nsex,"F,1,2\n', 2, "따옴표"),
        ("feature,value,min,max\nsex,여,1,2\n".encode("cp949"), 2, "UTF-8"),
    ],
)
def test_a_line_to_correct_is_named(content: str | bytes, line: int, words: str) -> None:
    given_bytes = content if isinstance(content, bytes) else content.encode()
    with pytest.raises(QuotasInvalid) as refused:
        read_quotas(given_bytes, "q.csv", 10)
    assert f"- {line}번째 줄: " in refused.value.message_ko
    assert f"- line {line}: " in refused.value.message_en
    assert words in refused.value.message_ko


@pytest.mark.parametrize(
    ("age", "group"),
    [
        *((0, None), (17, None), (18, "18-29"), (29, "18-29"), (30, "30-39")),
        *((69, "60-69"), (70, "70+"), (120, "70+")),
    ],
)
def test_every_age_from_18_has_its_group(age: int, group: str | None) -> None:
    assert margins().group_of(age) == group

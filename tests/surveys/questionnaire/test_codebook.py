"""The codebook and the rows it describes: every value is one that the codebook knows."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongmun.surveys.questionnaire import (
    SAMPLES,
    Checked,
    Measure,
    Missing,
    Questionnaire,
    SheetReader,
    Variable,
    check_answers,
    codebook,
)
from tests.surveys.questionnaire.conftest import ENDS_10, YES_NO, Ask, item
from tests.surveys.questionnaire.test_answers import sample_of

OPTIONS = "options: [{code: 1, ko: 버스, en: Bus}, {code: 8, ko: 그 밖, en: Other, other: true}, {code: 9, ko: 없음, en: Neither, exclusive: true}]"


@pytest.fixture
def questionnaire(ask: Ask) -> Questionnaire:
    """One item of each kind of column."""
    return ask(
        item("s", "single", YES_NO, "dont_know: true", "refused: true"),
        item("m", "multiple", OPTIONS, "show_if: {item: s, is: 1}"),
        item("c", "scale_0_10", ENDS_10),
        item(
            "r",
            "ranking",
            OPTIONS.replace(", other: true", "").replace(", exclusive: true", ""),
            "top: 2",
        ),
        item(
            "n",
            "number",
            "min: 0",
            "max: 9",
            "decimals: 1",
            "unit: {ko: 일, en: days}",
            "required: false",
        ),
        item("t", "text", "max_length: 50", "required: false"),
    )


def test_the_columns(questionnaire: Questionnaire) -> None:
    book = {variable.name: variable for variable in codebook(questionnaire)}
    assert list(book) == [
        "s",
        "m_1",
        "m_8",
        "m_9",
        "m_other",
        "c",
        "r_rank_1",
        "r_rank_2",
        "n",
        "t",
    ]
    assert [book[name].measure for name in ("s", "m_1", "m_other", "c", "r_rank_2", "n", "t")] == [
        Measure.CHOICE,
        Measure.FLAG,
        Measure.TEXT,
        Measure.SCALE,
        Measure.RANK,
        Measure.NUMBER,
        Measure.TEXT,
    ]
    assert [(code, label.en) for code, label in book["s"].values] == [(1, "Yes"), (2, "No")]
    assert [code for code, _ in book["c"].values] == list(range(11))
    assert [code for code, _ in book["m_8"].values] == [0, 1]
    assert (book["m_8"].option, book["r_rank_2"].rank) == (8, 2)
    assert (book["n"].least, book["n"].most, book["n"].decimals) == (0, 9, 1)
    assert book["m_8"].label.ko == "m 문항 – 그 밖"
    assert book["s"].missing == (Missing.REFUSED, Missing.DONT_KNOW, Missing.NOT_ANSWERED)
    assert book["m_1"].missing == (Missing.NOT_ASKED, Missing.NOT_ANSWERED)
    assert [each.code for each in Missing] == [-6, -7, -8, -9]


def record(questionnaire: Questionnaire, checked: Checked) -> dict[str, object]:
    """The row of one respondent by the names of its columns."""
    reader = SheetReader(questionnaire)
    return dict(zip(reader.columns, reader.record(checked), strict=True))


def test_the_row_of_a_respondent(questionnaire: Questionnaire) -> None:
    raw = {
        "s": 1,
        "m": {"codes": [1, 8], "text": "도보"},
        "c": 0,
        "r": [9, 1],
        "n": "2.5",
        "t": "말",
    }
    assert record(questionnaire, check_answers(questionnaire, raw, submit=True)) == {
        "s": 1, "m_1": 1, "m_8": 1, "m_9": 0, "m_other": "도보",
        "c": 0, "r_rank_1": 9, "r_rank_2": 1, "n": Decimal("2.5"), "t": "말",
    }  # fmt: skip
    some = record(questionnaire, check_answers(questionnaire, {"s": "dont_know", "r": [8]}))
    assert some == {
        "s": -8, "m_1": -6, "m_8": -6, "m_9": -6, "m_other": -6,
        "c": -9, "r_rank_1": 8, "r_rank_2": -9, "n": -9, "t": -9,
    }  # fmt: skip
    other = record(questionnaire, check_answers(questionnaire, {"s": 1, "m": 8}))
    assert (other["m_8"], other["m_1"], other["m_other"]) == (1, 0, -9)
    none = record(questionnaire, check_answers(questionnaire, {"s": 1, "m": 9}))
    assert (none["m_9"], none["m_other"]) == (1, -6)


def known(variable: Variable, value: object) -> bool:
    """Whether the codebook says what the value means."""
    if value in {each.code for each in variable.missing}:
        return True
    if variable.values:
        return value in {code for code, _ in variable.values}
    if variable.measure is Measure.NUMBER:
        assert variable.least is not None
        assert variable.most is not None
        return isinstance(value, Decimal) and variable.least <= value <= variable.most
    return isinstance(value, str)


@pytest.mark.parametrize("name", SAMPLES)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_every_value_is_in_the_codebook(name: str, data: st.DataObject) -> None:
    questionnaire = sample_of(name)
    raw = {
        each.code: data.draw(
            st.none()
            | st.lists(
                st.sampled_from([o.code for o in each.options] or [3]), unique=True, max_size=3
            )
            | st.sampled_from([Missing.DONT_KNOW, Missing.REFUSED])
            | st.text("가나 a1", max_size=6)
        )
        for _, each in questionnaire.items()
    }
    checked = check_answers(questionnaire, raw)
    row = record(questionnaire, checked)
    book = {variable.name: variable for variable in codebook(questionnaire)}
    assert list(row) == list(book)
    for column, value in row.items():
        assert known(book[column], value), column


# What is stored, and what nobody should ever have stored.
STORED = st.one_of(
    st.none(),
    st.sampled_from([{"missing": "dont_know"}, {"missing": "no such"}, {"missing": 1}, {}]),
    st.builds(
        lambda codes: {"codes": codes},
        st.lists(st.sampled_from([1, 2, 8, 9, True, 1.0, "1", [1], None]), max_size=3),
    ),
    st.sampled_from([{"text": "말"}, {"number": "2.5"}, {"codes": [8], "text": "도보"}]),
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(sheets=st.lists(st.fixed_dictionaries(dict.fromkeys("smcrnt", STORED)), max_size=8))
def test_what_a_reader_remembers_changes_nothing(
    questionnaire: Questionnaire, sheets: list[dict[str, object]]
) -> None:
    reader = SheetReader(questionnaire)
    for sheet in (*sheets, *sheets):
        checked = reader.check(sheet)
        assert checked == check_answers(questionnaire, sheet)
        assert reader.record(checked) == SheetReader(questionnaire).record(checked)

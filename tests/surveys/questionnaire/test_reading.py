"""A file is read whole: each kind of item, each default, every flaw with its line and column."""

import pickle
from decimal import Decimal
from pathlib import Path

import pytest

from gongmun.surveys.questionnaire import Kind, Missing, QuestionnaireInvalid, load, read
from gongmun.surveys.questionnaire.flaws import FileUnreadable, Place, Reason
from gongmun.text import Bilingual
from tests.surveys.questionnaire.conftest import (
    ENDS_5,
    ENDS_10,
    HEAD,
    YES_NO,
    Ask,
    document,
    flaws_of,
    item,
    page,
    reasons,
)


def test_every_kind_of_item(ask: Ask) -> None:
    found = ask(
        item(
            "a", "single", YES_NO, "dont_know: true", "refused: {ko: 밝히지 않음, en: Rather not}"
        ),
        item(
            "b",
            "multiple",
            "options:",
            "  - {code: 1, ko: 버스, en: Bus}",
            "  - {code: 8, ko: 그 밖, en: Other, other: true}",
            "  - {code: 9, ko: 없음, en: None, exclusive: true}",
        ),
        item("c", "scale_5", ENDS_5),
        item("d", "scale_7", "labels: {1: {ko: 낮음, en: Low}, 7: {ko: 높음, en: High}}"),
        item("e", "scale_0_10", ENDS_10, "required: false"),
        item("f", "ranking", YES_NO, "top: 1"),
        item("g", "number", "min: 0.5", "max: 100", "decimals: 1", "unit: {ko: 일, en: days}"),
        item("h", "text", "max_length: 500", "note: {ko: 짧게 써 주십시오., en: Keep it short.}"),
    )
    a, b, c, d, e, f, g, h = (each for _, each in found.items())
    assert [each.kind for each in (a, b, c, d, e, f, g, h)] == list(Kind)
    assert a.dont_know == Missing.DONT_KNOW.label
    assert a.refused == Bilingual(ko="밝히지 않음", en="Rather not")
    assert (a.required, e.required) == (True, False)
    assert [option.code for option in b.options] == [1, 8, 9]
    assert b.other is b.options[1]
    assert b.options[2].exclusive
    assert [point.code for point in c.options] == [1, 2, 3, 4, 5]
    assert c.options[1].label == Bilingual(ko="2", en="2")
    assert c.options[4].label.ko == "매우 좋음"
    assert len(d.options) == 7
    assert [point.code for point in e.options] == list(range(11))
    assert f.top == 1
    assert g.bounds is not None
    assert (g.bounds.least, g.bounds.most, g.bounds.decimals) == (Decimal("0.5"), Decimal(100), 1)
    assert (h.max_length, h.note and h.note.en) == (500, "Keep it short.")


def test_words_that_yaml_would_take_for_something_else_stay_words(ask: Ask) -> None:
    found = ask(
        item(
            "a", "single", "options: [{code: 1, ko: 2026-10, en: No}, {code: 2, ko: 1.10, en: on}]"
        )
    )
    ((_, a),) = found.items()
    assert [option.label for option in a.options] == [
        Bilingual(ko="2026-10", en="No"),
        Bilingual(ko="1.10", en="on"),
    ]


def test_markup_is_kept_as_the_characters_it_is(ask: Ask) -> None:
    found = ask(
        item(
            "a",
            "single",
            "options:",
            "  - {code: 1, ko: '<b>예</b> & [red]', en: '{{ 7*7 }}'}",
            "  - {code: 2, ko: 나, en: b}",
        )
    )
    ((_, a),) = found.items()
    assert a.options[0].label == Bilingual(ko="<b>예</b> & [red]", en="{{ 7*7 }}")


def test_one_word_for_both_languages(ask: Ask) -> None:
    ask(item("a", "single", "options: [{code: 1, ko: SNS, en: SNS}, {code: 2, ko: TV, en: TV}]"))


def test_dont_know_is_no_option_and_no_point_of_a_scale() -> None:
    options = "options: [{code: 1, ko: 예, en: 'Yes'}, {code: 2, ko: 모름, en: Unsure}]"
    (flaw,) = flaws_of(document(item("a", "single", options, "dont_know: true")))
    assert (flaw.reason, flaw.place.line) == (Reason.LABEL_TAKEN, 12)
    words = "{ko: 답 안 함, en: No answer}"
    lines = (ENDS_5, f"dont_know: {words}", f"refused: {words}")
    (flaw,) = flaws_of(document(item("a", "scale_5", *lines)))
    assert (flaw.reason, flaw.place.line) == (Reason.LABEL_TAKEN, 13)


def test_a_byte_order_mark_and_the_lines_of_windows(ask: Ask) -> None:
    content = document(item("a", "text", "max_length: 9"))
    plain = read(content.encode()).questionnaire
    assert read(b"\xef\xbb\xbf" + content.replace("\n", "\r\n").encode()).questionnaire == plain


def test_all_flaws_are_told_at_once_with_their_places() -> None:
    content = """\
format: 1
code: test
version: 1
title: {ko: 시험 조사}
pages:
  - code: first
    itmes: []
    items:
      - code: One
        type: single
        text: {ko: 첫째, en: ''}
        options:
          - {code: 1, ko: 예, en: 'Yes'}
          - {code: 1, ko: 아니요, en: 'No'}
      - code: two
        type: scale_6
        text: {ko: 둘째, en: Second}
        show_if: {item: three, is: 1}
      - code: three
        type: number
        text: {ko: 셋째, en: 셋째}
        min: 10
        max: 5
        required: maybe
"""
    found = [(flaw.place.line, flaw.place.column, flaw.reason) for flaw in flaws_of(content)]
    assert found == [
        (4, 8, Reason.NO_TRANSLATION),
        (7, 5, Reason.UNKNOWN_KEY_NEAR),
        (9, 15, Reason.NOT_A_CODE),
        (11, 28, Reason.EMPTY_TEXT),
        (14, 20, Reason.OPTION_TAKEN),
        (16, 15, Reason.UNKNOWN_TYPE),
        (18, 25, Reason.NOT_BACKWARD),
        (21, 28, Reason.NOT_TRANSLATED),
        (22, 14, Reason.BOUNDS_CROSSED),
        (24, 19, Reason.NOT_A_BOOLEAN),
    ]


def test_a_wrong_key_is_told_with_the_one_that_was_meant() -> None:
    near, far = flaws_of(
        document(item("a", "text", "max_lenght: 5", "max_length: 5", "colour: red"))
    )
    assert "max_length" in near.text.ko
    assert "max_length" in near.text.en
    assert far.reason is Reason.UNKNOWN_KEY
    assert "max_length" in far.text.en  # those there are


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (("single", "options: []"), Reason.EMPTY_LIST),
        (("single", "options: [{code: 1, ko: 예, en: 'Yes'}]"), Reason.TOO_FEW),
        (("single", "options: 예"), Reason.NOT_A_LIST),
        (("single", "options: [예, 아니요]"), Reason.NOT_A_MAPPING),
        (("single",), Reason.MISSING_KEY),
        (("single", "options: [{code: '1', ko: 가, en: a}, {code: 2, ko: 나, en: b}]"), Reason.NOT_INTEGER),
        (("single", "options: [{code: 1.0, ko: 가, en: a}, {code: 2, ko: 나, en: b}]"), Reason.NOT_INTEGER),
        (("single", "options: [{code: -8, ko: 가, en: a}, {code: 2, ko: 나, en: b}]"), Reason.OUT_OF_RANGE),
        (("single", "options: [{code: 1, ko: 가, en: a}, {code: 2, ko: 가, en: b}]"), Reason.LABEL_TAKEN),
        (("single", "options: [{code: 1, ko: 가, en: a, other: true}, {code: 2, ko: 나, en: b, other: true}]"), Reason.SECOND_OTHER),
        (("single", "options: [{code: 1, ko: 가, en: a, screens_out: true}, {code: 2, ko: 나, en: b, screens_out: true}]"), Reason.NOBODY_LEFT),
        (("multiple", "options: [{code: 1, ko: 가, en: a, screens_out: true}, {code: 2, ko: 나, en: b}]"), Reason.UNKNOWN_KEY),
        (("single", "options: [{code: 1, ko: 가, en: a, exclusive: true}, {code: 2, ko: 나, en: b}]"), Reason.UNKNOWN_KEY),
        (("ranking", YES_NO, "top: 3"), Reason.OUT_OF_RANGE),
        (("ranking", YES_NO, "top: 0"), Reason.OUT_OF_RANGE),
        (("scale_5", "labels: {1: {ko: 낮음, en: Low}}"), Reason.ENDS_UNLABELLED),
        (("scale_5", ENDS_10), Reason.NO_SUCH_POINT),
        (("scale_5", ENDS_5, YES_NO), Reason.UNKNOWN_KEY),
        (("number", "min: -1", "max: 5"), Reason.OUT_OF_RANGE),
        (("number", "min: 0", "max: .inf"), Reason.NOT_A_NUMBER),
        (("number", "min: 0", "max: .nan"), Reason.NOT_A_NUMBER),
        (("number", "min: 0", "max: 1e3"), Reason.NOT_A_NUMBER),
        (("number", "min: 0", "max: 0.5"), Reason.TOO_MANY_DECIMALS),
        (("number", "min: 0", "max: 5", "decimals: 7"), Reason.OUT_OF_RANGE),
        (("text", "max_length: true"), Reason.NOT_INTEGER),
        (("text", "max_length: 0"), Reason.OUT_OF_RANGE),
        (("text", "max_length: 5", "required: 'true'"), Reason.NOT_A_BOOLEAN),
        (("text", "max_length: 5", "dont_know: yes"), Reason.NOT_A_BOOLEAN),
        (("text", "max_length: 5", "dont_know: {ko: 모름}"), Reason.NO_TRANSLATION),
        (("text", "max_length: 5", "note: [x]"), Reason.NOT_A_MAPPING),
        (("text", "max_length: 5", "note: {ko: [가], en: a}"), Reason.NOT_TEXT),
        (("text", "max_length: 5", "note: {ko: ~, en: a}"), Reason.EMPTY_TEXT),
        (("text", "max_length: 5", f"note: {{ko: {'가' * 2001}, en: a}}"), Reason.TOO_LONG),
        (("text", "max_length: 5", r'dont_know: {ko: "가\n나", en: a}'), Reason.NOT_ONE_LINE),
        (("number, min", "min: 0", "max: 5"), Reason.UNKNOWN_TYPE),
    ],
)  # fmt: skip
def test_what_an_item_cannot_be(lines: tuple[str, ...], reason: Reason) -> None:
    assert reason in reasons(document(item("a", *lines)))


def test_codes_and_columns_are_taken_once() -> None:
    twice = document(item("a", "text", "max_length: 5"), item("a", "text", "max_length: 5"))
    (flaw,) = flaws_of(twice)
    assert (flaw.reason, flaw.place.line) == (Reason.CODE_TAKEN, 12)
    assert "8" in flaw.text.ko
    column = document(item("a", "multiple", YES_NO), item("a_1", "text", "max_length: 5"))
    assert reasons(column) == [Reason.VARIABLE_TAKEN]
    pages = document(item("a", "text", "max_length: 5")) + page(
        "first", item("b", "text", "max_length: 5")
    )
    (flaw,) = flaws_of(pages)
    assert (flaw.reason, flaw.place.line) == (Reason.CODE_TAKEN, 12)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (HEAD.replace("format: 1", "format: 2"), Reason.UNKNOWN_FORMAT),
        (HEAD.replace("version: 1", "version: 0"), Reason.OUT_OF_RANGE),
        (HEAD.replace("code: test", "code: 시험"), Reason.NOT_A_CODE),
        (HEAD.replace("code: test", f"code: {'a' * 31}"), Reason.NOT_A_CODE),
        (HEAD, Reason.NOT_A_LIST),
        ("- a\n- b\n", Reason.NOT_A_MAPPING),
        ("설문지", Reason.NOT_A_MAPPING),
        ("", Reason.EMPTY_FILE),
        ("# nothing\n", Reason.EMPTY_FILE),
        ("---\n", Reason.EMPTY_FILE),
    ],
)
def test_what_a_file_cannot_be(content: str, reason: Reason) -> None:
    assert reason in reasons(content)


def test_the_error_names_file_and_places_and_pickles(tmp_path: Path) -> None:
    file = tmp_path / "조사.yaml"
    file.write_text(document(item("a", "text", "max_length: 0")), encoding="utf-8")
    with pytest.raises(QuestionnaireInvalid) as caught:
        load(file)
    error = pickle.loads(pickle.dumps(caught.value))
    assert error.flaws[0].place == Place(11, 21)
    for message in (error.message_ko, error.message_en):
        assert "조사.yaml" in message
        assert "11:21" in message
        assert str(tmp_path) not in message


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    for path in (tmp_path / "none.yaml", tmp_path):
        with pytest.raises(FileUnreadable):
            load(path)

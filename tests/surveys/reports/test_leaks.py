"""Small waves in which somebody could have worked out three people by what was asked next; a hostile reader found them."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from gongmun.surveys.analysis.dispositions import Sufficiency
from gongmun.surveys.fieldwork.models import AnswerSheet, Mode
from gongmun.surveys.panels.margins import margins
from gongmun.surveys.questionnaire import Item, Kind, Questionnaire, check_answers
from gongmun.surveys.questionnaire.answers import Missing
from gongmun.surveys.questionnaire.conditions import Condition, Every, Leaf, Test
from gongmun.surveys.questionnaire.items import Bounds, Option, Page
from gongmun.surveys.reports import open_data
from gongmun.surveys.reports.answers import answers_of
from gongmun.surveys.reports.figuring import Counted, count, questions
from gongmun.surveys.reports.weighing import weigh
from gongmun.text import Bilingual

Raw = Mapping[str, object]
WORD = Bilingual(ko="가", en="a")


def item(
    code: str,
    codes: Sequence[int] = (1, 2),
    *,
    kind: Kind = Kind.SINGLE,
    after: Condition | None = None,
    dont_know: bool = False,
    out: int = 0,
    alone: int = 0,
) -> Item:
    """A required item; the option `out` screens out, `alone` excludes the others."""
    return Item(
        code=code,
        kind=kind,
        text=WORD,
        options=tuple(
            Option(code=c, label=WORD, screens_out=c == out, exclusive=c == alone) for c in codes
        ),
        bounds=Bounds(least=Decimal(0), most=Decimal(30)) if kind is Kind.NUMBER else None,
        max_length=100 if kind is Kind.TEXT else None,
        dont_know=WORD if dont_know else None,
        show_if=after,
    )


def said(code: str, *codes: int, missing: Sequence[Missing] = ()) -> Leaf:
    return Leaf(item=code, test=Test.IS_ONE_OF, codes=frozenset(codes), missing=frozenset(missing))


def wave(
    items: Sequence[Item],
    given: Sequence[tuple[int, Raw]],
    show: Condition | None = None,
    sexes: Sequence[tuple[int, str]] = (),
) -> Counted:
    """So many people with these answers each; the items after the first stand on a page with that condition.

    `sexes`: the first so many are of one sex, the next of the other.
    """
    first, rest = items[:1], items[1:]
    asked = Questionnaire(
        code="t",
        version=1,
        title=WORD,
        pages=(Page(code="p", items=first), Page(code="r", items=rest, show_if=show)),
    )
    sheets = []
    sex_of = [sex for number, sex in sexes for _ in range(number)]
    for raw in (raw for number, raw in given for _ in range(number)):
        checked = check_answers(asked, raw, submit=True)
        assert not list(checked.flaws), checked.flaws
        number = len(sheets)
        sheets.append(
            AnswerSheet(
                id=f"{number:032x}",
                cycle_id=1,
                key=f"{number:064x}",
                pair_key=None,
                mode=Mode.WEB,
                answers=dict(checked.stored()),
                submitted_on=margins().as_of,
                sex=sex_of[number] if sex_of else None,
            )
        )
    answers = answers_of(asked, sheets, Sufficiency())
    return count(asked, answers, weigh(answers.frame, population=None, chances={}))


def bases(counted: Counted) -> dict[str, int | None]:
    return {question.code: question.base for question in questions(counted)}


def test_a_chain_of_which_the_middle_spared_nobody() -> None:
    found = wave(
        [
            item("q0"),
            item("q1", (1, 2, 3), after=said("q0", 1)),
            item("q9", after=said("q1", 1, 2)),
        ],
        [(30, {"q0": 1, "q1": 1, "q9": 1}), (27, {"q0": 1, "q1": 2, "q9": 2}), (3, {"q0": 2})],
    )
    assert bases(found) == {"q0": 60, "q1": None, "q9": None}


def test_a_chain_over_an_open_answer() -> None:
    told = Leaf(item="why", test=Test.ANSWERED)
    found = wave(
        [item("q0"), item("why", (), kind=Kind.TEXT, after=said("q0", 1)), item("q9", after=told)],
        [
            (30, {"q0": 1, "why": "a", "q9": 1}),
            (27, {"q0": 1, "why": "b", "q9": 2}),
            (3, {"q0": 2}),
        ],
    )
    assert bases(found) == {"q0": 60, "q9": None}


def test_a_condition_that_names_who_is_screened_out() -> None:
    found = wave(
        [item("q1", (1, 2, 4), out=4), item("q9", after=said("q1", 1, 4))],
        [
            (30, {"q1": 1, "q9": 1}),
            (27, {"q1": 1, "q9": 2}),
            (3, {"q1": 2}),
            (9, {"q1": 4, "q9": 1}),
        ],
    )
    assert bases(found) == {"q1": 60, "q9": None}


def test_two_questions_after_parts_of_a_third() -> None:
    """Bases of 55 and 32 of 57 who were there would say that two were there in both ways."""
    found = wave(
        [
            item("q0", (1, 2, 3)),
            item("a", after=said("q0", 1, 3)),
            item("b", after=said("q0", 2, 3)),
        ],
        [(30, {"q0": 1, "a": 1}), (25, {"q0": 2, "b": 1}), (2, {"q0": 3, "a": 2, "b": 2})],
        show=said("q0", 1, 2, 3),
    )
    told = bases(found)
    assert told["a"] is None or told["b"] is None


def test_whoever_did_not_choose_what_excludes_all_others() -> None:
    found = wave(
        [
            item("took", (1, 2, 9), kind=Kind.MULTIPLE, alone=9),
            item("q9", after=Leaf(item="took", test=Test.INCLUDES, codes=frozenset({1, 2}))),
        ],
        [(35, {"took": [1], "q9": 1}), (22, {"took": [1, 2], "q9": 2}), (3, {"took": [9]})],
    )
    assert bases(found) == {"took": 60, "q9": None}
    # In the rows those who have chosen nothing that is told would be these three.
    assert not open_data._columns(found)


def test_who_has_chosen_neither_of_two_has_chosen_the_third() -> None:
    """Of 50 who chose something 30 and 16 would leave four."""
    for alone in (0, 9):
        found = wave(
            [item("took", (1, 2, 9), kind=Kind.MULTIPLE, alone=alone)],
            [(30, {"took": [1]}), (16, {"took": [2]}), (4, {"took": [9]})],
        )
        (told,) = questions(found)
        assert [option.n for option in told.options] == [30, None, None]


def test_who_does_not_know_and_is_asked_as_well() -> None:
    after = said("q1", 1, missing=[Missing.DONT_KNOW])
    found = wave(
        [item("q1", dont_know=True), item("q9", after=after)],
        [(20, {"q1": 1, "q9": 1}), (20, {"q1": 2}), (3, {"q1": {"missing": "dont_know"}, "q9": 2})],
    )
    assert bases(found) == {"q1": 40, "q9": None}


def test_the_two_who_do_not_know_are_not_two_rows() -> None:
    """All that they answered elsewhere would stand in them."""
    found = wave(
        [item("trust", dont_know=True), item("q")],
        [
            (30, {"trust": 1, "q": 1}),
            (28, {"trust": 2, "q": 2}),
            (2, {"trust": {"missing": "dont_know"}, "q": 1}),
        ],
    )
    columns = open_data._columns(found)
    assert columns["trust"].value_counts().to_dict() == {1: 30, open_data.WITHHELD: 30}
    assert columns["q"].value_counts().to_dict() == {1: 32, 2: 28}
    assert "-5는 무응답을 뜻하지 않습니다" in open_data.codebook_markdown(found).decode()


def test_five_who_do_not_know_are_not_told_by_their_sex() -> None:
    """Of six one is a man; his row would say all that he answered."""
    found = wave(
        [item("trust", dont_know=True)],
        [
            (17, {"trust": 1}),
            (5, {"trust": {"missing": "dont_know"}}),
            (8, {"trust": 2}),
            (1, {"trust": {"missing": "dont_know"}}),
            (13, {"trust": 1}),
            (16, {"trust": 2}),
        ],
        sexes=[(30, "F"), (30, "M")],
    )
    columns = open_data._columns(found)
    by_sex = columns["trust"].groupby(columns[open_data.SEX]).value_counts().to_dict()
    assert by_sex == {(1, 1): 17, (1, 2): 8, (1, -8): 5, (2, 2): 16, (2, open_data.WITHHELD): 14}


def test_few_below_a_number() -> None:
    after = Leaf(item="days", test=Test.AT_LEAST, bound=Decimal(3))
    found = wave(
        [item("days", (), kind=Kind.NUMBER), item("q9", after=after)],
        [(30, {"days": "5", "q9": 1}), (27, {"days": "7", "q9": 2}), (3, {"days": "0"})],
    )
    assert bases(found) == {"days": 60, "q9": None}


def test_few_in_a_part_of_a_scale() -> None:
    after = Leaf(item="s", test=Test.AT_LEAST, bound=Decimal(8))
    found = wave(
        [item("s", range(11), kind=Kind.SCALE_0_10), item("q9", after=after)],
        [
            (10, {"s": 9, "q9": 1}),
            (10, {"s": 8, "q9": 2}),
            (2, {"s": 7}),
            (9, {"s": 5}),
            (9, {"s": 2}),
        ],
    )
    assert bases(found) == {"s": 40, "q9": None}


def test_few_who_meet_one_of_two_conditions_only() -> None:
    after = Every(conditions=(said("q0", 1), said("q1", 2)))
    found = wave(
        [item("q0"), item("q1"), item("q9", after=after)],
        [
            (37, {"q0": 1, "q1": 2, "q9": 1}),
            (3, {"q0": 1, "q1": 1}),
            (20, {"q0": 2, "q1": 2}),
            (20, {"q0": 2, "q1": 1}),
        ],
    )
    assert bases(found) == {"q0": 80, "q1": 80, "q9": None}


def test_what_is_asked_of_all_who_answered_loses_nothing() -> None:
    answered = Leaf(item="q1", test=Test.ANSWERED)
    found = wave(
        [item("q1", (1, 2, 3), dont_know=True), item("q9", after=answered)],
        [
            (25, {"q1": 1, "q9": 1}),
            (25, {"q1": 2, "q9": 2}),
            (3, {"q1": 3, "q9": 1}),
            (7, {"q1": {"missing": "dont_know"}}),
        ],
    )
    assert bases(found) == {"q1": 53, "q9": 53}

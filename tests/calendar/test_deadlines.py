"""Deadlines: the rules of the law on known dates, properties, and the explanation."""

import re
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongmun.calendar import (
    Deadline,
    DeadlineRule,
    Pause,
    RuleNotInForce,
    RulesInvalid,
    Unit,
    UnknownRule,
    WorkingCalendar,
    answer_rules,
    calendar,
    days_of,
    deadline,
    rule,
)
from gongmun.calendar.overrides import Override
from gongmun.calendar.rules import RULES, read_rules
from gongmun.clock import SEOUL, seoul_time
from gongmun.errors import NaiveDatetime
from gongmun.text import Bilingual
from tests.calendar import reference

TODAY = date(2026, 10, 12)
OFF = reference.days_off()
STARTS = st.dates(date(2016, 1, 1), date(2033, 12, 31))


def _rule(unit: Unit, length: int, *, first_day_counts: bool) -> DeadlineRule:
    return DeadlineRule(
        code="test",
        version=1,
        name_ko="시험",
        name_en="test",
        unit=unit,
        length=length,
        first_day_counts=first_day_counts,
        citation_ko="시험 규정",
        citation_en="Test Regulation",
        valid_from=date(2015, 1, 1),
    )


def _due(rule: DeadlineRule, start: str, days: WorkingCalendar | None = None) -> str:
    started = seoul_time(date.fromisoformat(start), 10)
    return deadline(rule, started, days or calendar()).due.isoformat()


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2026-10-12", "2026-10-15"),
        ("2026-10-08", "2026-10-14"),  # over Hangul Day and a weekend
        ("2026-10-10", "2026-10-14"),  # a start on a Saturday: Monday is the first day
        ("2026-09-23", "2026-09-30"),  # over Chuseok
    ],
)
def test_three_working_days_to_acknowledge(start: str, due: str) -> None:
    assert _due(rule("acknowledgement", TODAY), start) == due


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2026-11-02", "2026-11-19"),  # the day itself is the first of fourteen
        ("2026-10-31", "2026-11-19"),  # a Saturday: counted from Monday the 2nd
        ("2026-09-21", "2026-10-14"),  # over Chuseok, 3 October and Hangul Day
        ("2017-09-13", "2017-10-10"),  # thirteen days to 29 September, then ten days off
    ],
)
def test_fourteen_days_for_a_suggestion(start: str, due: str) -> None:
    assert _due(rule("suggestion", TODAY), start) == due


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2026-10-12", "2026-11-11"),  # the day before the same day
        ("2026-10-01", "2026-11-02"),  # ends on Saturday 31 October
        ("2026-12-01", "2026-12-31"),
        ("2026-01-30", "2026-03-03"),  # no 30 February: its last day, a Saturday; 2 March is off
        ("2024-01-31", "2024-02-29"),
        ("2024-01-29", "2024-02-28"),
        ("2026-10-10", "2026-11-11"),  # a Saturday: counted from Monday the 12th
    ],
)
def test_a_month_for_a_proposal(start: str, due: str) -> None:
    assert _due(rule("peoples_proposal", TODAY), start) == due


def test_ninety_days_for_a_petition() -> None:
    petition = rule("petition", TODAY)
    assert _due(petition, "2026-10-12") == "2027-01-11"  # 10 January 2027 is a Sunday
    assert _due(petition, "2026-10-13") == "2027-01-11"


@pytest.mark.parametrize(
    ("code", "start", "due"),
    [
        ("at_once", "2026-10-12 15:00", "2026-10-12 18:00"),
        ("at_once", "2026-10-08 16:30", "2026-10-12 10:30"),  # over Hangul Day and a weekend
        ("three_days", "2026-10-12 10:00", "2026-10-15 10:00"),  # 24 hours of eight a day
        ("five_days", "2026-10-12 10:00", "2026-10-19 10:00"),
    ],
)
def test_periods_up_to_five_days_run_in_hours(code: str, start: str, due: str) -> None:
    started = datetime.fromisoformat(start).replace(tzinfo=SEOUL)
    found = deadline(rule(code, TODAY), started, calendar())
    assert f"{found.due_at.astimezone(SEOUL):%Y-%m-%d %H:%M}" == due


def test_an_unadopted_proposal_is_kept_for_two_years() -> None:
    # The first day counts, as in every period by months.
    assert _due(rule("unadopted", TODAY), "2026-10-12") == "2028-10-11"
    # The day before is the last of the period: 14 October 2028 is a Saturday.
    assert _due(rule("unadopted", TODAY), "2026-10-15") == "2028-10-16"


def test_a_rule_says_what_may_change_its_period() -> None:
    known = {code: rule(code, TODAY) for code in read_rules(RULES)}
    extended = {code: (each.extensions, each.extension) for code, each in known.items()}
    assert extended["petition"] == (1, 60)
    assert extended["suggestion"] == extended["peoples_proposal"] == (1, None)
    assert extended["at_once"] == extended["reexamination"] == (0, None)
    assert answer_rules(TODAY) == [
        "at_once",
        "five_days",
        "peoples_proposal",
        "petition",
        "suggestion",
        "three_days",
    ]
    assert "petition" not in answer_rules(date(2021, 12, 22))
    assert all(known[code].pauses == {Pause.QUESTION} for code in answer_rules(TODAY))


@pytest.mark.parametrize(
    ("unit", "length", "start"),
    [
        (Unit.WORKING_DAYS, 1, "2017-09-29"),
        (Unit.CALENDAR_DAYS, 3, "2017-09-29"),
        (Unit.MONTHS, 1, "2017-09-01"),
    ],
)
def test_a_holiday_declared_later_moves_a_deadline(unit: Unit, length: int, start: str) -> None:
    """The known answer: due on 2 October 2017, then declared a holiday, became 10 October."""
    counted = _rule(unit, length, first_day_counts=False)
    before = WorkingCalendar(
        [Override(day=date(2017, 10, 2), working=True, name=Bilingual(ko="근무", en="working"))]
    )
    assert _due(counted, start, before) == "2017-10-02"
    assert _due(counted, start) == "2017-10-10"


def test_the_day_is_that_of_seoul() -> None:
    late = datetime(2026, 11, 2, 23, 59, tzinfo=SEOUL)
    counted = rule("suggestion", TODAY)
    assert deadline(counted, late, calendar()).due == date(2026, 11, 19)
    assert deadline(counted, late + timedelta(minutes=1), calendar()).due == date(2026, 11, 20)
    with pytest.raises(NaiveDatetime):
        deadline(counted, late.replace(tzinfo=None), calendar())


@settings(deadline=None)  # machines may be busy
@given(STARTS, st.sampled_from(Unit), st.integers(1, 18), st.booleans())
def test_deadlines_agree_with_walking(
    start: date, unit: Unit, length: int, first_day_counts: bool
) -> None:
    counted = _rule(unit, length, first_day_counts=first_day_counts)
    found = deadline(counted, seoul_time(start), calendar())
    assert found.due == reference.due(counted, seoul_time(start), OFF)
    assert calendar().is_working_day(found.due)
    assert start <= found.first_day <= found.due
    days = [day for day, _ in found.skipped]
    assert days == sorted(set(days))
    assert all(start <= day < found.due for day in days)
    assert all(calendar().why_off(day) == why for day, why in found.skipped)


@settings(deadline=None)  # machines may be busy
@given(STARTS, st.sampled_from(Unit), st.integers(1, 18), st.booleans())
def test_a_later_start_is_never_due_earlier(
    start: date, unit: Unit, length: int, first_day_counts: bool
) -> None:
    counted = _rule(unit, length, first_day_counts=first_day_counts)
    due = [deadline(counted, seoul_time(start + timedelta(days=n)), calendar()).due for n in (0, 1)]
    assert due[0] <= due[1]


@settings(deadline=None)  # machines may be busy
@given(STARTS, st.integers(1, 60), st.booleans())
def test_working_days_and_skipped_days_make_the_period(
    start: date, length: int, first_day_counts: bool
) -> None:
    counted = _rule(Unit.WORKING_DAYS, length, first_day_counts=first_day_counts)
    found = deadline(counted, seoul_time(start), calendar())
    assert calendar().count(found.first_day, found.due) == length - 1
    begins = start if first_day_counts or not calendar().is_working_day(start) else None
    begins = begins or start + timedelta(days=1)
    assert (found.due - begins).days + 1 == length + len(found.skipped)


def _suggestion() -> Deadline:
    return deadline(rule("suggestion", TODAY), seoul_time(date(2026, 9, 21), 9), calendar())


def test_a_deadline_explains_itself_in_korean() -> None:
    assert _suggestion().explain().ko == (
        "'건의 회신' 기한(규칙 제1판)은 2026. 9. 21.(월)에 시작되어, 2026. 9. 21.(월)부터 근무일 14일을 계산한 "
        "2026. 10. 14.(수)까지입니다. 계산에서 제외한 날: 토·일요일 4일, 2026. 9. 24.(목) 추석 전날, "
        "2026. 9. 25.(금) 추석, 2026. 9. 26.(토) 추석 다음날, 2026. 10. 3.(토) 개천절, "
        "2026. 10. 5.(월) 개천절 대체공휴일, 2026. 10. 9.(금) 한글날. "
        "근거: 「민원 처리에 관한 법률」 제18조 및 같은 법 시행령 제15조(처리기간), 같은 법 제19조제2항(기간의 계산)."
    )


def test_a_deadline_explains_itself_in_english() -> None:
    explained = _suggestion().explain().en
    assert explained.startswith(
        "The deadline 'answer to a suggestion' (version 1) started on Mon 21 September 2026 and runs "
        "for 14 working days with Mon 21 September 2026 as the first day, until the end of "
        "Wed 14 October 2026. Not counted: 4 weekend days, Thu 24 September 2026 ("
    )
    assert explained.endswith(
        "Basis: Civil Petitions Treatment Act, art. 18, and its Enforcement Decree, art. 15 (period); "
        "the Act, art. 19(2) (counting)."
    )


def test_a_deadline_in_hours_says_the_time() -> None:
    started = datetime(2026, 10, 8, 16, 30, tzinfo=SEOUL)
    explained = deadline(rule("at_once", TODAY), started, calendar()).explain()
    assert explained.ko.startswith(
        "'즉시 처리' 기한(규칙 제1판)은 2026. 10. 8.(목) 16:30에 시작되어, 2026. 10. 8.(목)부터 근무시간 3시간을 "
        "계산한 2026. 10. 12.(월) 10:30까지입니다. 계산에서 제외한 날: 토·일요일 2일, 2026. 10. 9.(금) 한글날."
    )
    assert "on Thu 8 October 2026 at 16:30 and runs for 3 working hours" in explained.en
    assert "until Mon 12 October 2026 at 10:30." in explained.en


@pytest.mark.parametrize(
    ("code", "start", "said"),
    [
        # The text and the table speak of the same first day: what comes at night is counted from the morning.
        (
            "three_days",
            "2026-11-20 22:30",
            "2026. 11. 20.(금) 22:30에 시작되어, 2026. 11. 23.(월)부터",
        ),
        (
            "three_days",
            "2026-11-20 18:00",
            "2026. 11. 20.(금) 18:00에 시작되어, 2026. 11. 23.(월)부터",
        ),
        (
            "three_days",
            "2026-11-20 17:59",
            "2026. 11. 20.(금) 17:59에 시작되어, 2026. 11. 20.(금)부터",
        ),
        # By the calendar days off count: one on which the period ends is named as its end.
        (
            "petition",
            "2026-11-23",
            "기간의 말일인 2027. 2. 21.(일)은 휴무일이므로 다음 근무일을 기한으로 합니다(토·일요일 1일).",
        ),
        (
            "peoples_proposal",
            "2026-01-31 10:00",
            "휴무일이므로 다음 근무일을 기한으로 합니다(2026. 3. 1.(일) 3·1절, 2026. 3. 2.(월) 3·1절 대체공휴일).",
        ),
        ("peoples_proposal", "2026-10-01", "기간의 말일인 2026. 10. 31.(토)는 휴무일이므로"),
    ],
)
def test_what_is_said_of_a_deadline_is_what_its_days_show(code: str, start: str, said: str) -> None:
    started = datetime.fromisoformat(start).replace(tzinfo=SEOUL)
    found = deadline(rule(code, TODAY), started, calendar())
    assert said in found.explain().ko
    days = days_of(found, calendar())
    assert next(day.day for day in days if day.number) == found.first_day
    if found.rule.unit is not Unit.WORKING_HOURS:
        assert "제외한 날" not in found.explain().ko
        assert "Not counted" not in found.explain().en


def test_nothing_is_said_of_skipped_days_where_there_are_none() -> None:
    explained = deadline(rule("acknowledgement", TODAY), seoul_time(TODAY, 9), calendar()).explain()
    assert "제외" not in explained.ko
    assert "Not counted" not in explained.en


def test_every_rule_of_the_package_holds_today() -> None:
    known = read_rules(RULES)
    assert set(known) == {
        "acknowledgement",
        "at_once",
        "three_days",
        "five_days",
        "suggestion",
        "peoples_proposal",
        "petition",
        "reexamination",
        "unadopted",
    }
    for code in known:
        found = rule(code, TODAY)
        assert found.code == code
        assert found.citation_ko
        assert found.citation_en


@pytest.mark.parametrize("code", [c for c in read_rules(RULES) if c != "acknowledgement"])
def test_a_rule_cites_what_says_its_period_apart_from_its_counting(code: str) -> None:
    found = rule(code, TODAY)
    if code == "unadopted":
        # Which article says so is not known to us: none is better than a wrong one.
        assert found.citation_ko == "「국민 제안 규정」"
        return
    assert "(기간의 계산" in found.citation_ko
    assert "(counting" in found.citation_en
    for cited in found.citation_ko.split(", "):
        assert re.search(r"제\d+조", cited)


def test_fourteen_days_are_the_decrees_and_not_what_counts_them() -> None:
    period, counting = rule("suggestion", TODAY).citation_ko.split(", ")
    assert period == "「민원 처리에 관한 법률」 제18조 및 같은 법 시행령 제15조(처리기간)"
    assert counting == "같은 법 제19조제2항(기간의 계산)"


def test_an_unknown_rule_names_those_there_are() -> None:
    with pytest.raises(
        UnknownRule, match="acknowledgement, at_once, five_days, peoples_proposal, petition, "
    ):
        rule("suggestions", TODAY)


def test_a_rule_is_not_in_force_before_its_first_version() -> None:
    assert rule("petition", date(2021, 12, 23)).version == 1
    with pytest.raises(RuleNotInForce, match="2021-12-23"):
        rule("petition", date(2021, 12, 22))


RULE = """
[[rule]]
code = "a"
version = {version}
name_ko = "가"
name_en = "a"
unit = "{unit}"
length = {length}
first_day_counts = true
citation_ko = "나"
citation_en = "b"
valid_from = {valid_from}
"""
RIGHT = {"version": 1, "unit": "months", "length": 1, "valid_from": "2020-01-01"}


def test_a_later_version_follows(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    later = {**RIGHT, "version": 2, "valid_from": "2026-01-01"}
    path.write_text(RULE.format(**RIGHT) + RULE.format(**later), encoding="utf-8")
    assert [item.version for item in read_rules(path)["a"]] == [1, 2]


@pytest.mark.parametrize(
    "content",
    [
        RULE.format(**{**RIGHT, "unit": "fortnights"}),
        RULE.format(**{**RIGHT, "length": 0}),
        RULE.format(**{**RIGHT, "length": '"long"'}),
        RULE.format(**{**RIGHT, "valid_from": '"soon"'}),
        RULE.format(**RIGHT) * 2,
        RULE.format(**RIGHT).replace("name_ko", "name"),
        RULE.format(**RIGHT) + "surprise = 1",
        RULE.format(**RIGHT) + 'pauses = ["lunch"]',
        "[[rules]]\n",
        RULE.format(**RIGHT).replace("[rule]", "[rules]"),
        "rule = [",
        RULE.format(**RIGHT).encode("cp949"),
    ],
)
def test_a_broken_file_of_rules_is_refused(tmp_path: Path, content: str | bytes) -> None:
    path = tmp_path / "rules.toml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(RulesInvalid, match=r"rules\.toml"):
        read_rules(path)

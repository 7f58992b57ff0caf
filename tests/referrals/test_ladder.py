"""The ladder: what fires on which day, what is skipped after an outage, what never fires twice."""

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongmun.calendar import calendar, rule
from gongmun.clock import SEOUL
from gongmun.referrals.clocks import start_clocks
from gongmun.referrals.ladder import Clock, Clocks, LadderInvalid, Rung, decide, load

# Dispatched on Monday 12 October 2026; no holiday follows within six weeks.
CLOCKS = Clocks(
    answer_rule="suggestion",
    acknowledge_due=date(2026, 10, 15),
    acknowledged=False,
    answer_due=date(2026, 10, 29),
)
EXPECTED = {
    Rung.NUDGE: date(2026, 10, 16),
    Rung.COURTESY_EARLY: date(2026, 10, 20),
    Rung.BACKUP_NUDGE: date(2026, 10, 21),
    Rung.COURTESY_LATE: date(2026, 10, 26),
    Rung.COURTESY_DUE: date(2026, 10, 29),
    Rung.FIRST_REMINDER: date(2026, 10, 30),
    Rung.SECOND_REMINDER: date(2026, 11, 9),
    Rung.ESCALATION: date(2026, 11, 18),
    Rung.SILENCE: date(2026, 12, 10),
}


def run(
    days: list[date], *, acknowledged_on: date | None = None
) -> tuple[dict[Rung, date], set[Rung]]:
    """Sweep on each of `days`; when each rung fired, and which were skipped."""
    fired: dict[Rung, date] = {}
    skipped: set[Rung] = set()
    for today in days:
        verdict = decide(
            load(),
            replace(CLOCKS, acknowledged=acknowledged_on is not None and today >= acknowledged_on),
            fired=frozenset(fired) | skipped,
            today=today,
            shift=calendar().shift,
        )
        fired |= {due.step.rung: today for due in verdict.fire}
        skipped |= {due.step.rung for due in verdict.skip}
    return fired, skipped


def daily(start: date, end: date) -> list[date]:
    return [start + timedelta(days=n) for n in range((end - start).days + 1)]


def test_swept_daily_every_rung_falls_on_its_working_day() -> None:
    fired, skipped = run(daily(date(2026, 10, 12), date(2026, 12, 31)))
    assert fired == EXPECTED
    assert not skipped


def test_an_acknowledgement_ends_its_own_rungs_only() -> None:
    fired, _ = run(
        daily(date(2026, 10, 12), date(2026, 12, 31)), acknowledged_on=date(2026, 10, 14)
    )
    assert fired.keys() == EXPECTED.keys() - {Rung.NUDGE, Rung.BACKUP_NUDGE}


def test_after_an_outage_the_highest_rung_of_each_clock_fires_and_the_rest_is_recorded() -> None:
    fired, skipped = run([date(2026, 10, 27)])
    assert fired.keys() == {Rung.BACKUP_NUDGE, Rung.COURTESY_LATE}
    assert skipped == {Rung.NUDGE, Rung.COURTESY_EARLY}


def test_a_formal_reminder_says_what_a_request_to_acknowledge_would() -> None:
    fired, skipped = run([date(2026, 11, 10)])
    assert fired.keys() == {Rung.SECOND_REMINDER}
    assert skipped == {
        Rung.NUDGE,
        Rung.BACKUP_NUDGE,
        Rung.COURTESY_EARLY,
        Rung.COURTESY_LATE,
        Rung.COURTESY_DUE,
        Rung.FIRST_REMINDER,
    }


def test_an_escalation_is_not_said_to_the_ministry_so_it_is_asked_all_the_same() -> None:
    fired, _ = run([date(2026, 11, 18)])
    assert fired.keys() == {Rung.BACKUP_NUDGE, Rung.ESCALATION}


def test_the_next_day_to_look_is_the_day_of_the_next_rung() -> None:
    verdict = decide(
        load(), CLOCKS, fired=frozenset(), today=date(2026, 10, 12), shift=calendar().shift
    )
    assert (verdict.fire, verdict.next_on) == ((), date(2026, 10, 16))
    assert verdict.look_again(date(2026, 10, 12)) == date(2026, 10, 16)


def test_when_everything_has_fired_there_is_nothing_left_to_look_for() -> None:
    verdict = decide(
        load(), CLOCKS, fired=frozenset(Rung), today=date(2027, 3, 1), shift=calendar().shift
    )
    assert (verdict.fire, verdict.skip, verdict.next_on) == ((), (), None)


@given(st.sets(st.sampled_from(daily(date(2026, 10, 12), date(2026, 12, 31))), min_size=1))
def test_whatever_sweeps_are_missed_no_rung_is_lost_doubled_or_early(days: set[date]) -> None:
    ordered = sorted(days)
    fired, skipped = run(ordered)
    assert not fired.keys() & skipped
    due_by_the_last = {rung for rung, day in EXPECTED.items() if day <= ordered[-1]}
    assert fired.keys() | skipped == due_by_the_last
    for rung, on in fired.items():
        assert on == min(day for day in ordered if day >= EXPECTED[rung])


NUDGE = "rung = 'nudge'\nclock = 'acknowledgement'\nworking_days = 1\n"
FIRST = "rung = 'first_reminder'\nclock = 'answer'\nworking_days = 5\n"
SECOND = FIRST.replace("first", "second").replace("5", "4")
STEP = f"[[step]]\n{NUDGE}"


def of(rules: str, *steps: str) -> str:
    """A kind of referrals with steps of its own."""
    return f"[[kind]]\nrules = {rules}\n" + "".join(f"[[kind.step]]\n{step}" for step in steps)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "step: 값이 빠졌습니다."),
        ("not toml = = ", "TOML 형식이 아닙니다"),
        (STEP.replace("nudge", "bribe"), "step 1, rung: 다음 중 하나로 적어 주십시오: 'nudge',"),
        (STEP * 2 + "oops = 1\n", "step 2, oops: 쓸 수 없는 이름입니다."),
        (STEP.replace("1", "'soon'"), "step 1, working_days: 정수로 적어 주십시오."),
        (STEP.replace("1", "1.9"), "step 1, working_days: 정수로 적어 주십시오."),
        (STEP.replace("working_days = 1\n", ""), "step 1, working_days: 값이 빠졌습니다."),
        (STEP * 2, "단계 nudge가 두 번 있습니다."),
        (f"{STEP}[[kinds]]\nrules = []\n", "kinds: 쓸 수 없는 이름입니다."),
        (STEP + of("['petition']"), "kind 1, step: 값이 빠졌습니다."),
        (f"{STEP}[[kind]]\n[[kind.step]]\n{NUDGE}", "kind 1, rules: 값이 빠졌습니다."),
        (STEP + of("[]", NUDGE), "kind 1, rules: 형식이 올바르지 않습니다."),
        (STEP + of("['petition']", NUDGE, NUDGE), "단계 nudge가 두 번 있습니다."),
        (STEP + of("['petition']", NUDGE) * 2, "규칙 petition의 단계가 두 번 있습니다."),
        (STEP + of("'at'", NUDGE), "kind 1, rules: 형식이 올바르지 않습니다."),
        (
            STEP
            + of("['at_once']", NUDGE)
            + of("['petition']", NUDGE.replace("acknowledgement", "wall")),
            "kind 2, step 1, clock: 다음 중 하나로 적어 주십시오",
        ),
        (STEP + of("['petitions']", NUDGE), "'petitions'는 없는 기한 규칙입니다."),
        (
            STEP.replace("acknowledgement", "publication"),
            "단계 nudge의 clock은 acknowledgement이어야 합니다.",
        ),
        (
            STEP + of("['petition']", FIRST.replace("answer", "acknowledgement")),
            "단계 first_reminder의 clock은 answer이어야 합니다.",
        ),
        (
            STEP + of("['petition']", FIRST, SECOND),
            "단계 second_reminder의 날이 더 낮은 단계 first_reminder보다 빠릅니다.",
        ),
    ],
)
def test_a_ladder_file_that_makes_no_sense_is_refused_with_what_to_correct(
    tmp_path: Path, content: str, said: str
) -> None:
    path = tmp_path / "ladder.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(LadderInvalid, match="ladder\\.toml") as caught:
        load(path)
    assert said in caught.value.message_ko
    assert not re.search("[가-힣]", caught.value.message_en)


def test_the_highest_rung_fires_in_whatever_order_the_file_has_them(tmp_path: Path) -> None:
    path = tmp_path / "ladder.toml"
    later = SECOND.replace("4", "7")
    path.write_text("".join(f"[[step]]\n{step}" for step in (later, FIRST)), encoding="utf-8")
    verdict = decide(
        load(path),
        CLOCKS,
        fired=frozenset(),
        today=date(2026, 11, 20),
        shift=calendar().shift,
    )
    assert [due.step.rung for due in verdict.fire] == [Rung.SECOND_REMINDER]
    assert [due.step.rung for due in verdict.skip] == [Rung.FIRST_REMINDER]


def test_a_ladder_that_is_not_there_or_not_in_utf_8_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LadderInvalid, match="경로와 읽기 권한"):
        load(tmp_path / "nowhere.toml")
    path = tmp_path / "ladder.toml"
    path.write_bytes(f"# 독촉\n{STEP}".encode("cp949"))
    with pytest.raises(LadderInvalid, match="UTF-8"):
        load(path)


def test_a_kind_has_steps_of_its_own_and_the_others_the_common_ones(tmp_path: Path) -> None:
    path = tmp_path / "ladder.toml"
    own = "rung = 'escalation'\nclock = 'answer'\nworking_days = 2\n"
    path.write_text(
        f"{STEP}[[kind]]\nrules = ['petition', 'at_once']\n[[kind.step]]\n{own}", encoding="utf-8"
    )
    ladder = load(path)
    assert [step.rung for step in ladder.of("suggestion")] == [Rung.NUDGE]
    assert [step.rung for step in ladder.of("petition")] == [Rung.ESCALATION]
    assert ladder.of("petition") == ladder.of("at_once")
    assert ladder.rungs == {Rung.NUDGE, Rung.ESCALATION}
    verdict = decide(
        ladder,
        replace(CLOCKS, answer_rule="petition"),
        fired=frozenset(),
        today=date(2026, 11, 2),
        shift=calendar().shift,
    )
    assert [due.step.rung for due in verdict.fire] == [Rung.ESCALATION]


def test_the_kinds_of_the_package_are_rules_that_exist_and_go_from_mild_to_severe() -> None:
    ladder = load()
    for code in ladder.kinds:
        assert rule(code, date(2026, 10, 12)).code == code
    for steps in (ladder.default, *ladder.kinds.values()):
        for clock in Clock:
            days = [step.working_days for step in steps if step.clock is clock]
            assert days == sorted(days)


@pytest.mark.parametrize("code", ["at_once", "three_days", "five_days", "petition", "suggestion"])
def test_nothing_is_due_on_the_day_of_the_dispatch(code: str) -> None:
    """A notice of the coming deadline that arrives with the document itself would be a nuisance."""
    sent = datetime(2026, 10, 12, 9, 10, tzinfo=SEOUL)
    clocks = start_clocks(code, sent, calendar())
    verdict = decide(
        load(),
        Clocks(
            answer_rule=code,
            acknowledge_due=clocks.acknowledge.due,
            acknowledged=False,
            answer_due=clocks.answer.due,
        ),
        fired=frozenset(),
        today=date(2026, 10, 12),
        shift=calendar().shift,
    )
    assert (verdict.fire, verdict.skip) == ((), ())

"""The ladder (독촉 단계): which rung is due for a referral on a day. Pure; the steps are data.

A kind of referral (a petition, what is to be done at once) may have steps of its own: the rule of its answer's
deadline says which kind it is. Each clock is a track of its own. Of the rungs of one track that are due together (after an outage,
say) the highest fires and the lower ones are recorded as skipped. A rung fires once for each time
its clock was started.
"""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

from gongmun.calendar import UnknownRule, rule
from gongmun.errors import GongmunError

DEFAULT = Path(__file__).parent / "data" / "ladder.toml"

# `shift(day, n)`: the working day n working days after `day`, or before it where n is negative.
Shift = Callable[[date, int], date]


class LadderInvalid(GongmunError):
    """A ladder file that cannot be used."""

    code = "ladder.invalid"
    ko = "독촉 단계 파일을 사용할 수 없습니다({path}): {reason}."
    en = "The ladder file cannot be used ({path}): {reason}."


class Clock(StrEnum):
    """The track a rung belongs to, and the date it counts from."""

    ACKNOWLEDGEMENT = "acknowledgement"  # from the day the acknowledgement was due, until it comes
    ANSWER = "answer"  # from the day the answer was due
    PUBLICATION = "publication"  # from the same day, but nothing is sent


class Rung(StrEnum):
    """What is done on a step."""

    NUDGE = "nudge"
    BACKUP_NUDGE = "backup_nudge"
    COURTESY_EARLY = "courtesy_early"
    COURTESY_LATE = "courtesy_late"
    COURTESY_DUE = "courtesy_due"
    FIRST_REMINDER = "first_reminder"
    SECOND_REMINDER = "second_reminder"
    ESCALATION = "escalation"
    SILENCE = "silence"


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One rung of the ladder, `working_days` after (before, if negative) its clock's due day."""

    rung: Rung
    clock: Clock
    working_days: int


Steps = tuple[Step, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Ladder:
    """The steps of every kind of referral: of those that `kinds` names by their rule, and of the others."""

    default: Steps
    kinds: Mapping[str, Steps]

    def of(self, answer_rule: str) -> Steps:
        """The steps for a referral whose answer is due by this rule."""
        return self.kinds.get(answer_rule, self.default)

    @property
    def rungs(self) -> frozenset[Rung]:
        """Every rung that stands somewhere."""
        return frozenset(
            step.rung for steps in (self.default, *self.kinds.values()) for step in steps
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Clocks:
    """What the ladder looks at of one referral: the rule its answer is due by, and its dates."""

    answer_rule: str
    acknowledge_due: date
    acknowledged: bool
    answer_due: date


@dataclass(frozen=True, kw_only=True, slots=True)
class DueStep:
    """A step and the day on which it was due."""

    step: Step
    due_on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What to do for one referral today, and the next day with something to do (None: never)."""

    fire: tuple[DueStep, ...]
    skip: tuple[DueStep, ...]
    next_on: date | None
    overdue: bool

    def look_again(self, today: date) -> date | None:
        """The day of the next sweep that concerns this referral, if nothing was fired yet."""
        return today if self.fire else self.next_on


@lru_cache(maxsize=8)
def load(path: Path = DEFAULT) -> Ladder:
    """Read a ladder file: `[[step]]` for all referrals, `[[kind]]` with steps of its own for some rules.

    Raises:
        LadderInvalid: unreadable, unknown names or rules, the same rung twice in one kind, one rule in two.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        default = _steps(content["step"])
        of_kinds = [
            (rule_code, _steps(kind["step"]))
            for kind in content.get("kind", ())
            for rule_code in _codes(kind["rules"])
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, UnknownRule) as error:
        raise LadderInvalid(path=path.name, reason=repr(error)) from error
    kinds = dict(of_kinds)
    if len(kinds) != len(of_kinds):
        raise LadderInvalid(path=path.name, reason="a rule stands in two kinds")
    for steps in (default, *kinds.values()):
        if len({step.rung for step in steps}) != len(steps):
            raise LadderInvalid(path=path.name, reason="a rung stands twice")
    return Ladder(default=default, kinds=kinds)


def _codes(rules: object) -> Sequence[str]:
    """The codes of deadline rules; one that does not exist would leave its referrals to the others' steps."""
    if not isinstance(rules, list):
        raise TypeError(rules)
    return [rule(code, date.max).code for code in rules]


def _steps(rows: Sequence[Mapping[str, Any]]) -> Steps:
    return tuple(
        Step(
            rung=Rung(row["rung"]),
            clock=Clock(row["clock"]),
            working_days=int(row["working_days"]),
        )
        for row in rows
    )


def decide(
    ladder: Ladder, clocks: Clocks, *, fired: frozenset[Rung], today: date, shift: Shift
) -> Verdict:
    """The rungs to fire and to skip today, and the day of the next one.

    `fired` are the rungs already fired or skipped since the clocks were last started.
    """
    fire: list[DueStep] = []
    skip: list[DueStep] = []
    later: list[date] = []
    for clock, start in _tracks(clocks).items():
        due: list[DueStep] = []
        for step in ladder.of(clocks.answer_rule):
            if step.clock is not clock or step.rung in fired:
                continue
            due_on = shift(start, step.working_days)
            if due_on <= today:
                due.append(DueStep(step=step, due_on=due_on))
            else:
                later.append(due_on)
        if due:
            *lower, highest = due
            fire.append(highest)
            skip.extend(lower)
    # To cross the due day is an event of its own, whether or not a rung stands there.
    crossing = shift(clocks.answer_due, 1)
    overdue = crossing <= today
    if not overdue:
        later.append(crossing)
    return Verdict(
        fire=tuple(fire), skip=tuple(skip), next_on=min(later, default=None), overdue=overdue
    )


def _tracks(clocks: Clocks) -> Mapping[Clock, date]:
    tracks = {Clock.ANSWER: clocks.answer_due, Clock.PUBLICATION: clocks.answer_due}
    if not clocks.acknowledged:
        tracks[Clock.ACKNOWLEDGEMENT] = clocks.acknowledge_due
    return tracks

"""The ladder (독촉 단계): which rung is due for a referral on a day. Pure; the steps are data.

A kind of referral (a petition, what is to be done at once) may have steps of its own: the rule of its answer's
deadline says which kind it is. Each clock is a track of its own. Of the rungs of one track that are due together (after an outage,
say) the highest fires and the lower ones are recorded as skipped; so is a request to acknowledge beside a formal reminder. A rung fires once for each time
its clock was started.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, Strict, ValidationError

from gongmun.calendar import UnknownRule, rule
from gongmun.errors import GongmunError
from gongmun.text import Bilingual

DEFAULT = Path(__file__).parent / "data" / "ladder.toml"

# `shift(day, n)`: the working day n working days after `day`, or before it where n is negative.
Shift = Callable[[date, int], date]


class LadderInvalid(GongmunError):
    """A ladder file that cannot be used: nobody is chased by half of one."""

    code = "ladder.invalid"
    ko = "독촉 단계 파일 {path}을(를) 고쳐 주십시오. {what_ko}"
    en = "Correct the ladder file {path}. {what_en}"


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
    working_days: Annotated[int, Strict()]


Steps = tuple[Step, ...]

OF_RECEIPT = frozenset({Rung.NUDGE, Rung.BACKUP_NUDGE})
COURTESIES = frozenset({Rung.COURTESY_EARLY, Rung.COURTESY_LATE, Rung.COURTESY_DUE})
# Those with a numbered document.
FORMAL = frozenset({Rung.FIRST_REMINDER, Rung.SECOND_REMINDER})
# From mild to severe.
PLACES = {rung: place for place, rung in enumerate(Rung)}


def track_of(rung: Rung) -> Clock:
    """The track that a rung belongs to."""
    if rung in OF_RECEIPT:
        return Clock.ACKNOWLEDGEMENT
    return Clock.PUBLICATION if rung is Rung.SILENCE else Clock.ANSWER


def overtakes(rung: Rung, other: Rung) -> bool:
    """Whether nobody is sent `other` beside `rung`: of one track the highest is said, and silence is no message.

    A formal reminder says what a request to acknowledge would; an escalation is said to somebody else.
    """
    if rung is Rung.SILENCE or PLACES[rung] <= PLACES[other]:
        return False
    return (rung in OF_RECEIPT) == (other in OF_RECEIPT) or rung in FORMAL


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


class _Kind(BaseModel):
    model_config = ConfigDict(extra="forbid")
    rules: Annotated[list[str], Field(min_length=1)]
    step: Steps


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")
    step: Steps
    kind: list[_Kind] = []


# What is wrong with a value, by the name that pydantic has for it.
_FAULTS = {
    "missing": Bilingual(ko="값이 빠졌습니다.", en="a value is missing."),
    "extra_forbidden": Bilingual(ko="쓸 수 없는 이름입니다.", en="there is no such name."),
    "unexpected_keyword_argument": Bilingual(
        ko="쓸 수 없는 이름입니다.", en="there is no such name."
    ),
    "enum": Bilingual(ko="다음 중 하나로 적어 주십시오: {expected}.", en="one of {expected}."),
    "int_type": Bilingual(ko="정수로 적어 주십시오.", en="a whole number is needed."),
}
_FORM = Bilingual(ko="형식이 올바르지 않습니다.", en="it has the wrong form.")


@lru_cache(maxsize=8)
def load(path: Path = DEFAULT) -> Ladder:
    """Read a ladder file: `[[step]]` for all referrals, `[[kind]]` with steps of its own for some rules.

    Raises:
        LadderInvalid: unreadable, unknown names or rules, the same rung twice in one kind, one rule in two, a
            rung on another track than its own, or a higher one that is due before a lower one.
    """

    def invalid(ko: str, en: str) -> LadderInvalid:
        return LadderInvalid(path=path.name, what_ko=ko, what_en=en)

    try:
        content = _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        raise invalid(*_fault(error)) from None
    except OSError:
        raise invalid(
            "파일을 읽을 수 없습니다. 경로와 읽기 권한을 확인해 주십시오.",
            "It cannot be read: check its path and whether it may be read.",
        ) from None
    except UnicodeDecodeError:
        raise invalid("UTF-8로 저장해 주십시오.", "Save it as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise invalid(f"TOML 형식이 아닙니다({error}).", f"It is not TOML: {error}.") from None

    kinds: dict[str, Steps] = {}
    for kind in content.kind:
        for code in kind.rules:
            try:
                # A rule that does not exist would leave its referrals to the others' steps.
                rule(code, date.max)
            except UnknownRule as error:
                raise invalid(error.message_ko, error.message_en) from None
            if code in kinds:
                raise invalid(
                    f"규칙 {code}의 단계가 두 번 있습니다.", f"The rule {code} stands in two kinds."
                )
            kinds[code] = kind.step
    return Ladder(
        default=_in_order(content.step, invalid),
        kinds={code: _in_order(steps, invalid) for code, steps in kinds.items()},
    )


def _in_order(steps: Steps, invalid: Callable[[str, str], LadderInvalid]) -> Steps:
    """From mild to severe: of what is due together the last one is the highest, and is said."""
    ordered = tuple(sorted(steps, key=lambda step: PLACES[step.rung]))
    for step in ordered:
        track = track_of(step.rung)
        if step.clock is not track:
            raise invalid(
                f"단계 {step.rung.value}의 clock은 {track.value}이어야 합니다.",
                f"The clock of the rung {step.rung.value} has to be {track.value}.",
            )
    for lower, higher in pairwise(ordered):
        if lower.rung is higher.rung:
            raise invalid(
                f"단계 {lower.rung.value}이(가) 두 번 있습니다.",
                f"The rung {lower.rung.value} stands twice.",
            )
        if lower.clock is higher.clock and lower.working_days > higher.working_days:
            raise invalid(
                f"단계 {higher.rung.value}의 날이 더 낮은 단계 {lower.rung.value}보다 빠릅니다. "
                "working_days를 고쳐 주십시오.",
                f"The rung {higher.rung.value} stands before the lower one {lower.rung.value}: "
                "correct their working_days.",
            )
    return ordered


def _fault(error: ValidationError) -> tuple[str, str]:
    """The first thing that is wrong, with its place: `kind 2, step 1, rung`."""
    first = error.errors()[0]
    where = ""
    for part in first["loc"]:
        where += f" {part + 1}" if isinstance(part, int) else f", {part}"
    where = where.removeprefix(", ")
    fault = _FAULTS.get(first["type"], _FORM)
    expected = str(first.get("ctx", {}).get("expected", "")).replace(" or ", ", ")
    return (
        f"{where}: {fault.ko.format(expected=expected)}",
        f"{where}: {fault.en.format(expected=expected)}",
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
    # Of what is due on several tracks a reminder says what the others would.
    said = {each.step.rung for each in fire} | fired
    skip += [each for each in fire if any(overtakes(rung, each.step.rung) for rung in said)]
    fire = [each for each in fire if each not in skip]
    return Verdict(
        fire=tuple(fire), skip=tuple(skip), next_on=min(later, default=None), overdue=overdue
    )


def _tracks(clocks: Clocks) -> Mapping[Clock, date]:
    tracks = {Clock.ANSWER: clocks.answer_due, Clock.PUBLICATION: clocks.answer_due}
    if not clocks.acknowledged:
        tracks[Clock.ACKNOWLEDGEMENT] = clocks.acknowledge_due
    return tracks

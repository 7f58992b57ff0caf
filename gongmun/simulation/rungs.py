"""Rungs fall on the exact working day that an independent reference computes, or are recorded as caught up."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from gongmun.referrals.ladder import Clock
from gongmun.simulation import evidence
from gongmun.simulation.evidence import Chased, Fired
from gongmun.simulation.installation import House
from gongmun.simulation.reference import Walk


@dataclass(slots=True)
class RungWatch:
    """Looks at the steps that each sweep wrote, and at those it should have written."""

    house: House
    _last_step: int = 0
    _fired: dict[tuple[int, int], set[str]] = field(default_factory=dict)
    _problems: list[str] = field(default_factory=list)

    def taken(self) -> Sequence[str]:
        """What was found since the last time."""
        found, self._problems = self._problems, []
        return found

    def before(self) -> None:
        """What has fired by now; what was taken back meanwhile has not."""
        with self.house.db.reading() as session:
            self._fired, self._last_step = evidence.steps_of_open(session)

    def after(self, day: date, walks: Sequence[Walk], *, ended: bool, began: bool) -> None:
        """Hold what a sweep did against what was due. One that did not end may have done a part of it.

        `walks`: the calendar as it is known, and the one by which the deadlines were counted, while they have
        not been counted again: until then nobody is reminded who may have more time.
        """
        walk = walks[0]
        ended = ended and len(walks) == 1
        with self.house.db.reading() as session:
            new = evidence.steps_after(session, self._last_step)
            chased = evidence.chased(session, day)
        by_referral: dict[int, list[Fired]] = {}
        for step in new:
            by_referral.setdefault(step.referral_id, []).append(step)
        if not (began and walk.works(day)):
            self._problems += [f"{step} on a day without a sweep" for step in new]
            return
        for referral in chased:
            steps = by_referral.pop(referral.id, [])
            if referral.is_elsewhere:
                continue  # its ministry is no more: who has it is found out first
            problems = [
                list(self._compare(referral, steps, expected, day, ended=ended))
                for expected in (
                    {} if referral.is_quiet else self._due(referral, day, each) for each in walks
                )
            ]
            if all(problems):
                self._problems += problems[0]
        self._problems += [
            f"{step} of a referral that is not with a ministry"
            for steps in by_referral.values()
            for step in steps
        ]

    def _due(self, referral: Chased, day: date, walk: Walk) -> Mapping[str, tuple[date, bool]]:
        """What is due of a referral by that day and has not fired: its day, and whether it is skipped."""
        found: dict[str, tuple[date, bool]] = {}
        behind = self._fired.get((referral.id, referral.arming), set())
        for clock in Clock:
            if clock is Clock.ACKNOWLEDGEMENT and referral.acknowledged:
                continue
            start = (
                referral.acknowledge_due if clock is Clock.ACKNOWLEDGEMENT else referral.answer_due
            )
            steps = self.house.ladder.of(referral.answer_rule)
            due = [
                (step, on)
                for step in steps
                if step.clock is clock
                and step.rung not in behind
                and (on := walk.shift(start, step.working_days)) <= day
            ]
            for place, (step, on) in enumerate(due, start=1):
                found[step.rung] = (on, place < len(due))
        # Nobody takes it: it waits.
        if referral.is_orphaned and not found.get("escalation", (day, True))[1]:
            del found["escalation"]
        # Nobody is asked to acknowledge beside a reminder, or after one.
        said = behind | {rung for rung, (_, skipped) in found.items() if not skipped}
        if {"first_reminder", "second_reminder"} & said:
            for rung in {"nudge", "backup_nudge"} & set(found):
                found[rung] = (found[rung][0], True)
        return found

    def _compare(
        self,
        referral: Chased,
        steps: Sequence[Fired],
        expected: Mapping[str, tuple[date, bool]],
        day: date,
        *,
        ended: bool,
    ) -> Iterator[str]:
        for step in steps:
            right = expected.get(step.rung)
            if right is None:
                yield f"{step} has no cause ({referral})"
            elif (step.due_on, step.skipped) != right or step.fired_on != day:
                yield f"{step}, but the reference says {right} ({referral})"
        done = {step.rung for step in steps}
        for rung, (on, _) in expected.items():
            if ended and rung not in done:
                yield f"{rung} was due on {on} and the sweep of {day} left it out ({referral})"

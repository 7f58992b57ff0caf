"""The shortest story that breaks a promise: what is not needed is taken out, and the rest is played again."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from gongmun.simulation.plan import Fault, Part, Plan
from gongmun.simulation.running import Report

# Each try plays a world. After so many the story is told as short as it is by then.
TRIES = 80

Play = Callable[[Plan], Report]


def shrink(failed: Report, play: Play, *, tries: int = TRIES) -> Report:
    """A world as small as it can be found that breaks the same promise; the report of its run.

    First the days after, then faults, forums and the rest: in halves, quarters and so on (delta debugging).
    """
    smaller = _Smaller(failed, play, tries)
    days = (failed.day - failed.plan.first_day).days + 1
    smaller.try_(replace(failed.plan, days=days))
    smaller.try_(_without_faults(smaller.best.plan))
    size = 2
    while size <= 2 * len(smaller.best.plan.parts) and smaller.left:
        parts = smaller.best.plan.parts
        step = max(1, len(parts) // size)
        if not any(
            smaller.try_(smaller.best.plan.only(_but(parts, begin, begin + step)))
            for begin in range(0, len(parts), step)
        ):
            if step == 1:
                break
            size *= 2
    return smaller.best


def _without_faults(plan: Plan) -> Plan:
    return plan.only([part for part in plan.parts if not isinstance(part, Fault)])


def _but(parts: Sequence[Part], begin: int, end: int) -> Sequence[Part]:
    return [*parts[:begin], *parts[end:]]


class _Smaller:
    """The smallest failing world so far."""

    def __init__(self, failed: Report, play: Play, tries: int) -> None:
        self.best, self.left, self._play = failed, tries, play
        self._promise = failed.broken[0].promise

    def try_(self, plan: Plan) -> bool:
        """Play a smaller world; keep it where it breaks the same promise."""
        if not self.left:
            return False
        self.left -= 1
        report = self._play(plan)
        if not any(broken.promise == self._promise for broken in report.broken):
            return False
        # What happens after that day, and faults that did not, are no part of the story.
        days = (report.day - plan.first_day) + timedelta(days=1)
        self.best = replace(report, plan=replace(report.plan, days=days.days))
        return True

"""What a changed calendar makes of a referral's deadlines, and of the rungs that fired for them. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, partial
from typing import Any

from gongmun.calendar import CountedIn, Counting, WorkingCalendar
from gongmun.clock import seoul_date
from gongmun.referrals.change_queries import FiredStep, Standing
from gongmun.referrals.clocks import receipt_due
from gongmun.referrals.declared_days import Moved
from gongmun.referrals.ladder import Clock, Clocks, Ladder, Rung, decide, overtakes
from gongmun.referrals.life import Status


@dataclass(frozen=True, kw_only=True, slots=True)
class Recounted:
    """A referral by the new calendar: the values of its row, and what becomes of its steps.

    `taken_back` are steps whose message has not left. Where a rung that has left has to fire again the
    arming is raised, and `behind` are the steps that hold under it as well.
    """

    values: Mapping[str, Any]
    taken_back: Sequence[FiredStep]
    behind: Sequence[FiredStep]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Climb:
    arming: int
    next_on: date | None
    taken_back: Sequence[FiredStep] = ()
    behind: Sequence[FiredStep] = ()


class Recount:
    """Deadlines by one calendar on one day; what many referrals share is counted once."""

    def __init__(self, cal: WorkingCalendar, today: date) -> None:
        """By the calendar `cal`, on the day `today`."""
        self._today = today
        self._answer = cache(self._counted_again)
        self._answer_due = cache(partial(Counting.due, calendar=cal))
        self._answer_at = cache(partial(Counting.due_at, calendar=cal))
        self._receipt = cache(self._received_again)
        self._receipt_due = cache(partial(receipt_due, calendar=cal))
        self._shift = cache(cal.shift)

    def answer(self, counting: Counting, old: date, old_at: datetime | None) -> Moved | None:
        """Where an answer that was due on `old`, until `old_at`, is due now; None where that stays."""
        return self._answer(counting, old, old_at)

    def _counted_again(
        self, counting: Counting, old: date, old_at: datetime | None
    ) -> Moved | None:
        new, since = self._answer_due(counting), seoul_date(counting.since)
        if new != old or old_at is None or counting.unit is not CountedIn.WORKING_SECONDS:
            return self._moved(counting.due, since, old, new)
        at = self._answer_at(counting)
        if at <= old_at:
            return None  # an hour of a day that was told is not taken away
        return Moved(recount=counting.due_at, since=since, old=old, new=new, hours=(old_at, at))

    def receipt(self, dispatched_at: datetime, old: date) -> Moved | None:
        """The same of an acknowledgement."""
        return self._receipt(dispatched_at, old)

    def _received_again(self, dispatched_at: datetime, old: date) -> Moved | None:
        def due(cal: WorkingCalendar) -> date:
            return receipt_due(dispatched_at, cal)

        return self._moved(due, seoul_date(dispatched_at), old, self._receipt_due(dispatched_at))

    def _moved(
        self, recount: Callable[[WorkingCalendar], date], since: date, old: date, new: date
    ) -> Moved | None:
        taken_away = new < old and new <= self._today
        if new == old or taken_away:
            return None
        return Moved(recount=recount, since=since, old=old, new=new)

    def moves(self, standing: Standing) -> Mapping[Clock, Moved]:
        """The deadlines of a referral that move."""
        found = {
            Clock.ANSWER: self.answer(
                standing.counting, standing.answer_due, standing.answer_due_at
            )
        }
        if standing.status is Status.DISPATCHED:
            found[Clock.ACKNOWLEDGEMENT] = self.receipt(
                standing.dispatched_at, standing.acknowledge_due
            )
        return {clock: moved for clock, moved in found.items() if moved is not None}

    def rung_day(self, due: date, working_days: int) -> date:
        """The day of a rung that stands so many working days from a due day."""
        return self._shift(due, working_days)

    def due_at(self, counting: Counting) -> datetime:
        """The moment at which what is counted so is over."""
        return self._answer_at(counting)


class Restart:
    """What the new days make of the rungs that fired, by one ladder."""

    def __init__(self, recount: Recount, ladder: Ladder, today: date) -> None:
        """By the days of `recount`."""
        self._recount, self._ladder, self._today = recount, ladder, today
        self._look_again = cache(self._decided)

    def recounted(
        self, standing: Standing, moves: Mapping[Clock, Moved], steps: Sequence[FiredStep]
    ) -> Recounted:
        """The referral after these moves; `steps` are those of its present arming."""
        answer, receipt = moves.get(Clock.ANSWER), moves.get(Clock.ACKNOWLEDGEMENT)
        clocks = standing.clocks(
            acknowledge_due=receipt.new if receipt else standing.acknowledge_due,
            answer_due=answer.new if answer else standing.answer_due,
        )
        climb = _Climb(arming=standing.arming, next_on=standing.next_action_on)
        # What is not with the ministry has no rungs: whatever sets its clock going sees to them.
        if standing.is_with_ministry:
            climb = self._climb(standing, clocks, moves, steps)
        crossed_again = answer is not None and answer.new >= self._today
        return Recounted(
            values={
                "id": standing.id,
                "arming": climb.arming,
                "acknowledge_due": clocks.acknowledge_due,
                "answer_due": clocks.answer_due,
                "answer_due_at": self._recount.due_at(standing.counting)
                if answer
                else standing.answer_due_at,
                "answer_due_promised": _promised(standing, clocks.answer_due),
                "overdue_noted_on": None if crossed_again else standing.overdue_noted_on,
                "next_action_on": climb.next_on,
            },
            taken_back=climb.taken_back,
            behind=climb.behind,
        )

    def _climb(
        self,
        standing: Standing,
        clocks: Clocks,
        moves: Mapping[Clock, Moved],
        steps: Sequence[FiredStep],
    ) -> _Climb:
        undone = [step for step in steps if self._is_undone(step, standing, moves)]
        # What was skipped for a higher rung is not behind without it.
        undone += [
            step
            for step in steps
            if step.skipped
            and step not in undone
            and any(
                each.fired_on == step.fired_on and overtakes(each.rung, step.rung)
                for each in undone
            )
        ]
        left = [step for step in steps if step not in undone]
        arming, taken_back, behind = standing.arming, undone, list[FiredStep]()
        if any(step.notice_id is None and not step.skipped for step in undone):
            # One has left: it may fire again only for another arming, which no waiting notice speaks of.
            arming += 1
            taken_back = [step for step in steps if step.notice_id is not None]
            left = behind = [step for step in left if step not in taken_back]
        return _Climb(
            arming=arming,
            next_on=self._look_again(clocks, frozenset(step.rung for step in left)),
            taken_back=taken_back,
            behind=behind,
        )

    def _is_undone(self, step: FiredStep, standing: Standing, moves: Mapping[Clock, Moved]) -> bool:
        """Whether a rung that fired is not reached by the new day any more.

        One that a coordinator returned, or that was no longer true, is done with all the same.
        """
        if step.given_up:
            return False
        for each in self._ladder.of(standing.answer_rule):
            if each.rung is step.rung:
                of_receipt = each.clock is Clock.ACKNOWLEDGEMENT
                moved = moves.get(Clock.ACKNOWLEDGEMENT if of_receipt else Clock.ANSWER)
                return (
                    moved is not None
                    and moved.new > moved.old
                    and self._recount.rung_day(moved.new, each.working_days) > self._today
                )
        return False

    def _decided(self, clocks: Clocks, fired: frozenset[Rung]) -> date | None:
        verdict = decide(
            self._ladder, clocks, fired=fired, today=self._today, shift=self._recount.rung_day
        )
        return verdict.look_again(self._today)


def _promised(standing: Standing, due: date) -> date | None:
    """The day that was told first, where it is another one than the legal one."""
    promised = standing.answer_due_promised or standing.answer_due
    return None if promised == due else promised

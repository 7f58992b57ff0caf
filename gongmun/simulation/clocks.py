"""Deadlines are those of the reference, and paused clocks lose nothing: every event that set a clock is counted again.

From the ledger's own words (since when, until when, which day before and after), by days walked one by one.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.orm import Session

from gongmun.clock import seoul_date
from gongmun.simulation import evidence
from gongmun.simulation.evidence import Told
from gongmun.simulation.reference import IN_HOURS, Walk, day_of, over

# The moment at which a clock is over, by the days off that are known when it is asked for.
_Counted = Callable[[Walk], datetime]


@dataclass(slots=True)
class _Clock:
    """What the ledger has told of one referral's clock so far."""

    rule: str
    due: date | None = None
    again: _Counted | None = None
    paused_at: datetime | None = None
    answered_at: datetime | None = None
    # The day that held before the clock was armed afresh.
    due_before: date | None = None
    new_due: date | None = None


@dataclass(slots=True)
class ClockWatch:
    """Follows the clock of every referral from event to event."""

    walk_on: Callable[[date], Walk]
    _clocks: dict[int, _Clock] = field(default_factory=dict)
    _seq: int = 0

    def check(self, session: Session) -> Iterator[str]:
        """Each event since the last time; and whether the tables say what the events come to."""
        for told in evidence.told_of_referrals(session, self._seq):
            self._seq = told.seq
            clock = self._clocks.setdefault(told.referral_id, _Clock(told.rule))
            if wrong := self._follow(clock, told):
                yield f"referral {told.referral_id}, event {told.seq} {told.kind} at {told.at}: {wrong}"
        for referral in evidence.dues(session):
            known = self._clocks.get(referral.id)
            if known and known.due not in (None, referral.answer_due):
                yield f"referral {referral.id} is due {referral.answer_due}, its events say {known.due}"

    def disagreeing(self, session: Session, walk: Walk) -> Iterator[str]:
        """After deadlines were counted again: those that the calendar puts on another day all the same."""
        for referral in evidence.dues(session):
            known = self._clocks.get(referral.id)
            if known is None or known.again is None or not referral.is_running:
                continue
            right = known.again(walk)
            if referral.answer_due is None or day_of(right) > referral.answer_due:
                yield f"referral {referral.id} is due {referral.answer_due}, and should be {right}"
            elif day_of(right) == referral.answer_due and right != referral.answer_due_at:
                yield f"referral {referral.id} is late at {referral.answer_due_at}, not at {right}"

    def _follow(self, clock: _Clock, told: Told) -> str | None:
        """Take an event in; what is wrong with the day it names."""
        today, before = seoul_date(told.at), clock.due
        walk = self.walk_on(today)
        match told.kind:
            case "referral.dispatched":
                clock.due, clock.again = told.day("answer_due"), None
                if told.accepted_at is None:
                    return None  # it came back meanwhile
                clock.again = _by_rule(clock.rule, told.accepted_at)
                right = day_of(clock.again(walk))
                receipt = walk.acknowledge_by(seoul_date(told.accepted_at))
                if (clock.due, told.day("acknowledge_due")) != (right, receipt):
                    return f"the reference says {receipt} and {right}"
            case "referral.bounced":
                clock.due = clock.again = clock.paused_at = None
            case "referral.paused":
                clock.paused_at = told.at
            case "referral.resumed":
                paused_at, clock.paused_at = clock.paused_at, None
                clock.due = told.day("answer_due")
                assert before is not None
                assert paused_at is not None
                clock.again = _left(clock, before, paused_at, told.at, walk)
                right = day_of(clock.again(walk))
                if told.day("was_due") != before or clock.due != right:
                    return f"was {before}, the reference says {right}"
            case "referral.answered":
                received = told.moment("received_at")
                if clock.paused_at and clock.paused_at < received and before is not None:
                    clock.again = _left(clock, before, clock.paused_at, received, walk)
                    clock.due = day_of(clock.again(walk))
                clock.paused_at, clock.answered_at = None, received
            case "referral.extension_granted":
                clock.new_due = told.day("new_due")
            case "referral.deadline_moved":
                clock.due = told.day("new_due")
                # Holidays are not taken back here, so no day is kept that is later than the reference's.
                right = day_of(clock.again(walk)) if clock.again else clock.due
                if (told.day("old_due"), clock.due) != (before, right):
                    return f"was due {before}, the reference says {right}"
            case "referral.rearmed":
                # By what, the next event says; more time was granted before.
                clock.due, clock.due_before = told.day("answer_due"), before
                if told.day("was_due") != before:
                    return f"was due {before}"
                if clock.new_due:
                    clock.again, clock.new_due = _on(clock.new_due), None
                    return _unless(clock, walk)
            case "referral.sent_back":
                assert clock.due_before is not None
                assert clock.answered_at is not None
                clock.again = _left(clock, clock.due_before, clock.answered_at, told.at, walk)
                return _unless(clock, walk)
            case "referral.reopened":
                clock.again = _by_rule(clock.rule, told.at)
                return _unless(clock, walk)
        return None


def _unless(clock: _Clock, walk: Walk) -> str | None:
    """What is wrong, unless the day is that of the reference."""
    assert clock.again is not None
    right = day_of(clock.again(walk))
    return None if clock.due == right else f"it is due {clock.due}, the reference says {right}"


def _by_rule(rule: str, at: datetime) -> _Counted:
    return lambda walk: walk.answer_at(rule, at)


def _on(day: date) -> _Counted:
    return lambda walk: over(walk.roll(day))


def _left(clock: _Clock, due: date, since: datetime, until: datetime, walk: Walk) -> _Counted:
    """What a clock comes to that stood still: as much is left of it after as was before, by the same days off.

    A holiday that was declared since the day was named has made it later before anything is counted.
    """
    counted = clock.again or _on(due)
    paused, resumed = seoul_date(since), seoul_date(until)
    end = counted(walk)
    due = max(due, day_of(end))
    # More time in hours is granted until the end of a day.
    in_hours = clock.rule in IN_HOURS and end != over(day_of(end))
    if in_hours and since <= end:
        seconds = walk.time_between(since, end)
        return lambda walk: walk.time_after(until, seconds)
    if resumed <= paused:
        return counted
    if end < since or due < paused:
        late = walk.between(due, paused)
        return _on(walk.shift(resumed, -max(late + (not walk.works(resumed)), 1)))
    if clock.rule == "suggestion" or clock.rule in IN_HOURS:
        left = walk.between(paused, due)
        return lambda walk: over(walk.shift(resumed, left))
    return _on(resumed + (due - paused))

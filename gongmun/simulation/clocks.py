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
from gongmun.simulation.reference import Walk

# Events that name the day on which an answer is due.
_NAMING = frozenset(
    {
        "referral.dispatched",
        "referral.resumed",
        "referral.deadline_moved",
        "referral.rearmed",
    }
)


@dataclass(slots=True)
class _Clock:
    """What the ledger has told of one referral's clock so far."""

    rule: str
    due: date | None = None
    # The day on which that day was named: by the days off that were known then.
    named_on: date | None = None
    # When it was sent, while no other than the rule has set the clock.
    sent: datetime | None = None
    paused_at: datetime | None = None
    answered_at: datetime | None = None
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
            due = clock.due
            wrong = self._follow(clock, told)
            if clock.due != due or told.kind in _NAMING:
                clock.named_on = seoul_date(told.at)
            if wrong:
                yield f"referral {told.referral_id}, event {told.seq} {told.kind} at {told.at}: {wrong}"
        for referral in evidence.dues(session):
            known = self._clocks.get(referral.id)
            if known and known.due not in (None, referral.answer_due):
                yield f"referral {referral.id} is due {referral.answer_due}, its events say {known.due}"

    def disagreeing(self, session: Session, walk: Walk) -> Iterator[str]:
        """After deadlines were counted again: those that the calendar puts on another day all the same."""
        for referral in evidence.dues(session):
            known = self._clocks.get(referral.id)
            if known is None or known.sent is None or not referral.is_running:
                continue
            right = walk.answer_by(known.rule, known.sent)
            if referral.answer_due is None or right > referral.answer_due:
                yield f"referral {referral.id} is due {referral.answer_due}, and should be {right}"
            elif right == referral.answer_due:
                moment = walk.answer_at(known.rule, known.sent)
                if referral.answer_due_at != moment:
                    yield f"referral {referral.id} is late at {referral.answer_due_at}, not at {moment}"

    def _follow(self, clock: _Clock, told: Told) -> str | None:
        """Take an event in; what is wrong with the day it names."""
        today, before = seoul_date(told.at), clock.due
        walk = self.walk_on(today)
        match told.kind:
            case "referral.dispatched":
                clock.due, clock.sent = told.day("answer_due"), None
                if told.accepted_at is None:
                    return None  # it came back meanwhile
                clock.sent = told.accepted_at
                right = walk.answer_by(clock.rule, clock.sent)
                receipt = walk.acknowledge_by(seoul_date(clock.sent))
                if (clock.due, told.day("acknowledge_due")) != (right, receipt):
                    return f"the reference says {receipt} and {right}"
            case "referral.bounced":
                clock.due = clock.sent = clock.paused_at = None
            case "referral.paused":
                clock.paused_at = told.at
            case "referral.resumed":
                paused_at, clock.paused_at, clock.sent = clock.paused_at, None, None
                clock.due = told.day("answer_due")
                if clock.rule == "at_once":
                    return None  # hours are left of it, which the ledger does not tell
                assert before is not None
                assert paused_at is not None
                right = self._left(clock, before, paused_at, told.at)
                if told.day("was_due") != before or clock.due != right:
                    return f"was {before}, the reference says {right}"
            case "referral.answered":
                received = told.moment("received_at")
                if clock.paused_at and clock.paused_at < received and before is not None:
                    clock.due = (
                        None  # of hours, see above
                        if clock.rule == "at_once"
                        else self._left(clock, before, clock.paused_at, received, on=told.at)
                    )
                    clock.sent = None
                clock.paused_at, clock.answered_at = None, received
            case "referral.extension_granted":
                clock.new_due = told.day("new_due")
            case "referral.deadline_moved":
                clock.due = told.day("new_due")
                if told.day("old_due") != before:
                    return f"was due {before}"
            case "referral.rearmed":
                return self._rearmed(clock, told, walk)
        return None

    def _rearmed(self, clock: _Clock, told: Told, walk: Walk) -> str | None:
        before, clock.due, clock.sent = clock.due, told.day("answer_due"), None
        if clock.rule == "at_once":
            return None
        granted, clock.new_due = clock.new_due, None
        answered, clock.answered_at = clock.answered_at, None
        assert before is not None
        if granted is not None:
            rights = {granted}
        else:
            assert answered is not None
            # Sent back, or examined again: what follows in the ledger says which.
            rights = {
                self._left(clock, before, answered, told.at),
                walk.answer_by(clock.rule, told.at),
            }
        if told.day("was_due") != before or clock.due not in rights:
            return f"was {before}, the reference says {sorted(rights)}"
        return None

    def _left(
        self, clock: _Clock, due: date, since: datetime, until: datetime, on: datetime | None = None
    ) -> date:
        """The due day of a clock that stood still: as much is left of it after as was before.

        A holiday that was declared since the day was named has taken nothing of what is left.
        """
        walk = self.walk_on(seoul_date(on or until))
        assert clock.named_on is not None
        then = self.walk_on(clock.named_on)
        paused, resumed = seoul_date(since), seoul_date(until)
        if resumed <= paused:
            return due
        if due < paused:
            late = walk.between(due, paused)
            return walk.shift(resumed, -max(late + (not walk.works(resumed)), 1))
        if clock.rule == "suggestion":
            return walk.shift(resumed, then.between(paused, due))
        return walk.roll(resumed + (due - paused))

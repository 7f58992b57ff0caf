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

# The day on which a clock ends, by the days off that are known when it is asked for.
_Counted = Callable[[Walk], date]


@dataclass(slots=True)
class _Clock:
    """What the ledger has told of one referral's clock so far."""

    rule: str
    due: date | None = None
    # None of what was left in hours, which the ledger does not tell.
    again: _Counted | None = None
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
            if referral.answer_due is None or right > referral.answer_due:
                yield f"referral {referral.id} is due {referral.answer_due}, and should be {right}"
            elif right == referral.answer_due and known.sent:
                moment = walk.answer_at(known.rule, known.sent)
                if referral.answer_due_at != moment:
                    yield f"referral {referral.id} is late at {referral.answer_due_at}, not at {moment}"

    def _follow(self, clock: _Clock, told: Told) -> str | None:
        """Take an event in; what is wrong with the day it names."""
        today, before = seoul_date(told.at), clock.due
        walk = self.walk_on(today)
        match told.kind:
            case "referral.dispatched":
                clock.due, clock.sent, clock.again = told.day("answer_due"), None, None
                if told.accepted_at is None:
                    return None  # it came back meanwhile
                clock.sent = told.accepted_at
                clock.again = _by_rule(clock.rule, clock.sent)
                right = clock.again(walk)
                receipt = walk.acknowledge_by(seoul_date(clock.sent))
                if (clock.due, told.day("acknowledge_due")) != (right, receipt):
                    return f"the reference says {receipt} and {right}"
            case "referral.bounced":
                clock.due = clock.sent = clock.again = clock.paused_at = None
            case "referral.paused":
                clock.paused_at = told.at
            case "referral.resumed":
                paused_at, clock.paused_at, clock.sent = clock.paused_at, None, None
                clock.due = told.day("answer_due")
                if clock.rule == "at_once":
                    clock.again = None
                    return None
                assert before is not None
                assert paused_at is not None
                clock.again = _left(clock, before, paused_at, told.at, walk)
                right = clock.again(walk)
                if told.day("was_due") != before or clock.due != right:
                    return f"was {before}, the reference says {right}"
            case "referral.answered":
                received = told.moment("received_at")
                if clock.paused_at and clock.paused_at < received and before is not None:
                    in_hours = clock.rule == "at_once"
                    clock.again = (
                        None if in_hours else _left(clock, before, clock.paused_at, received, walk)
                    )
                    clock.due, clock.sent = clock.again and clock.again(walk), None
                clock.paused_at, clock.answered_at = None, received
            case "referral.extension_granted":
                clock.new_due = told.day("new_due")
            case "referral.deadline_moved":
                clock.due = told.day("new_due")
                # Holidays are not taken back here, so no day is kept that is later than the reference's.
                right = clock.again(walk) if clock.again else clock.due
                if (told.day("old_due"), clock.due) != (before, right):
                    return f"was due {before}, the reference says {right}"
            case "referral.rearmed":
                return self._rearmed(clock, told, walk)
        return None

    def _rearmed(self, clock: _Clock, told: Told, walk: Walk) -> str | None:
        before, clock.due = clock.due, told.day("answer_due")
        granted, clock.new_due = clock.new_due, None
        answered, clock.answered_at = clock.answered_at, None
        assert before is not None
        if granted is not None:
            rights = [_on(granted)]
        elif clock.rule == "at_once":
            clock.sent = clock.again = None
            return None
        else:
            assert answered is not None
            # Sent back, or examined again: what follows in the ledger says which.
            rights = [
                _left(clock, before, answered, told.at, walk),
                _by_rule(clock.rule, told.at),
            ]
        clock.sent = None
        clock.again = next((each for each in rights if each(walk) == clock.due), None)
        if told.day("was_due") != before or clock.again is None:
            return f"was {before}, the reference says {sorted(each(walk) for each in rights)}"
        return None


def _by_rule(rule: str, at: datetime) -> _Counted:
    return lambda walk: walk.answer_by(rule, at)


def _on(day: date) -> _Counted:
    return lambda walk: walk.roll(day)


def _left(clock: _Clock, due: date, since: datetime, until: datetime, walk: Walk) -> _Counted:
    """What a clock comes to that stood still: as much is left of it after as was before, by the same days off.

    A holiday that was declared since the day was named has made it later before anything is counted.
    """
    counted = clock.again or _on(due)
    paused, resumed = seoul_date(since), seoul_date(until)
    if resumed <= paused:
        return counted
    due = max(due, counted(walk))
    if due < paused:
        late = walk.between(due, paused)
        return _on(walk.shift(resumed, -max(late + (not walk.works(resumed)), 1)))
    if clock.rule == "suggestion":
        left = walk.between(paused, due)
        return lambda walk: walk.shift(resumed, left)
    return _on(resumed + (due - paused))

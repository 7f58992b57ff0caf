"""What must be true each evening (불변 조건), read from the tables; the names are the sentences of the promise.

Nothing here asks a service. Days are counted by `reference`, and what left the house is what the relay has.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

import holidays
from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.clock import seoul_date, seoul_time
from gongmun.ledger import LedgerBroken
from gongmun.simulation import evidence, mail_trail, paper_trail
from gongmun.simulation.clocks import ClockWatch
from gongmun.simulation.departures import DepartureWatch
from gongmun.simulation.installation import House
from gongmun.simulation.reference import Walk
from gongmun.simulation.rungs import RungWatch

# What is approved has its mail after a working day on which the sweeps ran; an outage puts that off.
_DAYS_TO_SETTLE = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Broken:
    """A promise that does not hold, and of what."""

    promise: str
    what: str

    @classmethod
    def crash(cls, error: Exception, trace: str) -> "Broken":
        """A service, or the simulation itself, ended in an error that is not one of ours."""
        return cls(promise=f"nothing_crashes: {type(error).__name__}", what=trace)


Check = Callable[[Session, date], Iterator[str]]


class Invariants:
    """The promises, and what was found out about them so far."""

    def __init__(self, house: House) -> None:
        """Of one installation."""
        self._house = house
        self._verified = 0
        self._last_event: tuple[int, str | None] = (0, None)
        self._mailed_until = seoul_time(house.plan.first_day)
        self._commits = -1
        self._mails_seen: Counter[str] = Counter()
        self._looked_at = self._last_mail = 0
        self._calm: list[date] = []
        self.rungs = RungWatch(house)
        self._clocks = ClockWatch(self.walk_on)
        self._departures = DepartureWatch(house.relay)

    @property
    def walk(self) -> Walk:
        """The calendar as it is known now."""
        return self.walk_on(seoul_date(self._house.now))

    def walk_on(self, day: date) -> Walk:
        """The calendar as it was known on a day."""
        return _walk(
            frozenset(each.day for each in self._house.plan.holidays if each.declared_on <= day)
        )

    def before_sweep(self) -> None:
        """What the tables say before a sweep of the ladder."""
        self.rungs.before()

    def after_sweep(self, day: date, *, ended: bool, began: bool) -> None:
        """What it did."""
        known = frozenset(each.day for each in self._house.plan.holidays if each.declared_on <= day)
        counted = _walk(known & self._house.recounted)
        walks = [self.walk] if known <= self._house.recounted else [self.walk, counted]
        self.rungs.after(day, walks, ended=ended, began=began)
        if ended and self.walk.works(day):
            self._calm.append(day)

    def check(self, day: date) -> tuple[Broken, ...]:
        """Every promise, on the evening of a day."""
        found = [
            Broken(promise="rungs_fall_on_the_exact_working_day", what=what)
            for what in self.rungs.taken()
        ]
        found += [
            Broken(promise="nothing_fails_without_a_fault", what=what)
            for what in self._house.failures
        ]
        with self._house.db.reading() as session:
            # What is true goes on being true while nothing happens; what is late shows within the week.
            idle = self._house.commits == self._commits and day.weekday() > 0
            self._commits = self._house.commits
            for check in () if idle else self._checks():
                found += _broken(check, session, day)
        return tuple(found)

    def check_ledger(self) -> tuple[Broken, ...]:
        """At the end: the whole ledger, from its first event."""
        with self._house.db.reading() as session:
            try:
                self._verified = ledger.verify(session)
            except LedgerBroken as error:
                return (Broken(promise="the_ledger_verifies", what=str(error)),)
        return ()

    def counts(self) -> Mapping[str, int]:
        """What happened, in numbers."""
        with self._house.db.reading() as session:
            return {**paper_trail.totals(session), "events": self._verified}

    def _checks(self) -> Sequence[Check]:
        return (
            self._nothing_is_sent_twice,
            self._no_gap_in_the_register,
            self._every_open_referral_has_a_next_date,
            self._no_reminder_after_an_answer,
            self._no_reminder_while_they_are_paused,
            self._no_mail_to_a_body_that_is_no_more,
            self._paused_clocks_lose_nothing,
            self._nothing_is_queued_twice,
            self._every_approved_document_has_a_dispatch_per_recipient,
            self._changes_are_told_once,
            self._the_ledger_goes_on,
        )

    def _settled_before(self, day: date) -> datetime | None:
        """What was there before this moment has seen so many calm sweeps that it must have gone on."""
        calm = [each for each in self._calm if each <= day][-_DAYS_TO_SETTLE:]
        if len(calm) < _DAYS_TO_SETTLE:
            return None
        return seoul_time(calm[0])

    def _nothing_is_sent_twice(self, session: Session, _day: date) -> Iterator[str]:
        """No mail reaches a mailbox twice, unless a person released it after it came back."""
        arrived = self._house.relay.arrived
        for mail in arrived[self._looked_at :]:
            self._mails_seen[mail.message_id] += 1
            seen = self._mails_seen[mail.message_id]
            if seen > 1 and seen > 1 + paper_trail.releases(session, mail.message_id):
                yield f"{mail.message_id} to {mail.recipient} at {mail.at}"
        self._looked_at = len(arrived)

    def _nothing_is_queued_twice(self, session: Session, _day: date) -> Iterator[str]:
        yield from paper_trail.doubled_mails(session)

    def _no_gap_in_the_register(self, session: Session, _day: date) -> Iterator[str]:
        yield from paper_trail.register_gaps(session)

    def _every_approved_document_has_a_dispatch_per_recipient(
        self, session: Session, day: date
    ) -> Iterator[str]:
        if before := self._settled_before(day):
            self._mailed_until, found = paper_trail.documents_without_mail(
                session, self._mailed_until, before
            )
            yield from found

    def _every_open_referral_has_a_next_date(self, session: Session, day: date) -> Iterator[str]:
        before = self._settled_before(day)
        yield from evidence.referrals_without_a_date(session, before)

    def _no_reminder_after_an_answer(self, session: Session, _day: date) -> Iterator[str]:
        self._departures.look(session)
        yield from self._departures.after_an_answer()

    def _no_reminder_while_they_are_paused(self, _session: Session, _day: date) -> Iterator[str]:
        yield from self._departures.while_paused()

    def _no_mail_to_a_body_that_is_no_more(self, session: Session, _day: date) -> Iterator[str]:
        self._last_mail, found = mail_trail.mails_to_nobody(session, self._last_mail)
        yield from found

    def _changes_are_told_once(self, session: Session, day: date) -> Iterator[str]:
        """Moved deadlines to their ministry, what was taken over to the successor, answers to the proposer."""
        before = self._settled_before(day)
        yield from mail_trail.changes_told_wrongly(session, before)
        yield from mail_trail.takeovers_told_wrongly(session, before)
        yield from mail_trail.proposers_told_wrongly(session, before)

    def _paused_clocks_lose_nothing(self, session: Session, day: date) -> Iterator[str]:
        yield from self._clocks.check(session)
        declared = {each.day for each in self._house.plan.holidays if each.declared_on <= day}
        if declared <= self._house.recounted:
            yield from self._clocks.disagreeing(session, self.walk_on(day))

    def _the_ledger_goes_on(self, session: Session, _day: date) -> Iterator[str]:
        self._last_event, problem = paper_trail.verify_since(session, self._last_event)
        if problem:
            yield problem


def _broken(check: Check, session: Session, day: date) -> Iterator[Broken]:
    name = check.__name__.removeprefix("_")
    return (Broken(promise=name, what=what) for what in check(session, day))


@lru_cache(maxsize=64)
def _walk(late: frozenset[date]) -> Walk:
    return Walk(days_off() | late)


@lru_cache(maxsize=1)
def days_off() -> frozenset[date]:
    """Saturdays, Sundays and the holidays that are known today, of the years that are played."""
    public = holidays.country_holidays("KR", years=range(2024, 2032), language="ko")
    first, last = date(2024, 1, 1), date(2031, 12, 31)
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return frozenset(day for day in days if day.weekday() > 4 or day in public)

"""The simulated installation: a database in a file, ports with faults, and processes that may die.

A step is what one flow calls, in the flow's order (flows/ has the same beside its artifacts). A step that dies
goes on in a new process; one that fails is tried again as Prefect would, and otherwise left to the next run.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from gongmun.access import links
from gongmun.access.purging import purge
from gongmun.answers.replies import take_replies
from gongmun.calendar import calendar
from gongmun.clock import seoul_date
from gongmun.db import Base, Database
from gongmun.db.schema import load_models
from gongmun.db.sweeps import SweepBusy, lease
from gongmun.documents import issue
from gongmun.errors import GongmunError
from gongmun.followups.chasing import FOLLOW_UP_SWEEP, chase_commitments
from gongmun.followups.leaving import review
from gongmun.followups.proposers import tell_proposers
from gongmun.forums.issuing import issue_outcomes
from gongmun.forums.scheduling import wrap_ups_due
from gongmun.forums.succeeding import follow_successions
from gongmun.forums.wrapping_up import wrap_up
from gongmun.mail import dispatch_due
from gongmun.mail.collecting import COLLECT_SWEEP, collect, read
from gongmun.mail.delivering import note_notices
from gongmun.referrals.chasing import CHASE_SWEEP, NobodyAbove, sweep
from gongmun.referrals.dispatched import note_dispatches
from gongmun.referrals.ladder import Ladder
from gongmun.referrals.notices import enqueue_notices, papers_to_issue, prepare_notices
from gongmun.referrals.recomputing import RECOMPUTE, recompute
from gongmun.referrals.telling_changes import tell_changes
from gongmun.simulation.faults import Injector, Killed
from gongmun.simulation.plan import Plan
from gongmun.simulation.ports import Inbox, Printer, Relay, Store

INBOX = "forum@participation.example"
_RETRIES = tuple(timedelta(seconds=seconds) for seconds in (0, 5, 30, 120))
# How long a flow that was killed, or found its lease taken, waits for its next try.
_AGAIN = timedelta(minutes=20)
_TRIES = 3
# Longer than a sweep's lease: who slept so long finds that another process has done the work.
_SLEPT = timedelta(minutes=16)


@dataclass(slots=True)
class House:
    """One installation. `now` is the moment that everybody in it lives in."""

    folder: Path
    plan: Plan
    injector: Injector
    now: datetime
    ladder: Ladder
    db: Database
    # That of another process, where two do the same at once.
    other: Database
    relay: Relay = field(init=False)
    inbox: Inbox = field(init=False)
    printer: Printer = field(init=False)
    store: Store = field(init=False)
    # What went wrong and was told, as an operator would read it: when, in which step, what.
    told: list[tuple[datetime, str, str]] = field(default_factory=list)
    # The same of steps in which nothing was made to go wrong: they should have ended well.
    failures: list[str] = field(default_factory=list)
    restarts: int = 0
    # The late holidays by which the deadlines were counted again.
    recounted: set[date] = field(default_factory=set)
    # The bodies of which a sweep told that nobody is above them any more, and when it did first.
    orphans: dict[str, datetime] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Open for the first time: every table, and nothing in them."""
        self.relay = Relay(self.injector, lambda: self.now)
        self.inbox = Inbox(self.injector, lambda: self.now)
        self.printer = Printer(self.injector)
        self.store = Store(self.injector)
        load_models()
        Base.metadata.create_all(self.db.engine)

    @property
    def commits(self) -> int:
        """How often somebody has written; where it is the same, no table has changed."""
        return self.injector.commits

    def restart(self) -> None:
        """A new process takes the place of the one that died: it has no connection, and knows nothing."""
        self.injector.end()
        self.db.dispose()
        self.restarts += 1

    def run(self, name: str, step: "Step", *, disturbed: bool = True) -> bool:
        """Run a step until it ends well, as often as its flow would be tried; whether it did."""
        for attempt in range(_TRIES):
            self.injector.begin(
                seoul_date(self.now), f"{name}.{attempt}" if attempt else name, armed=disturbed
            )
            self.injector.twin = lambda: self._twin(step)
            faults = len(self.injector.happened)
            try:
                self._tried(step)
            except Killed:
                self.told.append((self.now, name, "killed"))
                self.restart()
            except GongmunError as error:
                self.told.append((self.now, name, error.code))
                if len(self.injector.happened) == faults and not isinstance(error, SweepBusy):
                    self.failures.append(f"{name} at {self.now}: {error}")
            else:
                self.injector.end()
                return True
            self.injector.end()
            self.now += _AGAIN
        return False

    def request(self, name: str, act: Callable[[], object]) -> bool:
        """Let somebody do something once; False where he has to try again later.

        What he is told by an error of ours is an answer, unless it says that the same may succeed later.
        """
        self.injector.begin(seoul_date(self.now), name, armed=True)
        self.injector.twin = lambda: self._at_once(name, act)
        try:
            act()
        except Killed:
            self.told.append((self.now, name, "killed"))
            self.restart()
            return False
        except GongmunError as error:
            self.told.append((self.now, name, error.code))
            return not error.retryable
        finally:
            self.injector.end()
        return True

    def _at_once(self, name: str, act: Callable[[], object]) -> None:
        """A colleague does the same at the same moment."""
        try:
            act()
        except GongmunError as error:
            self.told.append((self.now, f"twin of {name}", error.code))

    def _tried(self, step: "Step") -> None:
        """A task that fails with a retryable error is tried again after seconds."""
        for wait in _RETRIES:
            self.now += wait
            try:
                return step(self)
            except GongmunError as error:
                if not error.retryable or wait == _RETRIES[-1]:
                    raise
        return None

    def _twin(self, step: "Step") -> None:
        """Another process does the same, while this one sleeps longer than its lease."""
        self.now += _SLEPT
        self.db, self.other = self.other, self.db
        try:
            step(self)
        except GongmunError as error:
            self.told.append((self.now, "twin", error.code))
        finally:
            self.db, self.other = self.other, self.db


Step = Callable[[House], None]


def wrap_up_forums(house: House) -> None:
    """flows/schedule_wrap_ups and the first half of flows/wrap_up_forum."""
    for due in wrap_ups_due(house.db, now=house.now):
        if due.at <= house.now:
            wrap_up(house.db, due.forum_id, key=due.key[:64], now=house.now)


def follow_reorganisations(house: House) -> None:
    """flows/follow_successions."""
    for problem in follow_successions(house.db, now=house.now).problems:
        raise problem


def recompute_deadlines(house: House) -> None:
    """flows/recompute_deadlines, when its preview has been looked at."""
    db, now = house.db, house.now
    with lease(db, RECOMPUTE):
        recompute(db, cal=calendar(), ladder=house.ladder, now=now)
        told = tell_changes(db, now=now)
    for problem in told.problems:
        raise problem


def issue_approved(house: House) -> None:
    """flows/issue_outcomes."""
    issue_outcomes(house.db, renderer=house.printer, store=house.store, now=house.now)


def dispatch(house: House) -> None:
    """flows/dispatch_mail."""
    dispatch_due(
        house.db,
        mailer=house.relay,
        attachments=house.store.get,
        witness=house.relay if house.plan.with_witness else None,
        now=house.now,
        owner="simulation",
        limit=500,
        fill=links.fill,
        review=review,
    )
    note_dispatches(house.db, ladder=house.ladder, now=house.now)


def chase(house: House) -> None:
    """flows/chase_referrals."""
    db, now = house.db, house.now
    with lease(db, CHASE_SWEEP):
        note_dispatches(db, ladder=house.ladder, now=now)
        changes = tell_changes(db, now=now)
        swept = sweep(db, ladder=house.ladder, now=now)
        prepare_notices(db, now=now)
        ids = papers_to_issue(db, now=now)
        if ids:
            issue(db, ids, renderer=house.printer, store=house.store, now=now)
        notices = enqueue_notices(db, now=now)
    for problem in (*changes.problems, *swept.problems, *notices.problems):
        if not isinstance(problem, NobodyAbove):
            raise problem
        house.orphans.setdefault(problem.params["code"], now)


def follow_up(house: House) -> None:
    """flows/follow_up."""
    with lease(house.db, FOLLOW_UP_SWEEP):
        chased = chase_commitments(house.db, now=house.now)
        told = tell_proposers(house.db, now=house.now)
    purge(house.db, house.now)
    for problem in (*chased.problems, *told.problems):
        raise problem


def collect_replies(house: House) -> None:
    """flows/collect_replies."""
    db, now, store = house.db, house.now, house.store
    with lease(db, COLLECT_SWEEP):
        collect(db, mailbox=house.inbox, keep=store.put, now=now)
        read(db, raw=store.get, keep=store.put, now=now)
        noted = note_notices(db, now=now)
        replies = take_replies(db, store=store, scanner=None, ladder=house.ladder, now=now)
    for problem in (*noted.problems, *replies.problems):
        raise problem

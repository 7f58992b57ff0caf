"""A simulated world from its first day to its last: who does what at which hour, and what must hold each evening."""

import gc
import traceback
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from gongmun.clock import SEOUL, seoul_date, seoul_time
from gongmun.db import without_collector
from gongmun.simulation import paper_trail, setting_up, waiting
from gongmun.simulation.coordinators import Coordinators
from gongmun.simulation.installation import (
    House,
    Step,
    chase,
    collect_replies,
    dispatch,
    follow_reorganisations,
    follow_up,
    issue_approved,
    wrap_up_forums,
)
from gongmun.simulation.invariants import Broken, Invariants
from gongmun.simulation.ministries import Ministries
from gongmun.simulation.opening import opened
from gongmun.simulation.plan import Plan
from gongmun.simulation.waiting import Waiting


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """How a world ended. `broken` are the promises that did not hold on `day`, the last one that was played.

    `plan` names the faults that happened, so that it plays the same again.
    """

    plan: Plan
    day: date
    broken: tuple[Broken, ...]
    restarts: int
    counts: Mapping[str, int] = field(default_factory=dict)
    # What the ledger and the operator's log tell, oldest first; empty where every promise held.
    events: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether every promise held to the end."""
        return not self.broken


def run(plan: Plan, database_url: str = "") -> Report:
    """Play a world; it ends on the first evening on which a promise does not hold.

    It is played in a file, or in the empty database of that URL.
    """
    # A world leaves some hundred megabytes that lie in cycles: found once at its end, not a thousand times.
    with without_collector():
        report = _played(plan, database_url)
    gc.collect()
    return report


def _played(plan: Plan, database_url: str) -> Report:
    with opened(plan, database_url) as house:
        world = World(house)
        broken: tuple[Broken, ...] = ()
        day = plan.first_day
        for number in range(plan.days):
            day = plan.first_day + timedelta(days=number)
            try:
                world.play(day)
                broken = world.check()
            except Exception as error:  # noqa: BLE001 - a crash of a service is a finding like any other
                broken = (Broken.crash(error, traceback.format_exc()),)
            if broken:
                break
        if not broken:
            broken = world.invariants.check_ledger()
        return Report(
            plan=replace(plan, faults=tuple(house.injector.happened)),
            day=day,
            broken=broken,
            restarts=house.restarts,
            counts={
                **Counter(fault.kind for fault in house.injector.happened),
                **world.invariants.counts(),
            },
            events=_told(house) if broken else (),
        )


def _told(house: House) -> tuple[str, ...]:
    with house.db.reading() as session:
        lines = list(paper_trail.events(session))
    lines += [(at, f"({step}: {what})") for at, step, what in house.told]
    lines += [
        (seoul_time(f.day), f"fault {f.kind} in {f.step}, point {f.point}")
        for f in house.injector.happened
    ]
    return tuple(
        f"{at.astimezone(SEOUL):%Y-%m-%d %H:%M} {what}"
        for at, what in sorted(lines, key=lambda x: x[0])
    )


_SWEEPS = ("successions", "issue", "dispatch", "chase", "follow_up", "collect", "wrap_up")


class World:
    """The people of one installation, and its hours.

    A sweep that has nothing to do costs as much as a day of the simulation may: where the tables say so, it
    is left out, but once a month and after one that failed.
    """

    def __init__(self, house: House) -> None:
        """Of an installation that was just opened."""
        setting_up.prepare(house)
        self.house = house
        self.ministries = Ministries(house)
        self.coordinators = Coordinators(house)
        self.invariants = Invariants(house)
        self._works = True
        self._restless: set[str] = set()
        self._looked_at = -1
        self._seen: Waiting

    def play(self, day: date) -> None:
        """One day in Seoul. The hours are those of deployments/registry.py, as far as they matter."""
        house = self.house
        self._works = not any(outage.holds(day) for outage in house.plan.outages)
        is_open = self.invariants.walk.works(day)
        self._at(day, 0, 1)
        if setting_up.begin(house, day):
            self._restless.add("chase")
        self._run("successions", follow_reorganisations, lambda w: w.is_anything_to_pass_on(day))
        self._issue(day, 8, is_open=is_open)
        self._at(day, 9, 1)
        self._run("successions.2", follow_reorganisations, lambda w: w.is_anything_to_pass_on(day))
        if day.weekday() < 5:
            self._at(day, 9, 10)
            self._chase(day, is_open=is_open)
            self._at(day, 9, 20)
            self._run("follow_up", follow_up, lambda w: w.is_anything_to_follow(day))
        self._mail(day, 10)
        self._at(day, 11)
        self.ministries.read_mail()
        self._collect("collect")
        if is_open:
            self._at(day, 14)
            self.coordinators.work(self._waiting())
        self._issue(day, 14, is_open=is_open)
        self._mail(day, 15)
        self._at(day, 16)
        self._collect("collect.2")
        self._at(day, 18, 10)
        self._run("wrap_up", wrap_up_forums, lambda w: w.is_anything_to_wrap_up(house.now))
        self._mail(day, 20)
        self._at(day, 23, 59)
        if (day.weekday() == 6 and day.day <= 7) or not self._works:
            self._restless = set(_SWEEPS)

    def check(self) -> tuple[Broken, ...]:
        """What does not hold this evening."""
        return self.invariants.check(seoul_date(self.house.now))

    def _at(self, day: date, hour: int, minute: int = 0) -> None:
        """The hour has come: what ministries do before it is done."""
        moment = seoul_time(day, hour, minute)
        self.ministries.act_until(moment)
        self.house.now = max(self.house.now, moment)

    def _waiting(self) -> Waiting:
        """What waits now: looked up once after each commit."""
        if self._looked_at != self.house.commits:
            with self.house.db.reading() as session:
                self._seen = waiting.look(session)
            self._looked_at = self.house.commits
        return self._seen

    def _run(self, name: str, step: Step, needed: Callable[[Waiting], bool]) -> bool:
        """Run a step, if anything runs today and there may be something to do; whether it ended well."""
        if not self._works:
            return False
        sweep = name.partition(".")[0]
        if sweep not in self._restless and not needed(self._waiting()):
            return True
        ended = self.house.run(name, step)
        # What did not end well is run once more, whatever the tables say.
        (self._restless.discard if ended else self._restless.add)(sweep)
        return ended

    def _chase(self, day: date, *, is_open: bool) -> None:
        self.invariants.before_sweep()
        is_restless = "chase" in self._restless
        ended = self._run("chase", chase, lambda w: w.is_anything_to_chase(day))
        if is_restless and not is_open:
            # It kept quiet: the days off that were declared are met by the next one.
            self._restless.add("chase")
        self.invariants.after_sweep(day, ended=ended, began=self._works)

    def _issue(self, day: date, hour: int, *, is_open: bool) -> None:
        self._at(day, hour, 35)
        if is_open:
            self._run(f"issue.{hour}", issue_approved, lambda w: w.is_to_be_issued)

    def _mail(self, day: date, hour: int) -> None:
        self._at(day, hour)
        self._run(f"dispatch.{hour}", dispatch, lambda w: w.is_mail_due(self.house.now))

    def _collect(self, name: str) -> None:
        self._run(name, collect_replies, lambda _: self.house.inbox.has_new)

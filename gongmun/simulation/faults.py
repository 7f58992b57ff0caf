"""Faults (장애) at every port and every commit: decided here, so that a run can be told again with fewer of them.

A point is a place at which something may go wrong. The points of a step of a day are counted, and dice, or
the list of an earlier run, say what happens at which.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from gongmun.db import Database
from gongmun.simulation.dice import Dice
from gongmun.simulation.plan import FAULTS_PER_THOUSAND, Fault


class Killed(BaseException):
    """The process is gone: nothing catches this, and nothing it does from here on has an effect."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What may go wrong at a kind of point; `weight` is how much oftener than elsewhere."""

    faults: tuple[str, ...]
    weight: float = 1


# What can happen at which kind of point. A commit that is refused has changed nothing; one whose answer is
# lost has; and in between another process may do the same work.
COMMIT = Kind(("locked", "kill_before"))
COMMITTED = Kind(("kill_after", "answer_lost", "twin"), 2)
# There are many of them, and little is lost there.
BEGIN = Kind(("unreachable", "kill_before"), 0.15)
CONNECT = Kind(("relay_down", "kill_before"), 8)
ENVELOPE = Kind(("4xx", "greylisted", "5xx", "cut", "hang", "kill_before"), 6)
DATA = Kind(("4xx", "5xx", "cut", "cut_after_dot", "hang", "kill_before", "kill_after"), 6)
RENDER = Kind(("not_printed", "kill_before"), 8)
STORE = Kind(("disk_full", "kill_before"), 4)
INBOX = Kind(("inbox_down", "kill_before"), 8)


@dataclass(slots=True)
class Injector:
    """Says what goes wrong now. `happened` is the list that tells a run again."""

    dice: Dice
    planned: Sequence[Fault] | None
    rate: float = FAULTS_PER_THOUSAND / 1000
    happened: list[Fault] = field(default_factory=list)
    dead: bool = False
    # How many commits there were; where it is the same, no table has changed.
    commits: int = 0
    _day: date = date.min
    _step: str = ""
    _points: int = 0
    _armed: bool = False
    _known: dict[tuple[date, str, int], str] = field(default_factory=dict)
    # Runs the step a second time, as another process.
    twin: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        """Look up what is planned by its point."""
        self._known = {(each.day, each.step, each.point): each.kind for each in self.planned or ()}

    def begin(self, day: date, step: str, *, armed: bool) -> None:
        """A step begins; its points are counted anew."""
        self._day, self._step, self._points, self._armed = day, step, 0, armed
        self.dead = False

    def end(self) -> None:
        """What follows is not disturbed."""
        self._armed = self.dead = False

    def at(self, kind_of_point: Kind) -> str | None:
        """What goes wrong at the point that is reached now, if anything does.

        Raises:
            Killed: the process is dead already, or dies here.
        """
        if self.dead:
            raise Killed
        if not self._armed:
            return None
        self._points += 1
        point = (self._day, self._step, self._points)
        kind = (
            self._known.get(point)
            if self.planned is not None
            else self._drawn(point, kind_of_point)
        )
        if kind is None or kind not in kind_of_point.faults:
            return None
        self.happened.append(Fault(day=point[0], step=point[1], point=point[2], kind=kind))
        if kind == "kill_before":
            self.kill()
        if kind == "twin":
            self._armed = False
            try:
                self.twin()
            finally:
                self._armed = True
        return kind

    def kill(self) -> None:
        """The process dies.

        Raises:
            Killed: always.
        """
        self.dead = True
        raise Killed

    def _drawn(self, point: tuple[date, str, int], kind: Kind) -> str | None:
        if not self.dice.falls(self.rate * kind.weight, "fault", *point):
            return None
        return self.dice.pick(kind.faults, "kind", *point)

    @contextmanager
    def watching(self, db: Database) -> Iterator[None]:
        """Put points before every transaction of a database, and before and after every commit, for the block."""
        dialect = db.engine.dialect
        failed = dialect.loaded_dbapi.OperationalError
        commit = dialect.do_commit

        def do_commit(connection: Any) -> None:
            if self.at(COMMIT):
                raise failed("database is locked")
            commit(connection)
            self.commits += 1
            match self.at(COMMITTED):
                case "kill_after":
                    self.kill()
                case "answer_lost":
                    raise failed("the server closed the connection")

        def begin(_connection: Any) -> None:
            if self.at(BEGIN):
                raise OperationalError("", {}, failed("disk I/O error"))

        setattr(dialect, "do_commit", do_commit)  # noqa: B010 - a method of one dialect, not of its class
        event.listen(db.engine, "begin", begin, insert=True)
        try:
            yield
        finally:
            event.remove(db.engine, "begin", begin)
            setattr(dialect, "do_commit", commit)  # noqa: B010

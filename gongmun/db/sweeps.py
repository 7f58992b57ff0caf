"""Leases and heartbeats of sweeps.

A sweep takes its lease before it looks, so that two at once do the work once; a lease of a killed
process runs out by itself. The heartbeat makes a sweep that no longer runs visible (house rule 5).
Lease times are the machine's real time, never a flow's `as_of`.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import String, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from gongmun import clock
from gongmun.db.engine import Database
from gongmun.db.models import Base
from gongmun.db.upsert import upsert
from gongmun.errors import GongmunError

LEASE = timedelta(minutes=15)


class SweepBusy(GongmunError):
    """Another process holds the lease of this sweep."""

    code = "sweep.busy"
    ko = "'{name}' 작업이 이미 진행 중입니다(늦어도 {until}에 끝남). 예약된 작업은 저절로 다시 실행되며, 직접 실행한 것은 끝난 뒤 다시 실행해 주십시오."
    en = "'{name}' is already running (until {until} at the latest). A scheduled run comes again by itself; run it again later if you started it."
    retryable = True


class Sweep(Base):
    """One kind of sweep: who holds its lease, and when it last began and ended."""

    __tablename__ = "sweeps"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    owner: Mapped[str | None] = mapped_column(String(64))
    lease_until: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


@contextmanager
def lease(
    db: Database, name: str, *, ttl: timedelta = LEASE, beats: bool = True
) -> Iterator[Callable[[], None]]:
    """Hold the lease of the sweep `name` for the block; note begin and end as its heartbeat.

    Not where it `beats` not: whoever only keeps a sweep away must not make it look alive. What is yielded holds it for
    `ttl` from then on: for what takes longer.

    Raises:
        SweepBusy: another process holds it.
    """
    owner, begun = uuid4().hex, clock.now()
    with db.transaction() as session:
        session.execute(upsert(session, Sweep).values(name=name).on_conflict_do_nothing())
        taken = session.execute(
            update(Sweep)
            .where(Sweep.name == name, or_(Sweep.owner.is_(None), Sweep.lease_until < begun))
            .values(
                owner=owner,
                lease_until=begun + ttl,
                **({"started_at": begun} if beats else {}),
            )
        )
        if taken.rowcount == 0:  # type: ignore[attr-defined]
            until = session.scalar(select(Sweep.lease_until).where(Sweep.name == name))
            raise SweepBusy(name=name, until=until.isoformat() if until else "-")

    def go_on() -> None:
        mine = (Sweep.name == name, Sweep.owner == owner)
        with db.transaction() as session:
            session.execute(update(Sweep).where(*mine).values(lease_until=clock.now() + ttl))

    finished = None
    try:
        yield go_on
        finished = clock.now() if beats else None
    finally:
        values = {"owner": None, "lease_until": None}
        with db.transaction() as session:
            session.execute(
                update(Sweep)
                .where(Sweep.name == name, Sweep.owner == owner)
                .values(**values, **({"finished_at": finished} if finished else {}))
            )


def beat(db: Database, name: str) -> None:
    """Note that the sweep `name` has just ended well: for one that needs no lease."""
    now = clock.now()
    with db.transaction() as session:
        session.execute(
            upsert(session, Sweep)
            .values(name=name, started_at=now, finished_at=now)
            .on_conflict_do_update(index_elements=["name"], set_={"finished_at": now})
        )


def heartbeats(session: Session) -> Mapping[str, datetime | None]:
    """When each sweep that ever began last ended well, by name."""
    rows = session.execute(select(Sweep.name, Sweep.finished_at))
    return {row.name: row.finished_at for row in rows}


def last_finished(session: Session, name: str) -> datetime | None:
    """The heartbeat of a sweep: when it last ended well; None if it never did."""
    return session.scalar(select(Sweep.finished_at).where(Sweep.name == name))

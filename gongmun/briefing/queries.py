"""Every SELECT and guarded UPDATE of the briefing room, but for the counts of the digest."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Table, select, update
from sqlalchemy.orm import Session

from gongmun.briefing.models import Alarm, AlarmKind
from gongmun.db import add_rows, rows_of, some_of
from gongmun.referrals.models import IS_CHASED, Referral, counted_on

_ALARMS = cast(Table, Alarm.__table__)


def overdue(session: Session, today: date) -> Iterator[tuple[int, int, date]]:
    """Referrals whose answer is overdue: id, arming, due day; a clock that stands still counts to its pause."""
    columns = (Referral.id, Referral.arming, Referral.answer_due, Referral.paused_at)
    for referral_id, arming, due, paused_at in rows_of(
        session,
        select(*columns).where(IS_CHASED, Referral.answer_due < today).order_by(Referral.id),
    ):
        if due < counted_on(paused_at, today):
            yield referral_id, arming, due


def add(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Note facts; those that are noted already stay as they are."""
    add_rows(session, _ALARMS, rows, but_those_that_are_there=True)


def unemitted(session: Session, *, limit: int) -> Sequence[Alarm]:
    """Alarms whose event was not handed over, oldest first, so many at the most."""
    return session.scalars(
        select(Alarm)
        .where(Alarm.emitted_at.is_(None))
        .order_by(Alarm.raised_at, Alarm.key)
        .limit(limit)
    ).all()


def note_emitted(session: Session, keys: Collection[str], now: datetime) -> None:
    """Note that the events of these alarms were handed over."""
    for some in some_of(keys):
        session.execute(
            update(Alarm)
            .where(Alarm.key.in_(some), Alarm.emitted_at.is_(None))
            .values(emitted_at=now)
            .execution_options(synchronize_session=False)
        )


def untold(session: Session, kinds: Collection[AlarmKind]) -> Sequence[Alarm]:
    """Alarms of these kinds that stood in no mail yet, locked; what another process has locked is its to tell."""
    return session.scalars(
        select(Alarm)
        .where(Alarm.told_at.is_(None), Alarm.kind.in_(kinds))
        .order_by(Alarm.kind, Alarm.raised_at, Alarm.key)
        .with_for_update(skip_locked=True)
    ).all()

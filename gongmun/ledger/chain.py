"""Append to the chain, read it, verify it.

`record` only notes the event on the session. The chain is extended when the session commits, in the
same transaction as what the event tells of: so the head's lock is held for the shortest time, always
taken last, and cannot deadlock with the rows a service updates.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Table, bindparam, event, select, update
from sqlalchemy.orm import Session

from gongmun.clock import utc
from gongmun.db import Json, add_rows, upsert
from gongmun.errors import GongmunError
from gongmun.ledger.models import LedgerEvent, LedgerHead

_PENDING = "gongmun.ledger.pending"
_HEAD_ID = 1
_GENESIS = "0" * 64
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
# Subjects of one statement: both databases take more parameters, and neither gains by it.
_IDS = 5000

# Every commit with an event runs these: as Core statements they cost half of what the ORM's do.
_HEAD, _EVENTS = cast(Table, LedgerHead.__table__), cast(Table, LedgerEvent.__table__)
_READ_HEAD = select(_HEAD.c.seq, _HEAD.c.hash).where(_HEAD.c.id == _HEAD_ID).with_for_update()
_MOVE_HEAD = (
    update(_HEAD)
    .where(_HEAD.c.id == _HEAD_ID)
    .values(seq=bindparam("to_seq"), hash=bindparam("to_hash"))
)


class Actor(StrEnum):
    """Who did it, as a role. A person's name stands in the row that the event's data points to."""

    SYSTEM = "system"
    COORDINATOR = "coordinator"
    MINISTRY = "ministry"
    PROPOSER = "proposer"
    RESPONDENT = "respondent"


class LedgerBroken(GongmunError):
    """The chain does not verify: an event was changed, removed or inserted."""

    code = "ledger.broken"
    ko = "원장의 {seq}번 기록이 앞 기록과 이어지지 않습니다({what}). 백업과 대조해 주십시오."
    en = "Ledger event {seq} does not follow from the one before ({what}). Compare with a backup."


@dataclass(frozen=True, kw_only=True, slots=True)
class _Pending:
    occurred_at: datetime
    actor: Actor
    kind: str
    subject_kind: str
    subject_ids: Sequence[int]
    data: Mapping[str, Any]


def record(
    session: Session,
    kind: str,
    *,
    subject: tuple[str, int],
    now: datetime,
    actor: Actor = Actor.SYSTEM,
    **data: Any,
) -> None:
    """Append an event in the transaction of `session`.

    `kind` is in the past tense (`referral.acknowledged`), `subject` the table's noun and the row's
    id, `data` JSON values without anything personal.
    """
    subject_kind, subject_id = subject
    record_each(session, kind, subjects=(subject_kind, [subject_id]), now=now, actor=actor, **data)


def record_each(
    session: Session,
    kind: str,
    *,
    subjects: tuple[str, Iterable[int]],
    now: datetime,
    actor: Actor = Actor.SYSTEM,
    **data: Any,
) -> None:
    """Append an event for each of these subjects, of which the same is told; otherwise as `record`."""
    subject_kind, ids = subjects
    pending = _Pending(
        occurred_at=utc(now),
        actor=actor,
        kind=kind,
        subject_kind=subject_kind,
        subject_ids=tuple(ids),
        data=data,
    )
    if pending.subject_ids:
        session.info.setdefault(_PENDING, []).append(pending)


def _digest(previous: str, seq: int, shared: str, subject_id: int, data: str) -> str:
    """The hash of an event, which is that of a JSON list: `shared` and `data` are written already.

    Written by hand around them: numbers, and a hash in hexadecimal, are what JSON makes of them.
    """
    text = f'["{previous}",{seq},{shared},{subject_id},{data}]'
    return hashlib.sha256(text.encode()).hexdigest()


@lru_cache(maxsize=64)
def _shared(occurred_at: datetime, actor: str, kind: str, subject_kind: str) -> str:
    """What events of many subjects have in common, as items of the list that is hashed."""
    written = occurred_at.isoformat(timespec="microseconds")  # in UTC
    return _ENCODER.encode([written, actor, kind, subject_kind])[1:-1]


@event.listens_for(Session, "before_commit")
def _extend_chain(session: Session) -> None:
    # A commit of a savepoint also comes here; the chain is extended by the outermost one only.
    if session.in_nested_transaction():
        return
    pending: list[_Pending] = session.info.pop(_PENDING, [])
    if not pending:
        return
    session.flush()
    connection = session.connection()
    head = connection.execute(_READ_HEAD).one_or_none()
    if head is None:
        # Of two that write the first event of all at once, one makes the row and the other waits for it.
        begin = upsert(session, LedgerHead).values(id=_HEAD_ID, seq=0, hash=_GENESIS)
        connection.execute(begin.on_conflict_do_nothing())
        head = connection.execute(_READ_HEAD).one()
    seq, last = head.seq, head.hash
    rows: list[dict[str, Any]] = []
    for item in pending:
        data = Json(_ENCODER.encode(item.data))
        shared = _shared(item.occurred_at, item.actor, item.kind, item.subject_kind)
        for subject_id in item.subject_ids:
            seq += 1
            digest = _digest(last, seq, shared, subject_id, data)
            rows.append(
                {
                    "seq": seq,
                    "occurred_at": item.occurred_at,
                    "actor": str(item.actor),
                    "kind": item.kind,
                    "subject_kind": item.subject_kind,
                    "subject_id": subject_id,
                    "data": data,
                    "previous_hash": last,
                    "hash": digest,
                }
            )
            last = digest
    add_rows(session, _EVENTS, rows)
    connection.execute(_MOVE_HEAD, {"to_seq": seq, "to_hash": last})


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, previous_transaction: Any) -> None:
    if previous_transaction.parent is None:
        session.info.pop(_PENDING, None)


def head(session: Session) -> tuple[int, str]:
    """How many events there are, and the hash of the last one: what a copy of the ledger has to end with."""
    found = session.connection().execute(select(_HEAD.c.seq, _HEAD.c.hash)).one_or_none()
    return (found.seq, found.hash) if found else (0, _GENESIS)


def history(session: Session, subject_kind: str, subject_id: int) -> Sequence[LedgerEvent]:
    """The events of one subject, oldest first."""
    return session.scalars(
        select(LedgerEvent)
        .where(LedgerEvent.subject_kind == subject_kind, LedgerEvent.subject_id == subject_id)
        .order_by(LedgerEvent.seq)
    ).all()


def histories(
    session: Session, subject_kind: str, subject_ids: Collection[int], kinds: Collection[str]
) -> Mapping[int, Sequence[LedgerEvent]]:
    """The events of these kinds about many subjects, by the id of each, oldest first."""
    wanted = sorted(subject_ids)
    found: dict[int, list[LedgerEvent]] = defaultdict(list)
    for start in range(0, len(wanted), _IDS):
        for each in session.scalars(
            select(LedgerEvent)
            .where(
                LedgerEvent.subject_kind == subject_kind,
                LedgerEvent.subject_id.in_(wanted[start : start + _IDS]),
                LedgerEvent.kind.in_(kinds),
            )
            .order_by(LedgerEvent.seq)
        ):
            found[each.subject_id].append(each)
    return found


def _checked(row: LedgerEvent, *, after: str, seq: int) -> str:
    """The hash of `row` if it is event number `seq` and follows the hash `after`."""
    if row.seq != seq:
        raise LedgerBroken(seq=seq, what="missing")
    shared = _shared(row.occurred_at, Actor(row.actor), row.kind, row.subject_kind)
    digest = _digest(after, seq, shared, row.subject_id, _ENCODER.encode(row.data))
    if row.previous_hash != after or row.hash != digest:
        raise LedgerBroken(seq=seq, what="changed")
    return row.hash


def verify(session: Session) -> int:
    """Recompute the chain; the number of events.

    A tail that was cut off together with the head row is not visible here: anchor the head outside.

    Raises:
        LedgerBroken: at the first event that does not fit.
    """
    last, count = _GENESIS, 0
    rows = session.scalars(
        select(LedgerEvent).order_by(LedgerEvent.seq).execution_options(yield_per=1000)
    )
    with closing(rows):
        for row in rows:
            last = _checked(row, after=last, seq=count + 1)
            count += 1
    head = session.get(LedgerHead, _HEAD_ID)
    if (head.seq, head.hash) != (count, last) if head else count:
        raise LedgerBroken(seq=count + 1, what="head")
    return count

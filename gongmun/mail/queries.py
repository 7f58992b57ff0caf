"""Every statement on the outbox: the SELECTs, and the guarded UPDATE that moves a dispatch on."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, Update, bindparam, exists, func, select, update
from sqlalchemy.orm import Session, aliased

from gongmun import ledger
from gongmun.db import add_rows, rows_with, upsert
from gongmun.db.restored import unsettled
from gongmun.errors import NotFound
from gongmun.ledger import Actor
from gongmun.mail.life import NEEDS_A_PERSON, SENT, Event, Status, advance
from gongmun.mail.models import Dispatch, IncomingKind, IncomingMail

# Taking a lease and giving it back changes nothing outside this table: the ledger tells of the rest.
_UNTOLD = frozenset({Event.CLAIMED, Event.RETURNED, Event.STARTED})
_DISPATCHES = cast(Table, Dispatch.__table__)
_LEASE_KEPT = frozenset({Status.CLAIMED, Status.SENDING})


def _is(status: Status) -> ColumnElement[bool]:
    # SQLite uses a partial index only where the value stands in the statement itself.
    return Dispatch.status == bindparam(
        None, status, type_=Dispatch.status.type, literal_execute=True
    )


# Built once: every dispatcher asks these each time.
_DUE = (
    select(Dispatch.id)
    .where(_is(Status.QUEUED), Dispatch.next_attempt_at <= bindparam("now"))
    .order_by(Dispatch.next_attempt_at, Dispatch.id)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_EXPIRED_SENDING = (
    select(Dispatch)
    .where(Dispatch.lease_until < bindparam("before"), Dispatch.status == Status.SENDING)
    .order_by(Dispatch.id)
)
_backup = aliased(Dispatch)
_NEEDING_A_PERSON = (
    select(Dispatch)
    .where(
        Dispatch.status.in_(NEEDS_A_PERSON),
        Dispatch.wants_proof | (Dispatch.status != Status.BOUNCED),
        ~exists().where(
            _backup.instead_of_id == Dispatch.id, _backup.created_at >= Dispatch.bounced_at
        ),
    )
    .order_by(Dispatch.id)
)


def add(session: Session, values: Mapping[str, Any]) -> bool:
    """Insert a dispatch; False if its key is there already, also when another process just added it."""
    statement = upsert(session, Dispatch).values(**values)
    # Any conflict: PostgreSQL may meet the Message-ID, which comes from the key, before the key.
    statement = statement.on_conflict_do_nothing()
    return session.scalar(statement.returning(Dispatch.id)) is not None


def add_many(
    session: Session, rows: Sequence[Mapping[str, Any]], *, alike: Mapping[str, Any]
) -> Mapping[str, tuple[int, str]]:
    """Insert dispatches but those whose key is there already; the id and the token of each, by its key.

    `alike` is what all have beside their own. The token tells whose row it is: another process that added the key
    has made another one.
    """
    add_rows(session, _DISPATCHES, rows, alike=alike, but_those_that_are_there=True)
    keys = [row["key"] for row in rows]
    found = rows_with(session, _DISPATCHES, "key", keys, ("key", "id", "token"))
    return {key: (dispatch_id, token) for key, dispatch_id, token in found}


def find(session: Session, key: str) -> Dispatch | None:
    """The dispatch with this key, if it was ever queued."""
    return session.scalars(select(Dispatch).where(Dispatch.key == key)).one_or_none()


def by_key(session: Session, key: str) -> Dispatch:
    """The dispatch with this key, which must be there."""
    return session.scalars(select(Dispatch).where(Dispatch.key == key)).one()


def by_id(session: Session, dispatch_id: int) -> Dispatch:
    """One dispatch.

    Raises:
        NotFound: no such dispatch.
    """
    dispatch = session.get(Dispatch, dispatch_id)
    if dispatch is None:
        raise NotFound(thing_ko=f"발송 {dispatch_id}", thing_en=f"dispatch {dispatch_id}")
    return dispatch


def by_token(session: Session, token: str) -> Dispatch | None:
    """The dispatch with this token, as it is stored."""
    return session.scalars(select(Dispatch).where(Dispatch.token == token)).one_or_none()


def by_message_ids(session: Session, ids: Iterable[str]) -> Sequence[Dispatch]:
    """The dispatches with these Message-IDs, the latest first; ids of others are passed over."""
    return session.scalars(
        select(Dispatch).where(Dispatch.message_id.in_(set(ids))).order_by(Dispatch.id.desc())
    ).all()


def unhandled(session: Session, *kinds: IncomingKind) -> Sequence[IncomingMail]:
    """Mails of these kinds that were read and that no room has taken up yet, oldest first."""
    return session.scalars(
        select(IncomingMail)
        .where(IncomingMail.kind.in_(kinds), IncomingMail.handled_at.is_(None))
        .order_by(IncomingMail.id)
    ).all()


def waiting_of(session: Session, keys: Collection[str], *, lock: bool) -> Collection[str]:
    """Those of these keys whose dispatch nobody has begun to send; locked, no dispatcher claims it meanwhile."""
    if not keys:
        return ()
    statement = (
        select(Dispatch.key)
        .where(Dispatch.key.in_(keys), Dispatch.status.in_((Status.HELD, Status.QUEUED)))
        .order_by(Dispatch.id)
    )
    return set(session.scalars(statement.with_for_update() if lock else statement))


def replacements(session: Session, dispatch_id: int) -> Sequence[Dispatch]:
    """What was sent in place of a dispatch that bounced, oldest first."""
    return session.scalars(
        select(Dispatch).where(Dispatch.instead_of_id == dispatch_id).order_by(Dispatch.id)
    ).all()


def dispatches(session: Session, *, with_accepted: bool) -> Sequence[Dispatch]:
    """All dispatches that are not sent yet, or came back, or all there are; oldest first."""
    statement = select(Dispatch).order_by(Dispatch.id)
    if not with_accepted:
        statement = statement.where(Dispatch.status.not_in(SENT))
    return session.scalars(statement).all()


def is_anything_due(session: Session, now: datetime) -> bool:
    """Whether a dispatcher has something to do: mail that is due, or what a killed one left.

    It has nothing to do while a restore waits for a person.
    """
    if unsettled(session) is not None:
        return False
    due = select(Dispatch.id).where(_is(Status.QUEUED), Dispatch.next_attempt_at <= now)
    left = select(Dispatch.id).where(Dispatch.lease_until < now)
    return any(session.scalar(query.limit(1)) is not None for query in (due, left))


def claim_due(
    session: Session, *, now: datetime, owner: str, lease_until: datetime, limit: int
) -> list[Dispatch]:
    """Claim up to `limit` due dispatches, the longest due first; none that another owner holds."""
    ids = session.scalars(_DUE, {"now": now, "limit": limit}).all()
    if not ids:
        return []
    session.execute(
        update(Dispatch)
        .where(Dispatch.id.in_(ids))
        .values(status=advance(Status.QUEUED, Event.CLAIMED), owner=owner, lease_until=lease_until),
        execution_options={"synchronize_session": False},
    )
    claimed = select(Dispatch).where(Dispatch.id.in_(ids))
    return list(session.scalars(claimed.order_by(Dispatch.next_attempt_at, Dispatch.id)))


def move(
    session: Session,
    dispatch_id: int,
    *,
    status: Status,
    event: Event,
    now: datetime,
    owner: str | None = None,
    actor: Actor = Actor.SYSTEM,
    values: Mapping[str, Any] | None = None,
    data: Mapping[str, Any] | None = None,
) -> bool:
    """Move a dispatch on by `event` if it still is in `status` (and held by `owner`, where given).

    `values` are further columns, `data` goes into the ledger. False if it is no longer so.
    """
    target = advance(status, event)
    changed: dict[str, Any] = {"status": target, **(values or {})}
    if target not in _LEASE_KEPT:
        changed |= {"owner": None, "lease_until": None}
    statement = _guarded_update(tuple(changed), owned=owner is not None)
    guard = {"guard_id": dispatch_id, "guard_status": status, "guard_owner": owner}
    # On the connection: the table is named in Core, and the session would only add its own time.
    if session.connection().execute(statement, changed | guard).rowcount == 0:
        return False
    if event not in _UNTOLD:
        ledger.record(
            session,
            f"mail.{event}",
            subject=("dispatch", dispatch_id),
            now=now,
            actor=actor,
            **(data or {}),
        )
    return True


@cache
def _guarded_update(columns: tuple[str, ...], *, owned: bool) -> Update:
    # Built once for each set of columns: building and hashing it anew took half of the time of a move.
    table = Dispatch.metadata.tables[Dispatch.__tablename__]
    guard = [table.c.id == bindparam("guard_id"), table.c.status == bindparam("guard_status")]
    if owned:
        guard.append(table.c.owner == bindparam("guard_owner"))
    return update(table).where(*guard).values({name: bindparam(name) for name in columns})


def return_claimed(session: Session, *, owner: str, reason: str) -> int:
    """Put back what `owner` claimed and did not begin to send, with the reason; how many."""
    return _return(session, Dispatch.owner == owner, last_error=reason)


def return_expired(session: Session, *, before: datetime) -> int:
    """Put back what was claimed under a lease that ran out; how many."""
    return _return(session, Dispatch.lease_until < before)


def _return(session: Session, which: ColumnElement[bool], **values: Any) -> int:
    result = session.execute(
        update(Dispatch)
        .where(which, Dispatch.status == Status.CLAIMED)
        .values(
            status=advance(Status.CLAIMED, Event.RETURNED), owner=None, lease_until=None, **values
        ),
        execution_options={"synchronize_session": False},
    )
    count: int = result.rowcount  # type: ignore[attr-defined]
    return count


def expired_sending(session: Session, *, before: datetime) -> Sequence[Dispatch]:
    """What was being sent when its dispatcher went away."""
    return session.scalars(_EXPIRED_SENDING, {"before": before}).all()


def uncertain(session: Session) -> Sequence[Dispatch]:
    """What nobody knows the outcome of."""
    return session.scalars(
        select(Dispatch).where(Dispatch.status == Status.UNCERTAIN).order_by(Dispatch.id)
    ).all()


def delayed(session: Session, before: datetime) -> int:
    """How many mails were refused or not taken for now, and have been in the outbox since `before`."""
    return (
        session.scalar(
            select(func.count()).where(
                _is(Status.QUEUED), Dispatch.last_error.is_not(None), Dispatch.created_at < before
            )
        )
        or 0
    )


def needing_a_person(session: Session) -> Sequence[Dispatch]:
    """Dispatches that do not go on by themselves, oldest first: the coordinators' list.

    One that bounced and went to the backup contact since does; nobody mends what is of no use after
    minutes.
    """
    return session.scalars(_NEEDING_A_PERSON).all()

"""Every statement of the access room: its SELECTs, and the guarded UPDATEs that let one caller only pass.

Those on officers' sessions stand in `session_queries`.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import (
    CursorResult,
    Delete,
    Table,
    Update,
    bindparam,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from gongmun.access.models import AccessLink, Attempt, LoginCode, OfficerSession
from gongmun.db import add_rows
from gongmun.errors import NotFound
from gongmun.organisations import Organisation


def take_turn(session: Session, key: str) -> None:
    """Wait for whoever does something about `key` in a transaction of his own.

    On SQLite a writing transaction is alone anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        number = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], signed=True)
        session.execute(select(func.pg_advisory_xact_lock(number)))


# Every page that is opened by a link asks this: a statement that stands costs half of one that is built.
_ATTEMPTS = select(func.count(Attempt.id)).where(
    Attempt.what == bindparam("what"),
    Attempt.key_hash == bindparam("key_hash"),
    Attempt.at > bindparam("since"),
)


def attempts(session: Session, what: str, key_hash: str, *, since: datetime) -> int:
    """How often it was tried after `since`."""
    session.flush()
    given = {"what": what, "key_hash": key_hash, "since": since}
    return session.connection().execute(_ATTEMPTS, given).scalar_one()


def add_attempt(session: Session, what: str, key_hash: str, now: datetime) -> None:
    """Write one down."""
    session.add(Attempt(what=what, key_hash=key_hash, at=now))
    session.flush()


def forget_attempts(session: Session, *, before: datetime) -> int:
    """Delete the attempts that are older; how many there were."""
    return _forget(session, delete(Attempt).where(Attempt.at < before))


def forget_sessions(session: Session, *, before: datetime) -> int:
    """Delete the sessions that were over by then; how many there were."""
    return _forget(session, delete(OfficerSession).where(OfficerSession.expires_at < before))


def forget_codes(session: Session, *, before: datetime) -> int:
    """Delete the codes that had expired by then, but for those of sessions; how many there were."""
    of_sessions = select(OfficerSession.login_code_id)
    return _forget(
        session,
        delete(LoginCode).where(LoginCode.expires_at < before, LoginCode.id.not_in(of_sessions)),
    )


def forget_addresses(session: Session, *, before: datetime) -> int:
    """Take the address of the delegate from links that were dead by then; how many there were."""
    dead = or_(AccessLink.expires_at < before, AccessLink.revoked_at < before)
    return _forget(
        session,
        update(AccessLink).where(dead, AccessLink.address.is_not(None)).values(address=None),
    )


def _forget(session: Session, statement: Delete | Update) -> int:
    result = session.execute(statement, execution_options={"synchronize_session": False})
    assert isinstance(result, CursorResult)
    return result.rowcount


def link(session: Session, link_id: int) -> AccessLink:
    """The link with this id.

    Raises:
        NotFound: no such link.
    """
    found = session.get(AccessLink, link_id)
    if found is None:
        raise NotFound(thing_ko=f"접속 링크 {link_id}", thing_en=f"access link {link_id}")
    return found


def link_of_token(session: Session, token_hash: str, now: datetime) -> AccessLink | None:
    """The link with this token that was not revoked and has not expired."""
    return session.scalars(
        select(AccessLink).where(
            AccessLink.token_hash == token_hash,
            AccessLink.revoked_at.is_(None),
            AccessLink.expires_at > now,
        )
    ).one_or_none()


def link_of_dispatch(session: Session, dispatch_id: int) -> AccessLink | None:
    """The link that a mail carries."""
    return session.scalars(
        select(AccessLink).where(AccessLink.dispatch_id == dispatch_id)
    ).one_or_none()


def links_of_dispatches(session: Session, dispatch_ids: Collection[int]) -> dict[int, AccessLink]:
    """The links that these mails carry, by the id of the mail."""
    found = session.scalars(select(AccessLink).where(AccessLink.dispatch_id.in_(dispatch_ids)))
    return {link.dispatch_id: link for link in found}


def add_links(session: Session, rows: Sequence[Mapping[str, Any]]) -> dict[int, AccessLink]:
    """Add the links that these mails carry; each by the id of the mail."""
    if not rows:
        return {}
    add_rows(session, cast(Table, AccessLink.__table__), rows)
    return links_of_dispatches(session, [row["dispatch_id"] for row in rows])


def add_new_links(session: Session, dispatch_ids: Sequence[int], values: Mapping[str, Any]) -> None:
    """Add the links of thousands of mails that had none, alike but for the mail."""
    table = cast(Table, AccessLink.__table__)
    add_rows(session, table, [{"dispatch_id": each} for each in dispatch_ids], alike=values)


def links(
    session: Session, now: datetime, *, organisation_id: int | None, with_dead: bool
) -> Sequence[AccessLink]:
    """The links that may be used, or all of them; of one organisation where named. The newest first."""
    statement = select(AccessLink).order_by(AccessLink.id.desc())
    if organisation_id is not None:
        statement = statement.where(AccessLink.organisation_id == organisation_id)
    if not with_dead:
        statement = statement.where(AccessLink.revoked_at.is_(None), AccessLink.expires_at > now)
    return session.scalars(statement).all()


def live_sessions(session: Session, link_ids: Sequence[int], now: datetime) -> Mapping[int, int]:
    """How many sessions that have not ended came from each of these links; only those that have any."""
    rows = session.execute(
        select(LoginCode.link_id, func.count())
        .join(OfficerSession, OfficerSession.login_code_id == LoginCode.id)
        .where(
            LoginCode.link_id.in_(link_ids),
            OfficerSession.ended_at.is_(None),
            OfficerSession.expires_at > now,
        )
        .group_by(LoginCode.link_id)
    )
    return {link_id: count for link_id, count in rows if link_id is not None}


def revoke_link(session: Session, link_id: int, now: datetime) -> bool:
    """Revoke a link; False if it was revoked before."""
    return (
        session.scalar(
            update(AccessLink)
            .where(AccessLink.id == link_id, AccessLink.revoked_at.is_(None))
            .values(revoked_at=now)
            .returning(AccessLink.id),
            execution_options={"synchronize_session": False},
        )
        is not None
    )


def with_access(
    session: Session, organisation_ids: Collection[int], now: datetime
) -> Sequence[int]:
    """Those of these organisations that have a link or a session that may be used."""
    linked = select(AccessLink.organisation_id).where(
        AccessLink.organisation_id.in_(organisation_ids),
        AccessLink.revoked_at.is_(None),
        AccessLink.expires_at > now,
    )
    entered = select(OfficerSession.organisation_id).where(
        OfficerSession.organisation_id.in_(organisation_ids),
        OfficerSession.ended_at.is_(None),
        OfficerSession.expires_at > now,
    )
    return sorted({each for each in session.scalars(linked.union(entered)) if each is not None})


def sessions_of(session: Session, organisation_id: int, now: datetime) -> Sequence[OfficerSession]:
    """The sessions of an organisation that have not ended, locked."""
    return session.scalars(
        select(OfficerSession)
        .where(
            OfficerSession.organisation_id == organisation_id,
            OfficerSession.ended_at.is_(None),
            OfficerSession.expires_at > now,
        )
        .order_by(OfficerSession.id)
        .with_for_update()
    ).all()


def codes_of(session: Session, organisation_id: int, now: datetime) -> Sequence[LoginCode]:
    """The codes of an organisation that may still be entered, locked."""
    return session.scalars(
        select(LoginCode)
        .where(
            LoginCode.organisation_id == organisation_id,
            LoginCode.used_at.is_(None),
            LoginCode.expires_at > now,
        )
        .order_by(LoginCode.id)
        .with_for_update()
    ).all()


def revoked_link(session: Session, token_hash: str) -> AccessLink | None:
    """The link with this token that was revoked."""
    return session.scalars(
        select(AccessLink).where(
            AccessLink.token_hash == token_hash, AccessLink.revoked_at.is_not(None)
        )
    ).one_or_none()


def void_codes(session: Session, organisation_id: int, now: datetime) -> int:
    """Let the codes of an organisation that may still be entered end now; how many there were."""
    result = session.execute(
        update(LoginCode)
        .where(
            LoginCode.organisation_id == organisation_id,
            LoginCode.used_at.is_(None),
            LoginCode.expires_at > now,
        )
        .values(expires_at=now),
        execution_options={"synchronize_session": False},
    )
    assert isinstance(result, CursorResult)
    return result.rowcount


def code_of_dispatch(session: Session, dispatch_id: int) -> LoginCode | None:
    """The code that a mail carries."""
    return session.scalars(
        select(LoginCode).where(LoginCode.dispatch_id == dispatch_id)
    ).one_or_none()


def code_of_browser(session: Session, browser_hash: str, *, lock: bool = False) -> LoginCode | None:
    """The code that this browser asked for; with its row lock, where it is about to be tried."""
    statement = select(LoginCode).where(LoginCode.browser_hash == browser_hash)
    return session.scalars(statement.with_for_update() if lock else statement).one_or_none()


def organisation_by_code(session: Session, code: str) -> Organisation | None:
    """The organisation that a document was addressed to, whether it still exists or not."""
    return session.scalars(select(Organisation).where(Organisation.code == code)).one_or_none()

"""Every statement on officers' sessions: the one that each request begins with, and those that end them."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import Row, Table, bindparam, select, update
from sqlalchemy.orm import Session

from gongmun.access.models import LoginCode, OfficerSession

# Every request of an officer begins with this one: it is built once, and as a Core statement costs half.
_SESSIONS = cast(Table, OfficerSession.__table__).c
_LIVE_SESSION = select(
    _SESSIONS.id,
    _SESSIONS.organisation_id,
    _SESSIONS.document_ids,
    _SESSIONS.address,
    _SESSIONS.last_used_at,
).where(
    _SESSIONS.secret_hash == bindparam("secret_hash"),
    _SESSIONS.ended_at.is_(None),
    _SESSIONS.expires_at > bindparam("now"),
)


def live_session(session: Session, secret_hash: str, now: datetime) -> Row[Any] | None:
    """The session with this secret that was not ended and has not expired: whose it is, and its last use."""
    return session.execute(_LIVE_SESSION, {"secret_hash": secret_hash, "now": now}).one_or_none()


def is_unended(session: Session, secret_hash: str) -> bool:
    """Whether there is a session with this secret that nobody ended, live or not."""
    return (
        session.scalar(
            select(OfficerSession.id).where(
                OfficerSession.secret_hash == secret_hash, OfficerSession.ended_at.is_(None)
            )
        )
        is not None
    )


def note_use(session: Session, session_id: int, now: datetime) -> None:
    """A sign of life; never an earlier one than is known."""
    session.execute(
        update(OfficerSession)
        .where(OfficerSession.id == session_id, OfficerSession.last_used_at < now)
        .values(last_used_at=now),
        execution_options={"synchronize_session": False},
    )


def end_sessions(
    session: Session,
    now: datetime,
    *,
    secret_hash: str | None = None,
    organisation_id: int | None = None,
    link_id: int | None = None,
) -> list[int]:
    """End the sessions with this secret, of this organisation, or that came from this link; their ids."""
    of_link = select(LoginCode.id).where(LoginCode.link_id == link_id)
    which = [
        *([OfficerSession.secret_hash == secret_hash] if secret_hash is not None else []),
        *(
            [OfficerSession.organisation_id == organisation_id]
            if organisation_id is not None
            else []
        ),
        *([OfficerSession.login_code_id.in_(of_link)] if link_id is not None else []),
    ]
    assert which, "never all of them"
    return list(
        session.scalars(
            update(OfficerSession)
            .where(OfficerSession.ended_at.is_(None), *which)
            .values(ended_at=now)
            .returning(OfficerSession.id),
            execution_options={"synchronize_session": False},
        )
    )

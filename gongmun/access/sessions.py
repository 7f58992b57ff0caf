"""Sessions (접속 세션) of officers: what a code opened, until it ends.

A session ends after `session_idle_minutes` without a sign of life, after `session_hours` in any case,
when the officer leaves, and when its link is revoked.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.access import session_queries, tokens
from gongmun.access.models import LoginCode, OfficerSession
from gongmun.db import Database
from gongmun.ledger import Actor
from gongmun.settings import settings

# A sign of life is written down when the last one is older: not each look at a page is a write.
_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Officer:
    """Whoever holds a session: for one organisation, and these documents only.

    `address` is the mailbox that the code was sent to.
    """

    session_id: int
    organisation_id: int
    document_ids: tuple[int, ...]
    address: str

    def may_see(self, document_id: int) -> bool:
        """Whether the session is for this document."""
        return document_id in self.document_ids


def officer(db: Database, secret: str, *, now: datetime) -> Officer | None:
    """Who holds the session with this secret; None where there is none, or none any more."""
    with db.reading() as session:
        row = session_queries.live_session(session, tokens.hash_of(secret), now)
    if row is None or now - row.last_used_at >= _idle():
        return None
    if now - row.last_used_at >= _NOTED_EVERY:
        with db.transaction() as session:
            session_queries.note_use(session, row.id, now)
    return Officer(
        session_id=row.id,
        organisation_id=row.organisation_id,
        document_ids=tuple(row.document_ids),
        address=row.address,
    )


def has_run_out(db: Database, secret: str) -> bool:
    """Whether the session with this secret, if it is none any more, was ended by time and by nobody."""
    with db.reading() as session:
        return session_queries.is_unended(session, tokens.hash_of(secret))


def begin(session: Session, code: LoginCode, *, now: datetime) -> str:
    """Open the session of a code that was entered; its secret, which is new."""
    secret = tokens.new()
    row = OfficerSession(
        secret_hash=tokens.hash_of(secret),
        login_code_id=code.id,
        organisation_id=code.organisation_id,
        document_ids=code.document_ids,
        address=code.address,
        created_at=now,
        last_used_at=now,
        expires_at=now + timedelta(hours=settings().portal.session_hours),
    )
    session.add(row)
    session.flush()
    ledger.record(
        session,
        "access.session_begun",
        subject=("officer_session", row.id),
        now=now,
        actor=Actor.MINISTRY,
        organisation=row.organisation_id,
        documents=row.document_ids,
    )
    return secret


def end(db: Database, secret: str, *, now: datetime) -> None:
    """End the session with this secret; quiet where there is none."""
    with db.transaction() as session:
        ended = session_queries.end_sessions(session, now, secret_hash=tokens.hash_of(secret))
        _record_ends(session, ended, now, Actor.MINISTRY)


def end_all(db: Database, organisation_id: int, *, now: datetime) -> int:
    """End every session of an organisation, as a coordinator wants it; how many there were."""
    with db.transaction() as session:
        ended = session_queries.end_sessions(session, now, organisation_id=organisation_id)
        _record_ends(session, ended, now, Actor.COORDINATOR)
    return len(ended)


def end_those_of(session: Session, link_id: int, *, now: datetime) -> None:
    """End the sessions that a link opened."""
    ended = session_queries.end_sessions(session, now, link_id=link_id)
    _record_ends(session, ended, now, Actor.COORDINATOR)


def _record_ends(session: Session, ended: list[int], now: datetime, actor: Actor) -> None:
    for session_id in ended:
        ledger.record(
            session,
            "access.session_ended",
            subject=("officer_session", session_id),
            now=now,
            actor=actor,
        )


def _idle() -> timedelta:
    return timedelta(minutes=settings().portal.session_idle_minutes)

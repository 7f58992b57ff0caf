"""Looking (링크 확인): what a link or a document leads to. Nothing happens, because mail scanners open links.

A document leads here too, by its check code in print. That is no secret, nor could it be one: everyone
who has the document keeps its PDF, which is rendered to the same bytes whenever it is rendered, and
anybody who gets a copy can read it. So it says only which document is meant; whoever wants to answer it
has to read the registered mailbox, as with a link.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy.orm import Session

from gongmun.access import limits, links, queries, tokens
from gongmun.access.doors import Door, door_of_code, door_of_link
from gongmun.access.ending import passed_on
from gongmun.access.limits import Trial
from gongmun.access.links import LinkUnknown
from gongmun.access.models import AccessLink, Audience
from gongmun.db import Database

T = TypeVar("T")
_OFFICERS = frozenset({Audience.MINISTRY, Audience.DELEGATE})
_PROPOSERS = frozenset({Audience.PROPOSER})
_RESPONDENTS = frozenset({Audience.RESPONDENT})
_VOLUNTEERS = frozenset({Audience.VOLUNTEER})


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposer:
    """Whoever has the link of a suggestion's proposer."""

    link_id: int
    suggestion_id: int


def look(
    db: Database, *, token: str | None = None, check_code: str | None = None, ip: str, now: datetime
) -> Door:
    """What a link, or a document in print, is for. Nothing happens, but that an unknown token is counted.

    Raises:
        LinkUnknown: there is no such link, or none that an officer enters by.
        AccessPassedOn: it was that of a ministry that is no more.
        NotFound: no document that a ministry answers has this check code.
        TooManyAttempts: too many tokens from this IP were unknown.
    """
    if token is None:
        with db.reading() as session:
            return door_of_code(session, check_code or "", now)
    link = _link(db, token, ip=ip, now=now, audiences=_OFFICERS)
    with db.reading() as session:
        return door_of_link(session, link, now)


def proposer(db: Database, token: str, *, ip: str, now: datetime) -> Proposer:
    """Who has this token of a proposer's link.

    Raises:
        LinkUnknown: it is none.
        TooManyAttempts: too many tokens from this IP were unknown.
    """
    link = _link(db, token, ip=ip, now=now, audiences=_PROPOSERS)
    assert link.suggestion_id is not None
    return Proposer(link_id=link.id, suggestion_id=link.suggestion_id)


def respondent(
    db: Database, token: str, of: Callable[[Session, int], T], *, ip: str, now: datetime
) -> T:
    """What `of` finds, in the same transaction, of the dispatch whose mail had this token of a respondent's link.

    Raises:
        LinkUnknown: it is none.
        TooManyAttempts: too many tokens from this IP were unknown.
    """
    return _found(
        db,
        token,
        lambda session, link: of(session, link.dispatch_id),
        ip=ip,
        now=now,
        audiences=_RESPONDENTS,
    )


def volunteer(db: Database, token: str, *, ip: str, now: datetime) -> int:
    """The dispatch whose mail had this token of a volunteer's link; raises as `respondent`."""
    return _link(db, token, ip=ip, now=now, audiences=_VOLUNTEERS).dispatch_id


def _link(
    db: Database, token: str, *, ip: str, now: datetime, audiences: frozenset[Audience]
) -> AccessLink:
    return _found(db, token, lambda _, link: link, ip=ip, now=now, audiences=audiences)


def _found(
    db: Database,
    token: str,
    of: Callable[[Session, AccessLink], T],
    *,
    ip: str,
    now: datetime,
    audiences: frozenset[Audience],
) -> T:
    with db.reading() as session:
        # Before the look-up: who guesses is not told any more when he was right.
        limits.look(session, Trial.UNKNOWN_TOKEN_BY_IP, ip, now)
        try:
            link = links.by_token(session, token, now)
        except LinkUnknown:
            _refuse_passed_on(session, token, now)
        else:
            if link.audience in audiences:
                return of(session, link)
    with db.transaction() as session:
        limits.check(session, Trial.UNKNOWN_TOKEN_BY_IP, ip, now)
        limits.note(session, Trial.UNKNOWN_TOKEN_BY_IP, ip, now)
    raise LinkUnknown()


def _refuse_passed_on(session: Session, token: str, now: datetime) -> None:
    """Say so where the token was that of a ministry which is no more: whoever has it did not guess."""
    link = queries.revoked_link(session, tokens.hash_of(token))
    if link is not None and link.organisation_id is not None:
        told = passed_on(session, link.organisation_id, now)
        if told is not None:
            raise told

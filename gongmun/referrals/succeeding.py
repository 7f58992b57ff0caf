"""Successions (승계): what is open with a ministry that is no more passes to whoever took over from it.

Its one successor has it, or of several the one that the routing of the day names for the suggestion's
topic. Else a coordinator says whose it is (forums/assigning.py), and until then nothing is sent: also where the
successor has the suggestion already, because one ministry has one referral of it.

The referral is the same one. Its clocks, the rungs that fired, drafts and requests go on, and the documents
keep the name of their day. A reminder that was drafted and had not left is taken back, and falls due again
for the successor, who is told by one mail (telling_successors.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import attrgetter

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.access import ending
from gongmun.access import queries as access_queries
from gongmun.clock import seoul_date
from gongmun.db import Database
from gongmun.documents import Role
from gongmun.errors import GongmunError
from gongmun.ledger import Actor
from gongmun.organisations import Organisation, routing
from gongmun.organisations import queries as organisation_queries
from gongmun.referrals import queries, succession_queries
from gongmun.referrals.life import CHASED, GONE, Event
from gongmun.referrals.models import Referral, Takeover
from gongmun.referrals.pausing import take_back
from gongmun.suggestions import queries as suggestion_queries


@dataclass(frozen=True, kw_only=True, slots=True)
class TakeoverReport:
    """Referrals that passed on, those that a coordinator has to assign, and what went wrong."""

    taken_over: tuple[int, ...] = ()
    undecided: tuple[int, ...] = ()
    problems: tuple[GongmunError, ...] = ()


def pass_on_open(db: Database, *, now: datetime) -> TakeoverReport:
    """Pass on all that is open with ministries that are no more, however long since.

    A second call finds what is still undecided, and passes it on where the routing names a successor
    meanwhile.
    """
    with db.reading() as session:
        found = [
            [referral.id for referral in group]
            for _, group in groupby(
                succession_queries.left_behind(session, seoul_date(now)),
                key=attrgetter("document_id"),
            )
        ]
    return pass_on_each(db, found, now=now)


def pass_on_each(
    db: Database, referral_ids: Sequence[Sequence[int]], *, now: datetime
) -> TakeoverReport:
    """Pass on each of these sequences in a transaction of its own; one that fails does not hold up others."""
    taken: list[int] = []
    undecided: list[int] = []
    problems: list[GongmunError] = []
    for ids in referral_ids:
        try:
            with db.transaction() as session:
                passed = [(i, pass_on(session, queries.locked(session, i), now=now)) for i in ids]
        except GongmunError as error:
            problems.append(error)
            continue
        taken.extend(i for i, has_passed in passed if has_passed)
        undecided.extend(i for i, has_passed in passed if not has_passed)
    return TakeoverReport(
        taken_over=tuple(taken), undecided=tuple(undecided), problems=tuple(problems)
    )


def pass_on(session: Session, referral: Referral, *, now: datetime) -> bool:
    """Let the successor of a locked referral's ministry have it, in the caller's transaction.

    True where its ministry is in force, then or now. False where a coordinator has to say whose it is.
    """
    if referral.status in GONE:
        return True
    today = seoul_date(now)
    holder = organisation_queries.by_id(session, referral.organisation_id)
    if not holder.has_ended(today):
        return True
    takeover = begun(session, referral, now=now)
    successor = successor_of(session, referral, today)
    if successor is None or succession_queries.held_by(session, referral, successor.id):
        return False
    hand_over(session, referral, takeover, successor, now=now)
    return True


def successor_of(session: Session, referral: Referral, today: date) -> Organisation | None:
    """Who has a referral after its ministry; None where neither law nor routing names one."""
    holder = organisation_queries.by_id(session, referral.organisation_id)
    only = organisation_queries.current_successor(session, holder.code, today)
    if only is not None:
        return only
    topic = suggestion_queries.by_id(session, referral.suggestion_id).topic
    route = organisation_queries.route_for(session, topic, today) if topic else None
    heirs = {
        each.code: each for each in organisation_queries.successors(session, holder.code, today)
    }
    if route is None:
        return None
    code = routing.among(route, heirs, leads=referral.role is Role.LEAD)
    return heirs[code] if code is not None else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Standstill:
    """Why a referral stays with a ministry that is no more: a coordinator says who has it.

    `successor` is who would have it, and `other` the referral by which that has the suggestion already. Without
    them nobody is named: `heirs` are all that took over from its ministry, none of one that was abolished.
    """

    heirs: Sequence[Organisation]
    successor: Organisation | None
    other: Referral | None


def standstill(session: Session, referral: Referral, today: date) -> Standstill:
    """What a coordinator has to know who assigns a referral that did not pass on by itself."""
    holder = organisation_queries.by_id(session, referral.organisation_id)
    successor = successor_of(session, referral, today)
    return Standstill(
        heirs=organisation_queries.successors(session, holder.code, today),
        successor=successor,
        other=succession_queries.held_by(session, referral, successor.id) if successor else None,
    )


def begun(session: Session, referral: Referral, *, now: datetime) -> Takeover:
    """The takeover of a locked referral from the ministry that it has: the one of before, or a new one."""
    found = succession_queries.takeover(session, referral)
    if found is not None:
        return found
    holder = organisation_queries.by_id(session, referral.organisation_id)
    assert holder.valid_to is not None, "it is no more"
    found = Takeover(
        referral_id=referral.id,
        predecessor_id=holder.id,
        effective_on=holder.valid_to + timedelta(days=1),
        found_at=now,
    )
    session.add(found)
    session.flush()
    return found


def hand_over(
    session: Session,
    referral: Referral,
    takeover: Takeover,
    successor: Organisation,
    *,
    now: datetime,
    decided_by: str | None = None,
    reason: str | None = None,
) -> None:
    """Give a locked referral to the successor; by a coordinator's word where he is named."""
    if take_back(session, referral, now) and referral.status in CHASED:
        referral.next_action_on = seoul_date(now)
    takeover.successor_id, takeover.taken_over_at = successor.id, now
    takeover.decided_by, takeover.reason = decided_by, reason
    referral.organisation_id = successor.id
    session.flush()
    ledger.record(
        session,
        "referral.taken_over",
        subject=("referral", referral.id),
        now=now,
        actor=Actor.COORDINATOR if decided_by else Actor.SYSTEM,
        takeover_id=takeover.id,
        predecessor_id=takeover.predecessor_id,
        successor_id=successor.id,
    )


def withdraw(
    session: Session,
    referral: Referral,
    *,
    now: datetime,
    instead: Referral | None = None,
    approval_id: int | None = None,
) -> None:
    """Take back a locked referral; `instead` is the one by which a ministry has the suggestion.

    That one leads from now on, if this one did.

    Raises:
        InvalidTransition: it is not open.
    """
    take_back(session, referral, now)
    moved = queries.move(
        session,
        referral,
        Event.WITHDRAWN,
        next_action_on=None,
        paused_at=None,
        asks_since=None,
    )
    assert moved, "the referral is locked"
    ledger.record(
        session,
        "referral.withdrawn",
        subject=("referral", referral.id),
        now=now,
        actor=Actor.COORDINATOR,
        instead_id=instead.id if instead else None,
        approval_id=approval_id,
    )
    if instead is None or referral.role is not Role.LEAD or instead.role is Role.LEAD:
        return
    instead.role = Role.LEAD
    session.flush()
    ledger.record(
        session,
        "referral.given_lead",
        subject=("referral", instead.id),
        now=now,
        actor=Actor.COORDINATOR,
        instead_of_id=referral.id,
        approval_id=approval_id,
    )


def cut_access(db: Database, *, now: datetime) -> Sequence[int]:
    """Leave ministries that are no more the links and sessions of what is undecided, and no others.

    The ids of the ministries that lost any. What has passed on is out of their reach already.
    """
    cut: list[int] = []
    with db.reading() as session:
        ended = access_queries.with_access(
            session, succession_queries.not_in_force(session, seoul_date(now)), now
        )
    for organisation_id in ended:
        with db.transaction() as session:
            keep = succession_queries.unfinished_documents(session, organisation_id)
            if ending.cut(session, organisation_id, keep=keep, now=now):
                cut.append(organisation_id)
    return cut

"""Wrap a forum up: referrals by ministry, and one drafted outcome document for each.

Data: selected suggestions ─► routes ─► referrals (drafted) ─► documents (drafted), all in one
transaction. What has no route stays selected and unreferred, is named in the result, and is taken up
by the next round once a coordinator has routed it: nothing is dropped.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.clock import seoul_date
from gongmun.db import Database
from gongmun.documents import Role, drafting
from gongmun.documents.models import DocumentKind
from gongmun.errors import GongmunError
from gongmun.forums import queries
from gongmun.forums.letters import outcome_context
from gongmun.forums.models import Forum, Outcome, OutcomeStatus
from gongmun.forums.routing import responsible, route_of
from gongmun.organisations import Route
from gongmun.referrals.life import Status
from gongmun.referrals.models import Referral
from gongmun.suggestions import queries as suggestion_queries
from gongmun.suggestions.models import Suggestion

_UNDECIDED_OR_UNISSUED = (OutcomeStatus.DRAFTED, OutcomeStatus.APPROVED)


class ForumNotEnded(GongmunError):
    """A wrap-up before the forum's end."""

    code = "forum.not_ended"
    ko = "포럼 '{code}'은(는) 아직 끝나지 않아 결과를 정리하지 않습니다(종료: {ends_at})."
    en = "The forum '{code}' has not ended ({ends_at}); it is wrapped up after its end."


@dataclass(frozen=True, kw_only=True, slots=True)
class WrapUp:
    """What a wrap-up found. `outcome_id` is None where no suggestion could be referred."""

    forum_id: int
    outcome_id: int | None
    unrouted: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Routed:
    suggestion: Suggestion
    route: Route


def wrap_up(db: Database, forum_id: int, *, key: str, now: datetime) -> WrapUp:
    """Draft the outcome of an ended forum, or return the one that is open already, untouched.

    `key` names the wrap-up: called again with the same one, it finds the outcome it drafted before,
    whatever became of it.

    Raises:
        NotFound: no such forum.
        ForumNotEnded: its end is later than `now`, or not set.
    """
    with db.transaction() as session:
        forum = queries.forum(session, forum_id)
        if forum.ends_at is None or forum.ends_at > now:
            ends_at = forum.ends_at.isoformat() if forum.ends_at else "-"
            raise ForumNotEnded(code=forum.code, ends_at=ends_at)
        forum.wrapped_up_at = forum.wrapped_up_at or now
        routed, unrouted = _routed(session, forum_id, now)
        latest = queries.latest_outcome(session, forum_id)
        outcome = queries.outcome_by_key(session, key)
        # A coordinator decides on what was shown: an open outcome is not changed by a second run.
        if outcome is None and latest is not None and latest.status in _UNDECIDED_OR_UNISSUED:
            outcome = latest
        if outcome is None and routed:
            outcome = _draft(session, forum, (latest.round if latest else 0) + 1, key, routed, now)
        return WrapUp(
            forum_id=forum_id,
            outcome_id=outcome.id if outcome else None,
            unrouted=tuple(s.id for s in unrouted),
        )


def redraft_open(db: Database, suggestion_id: int, *, now: datetime) -> bool:
    """Add a suggestion that was routed or selected late to its forum's outcome, with all like it.

    Only an outcome that still waits for its approval takes them, and True says so; else they are
    left to the next wrap-up.
    """
    with db.transaction() as session:
        suggestion = suggestion_queries.by_id(session, suggestion_id)
        outcome = queries.latest_outcome(session, suggestion.forum_id)
        if outcome is None or outcome.status is not OutcomeStatus.DRAFTED:
            return False
        forum = queries.forum(session, suggestion.forum_id)
        routed, _ = _routed(session, forum.id, now)
        if routed:
            _refer(session, outcome, routed, now)
            draft_documents(session, forum, outcome, now)
            ledger.record(
                session,
                "outcome.redrafted",
                subject=("outcome", outcome.id),
                now=now,
                added=len(routed),
            )
        return bool(routed)


def _routed(
    session: Session, forum_id: int, now: datetime
) -> tuple[Sequence[_Routed], Sequence[Suggestion]]:
    routed: list[_Routed] = []
    unrouted: list[Suggestion] = []
    for suggestion in queries.unreferred(session, forum_id):
        route = route_of(session, suggestion, seoul_date(now))
        if route is None:
            unrouted.append(suggestion)
        else:
            routed.append(_Routed(suggestion=suggestion, route=route))
    return routed, unrouted


def _draft(
    session: Session,
    forum: Forum,
    round_: int,
    key: str,
    routed: Sequence[_Routed],
    now: datetime,
) -> Outcome:
    outcome = Outcome(
        forum_id=forum.id, round=round_, key=key, status=OutcomeStatus.DRAFTED, drafted_at=now
    )
    session.add(outcome)
    session.flush()
    _refer(session, outcome, routed, now)
    documents = draft_documents(session, forum, outcome, now)
    ledger.record(
        session,
        "outcome.drafted",
        subject=("outcome", outcome.id),
        now=now,
        forum_id=forum.id,
        round=round_,
        suggestions=len(routed),
        documents=len(documents),
    )
    return outcome


def _refer(session: Session, outcome: Outcome, routed: Sequence[_Routed], now: datetime) -> None:
    answer_rule = queries.forum(session, outcome.forum_id).answer_rule
    referrals = [
        Referral(
            outcome_id=outcome.id,
            suggestion_id=item.suggestion.id,
            organisation_id=responsible(session, code, now).id,
            role=role,
            status=Status.DRAFTED,
            answer_rule=answer_rule,
        )
        for item in routed
        for code, role in _roles(item.route).items()
    ]
    session.add_all(referrals)
    session.flush()
    for referral in referrals:
        ledger.record(
            session,
            "referral.drafted",
            subject=("referral", referral.id),
            now=now,
            outcome_id=outcome.id,
            suggestion_id=referral.suggestion_id,
            role=referral.role.value,
        )


def _roles(route: Route) -> Mapping[str, Role]:
    return dict.fromkeys(route.cooperating, Role.COOPERATING) | {route.lead: Role.LEAD}


def draft_documents(
    session: Session, forum: Forum, outcome: Outcome, now: datetime
) -> Mapping[str, int]:
    """Draft the document of each ministry, or bring it up to date; document ids by its code."""
    documents: dict[str, int] = {}
    for ministry, referrals in queries.referrals_by_ministry(session, outcome.id):
        document = drafting.draft(
            session,
            kind=DocumentKind.OUTCOME,
            key=f"outcome:{outcome.id}:{ministry.code}",
            recipient_code=ministry.code,
            context=outcome_context(session, forum, ministry, referrals, now=now),
            now=now,
        )
        for referral in referrals:
            referral.document_id = document.id
        documents[ministry.code] = document.id
    return documents

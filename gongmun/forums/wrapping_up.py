"""Wrap a forum up: referrals by ministry, and one drafted outcome document for each.

Data: selected suggestions ─► routes ─► referrals (drafted) ─► documents (drafted), all in one
transaction. What has no route stays selected and unreferred, is named in the result, and is taken up
by the next round once a coordinator has routed it: nothing is dropped.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.clock import SEOUL, seoul_date
from gongmun.db import Database
from gongmun.documents import Role, drafting
from gongmun.documents.letter import ROW_LIMIT
from gongmun.documents.models import DocumentKind
from gongmun.errors import GongmunError
from gongmun.forums import queries
from gongmun.forums.letters import outcome_context
from gongmun.forums.life import Status as OutcomeStatus
from gongmun.forums.models import Forum, Outcome
from gongmun.forums.routing import responsible, routes_of
from gongmun.referrals.life import Status
from gongmun.referrals.models import Referral
from gongmun.suggestions.models import Suggestion

_UNDECIDED_OR_UNISSUED = (OutcomeStatus.DRAFTED, OutcomeStatus.APPROVED)


class ForumNotEnded(GongmunError):
    """A wrap-up before the forum's end."""

    code = "forum.not_ended"
    ko = "포럼 {code}은(는) 아직 끝나지 않아 결과를 정리하지 않습니다(종료: {ends_at})."
    en = "The forum '{code}' has not ended ({ends_at}); it is wrapped up after its end."


@dataclass(frozen=True, kw_only=True, slots=True)
class WrapUp:
    """What a wrap-up found. `outcome_id` is None where no suggestion could be referred."""

    forum_id: int
    outcome_id: int | None
    unrouted: tuple[int, ...]


# Who is to have what: the role of an organisation in a suggestion, by their ids.
Referred = Mapping[tuple[int, int], Role]


def wrap_up(db: Database, forum_id: int, *, key: str, now: datetime) -> WrapUp:
    """Draft the outcome of an ended forum, or return the one that is open already, untouched.

    `key` names the wrap-up: called again with the same one, it finds the outcome it drafted before,
    whatever became of it.

    Raises:
        NotFound: no such forum.
        ForumNotEnded: its end is later than `now`, or not set.
    """
    with db.transaction() as session:
        # Locked: of two runs at once the second finds what the first has drafted.
        forum = queries.forum(session, forum_id, lock=True)
        require_ended(forum, now)
        forum.wrapped_up_at = forum.wrapped_up_at or now
        referred, unrouted = routes(session, queries.unreferred(session, forum_id), now)
        latest = queries.latest_outcome(session, forum_id)
        outcome = queries.outcome_by_key(session, key)
        # A coordinator decides on what was shown: an open outcome is not changed by a second run.
        if outcome is None and latest is not None and latest.status in _UNDECIDED_OR_UNISSUED:
            outcome = latest
        if outcome is None and referred:
            round_ = (latest.round if latest else 0) + 1
            outcome = _draft(session, forum, round_, key, referred, now)
        return WrapUp(
            forum_id=forum_id,
            outcome_id=outcome.id if outcome else None,
            unrouted=tuple(s.id for s in unrouted),
        )


def require_ended(forum: Forum, now: datetime) -> None:
    """Raise ForumNotEnded while the forum runs, or where it has no end."""
    if forum.ends_at is None or forum.ends_at > now:
        ends_at = f"{forum.ends_at.astimezone(SEOUL):%Y-%m-%d %H:%M}" if forum.ends_at else "-"
        raise ForumNotEnded(code=forum.code, ends_at=ends_at)


def routes(
    session: Session, suggestions: Sequence[Suggestion], now: datetime
) -> tuple[Referred, Sequence[Suggestion]]:
    """Who is to have each suggestion, and those for which a coordinator has to say."""
    referred: dict[tuple[int, int], Role] = {}
    unrouted: list[Suggestion] = []
    found = routes_of(session, suggestions, seoul_date(now))
    ministry = cache(partial(responsible, session, now=now))
    for suggestion in suggestions:
        route = found[suggestion.id]
        if route is None:
            unrouted.append(suggestion)
            continue
        for code in (*route.cooperating, route.lead):
            role = Role.LEAD if code == route.lead else Role.COOPERATING
            referred[suggestion.id, ministry(code).id] = role
    return referred, unrouted


def _draft(
    session: Session, forum: Forum, round_: int, key: str, referred: Referred, now: datetime
) -> Outcome:
    outcome = Outcome(
        forum_id=forum.id, round=round_, key=key, status=OutcomeStatus.DRAFTED, drafted_at=now
    )
    session.add(outcome)
    session.flush()
    refer(session, forum, outcome, referred, now)
    documents = draft_documents(session, forum, outcome, now)
    ledger.record(
        session,
        "outcome.drafted",
        subject=("outcome", outcome.id),
        now=now,
        forum_id=forum.id,
        round=round_,
        referrals=len(referred),
        documents=len(documents),
    )
    return outcome


def refer(
    session: Session, forum: Forum, outcome: Outcome, referred: Referred, now: datetime
) -> None:
    """Add drafted referrals to an outcome."""
    referrals = [
        Referral(
            outcome_id=outcome.id,
            suggestion_id=suggestion_id,
            organisation_id=organisation_id,
            role=role,
            status=Status.DRAFTED,
            answer_rule=forum.answer_rule,
        )
        for (suggestion_id, organisation_id), role in referred.items()
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


def draft_documents(
    session: Session, forum: Forum, outcome: Outcome, now: datetime
) -> Sequence[int]:
    """Draft the document of each ministry, or bring it up to date; the ids of the documents.

    A ministry with more suggestions than a document may hold gets several.
    """
    documents: list[int] = []
    for ministry, all_referrals in queries.referrals_by_ministry(session, outcome.id):
        for start in range(0, len(all_referrals), ROW_LIMIT):
            referrals = all_referrals[start : start + ROW_LIMIT]
            # A ministry that was taken out of a draft and comes back gets another document.
            first = min(referral.id for referral in referrals)
            document = drafting.draft(
                session,
                kind=DocumentKind.OUTCOME,
                key=f"outcome:{outcome.id}:{ministry.code}:{first}",
                recipient_code=ministry.code,
                context=outcome_context(session, forum, ministry, referrals, now=now),
                now=now,
            )
            for referral in referrals:
                referral.document_id = document.id
            documents.append(document.id)
    return documents

"""Bring an outcome that waits for its approval up to date with what a coordinator changed.

Routing, selecting and deselecting change who is to have what; the draft follows, so that the
coordinator approves what will be sent. A decided outcome is left as it is.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.db import Database
from gongmun.documents import drafting
from gongmun.forums import queries
from gongmun.forums.life import Status as OutcomeStatus
from gongmun.forums.models import Outcome
from gongmun.forums.wrapping_up import Referred, draft_documents, refer, routes
from gongmun.referrals import queries as referral_queries
from gongmun.referrals.life import Event
from gongmun.suggestions import queries as suggestion_queries


def redraft(db: Database, suggestion_id: int, *, now: datetime) -> bool:
    """Redraft the outcome that the forum of this suggestion has open, if there is one.

    True where one took the change; else it is left to the next wrap-up.

    Raises:
        NotFound: no such suggestion.
    """
    with db.transaction() as session:
        forum_id = suggestion_queries.by_id(session, suggestion_id).forum_id
        forum = queries.forum(session, forum_id, lock=True)
        outcome = queries.latest_outcome(session, forum_id, lock=True)
        if outcome is None or outcome.status is not OutcomeStatus.DRAFTED:
            return False
        wanted = _wanted(session, outcome, now)
        referrals = referral_queries.of_outcome(session, outcome.id)
        kept = {
            (r.suggestion_id, r.organisation_id)
            for r in referrals
            if wanted.get((r.suggestion_id, r.organisation_id)) is r.role
        }
        added = {key: role for key, role in wanted.items() if key not in kept}
        stale = [r for r in referrals if (r.suggestion_id, r.organisation_id) not in kept]
        for referral in stale:
            referral_queries.move(session, referral, Event.WITHDRAWN)
            ledger.record(session, "referral.withdrawn", subject=("referral", referral.id), now=now)
        if added or stale:
            outcome.revision += 1
            refer(session, forum, outcome, added, now)
            current = draft_documents(session, forum, outcome, now)
            for document in queries.documents_of(session, outcome.id):
                if document.id not in current:
                    drafting.discard(session, document, now)
            ledger.record(
                session,
                "outcome.redrafted",
                subject=("outcome", outcome.id),
                now=now,
                added=len(added),
                withdrawn=len(stale),
            )
        return True


def _wanted(session: Session, outcome: Outcome, now: datetime) -> Referred:
    """Who is to have what, of the outcome's suggestions that are still selected and of new ones."""
    ids = {r.suggestion_id for r in referral_queries.of_outcome(session, outcome.id)}
    drafted = (suggestion_queries.by_id(session, suggestion_id) for suggestion_id in sorted(ids))
    suggestions = [
        *(suggestion for suggestion in drafted if suggestion.selected),
        *queries.unreferred(session, outcome.forum_id),
    ]
    referred, _ = routes(session, suggestions, now)
    return referred

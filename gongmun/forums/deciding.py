"""Decide on an outcome (결재): approve it or send it back. Nothing is numbered or sent before."""

from datetime import datetime

from gongmun import ledger
from gongmun.db import Database
from gongmun.documents import Decision, drafting, record_decision
from gongmun.errors import GongmunError
from gongmun.forums import queries
from gongmun.forums.life import Event as OutcomeEvent
from gongmun.forums.life import Status as OutcomeStatus
from gongmun.forums.models import Outcome
from gongmun.forums.wrapping_up import draft_documents
from gongmun.ledger import Actor
from gongmun.referrals import queries as referral_queries
from gongmun.referrals.life import Event


class OutcomeDecided(GongmunError):
    """A second decision on the same outcome."""

    code = "outcome.decided"
    ko = "결과 {outcome_id}번은 이미 처리되었습니다(상태: {status}). 처음 결정이 유지됩니다."
    en = "Outcome {outcome_id} is decided already (status: {status}); the first decision stands."


class OutcomeChanged(GongmunError):
    """A decision on a draft that has been redrafted since it was shown."""

    code = "outcome.changed"
    ko = "결과 {outcome_id}번의 초안이 그사이 바뀌었습니다. 바뀐 내용을 확인하고 다시 결재해 주십시오."
    en = "Outcome {outcome_id} was redrafted meanwhile. Look at it again, then decide."


class OutcomeEmpty(GongmunError):
    """An approval of an outcome from which every suggestion was taken out."""

    code = "outcome.empty"
    ko = "결과 {outcome_id}번에는 이송할 제안이 남아 있지 않습니다. 제안을 선정하거나 반려해 주십시오."
    en = "Nothing is left to refer in outcome {outcome_id}. Select a suggestion, or return it."


def decide_outcome(
    db: Database,
    outcome_id: int,
    *,
    decision: Decision | str,
    name: str,
    reason: str,
    now: datetime,
    revision: int | None = None,
) -> Outcome:
    """Record the decision of a named coordinator on a drafted outcome.

    Approved: its documents and referrals are approved, and may be issued. Returned: its documents
    are discarded and its referrals withdrawn; the suggestions wait for the next wrap-up.
    `revision` is that of the draft which the coordinator was shown; None where it was just read.

    Raises:
        OutcomeChanged: it was redrafted since.
        OutcomeEmpty: approved, but nothing is left in it.
        NotFound: no such outcome.
        OutcomeDecided: it was decided before.
        DecisionIncomplete, DecisionUnknown: the form is not filled in; nothing is recorded.
    """
    with db.transaction() as session:
        outcome = queries.outcome(session, outcome_id, lock=True)
        approval = record_decision(session, decision=decision, name=name, reason=reason, now=now)
        approved = approval.decision is Decision.APPROVE
        if outcome.status is not OutcomeStatus.DRAFTED:
            raise OutcomeDecided(outcome_id=outcome_id, status=outcome.status.value)
        if revision not in (None, outcome.revision):
            raise OutcomeChanged(outcome_id=outcome_id)
        if approved and not referral_queries.of_outcome(session, outcome_id):
            raise OutcomeEmpty(outcome_id=outcome_id)
        event = OutcomeEvent.APPROVED if approved else OutcomeEvent.RETURNED
        if not queries.move(session, outcome, event, decided_at=now, approval_id=approval.id):
            raise OutcomeDecided(outcome_id=outcome_id, status=outcome.status.value)
        if approved:
            # The dates a document promises are counted from the decision, not from the draft.
            draft_documents(session, queries.forum(session, outcome.forum_id), outcome, now)
        for document in queries.documents_of(session, outcome_id):
            if approved:
                drafting.approve(session, document, approval, now)
            else:
                drafting.discard(session, document, now)
        for referral in referral_queries.of_outcome(session, outcome_id):
            fate = Event.APPROVED if approved else Event.WITHDRAWN
            referral_queries.move(session, referral, fate)
            ledger.record(
                session,
                f"referral.{fate.value}",
                subject=("referral", referral.id),
                now=now,
                actor=Actor.COORDINATOR,
                approval_id=approval.id,
            )
        ledger.record(
            session,
            f"outcome.{outcome.status.value}",
            subject=("outcome", outcome.id),
            now=now,
            actor=Actor.COORDINATOR,
            approval_id=approval.id,
        )
    return outcome

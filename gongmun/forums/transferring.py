"""Decide on a transfer (이관): the referral goes on with another ministry, or stays.

Nothing is overwritten: the old referral ends as transferred and keeps its dates, and a new one names it.
How long each ministry held the suggestion is told by the ledger and by the dates of both.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.answers import request_queries
from gongmun.answers.models import RequestStatus, Transfer
from gongmun.answers.requesting import required_target
from gongmun.answers.telling import tell
from gongmun.answers.undecided import to_decide
from gongmun.calendar import calendar
from gongmun.clock import seoul_date
from gongmun.db import Database
from gongmun.documents import Approval, Decision, DocumentKind, drafting, record_decision
from gongmun.documents import queries as document_queries
from gongmun.forums import queries
from gongmun.forums.letters import outcome_context
from gongmun.ledger import Actor
from gongmun.organisations import Organisation
from gongmun.organisations import queries as organisation_queries
from gongmun.referrals import queries as referral_queries
from gongmun.referrals.life import Event, Status
from gongmun.referrals.models import Referral
from gongmun.referrals.pausing import release

TRANSFER_INTENT = "transfer"


def decide_transfer(
    db: Database,
    transfer_id: int,
    *,
    decision: Decision | str,
    name: str,
    reason: str,
    now: datetime,
    to_code: str | None = None,
) -> Referral | None:
    """Record a coordinator's decision: approve grants, return refuses; the new referral if granted.

    Granted: the referral goes to `to_code`, else to the organisation that was asked for. Its outcome
    document is approved by this decision, and issued and mailed by the ordinary sweep; its clocks start
    with the dispatch. Refused: the ladder goes on. The ministry that asked is told either way.

    Raises:
        NotFound: no such request.
        RequestDecided: it is decided, or the ministry has answered meanwhile.
        DecisionIncomplete, DecisionUnknown: the form is not filled in.
        TransferTargetUnknown, TransferToItself, TransferTargetHasIt: it cannot go there.
    """
    with db.transaction() as session:
        transfer = request_queries.transfer(session, transfer_id)
        outcome_id = referral_queries.by_id(session, transfer.referral_id).outcome_id
        # One decision of an outcome at a time: two referrals of a suggestion must not go to one ministry.
        queries.outcome(session, outcome_id, lock=True)
        old = to_decide(session, transfer)
        approval = record_decision(session, decision=decision, name=name, reason=reason, now=now)
        transfer.decided_at, transfer.approval_id = now, approval.id
        asked = organisation_queries.by_id(session, transfer.to_organisation_id)
        if approval.decision is not Decision.APPROVE:
            transfer.status = RequestStatus.REFUSED
            release(session, old, now=now)
            _record(session, transfer, old, approval, now)
            _tell(session, transfer, old, asked, approval, now)
            return None
        # Who was asked for may have been renamed meanwhile.
        heir = organisation_queries.current_successor(session, asked.code, seoul_date(now))
        target = required_target(session, old, to_code or (heir or asked).code, now)
        transfer.status = RequestStatus.GRANTED
        new = _hand_on(session, old, target, approval, now)
        transfer.new_referral_id = new.id
        _record(session, transfer, old, approval, now, new=new)
        _tell(session, transfer, old, target, approval, now)
        return new


def _hand_on(
    session: Session, old: Referral, target: Organisation, approval: Approval, now: datetime
) -> Referral:
    """End the old referral and begin the new one, with its approved outcome document."""
    moved = referral_queries.move(
        session, old, Event.TRANSFERRED, next_action_on=None, asks_since=None
    )
    assert moved, "the referral is locked"
    new = Referral(
        outcome_id=old.outcome_id,
        suggestion_id=old.suggestion_id,
        organisation_id=target.id,
        role=old.role,
        status=Status.APPROVED,
        answer_rule=old.answer_rule,
        transferred_from_id=old.id,
    )
    session.add(new)
    session.flush()
    forum = queries.forum(session, queries.outcome(session, old.outcome_id).forum_id)
    context = outcome_context(session, forum, target, [new], now=now)
    assert old.document_id is not None
    before = document_queries.by_id(session, old.document_id)
    # The document that the other ministry had is cited, so that the case can be followed on paper too.
    letter = replace(context.letter, references=(*context.letter.references, before.reference))
    document = drafting.draft(
        session,
        kind=DocumentKind.OUTCOME,
        key=f"outcome:{old.outcome_id}:{target.code}:{new.id}",
        recipient_code=target.code,
        context=replace(context, letter=letter),
        now=now,
    )
    drafting.approve(session, document, approval, now)
    new.document_id = document.id
    ledger.record(
        session,
        "referral.approved",
        subject=("referral", new.id),
        now=now,
        actor=Actor.COORDINATOR,
        approval_id=approval.id,
        transferred_from_id=old.id,
    )
    return new


def _record(
    session: Session,
    transfer: Transfer,
    old: Referral,
    approval: Approval,
    now: datetime,
    *,
    new: Referral | None = None,
) -> None:
    assert old.dispatched_at is not None
    held = calendar().count(seoul_date(old.dispatched_at), seoul_date(now))
    ledger.record(
        session,
        "referral.transferred" if new else "referral.transfer_refused",
        subject=("referral", old.id),
        now=now,
        actor=Actor.COORDINATOR,
        transfer_id=transfer.id,
        approval_id=approval.id,
        held_working_days=held,
        new_referral_id=new.id if new else None,
        to_organisation_id=new.organisation_id if new else None,
    )


def _tell(
    session: Session,
    transfer: Transfer,
    old: Referral,
    target: Organisation,
    approval: Approval,
    now: datetime,
) -> None:
    granted = transfer.status is RequestStatus.GRANTED
    tell(
        session,
        old,
        intent=TRANSFER_INTENT,
        key=f"transfer:{transfer.id}",
        context={
            "granted": granted,
            "target": target,
            "reason": approval.reason,
            "answer_due": old.clocks.answer_due,
        },
        now=now,
        # What is no longer theirs needs no link; that of the document's mail shows the rest of it.
        link=not granted,
    )

"""Assign (소관 지정) what a reorganisation left open: a coordinator says which ministry has it now.

For a ministry that was split or ended where no route tells, and where the successor has the suggestion
already: one ministry has one referral of a suggestion, so one of the two is withdrawn.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.answers.undecided import lapse
from gongmun.clock import seoul_date
from gongmun.db import Database
from gongmun.documents import Approval, Decision, drafting, record_decision
from gongmun.documents import queries as document_queries
from gongmun.documents.life import UNNUMBERED
from gongmun.errors import GongmunError
from gongmun.forums import queries
from gongmun.forums.letters import outcome_context
from gongmun.forums.routing import responsible
from gongmun.forums.succeeding import address, readdress
from gongmun.ledger import Actor
from gongmun.organisations import queries as organisation_queries
from gongmun.referrals import queries as referral_queries
from gongmun.referrals import succession_queries
from gongmun.referrals.life import GONE, Status
from gongmun.referrals.models import Referral
from gongmun.referrals.succeeding import begun, cut_access, hand_over, withdraw
from gongmun.referrals.telling_successors import tell_successors


class NothingToAssign(GongmunError):
    """An assignment of a referral whose ministry is still there, or that has none any more."""

    code = "succession.nothing_to_assign"
    ko = "이송 {referral_id}번은 승계할 기관을 지정할 건이 아닙니다. 소관 기관이 그대로 있으면 이관(gongmun transfer request)으로 처리해 주십시오."
    en = "Referral {referral_id} has no ministry that ended. To hand it on to another one, use `gongmun transfer request`."


class SuccessorHasIt(GongmunError):
    """The ministry has the suggestion by another referral, and it was not said which one goes."""

    code = "succession.has_it"
    ko = "{name_ko}은(는) 같은 제안을 이송 {other_id}번으로 이미 받았습니다. 이송 {referral_id}번과 {other_id}번 가운데 철회할 번호를 --withdraw로 지정해 주십시오."
    en = "The {name_en} has this suggestion as referral {other_id}. Say with --withdraw which of {referral_id} and {other_id} is withdrawn."


def assign(
    db: Database,
    referral_id: int,
    *,
    to_code: str,
    name: str,
    reason: str,
    now: datetime,
    withdrawn_id: int | None = None,
) -> Referral:
    """Give a referral of a ministry that is no more to the organisation `to_code`; the one that goes on.

    Where that has the suggestion already, `withdrawn_id` names the one of the two that is withdrawn. The
    other goes on with its own clock, and leads if either did.

    Raises:
        NotFound: no such referral, or no such organisation today.
        NothingToAssign: its ministry is in force, or it is a draft, withdrawn or transferred.
        SuccessorHasIt: see there.
        InvalidTransition: what is to be withdrawn was answered.
        DecisionIncomplete: name or reason is empty or too long.
    """
    # What the law or the routing tells is no question any more; what remains has no document without a number.
    readdress(db, now=now)
    with db.transaction() as session:
        kept = _assign(session, referral_id, to_code, name, reason, withdrawn_id, now)
    cut_access(db, now=now)
    tell_successors(db, now=now)
    return kept


def _assign(
    session: Session,
    referral_id: int,
    to_code: str,
    name: str,
    reason: str,
    withdrawn_id: int | None,
    now: datetime,
) -> Referral:
    queries.outcome(session, referral_queries.by_id(session, referral_id).outcome_id, lock=True)
    referral = referral_queries.locked(session, referral_id)
    holder = organisation_queries.by_id(session, referral.organisation_id)
    in_force = organisation_queries.organisation(session, holder.code, seoul_date(now))
    if referral.status in GONE | {Status.DRAFTED} or in_force is not None:
        raise NothingToAssign(referral_id=referral_id)
    target = responsible(session, to_code, now)
    other = succession_queries.held_by(session, referral, target.id)
    if other is not None and withdrawn_id not in (referral.id, other.id):
        raise SuccessorHasIt(
            referral_id=referral.id,
            other_id=other.id,
            name_ko=target.name_ko,
            name_en=target.name_en,
        )
    approval = record_decision(
        session, decision=Decision.APPROVE, name=name, reason=reason, now=now
    )
    ledger.record(
        session,
        "referral.assigned",
        subject=("referral", referral.id),
        now=now,
        actor=Actor.COORDINATOR,
        approval_id=approval.id,
        to_organisation_id=target.id,
        withdrawn_id=withdrawn_id if other is not None else None,
    )
    takeover = begun(session, referral, now=now)
    if other is not None and withdrawn_id == referral.id:
        takeover.successor_id, takeover.taken_over_at = target.id, now
        takeover.decided_by, takeover.reason = approval.name, approval.reason
        other = referral_queries.locked(session, other.id)
        role = other.role
        _withdraw(session, referral, instead=other, approval=approval, now=now)
        if other.role is role:
            takeover.told_at = now  # the successor knows all of the other one
        return other
    if other is not None:
        other = referral_queries.locked(session, other.id)
        _withdraw(session, other, instead=referral, approval=approval, now=now)
    hand_over(
        session,
        referral,
        takeover,
        target,
        now=now,
        decided_by=approval.name,
        reason=approval.reason,
    )
    if referral.document_id is None:
        address(session, [referral], target, approval, now=now)
    return referral


def _withdraw(
    session: Session,
    referral: Referral,
    *,
    instead: Referral,
    approval: Approval,
    now: datetime,
) -> None:
    """Withdraw one of two, and take it out of a document that has no number yet."""
    lapse(session, [referral.id], now=now)
    withdraw(session, referral, instead=instead, approval_id=approval.id, now=now)
    if referral.document_id is None:
        return
    document = document_queries.locked(session, referral.document_id)
    if document.status not in UNNUMBERED:
        return
    rest = [
        each
        for each in referral_queries.of_document(session, document.id)
        if each.status not in GONE
    ]
    if not rest:
        drafting.discard(session, document, now)
        return
    assert document.approved_at is not None
    forum = queries.forum(session, queries.outcome(session, referral.outcome_id).forum_id)
    ministry = organisation_queries.by_id(session, rest[0].organisation_id)
    context = outcome_context(session, forum, ministry, rest, now=document.approved_at)
    drafting.refresh(session, document, context, now)

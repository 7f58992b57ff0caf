"""Requests for a transfer (이관): a ministry returns a referral and names the one that is responsible.

The decision is made where outcome documents are written: forums/transferring.py.
"""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.answers import request_queries
from gongmun.answers.models import Channel, RequestStatus, Transfer
from gongmun.answers.undecided import REASON, REASON_LIMIT, filled, lapse
from gongmun.clock import seoul_date
from gongmun.db import Database
from gongmun.errors import GongmunError
from gongmun.ledger import Actor
from gongmun.organisations import Organisation
from gongmun.organisations import queries as organisation_queries
from gongmun.referrals.models import Referral
from gongmun.referrals.pausing import hold, note_receipt, required
from gongmun.text import clean_line


class TransferTargetUnknown(GongmunError):
    """A transfer to an organisation that does not exist today."""

    code = "transfer.target_unknown"
    ko = "현재 있는 기관의 코드가 아닙니다: {to_code}. 이관받을 기관을 목록에서 골라 주십시오."
    en = "'{to_code}' is not the code of an organisation that exists today. Choose one from the list."


class TransferToItself(GongmunError):
    """A transfer to the ministry that has the referral, under its present or an earlier name."""

    code = "transfer.to_itself"
    ko = "이송 {referral_id}번은 이미 그 기관의 소관입니다. 다른 기관을 지정하거나 회신해 주십시오."
    en = "Referral {referral_id} is with that organisation already. Name another one, or answer it."


class TransferTargetHasIt(GongmunError):
    """A transfer to an organisation that has the suggestion already."""

    code = "transfer.target_has_it"
    ko = "{name_ko}은(는) 같은 제안을 이미 이송받았습니다. 다른 기관을 지정하거나 그 기관과 협의하여 회신해 주십시오."
    en = "The {name_en} has this suggestion already. Name another organisation, or answer together with it."


def request_transfer(
    db: Database, referral_id: int, *, to_code: str, reason: str, channel: Channel, now: datetime
) -> Transfer:
    """Take a ministry's request to hand a referral on to the organisation `to_code`.

    The clock runs and the ladder is quiet until the decision. A ministry that returns a referral has its
    document: it counts as acknowledged.

    Raises:
        RequestIncomplete: no reason, or one that is too long.
        NotFound, NotWithMinistry: there is no such referral with a ministry (any more).
        WaitsForUs: a question or a request about it is open.
        TransferTargetUnknown, TransferToItself, TransferTargetHasIt: it cannot go there.
    """
    reason = filled(REASON, reason, REASON_LIMIT)
    with db.transaction() as session:
        referral = required(session, referral_id, idle=True)
        target = required_target(session, referral, to_code, now)
        lapse(session, [referral_id], now=now)
        note_receipt(session, referral, now=now)
        hold(session, referral, now=now)
        transfer = Transfer(
            referral_id=referral_id,
            to_organisation_id=target.id,
            reason=reason,
            channel=channel,
            requested_at=now,
            status=RequestStatus.REQUESTED,
        )
        session.add(transfer)
        session.flush()
        ledger.record(
            session,
            "referral.transfer_requested",
            subject=("referral", referral_id),
            now=now,
            actor=Actor.MINISTRY,
            transfer_id=transfer.id,
            to_organisation_id=target.id,
        )
    return transfer


def required_target(
    session: Session, referral: Referral, to_code: str, now: datetime
) -> Organisation:
    """The organisation of that code, if the referral may go there today.

    Raises:
        TransferTargetUnknown, TransferToItself, TransferTargetHasIt: it may not.
    """
    today = seoul_date(now)
    to_code = clean_line(to_code)
    target = organisation_queries.organisation(session, to_code, today)
    if target is None:
        raise TransferTargetUnknown(to_code=to_code[:40])
    if target.id in _own(session, referral, today):
        raise TransferToItself(referral_id=referral.id)
    if target.id in request_queries.holders(session, referral):
        raise TransferTargetHasIt(name_ko=target.name_ko, name_en=target.name_en)
    return target


def targets(session: Session, referral: Referral, now: datetime) -> Sequence[Organisation]:
    """The organisations that `required_target` lets a referral go to today, in order of their code."""
    today = seoul_date(now)
    kept = _own(session, referral, today) | request_queries.holders(session, referral)
    return [
        each for each in organisation_queries.organisations(session, today) if each.id not in kept
    ]


def _own(session: Session, referral: Referral, today: date) -> frozenset[int]:
    """The ministry that has the referral, and the one that it is called today."""
    holder = organisation_queries.by_id(session, referral.organisation_id)
    heir = organisation_queries.current_successor(session, holder.code, today)
    return frozenset({holder.id, heir.id} if heir else {holder.id})

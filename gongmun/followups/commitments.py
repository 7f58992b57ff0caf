"""Settle a commitment (이행과제): done, with evidence, or withdrawn, with the reason."""

from datetime import datetime

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.answers.files import files_of
from gongmun.answers.models import Commitment, CommitmentStatus
from gongmun.answers.names import COMMITMENTS
from gongmun.db import Database
from gongmun.errors import GongmunError, NotFound
from gongmun.followups import queries
from gongmun.ledger import Actor
from gongmun.referrals import queries as referral_queries
from gongmun.referrals.models import ResponseStatus
from gongmun.text import clean

ACCOUNT_LIMIT = 5_000


class AccountMissing(GongmunError):
    """A commitment cannot be settled without a word of what became of it."""

    code = "commitment.account_missing"
    ko = "이행 결과를 등록하지 않았습니다. {what_ko}"
    en = "Nothing was recorded. {what_en}"


class AccountTooLong(GongmunError):
    """More than is kept of how a commitment was settled."""

    code = "commitment.account_too_long"
    ko = "{limit:,}자 이내로 적고, 나머지는 파일로 첨부해 주십시오."
    en = "Keep it within {limit:,} characters, and attach the rest as a file."


class CommitmentSettled(GongmunError):
    """A commitment that is settled already."""

    code = "commitment.settled"
    ko = "이행과제 {commitment_id}번은 이미 처리되었습니다({status_ko}). 고칠 것이 있으면 담당 부서에 알려 주십시오."
    en = "Commitment {commitment_id} is settled already ({status_en}). Tell the division if that is wrong."


def settle(
    db: Database,
    commitment_id: int,
    *,
    organisation_id: int | None,
    status: CommitmentStatus,
    account: str,
    now: datetime,
) -> None:
    """Settle an open commitment of a published response; nobody is reminded of it any more.

    `organisation_id` is the ministry's, None for a coordinator. Done needs an `account` of what was done
    or a file (added before, with this commitment); withdrawn needs the reason.

    Raises:
        NotFound: no such commitment, or it is another ministry's, or its response is not published.
        AccountMissing, AccountTooLong: see above.
        CommitmentSettled: it was settled before.
    """
    assert status is not CommitmentStatus.OPEN
    account = clean(account)
    if len(account) > ACCOUNT_LIMIT:
        raise AccountTooLong(limit=ACCOUNT_LIMIT)
    with db.transaction() as session:
        found = visible(session, commitment_id, organisation_id=organisation_id)
        if status is CommitmentStatus.WITHDRAWN and not account:
            raise AccountMissing(
                what_ko="철회하는 사유를 적어 주십시오.",
                what_en="Give the reason for withdrawing it.",
            )
        if not account and not files_of(session, found.referral_id, commitment_id=commitment_id):
            raise AccountMissing(
                what_ko="이행한 내용을 적거나 증빙 파일을 첨부해 주십시오.",
                what_en="Say what was done, or attach a file that shows it.",
            )
        settled = queries.settle(
            session, commitment_id, status=status, account=account or None, settled_at=now
        )
        if not settled:
            session.refresh(found)
            raise _settled(found)
        ledger.record(
            session,
            f"commitment.{status.value}",
            subject=("commitment", commitment_id),
            now=now,
            actor=Actor.COORDINATOR if organisation_id is None else Actor.MINISTRY,
            referral_id=found.referral_id,
        )


def visible(session: Session, commitment_id: int, *, organisation_id: int | None) -> Commitment:
    """A commitment of a published response, to its ministry or (None) to a coordinator.

    Raises:
        NotFound: there is none, and another ministry's is none either.
    """
    found = queries.commitment(session, commitment_id)
    referral = referral_queries.by_id(session, found.referral_id)
    response = queries.response(session, found.response_id)
    foreign = organisation_id is not None and referral.organisation_id != organisation_id
    if foreign or response is None or response.status is not ResponseStatus.PUBLISHED:
        raise NotFound(thing_ko=f"이행과제 {commitment_id}", thing_en=f"commitment {commitment_id}")
    return found


def required(session: Session, commitment_id: int, *, organisation_id: int | None) -> Commitment:
    """As `visible`, if it is still open.

    Raises:
        NotFound: see there.
        CommitmentSettled: it is settled already.
    """
    found = visible(session, commitment_id, organisation_id=organisation_id)
    if found.status is not CommitmentStatus.OPEN:
        raise _settled(found)
    return found


def _settled(found: Commitment) -> CommitmentSettled:
    name = COMMITMENTS[found.status]
    return CommitmentSettled(commitment_id=found.id, status_ko=name.ko, status_en=name.en)

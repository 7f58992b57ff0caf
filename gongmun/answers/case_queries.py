"""Every SELECT of what ministries asked and we answered, for the paper that tells a case to the parent body.

A name is never among it: neither who asked nor who answered.
"""

from collections.abc import Collection, Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from gongmun.answers.models import Extension, Question, RequestStatus, Transfer
from gongmun.db import some_of
from gongmun.documents import Approval
from gongmun.referrals.spoken import Spoken, reads

_DECIDED = {
    (Extension, RequestStatus.GRANTED): "referral.extension_granted",
    (Extension, RequestStatus.REFUSED): "referral.extension_refused",
    (Transfer, RequestStatus.GRANTED): "referral.transferred",
    (Transfer, RequestStatus.REFUSED): "referral.transfer_refused",
}


@reads
def questions_and_answers(session: Session, referral_ids: Collection[int]) -> Iterator[Spoken]:
    """What was asked, which stopped the clock, and the answer, which let it go on."""
    for some in some_of(referral_ids):
        for referral_id, text, asked_at, answer, answered_at in session.execute(
            select(
                Question.referral_id,
                Question.text,
                Question.asked_at,
                Question.answer,
                Question.answered_at,
            ).where(Question.referral_id.in_(some))
        ):
            yield Spoken(referral_id=referral_id, kind="referral.paused", at=asked_at, words=text)
            if answer is not None and answered_at is not None:
                yield Spoken(
                    referral_id=referral_id, kind="referral.resumed", at=answered_at, words=answer
                )


@reads
def requests_and_decisions(session: Session, referral_ids: Collection[int]) -> Iterator[Spoken]:
    """The reasons for more time or another ministry, and those of the decisions."""
    for of, asked in (
        (Extension, "referral.extension_requested"),
        (Transfer, "referral.transfer_requested"),
    ):
        for some in some_of(referral_ids):
            for referral_id, reason, requested_at, status, decided_at, why in session.execute(
                select(
                    of.referral_id,
                    of.reason,
                    of.requested_at,
                    of.status,
                    of.decided_at,
                    Approval.reason,
                )
                .outerjoin(Approval, Approval.id == of.approval_id)
                .where(of.referral_id.in_(some))
            ):
                yield Spoken(referral_id=referral_id, kind=asked, at=requested_at, words=reason)
                decided = _DECIDED.get((of, status))
                if decided is not None and decided_at is not None and why is not None:
                    yield Spoken(referral_id=referral_id, kind=decided, at=decided_at, words=why)

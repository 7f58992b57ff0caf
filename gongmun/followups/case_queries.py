"""Every SELECT of what proposers asked for, for the paper that tells a case to the parent body. Without their names."""

from collections.abc import Collection, Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from gongmun.db import some_of
from gongmun.followups.models import Reexamination
from gongmun.referrals.spoken import Spoken, reads


@reads
def reexaminations(session: Session, referral_ids: Collection[int]) -> Iterator[Spoken]:
    """Why an answer was to be examined again."""
    for some in some_of(referral_ids):
        for referral_id, reason, requested_at in session.execute(
            select(
                Reexamination.referral_id, Reexamination.reason, Reexamination.requested_at
            ).where(Reexamination.referral_id.in_(some))
        ):
            yield Spoken(
                referral_id=referral_id, kind="referral.reopened", at=requested_at, words=reason
            )

"""Every SELECT and UPDATE about changes of deadlines that ministries were not told yet."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import distinct, func, select, update
from sqlalchemy.orm import Session

from gongmun.db import rows_of, some_of
from gongmun.documents import Approval
from gongmun.referrals.chase_queries import MINISTRY
from gongmun.referrals.ladder import Clock
from gongmun.referrals.life import CHASED, Status
from gongmun.referrals.models import DeadlineChange, Referral
from gongmun.suggestions.models import Suggestion


@dataclass(frozen=True, kw_only=True, slots=True)
class Untold:
    """A change that its ministry was not told yet, and the referral as it stands now."""

    id: int
    clock: Clock
    old_due: date
    new_due: date
    reason_ko: str
    reason_en: str
    referral_id: int
    status: Status
    paused_at: datetime | None
    document_id: int
    reference: str
    title: str
    # Why the coordinator had it counted again, in his words; None where nobody gave a reason.
    note: str | None

    @property
    def concerns(self) -> bool:
        """Whether the ministry still goes by that day."""
        if self.clock is Clock.ACKNOWLEDGEMENT:
            return self.status is Status.DISPATCHED
        return self.status in CHASED and self.paused_at is None


def untold(session: Session) -> int:
    """How many referrals have a change of which nobody was told yet."""
    return (
        session.scalar(
            select(func.count(distinct(DeadlineChange.referral_id))).where(
                DeadlineChange.told_at.is_(None)
            )
        )
        or 0
    )


def ministries_untold(session: Session) -> Sequence[int]:
    """The ministries that were not told of a change yet."""
    return session.scalars(
        select(Referral.organisation_id)
        .join(DeadlineChange, DeadlineChange.referral_id == Referral.id)
        .where(DeadlineChange.told_at.is_(None))
        .distinct()
        .order_by(Referral.organisation_id)
    ).all()


def untold_changes(
    session: Session, organisation_ids: Collection[int]
) -> Mapping[int, Sequence[Untold]]:
    """What these ministries were not told yet, by the ministry, the oldest first, locked.

    What another process tells is left out.
    """
    found: dict[int, list[Untold]] = defaultdict(list)
    for organisation_id, *columns in rows_of(
        session,
        select(
            Referral.organisation_id,
            DeadlineChange.id,
            DeadlineChange.clock,
            DeadlineChange.old_due,
            DeadlineChange.new_due,
            DeadlineChange.reason_ko,
            DeadlineChange.reason_en,
            Referral.id,
            Referral.status,
            Referral.paused_at,
            Referral.document_id,
            Suggestion.reference,
            Suggestion.title,
            Approval.reason,
        )
        .join(Referral, Referral.id == DeadlineChange.referral_id)
        .join(Suggestion, Suggestion.id == Referral.suggestion_id)
        .outerjoin(Approval, Approval.id == DeadlineChange.approval_id)
        .where(DeadlineChange.told_at.is_(None), MINISTRY.in_(organisation_ids))
        .order_by(DeadlineChange.id)
        .with_for_update(of=DeadlineChange, skip_locked=True),
    ):
        found[organisation_id].append(Untold(**dict(zip(Untold.__slots__, columns, strict=True))))
    return found


def mark_told(session: Session, change_ids: Collection[int], now: datetime) -> None:
    """Nobody has to be told of these any more."""
    for some in some_of(change_ids):
        session.execute(
            update(DeadlineChange).where(DeadlineChange.id.in_(some)).values(told_at=now),
            execution_options={"synchronize_session": False},
        )

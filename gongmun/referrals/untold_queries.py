"""Every SELECT and UPDATE about changes of deadlines that ministries were not told yet."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import distinct, func, select, update
from sqlalchemy.orm import Session, load_only

from gongmun.documents import Document
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


def untold_changes(session: Session, organisation_id: int) -> Sequence[Untold]:
    """What one ministry was not told yet, the oldest first, locked; what another tells is left out."""
    rows = session.execute(
        select(
            DeadlineChange.id,
            DeadlineChange.clock,
            DeadlineChange.old_due,
            DeadlineChange.new_due,
            DeadlineChange.reason_ko,
            DeadlineChange.reason_en,
            Referral.id.label("referral_id"),
            Referral.status,
            Referral.paused_at,
            Referral.document_id,
            Suggestion.reference,
            Suggestion.title,
        )
        .join(Referral, Referral.id == DeadlineChange.referral_id)
        .join(Suggestion, Suggestion.id == Referral.suggestion_id)
        .where(DeadlineChange.told_at.is_(None), Referral.organisation_id == organisation_id)
        .order_by(DeadlineChange.id)
        .with_for_update(of=DeadlineChange, skip_locked=True)
    )
    return [Untold(**row) for row in rows.mappings()]


def mark_told(session: Session, change_ids: Sequence[int], now: datetime) -> None:
    """Nobody has to be told of these any more."""
    session.execute(
        update(DeadlineChange).where(DeadlineChange.id.in_(change_ids)).values(told_at=now)
    )


def numbers(session: Session, document_ids: Collection[int]) -> Mapping[int, str]:
    """The numbers of documents, by their ids."""
    documents = session.scalars(
        select(Document)
        .where(Document.id.in_(document_ids))
        .options(load_only(Document.division, Document.serial))
    )
    return {document.id: document.number or "" for document in documents}

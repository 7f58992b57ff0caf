"""Every SELECT about who of a panel was asked in which of its waves (활동 회차), over all series that ask the panel."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from gongmun.surveys.fieldwork.life import UNDER_WAY, Status
from gongmun.surveys.fieldwork.models import (
    Invitation,
    InvitationStatus,
    SurveyCycle,
    SurveySeries,
)

# Waves that count: somebody is asked in them, or was.
_ASKING = frozenset(Status) - {Status.DRAFT, Status.CANCELLED}


@dataclass(frozen=True, kw_only=True, slots=True)
class Served:
    """How many waves of the panel are over, counted from 1, and in which each member was asked, by the member's id.

    `answered` is the number of those waves that he answered.
    """

    waves: int
    asked: Mapping[int, Sequence[int]]
    answered: Mapping[int, int]


def _waves(panel_id: int, statuses: Collection[Status]) -> Select[tuple[SurveyCycle]]:
    return (
        select(SurveyCycle)
        .join(SurveySeries, SurveySeries.id == SurveyCycle.series_id)
        .where(SurveySeries.panel_id == panel_id, SurveyCycle.status.in_(statuses))
    )


def is_asked(session: Session, panel_id: int) -> bool:
    """Whether a wave of this panel is under way. Whoever holds the panel locked knows that nobody is asked meanwhile."""
    found = session.scalars(_waves(panel_id, _ASKING & UNDER_WAY).limit(1))
    return found.one_or_none() is not None


def served(session: Session, panel_id: int) -> Served:
    """The waves of a panel that are over; those that were cancelled do not count."""
    waves = _waves(panel_id, _ASKING - UNDER_WAY).order_by(SurveyCycle.opens_at, SurveyCycle.id)
    cycles = [each.id for each in session.scalars(waves)]
    number = {cycle_id: place for place, cycle_id in enumerate(cycles, start=1)}
    asked: dict[int, list[int]] = {}
    answered: Counter[int] = Counter()
    for member_id, cycle_id, status in session.execute(
        select(Invitation.member_id, Invitation.cycle_id, Invitation.status).where(
            Invitation.cycle_id.in_(cycles)
        )
    ):
        asked.setdefault(member_id, []).append(number[cycle_id])
        answered[member_id] += status is InvitationStatus.ANSWERED
    return Served(waves=len(cycles), asked=asked, answered=answered)


def attended(session: Session, panel_id: int, *, up_to: int | None = None) -> int:
    """How many people of a panel have answered at least one of its waves, or of those up to this wave."""
    waves = _waves(panel_id, _ASKING).with_only_columns(SurveyCycle.id)
    query = select(func.count(Invitation.member_id.distinct())).where(
        Invitation.cycle_id.in_(waves), Invitation.status == InvitationStatus.ANSWERED
    )
    if up_to is not None:
        query = query.where(Invitation.cycle_id <= up_to)
    return session.scalar(query) or 0


def last_wave(session: Session, panel_id: int) -> SurveyCycle | None:
    """The last wave of a panel that has asked anybody."""
    return session.scalars(
        _waves(panel_id, _ASKING)
        .order_by(SurveyCycle.opens_at.desc(), SurveyCycle.id.desc())
        .limit(1)
    ).one_or_none()

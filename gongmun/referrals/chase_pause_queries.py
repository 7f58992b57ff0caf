"""Every SELECT about pauses of the chase."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from gongmun.organisations import Organisation
from gongmun.referrals.models import ChasePause


def paused_organisations(session: Session, today: date) -> Mapping[int, ChasePause]:
    """The pauses that hold on `today`, by the id of their organisation."""
    rows = session.scalars(
        select(ChasePause).where(ChasePause.ended_at.is_(None), ChasePause.until >= today)
    )
    return {pause.organisation_id: pause for pause in rows}


def of_organisation(session: Session, organisation_id: int, today: date) -> ChasePause | None:
    """The pause of one organisation that holds on `today`, locked.

    The organisation is locked before: of two that begin a pause at once the second sees the first.
    """
    session.execute(
        select(Organisation.id).where(Organisation.id == organisation_id).with_for_update()
    )
    return session.scalars(
        select(ChasePause)
        .where(
            ChasePause.organisation_id == organisation_id,
            ChasePause.ended_at.is_(None),
            ChasePause.until >= today,
        )
        .with_for_update()
    ).one_or_none()


def all_pauses(session: Session) -> Sequence[tuple[ChasePause, Organisation]]:
    """Every pause there was, the newest first."""
    rows = session.execute(
        select(ChasePause, Organisation)
        .join(Organisation, Organisation.id == ChasePause.organisation_id)
        .order_by(ChasePause.id.desc())
    )
    return [(pause, organisation) for pause, organisation in rows]

"""Every SELECT about pauses of the chase."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import BindParameter, ColumnElement, Date, Select, and_, bindparam, select
from sqlalchemy.orm import Session

from gongmun.organisations import Organisation
from gongmun.referrals.models import ChasePause, LadderStep, Notice, Referral
from gongmun.referrals.queries import unsent_notices

_WITH_ORGANISATION = select(ChasePause, Organisation).join(
    Organisation, Organisation.id == ChasePause.organisation_id
)


def _holds(today: date | BindParameter[date]) -> ColumnElement[bool]:
    return and_(ChasePause.ended_at.is_(None), ChasePause.until >= today)


# Built once: it is asked for every mail and every sweep.
_HOLDING = select(ChasePause).where(_holds(bindparam("today", type_=Date)))


def paused_organisations(session: Session, today: date) -> Mapping[int, ChasePause]:
    """The pauses that hold on `today`, by the id of their organisation."""
    rows = session.scalars(_HOLDING, {"today": today})
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
        .where(ChasePause.organisation_id == organisation_id, _holds(today))
        .with_for_update()
    ).one_or_none()


def of_ended(session: Session, today: date) -> Sequence[tuple[ChasePause, Organisation]]:
    """The pauses that hold on `today` of organisations that are no more, locked."""
    query = _WITH_ORGANISATION.where(_holds(today), Organisation.valid_to < today)
    return _pairs(session, query.order_by(ChasePause.id).with_for_update(of=ChasePause))


def about_to_be_chased(session: Session, organisation_id: int) -> Sequence[Referral]:
    """The referrals of which notices speak that are about an organisation and have not left; locked."""
    of_these = select(Notice.id).where(Notice.organisation_id == organisation_id)
    # Not locked here: everybody locks referrals first, and their notices afterwards.
    notices = unsent_notices(session, of_these, lock=False)
    return session.scalars(
        select(Referral)
        .where(
            Referral.id.in_(select(LadderStep.referral_id).where(LadderStep.notice_id.in_(notices)))
        )
        .order_by(Referral.id)
        .with_for_update()
    ).all()


def standing(session: Session, today: date) -> Sequence[tuple[ChasePause, Organisation]]:
    """The pauses that hold on `today`, by the code of their organisation."""
    return _pairs(session, _WITH_ORGANISATION.where(_holds(today)).order_by(Organisation.code))


def all_pauses(session: Session) -> Sequence[tuple[ChasePause, Organisation]]:
    """Every pause there was, the newest first."""
    return _pairs(session, _WITH_ORGANISATION.order_by(ChasePause.id.desc()))


def _pairs(
    session: Session, query: Select[tuple[ChasePause, Organisation]]
) -> Sequence[tuple[ChasePause, Organisation]]:
    return [(pause, organisation) for pause, organisation in session.execute(query)]

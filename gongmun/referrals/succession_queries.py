"""Every SELECT about ministries that are no more, and what of theirs passes to others."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from gongmun.documents import Document
from gongmun.documents.life import UNNUMBERED
from gongmun.mail import Dispatch
from gongmun.organisations import Organisation
from gongmun.organisations import queries as organisation_queries
from gongmun.referrals.life import CHASED, GONE, OPEN, Status
from gongmun.referrals.models import Referral, Takeover

# With the ministry, or with us until it is published: it may come back to the ministry.
UNFINISHED = CHASED | {Status.ANSWERED}


def not_in_force(session: Session, today: date) -> frozenset[int]:
    """The ids of the organisations that are no more: nothing may be sent to them."""
    return frozenset(each.id for each in organisation_queries.ended(session, today))


def left_behind(session: Session, today: date) -> Sequence[Referral]:
    """Unfinished referrals of ministries that are no more, document by document.

    Of those that were not sent yet, the ones whose document has its number: a document without one is
    addressed anew (forums/succeeding.py).
    """
    numbered = exists().where(
        Document.id == Referral.document_id, Document.status.not_in(UNNUMBERED)
    )
    found = session.scalars(
        select(Referral).where(
            Referral.organisation_id.in_(not_in_force(session, today)),
            or_(
                Referral.status.in_(UNFINISHED),
                and_(Referral.status == Status.APPROVED, numbered),
            ),
        )
    )
    return _by_document(found)


def _by_document(referrals: Iterable[Referral]) -> Sequence[Referral]:
    # Not by the database: for the order SQLite would read the whole table by its documents.
    return sorted(referrals, key=lambda each: (each.document_id or 0, each.id))


def unnumbered(session: Session, today: date) -> Sequence[Referral]:
    """Approved referrals of ministries that are no more, without a document that has a number."""
    numbered = exists().where(
        Document.id == Referral.document_id, Document.status.not_in(UNNUMBERED)
    )
    return _by_document(
        session.scalars(
            select(Referral).where(
                Referral.organisation_id.in_(not_in_force(session, today)),
                Referral.status == Status.APPROVED,
                ~numbered,
            )
        )
    )


def drafted(session: Session, today: date) -> Sequence[Referral]:
    """Drafted referrals to ministries that are no more."""
    return session.scalars(
        select(Referral)
        .where(
            Referral.organisation_id.in_(not_in_force(session, today)),
            Referral.status == Status.DRAFTED,
        )
        .order_by(Referral.id)
    ).all()


def takeover(session: Session, referral: Referral) -> Takeover | None:
    """That of a referral from the ministry that has it now."""
    return session.scalars(
        select(Takeover).where(
            Takeover.referral_id == referral.id,
            Takeover.predecessor_id == referral.organisation_id,
        )
    ).one_or_none()


def takeovers(session: Session, referral_id: int) -> Sequence[tuple[Takeover, Organisation]]:
    """The changes of hands of a referral that are decided, each with the predecessor, oldest first."""
    rows = session.execute(
        select(Takeover, Organisation)
        .join(Organisation, Organisation.id == Takeover.predecessor_id)
        .where(Takeover.referral_id == referral_id, Takeover.successor_id.is_not(None))
        .order_by(Takeover.taken_over_at, Takeover.id)
    )
    return [(takeover, predecessor) for takeover, predecessor in rows]


def undecided(
    session: Session, *, promised: Collection[int]
) -> Sequence[tuple[Takeover, Referral, Organisation]]:
    """What a coordinator has to say a successor for, with the ministry that is no more; oldest first.

    Open referrals, and those of the ids `promised`: closed ones with a promise that is still to be kept.
    """
    rows = session.execute(
        select(Takeover, Referral, Organisation)
        .join(Referral, Referral.id == Takeover.referral_id)
        .join(Organisation, Organisation.id == Takeover.predecessor_id)
        .where(
            Takeover.successor_id.is_(None),
            Referral.organisation_id == Takeover.predecessor_id,
            or_(Referral.status.in_(OPEN), Referral.id.in_(promised)),
        )
        .order_by(Takeover.id)
    )
    return [(takeover, referral, predecessor) for takeover, referral, predecessor in rows]


def untold(session: Session, successor_id: int) -> Sequence[tuple[Takeover, Referral]]:
    """What a successor took over and was not told of yet; locked until the transaction ends."""
    rows = session.execute(
        select(Takeover, Referral)
        .join(Referral, Referral.id == Takeover.referral_id)
        .where(Takeover.successor_id == successor_id, Takeover.told_at.is_(None))
        .order_by(Takeover.predecessor_id, Referral.id)
        .with_for_update(of=Takeover)
    )
    return [(takeover, referral) for takeover, referral in rows]


def successors_to_tell(session: Session) -> Sequence[int]:
    """The organisations that took something over and were not told of it yet.

    Not of what they get by the mail of an outcome that is still to come.
    """
    found = session.scalars(
        select(Takeover.successor_id)
        .join(Referral, Referral.id == Takeover.referral_id)
        .where(
            Takeover.successor_id.is_not(None),
            Takeover.told_at.is_(None),
            or_(
                Referral.status != Status.APPROVED,
                Referral.organisation_id != Takeover.successor_id,
            ),
        )
        .distinct()
    )
    return sorted(each for each in found if each is not None)


def held_by(session: Session, referral: Referral, organisation_id: int) -> Referral | None:
    """The referral of the same suggestion that an organisation has already."""
    return session.scalars(
        select(Referral).where(
            Referral.outcome_id == referral.outcome_id,
            Referral.suggestion_id == referral.suggestion_id,
            Referral.organisation_id == organisation_id,
            Referral.id != referral.id,
            Referral.status.not_in(GONE),
        )
    ).one_or_none()


def withdrawn_beside(session: Session, referral: Referral) -> Referral | None:
    """The referral of the same suggestion that its ministry had too, and that was withdrawn for it."""
    return session.scalars(
        select(Referral)
        .where(
            Referral.outcome_id == referral.outcome_id,
            Referral.suggestion_id == referral.suggestion_id,
            Referral.organisation_id == referral.organisation_id,
            Referral.status == Status.WITHDRAWN,
            Referral.dispatched_at.is_not(None),
        )
        .order_by(Referral.id.desc())
        .limit(1)
    ).one_or_none()


def was_mailed(session: Session, document_id: int, code: str) -> bool:
    """Whether the relay has taken a mail with this document to the organisation of that code."""
    return (
        session.scalar(
            select(Dispatch.id)
            .where(
                Dispatch.document_id == document_id,
                Dispatch.organisation_code == code,
                Dispatch.accepted_at.is_not(None),
            )
            .limit(1)
        )
        is not None
    )


def documents_told_by(session: Session, dispatch_id: int) -> frozenset[int]:
    """The outcome documents of what a mail told a successor of: of what was withdrawn, that of what goes on."""
    kept = aliased(Referral)
    goes_on = or_(
        and_(kept.id == Referral.id, Referral.organisation_id != Takeover.predecessor_id),
        and_(
            Referral.organisation_id == Takeover.predecessor_id,
            kept.outcome_id == Referral.outcome_id,
            kept.suggestion_id == Referral.suggestion_id,
            kept.organisation_id == Takeover.successor_id,
            kept.status.not_in(GONE),
        ),
    )
    found = session.scalars(
        select(kept.document_id)
        .select_from(Takeover)
        .join(Referral, Referral.id == Takeover.referral_id)
        .join(kept, goes_on)
        .where(Takeover.dispatch_id == dispatch_id)
    )
    return frozenset(each for each in found if each is not None)


def unfinished_documents(session: Session, organisation_id: int) -> frozenset[int]:
    """The documents of which something unfinished is with an organisation."""
    return frozenset(
        document_id
        for document_id in session.scalars(
            select(Referral.document_id).where(
                Referral.organisation_id == organisation_id, Referral.status.in_(UNFINISHED)
            )
        )
        if document_id is not None
    )

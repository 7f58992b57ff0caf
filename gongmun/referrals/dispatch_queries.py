"""Every SELECT that holds referrals against the mails that carry their documents, and against time."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import String, bindparam, cast, exists, func, or_, select
from sqlalchemy.orm import Session

from gongmun.db.bulk import some_of
from gongmun.mail.life import SENT
from gongmun.mail.models import Dispatch
from gongmun.referrals.life import CHASED, Status
from gongmun.referrals.models import Notice, Referral
from gongmun.referrals.queries import OUTCOME_INTENT, notice_of_document

# Built once: they are asked after every batch of mail, or for every notice.
_CARRYING = select(Dispatch.document_id, Dispatch.id, Dispatch.message_id).where(
    Dispatch.document_id.in_(bindparam("document_ids", expanding=True))
)
_FIRST_ACCEPTED = (
    select(Dispatch.document_id, func.min(Dispatch.accepted_at))
    .where(Dispatch.document_id.in_(bindparam("document_ids", expanding=True)))
    .group_by(Dispatch.document_id)
)
_UNNOTED = (
    select(Referral, Dispatch)
    .join(Dispatch, Dispatch.document_id == Referral.document_id)
    .where(
        Referral.status == Status.APPROVED,
        Dispatch.intent == OUTCOME_INTENT,
        Dispatch.status.in_(SENT),
    )
    .order_by(Referral.id)
)
_mailed = exists().where(
    Dispatch.document_id == Referral.document_id, Dispatch.intent == OUTCOME_INTENT
)
_WITH_NOBODY = (
    select(Referral)
    .where(
        Referral.status == Status.DISPATCHED,
        Referral.paused_at.is_(None),
        Referral.asks_since.is_(None),
        _mailed.where(Dispatch.bounced_at.is_not(None)),
        ~_mailed.where(Dispatch.status.in_(SENT), Dispatch.accepted_at <= Referral.dispatched_at),
    )
    .order_by(Referral.id)
)


def dispatched_but_unnoted(session: Session) -> Sequence[tuple[Referral, Dispatch]]:
    """Approved referrals whose outcome document the relay has accepted, with the dispatch."""
    return [(referral, dispatch) for referral, dispatch in session.execute(_UNNOTED)]


def carrying(
    session: Session, document_ids: Collection[int]
) -> Mapping[int, Sequence[tuple[int, str]]]:
    """The ids and Message-IDs of the mails that carry each of these documents, by its id."""
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for document_id, dispatch_id, message_id in session.execute(
        _CARRYING, {"document_ids": document_ids}
    ):
        if document_id is not None:
            found[document_id].append((dispatch_id, message_id))
    return found


def first_accepted(
    session: Session, document_ids: Collection[int]
) -> Mapping[int, datetime | None]:
    """When the relay first took a mail of each of these documents, None where it took none yet.

    Left out are documents of which no mail says that it carries them.
    """
    found: dict[int, datetime | None] = {}
    for some in some_of(document_ids):
        for document_id, at in session.execute(_FIRST_ACCEPTED, {"document_ids": some}):
            found[document_id] = at
    return found


def dispatched_to_nobody(session: Session) -> Sequence[Referral]:
    """Dispatched referrals whose clocks were started by mail that has come back since.

    Left out are those about which the ministry has asked us something.
    """
    return session.scalars(_WITH_NOBODY).all()


def accepted_dispatch(session: Session, referral: Referral) -> Dispatch | None:
    """The dispatch of a referral's outcome document that the relay accepted first."""
    return session.scalars(
        select(Dispatch)
        .where(
            Dispatch.document_id == referral.document_id,
            Dispatch.intent == OUTCOME_INTENT,
            Dispatch.status.in_(SENT),
        )
        .order_by(Dispatch.accepted_at)
    ).first()


def notice_carrying(session: Session, document_id: int) -> Notice | None:
    """The notice of a document, also where its steps were taken back when it was numbered already."""
    found = notice_of_document(session, document_id)
    if found is not None:
        return found
    # JSON is text here: of the few that have the digits somewhere, the one that has the number.
    has_digits = cast(Notice.document_ids, String).contains(str(document_id))
    notices = session.scalars(select(Notice).where(has_digits).order_by(Notice.id.desc()))
    return next((each for each in notices if document_id in each.document_ids), None)


def left_alone(session: Session) -> Sequence[Referral]:
    """Open referrals that nothing is about to happen to, or while we are asked for something."""
    return session.scalars(
        select(Referral)
        .where(
            Referral.status.in_(CHASED | {Status.APPROVED}),
            or_(Referral.next_action_on.is_(None), Referral.asks_since.is_not(None)),
        )
        .order_by(Referral.id)
    ).all()

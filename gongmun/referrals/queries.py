"""Every SELECT and guarded UPDATE of the referrals room."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import CursorResult, Select, bindparam, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.dml import ReturningUpdate

from gongmun.clock import seoul_date
from gongmun.documents import INTERNAL_CODE, Document, DocumentKind
from gongmun.documents.life import APPROVED
from gongmun.documents.life import Status as DocumentStatus
from gongmun.errors import NotFound
from gongmun.mail import queries as mail_queries
from gongmun.mail.models import Dispatch
from gongmun.referrals.ladder import Rung
from gongmun.referrals.life import GONE, Event, Status, advance
from gongmun.referrals.models import IS_CHASED, LadderStep, Notice, Referral, Response, notice_key
from gongmun.text import Bilingual

# Intent of the mail that carries an outcome document.
OUTCOME_INTENT = "outcome"


def by_id(session: Session, referral_id: int) -> Referral:
    """One referral; NotFound where there is none."""
    referral = session.get(Referral, referral_id)
    if referral is None:
        raise NotFound(thing_ko=f"이송 {referral_id}", thing_en=f"referral {referral_id}")
    return referral


def locked(session: Session, referral_id: int) -> Referral:
    """One referral as it is now, locked until the transaction ends; NotFound where there is none.

    All of its document are locked, in order of id, as a submission does it: of two officers who take
    several at once in another order each would wait for the other.
    """
    session.flush()  # what is read anew would take the place of what is not written yet
    document = select(Referral.document_id).where(Referral.id == referral_id).scalar_subquery()
    together = session.scalars(
        select(Referral)
        .where(or_(Referral.id == referral_id, Referral.document_id == document))
        .order_by(Referral.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    found = next((each for each in together if each.id == referral_id), None)
    if found is None:
        raise NotFound(thing_ko=f"이송 {referral_id}", thing_en=f"referral {referral_id}")
    return found


def of_document(session: Session, document_id: int) -> Sequence[Referral]:
    """All referrals that an outcome document carries."""
    return session.scalars(
        select(Referral).where(Referral.document_id == document_id).order_by(Referral.id)
    ).all()


def of_outcome(session: Session, outcome_id: int) -> Sequence[Referral]:
    """All referrals of an outcome, the withdrawn ones left out."""
    return session.scalars(
        select(Referral)
        .where(Referral.outcome_id == outcome_id, Referral.status != Status.WITHDRAWN)
        .order_by(Referral.id)
    ).all()


def of_suggestion(session: Session, outcome_id: int, suggestion_id: int) -> Sequence[Referral]:
    """The referrals of one suggestion in an outcome; those withdrawn or transferred are left out."""
    return session.scalars(
        select(Referral)
        .where(
            Referral.outcome_id == outcome_id,
            Referral.suggestion_id == suggestion_id,
            Referral.status.not_in(GONE),
        )
        .order_by(Referral.id)
    ).all()


def with_status(
    session: Session, statuses: Collection[Status], *, organisation_id: int | None = None
) -> Sequence[Referral]:
    """Referrals in any of `statuses`, optionally of one ministry, in order of number."""
    query = select(Referral).where(Referral.status.in_(statuses)).order_by(Referral.id)
    if organisation_id is not None:
        query = query.where(Referral.organisation_id == organisation_id)
    return session.scalars(query).all()


def oldest_dispatch(session: Session) -> datetime | None:
    """When the longest waiting of the chased referrals was dispatched; None if there is none."""
    return session.scalar(select(func.min(Referral.dispatched_at)).where(IS_CHASED))


def next_action_on(session: Session) -> date | None:
    """The earliest day on which any ladder has something to do."""
    return session.scalar(select(func.min(Referral.next_action_on)).where(IS_CHASED))


def fired(session: Session, referral: Referral) -> frozenset[Rung]:
    """The rungs fired or skipped since the referral's clocks were last started."""
    return frozenset(
        session.scalars(
            select(LadderStep.rung).where(
                LadderStep.referral_id == referral.id, LadderStep.arming == referral.arming
            )
        )
    )


def notice(session: Session, notice_id: int) -> Notice:
    """One notice, which must be there."""
    return session.get_one(Notice, notice_id)


def unsent_notices(session: Session, carrying: Select[Any], *, lock: bool = True) -> Sequence[int]:
    """Those of these notices whose mail has not left; locked, it does not leave until the transaction ends.

    A mail that is being queued at this moment is waited for; one that a dispatcher has claimed counts as sent.
    """
    statement = (
        select(Notice.id, Notice.enqueued_at)
        .where(Notice.id.in_(carrying), Notice.suppressed_at.is_(None))
        .order_by(Notice.id)
    )
    rows = session.execute(statement.with_for_update() if lock else statement).all()
    keys = [notice_key(row.id) for row in rows if row.enqueued_at is not None]
    queued = mail_queries.waiting_of(session, keys, lock=lock)
    return [row.id for row in rows if row.enqueued_at is None or notice_key(row.id) in queued]


def take_back_unsent(session: Session, referral: Referral) -> Sequence[Rung]:
    """Delete the steps of a referral whose notice has not left; their rungs."""
    waiting = unsent_notices(
        session,
        select(LadderStep.notice_id).where(
            LadderStep.referral_id == referral.id, LadderStep.arming == referral.arming
        ),
    )
    if not waiting:
        return ()
    session.execute(update(Notice).where(Notice.id.in_(waiting)).values(stale=True))
    return session.scalars(
        delete(LadderStep)
        .where(LadderStep.referral_id == referral.id, LadderStep.notice_id.in_(waiting))
        .returning(LadderStep.rung)
    ).all()


def steps_behind(session: Session, referral: Referral, by: datetime) -> Sequence[LadderStep]:
    """The steps of the present clock that were done with by that time: sent, skipped, or given up."""
    return session.scalars(
        select(LadderStep)
        .outerjoin(Notice, Notice.id == LadderStep.notice_id)
        .where(
            LadderStep.referral_id == referral.id,
            LadderStep.arming == referral.arming,
            or_(
                # Skipped, by the day: what was skipped later may still be said.
                LadderStep.notice_id.is_(None) & (LadderStep.fired_on <= seoul_date(by)),
                Notice.enqueued_at <= by,
                Notice.suppressed_at < by,
            ),
        )
        .order_by(LadderStep.id)
    ).all()


def steps(session: Session, referral_id: int) -> Sequence[LadderStep]:
    """All ladder steps of a referral, in the order they were due."""
    return session.scalars(
        select(LadderStep)
        .where(LadderStep.referral_id == referral_id)
        .order_by(LadderStep.due_on, LadderStep.id)
    ).all()


def waiting_notices(session: Session) -> Sequence[Notice]:
    """Notices that are neither in the outbox nor suppressed."""
    return session.scalars(
        select(Notice)
        .where(Notice.enqueued_at.is_(None), Notice.suppressed_at.is_(None))
        .order_by(Notice.id)
    ).all()


def lock_waiting_notices(session: Session, ids: Collection[int]) -> Sequence[Notice]:
    """Those of these notices that still wait, locked; the others another sweep has or had."""
    return session.scalars(
        select(Notice)
        .where(Notice.id.in_(ids), Notice.enqueued_at.is_(None), Notice.suppressed_at.is_(None))
        .order_by(Notice.id)
        .with_for_update(skip_locked=True)
    ).all()


def notice_of_document(session: Session, document_id: int) -> Notice | None:
    """The notice for which a reminder or an escalation was drafted."""
    notice_id = session.scalar(
        select(LadderStep.notice_id).where(LadderStep.document_id == document_id).limit(1)
    )
    return None if notice_id is None else session.get(Notice, notice_id)


def unsent_corrections(session: Session) -> Sequence[int]:
    """Approved corrections that the outbox has not taken yet, oldest first.

    One that is addressed to nobody outside has no mail: it is done once it took its original's place.
    """
    mailed = exists().where(Dispatch.document_id == Document.id)
    original = aliased(Document)
    published = (Document.recipient_code == INTERNAL_CODE) & exists().where(
        original.id == Document.corrects_id, original.status == DocumentStatus.SUPERSEDED
    )
    return session.scalars(
        select(Document.id)
        .where(
            Document.kind == DocumentKind.CORRECTION,
            Document.status.in_(APPROVED),
            ~mailed,
            ~published,
        )
        .order_by(Document.id)
    ).all()


def latest_response(session: Session, referral_id: int) -> Response | None:
    """The response that stands."""
    return session.scalars(
        select(Response).where(Response.referral_id == referral_id).order_by(Response.id.desc())
    ).first()


def register(session: Session, referral: Referral, number: str) -> bool:
    """Note the ministry's own number where a referral has none; False where it has, or is gone."""
    result = session.execute(
        update(Referral)
        .where(
            Referral.id == referral.id,
            Referral.registration_number.is_(None),
            Referral.status.in_((Status.ACKNOWLEDGED, Status.ANSWERED, Status.CLOSED)),
        )
        .values(registration_number=number)
    )
    assert isinstance(result, CursorResult)
    session.refresh(referral)
    return result.rowcount == 1


def move(session: Session, referral: Referral, event: Event, **values: Any) -> bool:
    """Advance the life of `referral` by `event` and set `values`, if its status is still the same.

    False where someone else was faster; nothing is changed then.

    Raises:
        InvalidTransition: the event is not allowed in the status that was read.
    """
    moved = bool(move_all(session, [referral], event, **values))
    if not moved:
        session.refresh(referral)
    return moved


def move_all(
    session: Session, referrals: Sequence[Referral], event: Event, **values: Any
) -> Sequence[Referral]:
    """The same for several that were read in one status, in one statement; those that were moved.

    Raises:
        InvalidTransition: as for `move`.
    """
    (before,) = {referral.status for referral in referrals}
    first = referrals[0].id
    after = advance(before, event, thing=Bilingual(ko=f"이송 {first}", en=f"referral {first}"))
    return session.scalars(
        _moving(tuple(sorted(values))),
        {
            "ids": [each.id for each in referrals],
            "before": before,
            "after": after,
            **{f"new_{column}": value for column, value in values.items()},
        },
    ).all()


# Built once for each set of columns: to build and to hash it anew takes as long as to run it.
@cache
def _moving(columns: tuple[str, ...]) -> ReturningUpdate[tuple[Referral]]:
    return (
        update(Referral)
        .where(
            Referral.id.in_(bindparam("ids", expanding=True)),
            Referral.status == bindparam("before"),
        )
        .values(status=bindparam("after"))
        .values({column: bindparam(f"new_{column}") for column in columns})
        .returning(Referral)
        # The rows that come back are what the session knows then.
        .execution_options(populate_existing=True, synchronize_session=False)
    )

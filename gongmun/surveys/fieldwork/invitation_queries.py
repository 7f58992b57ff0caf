"""Every SELECT and guarded UPDATE about who is invited to a wave, and whether he has answered."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Row,
    and_,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.db import some_of
from gongmun.mail.life import Status as MailStatus
from gongmun.mail.models import Dispatch
from gongmun.surveys.fieldwork.invitation_life import Event, advance
from gongmun.surveys.fieldwork.models import (
    Invitation,
    InvitationStatus,
    StoredQuestionnaire,
    SurveyCycle,
    SurveyMail,
    SurveyMailKind,
    SurveySeries,
)
from gongmun.surveys.fieldwork.queries import Held
from gongmun.surveys.panels.models import PanelMember, PanelPerson, Standing

# Whose answer is still waited for.
WAITED_FOR = (InvitationStatus.INVITED, InvitationStatus.OPENED)
# What becomes of a mail that nobody has read, or will.
_LOST = (MailStatus.BOUNCED, MailStatus.FAILED)
_LAST_MAIL = (
    select(func.max(SurveyMail.dispatch_id))
    .where(SurveyMail.invitation_id == Invitation.id)
    .correlate(Invitation)
    .scalar_subquery()
)
# The last mail to somebody came back for good.
CAME_BACK = exists().where(Dispatch.id == _LAST_MAIL, Dispatch.status.in_(_LOST))


def _uninvited(cycle_id: int) -> Sequence[ColumnElement[bool]]:
    mailed = exists().where(
        SurveyMail.invitation_id == Invitation.id, SurveyMail.kind == SurveyMailKind.INVITATION
    )
    return (
        Invitation.cycle_id == cycle_id,
        Invitation.status == InvitationStatus.INVITED,
        ~mailed,
    )


def is_anybody_uninvited(session: Session, cycle_id: int) -> bool:
    """Whether there is an invitation without a mail, be it locked or not."""
    return session.scalar(select(Invitation.id).where(*_uninvited(cycle_id)).limit(1)) is not None


def uninvited(session: Session, cycle_id: int, *, after: int = 0, limit: int) -> Sequence[Row[Any]]:
    """Invitations without a mail, behind that with the id `after`: `id`, and the `contact` of whoever is invited. Locked."""
    return session.execute(
        select(Invitation.id, PanelPerson.contact)
        .join(PanelMember, PanelMember.id == Invitation.member_id)
        .join(PanelPerson, PanelPerson.id == PanelMember.person_id)
        .where(*_uninvited(cycle_id), Invitation.id > after)
        .order_by(Invitation.id)
        .limit(limit)
        .with_for_update(of=Invitation, skip_locked=True)
    ).all()


def to_remind(
    session: Session, cycle_id: int, *, reminders: int, after: int = 0, limit: int
) -> Sequence[Row[Any]]:
    """Who has not answered and was reminded less often than that: `id`, `contact` and the three categories. Locked.

    Only invitations behind that with the id `after`, and nobody who has left the panel meanwhile.
    """
    return session.execute(
        select(
            Invitation.id,
            PanelPerson.contact,
            PanelMember.sex,
            PanelMember.age_group,
            PanelMember.province,
        )
        .join(PanelMember, PanelMember.id == Invitation.member_id)
        .join(PanelPerson, PanelPerson.id == PanelMember.person_id)
        .where(
            Invitation.cycle_id == cycle_id,
            Invitation.status.in_(WAITED_FOR),
            Invitation.reminders < reminders,
            Invitation.id > after,
            PanelMember.standing != Standing.LEFT,
        )
        .order_by(Invitation.id)
        .limit(limit)
        .with_for_update(of=Invitation, skip_locked=True)
    ).all()


def note_reminders(session: Session, ids: Collection[int], reminders: int, today: date) -> None:
    """These invitations were reminded for the n-th time."""
    if ids:
        session.execute(
            update(Invitation)
            .where(Invitation.id.in_(ids))
            .values(reminders=reminders, reminded_on=today)
        )


def note_unreachable(session: Session, cycle_id: int, now: datetime) -> int:
    """Whoever's last mail came back for good, or who has no address any more, is not waited for; how many.

    Who has left the panel and had his data deleted since he was invited has said that he will not answer: he refused.
    """
    is_known = exists().where(
        PanelMember.id == Invitation.member_id, PanelPerson.id == PanelMember.person_id
    )
    is_gone = exists().where(
        PanelMember.id == Invitation.member_id, PanelMember.standing == Standing.LEFT
    )
    return sum(
        _move_each(session, cycle_id, event, which, now)
        for event, which in (
            (Event.REFUSED, and_(~is_known, is_gone)),
            (Event.LOST, or_(CAME_BACK, ~is_known)),
        )
    )


def _move_each(
    session: Session, cycle_id: int, event: Event, which: ColumnElement[bool], now: datetime
) -> int:
    """Move every invitation of a wave on of which that is so and nothing was heard; how many."""
    moved = session.scalars(
        update(Invitation)
        .where(
            Invitation.cycle_id == cycle_id, Invitation.status == InvitationStatus.INVITED, which
        )
        .values(status=advance(InvitationStatus.INVITED, event))
        .returning(Invitation.id)
        .execution_options(synchronize_session=False)
    ).all()
    ledger.record_each(
        session,
        f"survey_invitation.{event.value}",
        subjects=("survey_invitation", sorted(moved)),
        now=now,
    )
    return len(moved)


def move(
    session: Session, invitation: Invitation, status: InvitationStatus, *, answered_on: date | None
) -> bool:
    """Move an invitation on from where it was seen; False where another process has."""
    result = session.execute(
        update(Invitation)
        .where(Invitation.id == invitation.id, Invitation.status == invitation.status)
        .values(status=status, answered_on=answered_on)
    )
    assert isinstance(result, CursorResult)
    return result.rowcount == 1


def has_left(session: Session, invitation: Invitation) -> bool:
    """Whether he has left the panel since he was invited; he may still answer."""
    return session.get_one(PanelMember, invitation.member_id).standing is Standing.LEFT


def invitation_of_dispatch(session: Session, dispatch_id: int) -> Invitation | None:
    """Whom the mail with this link invited."""
    return session.scalars(
        select(Invitation)
        .join(SurveyMail, SurveyMail.invitation_id == Invitation.id)
        .where(SurveyMail.dispatch_id == dispatch_id)
    ).one_or_none()


_INVITED_BY = select(SurveyMail.invitation_id).where(SurveyMail.dispatch_id == bindparam("mail"))


def invited_by(session: Session, dispatch_id: int) -> int | None:
    """The id of the invitation whose mail this was."""
    return session.connection().execute(_INVITED_BY, {"mail": dispatch_id}).scalar_one_or_none()


def invitation(session: Session, invitation_id: int) -> Invitation:
    """One invitation, which must be there."""
    return session.get_one(Invitation, invitation_id)


def of_numbers(
    session: Session, cycle_id: int, numbers: Collection[str]
) -> Mapping[str, Invitation]:
    """The invitations of the members with these numbers, as far as they are invited, by number. Locked."""
    found: dict[str, Invitation] = {}
    for some in some_of(numbers):
        rows = session.execute(
            select(PanelMember.number, Invitation)
            .join(PanelMember, PanelMember.id == Invitation.member_id)
            .where(Invitation.cycle_id == cycle_id, PanelMember.number.in_(some))
            .order_by(Invitation.id)
            .with_for_update(of=Invitation)
        )
        found |= dict(rows.tuples().all())
    return found


def member_of(session: Session, invitation: Invitation) -> PanelMember:
    """Who is invited, as the panel knows him."""
    return session.get_one(PanelMember, invitation.member_id)


def place(
    session: Session, invitation_id: int, held: Held | None = None
) -> tuple[Invitation, SurveyCycle, SurveySeries, PanelMember, StoredQuestionnaire]:
    """An invitation, its wave, held as is said, the series, who is invited, and the questionnaire: in one statement.

    While these are kept the session finds each of them without another. Where the wave is held the invitation is
    locked too: everybody takes the wave first, then invitations, then sheets.
    """
    query = (
        select(Invitation, SurveyCycle, SurveySeries, PanelMember, StoredQuestionnaire)
        .join(SurveyCycle, SurveyCycle.id == Invitation.cycle_id)
        .join(SurveySeries, SurveySeries.id == SurveyCycle.series_id)
        .join(PanelMember, PanelMember.id == Invitation.member_id)
        .join(StoredQuestionnaire, StoredQuestionnaire.id == SurveyCycle.questionnaire_id)
        .where(Invitation.id == invitation_id)
    )
    if held is not None:
        query = query.with_for_update(read=held is Held.WHERE_IT_IS, of=SurveyCycle)
    found = session.execute(query.execution_options(populate_existing=True)).one()._tuple()
    if held is not None:
        # Of one who answers and refuses at once the second sees what the first has done.
        session.refresh(found[0], with_for_update=True)
    return found


def counted(session: Session, cycle_id: int) -> Mapping[InvitationStatus, int]:
    """How many invitations of a wave stand where; each state has its number."""
    counts = dict.fromkeys(InvitationStatus, 0)
    for status, count in session.execute(
        select(Invitation.status, func.count())
        .where(Invitation.cycle_id == cycle_id)
        .group_by(Invitation.status)
    ):
        counts[status] = count
    return counts


def answered_by_category(
    session: Session, cycle_id: int
) -> Mapping[tuple[str, str], tuple[int, int]]:
    """Of each feature and value: how many were invited, and how many of them have answered."""
    found: dict[tuple[str, str], tuple[int, int]] = {}
    answered = func.sum(case((Invitation.status == InvitationStatus.ANSWERED, 1), else_=0))
    for feature in ("sex", "age_group", "province"):
        column = getattr(PanelMember, feature)
        rows = session.execute(
            select(column, func.count(), answered)
            .join(Invitation, Invitation.member_id == PanelMember.id)
            .where(Invitation.cycle_id == cycle_id, column.is_not(None))
            .group_by(column)
            .order_by(column)
        )
        found |= {(feature, value): (invited, int(done)) for value, invited, done in rows}
    return found

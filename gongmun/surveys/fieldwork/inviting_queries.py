"""Whom a wave asks: every SELECT and INSERT that writes its invitations down."""

from sqlalchemy import ColumnElement, case, exists, func, insert, literal, select
from sqlalchemy.orm import Session, aliased

from gongmun.surveys.fieldwork.invitation_queries import counted
from gongmun.surveys.fieldwork.models import Invitation, InvitationStatus, SurveyCycle
from gongmun.surveys.panels.models import Panel, PanelKind, PanelMember, PanelPerson, Standing

_ASKED = {PanelKind.DRAWN: Standing.SELECTED, PanelKind.LISTED: Standing.CANDIDATE}


def invite_members(session: Session, cycle_id: int, panel_id: int) -> int:
    """Write down who of the panel is asked, each once; how many there are.

    Whoever has no address, because his data were deleted or never known, counts as not reached. Whoever refused in
    the wave of the series before counts as refused again, and is not written to.
    """
    kind = session.get_one(Panel, panel_id).kind
    is_known = exists().where(PanelPerson.id == PanelMember.person_id)
    people = (
        select(
            literal(cycle_id),
            PanelMember.id,
            case(
                (_had_refused(cycle_id), InvitationStatus.REFUSED.value),
                (is_known, InvitationStatus.INVITED.value),
                else_=InvitationStatus.UNREACHABLE.value,
            ),
            literal(0),
        )
        .where(
            PanelMember.panel_id == panel_id,
            PanelMember.standing == _ASKED[kind],
            ~exists().where(
                Invitation.cycle_id == cycle_id, Invitation.member_id == PanelMember.id
            ),
        )
        .order_by(PanelMember.id)
    )
    columns = ["cycle_id", "member_id", "status", "reminders"]
    session.execute(insert(Invitation).from_select(columns, people, include_defaults=False))
    return sum(counted(session, cycle_id).values())


def _had_refused(cycle_id: int) -> ColumnElement[bool]:
    """Of a member: what he was asked last in the series, before this wave, he has refused.

    He is known by his person, which is one for each address: the panel of a series may be another by now. Found for
    all at once: of tens of thousands none is looked up by himself.
    """
    series_id = select(SurveyCycle.series_id).where(SurveyCycle.id == cycle_id).scalar_subquery()
    earlier, wave, he = aliased(Invitation), aliased(SurveyCycle), aliased(PanelMember)
    refused_in = case((earlier.status == InvitationStatus.REFUSED, earlier.cycle_id))
    refusers = (
        select(_who(he))
        .select_from(earlier)
        .join(he, he.id == earlier.member_id)
        .join(wave, wave.id == earlier.cycle_id)
        .where(wave.series_id == series_id, earlier.cycle_id < cycle_id)
        .group_by(_who(he))
        .having(func.max(earlier.cycle_id) == func.max(refused_in))
    )
    return _who(PanelMember).in_(refusers)


def _who(member: type[PanelMember]) -> ColumnElement[int]:
    """His person; himself, as a number that no person has, where nobody knows who he is."""
    return func.coalesce(member.person_id, -member.id)


def refused_before(session: Session, cycle_id: int) -> int:
    """How many of those who count as refused in a wave had refused before, and were not written to in it."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Invitation)
            .join(PanelMember, PanelMember.id == Invitation.member_id)
            .where(
                Invitation.cycle_id == cycle_id,
                Invitation.status == InvitationStatus.REFUSED,
                _had_refused(cycle_id),
            )
        )
        or 0
    )

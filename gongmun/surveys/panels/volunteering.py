"""Volunteering (참여 신청): sign up with a mail address, confirm by the link in the mail, withdraw by the same link.

Whoever signs up is told the same whatever is known of the address, and each time a mail goes to it: nobody but who
reads the mailbox learns whether it has volunteered before. Each sign-up has a link of its own, so that a stranger
who names somebody else's address changes nothing of what that person has told.
"""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.access import limits, links
from gongmun.access.limits import TooManyAttempts, Trial
from gongmun.access.links import LinkUnknown
from gongmun.clock import seoul_date, seoul_time
from gongmun.db import Database
from gongmun.documents import FileStore
from gongmun.ledger import Actor
from gongmun.mail import OutgoingMessage, compose, enqueue
from gongmun.mail.recipients import VOLUNTEER
from gongmun.settings import settings
from gongmun.surveys.panels import call_queries, queries
from gongmun.surveys.panels.calls import CallOver, ends_at, is_open, over_on
from gongmun.surveys.panels.dropping_out import take_off
from gongmun.surveys.panels.households import household
from gongmun.surveys.panels.models import PanelCall, PanelKind, Standing, Volunteer
from gongmun.text import Bilingual

INTENT = "panel_confirmation"
# Days in which a sign-up can be confirmed, the day itself not counted and the last one whole, unless the call ends before.
CONFIRM_DAYS = 7
# Without the letters that are taken for digits; the first one is a letter, so that no cell is read as a formula.
_LETTERS = "abcdefghjkmnpqrstvwxyz23456789"
_LENGTH = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class SignUp:
    """What somebody tells of himself: checked values of the margins, an address that mail can go to."""

    contact: str
    sex: str
    age_group: str
    province: str
    postcode: str
    road: str
    unit: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A sign-up as whoever has its link sees it.

    `confirm_on` is the last day on which it can be confirmed, `over_on` the day on which its call ended, if it has.
    `is_another` says that another one of this mailbox is confirmed.
    """

    call_code: str
    title: Bilingual
    sex: str
    age_group: str
    province: str
    confirm_on: date
    over_on: date | None
    keep_until: date
    is_confirmed: bool
    can_confirm: bool
    is_another: bool


def sign_up(db: Database, code: str, told: SignUp, *, ip: str, now: datetime) -> None:
    """Keep what was told until it is confirmed, and queue the mail with the link to confirm it.

    An address to which many such mails went lately gets no other one; whoever asked is not told.

    Raises:
        NotFound: there is no such call.
        CallOver: it takes nobody now.
        TooManyAttempts: too many sign-ups came from this IP.
    """
    contact = told.contact.casefold()
    home = household(told.postcode, told.road, told.unit)
    with db.transaction() as session:
        call = call_queries.call(session, code)
        if not is_open(call, now):
            raise CallOver
        is_flooded = False
        try:
            limits.check(session, Trial.VOLUNTEER_BY_ADDRESS, contact, now)
        except TooManyAttempts:
            is_flooded = True
        limits.check(session, Trial.VOLUNTEER_BY_IP, ip, now)
        limits.note(session, Trial.VOLUNTEER_BY_IP, ip, now)
        if is_flooded:
            return
        limits.note(session, Trial.VOLUNTEER_BY_ADDRESS, contact, now)
        volunteer = Volunteer(
            call_id=call.id,
            number=_number(),
            contact=contact,
            sex=told.sex,
            age_group=told.age_group,
            province=told.province,
            household=home,
            asked_at=now,
            confirm_by=_confirm_by(call, now),
        )
        session.add(volunteer)
        session.flush()
        _mail(session, call, volunteer, now)


def volunteer_of(session: Session, dispatch_id: int) -> int:
    """Whose mail had this link.

    Raises:
        LinkUnknown: he withdrew, or what he told was deleted.
    """
    found = call_queries.volunteer_of_dispatch(session, dispatch_id)
    if found is None:
        raise LinkUnknown
    return found


def entry(session: Session, volunteer_id: int, now: datetime) -> Entry:
    """A sign-up as it stands.

    Raises:
        LinkUnknown: it is not there any more.
    """
    volunteer = _there(call_queries.volunteer(session, volunteer_id))
    call = session.get_one(PanelCall, volunteer.call_id)
    is_confirmed = volunteer.confirmed_at is not None
    return Entry(
        call_code=call.code,
        title=Bilingual(ko=call.title_ko, en=call.title_en),
        sex=volunteer.sex,
        age_group=volunteer.age_group,
        province=volunteer.province,
        confirm_on=_confirm_on(volunteer),
        over_on=over_on(call) if now >= ends_at(call) else None,
        keep_until=call.keep_until,
        is_confirmed=is_confirmed,
        can_confirm=not is_confirmed and _may_confirm(call, volunteer, now),
        is_another=not is_confirmed
        and call_queries.is_confirmed(session, call.id, volunteer.contact),
    )


def confirm(db: Database, volunteer_id: int, *, now: datetime) -> None:
    """Confirm a sign-up; what the same address had confirmed before is replaced. A second time changes nothing.

    Raises:
        LinkUnknown: it is not there any more.
        CallOver: its days are over, or the call was closed.
    """
    with db.transaction() as session:
        call = call_queries.locked(
            session, _there(call_queries.volunteer(session, volunteer_id)).call_id
        )
        volunteer = _there(call_queries.volunteer(session, volunteer_id, lock=True))
        if volunteer.confirmed_at is not None:
            return
        if not _may_confirm(call, volunteer, now):
            raise CallOver
        call_queries.replace_confirmed(session, call.id, volunteer.contact, now)
        volunteer.confirmed_at = now
        _record(session, "panel.volunteered", call, volunteer_id, now)


def withdraw(db: Database, volunteer_id: int, *, store: FileStore, now: datetime) -> None:
    """Delete what somebody told, and where he was enrolled, who he is.

    Who serves on the panel drops out by it, and a reserve takes his place. What is deleted while its mail is on the
    way counts no more, and goes when the mail has left.

    Raises:
        LinkUnknown: it is not there any more.
        StoredFileMissing: he serves, and the files of the draw are not in the store.
    """
    with db.transaction() as session:
        call = call_queries.locked(
            session, _there(call_queries.volunteer(session, volunteer_id)).call_id
        )
        volunteer = _there(call_queries.volunteer(session, volunteer_id, lock=True))
        number = volunteer.number
        if volunteer.confirmed_at is not None:
            call.withdrawn += 1
        _leave(session, call, number, store, now)
        queries.unname(session, call.panel_code, number)
        call_queries.forget(session, volunteer, now)
        # By its number the draw is still known for one of this call.
        _record(session, "panel.volunteer_withdrew", call, volunteer_id, now, number=number)


def _leave(session: Session, call: PanelCall, number: str, store: FileStore, now: datetime) -> None:
    """Take whoever has this number off the call's panel, if he serves on it."""
    panel = queries.find_panel(session, call.panel_code, lock=True)
    if panel is None or panel.kind is not PanelKind.DRAWN:
        return
    member = queries.numbered(session, panel.id, [number]).get(number)
    if member is not None and member.standing is Standing.SELECTED:
        take_off(session, panel, [number], store=store, actor=Actor.RESPONDENT, now=now)


def _confirm_by(call: PanelCall, now: datetime) -> datetime:
    """The moment from which on who signs up now cannot confirm any more: the end of a day, as he is told a day."""
    return min(seoul_time(seoul_date(now) + timedelta(days=CONFIRM_DAYS + 1)), ends_at(call))


def _confirm_on(volunteer: Volunteer) -> date:
    """The last day on which a sign-up can be confirmed."""
    return seoul_date(volunteer.confirm_by - timedelta(microseconds=1))


def _may_confirm(call: PanelCall, volunteer: Volunteer, now: datetime) -> bool:
    return is_open(call, now) and now < volunteer.confirm_by


def _there(volunteer: Volunteer | None) -> Volunteer:
    if volunteer is None:
        raise LinkUnknown
    return volunteer


def _number() -> str:
    return "v" + "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))


def _mail(session: Session, call: PanelCall, volunteer: Volunteer, now: datetime) -> None:
    mail = compose(
        INTENT,
        {
            "agency": settings().agency,
            "call": call,
            "confirm_on": _confirm_on(volunteer),
            "link": links.blank(),
        },
    )
    dispatch = enqueue(
        session,
        OutgoingMessage(
            key=f"{INTENT}:{volunteer.id}:{volunteer.number}",
            intent=INTENT,
            organisation_code=VOLUNTEER,
            address=volunteer.contact,
            subject=mail.subject,
            body=mail.body,
            wants_proof=False,
        ),
        now,
    )
    volunteer.dispatch_id = dispatch.id
    links.grant_volunteer(session, dispatch=dispatch, now=now)


def _record(
    session: Session,
    event: str,
    call: PanelCall,
    volunteer_id: int,
    now: datetime,
    **more: str,
) -> None:
    ledger.record(
        session,
        event,
        subject=("panel_call", call.id),
        now=now,
        actor=Actor.RESPONDENT,
        volunteer=volunteer_id,
        **more,
    )

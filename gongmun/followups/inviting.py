"""Send invitations to a meeting: to the ministry, the proposer and the division, each their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from gongmun.access import links
from gongmun.clock import SEOUL
from gongmun.documents import FileStore
from gongmun.followups import proposer_queries
from gongmun.followups.addressing import proposer_address
from gongmun.followups.invitations import Method, attachment, invitation
from gongmun.followups.models import Meeting
from gongmun.mail import Dispatch, OutgoingMessage, compose, enqueue
from gongmun.mail.outbox import agency_sender
from gongmun.mail.recipients import DIVISION, PROPOSER
from gongmun.organisations import queries as organisation_queries
from gongmun.referrals import queries as referral_queries
from gongmun.referrals.mailing import mailbox, thread
from gongmun.referrals.models import Referral
from gongmun.settings import settings
from gongmun.suggestions import queries as suggestion_queries
from gongmun.text import Bilingual, english_date, korean_date

MEETING_INTENT = "meeting"


class Guest(StrEnum):
    """Who is invited."""

    MINISTRY = "ministry"
    PROPOSER = "proposer"
    DIVISION = "division"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Invited:
    guest: Guest
    code: str
    address: str | None


def invite(
    session: Session,
    meeting: Meeting,
    *,
    method: Method,
    moved: bool,
    store: FileStore,
    now: datetime,
) -> Sequence[int]:
    """Put the invitations to this version of a meeting into the outbox; the ids of the mails.

    The proposer is invited where the meeting is with them and they left a mail address, and counts as
    told of this version then.
    """
    referral = referral_queries.by_id(session, meeting.referral_id)
    return [
        _mail(session, meeting, referral, invited, method, moved, store, now).id
        for invited in _invited(session, meeting, referral)
    ]


def _invited(session: Session, meeting: Meeting, referral: Referral) -> Sequence[_Invited]:
    ministry = organisation_queries.by_id(session, referral.organisation_id)
    found = [
        _Invited(guest=Guest.MINISTRY, code=ministry.code, address=mailbox(session, ministry.id)),
        _Invited(guest=Guest.DIVISION, code=DIVISION, address=settings().agency.email),
    ]
    address = proposer_address(session, referral.suggestion_id) if meeting.with_proposer else None
    if address is not None:
        found.append(_Invited(guest=Guest.PROPOSER, code=PROPOSER, address=address))
    return found


def _mail(
    session: Session,
    meeting: Meeting,
    referral: Referral,
    invited: _Invited,
    method: Method,
    moved: bool,
    store: FileStore,
    now: datetime,
) -> Dispatch:
    suggestion = suggestion_queries.by_id(session, referral.suggestion_id)
    ministry = organisation_queries.by_id(session, referral.organisation_id)
    content = invitation(
        meeting,
        method=method,
        subject=f"{suggestion.reference} {suggestion.title}",
        attendee=invited.address,
        agency=settings().agency,
        domain=agency_sender().address.rpartition("@")[2],
        now=now,
    )
    mail = compose(
        MEETING_INTENT,
        {
            "agency": settings().agency,
            "guest": invited.guest.value,
            "ministry": ministry,
            "suggestion": suggestion,
            "meeting": meeting,
            "when": when(meeting),
            "cancelled": method is Method.CANCEL,
            "moved": moved,
            "with_proposer": meeting.with_proposer,
            "link": None if invited.guest is Guest.DIVISION else links.blank(),
        },
    )
    dispatch = enqueue(
        session,
        OutgoingMessage(
            key=f"meeting:{meeting.id}:{meeting.sequence}:{invited.guest.value}",
            intent=MEETING_INTENT,
            organisation_code=invited.code,
            address=invited.address,
            subject=mail.subject,
            body=mail.body,
            attachments=(attachment(meeting, method, store.put(content)),),
            references=thread(session, [referral.document_id])
            if invited.guest is Guest.MINISTRY
            else (),
        ),
        now,
    )
    if invited.guest is Guest.PROPOSER:
        _note(session, referral, meeting, dispatch, now)
    _grant(session, referral, invited, dispatch, now)
    return dispatch


def _note(
    session: Session, referral: Referral, meeting: Meeting, dispatch: Dispatch, now: datetime
) -> None:
    proposer_queries.add_notice(
        session,
        {
            "suggestion_id": referral.suggestion_id,
            "step": proposer_queries.meeting_step(meeting.id, meeting.sequence),
            "noted_at": now,
            "dispatch_id": dispatch.id,
        },
    )


def _grant(
    session: Session, referral: Referral, invited: _Invited, dispatch: Dispatch, now: datetime
) -> None:
    if invited.guest is Guest.PROPOSER:
        links.grant_proposer(
            session, suggestion_id=referral.suggestion_id, dispatch=dispatch, now=now
        )
    elif invited.guest is Guest.MINISTRY:
        links.grant_ministry(
            session,
            organisation_id=referral.organisation_id,
            document_ids=[i for i in (referral.document_id,) if i is not None],
            dispatch=dispatch,
            now=now,
        )


def when(meeting: Meeting) -> Bilingual:
    """The time of a dated meeting in Seoul: `2026. 11. 20.(금) 14:00~15:30`."""
    assert meeting.starts_at is not None
    assert meeting.ends_at is not None
    starts, ends = meeting.starts_at.astimezone(SEOUL), meeting.ends_at.astimezone(SEOUL)
    same_day = starts.date() == ends.date()
    until_ko = "" if same_day else f"{korean_date(ends.date(), weekday=True)} "
    until_en = "" if same_day else f"{english_date(ends.date(), weekday=True)} "
    return Bilingual(
        ko=f"{korean_date(starts.date(), weekday=True)} {starts:%H:%M}~{until_ko}{ends:%H:%M}",
        en=f"{english_date(starts.date(), weekday=True)}, {starts:%H:%M} to {until_en}{ends:%H:%M} (Seoul)",
    )

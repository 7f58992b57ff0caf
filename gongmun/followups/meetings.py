"""Follow-up meetings (후속 협의): proposed by the ministry or the division, dated by the division, held."""

from datetime import datetime

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.clock import SEOUL
from gongmun.db import Database
from gongmun.documents import FileStore
from gongmun.errors import GongmunError, NotFound
from gongmun.followups import meeting_queries
from gongmun.followups.invitations import Method
from gongmun.followups.inviting import invite
from gongmun.followups.life import Event, Status
from gongmun.followups.models import Meeting
from gongmun.ledger import Actor
from gongmun.referrals import queries as referral_queries
from gongmun.referrals.life import GONE
from gongmun.referrals.life import Status as ReferralStatus
from gongmun.text import clean, clean_line

AGENDA_LIMIT = 3_000
MINUTES_LIMIT = 50_000
PLACE_LIMIT = 200
# Statuses in which the ministry has not got the referral, or has it no more.
_NOT_THERE = GONE | {ReferralStatus.DRAFTED, ReferralStatus.APPROVED}


class MeetingIncomplete(GongmunError):
    """Something that a meeting needs was not given, or is too long."""

    code = "meeting.incomplete"
    ko = "후속 협의를 기록하지 않았습니다. {what_ko}"
    en = "Nothing was recorded. {what_en}"


class MeetingImpossible(GongmunError):
    """A meeting about a referral that the ministry does not have."""

    code = "meeting.impossible"
    ko = "이송 {referral_id}번은 기관에 발송된 상태가 아니어서 후속 협의를 제안할 수 없습니다. 진행 상황을 확인해 주십시오."
    en = "Referral {referral_id} is not with its ministry, so no meeting can be proposed. Check where it stands."


class MeetingComing(GongmunError):
    """A second meeting while one is still to come."""

    code = "meeting.coming"
    ko = "이 이송 건에는 아직 열리지 않은 후속 협의({meeting_id}번)가 있습니다. 그 협의의 일정을 먼저 정해 주십시오."
    en = "Meeting {meeting_id} about this referral is still to come. See to that one first."


def propose(
    db: Database,
    referral_id: int,
    *,
    agenda: str,
    by_ministry: bool,
    with_proposer: bool,
    now: datetime,
    organisation_id: int | None = None,
) -> Meeting:
    """Propose a meeting about a referral; it waits for the division to date it.

    `organisation_id`, where given, is whose referral it has to be.

    Raises:
        NotFound: no such referral, or it is another ministry's.
        MeetingIncomplete: no agenda, or one that is too long.
        MeetingImpossible: it was not dispatched yet, or the ministry has it no more.
        MeetingComing: there is one to come.
    """
    agenda = clean(agenda)
    if not agenda:
        raise MeetingIncomplete(
            what_ko="무엇을 협의할지 적어 주십시오.", what_en="Say what the meeting is about."
        )
    _within(agenda, AGENDA_LIMIT)
    with db.transaction() as session:
        referral = referral_queries.locked(session, referral_id)
        if organisation_id is not None and referral.organisation_id != organisation_id:
            raise NotFound(thing_ko=f"이송 {referral_id}", thing_en=f"referral {referral_id}")
        if not may_be_about(referral.status):
            raise MeetingImpossible(referral_id=referral_id)
        coming = meeting_queries.coming_meeting(session, referral_id)
        if coming is not None:
            raise MeetingComing(meeting_id=coming.id)
        meeting = Meeting(
            referral_id=referral_id,
            status=Status.PROPOSED,
            agenda=agenda,
            by_ministry=by_ministry,
            with_proposer=with_proposer,
            proposed_at=now,
        )
        session.add(meeting)
        session.flush()
        ledger.record(
            session,
            "meeting.proposed",
            subject=("meeting", meeting.id),
            now=now,
            actor=Actor.MINISTRY if by_ministry else Actor.COORDINATOR,
            referral_id=referral_id,
        )
    return meeting


def is_possible(session: Session, referral_id: int) -> bool:
    """Whether a referral is one that a meeting can be about."""
    return may_be_about(referral_queries.by_id(session, referral_id).status)


def may_be_about(status: ReferralStatus) -> bool:
    """Whether a meeting can be about a referral in this status."""
    return status not in _NOT_THERE


def date_(
    db: Database,
    meeting_id: int,
    *,
    starts_at: datetime,
    ends_at: datetime,
    place: str,
    store: FileStore,
    now: datetime,
) -> Meeting:
    """Date a meeting, or move it; everybody who takes part is sent an invitation.

    The same date again sends nothing.

    Raises:
        NotFound, InvalidTransition: there is no such meeting, or it was held or cancelled.
        MeetingImpossible: the ministry has the referral no more.
        MeetingIncomplete: no place, an end before the beginning, or a time that is over.
    """
    place = clean_line(place)
    if not place:
        raise MeetingIncomplete(what_ko="장소를 적어 주십시오.", what_en="Say where it is.")
    _within(place, PLACE_LIMIT)
    if ends_at <= starts_at or starts_at <= now:
        raise MeetingIncomplete(
            what_ko="시작 시각은 지금 이후, 종료 시각은 시작 시각 이후여야 합니다. 일시를 확인해 주십시오.",
            what_en="It must begin later than now, and end later than it begins. Check the times.",
        )
    with db.transaction() as session:
        meeting = meeting_queries.meeting(session, meeting_id, lock=True)
        if not is_possible(session, meeting.referral_id):
            raise MeetingImpossible(referral_id=meeting.referral_id)
        dated = meeting.status is Status.DATED
        if dated and (meeting.starts_at, meeting.ends_at, meeting.place) == (
            starts_at,
            ends_at,
            place,
        ):
            return meeting
        meeting_queries.move(
            session,
            meeting,
            Event.DATED,
            starts_at=starts_at,
            ends_at=ends_at,
            place=place,
            sequence=meeting.sequence + 1 if dated else meeting.sequence,
        )
        mails = invite(session, meeting, method=Method.REQUEST, moved=dated, store=store, now=now)
        ledger.record(
            session,
            "meeting.dated",
            subject=("meeting", meeting_id),
            now=now,
            actor=Actor.COORDINATOR,
            referral_id=meeting.referral_id,
            sequence=meeting.sequence,
            dispatches=list(mails),
        )
    return meeting


def hold(db: Database, meeting_id: int, *, minutes: str, decisions: str, now: datetime) -> Meeting:
    """Record what was said and decided at a meeting; its files are added to the referral with its id.

    Raises:
        NotFound, InvalidTransition: there is no such meeting, or it has no date, or was held or cancelled.
        MeetingIncomplete: it has not begun yet, or the minutes are missing or too long.
    """
    minutes, decisions = clean(minutes), clean(decisions)
    if not minutes:
        raise MeetingIncomplete(
            what_ko="회의 내용을 적어 주십시오.", what_en="Say what was said at the meeting."
        )
    _within(minutes, MINUTES_LIMIT)
    _within(decisions, MINUTES_LIMIT)
    with db.transaction() as session:
        meeting = meeting_queries.meeting(session, meeting_id, lock=True)
        if meeting.starts_at is not None and meeting.starts_at > now:
            raise MeetingIncomplete(
                what_ko=f"{meeting.starts_at.astimezone(SEOUL):%Y-%m-%d %H:%M}에 시작하는 협의입니다. 열린 뒤에 기록해 주십시오.",
                what_en="The meeting has not begun yet. Record it afterwards.",
            )
        meeting_queries.move(
            session, meeting, Event.HELD, minutes=minutes, decisions=decisions or None, held_at=now
        )
        ledger.record(
            session,
            "meeting.held",
            subject=("meeting", meeting_id),
            now=now,
            actor=Actor.COORDINATOR,
            referral_id=meeting.referral_id,
        )
    return meeting


def cancel(db: Database, meeting_id: int, *, store: FileStore, now: datetime) -> Meeting:
    """Cancel a meeting; who was invited is told, and their calendars take it out.

    Raises:
        NotFound, InvalidTransition: there is no such meeting, or it was held or cancelled.
    """
    with db.transaction() as session:
        meeting = meeting_queries.meeting(session, meeting_id, lock=True)
        dated = meeting.status is Status.DATED
        meeting_queries.move(
            session,
            meeting,
            Event.CANCELLED,
            sequence=meeting.sequence + 1 if dated else meeting.sequence,
        )
        mails = (
            invite(session, meeting, method=Method.CANCEL, moved=False, store=store, now=now)
            if dated
            else ()
        )
        ledger.record(
            session,
            "meeting.cancelled",
            subject=("meeting", meeting_id),
            now=now,
            actor=Actor.COORDINATOR,
            referral_id=meeting.referral_id,
            dispatches=list(mails),
        )
    return meeting


def _within(text: str, limit: int) -> None:
    if len(text) > limit:
        raise MeetingIncomplete(
            what_ko=f"{limit:,}자 이내로 적고, 나머지는 파일로 첨부해 주십시오.",
            what_en=f"Keep it within {limit:,} characters, and attach the rest as a file.",
        )

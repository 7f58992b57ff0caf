"""Every DELETE and UPDATE of retention in the outbox and among the proposers. What is open is never among it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Delete,
    Text,
    Update,
    and_,
    cast,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from gongmun.access.entering import CODE_INTENT
from gongmun.access.models import AccessLink
from gongmun.answers.delegating import DELEGATION_INTENT
from gongmun.answers.models import Commitment, CommitmentStatus
from gongmun.db import some_of
from gongmun.followups.life import COMING
from gongmun.followups.models import Meeting, ProposerNotice
from gongmun.forums.models import Forum
from gongmun.ledger.models import LedgerEvent
from gongmun.mail.models import Dispatch
from gongmun.mail.recipients import COORDINATOR, PROPOSER
from gongmun.organisations.models import Contact, Organisation
from gongmun.referrals.life import OPEN, Status
from gongmun.referrals.models import Referral
from gongmun.suggestions.models import Proposer, Suggestion
from gongmun.surveys.panels import mail_queries

# Of a referral in one of these something is still to come.
UNFINISHED = OPEN | {Status.ANSWERED}
_BULK: dict[str, Any] = {"execution_options": {"synchronize_session": False}}
_CALENDAR = "text/calendar"


def is_open(referrals: ColumnElement[bool], before: datetime) -> ColumnElement[bool]:
    """Whether something of these referrals is open, or has happened since `before`.

    `referrals` says which, in a query of its own over `Referral`.
    """
    of_these = (Referral.id == Commitment.referral_id, referrals)
    meetings = (Referral.id == Meeting.referral_id, referrals)
    return or_(
        exists().where(referrals, Referral.status.in_(UNFINISHED)),
        exists().where(
            referrals,
            LedgerEvent.subject_kind == "referral",
            LedgerEvent.subject_id == Referral.id,
            LedgerEvent.occurred_at >= before,
        ),
        exists().where(
            *of_these,
            or_(Commitment.status == CommitmentStatus.OPEN, Commitment.settled_at >= before),
        ),
        exists().where(
            *meetings,
            or_(
                Meeting.status.in_(COMING),
                Meeting.starts_at >= before,
                Meeting.held_at >= before,
            ),
        ),
    )


def forget_proposers(session: Session, before: datetime) -> int:
    """Delete who made suggestions of which nothing is open, nor has happened since; how many."""
    of_suggestion = Referral.suggestion_id == Suggestion.id
    done = and_(
        Suggestion.imported_at < before,
        # One whose end nobody has named does not keep them for ever.
        func.coalesce(Forum.ends_at, Forum.starts_at) < before,
        # Selected and not referred yet: it still waits for a ministry.
        or_(Suggestion.selected.is_(False), exists().where(of_suggestion)),
        ~is_open(of_suggestion, before),
        ~exists().where(
            ProposerNotice.suggestion_id == Suggestion.id, ProposerNotice.noted_at >= before
        ),
    )
    ids = select(Suggestion.id).join(Forum, Forum.id == Suggestion.forum_id).where(done)
    return _rows(session, delete(Proposer).where(Proposer.suggestion_id.in_(ids)))


def forget_proposer_mails(session: Session, before: datetime) -> tuple[int, Collection[str]]:
    """Take the addresses from mails to proposers that are forgotten, and their links; how many, and calendar files."""
    # Asked once for all mails: for each of them it is a search of all proposers.
    known = select(func.trim(Proposer.contact)).where(Proposer.contact.is_not(None))
    forgotten = Dispatch.address.not_in(known)
    ids = _mails(session, before, Dispatch.organisation_code == PROPOSER, forgotten)
    files = _calendars(session, ids)
    mail_queries.forget_mails(session, ids)
    return len(ids), files


def forget_access_mails(session: Session, before: datetime) -> int:
    """Take the addresses from mails with codes, and from those to delegates whose link is dead; how many."""
    alive = exists().where(AccessLink.dispatch_id == Dispatch.id, AccessLink.address.is_not(None))
    which = (Dispatch.intent.in_((CODE_INTENT, DELEGATION_INTENT)), ~alive)
    return _forget_addresses(session, _mails(session, before, *which))


def forget_coordinator_mails(session: Session, before: datetime) -> int:
    """Take the addresses from mails to coordinators; how many."""
    which = Dispatch.organisation_code == COORDINATOR
    return _forget_addresses(session, _mails(session, before, which))


def forget_ministry_mails(session: Session, before: datetime) -> tuple[int, Collection[str]]:
    """Take addresses that are nobody's contact any more from mails to ministries; how many, and calendar files.

    Of a ministry that still has something of that time open none goes.
    """
    is_contact = exists().where(Contact.email == Dispatch.address, Contact.valid.is_(True))
    ministry = exists().where(Organisation.code == Dispatch.organisation_code)
    still_open = exists().where(
        Organisation.code == Dispatch.organisation_code,
        Referral.organisation_id == Organisation.id,
        Referral.status.in_(UNFINISHED),
        Referral.dispatched_at < before,
    )
    ids = _mails(session, before, ministry, ~is_contact, ~still_open)
    files = _calendars(session, ids)
    return _forget_addresses(session, ids), files


def _mails(session: Session, before: datetime, *which: ColumnElement[bool]) -> Sequence[int]:
    """Mails of ours that are older, have an address and are not on their way."""
    return session.scalars(
        select(Dispatch.id)
        .where(
            Dispatch.created_at < before,
            Dispatch.address.is_not(None),
            Dispatch.status.not_in(mail_queries.ON_ITS_WAY),
            *which,
        )
        .order_by(Dispatch.id)
    ).all()


def _forget_addresses(session: Session, ids: Sequence[int]) -> int:
    for some in some_of(ids):
        # The relay's words name the address too.
        _rows(
            session,
            update(Dispatch)
            .where(Dispatch.id.in_(some))
            .values(address=None, last_error=None, relay_reply=None),
        )
    return len(ids)


def _calendars(session: Session, ids: Sequence[int]) -> Collection[str]:
    """Take the calendar files from these mails, which name whom they invite; the SHA-256 of those that no other has."""
    found: set[str] = set()
    for some in some_of(ids):
        for dispatch_id, attachments in session.execute(
            select(Dispatch.id, Dispatch.attachments).where(Dispatch.id.in_(some))
        ):
            calendars = [a for a in attachments if a["media_type"].startswith(_CALENDAR)]
            if calendars:
                rest = [each for each in attachments if each not in calendars]
                _rows(
                    session,
                    update(Dispatch).where(Dispatch.id == dispatch_id).values(attachments=rest),
                )
                found |= {each["sha256"] for each in calendars}
    return found - _with_other_mails(session) if found else found


def _with_other_mails(session: Session) -> set[str]:
    """The calendar files that a mail still has: what bounced went to the backup contact with the same file."""
    calendars = cast(Dispatch.attachments, Text).contains(_CALENDAR)
    return {
        each["sha256"]
        for attachments in session.scalars(select(Dispatch.attachments).where(calendars))
        for each in attachments
    }


def _rows(session: Session, statement: Delete | Update) -> int:
    result = session.execute(statement, **_BULK)
    assert isinstance(result, CursorResult)
    return result.rowcount

"""What goes wrong or waits too long, read from the tables: each fact with its key. It changes nothing."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from gongmun.answers import request_queries
from gongmun.briefing import queries
from gongmun.briefing.models import AlarmKind
from gongmun.calendar import calendar
from gongmun.clock import seoul_date
from gongmun.documents import DocumentKind
from gongmun.documents import queries as document_queries
from gongmun.forums import queries as forum_queries
from gongmun.forums.life import Status as OutcomeStatus
from gongmun.mail import Dispatch, Status
from gongmun.mail import queries as mail_queries
from gongmun.mail.recipients import COORDINATOR
from gongmun.organisations import queries as organisation_queries

# The sweeps that have not run in time by the machine's clock, which heartbeats are kept in, and when each last did; None
# where it never has (`health.sweeping.silent`).
Silent = Callable[[Session], Mapping[str, datetime | None]]
# Working days after which a decision that waits for us is a matter of its own.
PATIENCE = 2
# Documents that a coordinator decides on one by one; outcomes have a decision of their own.
_DECIDED_ALONE = (
    DocumentKind.ESCALATION,
    DocumentKind.CORRECTION,
    DocumentKind.SURVEY_REPORT,
    DocumentKind.WHITE_PAPER,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """Something of which coordinators are told once. `subject` is a table's noun and a row's id, `dispatch.17`."""

    kind: AlarmKind
    subject: str
    occasion: str

    @property
    def key(self) -> str:
        """What makes it one fact: the same thing that happens again is another."""
        return f"{self.kind}:{self.subject}:{self.occasion}"


def facts(session: Session, now: datetime, *, silent: Silent) -> Iterator[Fact]:
    """Every fact that holds now."""
    yield from _sweeps(silent(session))
    yield from _dispatches(session)
    yield from _contacts(session)
    yield from _approvals(session, seoul_date(now))
    yield from _reports(session)
    yield from _overdue(session, seoul_date(now))


def _sweeps(silent: Mapping[str, datetime | None]) -> Iterator[Fact]:
    for name, last in silent.items():
        # One that never ran is of a new installation, or of a new version.
        if last is not None:
            yield Fact(
                kind=AlarmKind.SWEEP_MISSED, subject=f"sweep.{name}", occasion=last.isoformat()
            )


def _dispatches(session: Session) -> Iterator[Fact]:
    for dispatch in mail_queries.needing_a_person(session):
        # A mail about a mail to a coordinator that came back would come back as well.
        if dispatch.organisation_code == COORDINATOR:
            continue
        uncertain = dispatch.status is Status.UNCERTAIN
        yield Fact(
            kind=AlarmKind.DISPATCH_UNCERTAIN if uncertain else AlarmKind.DISPATCH_UNDELIVERABLE,
            subject=f"dispatch.{dispatch.id}",
            occasion=_occasion(dispatch),
        )


def _occasion(dispatch: Dispatch) -> str:
    bounced = dispatch.bounced_at.isoformat() if dispatch.bounced_at else "-"
    return f"{dispatch.status}:{dispatch.attempts}:{bounced}"


def _contacts(session: Session) -> Iterator[Fact]:
    for contact, _ in organisation_queries.broken_contacts(session):
        noted = contact.health_noted_at.isoformat() if contact.health_noted_at else "-"
        yield Fact(kind=AlarmKind.CONTACT_BOUNCED, subject=f"contact.{contact.id}", occasion=noted)


def _approvals(session: Session, today: date) -> Iterator[Fact]:
    for subject, since, occasion in _waiting(session):
        if calendar().shift(seoul_date(since), PATIENCE) < today:
            yield Fact(kind=AlarmKind.APPROVAL_OVERDUE, subject=subject, occasion=occasion)


def _waiting(session: Session) -> Iterator[tuple[str, datetime, str]]:
    """What waits for a decision of ours: what it is, since when, which version of it."""
    for outcome in forum_queries.outcomes_with(session, OutcomeStatus.DRAFTED):
        yield f"outcome.{outcome.id}", outcome.drafted_at, str(outcome.revision)
    for kind in _DECIDED_ALONE:
        for document in document_queries.drafted(session, kind):
            yield f"document.{document.id}", document.created_at, "0"
    for extension, _ in request_queries.open_extensions(session):
        yield f"extension.{extension.id}", extension.requested_at, "0"
    for transfer, _ in request_queries.open_transfers(session):
        yield f"transfer.{transfer.id}", transfer.requested_at, "0"


def _reports(session: Session) -> Iterator[Fact]:
    for document in document_queries.drafted(session, DocumentKind.SURVEY_REPORT):
        yield Fact(kind=AlarmKind.REPORT_WAITING, subject=f"document.{document.id}", occasion="0")


def _overdue(session: Session, today: date) -> Iterator[Fact]:
    for referral_id, arming, due in queries.overdue(session, today):
        yield Fact(
            kind=AlarmKind.REFERRAL_OVERDUE,
            subject=f"referral.{referral_id}",
            occasion=f"{arming}:{due.isoformat()}",
        )

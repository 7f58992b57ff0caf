"""What a ministry is written about its commitments (이행과제): one mail, the most overdue first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from gongmun.access import links
from gongmun.answers.models import Commitment
from gongmun.calendar import calendar
from gongmun.followups.models import CommitmentRung
from gongmun.followups.names import REQUESTS, RUNGS
from gongmun.mail.compose import Composed, compose
from gongmun.organisations import Organisation
from gongmun.referrals.clocks import days_overdue
from gongmun.referrals.models import Referral
from gongmun.settings import settings
from gongmun.suggestions import queries as suggestion_queries
from gongmun.text import Bilingual

# Of the mails, and of their templates.
COMMITMENTS_INTENT = "commitments"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reminder:
    """What a mail says of one commitment."""

    commitment: Commitment
    referral: Referral
    rung: CommitmentRung


@dataclass(frozen=True, kw_only=True, slots=True)
class _Line:
    """One commitment in a mail."""

    reference: str
    title: str
    text: str
    owner: str
    due_on: date
    days_overdue: int  # working days


@dataclass(frozen=True, kw_only=True, slots=True)
class _Section:
    """The lines of one rung in a mail."""

    name: Bilingual
    request: Bilingual
    items: Sequence[_Line]


def worded(
    session: Session, ministry: Organisation, reminders: Sequence[Reminder], today: date
) -> Composed:
    """The subject and body of the mail, as of `today`."""
    return compose(
        COMMITMENTS_INTENT,
        {
            "agency": settings().agency,
            "ministry": ministry,
            "sections": _sections(session, reminders, today),
            "total": len(reminders),
            "link": links.blank(),
        },
    )


def _sections(session: Session, reminders: Sequence[Reminder], today: date) -> Sequence[_Section]:
    return [
        _Section(
            name=RUNGS[rung],
            request=REQUESTS[rung],
            items=[_line(session, each, today) for each in reminders if each.rung is rung],
        )
        for rung in reversed(CommitmentRung)
        if any(each.rung is rung for each in reminders)
    ]


def _line(session: Session, reminder: Reminder, today: date) -> _Line:
    suggestion = suggestion_queries.by_id(session, reminder.referral.suggestion_id)
    commitment = reminder.commitment
    return _Line(
        reference=suggestion.reference,
        title=suggestion.title,
        text=commitment.text,
        owner=commitment.owner,
        due_on=commitment.due_on,
        days_overdue=days_overdue(commitment.due_on, today, calendar()),
    )

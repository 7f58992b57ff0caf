"""Chase commitments (이행과제 점검): one mail a ministry a sweep, until each is done or withdrawn.

Claim and mail are one transaction: what was settled before it is not claimed, and what is settled until
the mail leaves is not in it (leaving.py). A ministry at whose mailboxes no mail arrives is left as it is, for
the first sweep after a coordinator has given it another.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.access import links
from gongmun.answers.models import Commitment
from gongmun.calendar import calendar
from gongmun.clock import seoul_date
from gongmun.db import Database
from gongmun.errors import GongmunError
from gongmun.followups import queries
from gongmun.followups.models import CommitmentRung, CommitmentStep
from gongmun.followups.rungs import Step, decide
from gongmun.followups.wording import COMMITMENTS_INTENT, Reminder, worded
from gongmun.mail import OutgoingMessage, enqueue
from gongmun.organisations import Organisation
from gongmun.organisations import queries as organisation_queries
from gongmun.referrals.chase_pause_queries import paused_organisations
from gongmun.referrals.mailing import mailbox, thread
from gongmun.referrals.models import Referral

# The name of this sweep's lease and heartbeat.
FOLLOW_UP_SWEEP = "follow-up"


@dataclass(frozen=True, kw_only=True, slots=True)
class CommitmentChase:
    """What one sweep did: the mails, the steps taken, and who could not be written to."""

    today: date
    quiet: bool = False
    mails: tuple[int, ...] = ()
    taken: Mapping[CommitmentRung, int] = field(default_factory=dict)
    unreachable: tuple[str, ...] = ()
    problems: tuple[GongmunError, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Due:
    commitment: Commitment
    referral: Referral
    step: Step


def chase_commitments(db: Database, *, now: datetime) -> CommitmentChase:
    """Remind each ministry of its published commitments that are due by today, however old.

    On a day off nothing is done: what is due waits for the next working day, of a ministry whose reminders are
    paused for the end of the pause, and of one that is no more for its successor.
    """
    today = seoul_date(now)
    if not calendar().is_working_day(today):
        return CommitmentChase(today=today, quiet=True)
    with db.reading() as session:
        paused = paused_organisations(session, today)
        ministries = [i for i in queries.ministries_due(session, today) if i not in paused]
    mails: list[int] = []
    taken: Counter[CommitmentRung] = Counter()
    unreachable: list[str] = []
    problems: list[GongmunError] = []
    # A transaction for each ministry: one that fails does not hold up the others.
    for organisation_id in ministries:
        try:
            with db.transaction() as session:
                ministry = organisation_queries.by_id(session, organisation_id)
                if ministry.has_ended(today):
                    continue
                address = mailbox(session, organisation_id)
                if address is None:
                    unreachable.append(ministry.code)
                    continue
                due = _claim(session, organisation_id, today)
                mail_id = _remind(session, ministry, address, due, today, now)
        except GongmunError as error:
            problems.append(error)
            continue
        if mail_id is not None:
            mails.append(mail_id)
        taken.update(item.step.rung for item in due)
    return CommitmentChase(
        today=today,
        mails=tuple(mails),
        taken=taken,
        unreachable=tuple(unreachable),
        problems=tuple(problems),
    )


def _claim(session: Session, organisation_id: int, today: date) -> Sequence[_Due]:
    """What is to be said today of the due commitments of a ministry; each has its next day."""
    found: list[_Due] = []
    for commitment, referral in queries.claim_due(session, organisation_id, today):
        verdict = decide(
            commitment.due_on,
            taken=queries.steps_taken(session, commitment.id),
            today=today,
            shift=calendar().shift,
        )
        commitment.next_action_on = verdict.next_on
        if verdict.take is not None:
            found.append(_Due(commitment=commitment, referral=referral, step=verdict.take))
    return found


def _remind(
    session: Session,
    ministry: Organisation,
    address: str,
    due: Sequence[_Due],
    today: date,
    now: datetime,
) -> int | None:
    if not due:
        return None
    documents = [item.referral.document_id for item in due]
    document_ids = sorted({i for i in documents if i is not None})
    mail = worded(
        session,
        ministry,
        [
            Reminder(commitment=item.commitment, referral=item.referral, rung=item.step.rung)
            for item in due
        ],
        today,
    )
    # The commitments of the mail make its key: a sweep that is repeated finds none of them due.
    first = due[0]
    dispatch = enqueue(
        session,
        OutgoingMessage(
            key=f"commitments:{ministry.id}:{today.isoformat()}"
            f":{first.commitment.id}:{first.step.rung.value}:{first.step.count}",
            intent=COMMITMENTS_INTENT,
            organisation_code=ministry.code,
            address=address,
            subject=mail.subject,
            body=mail.body,
            references=thread(session, document_ids),
            # A reply to the mail finds the document, where there is one only.
            document_id=document_ids[0] if len(document_ids) == 1 else None,
        ),
        now,
    )
    links.grant_ministry(
        session,
        organisation_id=ministry.id,
        document_ids=document_ids,
        dispatch=dispatch,
        now=now,
    )
    for item in due:
        _note(session, item, dispatch.id, today, now)
    return dispatch.id


def _note(session: Session, item: _Due, dispatch_id: int, today: date, now: datetime) -> None:
    session.add(
        CommitmentStep(
            commitment_id=item.commitment.id,
            rung=item.step.rung,
            count=item.step.count,
            due_on=item.step.due_on,
            fired_on=today,
            dispatch_id=dispatch_id,
        )
    )
    ledger.record(
        session,
        "commitment.chased",
        subject=("commitment", item.commitment.id),
        now=now,
        rung=item.step.rung.value,
        count=item.step.count,
        due_on=item.step.due_on.isoformat(),
        dispatch_id=dispatch_id,
    )

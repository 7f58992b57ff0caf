"""One sweep of the ladder (독촉): what is due is claimed, grouped by ministry and drafted.

The way of one sweep, each step with its own transaction and resumable by the next sweep:
1. `sweep` claims the due rungs of each ministry: ladder steps, one notice, drafts of its documents;
2. `notices.prepare_notices` lets them say what is still true, and their documents are issued
   (documents.issue, called by the flow);
3. `notices.enqueue_notices` puts every notice whose documents are ready into the outbox.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.calendar import calendar
from gongmun.clock import seoul_date
from gongmun.db import Database
from gongmun.errors import GongmunError
from gongmun.organisations import queries as organisation_queries
from gongmun.referrals import queries
from gongmun.referrals.ladder import DueStep, Ladder, Rung, Verdict, decide
from gongmun.referrals.letters import draft_escalation, draft_reminder
from gongmun.referrals.models import LadderStep, Notice, NoticeKind, Referral

# The name of this sweep's lease and heartbeat.
CHASE_SWEEP = "chase-referrals"
# Rungs that are carried by a message to the ministry, and those of them with a numbered document.
_FORMAL = (Rung.FIRST_REMINDER, Rung.SECOND_REMINDER)
_ORDER = {rung: place for place, rung in enumerate(Rung)}
_NOT_MAILED = (Rung.ESCALATION, Rung.SILENCE)


@dataclass(frozen=True, kw_only=True, slots=True)
class ChaseReport:
    """What one sweep did. `fired` and `skipped` count rungs, `problems` are ministries left out."""

    today: date
    quiet: bool = False
    notices: tuple[int, ...] = ()
    fired: Mapping[str, int] = field(default_factory=dict)
    skipped: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[GongmunError, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Due:
    referral: Referral
    due: DueStep


def sweep(db: Database, *, ladder: Ladder, now: datetime) -> ChaseReport:
    """Claim every rung that is due by today, however old, and draft what it needs.

    On a day off nothing is done: what is due waits for the next working day.
    """
    today = seoul_date(now)
    if not calendar().is_working_day(today):
        return ChaseReport(today=today, quiet=True)
    notices: list[int] = []
    fired: Counter[str] = Counter()
    skipped: Counter[str] = Counter()
    problems: list[GongmunError] = []
    with db.reading() as session:
        ministries = queries.ministries_due(session, today)
    # A transaction for each ministry: one that fails does not hold up the others.
    for organisation_id in ministries:
        try:
            with db.transaction() as session:
                referrals = queries.claim_due(session, organisation_id, today)
                verdicts = [(r, _claim(session, r, ladder, today, now)) for r in referrals]
                claimed = [_Due(referral=r, due=due) for r, v in verdicts for due in v.fire]
                made = _notices(session, organisation_id, claimed, today=today, now=now)
        except GongmunError as error:
            problems.append(error)
            continue
        notices.extend(made)
        fired.update(item.due.step.rung for item in claimed)
        skipped.update(due.step.rung for _, verdict in verdicts for due in verdict.skip)
    return ChaseReport(
        today=today,
        notices=tuple(notices),
        fired=fired,
        skipped=skipped,
        problems=tuple(problems),
    )


def _claim(
    session: Session, referral: Referral, ladder: Ladder, today: date, now: datetime
) -> Verdict:
    """Write down what the verdict of today skips; the verdict."""
    if referral.asks_since is not None:
        # The ministry has asked us for something: nobody is nagged before we decide.
        referral.next_action_on = calendar().shift(today, 1)
        return Verdict(fire=(), skip=(), next_on=referral.next_action_on, overdue=False)
    verdict = decide(
        ladder,
        referral.clocks,
        fired=queries.fired(session, referral),
        today=today,
        shift=calendar().shift,
    )
    for due in verdict.skip:
        session.add(_row(referral, due, today, skipped=True))
    referral.next_action_on = verdict.next_on
    if verdict.overdue and referral.overdue_noted_on is None:
        referral.overdue_noted_on = today
        ledger.record(
            session,
            "referral.overdue",
            subject=("referral", referral.id),
            now=now,
            answer_due=referral.clocks.answer_due.isoformat(),
        )
    return verdict


def _row(referral: Referral, due: DueStep, today: date, *, skipped: bool = False) -> LadderStep:
    return LadderStep(
        referral_id=referral.id,
        arming=referral.arming,
        rung=due.step.rung,
        due_on=due.due_on,
        fired_on=today,
        skipped=skipped,
    )


def _notices(
    session: Session,
    organisation_id: int,
    claimed: Sequence[_Due],
    *,
    today: date,
    now: datetime,
) -> Sequence[int]:
    """Write the claimed steps; one notice to the ministry, and one about it to its parent body."""
    mailed = [item for item in claimed if item.due.step.rung not in _NOT_MAILED]
    escalated = [item for item in claimed if item.due.step.rung is Rung.ESCALATION]
    made: list[int] = []
    if mailed:
        notice = _notice(session, NoticeKind.CHASE, organisation_id, organisation_id, today)
        rungs = {item.due.step.rung for item in mailed}
        # A formal reminder is the ministry's own to receive, whoever is asked besides.
        notice.to_backup = Rung.BACKUP_NUDGE in rungs and rungs.isdisjoint(_FORMAL)
        for rung, items in _by_rung(mailed):
            document = None
            if rung in _FORMAL:
                document = draft_reminder(
                    session, notice, rung, [item.referral for item in items], now=now
                )
                notice.document_ids = [*notice.document_ids, document.id]
            _fire(session, items, notice, document.id if document else None, today, now)
        made.append(notice.id)
    if escalated:
        ministry = organisation_queries.by_id(session, organisation_id)
        # The highest body has nobody above it: the case is put before its own head again.
        parent = organisation_queries.parent(session, ministry, today) or ministry
        notice = _notice(session, NoticeKind.ESCALATION, organisation_id, parent.id, today)
        document = draft_escalation(
            session, notice.key, ministry, parent, [item.referral for item in escalated], now=now
        )
        notice.document_ids = [document.id]
        _fire(session, escalated, notice, document.id, today, now)
        made.append(notice.id)
    silent = [item for item in claimed if item.due.step.rung is Rung.SILENCE]
    _fire(session, silent, None, None, today, now)
    return made


def _by_rung(items: Sequence[_Due]) -> Sequence[tuple[Rung, Sequence[_Due]]]:
    def order(item: _Due) -> int:
        return _ORDER[item.due.step.rung]

    groups = groupby(sorted(items, key=order), key=attrgetter("due.step.rung"))
    return [(rung, list(group)) for rung, group in groups]


def _notice(
    session: Session, kind: NoticeKind, organisation_id: int, addressee_id: int, today: date
) -> Notice:
    # One message for a ministry and day; a second sweep of the day that finds more (a referral
    # dispatched meanwhile) makes the next one.
    count = queries.notices_on(session, kind, organisation_id, today)
    notice = Notice(
        key=f"{kind.value}:{organisation_id}:{today.isoformat()}:{count + 1}",
        kind=kind,
        organisation_id=organisation_id,
        addressee_id=addressee_id,
        document_ids=[],
        swept_on=today,
    )
    session.add(notice)
    session.flush()
    return notice


def _fire(
    session: Session,
    items: Sequence[_Due],
    notice: Notice | None,
    document_id: int | None,
    today: date,
    now: datetime,
) -> None:
    for item in items:
        row = _row(item.referral, item.due, today)
        row.notice_id = notice.id if notice else None
        row.document_id = document_id
        session.add(row)
        ledger.record(
            session,
            "referral.chased",
            subject=("referral", item.referral.id),
            now=now,
            rung=item.due.step.rung.value,
            due_on=item.due.due_on.isoformat(),
            notice_id=row.notice_id,
            document_id=document_id,
        )

"""The notices of a sweep: one message to each ministry, and what it says about it to its parent body."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.documents.drafting import Draft, draft_many
from gongmun.documents.letter import ROW_LIMIT
from gongmun.organisations import Organisation
from gongmun.organisations import queries as organisation_queries
from gongmun.referrals import notice_queries
from gongmun.referrals.chase_queries import Due
from gongmun.referrals.ladder import FORMAL, PLACES, DueStep, Rung
from gongmun.referrals.letters import escalation, reminder
from gongmun.referrals.mailing import mailboxes
from gongmun.referrals.models import NoticeKind
from gongmun.referrals.papers import papers

# Rungs that are not carried by a message to the ministry.
_NOT_MAILED = (Rung.ESCALATION, Rung.SILENCE)
# Cases of one escalation: each has a history, and all their lines must fit into one document.
_CASES = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Fired:
    """A rung that fires for a referral."""

    referral: Due
    due: DueStep

    @property
    def is_escalation(self) -> bool:
        """Whether it is put before the parent body."""
        return self.due.step.rung is Rung.ESCALATION

    def is_escalation_of(self, ministries: Collection[int]) -> bool:
        """Whether it is put before the parent body of one of these ministries."""
        return self.is_escalation and self.referral.organisation_id in ministries


def superiors(
    session: Session, ministries: Sequence[Organisation], today: date
) -> Mapping[int, Organisation | None]:
    """Who is told of each of these ministries, by its id; None where nobody can be named.

    The highest body has nobody above it: a case is put before its own head again.
    """
    if not ministries:
        return {}
    in_force = {each.code: each for each in organisation_queries.organisations(session, today)}
    found: dict[int, Organisation | None] = {}
    for ministry in set(ministries):
        found[ministry.id] = ministry
        if ministry.parent_code is not None:
            found[ministry.id] = in_force.get(ministry.parent_code) or organisation_queries.parent(
                session, ministry, today
            )
    return found


def step_row(
    referral: Due,
    due: DueStep,
    today: date,
    *,
    skipped: bool = False,
    notice_id: int | None = None,
    document_id: int | None = None,
) -> dict[str, Any]:
    """A row of the ladder's steps."""
    return {
        "referral_id": referral.id,
        "arming": referral.arming,
        "rung": due.step.rung,
        "due_on": due.due_on,
        "fired_on": today,
        "skipped": skipped,
        "notice_id": notice_id,
        "document_id": document_id,
    }


@dataclass(frozen=True, kw_only=True, slots=True)
class _Plan:
    """A notice that is about to be written, and what it carries."""

    key: str
    kind: NoticeKind
    ministry: Organisation
    addressee: Organisation
    to_backup: bool
    items: Sequence[Fired]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Part:
    """What one notice says under one rung; `draft` where a numbered document says it."""

    notice: str
    items: Sequence[Fired]
    draft: Draft | None


def draft_notices(
    session: Session,
    ministries: Mapping[int, Organisation],
    fired: Sequence[Fired],
    superiors: Mapping[int, Organisation | None],
    *,
    today: date,
    now: datetime,
) -> tuple[Sequence[int], Sequence[dict[str, Any]]]:
    """Write one notice to each ministry, and one about it to its parent body, with their documents.

    `fired` stands in order of ministry. Returns the ids of the notices and the steps to write down.
    """
    plans = _planned(session, ministries, fired, superiors, today)
    parts = _parts(session, plans, today)
    documents = _drafted(session, plans, parts, now)
    carried: dict[str, list[int]] = {plan.key: [] for plan in plans}
    for part in parts:
        if part.draft is not None:
            carried[part.notice].append(documents[part.draft.key])
    ids = notice_queries.add_notices(session, [_row(plan, carried, today) for plan in plans])
    rows: list[dict[str, Any]] = []
    for part in parts:
        document_id = documents[part.draft.key] if part.draft is not None else None
        rows += _fire(session, part.items, ids[part.notice], document_id, today, now)
    silent = [each for each in fired if each.due.step.rung is Rung.SILENCE]
    rows += _fire(session, silent, None, None, today, now)
    return [ids[plan.key] for plan in plans], rows


def _row(plan: _Plan, carried: Mapping[str, Sequence[int]], today: date) -> dict[str, Any]:
    return {
        "key": plan.key,
        "kind": plan.kind,
        "organisation_id": plan.ministry.id,
        "addressee_id": plan.addressee.id,
        "to_backup": plan.to_backup,
        "document_ids": carried[plan.key],
        "swept_on": today,
        "stale": False,
    }


def _parts(session: Session, plans: Sequence[_Plan], today: date) -> Sequence[_Part]:
    carried = [(plan.kind, each) for plan in plans for each in plan.items]
    escalated = {each.referral.id for kind, each in carried if kind is NoticeKind.ESCALATION}
    formal = {each.referral.id for _, each in carried if each.due.step.rung in FORMAL}
    read = papers(
        session,
        formal | escalated,
        ministries={plan.ministry.id for plan in plans},
        with_cases=escalated,
    )
    parts: list[_Part] = []
    for plan in plans:
        for rung, group in _by_rung(plan.items):
            for number, some in enumerate(_chunks(group, ROW_LIMIT), start=1):
                ids = [each.referral.id for each in some]
                draft = None
                if rung in FORMAL:
                    key = f"{plan.key}:{rung.value}" + (f":{number}" if number > 1 else "")
                    draft = reminder(read, key, plan.ministry, rung, ids, today)
                elif rung is Rung.ESCALATION:
                    draft = escalation(read, plan.key, plan.ministry, plan.addressee, ids, today)
                parts.append(_Part(notice=plan.key, items=some, draft=draft))
    return parts


def _drafted(
    session: Session, plans: Sequence[_Plan], parts: Sequence[_Part], now: datetime
) -> Mapping[str, int]:
    """The ids of the documents by their keys; reminders are approved by the ladder itself."""
    kinds = {plan.key: plan.kind for plan in plans}
    ids: dict[str, int] = {}
    for kind in NoticeKind:
        drafts = [p.draft for p in parts if p.draft is not None and kinds[p.notice] is kind]
        made = draft_many(session, drafts, now=now, approved=kind is NoticeKind.CHASE)
        ids |= {draft.key: made_id for draft, made_id in zip(drafts, made, strict=True)}
    return ids


def _planned(
    session: Session,
    ministries: Mapping[int, Organisation],
    fired: Sequence[Fired],
    superiors: Mapping[int, Organisation | None],
    today: date,
) -> Sequence[_Plan]:
    made = Counter(notice_queries.made_on(session, ministries, today))
    boxes = mailboxes(session, {each.referral.organisation_id for each in fired})

    def plan(
        kind: NoticeKind,
        ministry: Organisation,
        addressee: Organisation,
        items: Sequence[Fired],
        *,
        to_backup: bool = False,
    ) -> _Plan:
        # One message for a ministry and day; a second sweep of the day that finds more (a referral
        # dispatched meanwhile) makes the next one.
        made[kind, ministry.id] += 1
        return _Plan(
            key=f"{kind.value}:{ministry.id}:{today.isoformat()}:{made[kind, ministry.id]}",
            kind=kind,
            ministry=ministry,
            addressee=addressee,
            to_backup=to_backup,
            items=items,
        )

    plans: list[_Plan] = []
    for organisation_id, group in groupby(fired, key=attrgetter("referral.organisation_id")):
        ministry, items = ministries[organisation_id], list(group)
        mailed = [each for each in items if each.due.step.rung not in _NOT_MAILED]
        # The backup contact is asked what the main one was asked before, and nothing else.
        has_backup = boxes.of(ministry.id, backup=True) != boxes.of(ministry.id)
        for_main: list[Fired] = []
        for_backup: list[Fired] = []
        for each in mailed:
            is_backups = has_backup and each.due.step.rung is Rung.BACKUP_NUDGE
            (for_backup if is_backups else for_main).append(each)
        if for_main:
            plans.append(plan(NoticeKind.CHASE, ministry, ministry, for_main))
        if for_backup:
            plans.append(plan(NoticeKind.CHASE, ministry, ministry, for_backup, to_backup=True))
        escalated = [each for each in items if each.is_escalation]
        if escalated:
            parent = superiors[ministry.id]
            assert parent is not None, "the sweep leaves these for another day"
            plans += [
                plan(NoticeKind.ESCALATION, ministry, parent, some)
                for some in _chunks(escalated, _CASES)
            ]
    return plans


def _by_rung(items: Sequence[Fired]) -> Iterator[tuple[Rung, Sequence[Fired]]]:
    def order(item: Fired) -> int:
        return PLACES[item.due.step.rung]

    for rung, group in groupby(sorted(items, key=order), key=attrgetter("due.step.rung")):
        yield rung, list(group)


def _chunks(items: Sequence[Fired], size: int) -> Iterator[Sequence[Fired]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _fire(
    session: Session,
    items: Sequence[Fired],
    notice_id: int | None,
    document_id: int | None,
    today: date,
    now: datetime,
) -> Sequence[dict[str, Any]]:
    alike: dict[tuple[Rung, date], list[int]] = defaultdict(list)
    for item in items:
        alike[item.due.step.rung, item.due.due_on].append(item.referral.id)
    for (rung, due_on), ids in alike.items():
        ledger.record_each(
            session,
            "referral.chased",
            subjects=("referral", ids),
            now=now,
            rung=rung.value,
            due_on=due_on.isoformat(),
            notice_id=notice_id,
            document_id=document_id,
        )
    return [
        step_row(item.referral, item.due, today, notice_id=notice_id, document_id=document_id)
        for item in items
    ]

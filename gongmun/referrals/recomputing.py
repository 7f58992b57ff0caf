"""Count open deadlines again after a change of the calendar (기한 재계산).

A temporary holiday is declared, or taken back, when answers are due already. What was counted by the old
calendar is counted by the new one, for both clocks:

- The day that the ministry was told first stays beside the legal one, until that is the same again.
- A deadline is made longer whenever the new calendar says so. It is made shorter only while the new day is
  still to come: what was promised is not taken away behind somebody's back.
- Of a period in hours the hour may move and the day not: nobody is told of that, the ministry's page shows it.
- A rung that fired for the old day, and is not reached by the new one, fires again when it is; a message of
  it that has not left is taken back. What is reached by the new day as well is not repeated.
- A clock that stands still, and that of an answer that may be sent back, keep what is left of them: their day
  is moved as well, and nobody is told, because whatever sets them going tells of the day then.
- Extensions: one that was granted until a day moves where that day is off now; one that is only asked for is
  decided by the new day. The periods of proposers are counted when they are looked at. The day of a
  commitment (이행과제) is the ministry's own promise: it is not moved.

A rung is counted from its day by working days: it may have moved where the day has not. That is for the sweep to
find (days_met.py).

What was counted again is as if it had been counted by this calendar at first: a second run finds nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.calendar import WorkingCalendar
from gongmun.clock import SEOUL, seoul_date
from gongmun.db import Database, without_collector
from gongmun.documents import Decision, record_decision
from gongmun.ledger import Actor
from gongmun.referrals import change_queries, noted_days
from gongmun.referrals.change_queries import FiredStep, Standing
from gongmun.referrals.declared_days import Moved
from gongmun.referrals.ladder import Clock, Ladder
from gongmun.referrals.models import ChangeCause
from gongmun.referrals.recompute_preview import Preview, preview, reasons
from gongmun.referrals.recounts import Recount, Recounted, Restart
from gongmun.text import Bilingual, shorten

# The name of the lease of the flow that counts again.
RECOMPUTE = "recompute-deadlines"
# Rows are locked for a moment only: officers answer meanwhile.
_BATCH = 1_000
_REASON_LIMIT = 300
_KINDS = {Clock.ANSWER: "referral.deadline_moved", Clock.ACKNOWLEDGEMENT: "referral.receipt_moved"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Recomputed:
    """What was found, and how many deadlines were moved."""

    preview: Preview
    moved: int


@dataclass(frozen=True, kw_only=True, slots=True)
class _Run:
    """What all batches of a run share."""

    why: Callable[[Moved], Bilingual]
    recount: Recount
    restart: Restart
    approval_id: int | None
    now: datetime

    @property
    def actor(self) -> Actor:
        """Who has it done."""
        return Actor.SYSTEM if self.approval_id is None else Actor.COORDINATOR


def recompute(
    db: Database,
    *,
    cal: WorkingCalendar,
    ladder: Ladder,
    now: datetime,
    name: str | None = None,
    reason: str | None = None,
) -> Recomputed:
    """Move every deadline that the calendar `cal` puts on another day; who is concerned is told apart.

    A transaction for each batch: a run that was stopped is finished by the next one, and of two at once
    each deadline is moved by one. `name` and `reason` are those of the coordinator who asks for it; None
    where the flow was started by its form.

    Raises:
        DecisionIncomplete: the name is given without a reason, or the other way round.
    """
    today = seoul_date(now)
    with db.reading() as session:
        found = preview(session, cal=cal, now=now)
    ids = found.referral_ids
    approval_id = None
    if ids and (name is not None or reason is not None):
        with db.transaction() as session:
            approval_id = record_decision(
                session, decision=Decision.APPROVE, name=name or "", reason=reason or "", now=now
            ).id
    recount = Recount(cal, today)
    run = _Run(
        why=reasons(found.declared, cal, found.before),
        recount=recount,
        restart=Restart(recount, ladder, today),
        approval_id=approval_id,
        now=now,
    )
    moved = 0
    for start in range(0, len(ids), _BATCH):
        with without_collector(), db.transaction() as session:
            moved += _recount(session, ids[start : start + _BATCH], run)
    with db.transaction() as session:
        noted_days.note(session, cal, now)
    return Recomputed(preview=found, moved=moved)


def _recount(session: Session, ids: Sequence[int], run: _Run) -> int:
    """Move the deadlines of one batch; how many were."""
    standing = change_queries.locked(session, ids)
    moves = {each.id: run.recount.moves(each) for each in standing}
    steps: defaultdict[int, list[FiredStep]] = defaultdict(list)
    for step in change_queries.steps_of(session, [number for number in moves if moves[number]]):
        steps[step.referral_id].append(step)
    done = [
        (each, moves[each.id], run.restart.recounted(each, moves[each.id], steps[each.id]))
        for each in standing
        if moves[each.id]
    ]
    change_queries.take_back(
        session,
        [step.id for _, _, recounted in done for step in recounted.taken_back],
        notice_ids={step.notice_id for each in steps.values() for step in each if step.notice_id},
    )
    changes = [change for each, moved, _ in done for change in _changes(each, moved, run)]
    change_queries.write(
        session,
        referrals=[recounted.values for _, _, recounted in done],
        steps=[row for each, _, recounted in done for row in _behind(each, recounted)],
        changes=changes,
    )
    _record(session, done, run)
    return sum(len(moved) for _, moved, _ in done)


def _changes(
    standing: Standing, moves: Mapping[Clock, Moved], run: _Run
) -> Iterator[Mapping[str, Any]]:
    for clock, moved in moves.items():
        if not moved.is_told:
            continue
        why = run.why(moved)
        yield {
            "referral_id": standing.id,
            "clock": clock,
            "cause": ChangeCause.HOLIDAY,
            "reason_ko": shorten(why.ko, _REASON_LIMIT),
            "reason_en": shorten(why.en, _REASON_LIMIT),
            "old_due": moved.old,
            "new_due": moved.new,
            "changed_at": run.now,
            "approval_id": run.approval_id,
            "told_at": None if standing.is_with_ministry else run.now,
        }


def _behind(standing: Standing, recounted: Recounted) -> Iterator[Mapping[str, Any]]:
    """The steps that hold under the new arming too: not fired again, and not sent again."""
    for step in recounted.behind:
        yield {
            "referral_id": standing.id,
            "arming": recounted.values["arming"],
            "rung": step.rung,
            "due_on": step.due_on,
            "fired_on": step.fired_on,
            "skipped": True,
        }


def _record(
    session: Session,
    done: Sequence[tuple[Standing, Mapping[Clock, Moved], Recounted]],
    run: _Run,
) -> None:
    alike: defaultdict[tuple[Clock, date, date, int], list[int]] = defaultdict(list)
    hours: defaultdict[tuple[date, datetime, Bilingual], list[int]] = defaultdict(list)
    for standing, moves, recounted in done:
        for clock, moved in moves.items():
            if moved.hours:
                hours[moved.new, moved.hours[1], run.why(moved)].append(standing.id)
                continue
            alike[clock, moved.old, moved.new, recounted.values["arming"]].append(standing.id)
    for (clock, old, new, arming), ids in alike.items():
        ledger.record_each(
            session,
            _KINDS[clock],
            subjects=("referral", ids),
            now=run.now,
            actor=run.actor,
            old_due=old.isoformat(),
            new_due=new.isoformat(),
            cause=ChangeCause.HOLIDAY.value,
            arming=arming,
            approval_id=run.approval_id,
        )
    for (day, until, why), ids in hours.items():
        ledger.record_each(
            session,
            "referral.hour_moved",
            subjects=("referral", ids),
            now=run.now,
            actor=run.actor,
            new_due=day.isoformat(),
            hour=f"{until.astimezone(SEOUL):%H:%M}",
            why_ko=why.ko,
            why_en=why.en,
            cause=ChangeCause.HOLIDAY.value,
            approval_id=run.approval_id,
        )
    for standing, _, recounted in done:
        if recounted.taken_back:
            ledger.record(
                session,
                "referral.chase_taken_back",
                subject=("referral", standing.id),
                now=run.now,
                rungs=[step.rung.value for step in recounted.taken_back],
            )

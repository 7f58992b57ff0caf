"""One sweep of the ladder (독촉): what is due is claimed, grouped by ministry and drafted.

The way of one sweep, each step with its own transactions and resumable by the next sweep:
1. `sweep` claims the due rungs: ladder steps, one notice for each ministry, drafts of its documents;
2. `notices.prepare_notices` lets them say what is still true, and their documents are issued
   (documents.issue, called by the flow);
3. `notices.enqueue_notices` puts every notice whose documents are ready into the outbox.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache, partial
from typing import Any

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.calendar import Counting, WorkingCalendar, calendar, hours
from gongmun.clock import seoul_date
from gongmun.db import Database, without_collector
from gongmun.errors import GongmunError
from gongmun.referrals import chase_queries, days_met, notice_queries
from gongmun.referrals.chase_pause_queries import paused_organisations
from gongmun.referrals.chase_queries import Due
from gongmun.referrals.clocks import receipt_due
from gongmun.referrals.drafting_notices import Fired, draft_notices, step_row, superiors
from gongmun.referrals.ladder import Clocks, Ladder, Rung, Verdict, decide, overtakes
from gongmun.referrals.notice_queries import WaitingStep

# The name of this sweep's lease and heartbeat.
CHASE_SWEEP = "chase-referrals"
# Due referrals of one transaction, if they are of more than one ministry: others wait for it to end.
_BATCH = 5000


class NobodyAbove(GongmunError):
    """A ministry whose parent body is no more, without a single successor: nobody takes an escalation."""

    code = "chase.nobody_above"
    ko = "{code}의 상급 기관이 폐지되고 승계 기관이 정해지지 않아 상향 통보를 보류하였습니다. 기관 목록에서 {code}의 상급 기관을 고친 뒤 다음 점검을 기다려 주십시오."
    en = "The parent body of {code} is no more and has no single successor: the escalation waits. Correct the parent of {code} in the list of organisations; the next sweep goes on."


# What to do for a referral with these clocks and these rungs behind it.
Judge = Callable[[Clocks, frozenset[Rung]], Verdict]


@dataclass(frozen=True, kw_only=True, slots=True)
class ChaseReport:
    """What one sweep did. `fired` and `skipped` count rungs, `problems` are ministries left out.

    `quiet`: it was no working hour, and nothing was done. `paused` are the ministries with something due
    whose reminders a coordinator has paused.
    """

    today: date
    quiet: bool = False
    notices: tuple[int, ...] = ()
    fired: Mapping[str, int] = field(default_factory=dict)
    skipped: Mapping[str, int] = field(default_factory=dict)
    paused: tuple[int, ...] = ()
    problems: tuple[GongmunError, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Done:
    notices: Sequence[int]
    orphans: Collection[str]
    fired: Counter[str]
    skipped: Counter[str]


def sweep(db: Database, *, ladder: Ladder, now: datetime) -> ChaseReport:
    """Claim every rung that is due by today, however old, and draft what it needs.

    Outside of working hours nothing is done, nor for a ministry whose reminders are paused: what is due
    waits for the next sweep.
    """
    today, working = seoul_date(now), calendar()
    if not hours.is_open(now, working):
        return ChaseReport(today=today, quiet=True)
    days_met.meet(db, working, now)
    with db.reading() as session:
        due = chase_queries.due_by_ministry(session, today)
        paused = paused_organisations(session, today)
    judge = judge_on(today, ladder, working)
    done: list[_Done] = []
    problems: list[GongmunError] = []
    for ministries in _batches({each: n for each, n in due.items() if each not in paused}):
        try:
            done.append(_chase(db, ministries, judge, today, now))
        except GongmunError as error:
            if error.retryable or len(ministries) == 1:
                problems.append(error)
                continue
            # A transaction for each ministry: the one that fails does not hold up the others.
            for ministry in ministries:
                try:
                    done.append(_chase(db, [ministry], judge, today, now))
                except GongmunError as its_own:
                    problems.append(its_own)
    return ChaseReport(
        today=today,
        notices=tuple(notice for each in done for notice in each.notices),
        fired=sum((each.fired for each in done), Counter()),
        skipped=sum((each.skipped for each in done), Counter()),
        paused=tuple(each for each in due if each in paused),
        problems=(
            *problems,
            *(NobodyAbove(code=code) for code in sorted({c for d in done for c in d.orphans})),
        ),
    )


def judge_on(today: date, ladder: Ladder, working: WorkingCalendar) -> Judge:
    """`ladder.decide` on a day; of many referrals sent out together it is asked once."""
    shift = cache(working.shift)

    @cache
    def judge(clocks: Clocks, fired: frozenset[Rung]) -> Verdict:
        return decide(ladder, clocks, fired=fired, today=today, shift=shift)

    return judge


def _batches(due: Mapping[int, int]) -> Iterator[Sequence[int]]:
    """Whole ministries, together with not many more than `_BATCH` due referrals."""
    batch: list[int] = []
    size = 0
    for ministry, count in due.items():
        if batch and size + count > _BATCH:
            yield batch
            batch, size = [], 0
        batch.append(ministry)
        size += count
    if batch:
        yield batch


def _chase(
    db: Database, ministries: Sequence[int], judge: Judge, today: date, now: datetime
) -> _Done:
    with without_collector(), db.transaction() as session:
        in_force = {
            each: ministry
            for each, ministry in chase_queries.ministries(session, ministries).items()
            # One that is no more is not written to: its referrals wait for its successor.
            if not ministry.has_ended(today)
        }
        # A pause that began since the sweep did is seen: it waits for these locks.
        for each in paused_organisations(session, today):
            in_force.pop(each, None)
        claimed = chase_queries.claim(session, list(in_force), today)
        fired, skipped = _take(session, claimed, judge, today, now)
        escalating = {each.referral.organisation_id for each in fired if each.is_escalation}
        above = superiors(session, [in_force[each] for each in escalating], today)
        orphans = {each for each in escalating if above[each] is None}
        if orphans:
            # What cannot be addressed is left for another day.
            again = [each.referral.id for each in fired if each.is_escalation_of(orphans)]
            fired = [each for each in fired if not each.is_escalation_of(orphans)]
            chase_queries.look_again_on(session, again, calendar().shift(today, 1))
        _overtake(session, fired, now)
        notices, rows = draft_notices(session, in_force, fired, above, today=today, now=now)
        chase_queries.add_steps(session, [*skipped, *rows])
    return _Done(
        notices=notices,
        orphans=[in_force[each].code for each in orphans],
        fired=Counter(each.due.step.rung for each in fired),
        skipped=Counter(row["rung"] for row in skipped),
    )


def _overtake(session: Session, fired: Sequence[Fired], now: datetime) -> None:
    """What an earlier sweep claimed and has not left yet is skipped, where a rung of today says it all.

    A sweep that was killed, a document that could not be printed, a relay that was down: nobody is sent the
    lower rung beside the higher one.
    """
    today: dict[int, list[Rung]] = defaultdict(list)
    for each in fired:
        today[each.referral.id].append(each.due.step.rung)
    overtaken: dict[int, list[WaitingStep]] = defaultdict(list)
    for step in notice_queries.waiting_steps(session, today):
        if any(overtakes(rung, step.rung) for rung in today[step.referral_id]):
            overtaken[step.referral_id].append(step)
    notice_queries.skip(session, [step for steps in overtaken.values() for step in steps])
    for referral_id, steps in overtaken.items():
        ledger.record(
            session,
            "referral.chase_overtaken",
            subject=("referral", referral_id),
            now=now,
            rungs=[step.rung.value for step in steps],
        )


def _take(
    session: Session, claimed: Iterable[Due], judge: Judge, today: date, now: datetime
) -> tuple[Sequence[Fired], Sequence[dict[str, Any]]]:
    """Write down when each is looked at again, and what is overdue; what fires, and the skipped steps."""
    fired: list[Fired] = []
    skipped: list[dict[str, Any]] = []
    again: dict[date | None, list[int]] = defaultdict(list)
    crossed: dict[date, list[int]] = defaultdict(list)
    working = calendar()
    due = cache(partial(Counting.due, calendar=working))
    receipt = cache(partial(receipt_due, calendar=working))
    for referral in claimed:
        if referral.asks or referral.has_more_time(due, receipt):
            # The ministry has asked us for something, or has more time than it was told: nobody is nagged
            # before we decide, or have counted again.
            again[working.shift(today, 1)].append(referral.id)
            continue
        verdict = judge(referral.clocks, referral.fired)
        again[verdict.next_on].append(referral.id)
        fired += [Fired(referral=referral, due=step) for step in verdict.fire]
        skipped += [step_row(referral, step, today, skipped=True) for step in verdict.skip]
        if verdict.overdue and not referral.noted:
            crossed[referral.clocks.answer_due].append(referral.id)
    for on, ids in again.items():
        chase_queries.look_again_on(session, ids, on)
    chase_queries.note_overdue(session, [each for ids in crossed.values() for each in ids], today)
    for answer_due, ids in crossed.items():
        ledger.record_each(
            session,
            "referral.overdue",
            subjects=("referral", ids),
            now=now,
            answer_due=answer_due.isoformat(),
        )
    return fired, skipped

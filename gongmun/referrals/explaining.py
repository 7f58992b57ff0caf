"""How a referral's deadline came about (기한 설명): in short for pages, and day by day with every move since."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.calendar import CountedDay, Counting, WorkingCalendar, days_of
from gongmun.errors import GongmunError
from gongmun.referrals import change_queries, queries
from gongmun.referrals.clocks import StartedClocks, start_clocks
from gongmun.referrals.history import told
from gongmun.referrals.ladder import Clock
from gongmun.referrals.models import Referral
from gongmun.text import Bilingual, english_date, korean_date

# Events that set a clock or let it stand still, in whose words the day is said.
_MOVES = frozenset(
    {
        "referral.paused",
        "referral.resumed",
        "referral.extension_granted",
        "referral.sent_back",
        "referral.reopened",
        "referral.deadline_moved",
        "referral.receipt_moved",
    }
)


class NoDeadlineYet(GongmunError):
    """The explanation of a deadline before there is one."""

    code = "referral.no_deadline_yet"
    ko = "이송 {referral_id}번의 기한은 아직 없습니다. 기한은 공문이 발송되면 시작됩니다."
    en = "Referral {referral_id} has no deadline yet: it begins when its document is dispatched."


@dataclass(frozen=True, kw_only=True, slots=True)
class Explained:
    """Both deadlines of a referral: how they were counted at first, what moved them, and how they stand.

    `days` are those of the counting that holds now, by the present calendar: from where the clock was set
    last. `promised` is the day that was told first, where a change of the calendar moved it.
    """

    clocks: StartedClocks
    moves: Sequence[tuple[datetime, Bilingual]]
    counting: Counting
    days: Sequence[CountedDay]
    due: date
    promised: date | None
    paused: bool


def explain(session: Session, referral_id: int, *, cal: WorkingCalendar) -> Explained:
    """All there is to say about the deadlines of a referral.

    Raises:
        NotFound: no such referral.
        NoDeadlineYet: its document has not gone out.
    """
    referral = queries.by_id(session, referral_id)
    if referral.dispatched_at is None or referral.answer_due is None:
        raise NoDeadlineYet(referral_id=referral_id)
    clocks = start_clocks(referral.answer_rule, referral.dispatched_at, cal)
    counting = referral.counting
    as_at_first = counting == clocks.answer.counting
    return Explained(
        clocks=clocks,
        moves=_moves(session, referral_id),
        counting=counting,
        days=days_of(clocks.answer if as_at_first else counting, cal),
        due=referral.answer_due,
        promised=referral.answer_due_promised,
        paused=referral.paused_at is not None,
    )


def _moves(session: Session, referral_id: int) -> Sequence[tuple[datetime, Bilingual]]:
    """What moved the deadlines, the oldest first; a holiday with its name."""
    reasons = {
        (change.changed_at, change.clock): Bilingual(ko=change.reason_ko, en=change.reason_en)
        for change in change_queries.changes_of(session, referral_id)
    }
    found = []
    for event in ledger.history(session, "referral", referral_id):
        words = told(event) if event.kind in _MOVES else None
        if words is None:
            continue
        clock = Clock.ACKNOWLEDGEMENT if event.kind == "referral.receipt_moved" else Clock.ANSWER
        if why := reasons.get((event.occurred_at, clock)):
            words = Bilingual(ko=f"{words.ko}: {why.ko}", en=f"{words.en}: {why.en}")
        found.append((event.occurred_at, words))
    return found


def in_short(referral: Referral, cal: WorkingCalendar) -> Bilingual | None:
    """How the answer's deadline was counted, that it was moved since, and what was promised before."""
    if referral.dispatched_at is None or referral.answer_due is None:
        return None
    first_due, said = _counted(referral.answer_rule, referral.dispatched_at, cal)
    sentences = [said]
    if (due := referral.answer_due) != first_due:
        sentences.append(
            Bilingual(
                ko=f"이후 연장·질의·보완·재검토 등으로 기한이 {korean_date(due, weekday=True)}로 조정되었습니다.",
                en=f"It was moved since to {english_date(due, weekday=True)}.",
            )
        )
    if promised := referral.answer_due_promised:
        sentences.append(
            Bilingual(
                ko=f"휴무일이 변경되기 전에는 {korean_date(promised, weekday=True)}까지로 안내하였습니다.",
                en=f"Before the days off changed, {english_date(promised, weekday=True)} was promised.",
            )
        )
    return Bilingual(
        ko=" ".join(each.ko for each in sentences), en=" ".join(each.en for each in sentences)
    )


# All referrals of a document started together, and a desk is opened often: the counting is its work.
@lru_cache(maxsize=1000)
def _counted(
    answer_rule: str, dispatched_at: datetime, cal: WorkingCalendar
) -> tuple[date, Bilingual]:
    """The day on which an answer was due at first, and how it was counted."""
    answer = start_clocks(answer_rule, dispatched_at, cal).answer
    return answer.due, answer.explain()

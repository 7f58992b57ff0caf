"""How a referral's deadline came about (기한 설명): in short for pages, and day by day with every move since."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Protocol, Self

from sqlalchemy.orm import Session

from gongmun.calendar import (
    CountedDay,
    CountedIn,
    Counting,
    Deadline,
    Unit,
    WorkingCalendar,
    days_of,
    rule,
)
from gongmun.clock import SEOUL, seoul_date, seoul_time
from gongmun.errors import GongmunError
from gongmun.referrals import queries
from gongmun.referrals.clocks import StartedClocks, counting_of, start_clocks
from gongmun.referrals.extensions import LongerPeriod, days_left, extension_of
from gongmun.referrals.listing import Listed
from gongmun.referrals.retelling import retold
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
        "referral.hour_moved",
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
    last, and up to the day that was due before where an `extension` holds; `receipt_days` are those of the
    acknowledgement. `moved` says why `due` is another day than at first.
    `promised` is the day that was told first, where a change of the calendar moved it.
    """

    clocks: StartedClocks
    moves: Sequence[tuple[datetime, Bilingual]]
    receipt_days: Sequence[CountedDay]
    acknowledge_due: date
    days: Sequence[CountedDay]
    extension: LongerPeriod | None
    due: date
    moved: Bilingual | None
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
    first = _First.of(clocks.answer, cal)
    longer = extension_of(session, referral_id, counting, clocks.answer, cal)
    return Explained(
        clocks=clocks,
        moves=_moves(session, referral_id),
        receipt_days=days_of(clocks.acknowledge, cal),
        acknowledge_due=referral.clocks.acknowledge_due,
        days=longer.before
        if longer
        else days_of(clocks.answer, cal)
        if counting in first.ways
        else days_left(session, referral_id, counting, clocks.answer, cal),
        extension=longer,
        due=referral.answer_due,
        moved=longer.told(referral.answer_due)
        if longer
        else _why_moved(referral.answer_due, referral.answer_due_at, counting, first),
        promised=referral.answer_due_promised,
        paused=referral.paused_at is not None,
    )


def _moves(session: Session, referral_id: int) -> Sequence[tuple[datetime, Bilingual]]:
    """What moved the deadlines, the oldest first; a holiday with its name."""
    return [
        (each.at, each.text)
        for each in retold(session, referral_id)
        if each.kind in _MOVES and isinstance(each.at, datetime)
    ]


@dataclass(frozen=True, kw_only=True, slots=True)
class _First:
    """When an answer was due at first, and how that was counted: in words, with the law and without.

    `ways` are how that is kept: a period by the calendar was kept by its last day once.
    """

    due: date
    due_at: datetime
    ways: frozenset[Counting]
    cited: Bilingual
    plain: Bilingual

    @classmethod
    def of(cls, answer: Deadline, cal: WorkingCalendar) -> Self:
        """As this deadline says."""
        ways = {answer.counting}
        if answer.counting.is_by_calendar:
            ways.add(Counting.days(answer.counting.last_day(cal)))
        return cls(
            due=answer.due,
            due_at=answer.due_at,
            ways=frozenset(ways),
            cited=answer.explain(),
            plain=answer.explain_counting(),
        )


class Counted(Protocol):
    """What `in_short` reads of a referral."""

    @property
    def answer_rule(self) -> str:
        """The code of the rule that it is answered by."""

    @property
    def dispatched_at(self) -> datetime | None:
        """When its document left."""

    @property
    def answer_counted_in(self) -> CountedIn | None:
        """As the two below: how its deadline is counted."""

    @property
    def answer_counted_since(self) -> datetime | None:
        """From when on."""

    @property
    def answer_counted(self) -> int | None:
        """How much."""

    @property
    def answer_due(self) -> date | None:
        """The day that it comes to."""

    @property
    def answer_due_at(self) -> datetime | None:
        """The moment at which it is over; None of a row from before it was kept."""

    @property
    def answer_due_promised(self) -> date | None:
        """The day that was told before the days off changed."""


def in_short(referral: Counted, cal: WorkingCalendar) -> Bilingual | None:
    """How the answer's deadline was counted, that it was moved since, and what was promised before."""
    if referral.dispatched_at is None or referral.answer_due is None:
        return None
    counting = counting_of(
        referral.answer_counted_in,
        referral.answer_counted_since,
        referral.answer_counted,
        referral.answer_due,
    )
    first = _counted(referral.answer_rule, referral.dispatched_at, cal)
    return _said(
        first.cited,
        _why_moved(referral.answer_due, referral.answer_due_at, counting, first),
        referral.answer_due_promised,
    )


def each_in_short(listed: Iterable[Listed], cal: WorkingCalendar) -> tuple[Bilingual, ...]:
    """The same of many, each sentence once and without the law, which what lists them cites.

    Where there are several, each says which documents it is about, or which suggestions where one document
    carried some of which something else is said.
    """
    alike: defaultdict[tuple[Any, ...], list[Listed]] = defaultdict(list)
    for each in listed:
        key = (
            each.answer_rule,
            each.dispatched_at,
            each.counting,
            each.due_on,
            each.due_at,
            each.promised_on,
        )
        alike[key].append(each)
    about: defaultdict[Bilingual, list[Listed]] = defaultdict(list)
    for (answer_rule, dispatched_at, counting, due, due_at, promised), some in alike.items():
        first = _counted(answer_rule, dispatched_at, cal)
        about[_said(first.plain, _why_moved(due, due_at, counting, first), promised)] += some
    if len(about) == 1:
        return tuple(about)
    carried = Counter(
        number for some in about.values() for number in {each.original_number for each in some}
    )
    return tuple(
        Bilingual(ko=f"{names}: {words.ko}", en=f"{names}: {words.en}")
        for words, some in about.items()
        for names in [", ".join(dict.fromkeys(_name(each, carried) for each in some))]
    )


def _name(listed: Listed, carried: Mapping[str, int]) -> str:
    alone = carried[listed.original_number] == 1
    return listed.original_number if alone else listed.reference


def _said(said: Bilingual, moved: Bilingual | None, promised: date | None) -> Bilingual:
    sentences = [said, moved] if moved else [said]
    if promised:
        sentences.append(
            Bilingual(
                ko=f"휴무일이 변경되기 전에는 {korean_date(promised, weekday=True)}까지로 안내하였습니다.",
                en=f"Before the days off changed, {english_date(promised, weekday=True)} was promised.",
            )
        )
    return Bilingual(
        ko=" ".join(each.ko for each in sentences), en=" ".join(each.en for each in sentences)
    )


def _why_moved(
    due: date, due_at: datetime | None, counting: Counting, first: _First
) -> Bilingual | None:
    """Why an answer is due on another day, or until another hour, than its rule comes to by this calendar.

    None where it is not.
    """
    until = due_at or first.due_at
    if (due, until) == (first.due, first.due_at) or (due == first.due and due_at is None):
        return None
    ko, en = korean_date(due, weekday=True), english_date(due, weekday=True)
    if due_at and due_at < seoul_time(due + timedelta(days=1)):
        at = f"{due_at.astimezone(SEOUL):%H:%M}"
        ko, en = f"{ko} {at}", f"{en} at {at}"
    if counting not in first.ways:
        return Bilingual(
            ko=f"이후 연장·질의·보완·재검토 등으로 기한이 {ko}까지로 조정되었습니다.",
            en=f"It was moved since to {en}.",
        )
    if (due, until) < (first.due, first.due_at):
        return Bilingual(
            ko=f"휴무일이 변경되어 기한을 다시 계산하고 있으며, 지금까지 안내한 기한은 {ko}입니다.",
            en=f"The days off have changed and the deadline is being counted again; so far, {en} was told.",
        )
    # It is not taken away: until it is counted again, and for good once the earlier day has passed.
    return Bilingual(
        ko=f"휴무일이 변경되었으나, 변경 전에 안내한 {ko}까지 회신하시면 됩니다.",
        en=f"The days off have changed since, but {en} was told before and still holds.",
    )


def _counted(answer_rule: str, dispatched_at: datetime, cal: WorkingCalendar) -> _First:
    day = seoul_date(dispatched_at)
    # Only hours are counted from a time of the day.
    by_hours = rule(answer_rule, day).unit is Unit.WORKING_HOURS
    return _counted_from(answer_rule, dispatched_at if by_hours else seoul_time(day), cal)


# All that was sent on a day started together, and a desk is opened often: the counting is its work.
@lru_cache(maxsize=1000)
def _counted_from(answer_rule: str, start: datetime, cal: WorkingCalendar) -> _First:
    return _First.of(start_clocks(answer_rule, start, cal).answer, cal)

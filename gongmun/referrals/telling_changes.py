"""Tell ministries of deadlines that moved (기한 조정 안내): each once, one mail with all of theirs.

Of several moves that were not told yet the first old day and the present one are told. What came to the same
day again, was answered or stands still is told by nothing.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.access import links
from gongmun.calendar import calendar, hours
from gongmun.clock import seoul_date
from gongmun.db import Database, without_collector
from gongmun.errors import GongmunError
from gongmun.mail import OutgoingMessage, compose, enqueue_many
from gongmun.organisations import Organisation
from gongmun.referrals import paper_queries, untold_queries
from gongmun.referrals.ladder import Clock
from gongmun.referrals.mailing import Mailboxes, Threads, mailboxes, threads
from gongmun.referrals.names import CLOCKS
from gongmun.referrals.succession_queries import not_in_force
from gongmun.referrals.untold_queries import Untold
from gongmun.settings import settings
from gongmun.text import Bilingual

INTENT = "deadline_change"
# Ministries of one transaction.
_TOGETHER = 25


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangesTold:
    """The mails that went into the outbox, and ministries that could not be told now."""

    mails: tuple[int, ...] = ()
    problems: tuple[GongmunError, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Item:
    """A referral, as the mail lists it."""

    referral_id: int
    document_id: int
    reference: str
    title: str
    original_number: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Section:
    """Referrals whose deadline moved from the same day to the same other one."""

    clock: Bilingual
    old: date
    new: date
    why: Bilingual
    note: str
    items: Sequence[_Item]


def tell_changes(db: Database, *, now: datetime) -> ChangesTold:
    """Put the mails into the outbox, those of some ministries in one transaction; a second call finds none.

    In working hours only: at another time nothing is done, and the next chase tells (flows/chase_referrals.py).
    """
    if not hours.is_open(now, calendar()):
        return ChangesTold()
    with db.reading() as session:
        # One that is no more is told nothing: its successor is, when it has taken over.
        gone = not_in_force(session, seoul_date(now))
        ministries = [i for i in untold_queries.ministries_untold(session) if i not in gone]
    mails: list[int] = []
    problems: list[GongmunError] = []
    for start in range(0, len(ministries), _TOGETHER):
        some = ministries[start : start + _TOGETHER]
        try:
            mails += _at_once(db, some, now)
        except GongmunError as error:
            if error.retryable or len(some) == 1:
                problems.append(error)
                continue
            # A transaction for each ministry: the one that fails does not hold up the others.
            for ministry in some:
                try:
                    mails += _at_once(db, [ministry], now)
                except GongmunError as its_own:
                    problems.append(its_own)
    return ChangesTold(mails=tuple(mails), problems=tuple(problems))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Told:
    """What one ministry is told."""

    ministry: Organisation
    first_id: int
    sections: Sequence[_Section]

    @property
    def items(self) -> Mapping[int, _Item]:
        """Each referral once, by its id."""
        return {item.referral_id: item for section in self.sections for item in section.items}

    @property
    def document_ids(self) -> Sequence[int]:
        """The outcome documents that carried them."""
        return sorted({item.document_id for item in self.items.values()})


def _at_once(db: Database, organisation_ids: Sequence[int], now: datetime) -> Sequence[int]:
    with without_collector(), db.transaction() as session:
        untold = untold_queries.untold_changes(session, organisation_ids)
        untold_queries.mark_told(session, [each.id for of in untold.values() for each in of], now)
        return _tell(session, _to_tell(session, untold), now)


def _to_tell(session: Session, untold: Mapping[int, Sequence[Untold]]) -> Sequence[_Told]:
    cited = paper_queries.cited(session, {e.document_id for of in untold.values() for e in of})
    numbers = {document_id: reference.number for document_id, reference in cited.items()}
    ministries = paper_queries.names(session, untold)
    told = [
        _Told(
            ministry=ministries[organisation_id],
            first_id=changes[0].id,
            sections=_sections(changes, numbers),
        )
        for organisation_id, changes in sorted(untold.items())
    ]
    return [each for each in told if each.sections]


def _tell(session: Session, told: Sequence[_Told], now: datetime) -> Sequence[int]:
    if not told:
        return ()  # nothing has to be told any more, or another process tells it
    boxes = mailboxes(session, [each.ministry.id for each in told])
    earlier = threads(session, {i for each in told for i in each.document_ids})
    ids = enqueue_many(session, [_message(each, boxes, earlier) for each in told], now)
    links.grant_ministries(
        session,
        [
            links.Grant(
                organisation_id=each.ministry.id,
                document_ids=each.document_ids,
                dispatch_id=dispatch_id,
            )
            for each, dispatch_id in zip(told, ids, strict=True)
        ],
        now,
    )
    for each, dispatch_id in zip(told, ids, strict=True):
        ledger.record_each(
            session,
            "referral.move_told",
            subjects=("referral", each.items),
            now=now,
            dispatch_id=dispatch_id,
        )
    return ids


def _message(told: _Told, boxes: Mailboxes, earlier: Threads) -> OutgoingMessage:
    mail = compose(
        INTENT,
        {
            "agency": settings().agency,
            "ministry": told.ministry,
            "sections": told.sections,
            "total": len(told.items),
            "link": links.blank(),
        },
    )
    document_ids = told.document_ids
    return OutgoingMessage(
        key=f"deadlines:{told.ministry.id}:{told.first_id}",
        intent=INTENT,
        organisation_code=told.ministry.code,
        address=boxes.of(told.ministry.id),
        subject=mail.subject,
        body=mail.body,
        references=earlier.of(document_ids),
        document_id=document_ids[0] if len(document_ids) == 1 else None,
    )


def _sections(changes: Sequence[Untold], numbers: Mapping[int, str]) -> Sequence[_Section]:
    """What is still to be told, the deadlines of answers first, then by the new day."""
    moves: defaultdict[tuple[int, Clock], list[Untold]] = defaultdict(list)
    for change in changes:
        moves[change.referral_id, change.clock].append(change)
    grouped: defaultdict[tuple[Clock, date, date, str, str, str], list[_Item]] = defaultdict(list)
    for (referral_id, clock), of_one in moves.items():
        first, last = of_one[0], of_one[-1]
        if first.old_due != last.new_due and last.concerns:
            grouped[clock, first.old_due, last.new_due, *_reasons(of_one)].append(
                _Item(
                    referral_id=referral_id,
                    document_id=first.document_id,
                    reference=first.reference,
                    title=first.title,
                    original_number=numbers[first.document_id],
                )
            )
    return [
        _Section(
            clock=CLOCKS[clock],
            old=old,
            new=new,
            why=Bilingual(ko=ko, en=en),
            note=note,
            items=items,
        )
        for (clock, old, new, ko, en, note), items in sorted(grouped.items(), key=_order)
    ]


def _order(
    section: tuple[tuple[Clock, date, date, str, str, str], list[_Item]],
) -> tuple[bool, date, date]:
    (clock, old, new, *_), _items = section
    return clock is not Clock.ANSWER, new, old


def _reasons(changes: Sequence[Untold]) -> tuple[str, str, str]:
    return (
        ", ".join(dict.fromkeys(change.reason_ko for change in changes)),
        "; ".join(dict.fromkeys(change.reason_en for change in changes)),
        " ".join(dict.fromkeys(change.note for change in changes if change.note)),
    )

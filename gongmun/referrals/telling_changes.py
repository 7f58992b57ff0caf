"""Tell ministries of deadlines that moved (기한 조정 안내): each once, one mail with all of theirs.

Of several moves that were not told yet the first old day and the present one are told. What came to the same
day again, was answered or stands still is told by nothing.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.access import links
from gongmun.db import Database
from gongmun.errors import GongmunError
from gongmun.mail import OutgoingMessage, compose, enqueue
from gongmun.organisations import queries as organisation_queries
from gongmun.referrals import untold_queries
from gongmun.referrals.ladder import Clock
from gongmun.referrals.mailing import mailbox, thread
from gongmun.referrals.names import CLOCKS
from gongmun.referrals.untold_queries import Untold
from gongmun.settings import settings
from gongmun.text import Bilingual

INTENT = "deadline_change"


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangesTold:
    """The mails that went into the outbox, and ministries that could not be told now."""

    mails: tuple[int, ...]
    problems: tuple[GongmunError, ...]


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
    items: Sequence[_Item]


def tell_changes(db: Database, *, now: datetime) -> ChangesTold:
    """Put the mails into the outbox, a transaction for each ministry; a second call finds none."""
    with db.reading() as session:
        ministries = untold_queries.ministries_untold(session)
    mails: list[int] = []
    problems: list[GongmunError] = []
    for organisation_id in ministries:
        try:
            with db.transaction() as session:
                mail = _tell(session, organisation_id, now)
        except GongmunError as error:
            problems.append(error)
            continue
        if mail is not None:
            mails.append(mail)
    return ChangesTold(mails=tuple(mails), problems=tuple(problems))


def _tell(session: Session, organisation_id: int, now: datetime) -> int | None:
    rows = untold_queries.untold_changes(session, organisation_id)
    if not rows:
        return None  # another process tells it
    untold_queries.mark_told(session, [change.id for change in rows], now)
    numbers = untold_queries.numbers(session, {change.document_id for change in rows})
    sections = _sections(rows, numbers)
    if not sections:
        return None
    ministry = organisation_queries.by_id(session, organisation_id)
    items = {item.referral_id: item for section in sections for item in section.items}
    document_ids = sorted({item.document_id for item in items.values()})
    context: Mapping[str, Any] = {
        "agency": settings().agency,
        "ministry": ministry,
        "sections": sections,
        "total": len(items),
        "link": links.blank(),
    }
    mail = compose(INTENT, context)
    dispatch = enqueue(
        session,
        OutgoingMessage(
            key=f"deadlines:{organisation_id}:{rows[0].id}",
            intent=INTENT,
            organisation_code=ministry.code,
            address=mailbox(session, organisation_id),
            subject=mail.subject,
            body=mail.body,
            references=thread(session, document_ids),
            document_id=document_ids[0] if len(document_ids) == 1 else None,
        ),
        now,
    )
    links.grant_ministry(
        session,
        organisation_id=organisation_id,
        document_ids=document_ids,
        dispatch=dispatch,
        now=now,
    )
    for referral_id in items:
        ledger.record(
            session,
            "referral.move_told",
            subject=("referral", referral_id),
            now=now,
            dispatch_id=dispatch.id,
        )
    return dispatch.id


def _sections(changes: Sequence[Untold], numbers: Mapping[int, str]) -> Sequence[_Section]:
    """What is still to be told, the deadlines of answers first, then by the new day."""
    moves: defaultdict[tuple[int, Clock], list[Untold]] = defaultdict(list)
    for change in changes:
        moves[change.referral_id, change.clock].append(change)
    grouped: defaultdict[tuple[Clock, date, date, str, str], list[_Item]] = defaultdict(list)
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
        _Section(clock=CLOCKS[clock], old=old, new=new, why=Bilingual(ko=ko, en=en), items=items)
        for (clock, old, new, ko, en), items in sorted(grouped.items(), key=_order)
    ]


def _order(
    section: tuple[tuple[Clock, date, date, str, str], list[_Item]],
) -> tuple[bool, date, date]:
    (clock, old, new, *_), _items = section
    return clock is not Clock.ANSWER, new, old


def _reasons(changes: Sequence[Untold]) -> tuple[str, str]:
    return (
        ", ".join(dict.fromkeys(change.reason_ko for change in changes)),
        "; ".join(dict.fromkeys(change.reason_en for change in changes)),
    )

"""Referrals as documents and mails list them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from gongmun.calendar import Counting, calendar
from gongmun.documents import OverdueItem
from gongmun.referrals.clocks import days_overdue


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """A dispatched referral, with what is cited of its suggestion and of its outcome document.

    `promised_on` is the day that its ministry was told before a change of the calendar moved `due_on`.
    """

    referral_id: int
    answer_rule: str
    topic: str | None
    reference: str
    title: str
    original_number: str
    numbered_on: date
    sent_on: date
    dispatched_at: datetime
    counting: Counting
    due_on: date
    due_at: datetime | None
    promised_on: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class MailedItem:
    """One line of a mail: what an `OverdueItem` says, without the checks of what is printed and kept."""

    reference: str
    title: str
    original_number: str
    due_on: date
    promised_on: date | None
    days_overdue: int


def mailed_items(of: Iterable[Listed], today: date) -> Sequence[MailedItem]:
    """One line for each, as mails list them; a mail's body is cleaned as a whole."""
    late = _late(today)
    return [MailedItem(**_said(each, late)) for each in of]


def items_of(of: Iterable[Listed], today: date) -> Sequence[OverdueItem]:
    """One line for each, as they are printed."""
    late = _late(today)
    return tuple(OverdueItem(sent_on=each.sent_on, **_said(each, late)) for each in of)


def _said(listed: Listed, late: Callable[[date], int]) -> dict[str, Any]:
    return {
        "reference": listed.reference,
        "title": listed.title,
        "original_number": listed.original_number,
        "due_on": listed.due_on,
        "promised_on": listed.promised_on,
        "days_overdue": late(listed.due_on),
    }


def _late(today: date) -> Callable[[date], int]:
    """How many working days a due day is past; of many that are due together it is counted once."""
    working = calendar()
    return cache(lambda due_on: days_overdue(due_on, today, working))

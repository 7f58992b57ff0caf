"""Referrals as documents and mails list them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from gongmun.calendar import calendar
from gongmun.documents import OverdueItem
from gongmun.referrals.clocks import days_overdue


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """A dispatched referral, with what is cited of its suggestion and of its outcome document."""

    referral_id: int
    answer_rule: str
    topic: str | None
    reference: str
    title: str
    original_number: str
    numbered_on: date
    sent_on: date
    due_on: date


def items_of(of: Iterable[Listed], today: date) -> Sequence[OverdueItem]:
    """One line for each, as they are printed."""
    working = calendar()

    @cache
    def late(due_on: date) -> int:
        return days_overdue(due_on, today, working)

    return tuple(
        OverdueItem(
            reference=each.reference,
            title=each.title,
            original_number=each.original_number,
            sent_on=each.sent_on,
            due_on=each.due_on,
            days_overdue=late(each.due_on),
        )
        for each in of
    )

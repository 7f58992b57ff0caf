"""The history of a referral for a coordinator (경과): all that happened, with names and reasons.

A parent body reads less of it, see history.py.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.clock import seoul_date
from gongmun.documents import Approval
from gongmun.ledger import LedgerEvent
from gongmun.referrals import change_queries, queries
from gongmun.referrals.history import bodies_of, filled, told
from gongmun.referrals.ladder import Clock, Rung
from gongmun.referrals.life import Status
from gongmun.referrals.models import LadderStep
from gongmun.referrals.names import ASIDES, RUNGS, STATUSES
from gongmun.text import Bilingual

_MOVED = {
    "referral.deadline_moved": Clock.ANSWER,
    "referral.receipt_moved": Clock.ACKNOWLEDGEMENT,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Retold:
    """What happened: at a moment, or some time on a day; `kind` is that of the ledger, or None of a rung skipped."""

    kind: str | None
    at: datetime | date
    text: Bilingual


@dataclass(frozen=True, kw_only=True, slots=True)
class _Facts:
    bodies: Mapping[int, Bilingual]
    reasons: Mapping[tuple[datetime, Clock], Bilingual]
    approvals: Mapping[int, Approval]


def retold(session: Session, referral_id: int) -> Sequence[Retold]:
    """Everything that happened to a referral, by day; what was skipped on a day stands behind the rest of it."""
    events = ledger.history(session, "referral", referral_id)
    facts = _Facts(
        bodies=bodies_of(session, events),
        reasons={
            (change.changed_at, change.clock): Bilingual(ko=change.reason_ko, en=change.reason_en)
            for change in change_queries.changes_of(session, referral_id)
        },
        approvals=change_queries.approvals(
            session, {i for event in events if (i := event.data.get("approval_id")) is not None}
        ),
    )
    found = [
        *(Retold(kind=e.kind, at=e.occurred_at, text=_text(e, facts)) for e in events),
        *(
            Retold(kind=None, at=step.fired_on, text=_skipped(RUNGS[step.rung]))
            for step in _left_out(queries.steps(session, referral_id))
        ),
    ]
    return sorted(found, key=_day)


def _day(retold: Retold) -> tuple[date, bool]:
    if isinstance(retold.at, datetime):
        return seoul_date(retold.at), False
    return retold.at, True


def _left_out(steps: Sequence[LadderStep]) -> Iterable[LadderStep]:
    """The rungs that were skipped for a higher one.

    Not those that only stand for one of before: where the clock was set again, what was done by the
    old one is written down for the new one as well.
    """
    seen: set[tuple[Rung, date, date]] = set()
    for step in sorted(steps, key=lambda step: (step.arming, step.skipped)):
        key = (step.rung, step.due_on, step.fired_on)
        if step.skipped and key not in seen:
            yield step
        seen.add(key)


def _text(event: LedgerEvent, facts: _Facts) -> Bilingual:
    words = _words(event, facts)
    clock = _MOVED.get(event.kind)
    if clock and (why := facts.reasons.get((event.occurred_at, clock))):
        words = Bilingual(ko=f"{words.ko}: {why.ko}", en=f"{words.en}: {why.en}")
    if approval := facts.approvals.get(event.data.get("approval_id") or 0):
        # In the coordinator's own words, once: they are not translated.
        words = Bilingual(ko=f"{words.ko} [{approval.name}: {approval.reason}]", en=words.en)
    return words


def _words(event: LedgerEvent, facts: _Facts) -> Bilingual:
    """An event of a referral's life, or the rung of the ladder that fired."""
    if rung := event.data.get("rung"):
        return RUNGS[Rung(rung)]
    if instead_id := event.data.get("instead_id"):
        return Bilingual(
            ko=f"철회(같은 제안의 이송 {instead_id}번으로 이어짐)",
            en=f"withdrawn: referral {instead_id} of the same suggestion goes on",
        )
    if words := told(event, facts.bodies):
        return words
    if event.kind in ASIDES:
        return filled(ASIDES[event.kind], event.data, facts.bodies)
    return STATUSES[Status(event.kind.removeprefix("referral."))]


def _skipped(rung: Bilingual) -> Bilingual:
    return Bilingual(ko=f"(건너뜀) {rung.ko}", en=f"(skipped) {rung.en}")

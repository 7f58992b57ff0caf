"""Raise alarms (경보): note each fact once, and say whose event is still to be handed to Prefect.

A fact is noted before its event leaves. What a killed process left unsent is sent by the next, under the same id, so
that Prefect knows it again.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from gongmun.briefing import queries
from gongmun.briefing.facts import Silent, facts
from gongmun.briefing.models import AlarmKind
from gongmun.db import Database

# The name of this sweep's lease and heartbeat.
ALARM_SWEEP = "raise-alarms"
# Events of one sweep: a new installation with thousands of overdue referrals takes a few.
LIMIT = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Raised:
    """An alarm whose event is to be sent. `subject` names a row by its id: nothing in it is personal."""

    key: str
    kind: AlarmKind
    subject: str
    raised_at: datetime


def raise_alarms(db: Database, now: datetime, *, silent: Silent) -> Sequence[Raised]:
    """Note every fact that holds and was not noted; the alarms whose event is still to be sent, oldest first."""
    with db.transaction() as session:
        queries.add(
            session,
            [
                {"key": fact.key, "kind": fact.kind, "subject": fact.subject, "raised_at": now}
                for fact in facts(session, now, silent=silent)
            ],
        )
        return [
            Raised(key=each.key, kind=each.kind, subject=each.subject, raised_at=each.raised_at)
            for each in queries.unemitted(session, limit=LIMIT)
        ]


def note_emitted(db: Database, keys: Collection[str], now: datetime) -> None:
    """Note that the events of these alarms were handed over; those that are noted stay as they are."""
    with db.transaction() as session:
        queries.note_emitted(session, keys, now)

"""Rows of the briefing room: the facts of which an alarm was raised."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from gongmun.db import Base, state

_UNSENT = text("emitted_at IS NULL")
_UNTOLD = text("told_at IS NULL")


class AlarmKind(StrEnum):
    """What an alarm is about; behind `gongmun.` it is the name of its event."""

    REFERRAL_OVERDUE = "referral.overdue"
    DISPATCH_UNCERTAIN = "dispatch.uncertain"
    DISPATCH_UNDELIVERABLE = (
        "dispatch.undeliverable"  # held, refused or bounced: it does not go on by itself
    )
    CONTACT_BOUNCED = "contact.bounced"
    APPROVAL_OVERDUE = "approval.overdue"  # a decision of ours that is older than two working days
    REPORT_WAITING = "survey_report.waiting"
    SWEEP_MISSED = "sweep.missed"


class Alarm(Base):
    """A fact of which an alarm was raised: one row, however often it is found.

    `key` is the kind, what it is about and which occasion of it, so that the same thing that happens again is another
    fact. `emitted_at` is when its event was handed to Prefect, `told_at` when it stood in a mail, or was settled before
    one left; of the kinds that are only shown it stays None.
    """

    __tablename__ = "alarms"
    __table_args__ = (
        Index("ix_alarms_unsent", "key", sqlite_where=_UNSENT, postgresql_where=_UNSENT),
        Index("ix_alarms_untold", "kind", "key", sqlite_where=_UNTOLD, postgresql_where=_UNTOLD),
    )

    key: Mapped[str] = mapped_column(String(160), primary_key=True)
    kind: Mapped[AlarmKind] = mapped_column(state(AlarmKind))
    # The table's noun and the row's id, `dispatch.17`; the name of a sweep.
    subject: Mapped[str] = mapped_column(String(80))
    raised_at: Mapped[datetime]
    emitted_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]

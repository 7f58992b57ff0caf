"""Rows of the referrals room: referrals (이송), responses (회신), ladder steps and notices."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from gongmun.calendar import CountedIn, Counting
from gongmun.clock import seoul_date
from gongmun.db import Base, state
from gongmun.documents import Role
from gongmun.referrals.clocks import counting_of
from gongmun.referrals.ladder import Clock, Clocks, Rung
from gongmun.referrals.life import Status


class ResponseDecision(StrEnum):
    """What a ministry decides on one referral."""

    ACCEPTED = "accepted"  # 수용
    PARTIALLY_ACCEPTED = "partially_accepted"  # 일부수용
    LONG_TERM_REVIEW = "long_term_review"  # 중장기 검토
    ALREADY_IN_PLACE = "already_in_place"  # 기시행
    NOT_ACCEPTED = "not_accepted"  # 수용곤란


class ResponseStatus(StrEnum):
    """Where a response stands: answered is not yet published."""

    RECEIVED = "received"
    SENT_BACK = "sent_back"  # a coordinator returned it with a note
    PUBLISHED = "published"


class NoticeKind(StrEnum):
    """What a notice is: to the ministry itself, or about it to its parent body."""

    CHASE = "chase"
    ESCALATION = "escalation"


# life.GONE in SQL: what was withdrawn or transferred may come again.
_NOT_GONE = text("status NOT IN ('transferred', 'withdrawn')")
# life.CHASED in SQL: the condition of the index that a sweep reads.
IS_CHASED = text("status IN ('dispatched', 'acknowledged')")
# Waits for its document to go out, and for the ministry to say that it has it: each mostly a few.
_IS_APPROVED = text("status = 'approved'")
_IS_DISPATCHED = text("status = 'dispatched'")
# A notice that is neither in the outbox nor suppressed.
_WAITS = text("enqueued_at IS NULL AND suppressed_at IS NULL")


class Referral(Base):
    """One selected suggestion put to one ministry: the unit that is chased.

    `next_action_on` is the day in Seoul on which the ladder has something to do; the partial index
    over it is what a sweep reads. Overdue is computed from `answer_due`, never stored.
    """

    __tablename__ = "referrals"
    __table_args__ = (
        Index(
            "uq_referrals_suggestion_organisation",
            "outcome_id",
            "suggestion_id",
            "organisation_id",
            unique=True,
            sqlite_where=_NOT_GONE,
            postgresql_where=_NOT_GONE,
        ),
        Index(
            "ix_referrals_next_action",
            "next_action_on",
            "id",
            sqlite_where=IS_CHASED,
            postgresql_where=IS_CHASED,
        ),
        Index(
            "ix_referrals_approved",
            "id",
            sqlite_where=_IS_APPROVED,
            postgresql_where=_IS_APPROVED,
        ),
        Index(
            "ix_referrals_dispatched",
            "id",
            sqlite_where=_IS_DISPATCHED,
            postgresql_where=_IS_DISPATCHED,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    outcome_id: Mapped[int] = mapped_column(ForeignKey("outcomes.id"), index=True)
    suggestion_id: Mapped[int] = mapped_column(ForeignKey("suggestions.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    role: Mapped[Role] = mapped_column(state(Role))
    status: Mapped[Status] = mapped_column(state(Status))
    document_id: Mapped[int | None] = mapped_column(ForeignKey("documents.id"), index=True)
    # Code of the deadline rule of the answer's clock.
    answer_rule: Mapped[str] = mapped_column(String(40))
    # Raised by whatever starts the clocks anew, so that each rung can fire again.
    arming: Mapped[int] = mapped_column(default=0)
    dispatched_at: Mapped[datetime | None]
    acknowledge_due: Mapped[date | None]
    acknowledged_at: Mapped[datetime | None]
    registration_number: Mapped[str | None] = mapped_column(String(60))
    answer_due: Mapped[date | None]
    # When that day is over, or the last working hour of a rule that counts in them.
    answer_due_at: Mapped[datetime | None]
    # How it was counted, so that a changed calendar can count it again: see `counting`.
    answer_counted_in: Mapped[CountedIn | None] = mapped_column(state(CountedIn))
    answer_counted_since: Mapped[datetime | None]
    answer_counted: Mapped[int | None]
    # The day that was told before a change of the calendar moved it: it stands beside the legal one.
    answer_due_promised: Mapped[date | None]
    answered_at: Mapped[datetime | None]
    # Since when the ball is with us, and the answer's clock and the ladder stand still.
    paused_at: Mapped[datetime | None]
    # A request of the ministry (extension, transfer) waits for us: the clock runs, the ladder is quiet.
    asks_since: Mapped[datetime | None]
    transferred_from_id: Mapped[int | None] = mapped_column(ForeignKey("referrals.id"))
    # The day on which a sweep told the ledger that the due day has passed.
    overdue_noted_on: Mapped[date | None]
    next_action_on: Mapped[date | None]

    @property
    def counting(self) -> Counting:
        """How the answer's deadline is counted; of a row from before this was kept, the day itself."""
        return counting_of(
            self.answer_counted_in,
            self.answer_counted_since,
            self.answer_counted,
            self.clocks.answer_due,
        )

    def counted_on(self, today: date) -> date:
        """The day up to which lateness counts: that of the pause, while the clock stands still."""
        return counted_on(self.paused_at, today)

    @property
    def clocks(self) -> Clocks:
        """The dates the ladder looks at; a referral has them from its dispatch on."""
        assert self.acknowledge_due is not None
        assert self.answer_due is not None
        return Clocks(
            answer_rule=self.answer_rule,
            acknowledge_due=self.acknowledge_due,
            acknowledged=self.status is not Status.DISPATCHED,
            answer_due=self.answer_due,
        )


def counted_on(paused_at: datetime | None, today: date) -> date:
    """The day up to which lateness counts for a clock that stands still since then, or runs."""
    return today if paused_at is None else seoul_date(paused_at)


class Response(Base):
    """A ministry's decision on one referral, with its reason and the date it promises."""

    __tablename__ = "responses"

    id: Mapped[int] = mapped_column(primary_key=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referrals.id"), index=True)
    decision: Mapped[ResponseDecision] = mapped_column(state(ResponseDecision))
    reason: Mapped[str] = mapped_column(Text)
    promised_on: Mapped[date | None]
    received_at: Mapped[datetime]
    status: Mapped[ResponseStatus] = mapped_column(
        state(ResponseStatus), default=ResponseStatus.RECEIVED
    )
    # Why a coordinator sent it back, for the ministry's eyes.
    note: Mapped[str | None] = mapped_column(Text)
    # The coordinator who sent it back or published it, and when.
    decided_by: Mapped[str | None] = mapped_column(String(100))
    decided_at: Mapped[datetime | None]


class Notice(Base):
    """One message of one sweep about one ministry, listing the ladder steps it carries.

    `enqueued_at` is set when it went into the outbox, `suppressed_at` when all it said had become
    untrue before it left. Until one of them is set it waits for its documents.
    """

    __tablename__ = "notices"
    __table_args__ = (
        Index("ix_notices_waiting", "id", sqlite_where=_WAITS, postgresql_where=_WAITS),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    kind: Mapped[NoticeKind] = mapped_column(state(NoticeKind))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    addressee_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    to_backup: Mapped[bool] = mapped_column(default=False)
    document_ids: Mapped[list[int]] = mapped_column(JSON)
    swept_on: Mapped[date]
    # Something that its documents say was taken back, or moved, since they were drafted.
    stale: Mapped[bool] = mapped_column(default=False)
    enqueued_at: Mapped[datetime | None]
    suppressed_at: Mapped[datetime | None]


def notice_key(notice_id: int) -> str:
    """The outbox's key of the one mail of a notice."""
    return f"notice:{notice_id}"


class ChangeCause(StrEnum):
    """Which change moved a deadline."""

    HOLIDAY = "holiday"  # declared, or taken back, after the deadline was counted


class DeadlineChange(Base):
    """A deadline that was counted again and ended on another day: told once to its ministry."""

    __tablename__ = "deadline_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referrals.id"), index=True)
    clock: Mapped[Clock] = mapped_column(state(Clock))
    cause: Mapped[ChangeCause] = mapped_column(state(ChangeCause))
    # Why, in words: the holidays that were declared since.
    reason_ko: Mapped[str] = mapped_column(String(300))
    reason_en: Mapped[str] = mapped_column(String(300))
    old_due: Mapped[date]
    new_due: Mapped[date]
    changed_at: Mapped[datetime]
    # The coordinator who had the deadlines counted again; None where the flow was started by its form.
    approval_id: Mapped[int | None] = mapped_column(ForeignKey("approvals.id"))
    # When the mail that tells of it went into the outbox, or nobody had to be told any more.
    told_at: Mapped[datetime | None]


class Takeover(Base):
    """A referral that passed to the successor of its ministry (승계); clocks and history go on.

    `successor_id` is None while a coordinator has to say whose it is: the ministry was split, or the
    successor has the suggestion already.
    """

    __tablename__ = "takeovers"
    __table_args__ = (UniqueConstraint("referral_id", "predecessor_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referrals.id"))
    predecessor_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    # The day from which the successor is responsible.
    effective_on: Mapped[date]
    found_at: Mapped[datetime]
    taken_over_at: Mapped[datetime | None]
    # The coordinator who said whose it is, and why; None where the law left one only.
    decided_by: Mapped[str | None] = mapped_column(String(100))
    reason: Mapped[str | None] = mapped_column(Text)
    # When the successor was told, or did not have to be; and by which mail.
    told_at: Mapped[datetime | None]
    dispatch_id: Mapped[int | None] = mapped_column(ForeignKey("dispatches.id"), index=True)


class ChasePause(Base):
    """Reminders to one ministry stand still (독촉 보류), for a reason and until a day; its clocks run on."""

    __tablename__ = "chase_pauses"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    reason: Mapped[str] = mapped_column(Text)
    begun_at: Mapped[datetime]
    # The last day of it.
    until: Mapped[date]
    # Ended before that day, by whom.
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(100))


class LadderStep(Base):
    """A rung that fired for a referral, or was skipped because a higher one was due as well."""

    __tablename__ = "ladder_steps"
    __table_args__ = (UniqueConstraint("referral_id", "arming", "rung"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referrals.id"))
    arming: Mapped[int]
    rung: Mapped[Rung] = mapped_column(state(Rung))
    due_on: Mapped[date]
    fired_on: Mapped[date]
    skipped: Mapped[bool] = mapped_column(default=False)
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("notices.id"), index=True)
    document_id: Mapped[int | None] = mapped_column(ForeignKey("documents.id"))

"""What waits, and from when: one look at the tables tells every sweep and every desk whether there is work."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Dialect,
    Select,
    String,
    TextualSelect,
    and_,
    cast,
    column,
    exists,
    func,
    literal,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Session, aliased

from gongmun.answers.models import (
    Commitment,
    CommitmentStatus,
    Extension,
    Question,
    Reply,
    ReplyStatus,
    Transfer,
)
from gongmun.clock import seoul_date
from gongmun.documents import Document, DocumentKind
from gongmun.documents.life import WITHOUT_FILE
from gongmun.documents.life import Status as DocumentStatus
from gongmun.followups.models import ProposerNotice
from gongmun.forums.life import Status as OutcomeStatus
from gongmun.forums.models import Forum, Outcome
from gongmun.mail.life import NEEDS_A_PERSON, SENT
from gongmun.mail.life import Status as MailStatus
from gongmun.mail.models import Dispatch
from gongmun.mail.recipients import PROPOSER
from gongmun.organisations import Organisation
from gongmun.referrals.life import CHASED, OPEN
from gongmun.referrals.life import Status as ReferralStatus
from gongmun.referrals.models import (
    Notice,
    Referral,
    Response,
    ResponseDecision,
    ResponseStatus,
    Takeover,
)

_UNFINISHED = (*OPEN, ReferralStatus.ANSWERED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """The first day or moment of each kind of work, None where there is none; whether there is some."""

    # The last day of an organisation that has something unfinished.
    last_day: date | None
    is_successor_untold: bool
    is_to_be_issued: bool
    mail_due_at: datetime | None
    # Claimed, or being sent: by a process that may be no more.
    is_mail_held: bool
    # Gone out, or come back, and not noted yet.
    is_receipt_new: bool
    rung_on: date | None
    # Also that a deadline has moved.
    is_notice_waiting: bool
    promise_on: date | None
    is_news_untold: bool
    forum_ends_at: datetime | None
    # What lies on the coordinators' desks.
    is_outcome_drafted: bool
    is_anything_asked: bool
    is_answer_new: bool
    is_mail_troubled: bool
    is_reply_open: bool
    is_escalation_drafted: bool
    refused_at: datetime | None
    is_anything_promised: bool

    def has_ended(self, day: date) -> bool:
        """Whether an organisation that is no more has something that is not over."""
        return self.last_day is not None and self.last_day < day

    def is_anything_to_pass_on(self, day: date) -> bool:
        """Whether that is so, or a successor is to be told of what has passed."""
        return self.has_ended(day) or self.is_successor_untold

    def is_mail_due(self, now: datetime) -> bool:
        """Whether a mail can leave, or another process has left one lying, or what became of one is news."""
        is_due = self.mail_due_at is not None and self.mail_due_at <= now
        return is_due or self.is_mail_held or self.is_receipt_new

    def is_anything_to_chase(self, day: date) -> bool:
        """Whether a day of the ladder has come, or a notice waits."""
        return self.is_notice_waiting or (self.rung_on is not None and self.rung_on <= day)

    def is_anything_to_follow(self, day: date) -> bool:
        """Whether a promise is to be looked at, or a proposer has to be told."""
        return self.is_news_untold or (self.promise_on is not None and self.promise_on <= day)

    def is_anything_to_wrap_up(self, now: datetime) -> bool:
        """Whether a forum has ended that nobody has looked at."""
        return self.forum_ends_at is not None and self.forum_ends_at <= now

    def is_refusal_young(self, now: datetime) -> bool:
        """Whether a citizen may still insist."""
        return self.refused_at is not None and seoul_date(self.refused_at) >= seoul_date(
            now
        ) - timedelta(days=22)


def _first(column: Any, *where: ColumnElement[bool]) -> ColumnElement[Any]:
    return select(func.min(column)).where(*where).scalar_subquery()


def _some(*where: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(*where)


def _told(kind: str, row_id: Any) -> ColumnElement[bool]:
    step = literal(f"{kind}:", String) + cast(row_id, String)
    return exists().where(
        ProposerNotice.suggestion_id == Referral.suggestion_id, ProposerNotice.step == step
    )


def _look() -> Select[Any]:
    again = aliased(Dispatch)
    mailed = exists().where(Dispatch.document_id == Document.id)
    outcome_mail = and_(Dispatch.document_id == Referral.document_id, Dispatch.intent == "outcome")
    asked = (Referral.status.in_(CHASED), Referral.asks_since.is_not(None))
    columns: dict[str, ColumnElement[Any]] = {
        "last_day": _first(
            Organisation.valid_to,
            Referral.organisation_id == Organisation.id,
            Referral.status.in_(_UNFINISHED),
        ),
        "is_successor_untold": _some(
            Takeover.taken_over_at.is_not(None), Takeover.told_at.is_(None)
        ),
        "is_to_be_issued": or_(
            _some(Document.status.in_(WITHOUT_FILE)),
            _some(Outcome.status == OutcomeStatus.APPROVED),
            _some(
                Document.kind.in_((DocumentKind.EXTENSION, DocumentKind.OUTCOME)),
                Document.status.in_((DocumentStatus.RENDERED, DocumentStatus.SIGNED)),
                ~mailed,
            ),
        ),
        "mail_due_at": _first(Dispatch.next_attempt_at, Dispatch.status == MailStatus.QUEUED),
        "is_mail_held": _some(Dispatch.lease_until.is_not(None)),
        "is_receipt_new": or_(
            _some(
                outcome_mail,
                Referral.status == ReferralStatus.APPROVED,
                Dispatch.status.in_(SENT),
            ),
            _some(
                outcome_mail,
                Referral.status == ReferralStatus.DISPATCHED,
                Dispatch.bounced_at >= Referral.dispatched_at,
            ),
        ),
        "rung_on": _first(
            Referral.next_action_on,
            Referral.status.in_(CHASED),
            Referral.paused_at.is_(None),
        ),
        "is_notice_waiting": _some(Notice.enqueued_at.is_(None), Notice.suppressed_at.is_(None)),
        "promise_on": _first(Commitment.next_action_on, Commitment.status == CommitmentStatus.OPEN),
        "is_news_untold": or_(
            _some(
                Response.referral_id == Referral.id,
                Response.status == ResponseStatus.PUBLISHED,
                ~_told("published", Response.id),
            ),
            _some(
                Commitment.referral_id == Referral.id,
                Commitment.status != CommitmentStatus.OPEN,
                ~_told("settled", Commitment.id),
            ),
        ),
        "forum_ends_at": _first(Forum.ends_at, Forum.wrapped_up_at.is_(None)),
        "is_outcome_drafted": _some(Outcome.status == OutcomeStatus.DRAFTED),
        "is_anything_asked": or_(
            _some(
                Question.referral_id == Referral.id,
                Question.answered_at.is_(None),
                Referral.status.in_(CHASED),
                Referral.paused_at.is_not(None),
            ),
            _some(Extension.referral_id == Referral.id, Extension.decided_at.is_(None), *asked),
            _some(Transfer.referral_id == Referral.id, Transfer.decided_at.is_(None), *asked),
        ),
        "is_answer_new": _some(Response.status == ResponseStatus.RECEIVED),
        # But for what nobody mends: it has left anew, or came back from a citizen.
        "is_mail_troubled": _some(
            Dispatch.status.in_(NEEDS_A_PERSON),
            or_(Dispatch.status != MailStatus.BOUNCED, Dispatch.organisation_code != PROPOSER),
            ~exists().where(
                again.instead_of_id == Dispatch.id, again.created_at >= Dispatch.bounced_at
            ),
        ),
        "is_reply_open": _some(
            or_(
                Reply.status == ReplyStatus.HELD,
                and_(Reply.status == ReplyStatus.FILED, Reply.opened_at.is_not(None)),
            )
        ),
        "is_escalation_drafted": _some(
            Document.kind == DocumentKind.ESCALATION, Document.status == DocumentStatus.DRAFTED
        ),
        "refused_at": select(func.max(Response.decided_at))
        .where(
            Response.status == ResponseStatus.PUBLISHED,
            Response.decision == ResponseDecision.NOT_ACCEPTED,
        )
        .scalar_subquery(),
        "is_anything_promised": _some(Commitment.status == CommitmentStatus.OPEN),
    }
    return select(*(column.label(name) for name, column in columns.items()))


@cache
def _written(dialect: Dialect) -> TextualSelect:
    """The same as a text: to recognise a statement of this size takes far longer than to run it."""
    query = _look()
    compiled = query.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    columns = (column(each.name, each.type) for each in query.selected_columns)
    return text(str(compiled)).columns(*columns)


def look(session: Session) -> Waiting:
    """What waits now."""
    return Waiting(**session.execute(_written(session.get_bind().dialect)).one()._mapping)

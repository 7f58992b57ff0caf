"""The page of a suggestion (제안 화면), as whoever made it sees it: every ministry, and what it said or did not.

Silence is shown as silence from the rung on that publishes it, and an answer that is not published yet as being checked, without a word of
it. The words are those that will stand in the public record.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from gongmun.answers import queries as answer_queries
from gongmun.answers.files import files_of
from gongmun.answers.models import CommitmentStatus
from gongmun.calendar import Deadline, calendar
from gongmun.clock import seoul_date
from gongmun.documents import Role
from gongmun.followups import meeting_queries, proposer_queries, queries
from gongmun.followups.inviting import when
from gongmun.followups.life import Status as MeetingStatus
from gongmun.followups.models import Answered
from gongmun.followups.reexamining import last_day, refusal_of
from gongmun.organisations import Organisation
from gongmun.organisations import queries as organisation_queries
from gongmun.referrals import queries as referral_queries
from gongmun.referrals import succession_queries
from gongmun.referrals.clocks import days_overdue
from gongmun.referrals.ladder import Rung
from gongmun.referrals.life import CHASED, Status
from gongmun.referrals.models import Referral, Response, ResponseDecision
from gongmun.suggestions import queries as suggestion_queries
from gongmun.text import Bilingual


class Standing(StrEnum):
    """Where a suggestion stands with one ministry."""

    PREPARING = "preparing"  # not sent yet
    WAITING = "waiting"  # sent, and there is time
    OVERDUE = "overdue"  # the day has passed without an answer
    SILENT = "silent"  # so long ago that the ladder has published that there is none
    CHECKING = "checking"  # answered, and not published yet
    ANSWERED = "answered"
    TRANSFERRED = "transferred"  # another ministry has it


_STANDINGS = {
    Status.DRAFTED: Standing.PREPARING,
    Status.APPROVED: Standing.PREPARING,
    Status.ANSWERED: Standing.CHECKING,
    Status.CLOSED: Standing.ANSWERED,
    Status.TRANSFERRED: Standing.TRANSFERRED,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class PromiseLine:
    """A commitment of a published answer, and what became of it."""

    text: str
    owner: str
    due_on: date
    status: CommitmentStatus
    days_overdue: int  # working days, while it is open
    account: str
    settled_on: date | None
    has_files: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerLine:
    """A published answer, and what the proposer said of it."""

    response_id: int
    decision: ResponseDecision
    reason: str
    published_on: date
    promised_on: date | None
    commitments: tuple[PromiseLine, ...]
    answered: Answered | None
    comment: str


@dataclass(frozen=True, kw_only=True, slots=True)
class MeetingLine:
    """A meeting that was dated."""

    status: MeetingStatus
    when: Bilingual
    place: str
    with_proposer: bool
    decisions: str


@dataclass(frozen=True, kw_only=True, slots=True)
class MinistryLine:
    """One ministry: where the suggestion stands with it, and all that it answered.

    `answer_due_promised` is the day that the ministry was told before the days off changed, where that moved it.
    `reexamine` says until when a re-examination may be asked for; None where it may not. `answers` are
    the newest first.
    """

    referral_id: int
    name: Bilingual
    role: Role
    standing: Standing
    sent_on: date | None
    acknowledged_on: date | None
    answer_due: date | None
    answer_due_promised: date | None
    days_overdue: int  # working days
    answers: tuple[AnswerLine, ...]
    meetings: tuple[MeetingLine, ...]
    reexamine: Deadline | None
    reexamined_on: date | None
    reexamined_for: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SuggestionPage:
    """All that a proposer sees of their suggestion."""

    reference: str
    title: str
    body: str
    ministries: tuple[MinistryLine, ...]


def suggestion_page(session: Session, suggestion_id: int, *, now: datetime) -> SuggestionPage:
    """The page of one suggestion; the lead ministry comes first.

    Raises:
        NotFound: no such suggestion.
    """
    suggestion = suggestion_queries.by_id(session, suggestion_id)
    today = seoul_date(now)
    lines = [
        _ministry(session, referral, today)
        for referral in queries.referrals_of(session, suggestion_id)
    ]
    return SuggestionPage(
        reference=suggestion.reference,
        title=suggestion.title,
        body=suggestion.body,
        ministries=tuple(sorted(lines, key=_order)),
    )


def _order(line: MinistryLine) -> tuple[bool, bool]:
    return line.standing is Standing.TRANSFERRED, line.role is not Role.LEAD


def _ministry(session: Session, referral: Referral, today: date) -> MinistryLine:
    ministry = organisation_queries.by_id(session, referral.organisation_id)
    asked = proposer_queries.reexamination(session, referral.id)
    late = (
        # A clock that stands still is as late as it was.
        days_overdue(referral.answer_due, referral.counted_on(today), calendar())
        if referral.status in CHASED and referral.answer_due
        else 0
    )
    return MinistryLine(
        referral_id=referral.id,
        name=_name(session, referral, ministry),
        role=referral.role,
        standing=_STANDINGS.get(referral.status) or _with_ministry(session, referral, late),
        sent_on=_day(referral.dispatched_at),
        acknowledged_on=_day(referral.acknowledged_at),
        answer_due=referral.answer_due,
        answer_due_promised=referral.answer_due_promised,
        days_overdue=late,
        answers=tuple(
            _answer(session, response, today)
            for response in queries.published_responses(session, referral.id)
        ),
        meetings=_meetings(session, referral.id),
        reexamine=None if asked else _reexamine(session, referral, today),
        reexamined_on=_day(asked.requested_at) if asked else None,
        reexamined_for=asked.reason if asked else "",
    )


def _with_ministry(session: Session, referral: Referral, late: int) -> Standing:
    if Rung.SILENCE in referral_queries.fired(session, referral):
        return Standing.SILENT
    return Standing.OVERDUE if late else Standing.WAITING


def _name(session: Session, referral: Referral, ministry: Organisation) -> Bilingual:
    """The ministry's name; with those that had the referral before it, because they may have answered."""
    former = [each for _, each in succession_queries.takeovers(session, referral.id)]
    if not former:
        return Bilingual(ko=ministry.name_ko, en=ministry.name_en)
    return Bilingual(
        ko=f"{ministry.name_ko}(이전 소관: {', '.join(each.name_ko for each in former)})",
        en=f"{ministry.name_en} (before: {', '.join(each.name_en for each in former)})",
    )


def _day(moment: datetime | None) -> date | None:
    return seoul_date(moment) if moment else None


def _reexamine(session: Session, referral: Referral, today: date) -> Deadline | None:
    refusal = refusal_of(session, referral)
    if refusal is None:
        return None
    until = last_day(refusal)
    return until if today <= until.due else None


def _answer(session: Session, response: Response, today: date) -> AnswerLine:
    rating = proposer_queries.rating(session, response.id)
    assert response.decided_at is not None
    return AnswerLine(
        response_id=response.id,
        decision=response.decision,
        reason=response.reason,
        published_on=seoul_date(response.decided_at),
        promised_on=response.promised_on,
        commitments=_promises(session, response, today),
        answered=rating.answered if rating else None,
        comment=rating.comment if rating else "",
    )


def _promises(session: Session, response: Response, today: date) -> tuple[PromiseLine, ...]:
    return tuple(
        PromiseLine(
            text=commitment.text,
            owner=commitment.owner,
            due_on=commitment.due_on,
            status=commitment.status,
            days_overdue=days_overdue(commitment.due_on, today, calendar())
            if commitment.status is CommitmentStatus.OPEN
            else 0,
            account=commitment.account or "",
            settled_on=_day(commitment.settled_at),
            has_files=bool(files_of(session, commitment.referral_id, commitment_id=commitment.id)),
        )
        for commitment in answer_queries.commitments_of(session, response.id)
    )


def _meetings(session: Session, referral_id: int) -> tuple[MeetingLine, ...]:
    return tuple(
        MeetingLine(
            status=meeting.status,
            when=when(meeting),
            place=meeting.place or "",
            with_proposer=meeting.with_proposer,
            decisions=meeting.decisions or "",
        )
        for meeting in meeting_queries.meetings_of(session, referral_id)
        if meeting.starts_at is not None
    )

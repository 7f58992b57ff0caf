"""A coordinator's second step: a response is published, or sent back with a note (보완 요청).

Answered is not yet published. What is sent back stays as it was given; its content and files become the
draft again, and the ministry goes on from there.
"""

import secrets
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.answers import queries
from gongmun.answers.content import CommitmentContent, Content
from gongmun.answers.drafting import keep
from gongmun.answers.models import AnswerFile, Channel, Commitment
from gongmun.answers.telling import tell
from gongmun.clock import seoul_date
from gongmun.db import Database
from gongmun.errors import GongmunError
from gongmun.ledger import Actor
from gongmun.referrals import pausing
from gongmun.referrals import queries as referral_queries
from gongmun.referrals.ladder import Ladder
from gongmun.referrals.life import Event
from gongmun.referrals.models import Referral, Response, ResponseDecision, ResponseStatus
from gongmun.referrals.names import DECISIONS
from gongmun.text import clean, clean_line

INTENT = "sent_back"
NOTE_LIMIT = 2_000
_NAME_LIMIT = 100


class ResponseDecided(GongmunError):
    """A response that was published or sent back already, or that another one has taken the place of."""

    code = "answers.response_decided"
    ko = "회신 {response_id}번은 이미 처리되었습니다(상태: {status}). 'gongmun answer list'로 확인해 주십시오."
    en = "Response {response_id} was dealt with already (status: {status}). See `gongmun answer list`."


class DecisionIncomplete(GongmunError):
    """A decision on a response without a name, or without the note that the ministry needs."""

    code = "answers.decision_incomplete"
    ko = "처리자 성명과, 보완을 요청할 때에는 {limit:,}자 이내의 보완 사유가 필요합니다."
    en = "Give your name and, to send it back, a note for the ministry of at most {limit:,} characters."


def send_back(
    db: Database, response_id: int, *, note: str, name: str, ladder: Ladder, now: datetime
) -> None:
    """Return a response to its ministry with a note; its clock goes on.

    The days that our review took are not the ministry's: what was left on the day of the answer is left
    now. The ministry gets a mail with the note and a link.

    Raises:
        NotFound: there is no such response.
        DecisionIncomplete: no name, no note, or one that is too long.
        ResponseDecided: it was published or sent back already.
    """
    note, name = clean(note), clean_line(name)[:_NAME_LIMIT]
    if not name or not note or len(note) > NOTE_LIMIT:
        raise DecisionIncomplete(limit=NOTE_LIMIT)
    with db.transaction() as session:
        response, referral = _decide(
            session, response_id, ResponseStatus.SENT_BACK, name=name, note=note, now=now
        )
        answered_at = referral.answered_at
        assert answered_at is not None
        _move(session, referral, response, Event.SENT_BACK, answered_at=None)
        answer_due = pausing.go_on(session, referral, since=answered_at, ladder=ladder, now=now)
        _make_draft(session, response, now)
        ledger.record(
            session,
            "referral.sent_back",
            subject=("referral", referral.id),
            now=now,
            actor=Actor.COORDINATOR,
            response_id=response.id,
            answer_due=answer_due.isoformat(),
        )
        tell(
            session,
            referral,
            intent=INTENT,
            key=f"sent_back:{response.id}",
            context={"decision": DECISIONS[response.decision], "note": note},
            now=now,
        )


def publish(db: Database, response_id: int, *, name: str, now: datetime) -> None:
    """Publish a response: its referral is closed, and what it promises is chased from now on.

    Raises:
        NotFound: there is no such response.
        DecisionIncomplete: no name.
        ResponseDecided: it was published or sent back already.
    """
    name = clean_line(name)[:_NAME_LIMIT]
    if not name:
        raise DecisionIncomplete(limit=NOTE_LIMIT)
    with db.transaction() as session:
        response, referral = _decide(
            session, response_id, ResponseStatus.PUBLISHED, name=name, note=None, now=now
        )
        _move(session, referral, response, Event.CLOSED)
        for commitment in queries.commitments_of(session, response_id):
            # The next sweep looks at it, and finds the day of its first reminder.
            commitment.next_action_on = seoul_date(now)
        ledger.record(
            session,
            "referral.closed",
            subject=("referral", referral.id),
            now=now,
            actor=Actor.COORDINATOR,
            response_id=response.id,
        )


def _decide(
    session: Session,
    response_id: int,
    status: ResponseStatus,
    *,
    name: str,
    note: str | None,
    now: datetime,
) -> tuple[Response, Referral]:
    """The response with its new status, and its referral, locked."""
    response = queries.response(session, response_id)
    # Referrals are locked before anything of theirs, everywhere.
    referral = referral_queries.locked(session, response.referral_id)
    decided = queries.decide(
        session, response_id, status, note=note, decided_by=name, decided_at=now
    )
    session.refresh(response)
    if not decided:
        raise ResponseDecided(response_id=response_id, status=response.status.value)
    return response, referral


def _move(
    session: Session,
    referral: Referral,
    response: Response,
    event: Event,
    **values: datetime | None,
) -> None:
    if not referral_queries.move(session, referral, event, **values):
        # The referral is locked: somebody who does not lock has changed it.
        raise ResponseDecided(response_id=response.id, status=referral.status.value)


def _review_by(response: Response, commitments: Sequence[Commitment]) -> date | None:
    """The day of a review. The promised day is the last of all, so it may be that of a commitment."""
    last = max((each.due_on for each in commitments), default=None)
    if last is None or response.decision is ResponseDecision.LONG_TERM_REVIEW:
        return response.promised_on
    return response.promised_on if response.promised_on != last else None


def _make_draft(session: Session, response: Response, now: datetime) -> None:
    """What was answered, as the ministry's draft; files are listed anew, their content is the same."""
    commitments = queries.commitments_of(session, response.id)
    keep(
        session,
        response.referral_id,
        content=Content(
            decision=response.decision,
            reason=response.reason,
            review_by=_review_by(response, commitments),
            commitments=tuple(
                CommitmentContent(text=each.text, owner=each.owner, due_on=each.due_on)
                for each in commitments
            ),
        ),
        channel=Channel.COORDINATOR,
        now=now,
    )
    for file in queries.files_of(session, response.referral_id, response_id=response.id):
        session.add(
            AnswerFile(
                referral_id=file.referral_id,
                name=secrets.token_hex(16),
                filename=file.filename,
                media_type=file.media_type,
                size=file.size,
                sha256=file.sha256,
                channel=file.channel,
                received_at=file.received_at,
            )
        )

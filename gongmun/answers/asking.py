"""Questions of ministries (질의) and the division's answers.

The answer's clock stands still in between, where its rule says so; the ladder always does.
"""

from datetime import datetime

from gongmun import ledger
from gongmun.answers import request_queries
from gongmun.answers.models import Channel, Question
from gongmun.answers.telling import tell
from gongmun.answers.undecided import (
    ANSWER,
    QUESTION,
    QUESTION_LIMIT,
    filled,
    lapse,
    to_decide,
)
from gongmun.clock import seoul_date
from gongmun.db import Database
from gongmun.decisions import NAME_LIMIT
from gongmun.ledger import Actor
from gongmun.referrals.ladder import Ladder
from gongmun.referrals.pausing import note_receipt, pause, required, resume
from gongmun.text import Bilingual, clean_line

QUESTION_INTENT = "question"
_NAME = Bilingual(ko="답변자 성명", en="name")


def ask(db: Database, referral_id: int, *, text: str, channel: Channel, now: datetime) -> Question:
    """Take a ministry's question about a referral; its clock stands still until it is answered, if its rule lets it.

    A ministry that asks has the document: it counts as acknowledged (see `pausing.note_receipt`).

    Raises:
        RequestIncomplete: there is no question, or it is too long.
        NotFound, NotWithMinistry: there is no such referral with a ministry.
        WaitsForUs: a question or a request about it is open.
    """
    text = filled(QUESTION, text, QUESTION_LIMIT)
    with db.transaction() as session:
        referral = required(session, referral_id, idle=True)
        lapse(session, [referral_id], now=now)
        note_receipt(session, referral, now=now)
        pause(session, referral, now=now)
        question = Question(referral_id=referral_id, text=text, channel=channel, asked_at=now)
        session.add(question)
        session.flush()
        ledger.record(
            session,
            "question.asked",
            subject=("question", question.id),
            now=now,
            actor=Actor.MINISTRY,
            referral_id=referral_id,
            channel=channel.value,
        )
    return question


def answer(
    db: Database, question_id: int, *, answer: str, name: str, ladder: Ladder, now: datetime
) -> Question:
    """Answer a question: the clock goes on with what was left, and the ministry is told by mail.

    Raises:
        RequestIncomplete: no answer or no name.
        NotFound: no such question.
        RequestDecided: it is answered, or the ministry has answered the referral meanwhile.
    """
    answer = filled(ANSWER, answer, QUESTION_LIMIT)
    name = filled(_NAME, clean_line(name), NAME_LIMIT)
    with db.transaction() as session:
        question = request_queries.question(session, question_id)
        referral = to_decide(session, question)
        question.answer, question.answered_by, question.answered_at = answer, name, now
        was_due, stood_still = referral.clocks.answer_due, referral.paused_at is not None
        resume(session, referral, ladder=ladder, now=now)
        ledger.record(
            session,
            "question.answered",
            subject=("question", question_id),
            now=now,
            actor=Actor.COORDINATOR,
            referral_id=referral.id,
        )
        tell(
            session,
            referral,
            intent=QUESTION_INTENT,
            key=f"question:{question_id}",
            context={
                "question": question,
                "stood_still": stood_still,
                "was_due": was_due,
                "answer_due": referral.clocks.answer_due,
                "overdue": referral.clocks.answer_due < seoul_date(now),
            },
            now=now,
        )
    return question

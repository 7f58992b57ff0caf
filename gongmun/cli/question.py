"""`gongmun question`: what ministries ask; answer it, and their clock goes on."""

from typing import Annotated

import typer

from gongmun import wiring
from gongmun.answers import asking, request_queries
from gongmun.answers.models import Channel
from gongmun.cli.output import AsOf, Name, QuestionId, ReferralId, done, moment, say, table
from gongmun.referrals import queries as referral_queries
from gongmun.text import Bilingual, korean_date, shorten

app = typer.Typer()


@app.command("list")
def list_() -> None:
    """답변을 기다리는 질의 / questions that wait for the division's answer."""
    with wiring.database().reading() as session:
        rows = [
            (
                question.id,
                suggestion.reference,
                Bilingual(ko=ministry.name_ko, en=ministry.code),
                question.asked_at,
                shorten(question.text, 60),
            )
            for question, (_, suggestion, ministry) in request_queries.open_questions(session)
        ]
    table(
        Bilingual(ko="질의", en="Questions"),
        (
            Bilingual(ko="번호", en="id"),
            Bilingual(ko="제안", en="suggestion"),
            Bilingual(ko="기관", en="ministry"),
            Bilingual(ko="질의", en="asked"),
            Bilingual(ko="내용", en="question"),
        ),
        rows,
    )


@app.command("show")
def show(question_id: QuestionId) -> None:
    """질의 한 건의 내용 / one question, and its answer."""
    with wiring.database().reading() as session:
        question = request_queries.question(session, question_id)
    say(f"이송 {question.referral_id}", question.asked_at)
    say(question.text)
    if question.answer is not None:
        say("답변 / answer:", question.answer)


@app.command("answer")
def answer(
    question_id: QuestionId,
    text: Annotated[str, typer.Option("--answer", help="답변 / the answer")],
    name: Name,
    as_of: AsOf = None,
) -> None:
    """질의에 답변합니다. 기관에 메일로 알리고 회신 기한 계산을 이어 갑니다. / Answer; the clock goes on."""
    db, now = wiring.database(), moment(as_of)
    question = asking.answer(
        db, question_id, answer=text, name=name, ladder=wiring.ladder(), now=now
    )
    with db.reading() as session:
        due = referral_queries.by_id(session, question.referral_id).clocks.answer_due
    done(
        Bilingual(
            ko=f"답변했습니다. 새 회신 기한: {korean_date(due, weekday=True)}",
            en=f"Answered; the ministry is told by mail. Its answer is due on {due}.",
        )
    )


@app.command("ask")
def ask(
    referral_id: ReferralId,
    text: Annotated[str, typer.Option("--text", help="질의 내용 / the question")],
    as_of: AsOf = None,
) -> None:
    """메일이나 전화로 받은 기관의 질의를 기록합니다. / Record a question that came by mail or telephone."""
    question = asking.ask(
        wiring.database(),
        referral_id,
        text=text,
        channel=Channel.COORDINATOR,
        now=moment(as_of),
    )
    done(
        Bilingual(
            ko=f"질의 {question.id}번을 기록했습니다. 답변할 때까지 독촉하지 않으며, 기한 규칙에 따라 회신 기한도 멈춥니다.",
            en=f"Question {question.id} is recorded; until it is answered nobody is reminded, and the clock stands "
            "still where its rule says so.",
        )
    )

"""`gongmun escalation`: decide whether a case goes to the parent body."""

import typer

from gongmun import wiring
from gongmun.cli.output import AsOf, DocumentId, Name, Reason, done, moment, table
from gongmun.documents import Decision, EscalationContext
from gongmun.documents import queries as document_queries
from gongmun.documents.contexts import from_json
from gongmun.errors import NotFound
from gongmun.referrals.escalating import decide_escalation
from gongmun.text import Bilingual

app = typer.Typer()


@app.command("list")
def list_() -> None:
    """결재를 기다리는 상향 통보 / escalations that wait for a decision."""
    with wiring.database().reading() as session:
        rows = [
            (d.id, d.recipient_code, d.title, d.created_at)
            for d in document_queries.drafted_escalations(session)
        ]
    table(
        Bilingual(ko="상향 통보", en="Escalations"),
        (
            Bilingual(ko="문서", en="document"),
            Bilingual(ko="수신", en="to"),
            Bilingual(ko="제목", en="title"),
            Bilingual(ko="기안", en="drafted"),
        ),
        rows,
    )


@app.command("show")
def show(document_id: DocumentId) -> None:
    """결재할 문서의 내용 / what the document says."""
    with wiring.database().reading() as session:
        document = document_queries.by_id(session, document_id)
    context = from_json(document.kind, document.context)
    if not isinstance(context, EscalationContext):
        raise NotFound(thing_ko=f"상향 통보 {document_id}", thing_en=f"escalation {document_id}")
    table(
        Bilingual(ko=f"상향 통보 {document_id}", en=f"Escalation {document_id}"),
        (Bilingual(ko="항목", en="item"), Bilingual(ko="값", en="value")),
        [
            ("수신 / to", context.letter.recipients[0].office),
            ("제목 / title", context.letter.title),
            ("미회신 기관 / no answer from", context.ministry_name),
            ("기안 / drafted", document.created_at),
        ],
    )
    table(
        Bilingual(ko="미회신 건(기안일 기준)", en="Unanswered on the day of the draft"),
        (
            Bilingual(ko="제안번호", en="reference"),
            Bilingual(ko="제목", en="title"),
            Bilingual(ko="보낸 공문", en="sent with"),
            Bilingual(ko="회신 기한", en="answer by"),
        ),
        [
            (
                item.reference,
                item.title,
                f"{item.original_number}\n{item.sent_on}",
                Bilingual(
                    ko=f"{item.due_on}\n{item.days_overdue}일 경과",
                    en=f"+{item.days_overdue} days",
                ),
            )
            for item in context.items
        ],
    )
    for case in context.cases:
        table(
            Bilingual(ko=f"경과: {case.reference}", en="History"),
            (Bilingual(ko="일자", en="when"), Bilingual(ko="내용", en="what")),
            [
                (case.sent_on, case.body),
                *(
                    row
                    for line in case.history
                    for row in ((line.on, line.text), *([("", line.words)] if line.words else []))
                ),
            ],
        )


@app.command("approve")
def approve(document_id: DocumentId, name: Name, reason: Reason, as_of: AsOf = None) -> None:
    """상급기관 통보를 승인합니다. 다음 점검에서 시행됩니다. / Approve; the next sweep sends it."""
    decide_escalation(
        wiring.database(),
        document_id,
        decision=Decision.APPROVE,
        name=name,
        reason=reason,
        now=moment(as_of),
    )
    done(
        Bilingual(
            ko="승인했습니다. 다음 독촉 점검에서 시행됩니다.",
            en="Approved; the next chasing sweep sends it.",
        )
    )


@app.command("return")
def return_(document_id: DocumentId, name: Name, reason: Reason, as_of: AsOf = None) -> None:
    """상급기관에 알리지 않기로 합니다. / Decide not to escalate."""
    decide_escalation(
        wiring.database(),
        document_id,
        decision=Decision.RETURN,
        name=name,
        reason=reason,
        now=moment(as_of),
    )
    done(Bilingual(ko="반려했습니다. 상급기관에 알리지 않습니다.", en="Returned; not escalated."))

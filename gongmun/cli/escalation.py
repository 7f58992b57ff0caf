"""`gongmun escalation`: decide whether a case goes to the parent body."""

import typer

from gongmun import wiring
from gongmun.cli.output import AsOf, DocumentId, Name, Reason, done, moment, table
from gongmun.documents import Decision
from gongmun.documents import queries as document_queries
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

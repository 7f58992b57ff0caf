"""What the demo leaves: PDFs by number, summary.json, and referrals.txt with the history of each."""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from deployments.demo.saying import short_date
from deployments.exports import exports, shown
from gongmun import ledger, wiring
from gongmun.answers.models import Commitment, Extension, Question, Receipt, Transfer
from gongmun.clock import seoul_date
from gongmun.db import Database
from gongmun.documents import Document
from gongmun.documents.life import ISSUED
from gongmun.documents.verifying import verify
from gongmun.mail import Dispatch
from gongmun.mail import Status as DispatchStatus
from gongmun.mail.life import SENT
from gongmun.mail.models import IncomingMail
from gongmun.organisations import queries as organisation_queries
from gongmun.referrals import queries
from gongmun.referrals.history import bodies_of, told
from gongmun.referrals.life import CHASED, Status
from gongmun.referrals.models import LadderStep, Referral, Response
from gongmun.referrals.names import DECISIONS, ROLES, RUNGS, STATUSES
from gongmun.suggestions import queries as suggestion_queries
from gongmun.suggestions.models import Suggestion

# What of the summary is told on the screen.
_FIGURES = {
    "suggestions": "제안 / suggestions",
    "referrals": "이송 / referrals",
    "mails_sent": "발송한 메일 / mails sent",
    "receipts": "접수증 / receipts",
    "answers": "회신 / answers",
    "commitments": "이행 약속 / commitments",
    "overdue": "기한이 지난 이송 / overdue",
    "undeliverable": "보내지 못한 이송(없는 주소) / undeliverable: no such mailbox",
    "ledger_events": "처리 기록 / events of the ledger",
}
# Of the file of referrals, in which a history is long.
_WIDTH = 140


def write(db: Database, var: Path, console: Console) -> None:
    """Export the PDFs, write every referral with its history, and write and print the summary."""
    with db.reading() as session:
        ledger.verify(session)
        today = _last_day(session)
        pdfs = _export(session, var / "pdf")
        summary = {**summarise(session, today), **_verified(db, pdfs)}
        # Hundreds of lines: on the screen they would push the story out of sight.
        referrals = var / "referrals.txt"
        with referrals.open("w", encoding="utf-8") as file:
            Console(file=file, width=_WIDTH).print(_table(session))
    path = var / "summary.json"
    path.write_text(json.dumps(summary, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    console.print(_figures(summary))
    say(console, f"공문 PDF {len(pdfs)}건 / documents: {shown(var / 'pdf')}")
    console.print(
        f"진본 확인 {summary['documents_genuine']}건, 그중 전자서명 {summary['documents_signed']}건"
        "(시험용 인증서: 변조되지 않았음만 증명)\n"
        "verified; signed with a test certificate, which proves integrity only",
        markup=False,
    )
    say(console, f"메일함 / mailboxes: {shown(var / 'mailboxes')}")
    say(console, f"이송별 경과 / every referral and its history: {shown(referrals)}")
    say(console, f"요약 / summary: {shown(path)}")
    say(console, "더 보기(프로젝트 폴더에서) / look on, in the folder of the project:")
    for line in going_on(pdfs[0]):
        say(console, f"  {line}")


def _figures(summary: Mapping[str, Any]) -> Table:
    """What stands in summary.json as plain numbers, for a reader; the rest of it is lists by kind."""
    table = Table(box=box.SIMPLE_HEAD, title="요약 / summary", title_justify="left")
    for heading in ("항목 figure", "값 value"):
        table.add_column(heading)
    for key, name in _FIGURES.items():
        table.add_row(name, f"{summary[key]}")
    return table


def going_on(pdf: Path) -> Sequence[str]:
    """Lines for a shell in the folder of the project: its settings, then commands to try."""
    programs = Path(sys.executable).parent
    return [
        *exports(),
        f"{shown(programs / 'gongmun')} waiting",
        f"{shown(programs / 'gongmun')} referral list --all",
        f"{shown(programs / 'gongmun')} document verify {shown(pdf)}",
        f"{shown(sys.executable)} -m deployments.portal    # {os.environ['GONGMUN_PUBLIC_URL']}",
    ]


def say(console: Console, line: str) -> None:
    """Print a line as it is: what is to be pasted is never broken."""
    console.print(line, markup=False, soft_wrap=True)


def summarise(session: Session, today: datetime) -> Mapping[str, Any]:
    """The counts of the whole story, from the database."""
    mails = _count(session, Dispatch.status)
    overdue = session.scalar(
        select(func.count()).where(
            Referral.status.in_(sorted(CHASED)), Referral.answer_due < seoul_date(today)
        )
    )
    undeliverable = session.scalar(
        select(func.count(Referral.id.distinct()))
        .select_from(Referral)
        .join(Dispatch, Dispatch.document_id == Referral.document_id)
        .where(Referral.status == Status.APPROVED, Dispatch.status == DispatchStatus.FAILED)
    )
    return {
        "suggestions": session.scalar(select(func.count()).select_from(Suggestion)),
        "referrals": session.scalar(
            select(func.count()).where(Referral.status != Status.WITHDRAWN)
        ),
        "referrals_by_status": _count(session, Referral.status),
        "documents": _count(session, Document.kind, Document.status.in_(ISSUED)),
        "mails": mails,
        "mails_sent": sum(mails.get(status.value, 0) for status in SENT),
        "mails_received": _count(session, IncomingMail.kind),
        "rungs": _count(session, LadderStep.rung, LadderStep.skipped.is_(False)),
        "rungs_skipped": _count(session, LadderStep.rung, LadderStep.skipped.is_(True)),
        "answers": session.scalar(select(func.count()).select_from(Response)),
        "answers_by_decision": _count(session, Response.decision),
        "answers_by_standing": _count(session, Response.status),
        "commitments": session.scalar(select(func.count()).select_from(Commitment)),
        "questions": session.scalar(select(func.count()).select_from(Question)),
        "extensions": _count(session, Extension.status),
        "transfers": _count(session, Transfer.status),
        "receipts": session.scalar(select(func.count()).select_from(Receipt)),
        "overdue": overdue,
        "undeliverable": undeliverable,
        "ledger_events": ledger.verify(session),
    }


def _count(session: Session, column: Any, *where: Any) -> dict[str, int]:
    rows = session.execute(select(column, func.count()).where(*where).group_by(column))
    return dict(sorted((value.value, count) for value, count in rows))


def _last_day(session: Session) -> datetime:
    moment = session.scalar(select(func.max(ledger.LedgerEvent.occurred_at)))
    assert isinstance(moment, datetime)
    return moment


def _export(session: Session, folder: Path) -> Sequence[Path]:
    """Copies of all issued documents, named by number, recipient and kind."""
    folder.mkdir()
    store = wiring.file_store()
    exported: list[Path] = []
    for document in session.scalars(
        select(Document).where(Document.status.in_(ISSUED)).order_by(Document.id)
    ):
        assert document.file_sha256 is not None
        name = (
            f"{document.year}-{document.serial:04d}-{document.kind}-{document.recipient_code}.pdf"
        )
        exported.append(folder / name)
        exported[-1].write_bytes(store.get(document.file_sha256))
    return exported


def _verified(db: Database, pdfs: Sequence[Path]) -> Mapping[str, int]:
    """How many of the exported files are what was issued, and how many have an intact signature."""
    verdicts = [verify(db, pdf.read_bytes()) for pdf in pdfs]
    genuine = [verdict for verdict in verdicts if verdict.is_genuine]
    signed = [
        verdict
        for verdict in genuine
        if verdict.signatures
        and all(each.is_intact and each.covers_file for each in verdict.signatures)
    ]
    return {"documents_genuine": len(genuine), "documents_signed": len(signed)}


def _table(session: Session) -> Table:
    table = Table(title="이송 현황 / every referral", box=box.SIMPLE_HEAD, title_justify="left")
    for heading in ("제안 suggestion", "기관 ministry", "상태 status", "경과 history"):
        table.add_column(heading, overflow="fold")
    for referral in queries.with_status(session, frozenset(Status)):
        suggestion = suggestion_queries.by_id(session, referral.suggestion_id)
        ministry = organisation_queries.by_id(session, referral.organisation_id)
        table.add_row(
            suggestion.reference,
            f"{ministry.name_ko} ({ROLES[referral.role].ko})",
            str(STATUSES[referral.status]),
            _history(session, referral),
        )
    return table


def _history(session: Session, referral: Referral) -> str:
    lines: list[str] = []
    events = ledger.history(session, "referral", referral.id)
    bodies = bodies_of(session, events)
    for event in events:
        text = _NAMES.get(event.kind)
        if words := told(event, bodies):
            text = words.ko
        if event.kind == "referral.chased":
            text = next(r.ko for rung, r in RUNGS.items() if rung.value == event.data["rung"])
        if event.kind == "referral.answered":
            decision = queries.latest_response(session, referral.id)
            assert decision is not None
            text = f"회신({DECISIONS[decision.decision].ko})"
        if text:
            lines.append(f"{short_date(seoul_date(event.occurred_at))} {text}")
    if referral.status is Status.APPROVED and referral.document_id is not None:
        failed = session.scalars(
            select(Dispatch).where(
                Dispatch.document_id == referral.document_id,
                Dispatch.status == DispatchStatus.FAILED,
            )
        )
        lines.extend(f"발송 실패({dispatch.last_error})" for dispatch in failed)
    return " → ".join(lines)


_NAMES = {
    "referral.dispatched": "발송",
    "referral.acknowledged": "접수",
    "referral.closed": "공표",
}

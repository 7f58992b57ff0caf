"""Documents a second, end to end, beside a bare loop over WeasyPrint.

Ours is what the product does: rows read, numbered, laid into the form, rendered in a worker under
limits, stored and hashed, noted in SQLite and in the ledger. The rival is the fastest plain use of
the same library: one process, fonts and style sheet read once, the same HTML, nothing kept.
Rounds are interleaved, so that a busy machine slows both alike; each side's best round counts.
"""

import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from gongmun.db import Base, Database
from gongmun.db.schema import load_models
from gongmun.documents import (
    DocumentKind,
    Letter,
    LocalStore,
    OutcomeContext,
    RenderPool,
    Role,
    SuggestionItem,
    approve,
    draft,
    issue,
)
from gongmun.documents.pdf import Press
from gongmun.documents.sheet import Imprint, to_html
from gongmun.settings import settings

NOW = datetime(2026, 10, 12, 0, 30, tzinfo=UTC)
DOCUMENTS = 12  # a round
ROUNDS = 4
SUGGESTIONS = 20  # about four pages
GOAL = 0.9


def _context(number: int) -> OutcomeContext:
    body = (
        f"학교 앞 횡단보도 {number}곳은 아침마다 아이들로 붐빕니다. 바닥 신호등을 어린이 보호구역부터 "
        "설치하고, 설치 기준과 순서를 공개해 주시기 바랍니다."
    )
    return OutcomeContext(
        letter=Letter(
            recipient="국토교통부장관",
            handling="교통안전정책과장",
            title=f"제{number}차 열린소통포럼 결과 통보 및 국민제안 검토 요청",
            decided_on=date(2026, 10, 12),
            references=("공론소통과-871(2026. 8. 3.)",),
            legal_basis=("「국민 제안 규정」 제10조(제안의 심사 등)",),
        ),
        forum_title=f"제{number}차 열린소통포럼",
        forum_period=(date(2026, 9, 18), date(2026, 9, 19)),
        suggestions=tuple(
            SuggestionItem(
                reference=f"제안 2026-{item}",
                title=f"어린이 보호구역 횡단보도 {item}곳에 바닥 신호등을 설치해 주세요",
                body=body * (1 + item % 3),
                topic="교통안전",
                role=Role.LEAD,
                lead_name="국토교통부",
            )
            for item in range(1, SUGGESTIONS + 1)
        ),
        answer_due=date(2026, 10, 30),
        answer_due_explanation="접수한 날부터 근무일 14일, 첫날 포함",
        acknowledge_within="문서를 받은 날부터 근무일 3일 이내에 접수 번호를 알려 주시기 바랍니다.",
    )


def _draft(db: Database, numbers: Sequence[int]) -> list[int]:
    ids = []
    with db.transaction() as session:
        for number in numbers:
            document = draft(
                session,
                kind=DocumentKind.OUTCOME,
                key=f"outcome:{number}",
                recipient_code="MOLIT",
                context=_context(number),
                now=NOW,
            )
            approve(session, document, None, NOW)
            ids.append(document.id)
    return ids


def run() -> dict[str, dict[str, Any]]:
    """Both sides' documents a second, and their ratio beside its goal."""
    load_models()
    press = Press(settings().templates)
    ours, rival = [], []
    with (
        tempfile.TemporaryDirectory() as folder,
        RenderPool(workers=1, timeout=60) as pool,
    ):
        db = Database(f"sqlite:///{folder}/bench.db")
        Base.metadata.create_all(db.engine)
        store = LocalStore(Path(folder) / "documents")
        # Round 0 warms both sides up and does not count.
        for round_ in range(ROUNDS + 1):
            numbers = range(round_ * DOCUMENTS + 1, (round_ + 1) * DOCUMENTS + 1)
            ids = _draft(db, numbers)
            pages = [
                to_html(
                    _context(number),
                    Imprint(number=f"공론소통과-{number}", issued_on=NOW.date(), approver=None),
                ).html
                for number in numbers
            ]
            begun = time.perf_counter()
            report = issue(db, ids, renderer=pool, store=store, now=NOW)
            between = time.perf_counter()
            for page in pages:
                press.render(page)
            ended = time.perf_counter()
            assert len(report.issued) == DOCUMENTS, report.failed
            if round_:
                ours.append(DOCUMENTS / (between - begun))
                rival.append(DOCUMENTS / (ended - between))
        db.dispose()
    return {
        "tuned": {
            "ours": max(ours),
            "rival": max(rival),
            "unit": "documents/s",
            "ratio": max(ours) / max(rival),
            "goal": GOAL,
        }
    }

"""Import suggestions (제안 접수) from a CSV or JSON Lines file into a forum."""

from datetime import datetime
from pathlib import Path

from prefect import flow

from gongmun import clock
from gongmun.text import Bilingual
from tasks.artifacts import publish
from tasks.suggestion_tasks import import_file_task, import_problems_task


@flow(flow_run_name="IMPORT {forum}")
def import_suggestions(forum: str, path: Path, mapping: Path, as_of: datetime | None = None) -> int:
    """포럼에 제안 파일을 접수합니다. 잘못된 행은 행 번호와 사유를 알려 드립니다.

    Import a file of suggestions into the forum of that code. Rows that are wrong are reported with
    line and reason, the others go in; the same file again adds nothing. Returns how many went in.
    """
    now = clock.resolve(as_of)
    report = import_file_task(forum, path, mapping, now)
    problems = import_problems_task(report.import_id)
    publish(
        "import-suggestions",
        Bilingual(ko=f"제안 접수: {forum}", en=f"Import of suggestions: {forum}"),
        {
            Bilingual(ko="읽은 행", en="rows read"): report.rows,
            Bilingual(ko="새로 접수", en="new"): report.accepted,
            Bilingual(ko="이미 접수됨", en="already there"): report.already_there,
            Bilingual(ko="반려", en="refused"): report.rejected,
        },
        tables=[
            (
                Bilingual(ko="확인이 필요한 행", en="Rows to look at"),
                (
                    Bilingual(ko="행", en="line"),
                    Bilingual(ko="접수 여부", en="taken"),
                    Bilingual(ko="사유", en="reason"),
                ),
                [
                    (p.line, "×" if p.refused else "○", f"{p.reason_ko} / {p.reason_en}")
                    for p in problems
                ],
            )
        ],
    )
    return report.accepted

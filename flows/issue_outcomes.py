"""Issue what is approved (시행): number, render, put into the outbox."""

from datetime import datetime

from prefect import flow

from gongmun import clock, wiring
from gongmun.db.sweeps import beat
from gongmun.forums.issuing import ISSUE_SWEEP
from gongmun.text import Bilingual
from tasks.artifacts import documents_table, notes_of, publish
from tasks.document_tasks import documents_task
from tasks.forum_tasks import issue_outcomes_task, outcome_overview_task
from tasks.links import document_link
from tasks.run_names import of_day
from tasks.sharing import share_out


@flow(flow_run_name=of_day("ISSUE outcomes"))
def issue_outcomes(as_of: datetime | None = None) -> int:
    """결재된 결과 공문(이관된 건 포함), 정정 공문, 기한 연장 결정에 번호를 부여하고 PDF로 만들어 발송 대기열에 넣습니다.

    Number and render the documents of every approved outcome, of transfers, approved corrections and
    decisions on extensions, and put them into the outbox. What an earlier run left is taken up.
    Returns how many were issued.
    """
    return issue_and_show(clock.resolve(as_of))


def issue_and_show(now: datetime) -> int:
    """The same within another run, whose artifact then has the links to the files."""
    shared = share_out(now)
    issued = issue_outcomes_task(now)
    documents = (*shared, *issued.documents)
    overviews = [outcome_overview_task(outcome_id, now) for outcome_id in issued.outcomes]
    shown = {line.document_id for overview in overviews for line in overview.ministries}
    # Also those in whose print characters were replaced: they want a look.
    others = [
        document
        for document in documents_task(documents)
        if document.id not in shown or document.replaced_characters
    ]
    publish(
        "issue-outcomes",
        Bilingual(ko="공문 시행", en="Documents issued"),
        {
            Bilingual(ko="시행한 공문", en="documents issued"): len(documents),
            Bilingual(ko="발송 대기", en="mails queued"): len(issued.enqueued),
            Bilingual(
                ko="생성 실패(다음 실행에서 다시 시도)", en="failed, tried again by the next run"
            ): (len(issued.failed)),
        },
        tables=[
            (
                Bilingual(ko=overview.forum_title_ko, en=overview.forum_title_en),
                (
                    Bilingual(ko="문서번호", en="number"),
                    Bilingual(ko="수신", en="recipient"),
                    Bilingual(ko="주관", en="leading"),
                    Bilingual(ko="협조", en="cooperating"),
                    Bilingual(ko="쪽", en="pages"),
                    Bilingual(ko="대체 글자(〓)", en="replaced"),
                ),
                [
                    (
                        document_link(line.document_id, line.number),
                        line.name_ko,
                        len(line.lead),
                        len(line.cooperating),
                        line.pages,
                        line.replaced,
                    )
                    for line in overview.ministries
                ],
            )
            for overview in overviews
        ]
        + [documents_table(others)],
        notes=notes_of(problem for _, problem in issued.failed),
    )
    beat(wiring.database(), ISSUE_SWEEP)
    # All the others are issued: a run that fails is what a coordinator sees.
    for _, problem in issued.failed:
        raise problem
    return len(documents)

"""Publish survey reports (설문 결과 공표): weigh what is closed, draft its report, issue and publish what is approved."""

from datetime import datetime

from prefect import flow

from gongmun import clock, wiring
from gongmun.clock import seoul_date
from gongmun.db.sweeps import lease
from gongmun.surveys.reports.publishing import PUBLISH_SWEEP
from gongmun.text import Bilingual, korean_date
from tasks.artifacts import documents_table, notes_of, publish
from tasks.document_tasks import documents_task
from tasks.run_names import of_day
from tasks.survey_tasks import (
    draft_reports_task,
    issue_reports_task,
    publish_reports_task,
    tell_news_task,
    translate_reports_task,
)

_APPROVE = Bilingual(ko="결재 명령", en="decide with")


# See chase_referrals: a lease that a killed sweep has left runs out after a quarter of an hour.
@flow(flow_run_name=of_day("REPORT surveys"), retries=4, retry_delay_seconds=300)
def publish_survey_report(as_of: datetime | None = None) -> int:
    """마감된 설문의 가중치를 산출하고 결과 보고서를 기안합니다. 담당자가 승인한 보고서는 시행하여 공개하고, 달라진 점을 응답자에게 알립니다.

    Weigh every wave that is closed and draft its report, which then waits for a coordinator; issue and publish every
    report that was approved; mail what changed to those who answered. Returns how many waves were published.
    """
    now = clock.resolve(as_of)
    with lease(wiring.database(), PUBLISH_SWEEP):
        drafted = draft_reports_task(now)
        issued = issue_reports_task(now)
        untranslated = translate_reports_task(now)
        published = publish_reports_task(now)
        mails = tell_news_task(now)
    problems = (*drafted.problems, *(problem for _, problem in issued.failed), *untranslated)
    # It comes every hour: where nothing has happened it says nothing.
    if drafted.weighted or drafted.drafted or published or mails or problems:
        publish(
            "publish-survey-report",
            Bilingual(
                ko=f"설문 결과 공표: {korean_date(seoul_date(now), weekday=True)}",
                en=f"Survey reports, {seoul_date(now).isoformat()}",
            ),
            {
                Bilingual(ko="가중치를 산출한 회차", en="waves weighted"): len(drafted.weighted),
                Bilingual(ko="기안한 보고서", en="reports drafted"): len(drafted.drafted),
                Bilingual(ko="공개한 회차", en="waves published"): len(published),
                Bilingual(ko="달라진 점 안내 메일", en="mails on what changed"): mails,
            },
            tables=[
                documents_table(documents_task(issued.issued)),
                (
                    Bilingual(ko="결재를 기다리는 보고서", en="Reports that wait for you"),
                    (Bilingual(ko="회차", en="wave"), _APPROVE),
                    [
                        (cycle_id, f"gongmun wave approve {cycle_id}")
                        for cycle_id in drafted.drafted
                    ],
                ),
            ],
            notes=notes_of(problems),
        )
    for error in problems:
        raise error
    return len(published)

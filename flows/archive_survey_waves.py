"""Archive survey waves (설문 보존): whose days are over, so that nothing leads from answers to people any more."""

from datetime import datetime

from prefect import flow

from gongmun import clock, wiring
from gongmun.clock import seoul_date
from gongmun.db.sweeps import lease
from gongmun.surveys.fieldwork.archiving import ARCHIVE_SWEEP
from gongmun.text import Bilingual, korean_date
from tasks.artifacts import notes_of, publish
from tasks.run_names import of_day
from tasks.survey_tasks import archive_waves_task


# See chase_referrals: a lease that a killed sweep has left runs out after a quarter of an hour.
@flow(flow_run_name=of_day("ARCHIVE surveys"), retries=4, retry_delay_seconds=300)
def archive_survey_waves(as_of: datetime | None = None) -> int:
    """보관 기간이 지난 설문 회차에서 응답자에게 이르는 길(열쇠, 주소, 링크)을 없앱니다. 답안의 내용과 보고서는 남습니다. 미리 보려면 gongmun wave archive --dry-run 을 쓰십시오.

    Take from every wave whose days of keeping are over what leads to people: keys, addresses, links. What was answered
    and the reports stay. `gongmun wave archive --dry-run` shows what is due when. Returns how many waves were archived.
    """
    now = clock.resolve(as_of)
    with lease(wiring.database(), ARCHIVE_SWEEP):
        report = archive_waves_task(now)
    # It comes every night: where nothing has happened it says nothing.
    if report.archived or report.waiting or report.keys or report.problems:
        publish(
            "archive-survey-waves",
            Bilingual(
                ko=f"설문 보존: {korean_date(seoul_date(now), weekday=True)}",
                en=f"Surveys archived, {seoul_date(now).isoformat()}",
            ),
            {
                Bilingual(ko="보존 처리한 회차", en="waves archived"): len(report.archived),
                Bilingual(
                    ko="보낼 메일이나 알릴 소식이 남아 기다리는 회차",
                    en="waves that wait for mails or news to leave",
                ): len(report.waiting),
                Bilingual(ko="열쇠를 파기한 반복 설문", en="series whose key was destroyed"): len(
                    report.keys
                ),
            },
            tables=[],
            notes=notes_of(report.problems),
        )
    for error in report.problems:
        raise error
    return len(report.archived)
